"""The tasks of a raw JSON export, read in flat memory.

Only the JSON export loses nothing; what looks like another format is refused with the way to get it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from miyar.errors import DataError, Problem
from miyar.labelstudio.exports.export import HOW_TO_EXPORT, Export, ExportedTask
from miyar.records import TaskHead, values

BOM = b"\xef\xbb\xbf"
HEAD = msgspec.json.Decoder(TaskHead)


def read_tasks(export: Export) -> Iterator[ExportedTask]:
    """Yield the tasks of an export, a list of them or one a line; raises DataError for anything else."""
    return (task_of(export, raw) for raw in raw_tasks(export))


def read_heads(export: Export) -> Iterator[ExportedTask]:
    """Yield the tasks with what says whose annotations they hold; without results, where all is as usual."""
    for raw in raw_tasks(export):
        try:
            head: Mapping[str, Any] = HEAD.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            yield task_of(export, raw)
            continue
        if "data" in head and "annotations" in head:
            yield ExportedTask(export, head)
        else:
            yield task_of(export, raw)


def raw_tasks(export: Export) -> Iterator[bytes]:
    """Yield the bytes of the tasks one by one; raises DataError for what is not a JSON export."""
    _refuse_other_formats(export.path)
    with export.path.open("rb") as file:
        file.seek(len(BOM) if file.read(len(BOM)) == BOM else 0)
        try:
            yield from values(file)
        except ValueError as error:
            raise _broken(export.path, error) from error


def foreign_tasks(export: Export) -> Iterator[dict[str, Any]]:
    """Yield the tasks of a project that miyar may not have made; raises DataError for what is none."""
    for raw in raw_tasks(export):
        value = _decoded(export, raw)
        if not isinstance(value, dict) or "data" not in value:
            _refuse_other_tasks(export.path, value)
        yield value


def task_of(export: Export, raw: bytes) -> ExportedTask:
    """Return the task of these bytes; raises DataError where they are none."""
    value = _decoded(export, raw)
    _refuse_other_tasks(export.path, value)
    return ExportedTask(export, value)


def _decoded(export: Export, raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _broken(export.path, error) from error


def _broken(path: Path, error: Exception) -> DataError:
    return _not_an_export(path, "not_json", f"broken JSON: {error}")


def _refuse_other_formats(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(4096).removeprefix(BOM).lstrip()
    except OSError as error:
        raise _not_an_export(path, "unreadable", error.strerror or str(error)) from error
    if head.startswith((b"[", b"{")):
        return
    if head.startswith(b"PK"):
        raise _not_an_export(path, "not_json", "a zip archive; unpack it first")
    header = head.partition(b"\n")[0].replace(b'"', b"").split(b",")
    if b"annotation_id" in header or b"lead_time" in header:
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
