"""seqeval, the scorer of record, held against our own counts in every run.

seqeval scores nested and overlapping spans exactly when it is given, per article, one cell per distinct
span of gold ∪ prediction, tagged B-<label> on the side that has the span and O on the other.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from miyar.matching import Cells, Counts, counts
from miyar.scoring.model import PRF, Measure
from miyar.scoring.table import Table
from miyar.spantable import Mask

TOLERANCE = 1e-12
CHUNK = 50_000

Ratios = NDArray[np.float64]


def check_with_seqeval(table: Table, measure: Measure) -> None:
    """Refuse with RuntimeError, as a bug, where what is reported of sets differs from seqeval's numbers.

    Precision, recall, F1 and support are compared per label and micro, within 1e-12, in chunks of whole
    articles, so that memory stays flat; the chunks' counts have to add up to the reported ones.
    """
    if table.cells is None:
        return
    names = table.tags
    totals = np.zeros((len(names), 3), dtype=np.int64)
    for part in _chunks(table.cells):
        own = counts(part, len(names))
        totals += np.stack([own.tp, own.predicted, own.gold], axis=1)
        present = np.flatnonzero(own.predicted + own.gold)
        by_name = sorted(present, key=lambda index: names[index])
        gold, predicted = (_tags(part, side, names) for side in (part.gold, part.predicted))
        counted = _prfs(own)
        ours = [counted[index] for index in by_name]
        _compare(_seqeval(gold, predicted, None), ours, [names[index] for index in by_name])
        _compare(_seqeval(gold, predicted, "micro"), [_total(ours)], ["micro average"])
    rows = (PRF(tp, predicted, gold) for tp, predicted, gold in totals.tolist())
    confirmed = dict(zip(names, rows, strict=True))
    wrong = [code for code, prf in measure.labels.items() if prf != confirmed[code]]
    if wrong or measure.micro != _total([*confirmed.values()]):
        raise RuntimeError(
            f"the counts that seqeval confirmed, {confirmed}, are not those reported: {measure}"
        )


def _prfs(table: Counts) -> list[PRF]:
    columns = (table.tp.tolist(), table.predicted.tolist(), table.gold.tolist())
    return [PRF(*row) for row in zip(*columns, strict=True)]


def _total(parts: Sequence[PRF]) -> PRF:
    return PRF(sum(p.tp for p in parts), sum(p.predicted for p in parts), sum(p.gold for p in parts))


def _chunks(table: Cells) -> Iterator[Cells]:
    """Yield the cells in runs of about CHUNK that end where an article ends."""
    total = len(table.article)
    goals = np.arange(CHUNK, total, CHUNK)
    ends = np.unique(np.searchsorted(table.article, table.article[goals], side="right"))
    for start, end in pairwise([0, *ends[ends < total], total]):
        part = slice(start, end)
        if start < end:
            yield table.where(part)


def _tags(part: Cells, side: Mask, names: Sequence[str]) -> list[list[str]]:
    """Return one list of tags per article, one tag per cell."""
    begins = np.array([f"B-{name}" for name in names], dtype=object)
    tags = np.where(side, begins[part.label], "O")
    bounds = np.flatnonzero(part.article[1:] != part.article[:-1]) + 1
    return [article.tolist() for article in np.split(tags, bounds)]


def _seqeval(gold: list[list[str]], predicted: list[list[str]], average: str | None) -> Ratios:
    """Return precision, recall, F1 and support as rows, a column per label in alphabetical order."""
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    rows = precision_recall_fscore_support(gold, predicted, average=average, zero_division=0)
    return np.array([np.atleast_1d(row) for row in rows], dtype=np.float64)


def _compare(theirs: Ratios, counted: Sequence[PRF], names: Sequence[str]) -> None:
    """Compare as many labels; what is undefined for us is 0 for seqeval."""
    ours = np.array([[p.precision or 0.0, p.recall or 0.0, p.f1 or 0.0, p.gold] for p in counted]).T
    if theirs.shape != ours.shape:
        raise RuntimeError(f"seqeval gives {theirs.shape[1]} labels where {', '.join(names)} were counted")
    for row, column in np.argwhere(np.abs(theirs - ours) > TOLERANCE):
        kind = ("precision", "recall", "F1", "support")[row]
        found = f"{kind} of {names[column]}: {theirs[row, column]!r}, own count {ours[row, column]!r}"
        raise RuntimeError(f"seqeval disagrees: {found}")
