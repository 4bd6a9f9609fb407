"""The files of a predictions folder: JSON Lines, and the release.toml beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from miyar import records
from miyar.errors import DataError, Problem, UsageError, in_number, quoted
from miyar.predictions.model import SCHEME
from miyar.records import PREDICTION, RELEASE, PredictionLine, read_lines, read_toml
from miyar.scheme import Scheme, one_of

TEXT_NAMES = ("text", "mention", "word", "surface")
PREDICTIONS_FILE, RELEASE_FILE = "predictions.jsonl", "release.toml"


class ArticleLine(NamedTuple):
    """One line of a predictions file, and where it stands."""

    where: str
    article: str
    sha256: str | None
    spans: list[Any]
    arguments: list[Any]
    text: str | None = None


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


def prediction_lines(file: Path) -> tuple[ArticleLine, ...]:
    """Return the lines of a predictions file; raises DataError with all that is wrong in them."""
    read = [one if isinstance(one, Problem) else _line(one) for one in read_lines(file, PREDICTION)]
    problems = [line for line in read if isinstance(line, Problem)]
    if problems:
        raise DataError(map(_named, problems))
    return tuple(line for line in read if isinstance(line, ArticleLine))


def refuse_without_offsets(file: Path, lines: Sequence[ArticleLine]) -> None:
    """Raise DataError where spans have texts and not one has offsets: a score of 0 would say nothing."""
    spans = [span for line in lines for span in line.spans if isinstance(span, dict)]
    texts = [name for span in spans for name in TEXT_NAMES if isinstance(span.get(name), str)]
    if not texts or any(name in span for span in spans for name in ("start", "end")):
        return
    found = f"{in_number(len(spans), 'span')} with “{texts[0]}” and no offsets"
    expected = "“start” and “end” of each span in its article, in Unicode code points, the end exclusive"
    remedy = "have the extractor say where it found each text; looking for it would guess between mentions"
    raise DataError([Problem("no_offsets", str(file), found, expected, remedy)])


def with_codes(lines: Sequence[ArticleLine], scheme: Scheme) -> list[ArticleLine]:
    """Return lines with codes in place of the names of labels that people see, where no code is the same."""
    codes = {label.name: label.code for label in scheme.labels if scheme.label(label.name) is None}
    return [_with_codes(line, codes) for line in lines]


def _with_codes(line: ArticleLine, codes: Mapping[str, str]) -> ArticleLine:
    if not any(isinstance(span, dict) and _is_in(span.get("label"), codes) for span in line.spans):
        return line
    return line._replace(
        spans=[
            {**span, "label": codes[span["label"]]}
            if isinstance(span, dict) and _is_in(span.get("label"), codes)
            else span
            for span in line.spans
        ]
    )


def _is_in(label: Any, codes: Mapping[str, str]) -> bool:
    return isinstance(label, str) and label in codes


def read_release(file: Path, scheme: Scheme) -> Release:
    """Return what the release.toml beside a predictions.jsonl says; without one the file gives the name."""
    path = file.parent / RELEASE_FILE
    if file.name != PREDICTIONS_FILE or not path.is_file():
        return Release(file.parent.name if file.name == PREDICTIONS_FILE else file.stem)
    release = read_toml(path, RELEASE)
    if release.labels not in (SCHEME, *scheme.maps):
        expected = one_of(release.labels, [SCHEME, *scheme.maps])
        raise DataError([Problem("bad_release", f"{path}: labels", quoted(release.labels), expected)])
    name = f"{release.name}@{release.release}"
    return Release(name, release.labels, frozenset(release.learnt_from), release.leave_one_out)


def _line(line: records.Line[PredictionLine]) -> ArticleLine:
    record = line.record
    return ArticleLine(line.where, record.article, record.sha256, record.spans, record.arguments, record.text)


def _named(problem: Problem) -> Problem:
    """Return a problem with what extractors give that return strings: they are not read yet."""
    if "mentions" not in problem.found:
        return problem
    remedy = "“mentions” have no offsets: give each its start and end, as “spans”"
    return replace(problem, code="no_offsets", remedy=remedy)
