"""The manifest of a batch folder: of which server it is, and who is who in its exports."""

import re
from collections.abc import Iterator
from pathlib import Path

from miyar.errors import DataError, Problem, quoted
from miyar.records import MANIFEST_FILE, ManifestFile, read_json

MANIFEST = "manifest.json"
FILE_NAME = re.compile(r"(?!\.)[^/\\\0]{1,200}")
PSEUDONYM = re.compile(r"[A-Za-z0-9._-]{1,40}")
REMEDY = "mend the file, or move the export to a folder without it"


def read_manifest(folder: Path) -> ManifestFile | None:
    """Return the manifest in a folder, None where there is none.

    Raises DataError with all that is wrong in it, also where a name cannot stand for an annotator.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    found = read_json(path, MANIFEST_FILE)
    wrong = list(_problems(path, found))
    if wrong:
        raise DataError(wrong)
    return found


def _problems(path: Path, found: ManifestFile) -> Iterator[Problem]:
    for user, name in found.annotators.items():
        if not is_pseudonym(name):
            expected = "1 to 40 letters A to Z, digits, dots, _ and -, and not “gold”"
            yield Problem(MANIFEST_FILE.code, f"{path}: annotators.{user}", quoted(name), expected, REMEDY)
    for number, project in enumerate(found.projects or ()):
        if project.file is not None and not FILE_NAME.fullmatch(project.file):
            where, expected = f"{path}: projects[{number}].file", "the name of a file in the same folder"
            yield Problem(MANIFEST_FILE.code, where, quoted(project.file), expected, REMEDY)


def known_manifest(folder: Path) -> ManifestFile | None:
    """Return the manifest in a folder, None where there is none that can be read."""
    try:
        return read_manifest(folder)
    except DataError:
        return None


def is_pseudonym(name: str) -> bool:
    """Return whether a name can stand for an annotator: it becomes a file's name, and “gold” is the gold."""
    return bool(PSEUDONYM.fullmatch(name)) and name not in ("gold", "manifest")
