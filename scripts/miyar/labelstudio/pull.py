"""Brings the annotations of projects into a batch folder: raw exports, a manifest, and nobody's address.

An export is downloaded in chunks of tasks, which keeps server and client flat and lets a broken download
be repeated; each task is stored as it came, one a line, but for the e-mail addresses in its drafts.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from miyar import __version__
from miyar.errors import DataError, UsageError
from miyar.labelstudio.answers import NoAnswerError, repeated
from miyar.labelstudio.chunks import chunks
from miyar.labelstudio.client import Studio
from miyar.labelstudio.exports import MANIFEST, Export, read_tasks
from miyar.labelstudio.projects import Member, next_names
from miyar.labelstudio.remote import Project, ServerTask
from miyar.labelstudio.selection import moment
from miyar.labelstudio.survey import Survey
from miyar.output import private_file, write_json
from miyar.terminal import tracked

ACCOUNTS = ".annotators.json"
SHARED = "export.json"


class Pulled(NamedTuple):
    """What came of one project: its file in the batch and what was seen in it."""

    project: Project
    file: str
    sha256: str
    newest: str
    survey: Survey


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of exports: from which server, since when, by whom."""

    server: str
    version: str
    since: datetime | None
    annotators: Mapping[int, str]
    projects: Sequence[Pulled]

    def manifest(self) -> dict[str, Any]:
        """Return what manifest.json says of the batch; the import reads its server and annotators."""
        return {
            "miyar": __version__,
            "server": self.server,
            "label_studio": self.version,
            "pulled": datetime.now(UTC).isoformat(timespec="microseconds"),
            "since": self.since.isoformat() if self.since else None,
            "annotators": {str(account): name for account, name in self.annotators.items()},
            "taken_out": "e-mail addresses and names of users in drafts",
            "projects": [_project_record(pulled) for pulled in self.projects],
        }


def pull(
    studio: Studio, members: Sequence[Member], folder: Path, batch: Path, since: datetime | None
) -> Batch:
    """Write the exports of projects, manifest.json and the private list of accounts to a folder.

    `batch` is the folder's place in the end: pseudonyms in the manifests beside it are kept.
    """
    server, accounts = studio.name(), studio.accounts()
    owners = {m.annotator.account: m.annotator.name for m in members if m.annotator and m.annotator.account}
    names = owners | known_pseudonyms(batch, server)
    pulled = [_pulled(studio, member, folder, names, accounts, since) for member in members]
    annotators = _pseudonyms(names, pulled)
    whole = Batch(server, studio.version(), since, annotators, pulled)
    write_json(folder / MANIFEST, whole.manifest())
    with private_file(folder / ACCOUNTS) as file:
        addresses = {str(account): accounts.get(account) for account in annotators}
        json.dump(addresses, file, ensure_ascii=False, indent=2)
    return whole


def survey(studio: Studio, member: Member, folder: Path) -> Survey:
    """Return what there is to see in a project, by way of an export to a folder that may be thrown away."""
    return _pulled(studio, member, folder, {}, {}, None).survey


def moment_of(since: str) -> datetime:
    """Return the moment that a text or an earlier batch folder stands for; raises UsageError for others."""
    manifest = Path(since) / MANIFEST
    try:
        if manifest.is_file():
            projects = json.loads(manifest.read_text(encoding="utf-8"))["projects"]
            return min(datetime.fromisoformat(project["newest"]) for project in projects)
        found = datetime.fromisoformat(since)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"--since {since}: give a date, a moment, or the folder of an earlier pull"
        ) from error
    return found if found.tzinfo else found.astimezone()


