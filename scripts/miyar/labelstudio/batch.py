"""A batch folder: which projects were pulled into it, since when, and who is who in its exports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from miyar import __version__
from miyar.errors import UsageError
from miyar.labelstudio.exports import MANIFEST, is_pseudonym
from miyar.labelstudio.remote import Project, ServerTask
from miyar.labelstudio.selection import moment
from miyar.labelstudio.survey import Survey

OVERLAP = timedelta(minutes=5)  # what was being saved while the earlier pull listed the tasks


class Pulled(NamedTuple):
    """What came of one project: its file in the batch and what was seen in it."""

    project: Project
    file: str
    sha256: str
    newest: str
    survey: Survey

    def record(self) -> dict[str, Any]:
        """Return what the manifest says of the project."""
        seen = self.survey
        return {
            "title": self.project.setup.title,
            "id": self.project.id,
            "file": self.file,
            "sha256": self.sha256,
            "newest": self.newest,
            "tasks": seen.tasks,
            "finished": seen.finished,
            "skipped": seen.skipped,
            "drafts": seen.drafts,
            "schemes": dict(seen.schemes),
            "guidelines": dict(seen.guidelines),
            "notes": seen.notes,
        }


@dataclass(frozen=True, slots=True)
class Since:
    """From when on changes are wanted: for all projects, or for each since an earlier batch.

    `server` and `annotators` are the earlier batch's.
    """

    text: str
    moment: datetime | None = None
    newest: Mapping[int, datetime] = field(default_factory=dict)
    server: str = ""
    annotators: Mapping[int, str] = field(default_factory=dict)

    def wants(self, task: ServerTask, project: int) -> bool:
        """Return whether a task may have changed; of a draft the server does not say when it did."""
        start = self.newest[project] - OVERLAP if project in self.newest else self.moment
        return start is None or task.drafted or moment(task.updated) >= start


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of exports: from which server, since when, by whom."""

    server: str
    version: str
    since: Since | None
    annotators: Mapping[int, str]
    projects: Sequence[Pulled]

    def manifest(self) -> dict[str, Any]:
        """Return what manifest.json says of the batch; the import reads it."""
        return {
            "miyar": __version__,
            "server": self.server,
            "label_studio": self.version,
            "pulled": datetime.now(UTC).isoformat(timespec="microseconds"),
            "since": self.since.text if self.since else None,
            "annotators": {str(account): name for account, name in self.annotators.items()},
            "taken_out": "e-mail addresses and names of users in drafts",
            "projects": [pulled.record() for pulled in self.projects],
        }


def since_when(text: str) -> Since:
    """Return what a date, a moment or an earlier batch folder means; raises UsageError for anything else."""
    manifest = Path(text) / MANIFEST
    try:
        if manifest.is_file():
            value = json.loads(manifest.read_text(encoding="utf-8"))
            newest = {int(project["id"]): _aware(project["newest"]) for project in value["projects"]}
            return Since(text, None, newest, str(value["server"]), _annotators(value))
        found = _aware(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"--since {text}: give a date, a moment, or the folder of an earlier pull"
        ) from error
    return Since(text, found)


def known_pseudonyms(batch: Path, server: str, since: Since | None) -> dict[int, str]:
    """Return who is who on a server in the batches beside a folder, in its own, and in the one before it."""
    known = dict(since.annotators) if since else {}
    for manifest in sorted(batch.resolve().parent.glob(f"[!.]*/{MANIFEST}")):
        try:
            value = json.loads(manifest.read_text(encoding="utf-8"))
            known |= _annotators(value) if value["server"] == server else {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not a batch of ours; the import says what is wrong with it
    return known


def refuse_other_batch(batch: Path, server: str, titles: Sequence[str], since: Since | None) -> None:
    """Raise UsageError where a folder holds what a pull would not bring again, or `since` is of elsewhere."""
    if since and since.server not in ("", server):
        raise UsageError(f"--since {since.text}: was pulled from another server ({since.server})")
    if not (batch / MANIFEST).exists():
        return
    try:
        known = json.loads((batch / MANIFEST).read_text(encoding="utf-8"))
        same = known["server"] == server and known["since"] is None
        there = {project["title"] for project in known["projects"]}
    except (OSError, ValueError, KeyError, TypeError):
        same, there = False, set()
    if since or not same or not there <= set(titles):
        raise UsageError(
            f"{batch}: holds another batch, or a part of one, which would be lost; "
            "give a new folder with -o: an import takes any number of them"
        )


def _aware(text: str) -> datetime:
    """Return a moment; one that does not say where is one of this place."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.astimezone()


def _annotators(manifest: Mapping[str, Any]) -> dict[int, str]:
    found = {int(account): str(name) for account, name in manifest["annotators"].items()}
    if not all(is_pseudonym(name) for name in found.values()) or len(set(found.values())) != len(found):
        raise ValueError("not pseudonyms")
    return found
