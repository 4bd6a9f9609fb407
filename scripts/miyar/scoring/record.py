"""seqeval, the scorer of record, held against our own counts in every run.

seqeval scores nested and overlapping spans exactly when it is given one cell per article and distinct span of
gold ∪ prediction, tagged B-<label> on the side that has the span and O on the other. All cells once more
under one tag give the micro average in the same call.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from miyar.matching import Cells, counts
from miyar.scoring.model import PRF, Measure
from miyar.scoring.table import Table
from miyar.spantable import Mask

TOLERANCE = 1e-12
CHUNK = 10_000
MICRO = "micro average"  # no label code has a blank
NOTHING = PRF(0, 0, 0)

Ratios = NDArray[np.float64]
Whole = NDArray[np.int64]


def check_all_with_seqeval(found: Iterable[tuple[Table, Measure]]) -> None:
    """Hold measures against seqeval's numbers; of tables that count the same cells the first one stands."""
    checked: list[tuple[Cells, Measure]] = []
    for table, measure in found:
        if table.cells is None:
            continue
        if not any(cells is table.cells and _same(one, measure) for cells, one in checked):
            check_with_seqeval(table, measure)
            checked.append((table.cells, measure))


def _same(one: Measure, other: Measure) -> bool:
    return one.micro == other.micro and one.labels == other.labels


def check_with_seqeval(table: Table, measure: Measure) -> None:
    """Refuse with RuntimeError, as a bug, where what is reported of sets differs from seqeval's numbers.

    Precision, recall, F1 and support are compared per label and micro, within 1e-12, in chunks of cells, so
    that memory stays flat; the chunks' counts have to add up to the reported ones.
    """
    if table.cells is None:
        return
    codes = table.tags if table.classes else ()
    confirmed = np.zeros((1 + len(codes), 3), dtype=np.int64)
    for start in range(0, len(table.cells.label), CHUNK):
        confirmed += _confirmed(table.cells.where(slice(start, start + CHUNK)), codes)
    reported = {MICRO: measure.micro, **{code: measure.labels.get(code, NOTHING) for code in codes}}
    for (name, prf), right in zip(reported.items(), _prfs(confirmed), strict=True):
        if prf != right:
            raise RuntimeError(f"{name}: seqeval confirmed {right}, reported is {prf}")


def _confirmed(part: Cells, codes: Sequence[str]) -> Whole:
    """Return the counts of all cells and of each label, with which seqeval agrees: shape (1 + codes, 3)."""
    own = counts(part, max(len(codes), 1))
    by_label = np.stack([own.tp, own.predicted, own.gold], axis=1)
    rows: Whole = np.concatenate([by_label.sum(axis=0, keepdims=True), by_label[: len(codes)]])
    names = (MICRO, *codes)
    present = sorted(np.flatnonzero(rows[:, 1:].any(axis=1)).tolist(), key=names.__getitem__)
    theirs = _seqeval(*(_tags(part, side, codes) for side in (part.gold, part.predicted)))
    _compare(theirs, _prfs(rows[present]), [names[index] for index in present])
    return rows


def _prfs(rows: Whole) -> list[PRF]:
    return [PRF(tp, predicted, gold) for tp, predicted, gold in rows.tolist()]


def _tags(part: Cells, side: Mask, codes: Sequence[str]) -> list[list[str]]:
    """Return one tag per cell: all cells as one sequence with one label, and as one with their own labels."""
    tags = np.array(["O", *(f"B-{name}" for name in (MICRO, *codes))], dtype=object)
    sequences = [tags[side.astype(np.int64)].tolist()]
    if codes:
        sequences.append(tags[np.where(side, part.label + 2, 0)].tolist())
    return sequences


def _seqeval(gold: list[list[str]], predicted: list[list[str]]) -> Ratios:
    """Return precision, recall, F1 and support as rows, a column per tag in alphabetical order."""
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    return np.array(precision_recall_fscore_support(gold, predicted, zero_division=0), dtype=np.float64)


def _compare(theirs: Ratios, counted: Sequence[PRF], names: Sequence[str]) -> None:
    """Compare as many labels; what is undefined for us is 0 for seqeval."""
    ours = np.array([[p.precision or 0.0, p.recall or 0.0, p.f1 or 0.0, p.gold] for p in counted]).T
    if theirs.shape != ours.shape:
        raise RuntimeError(f"seqeval gives {theirs.shape[1]} labels where {', '.join(names)} were counted")
    for row, column in np.argwhere(np.abs(theirs - ours) > TOLERANCE):
        kind = ("precision", "recall", "F1", "support")[row]
        found = f"{kind} of {names[column]}: {theirs[row, column]!r}, own count {ours[row, column]!r}"
        raise RuntimeError(f"seqeval disagrees: {found}")
