"""The rules for spans, in bulk: offsets, label, the text that a span brings, white space at its edges.

They are those of `validation`, which explains one span; here a rule is a column. An export, gold and
predictions all go by them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from miyar.errors import quoted
from miyar.offsets import from_bytes, from_two_for_a_break, from_utf16, trim
from miyar.spantable import Mask, SpanTable, Views
from miyar.validation import Fault, page_text

SPAN_FAULTS = ("bad_offsets", "unknown_label", "other_text", "only_white_space")
SHIFTS = tuple(shift for size in range(1, 9) for shift in (size, -size))
LOOKED_AT = 1_000

Codes = NDArray[np.str_]


class Checked(NamedTuple):
    """Spans without white space at their edges, the code of the rule that each breaks, or an empty text.

    `trimmed` says at which spans there was some.
    """

    spans: SpanTable
    codes: Codes
    trimmed: Mask


class Brought(NamedTuple):
    """A span that brings a text, and the article's text."""

    text: str
    start: int
    end: int
    own: str


def checked_spans(views: Views, known: int, own: Sequence[str | None] | None = None) -> Checked:
    """Return the spans of views, checked; the first `known` labels are known.

    `own` has the text that each span brings, or None. Without the articles' texts only offsets and labels
    can be checked.
    """
    spans, inside = views.spans, views.inside
    unknown = (spans.label < 0) | (spans.label >= known)
    start, end, other = spans.start.copy(), spans.end.copy(), np.zeros(len(spans), dtype=bool)
    if (texts := views.articles.texts) is not None:
        rows = np.flatnonzero(inside)
        covered = covered_texts(views, rows)
        other[_other_texts(rows, covered, own)] = True
        edged = rows[np.array([len(text) != len(text.strip()) for text in covered], dtype=bool)]
        for row in edged.tolist():
            start[row], end[row] = trim(texts[spans.article[row]], spans.start[row], spans.end[row])
    white = inside & (start == end)
    kept = ~white & ~other
    start, end = np.where(kept, start, spans.start), np.where(kept, end, spans.end)
    return Checked(
        SpanTable(spans.article, start, end, spans.label),
        np.select([~inside, unknown, other, white], SPAN_FAULTS, ""),
        (start != spans.start) | (end != spans.end),
    )


def canonical_values(
    labels: pa.Array, values: pa.Array, canonical: Callable[[str, str], str | None]
) -> pa.Array:
    """Return the values of an attribute in their canonical form; each label with a value is asked once."""
    there = np.asarray(pc.and_(labels.is_valid(), values.is_valid()))
    asked, given = (column.filter(pa.array(there)).dictionary_encode() for column in (labels, values))
    width = max(len(given.dictionary), 1)
    pairs, inverse = np.unique(np.asarray(asked.indices) * width + given.indices, return_inverse=True)
    known = [
        canonical(asked.dictionary[pair // width].as_py(), given.dictionary[pair % width].as_py())
        for pair in pairs.tolist()
    ]
    place = np.zeros(len(there), dtype=np.int64)
    place[there] = inverse
    return pa.array(known, pa.string()).take(pa.array(place, mask=~there))


def text_fault(code: str, row: int, views: Views, own: str | None) -> Fault:
    """Return in words why the text of a span, which has this code, is not what it should be."""
    start, end = views.spans.start[row], views.spans.end[row]
    [covered] = covered_texts(views, np.array([row]))
    if code == "other_text":
        expected = f"{quoted(covered)}, as the offsets {start}, {end} say"
        return Fault(code, f"the text {quoted(own)}", expected)
    return Fault(code, f"[{start}, {end}) is white space", "some text")


def covered_texts(views: Views, rows: NDArray[np.int64]) -> list[str]:
    """Return the texts that the spans at these rows cover."""
    texts, spans = views.articles.texts or (), views.spans
    places = (column[rows].tolist() for column in (spans.article, spans.start, spans.end))
    return [texts[article][start:end] for article, start, end in zip(*places, strict=True)]


def likely_cause(views: Views, own: Sequence[str | None]) -> str:
    """Return how the offsets of most spans that bring a text were counted, or an empty text.

    Only what explains more than half of them, and more than the offsets as they are, is named.
    """
    brought = list(islice(_brought(views, own), LOOKED_AT))
    votes = Counter(cause for one in brought for cause in _causes(one))
    cause, count = votes.most_common(1)[0] if votes else ("", 0)
    return cause if cause != AS_THEY_ARE and 2 * count > len(brought) else ""


def _other_texts(
    rows: NDArray[np.int64], covered: Sequence[str], own: Sequence[str | None] | None
) -> list[int]:
    """Return the rows of spans that bring another text than they cover, however a page writes breaks."""
    if own is None:
        return []
    pairs = ((row, own[row], text) for row, text in zip(rows.tolist(), covered, strict=True))
    differ = ((row, brought, text) for row, brought, text in pairs if brought is not None and brought != text)
    return [row for row, brought, text in differ if page_text(brought) != page_text(text)]


def _brought(views: Views, own: Sequence[str | None]) -> Iterator[Brought]:
    spans, texts = views.spans, views.articles.texts or ()
    for row in np.flatnonzero((spans.start >= 0) & (spans.end > spans.start)).tolist():
        text = own[row]
        if text:
            article = int(spans.article[row])
            yield Brought(texts[article], int(spans.start[row]), int(spans.end[row]), text)


AS_THEY_ARE = "as they are"
UNITS: tuple[tuple[str, Callable[[str, int], int]], ...] = (
    ("the offsets are counted in UTF-16 units, not in characters", from_utf16),
    ("the offsets are counted in bytes, not in characters", from_bytes),
    ("the offsets count each line break as two characters", from_two_for_a_break),
)
"""To name another way of counting, add its words and the function that undoes it."""


def _causes(one: Brought) -> Iterator[str]:
    """Yield all that explains a span's offsets."""
    if page_text(one.text[one.start : one.end]) == page_text(one.own):
        yield AS_THEY_ARE
        return
    for words, undone in UNITS:
        if one.text[undone(one.text, one.start) : undone(one.text, one.end)] == one.own:
            yield words
    for shift in SHIFTS:
        if one.start >= shift and one.text[one.start - shift : one.end - shift] == one.own:
            yield f"the offsets are shifted by {shift:+d}"
