"""The files of a predictions folder: JSON Lines, and the release.toml beside them."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from miyar.errors import DataError, Problem, UsageError
from miyar.predictions.model import SCHEME
from miyar.scheme import Scheme, one_of

PREDICTIONS_FILE, RELEASE_FILE = "predictions.jsonl", "release.toml"
EXPECTED_RELEASE = 'name = "…", release = "…" and, where it learnt, learnt_from = ["SHA-256", …]'


class Line(NamedTuple):
    """One line of a predictions file, and where it stands."""

    where: str
    article: str
    sha256: str | None
    spans: list[Any]
    arguments: list[Any]


@dataclass(frozen=True, slots=True)
class Release:
    """What identifies an extractor release; `labels` is SCHEME or the name of a map."""

    name: str
    labels: str = SCHEME
    learnt_from: frozenset[str] = frozenset()
    leave_one_out: bool = False


def predictions_file(path: Path) -> Path:
    """Return the JSON Lines file of a predictions folder, or the path itself.

    Raises UsageError where there is no such file.
    """
    file = path / PREDICTIONS_FILE if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: no such file, and no folder with {PREDICTIONS_FILE}")
    return file


def prediction_lines(file: Path) -> tuple[Line, ...]:
    """Return the lines of a predictions file; raises DataError with all that are none."""
    read = [
        _line(f"{file}:{number}", line)
        for number, line in enumerate(file.read_bytes().split(b"\n"), start=1)
        if line.strip()
    ]
    problems = [line for line in read if isinstance(line, Problem)]
    if problems:
        raise DataError(problems)
    return tuple(line for line in read if isinstance(line, Line))


def read_release(file: Path, scheme: Scheme) -> Release:
    """Return what the release.toml beside a predictions.jsonl says; without one the file gives the name."""
    path = file.parent / RELEASE_FILE
    if file.name != PREDICTIONS_FILE or not path.is_file():
        return Release(file.parent.name if file.name == PREDICTIONS_FILE else file.stem)
    try:
        release = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError([Problem("bad_release", str(path), str(error), EXPECTED_RELEASE)]) from error
    learnt = release.get("learnt_from", [])
    texts = [release.get("name"), release.get("release"), *(learnt if isinstance(learnt, list) else [None])]
    if not all(isinstance(text, str) for text in texts):
        found = f"name, release or learnt_from: {texts[:3]!r}"
        raise DataError([Problem("bad_release", str(path), found, EXPECTED_RELEASE)])
    labels = release.get("labels", SCHEME)
    if not isinstance(labels, str) or labels not in (SCHEME, *scheme.maps):
        expected = one_of(str(labels), [SCHEME, *scheme.maps])
        raise DataError([Problem("bad_release", f"{path}: labels", repr(labels), expected)])
    name = f"{release['name']}@{release['release']}"
    return Release(name, labels, frozenset(learnt), bool(release.get("leave_one_out")))


def _line(where: str, data: bytes) -> Line | Problem:
    expected = '{"article": "…", "spans": [{"start": 0, "end": 5, "label": "…"}]} on one line'
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Problem("bad_json", where, str(error), expected)
    if not isinstance(value, dict) or not isinstance(value.get("article"), str):
        return Problem("no_article", where, "no text in “article”", expected)
    if "mentions" in value:
        found, remedy = "“mentions”, texts without offsets", "give each mention its start and end"
        return Problem("no_offsets", where, found, expected, remedy)
    if not isinstance(value.get("spans"), list):
        return Problem("no_spans", where, "no list in “spans”", expected)
    if not isinstance(value.get("arguments", []), list):
        return Problem("no_arguments", where, "no list in “arguments”", expected)
    if not isinstance(value.get("sha256"), str | None):
        return Problem(
            "bad_sha256", where, f"sha256 {value['sha256']!r}", "the SHA-256 of the text, in quotes"
        )
    return Line(where, value["article"], value.get("sha256"), value["spans"], value.get("arguments", []))
