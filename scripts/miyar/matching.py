"""What two sides have in common, as sets: the counts from which every score is made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miyar.spantable import ABSENT, Column, Mask, SpanTable, begins_run

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """What is compared, as columns of shape (n,): rows are the same when all of their columns are equal.

    `keys` are what has to be equal besides article and label, such as start and end.
    """

    article: Column
    label: Column
    keys: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.article)


@dataclass(frozen=True, slots=True)
class Cells:
    """The distinct rows of both sides, in order of article, keys, label, as columns of shape (n,).

    `gold_row` and `predicted_row` are the first row that each side has of it, or ABSENT.
    """

    article: Column
    label: Column
    keys: tuple[Column, ...]
    gold_row: Column
    predicted_row: Column

    @property
    def gold(self) -> Mask:
        """Return which cells the gold has."""
        has: Mask = self.gold_row != ABSENT
        return has

    @property
    def predicted(self) -> Mask:
        """Return which cells the prediction has."""
        has: Mask = self.predicted_row != ABSENT
        return has

    def where(self, kept: Mask | slice) -> "Cells":
        """Return some of the cells."""
        keys = tuple(key[kept] for key in self.keys)
        return Cells(
            self.article[kept], self.label[kept], keys, self.gold_row[kept], self.predicted_row[kept]
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, predicted and gold rows as columns of shape (labels,)."""

    tp: Column
    predicted: Column
    gold: Column


def span_rows(spans: SpanTable) -> Rows:
    """Return spans as rows: the same where article, start, end and label are."""
    return Rows(spans.article, spans.label, (spans.start, spans.end))


def cells(gold: Rows, predicted: Rows) -> Cells:
    """Return gold ∪ predicted."""
    sides = (gold, predicted)
    columns = [
        np.concatenate(pair)
        for pair in zip(*((side.article, *side.keys, side.label) for side in sides), strict=True)
    ]
    order = np.lexsort(columns[::-1])
    columns = [column[order] for column in columns]
    starts = np.flatnonzero(begins_run(columns))
    distinct = [column[starts] for column in columns]
    rows = (
        np.where(order < len(gold), order, len(order)),
        np.where(order < len(gold), len(order), order - len(gold)),
    )
    return Cells(
        distinct[0],
        distinct[-1],
        tuple(distinct[1:-1]),
        *(_first_row(side, starts, len(order)) for side in rows),
    )


def counts(table: Cells, labels: int) -> Counts:
    """Return the counts of each label index in `range(labels)`."""
    both = table.gold & table.predicted
    return Counts(
        *(np.bincount(table.label[side], minlength=labels) for side in (both, table.predicted, table.gold))
    )


def article_counts(table: Cells, articles: int, labels: int) -> Numbers:
    """Return tp, predicted, gold and found, the same as tp: shape (articles, labels, 4)."""
    both = table.gold & table.predicted
    tp, predicted, gold = (
        tally(table.article[side], table.label[side], articles, labels)
        for side in (both, table.predicted, table.gold)
    )
    return np.stack([tp, predicted, gold, tp], axis=-1)


def tally(
    article: Column, label: Column, articles: int, labels: int, weights: Numbers | None = None
) -> Numbers:
    """Return how many there are, or the sum of their weights: shape (articles, labels)."""
    summed = np.bincount(article * labels + label, weights, minlength=articles * labels)
    return summed.astype(np.float64).reshape(articles, labels)


def _first_row(rows: Column, starts: Column, none: int) -> Column:
    """Return the smallest row of each run, ABSENT where it has none."""
    smallest = np.minimum.reduceat(rows, starts) if len(starts) else rows
    return np.where(smallest == none, ABSENT, smallest)
