"""A batch folder: which projects were pulled into it, since when, and who is who in its exports."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from miyar import __version__
from miyar.errors import DataError, UsageError
from miyar.labelstudio.exports.manifest import MANIFEST, known_manifest, read_manifest
from miyar.labelstudio.exports.selection import moment
from miyar.labelstudio.server.remote import Project, ServerTask
from miyar.labelstudio.sync.survey import Survey
from miyar.records import ManifestFile

LOOK_BACK = timedelta(minutes=5)  # what was being saved while the earlier pull listed the tasks


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
        start = self.newest[project] - LOOK_BACK if project in self.newest else self.moment
        return start is None or task.drafted or moment(task.updated) >= start


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of exports: from which server, since when, by whom.

    `asked` is the server's own time when the pull began, None where it does not say. `url` is where the
    server was found: messages of the import lead there.
    """

    server: str
    url: str
    version: str
    asked: datetime | None
    since: Since | None
    annotators: Mapping[int, str]
    projects: Sequence[Pulled]

    def manifest(self) -> dict[str, Any]:
        """Return what manifest.json says of the batch; the import reads it."""
        return {
            "miyar": __version__,
            "server": self.server,
            "url": self.url,
            "label_studio": self.version,
            "asked": self.asked.isoformat(timespec="microseconds") if self.asked else None,
            "pulled": datetime.now(UTC).isoformat(timespec="microseconds"),
            "since": self.since.text if self.since else None,
            "annotators": {str(account): name for account, name in self.annotators.items()},
            "taken_out": "e-mail addresses and names of users in drafts",
            "projects": [pulled.record() for pulled in self.projects],
        }


def since_when(text: str) -> Since:
    """Return what a date, a moment or an earlier batch folder means; raises UsageError for anything else."""
    try:
        manifest = read_manifest(Path(text))
        if manifest is None:
            return Since(text, _aware(text))
        return Since(text, None, _newest(manifest), manifest.server, _annotators(manifest))
    except (OSError, ValueError, DataError) as error:
        raise UsageError(
            f"--since {text}: give a date, a moment, or the folder of an earlier pull"
        ) from error


def known_pseudonyms(batch: Path, server: str, since: Since | None) -> dict[int, str]:
    """Return who is who on a server in the batches beside a folder, in its own, and in the one before it."""
    known = dict(since.annotators) if since else {}
    for path in sorted(batch.resolve().parent.glob(f"[!.]*/{MANIFEST}")):
        manifest = known_manifest(path.parent)  # of one that is none the import says what is wrong with it
        if manifest and manifest.server == server:
            with suppress(ValueError):
                known |= _annotators(manifest)
    return known


def refuse_other_batch(batch: Path, server: str, titles: Sequence[str], since: Since | None) -> None:
    """Raise UsageError where a folder holds what a pull would not bring again, or `since` is of elsewhere."""
    if since and since.server not in ("", server):
        raise UsageError(f"--since {since.text}: was pulled from another server ({since.server})")
    if not (batch / MANIFEST).exists():
        return
    known = known_manifest(batch)
    if since or known is None or not _is_whole(known, server, titles):
        raise UsageError(
            f"{batch}: holds another batch, or a part of one, which would be lost; "
            "give a new folder with -o: an import takes any number of them"
        )


def _is_whole(known: ManifestFile, server: str, titles: Sequence[str]) -> bool:
    """Return whether a batch is a whole pull of some of these projects; one made by hand is not."""
    there = {project.title for project in known.projects or ()}
    return (
        known.projects is not None and known.since is None and known.server == server and there <= {*titles}
    )


def _aware(text: str) -> datetime:
    """Return a moment; one that does not say where is one of this place."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.astimezone()


def _newest(manifest: ManifestFile) -> dict[int, datetime]:
    found = {}
    for project in manifest.projects or ():
        if project.id is None or project.newest is None:
            raise ValueError("a project without id or newest task")
        found[project.id] = _aware(project.newest)
    return found


def _annotators(manifest: ManifestFile) -> dict[int, str]:
    found = {int(account): name for account, name in manifest.annotators.items()}
    if len(set(found.values())) != len(found):
        raise ValueError("one name for two accounts")
    return found
