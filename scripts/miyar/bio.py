"""Spans as one flat tag per token (IOB2), as papers score them, and a count of what that loses.

No other measure knows tokens: this view is for comparison with published numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from miyar.spantable import Column, Mask, SpanTable
from miyar.tokens import TokenTable

OUTSIDE = "O"

TagLists = list[list[str]]


class Losses(NamedTuple):
    """How many spans there are, what became of each, and how many of the kept ones were widened.

    spans = kept + nested + crossing + without_token.
    """

    spans: int
    kept: int
    nested: int
    crossing: int
    without_token: int
    widened: int


class TokenRanges(NamedTuple):
    """The first and the last token of n spans, both included, as rows of the token table.

    Where a span has no token, first > last.
    """

    first: Column
    last: Column


@dataclass(frozen=True, slots=True)
class Projection:
    """What became of n spans as masks of shape (n,), in the order of `spans`; `ranges` are their tokens.

    `widened` says of kept spans that their tokens reach beyond them.
    """

    spans: SpanTable
    ranges: TokenRanges
    nested: Mask
    crossing: Mask
    without_token: Mask
    widened: Mask

    @property
    def kept(self) -> Mask:
        """Return which spans the flat view has."""
        return ~(self.nested | self.crossing | self.without_token)

    @property
    def losses(self) -> Losses:
        """Return the counts."""
        masks = (self.kept, self.nested, self.crossing, self.without_token, self.widened)
        return Losses(len(self.spans), *(int(mask.sum()) for mask in masks))


class Mode(StrEnum):
    """How seqeval reads tags: as conlleval does, or by the letter of IOB2."""

    DEFAULT = "default"
    STRICT = "strict"


class Ratios(NamedTuple):
    """What seqeval says of a label or of all; an undefined ratio is 0 (`zero_division=0`)."""

    precision: float
    recall: float
    f1: float
    support: int


def projected(spans: SpanTable, tokens: TokenTable) -> Projection:
    """Return which spans of one side its flat view keeps, and why it has not the others.

    A token belongs to a span that overlaps it. A span is not kept for the first of these reasons:

    1. `without_token`: it overlaps no token, or its offsets are no range within the text. Such a span
       takes nothing from others.
    2. `nested`: it is inside another one of another extent, whatever their labels are and whether or not
       that one is kept.
    3. `crossing`: a token of it is taken by a kept span that is earlier in the order of start, longest
       first, index of the label. Equal extents and neighbours within one word are such cases too.
    """
    ranges = _token_ranges(spans, tokens)
    without_token = ranges.first > ranges.last
    nested = _nested(spans, ~without_token)
    crossing = _crossing(spans, ranges, ~(without_token | nested))
    kept = ~(without_token | nested | crossing)
    first, last = ranges.first[kept], ranges.last[kept]
    widened = np.zeros(len(spans), dtype=bool)
    widened[kept] = (tokens.start[first] < spans.start[kept]) | (tokens.end[last] > spans.end[kept])
    return Projection(spans, ranges, nested, crossing, without_token, widened)


def token_spans(projection: Projection, tokens: TokenTable) -> SpanTable:
    """Return the kept spans with token numbers of their article as half-open offsets.

    Counted by `miyar.matching`, they give the numbers that seqeval gives for their tags.
    """
    kept = projection.spans.where(projection.kept)
    before = _bounds(tokens)[kept.article]
    first, last = (rows[projection.kept] for rows in projection.ranges)
    return SpanTable(kept.article, first - before, last + 1 - before, kept.label)


def short_tags(both: Sequence[Projection], tokens: TokenTable, names: Sequence[str]) -> list[TagLists]:
    """Return the tags of two sides without tokens that change no score: entities end where they ended.

    A run of tokens that are outside on both sides is one, and of tokens that are inside of the same label on
    both there is none: no entity begins there, and where one ends alone the next token tells.

    Raises RuntimeError, as a bug, where tags are not those of IOB2: then seqeval's modes would differ.
    """
    columns = [_tag_column(projection, tokens) for projection in both]
    begins = np.append(-1, tokens.article)[:-1] != tokens.article
    for column in columns:
        before = np.append(0, column)[:-1]
        goes_on = (column > 0) & (column % 2 == 0)
        if (goes_on & (begins | ((before != column) & (before != column - 1)))).any():
            raise RuntimeError("a tag of the comparison view continues nothing")
    outside = (columns[0] == 0) & (columns[1] == 0)
    inside = (columns[0] == columns[1]) & (columns[0] > 0) & (columns[0] % 2 == 0)
    kept = ~inside & (~outside | begins | ~np.append(False, outside)[:-1])
    bounds = np.append(0, kept.cumsum())[_bounds(tokens)]
    return [_lists(column[kept], bounds, names) for column in columns]


def _tag_column(projection: Projection, tokens: TokenTable) -> Column:
    """Return a number for the tag of each token: 0 outside, 2k + 1 where label k begins, 2k + 2 inside."""
    kept = projection.kept
    first, last = (rows[kept] for rows in projection.ranges)
    label, size = projection.spans.label[kept], last + 1 - first
    column: Column = np.zeros(len(tokens), dtype=np.int64)
    covered = np.arange(size.sum()) + np.repeat(last + 1 - size.cumsum(), size)
    column[covered] = np.repeat(2 * label + 2, size)
    column[first] = 2 * label + 1
    return column


def _lists(column: Column, bounds: Column, names: Sequence[str]) -> TagLists:
    words = np.array([OUTSIDE, *(f"{prefix}-{name}" for name in names for prefix in "BI")], dtype=object)
    text = words[column]
    return [text[start:end].tolist() for start, end in pairwise(bounds)]


def seqeval_labels(gold: TagLists, predicted: TagLists) -> Mapping[str, Ratios]:
    """Return what seqeval says, in its default mode, of each label that either side has, in their order.

    Both sides have a list of tags per article, of equal lengths. No articles and no spans are a result.
    """
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    sides = (gold or [[]], predicted or [[]])
    names = sorted({tag[2:] for side in sides for article in side for tag in article if tag != OUTSIDE})
    rows = zip(*precision_recall_fscore_support(*sides, zero_division=0), strict=True)
    return dict(zip(names, map(_ratios, rows), strict=True))


def _token_ranges(spans: SpanTable, tokens: TokenTable) -> TokenRanges:
    """Return the tokens that each span overlaps; a span past the end of its text has none."""
    within = (spans.start >= 0) & (spans.start < spans.end) & (spans.end <= tokens.lengths[spans.article])
    origins = np.cumsum(tokens.lengths + 1) - tokens.lengths  # one axis for all texts; no two touch on it
    of_span, of_token = origins[spans.article], origins[tokens.article]
    start, end = (of_span + np.where(within, offset, 0) for offset in (spans.start, spans.end))
    first = np.searchsorted(of_token + tokens.end, start, side="right")
    last = np.searchsorted(of_token + tokens.start, end) - 1
    return TokenRanges(first, last)


def _nested(spans: SpanTable, among: Mask) -> Mask:
    """Return which of some spans are inside another one of them with another extent.

    In the order of start and longest first, all that may contain a span come before it, and one does if
    it ends no earlier.
    """
    rows = _in_order(spans, among)
    article, start, end = spans.article[rows], spans.start[rows], spans.end[rows]
    ends = end + article * end.max(initial=0)  # greater than any of an earlier article
    furthest = np.concatenate([[0], np.maximum.accumulate(ends)])
    other = np.ones(len(rows), dtype=bool)
    other[1:] = (np.diff(start) != 0) | (np.diff(ends) != 0)
    before = np.maximum.accumulate(np.where(other, np.arange(len(rows)), 0))
    return _mask(len(spans), rows[furthest[before] >= ends])


def _crossing(spans: SpanTable, ranges: TokenRanges, among: Mask) -> Mask:
    """Return which of some spans, none of them inside another, find a token of theirs taken.

    In their order, neither the first nor the last tokens of such spans ever go back, so that who shares a
    token with any earlier span shares one with the span just before.
    """
    rows = _in_order(spans, among)
    first, last = ranges.first[rows], ranges.last[rows]
    meets = np.zeros(len(rows) + 1, dtype=bool)
    meets[1:-1] = first[1:] <= last[:-1]
    contested = meets[:-1] | meets[1:]
    loses = list(_losers(first[contested].tolist(), last[contested].tolist()))
    return _mask(len(spans), rows[contested][np.array(loses, dtype=bool)])


def _losers(firsts: Iterable[int], lasts: Iterable[int]) -> Iterable[bool]:
    """Yield for each range in turn whether a token of it is taken; if not, it takes its tokens."""
    taken = -1
    for first, last in zip(firsts, lasts, strict=True):
        yield first <= taken
        if first > taken:
            taken = last


def _in_order(spans: SpanTable, among: Mask) -> Column:
    """Return the rows of some spans by article, start, longest first, label."""
    some = spans.where(among)
    order = np.lexsort((some.label, -some.end, some.start, some.article))
    rows: Column = np.flatnonzero(among)[order]
    return rows


def _mask(size: int, rows: Column) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _bounds(tokens: TokenTable) -> Column:
    """Return the row of the first token of each article, and of the end of the table."""
    return np.searchsorted(tokens.article, np.arange(len(tokens.lengths) + 1))


def _ratios(row: Sequence[Any]) -> Ratios:
    precision, recall, f1, support = row
    return Ratios(float(precision), float(recall), float(f1), int(support))
