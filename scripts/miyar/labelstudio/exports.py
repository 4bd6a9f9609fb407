"""Label Studio's raw JSON exports: read in flat memory, and one annotation chosen per annotator and article.

Only the JSON export loses nothing; what looks like another format is refused with the way to get it.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from miyar.errors import DataError, Problem, UsageError

HOW_TO_EXPORT = "export the project again as JSON (the first format in the list), or pull it with miyar"
MANIFEST = "manifest.json"


class AnnotatorKey(NamedTuple):
    """Who annotated: a user id means something only on its server, or in its file."""

    source: str
    user: str


@dataclass(frozen=True, slots=True)
class Export:
    """An export file; `source` is what its user ids belong to, `pseudonyms` what a manifest says of them."""

    path: Path
    source: str
    pseudonyms: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class Task(NamedTuple):
    """One task of an export and its place."""

    export: Export
    value: Mapping[str, Any]

    @property
    def where(self) -> str:
        """Return file and task for messages."""
        return f"{self.export.path}: task {self.value.get('id')}"

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the task's data, empty where it is not an object."""
        data = self.value.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def annotations(self) -> list[Mapping[str, Any]]:
        """Return the task's annotations, submitted and cancelled ones."""
        return [value for value in self.value.get("annotations") or [] if isinstance(value, dict)]

    def key(self, annotation: Mapping[str, Any]) -> AnnotatorKey:
        """Return who made an annotation; exports give an id or an object with one."""
        user = annotation.get("completed_by")
        return AnnotatorKey(self.export.source, str(user.get("id") if isinstance(user, dict) else user))


@dataclass(slots=True)
class Selection:
    """Which annotation counts for each (article, annotator), and how many were left out, by reason."""

    chosen: dict[tuple[str, AnnotatorKey], tuple[bool, str, int]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def offer(self, task: Task) -> None:
        """Weigh a task's annotations: submitted before skipped, then the latest, then the highest id."""
        self.left_out["draft"] += len(task.value.get("drafts") or [])
        for annotation in task.annotations:
            slot = (str(task.data.get("article")), task.key(annotation))
            rank = _rank(annotation)
            if slot not in self.chosen:
                self.chosen[slot] = rank
                continue
            kept, dropped = max(self.chosen[slot], rank), min(self.chosen[slot], rank)
            self.chosen[slot] = kept
            self.left_out["repeated" if dropped[0] else "skipped_beside_finished"] += 1

    def take(self, task: Task, annotation: Mapping[str, Any]) -> bool:
        """Return whether this annotation is the one that counts; it counts once, in whatever file it is."""
        slot = (str(task.data.get("article")), task.key(annotation))
        if self.chosen.get(slot) != _rank(annotation):
            return False
        del self.chosen[slot]
        return True


def find_exports(paths: Sequence[Path], one_server: bool = False) -> tuple[Export, ...]:
    """Return the exports with what a manifest.json beside them says of server and annotators.

    Without a manifest user ids belong to their file, or to all files with `one_server`. Raises UsageError
    where a file is given twice.
    """
    twice = [str(path) for path, count in Counter(path.resolve() for path in paths).items() if count > 1]
    if twice:
        raise UsageError(f"given twice: {', '.join(twice)}; name each export once")
    return tuple(_export(path, "one server" if one_server else str(path)) for path in paths)


def read_tasks(export: Export) -> Iterator[Task]:
    """Yield the tasks of an export one by one; raises DataError for what is not a JSON export."""
    import ijson

    _refuse_other_formats(export.path)
    with export.path.open("rb") as file:
        try:
            for value in ijson.items(file, "item", use_float=True):
                _refuse_other_tasks(export.path, value)
                yield Task(export, value)
        except ijson.JSONError as error:
            raise _not_an_export(export.path, "not_json", f"broken JSON: {error}") from error


def pseudonyms(keys: Iterable[AnnotatorKey], exports: Sequence[Export]) -> dict[AnnotatorKey, str]:
    """Return a pseudonym per annotator: the manifest's, or the next free one of A1, A2, …"""
    known = {
        AnnotatorKey(export.source, user): name
        for export in exports
        for user, name in export.pseudonyms.items()
    }
    order = {export.source: number for number, export in enumerate(exports)}
    ranked = sorted(set(keys), key=lambda key: (order[key.source], key.user.zfill(20)))
    taken, number = set(known.values()), 0
    for key in ranked:
        while key not in known:
            number += 1
            if f"A{number}" not in taken:
                known[key] = f"A{number}"
    return {key: known[key] for key in ranked}


def _rank(annotation: Mapping[str, Any]) -> tuple[bool, str, int]:
    submitted = not annotation.get("was_cancelled")
    return submitted, str(annotation.get("updated_at") or ""), int(annotation.get("id") or 0)


def _export(path: Path, source: str) -> Export:
    manifest = path.parent / MANIFEST
    if not manifest.is_file():
        return Export(path, source)
    try:
        value = json.loads(manifest.read_text(encoding="utf-8"))
        return Export(path, str(value["server"]), dict(value["annotators"]))
    except (ValueError, KeyError, TypeError) as error:
        expected = '{"server": "…", "annotators": {"USER ID": "A1"}}'
        raise DataError([Problem("bad_manifest", str(manifest), repr(error), expected)]) from error


def _refuse_other_formats(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        raise _not_an_export(path, "unreadable", error.strerror or str(error)) from error
    if head.startswith(b"["):
        return
    if head.startswith(b"{"):
        raise _not_an_export(path, "not_an_export", "one JSON object instead of a list of tasks")
    header = next(csv.reader([head.decode("utf-8", "replace").partition("\n")[0]]), [])
    if "annotation_id" in header or "lead_time" in header:
        raise _not_an_export(path, "csv_export", "a CSV export, which loses regions and relations")
    raise _not_an_export(path, "not_json", f"no JSON: it begins with {head[:20]!r}")


def _refuse_other_tasks(path: Path, value: Any) -> None:
    if isinstance(value, dict) and "annotations" in value and "data" in value:
        return
    if isinstance(value, dict) and "annotation_id" in value:
        found = "a JSON_MIN export, which loses region ids and relations"
        raise _not_an_export(path, "json_min_export", found)
    raise _not_an_export(path, "not_an_export", "an item that is not a task with “data” and “annotations”")


def _not_an_export(path: Path, code: str, found: str) -> DataError:
    return DataError(
        [Problem(code, str(path), found, "a Label Studio export in the format JSON", HOW_TO_EXPORT)]
    )
