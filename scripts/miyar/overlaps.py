"""Which spans of two sides overlap, and how much credit overlaps earn: the measures `partial` and `type`.

Half-open ranges overlap where they share a code point: [0, 5) and [5, 9) do not. Which span is paired
with which is not always unique, but the largest total of each article is, and only totals are reported.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from miyar.spantable import Column, Mask, SpanTable

EQUAL_EXTENT = 1.0
OVERLAP = 0.5

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """n pairs of a gold and a predicted span, as indices into both tables, of shape (n,)."""

    gold: Column
    predicted: Column

    def __len__(self) -> int:
        return len(self.gold)

    def where(self, kept: Mask | Column) -> "Pairs":
        """Return the pairs at which `kept` is true, or those of these numbers."""
        return Pairs(self.gold[kept], self.predicted[kept])


class Credits(NamedTuple):
    """The credit of n pairs as columns of shape (n,): index of the article, of the label, credit."""

    article: Column
    label: Column
    credit: NDArray[np.float64]


def overlapping(gold: SpanTable, predicted: SpanTable) -> Pairs:
    """Return every pair of one article whose ranges share a code point, once, in no particular order.

    A span with start < 0 or end ≤ start overlaps nothing. Two ranges overlap when exactly one of these is
    so: p.start in [g.start, g.end), or g.start in (p.start, p.end). Both are looked up in sorted starts,
    so the time grows with the number of spans and of pairs, however long a span is.
    """
    valid_gold, valid_predicted = _valid(gold), _valid(predicted)
    sides = gold.where(valid_gold), predicted.where(valid_predicted)
    places = np.unique(np.concatenate([side.start for side in sides]))
    from_gold = _starting_within(*sides, places, "left")
    from_predicted = _starting_within(*sides[::-1], places, "right")
    return Pairs(
        np.flatnonzero(valid_gold)[np.concatenate([from_gold.gold, from_predicted.predicted])],
        np.flatnonzero(valid_predicted)[np.concatenate([from_gold.predicted, from_predicted.gold])],
    )


def agreeing(gold: SpanTable, predicted: SpanTable, pairs: Pairs, *columns: str) -> Mask:
    """Return which pairs are equal in these columns of both tables, as a mask of shape (n,)."""
    equal = np.ones(len(pairs), dtype=bool)
    for name in columns:
        equal &= getattr(gold, name)[pairs.gold] == getattr(predicted, name)[pairs.predicted]
    return equal


def one_to_one(pairs: Pairs, gold_count: int, predicted_count: int) -> Column:
    """Return the numbers of as many pairs as can be chosen with no span in two of them.

    The tables have `gold_count` and `predicted_count` spans. How many pairs are chosen is unique, which
    ones may not be (Hopcroft and Karp 1973, as in SciPy).
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not len(pairs):
        return np.zeros(0, dtype=np.int64)
    present = np.ones(len(pairs), dtype=np.int8)
    graph = csr_array((present, (pairs.gold, pairs.predicted)), shape=(gold_count, predicted_count))
    partner = maximum_bipartite_matching(graph, perm_type="column")
    return np.flatnonzero(partner[pairs.gold] == pairs.predicted)


def partial_credit(gold: SpanTable, predicted: SpanTable) -> Credits:
    """Return the credit of pairs that earn the largest total: 1 for equal extent, ½ for another overlap.

    Each extent stands at most once per side and article; labels do not count, and the label of each
    credit is 0. The total of each article is unique, the pairs may not be.

    Equal extents are paired first, the rest by a maximum matching, and no choice earns more. For take one
    with the largest total in which g and p of equal extent are not paired. Put in the pair (g, p) and
    take out those that g and p were in: at most two, each worth ½, for no other span has their extent.
    The total does not sink and no pair of equal extent is lost, so some choice with the largest total has
    all of them. What it earns besides is ½ per pair of spans that are left, most when they are most.
    """
    pairs = overlapping(gold, predicted)
    equal = agreeing(gold, predicted, pairs, "start", "end")
    taken_gold, taken_predicted = np.zeros(len(gold), dtype=bool), np.zeros(len(predicted), dtype=bool)
    taken_gold[pairs.gold[equal]] = True
    taken_predicted[pairs.predicted[equal]] = True
    rest = pairs.where(~taken_gold[pairs.gold] & ~taken_predicted[pairs.predicted])
    chosen = rest.gold[one_to_one(rest, len(gold), len(predicted))]
    article = gold.article[np.concatenate([pairs.gold[equal], chosen])]
    credit = np.repeat([EQUAL_EXTENT, OVERLAP], [equal.sum(), len(chosen)])
    return Credits(article, np.zeros_like(article), credit)


def type_credit(gold: SpanTable, predicted: SpanTable) -> Credits:
    """Return the credit of as many pairs as overlap with equal label, 1 each.

    The total of each article and label is unique, the pairs may not be.
    """
    pairs = overlapping(gold, predicted)
    pairs = pairs.where(agreeing(gold, predicted, pairs, "label"))
    chosen = pairs.gold[one_to_one(pairs, len(gold), len(predicted))]
    return Credits(gold.article[chosen], gold.label[chosen], np.ones(len(chosen)))


def _valid(spans: SpanTable) -> Mask:
    return (spans.start >= 0) & (spans.end > spans.start)


def _starting_within(these: SpanTable, others: SpanTable, places: Column, side: Side) -> Pairs:
    """Return the pairs in which the other span starts within this one, or at its start if side is "left".

    The sorted key is (article, number of `places` before the start): a number instead of the offset, so
    that no offset is too large for it.
    """
    stride = len(places) + 1
    keys = others.article * stride + np.searchsorted(places, others.start)
    order = np.argsort(keys)
    keys, base = keys[order], these.article * stride
    first = np.searchsorted(keys, base + np.searchsorted(places, these.start), side)
    stop = np.searchsorted(keys, base + np.searchsorted(places, these.end))
    counts = stop - first
    before = np.cumsum(counts) - counts
    rows = np.arange(counts.sum()) + np.repeat(first - before, counts)
    return Pairs(np.repeat(np.arange(len(these)), counts), order[rows])
