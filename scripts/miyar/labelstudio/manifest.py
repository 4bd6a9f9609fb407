"""The manifest of a batch folder: of which server it is, and who is who in its exports."""

import re
from pathlib import Path

from miyar.errors import DataError, Problem
from miyar.records import MANIFEST_FILE, ManifestFile, read_json

MANIFEST = "manifest.json"
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
    wrong = [
        Problem(
            MANIFEST_FILE.code,
            f"{path}: annotators.{user}",
            repr(name),
            "1 to 40 letters A to Z, digits, dots, _ and -, and not “gold”",
            REMEDY,
        )
        for user, name in found.annotators.items()
        if not is_pseudonym(name)
    ]
    if wrong:
        raise DataError(wrong)
    return found


def known_manifest(folder: Path) -> ManifestFile | None:
    """Return the manifest in a folder, None where there is none that can be read."""
    try:
        return read_manifest(folder)
    except DataError:
        return None


def is_pseudonym(name: str) -> bool:
    """Return whether a name can stand for an annotator: it becomes a file's name, and “gold” is the gold."""
    return bool(PSEUDONYM.fullmatch(name)) and name not in ("gold", "manifest")
