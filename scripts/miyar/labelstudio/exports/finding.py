"""Finds the exports in files and batch folders, and orders batches by the time of their server.

What a client's clock said when it pulled decides nothing: a clock that is ahead would let an earlier batch
take the place of a later one.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from miyar.errors import DataError, Problem, UsageError
from miyar.labelstudio.exports.export import HOW_TO_EXPORT, Export, short_name
from miyar.labelstudio.exports.manifest import MANIFEST, known_manifest, read_manifest
from miyar.labelstudio.exports.reading import read_heads
from miyar.labelstudio.exports.selection import NEVER, moment
from miyar.output import leads_outside
from miyar.records import ManifestFile, refuse_pipe


def find_exports(paths: Sequence[Path], one_server: bool = False) -> tuple[Export, ...]:
    """Return the exports, of files and of batch folders, those first whose server's moment is the latest.

    A manifest.json beside them says of server and annotators; without one user ids belong to their file,
    or to all files with `one_server`. Raises UsageError where a file or a copy of it is given twice: its
    annotators would agree with themselves.
    """
    files = [file for path in paths for file in _files(path)]
    exports = [_export(file, "one server" if one_server else None) for file in files]
    names: dict[tuple[str, str, str], list[str]] = {}
    for export in exports:  # of two pulls that brought the same the later one counts
        names.setdefault((export.sha256, export.as_of, export.pulled), []).append(str(export.path))
    twice = [" and ".join(same) for (digest, *_), same in names.items() if digest and len(same) > 1]
    if twice:
        raise UsageError(f"given twice: {'; '.join(twice)}; name each export once")
    return tuple(sorted(exports, key=lambda export: export.as_of, reverse=True))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = _listed(path) or sorted(file for file in path.glob("[!.]*.json") if file.name != MANIFEST)
    if not found and any(map(_is_of_target_storage, sorted(path.iterdir())[:1])):
        found_there = "files of a target storage, one annotation in each, which are not read"
        raise UsageError(f"{path}: {found_there}; {HOW_TO_EXPORT}")
    links = [str(file) for file in found if leads_outside(file, path)]
    if links:
        told = "links to files outside of the folder that was named"
        raise UsageError(f"{', '.join(links)}: {told}; put copies in their place, or name the files")
    if not found:
        raise UsageError(f"{path}: no export in this folder; {HOW_TO_EXPORT}, or miyar pull-annotations")
    return found


def _is_of_target_storage(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        head = opened.read(1 << 20).lstrip()
    return head.startswith(b"{") and b'"result"' in head and b'"task"' in head


def _listed(folder: Path) -> list[Path]:
    """Return the exports that a pull wrote to a folder, also those that are missing by now."""
    manifest = known_manifest(folder)
    files = (project.file for project in manifest.projects or ()) if manifest else ()
    return [folder / file for file in files if file]


def _refuse_changed(path: Path, digest: str, manifest: ManifestFile) -> None:
    """Raise DataError for a file that is not what was pulled; a manifest made by hand lists no files."""
    pulled = {project.file: project.sha256 or digest for project in manifest.projects or ()}
    if digest and pulled.get(path.name, digest) != digest:
        found, expected = f"sha256 {digest[:12]}…", f"{pulled[path.name][:12]}…, as it was pulled"
        raise DataError([Problem("export_changed", str(path), found, expected, "restore it, or pull again")])


def _export(path: Path, source: str | None) -> Export:
    refuse_pipe(path)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        digest = ""
    manifest = read_manifest(path.parent)
    if manifest is None:
        return Export(path, source or f"{short_name(path)}#{digest[:8]}", sha256=digest)
    _refuse_changed(path, digest, manifest)
    pulled, since = manifest.pulled or "", manifest.since or ""
    as_of = _as_of(path, manifest)
    url = manifest.url or ""
    return Export(path, source or manifest.server, manifest.annotators, digest, as_of, pulled, since, url)


def _as_of(path: Path, manifest: ManifestFile) -> str:
    """Return the latest moment of the server that a pull knows of, in one form; empty where none made it.

    The server's clock is told to the second; a change that it already showed may be a little later.
    """
    if not (manifest.asked or manifest.pulled):
        return ""
    known = [manifest.asked, *(one.newest for one in manifest.projects or () if one.file == path.name)]
    latest = max(map(moment, known if any(known) else _changes(path)), default=NEVER)
    return "" if latest == NEVER else latest.astimezone(UTC).isoformat(timespec="microseconds")


def _changes(path: Path) -> list[Any]:
    """Return when the tasks and annotations of a file were changed, as the server wrote it."""
    try:
        tasks = list(read_heads(Export(path, "")))
    except DataError:  # the import says what is wrong with the file
        return []
    changed = [task.value.get("updated_at") for task in tasks]
    return [*changed, *(one.get("updated_at") for task in tasks for one in task.annotations)]