def known_pseudonyms(batch: Path, server: str) -> dict[int, str]:
    """Return who is who on a server in the manifests beside a batch folder, and in its own."""
    known: dict[int, str] = {}
    for manifest in sorted(batch.resolve().parent.glob(f"*/{MANIFEST}")):
        try:
            value = json.loads(manifest.read_text(encoding="utf-8"))
            if value["server"] == server:
                known |= {int(account): str(name) for account, name in value["annotators"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not a batch of ours; the import says what is wrong with it
    return known


def _pulled(
    studio: Studio,
    member: Member,
    folder: Path,
    names: Mapping[int, str],
    accounts: Mapping[int, str],
    since: datetime | None,
) -> Pulled:
    project, annotator = member
    owner = annotator.account if annotator else None
    file = f"{names.get(owner or 0) or annotator.name}.json" if annotator else SHARED
    listed = studio.tasks(project.id, data=False)
    wanted = [task for task in listed if since is None or moment(task.updated) >= since]
    seen = Survey(owner, project.setup.settings["maximum_annotations"])
    numbers = {email: account for account, email in accounts.items()}
    with (folder / file).open("w", encoding="utf-8", newline="\n") as out:
        between = "[\n"
        tasks = _downloaded(studio, project, wanted, folder / f".{file}.part")
        for task in tracked(tasks, f"pulling {project.setup.title}", len(wanted)):
            seen.see(task)
            out.write(between + json.dumps(_without_addresses(task, numbers), ensure_ascii=False))
            between = ",\n"
        out.write("\n]\n" if wanted else "[]\n")
    with (folder / file).open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    newest = max((task.updated for task in listed), key=moment, default="1970-01-01T00:00:00+00:00")
    return Pulled(project, file, digest, newest, seen)


def _downloaded(
    studio: Studio, project: Project, tasks: Sequence[ServerTask], part: Path
) -> Iterator[Mapping[str, Any]]:
    for chunk in chunks(tasks, lambda task: 0):
        ids = [task.id for task in chunk]
        repeated(lambda: _download(studio, project.id, ids, part))  # noqa: B023 - called at once
        yield from (task.value for task in read_tasks(Export(part, "")))
    part.unlink(missing_ok=True)


def _download(studio: Studio, project: int, ids: Sequence[int], part: Path) -> None:
    """Write the export of some tasks; raises NoAnswerError where it is not whole."""
    studio.export(project, part, ids)
    try:
        came = {task.value["id"] for task in read_tasks(Export(part, ""))}
    except DataError as error:
        raise NoAnswerError(f"the download of project {project} broke off") from error
    if missing := set(ids) - came:
        there = {task.id for task in studio.tasks(project, data=False)}
        if missing & there:
            raise NoAnswerError(f"the download of project {project} lacks {len(missing)} tasks")


def _without_addresses(task: Mapping[str, Any], numbers: Mapping[str, int]) -> Mapping[str, Any]:
    """Return a task with users as numbers: a draft names its user by e-mail address."""
    drafts = [
        {name: value for name, value in draft.items() if name != "created_username"}
        | {"user": numbers.get(draft.get("user"))}
        for draft in task.get("drafts") or []
    ]
    return {**task, "drafts": drafts} if drafts else task


def _pseudonyms(names: Mapping[int, str], pulled: Sequence[Pulled]) -> dict[int, str]:
    """Return a name for everybody who annotated here, and for those who were to."""
    users = {user for one in pulled for user in one.survey.users}
    owners = {one.survey.account for one in pulled if one.survey.account}
    free = next_names(names.values())
    return {user: names.get(user) or next(free) for user in sorted(users | owners)}


def _project_record(pulled: Pulled) -> dict[str, Any]:
    seen = pulled.survey
    return {
        "title": pulled.project.setup.title,
        "id": pulled.project.id,
        "file": pulled.file,
        "sha256": pulled.sha256,
        "newest": pulled.newest,
        "tasks": seen.tasks,
        "finished": seen.finished,
        "skipped": seen.skipped,
        "drafts": seen.drafts,
        "schemes": dict(seen.schemes),
        "guidelines": dict(seen.guidelines),
        "notes": seen.notes,
    }
