"""Predictions of an extractor: read, and every fault in them named.

An article that is missing, unknown, given twice or of another text stops the run. A faulty span is
*charged*: it stays in the table as something predicted that can match nothing, and is listed. A span
that is given twice is *collapsed* and counted.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from miyar.article import SURROGATE
from miyar.errors import DataError, Problem, UsageError
from miyar.scheme import Scheme, one_of
from miyar.spantable import SPAN_TYPE, Mask, Views, views_of

CHARGED = "nothing: it is charged as predicted, where its layer is scored, and can match nothing"
PREDICTIONS_FILE, RELEASE_FILE = "predictions.jsonl", "release.toml"


class Line(NamedTuple):
    """One line of a predictions file, and where it stands."""

    where: str
    article: str
    sha256: str | None
    spans: list[Any]
    arguments: list[Any]


class Missing(StrEnum):
    """What to do with an article of the gold that has no prediction."""

    REFUSE = "refuse"
    EMPTY = "empty"


class Unknown(StrEnum):
    """What to do with a prediction whose article is not in the gold."""

    REFUSE = "refuse"
    IGNORE = "ignore"


class Policy(NamedTuple):
    """What to do with an article that only one side has."""

    missing: Missing = Missing.REFUSE
    unknown: Unknown = Unknown.REFUSE


@dataclass(frozen=True, slots=True)
class Predictions:
    """What an extractor said of the gold's articles, in the order of the gold.

    `faults` lists the spans that can match nothing; `counts` says how many there are of each code, with
    collapsed spans and articles left out.
    """

    views: Views
    faults: tuple[Problem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    learnt_from: frozenset[str] = frozenset()


def read_predictions(path: Path, gold: Views, scheme: Scheme, policy: Policy | None = None) -> Predictions:
    """Return the predictions of a folder or a JSON Lines file for the articles of the gold.

    Raises DataError for bad JSON and for articles that are missing, unknown, given twice or of another
    text, as far as the policy does not allow them.
    """
    file = predictions_file(path)
    return checked_predictions(file, prediction_lines(file), gold, scheme, policy or Policy())


def checked_predictions(
    file: Path, found: Sequence[Line], gold: Views, scheme: Scheme, policy: Policy
) -> Predictions:
    """Return the predictions of lines that were read from a file; raises DataError as `read_predictions`."""
    release = _release(file)
    lines, counts = _matched(found, gold, file, policy)
    name = f"{release['name']}@{release['release']}" if release else _name(file)
    spans = _span_lists([line.spans if line else [] for line in lines])
    codes = [label.code for label in scheme.labels]
    views = views_of(name, gold.articles, gold.sha256s, spans, codes, gold.lengths)
    faulty, repeated = _fault_codes(views, len(codes)), _repeated(views)
    faults = tuple(_faults(faulty, repeated, lines, views, codes))
    counts.update(Counter(fault.code for fault in faults), collapsed=int(repeated.sum()))
    return Predictions(
        views=replace(views, spans=views.spans.where(~repeated)),
        faults=faults,
        counts={code: count for code, count in counts.items() if count},
        learnt_from=frozenset(() if release.get("leave_one_out") else release.get("learnt_from", ())),
    )


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


def predictions_file(path: Path) -> Path:
    """Return the JSON Lines file of a predictions folder, or the path itself.

    Raises UsageError where there is no such file.
    """
    file = path / PREDICTIONS_FILE if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: no such file, and no folder with {PREDICTIONS_FILE}")
    return file


def _name(file: Path) -> str:
    return file.parent.name if file.name == PREDICTIONS_FILE else file.stem


def _release(file: Path) -> Mapping[str, Any]:
    """Return what the release.toml beside a predictions.jsonl says, or nothing where there is none."""
    path = file.parent / RELEASE_FILE
    if file.name != PREDICTIONS_FILE or not path.is_file():
        return {}
    expected = 'name = "…", release = "…" and, where it learnt, learnt_from = ["SHA-256", …]'
    try:
        release = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError([Problem("bad_release", str(path), str(error), expected)]) from error
    learnt = release.get("learnt_from", [])
    texts = [release.get("name"), release.get("release"), *(learnt if isinstance(learnt, list) else [None])]
    if not all(isinstance(text, str) for text in texts):
        found = f"name, release or learnt_from: {texts[:3]!r}"
        raise DataError([Problem("bad_release", str(path), found, expected)])
    return release


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


def _matched(
    lines: Sequence[Line], gold: Views, file: Path, policy: Policy
) -> tuple[list[Line | None], Counter[str]]:
    """Return one line, or None, per article of the gold, and the counts of what the policy allowed."""
    by_article: dict[str, Line] = {}
    known = dict(zip(gold.articles, gold.sha256s, strict=True))
    problems: list[Problem] = []
    counts = Counter[str]()
    for line in lines:
        if line.article not in known and policy.unknown is Unknown.IGNORE:
            counts["unknown_article"] += 1
        else:
            problems.extend(_line_problems(line, by_article.get(line.article), known))
            by_article.setdefault(line.article, line)
    absent = [article for article in gold.articles if article not in by_article]
    if policy.missing is Missing.EMPTY:
        counts["missing_article"] = len(absent)
    else:
        problems.extend(_missing(file, article) for article in absent)
    if problems:
        raise DataError(problems)
    return [by_article.get(article) for article in gold.articles], counts


def _line_problems(line: Line, first: Line | None, known: Mapping[str, str | None]) -> Iterator[Problem]:
    if line.article not in known:
        expected = "an article of the gold (is this one not labelled yet?)"
        remedy = "leave such articles out, counted, with --unknown ignore"
        yield Problem("unknown_article", line.where, line.article, expected, remedy)
        return
    if first:
        expected = f"one line per article; the first is {first.where}"
        yield Problem("article_twice", line.where, line.article, expected, "join the lines or drop one")
    digest = known[line.article]
    if digest and line.sha256 and line.sha256 != digest:
        found, expected = (
            f"{line.article} with sha256 {line.sha256[:12]}…",
            f"the gold's text, {digest[:12]}…",
        )
        yield Problem("other_text", line.where, found, expected, "run the extractor on the gold's articles")


def _missing(file: Path, article: str) -> Problem:
    remedy = "run the extractor on it, or charge it as empty with --missing empty"
    return Problem("missing_article", str(file), f"no line for {article}", "a line per gold article", remedy)


def _span_lists(spans: Sequence[list[Any]]) -> pa.ListArray:
    """Return the spans as Arrow lists of SPAN_TYPE; what has another type becomes null.

    Arrow would cut 0.5 to 0 if it were told the type, so it has to find out the types by itself.
    """
    try:
        found = pa.array(spans)
        flat = found.flatten()
        columns = [pc.struct_field(flat, name) for name in SPAN_TYPE.names]
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        columns = []
    if [column.type for column in columns] == [field.type for field in SPAN_TYPE]:
        return pa.ListArray.from_arrays(found.offsets, pa.StructArray.from_arrays(columns, SPAN_TYPE.names))
    return pa.array([[_typed(span) for span in article] for article in spans], pa.list_(SPAN_TYPE))


def _typed(span: Any) -> dict[str, Any]:
    fields = span if isinstance(span, dict) else {}
    label = fields.get("label")
    offsets = {name: fields.get(name) for name in ("start", "end")}
    whole = {name: value if _is_offset(value) else None for name, value in offsets.items()}
    return {**whole, "label": label if isinstance(label, str) and not SURROGATE.search(label) else None}


def _is_offset(value: Any) -> bool:
    return type(value) is int and abs(value) < 2**63


def _fault_codes(views: Views, inventory: int) -> np.ndarray[Any, np.dtype[np.str_]]:
    """Return for each span the code of its fault, or an empty text."""
    spans = views.spans
    bad = (spans.start < 0) | (spans.end <= spans.start)
    if views.lengths is not None:
        bad |= spans.end > views.lengths[spans.article]
    unknown = (spans.label < 0) | (spans.label >= inventory)
    return np.select([bad, unknown], ["bad_offsets", "unknown_label"], "")


def _repeated(views: Views) -> Mask:
    """Return which spans stand a second time in their article; unreadable ones are never the same."""
    spans = views.spans
    rows = np.stack([spans.article, spans.start, spans.end, spans.label], axis=1)
    _, first = np.unique(rows, axis=0, return_index=True)
    repeated = np.ones(len(spans), dtype=bool)
    repeated[first] = False
    return repeated & (spans.start >= 0) & (spans.end >= 0) & (spans.label >= 0)


def _faults(
    faulty: np.ndarray[Any, np.dtype[np.str_]],
    repeated: Mask,
    lines: Sequence[Line | None],
    views: Views,
    codes: Sequence[str],
) -> Iterator[Problem]:
    first_span = np.searchsorted(views.spans.article, np.arange(len(lines)))
    for index in np.flatnonzero((faulty != "") & ~repeated):
        article = int(views.spans.article[index])
        number = int(index - first_span[article])
        line = lines[article]
        if line is None:
            continue
        where = f"{line.where}: {line.article}, spans[{number}]"
        yield _fault(str(faulty[index]), where, line.spans[number], views, article, codes)


def _fault(code: str, where: str, span: Any, views: Views, article: int, codes: Sequence[str]) -> Problem:
    if code == "unknown_label":
        label = span.get("label") if isinstance(span, dict) else None
        found = "no label" if label is None else f"label {label!r}"
        return Problem(code, where, found, one_of(str(label), codes), CHARGED)
    end = "length of the text" if views.lengths is None else str(views.lengths[article])
    expected = f"whole numbers 0 ≤ start < end ≤ {end}"
    offsets = {key: span.get(key) for key in ("start", "end")} if isinstance(span, dict) else span
    return Problem(code, where, repr(offsets), expected, CHARGED)
