"""Which spans of two sides are the same: counts by article and label, from which every score is made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from miyar.spantable import Column, Mask, SpanTable


@dataclass(frozen=True, slots=True)
class Cells:
    """The distinct spans of both sides as columns of shape (n,), in order of article, start, end, label.

    `gold` and `predicted` say which side has the span.
    """

    article: Column
    label: Column
    gold: Mask
    predicted: Mask


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, predicted and gold spans as columns of shape (labels,)."""

    tp: Column
    predicted: Column
    gold: Column

    def micro(self) -> "Counts":
        """Return the sums over the labels, of shape (1,)."""
        return Counts(
            self.tp.sum(keepdims=True), self.predicted.sum(keepdims=True), self.gold.sum(keepdims=True)
        )


def cells(gold: SpanTable, predicted: SpanTable) -> Cells:
    """Return gold ∪ predicted, spans being equal when article, start, end and label are."""
    fields = ("article", "start", "end", "label")
    columns = [np.concatenate([getattr(gold, name), getattr(predicted, name)]) for name in fields]
    from_gold = np.arange(len(columns[0])) < len(gold)
    order = np.lexsort(columns[::-1])
    columns = [column[order] for column in columns]
    first = _first_of_each(columns)
    starts = np.flatnonzero(first)
    return Cells(
        article=columns[0][first],
        label=columns[3][first],
        gold=_any_of_each(from_gold[order], starts),
        predicted=_any_of_each(~from_gold[order], starts),
    )


def counts(table: Cells, labels: int) -> Counts:
    """Return the counts of each label index in `range(labels)`."""
    both = table.gold & table.predicted
    return Counts(
        *(np.bincount(table.label[side], minlength=labels) for side in (both, table.predicted, table.gold))
    )


def _first_of_each(columns: Sequence[Column]) -> Mask:
    """Return where sorted rows differ from the row before."""
    first = np.ones(len(columns[0]), dtype=bool)
    first[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return first


def _any_of_each(flags: Mask, starts: Column) -> Mask:
    return np.logical_or.reduceat(flags, starts) if len(starts) else flags
