"""Ratios of counts per article, and of any sums of them.

Counts are float64 of shape (articles, classes, 4) with COLUMNS in the last axis, multiples of ½, so that
their sums are exact in any order and by any BLAS.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

COLUMNS = ("tp", "predicted", "gold", "found")
TP, PREDICTED, GOLD, FOUND = range(4)
RATIOS = ("precision", "recall", "f1")
PRECISION, RECALL, F1 = range(3)


def ratios(table: Numbers) -> Numbers:
    """Return precision, recall and F1 of counts of shape (…, 4), as shape (…, 3).

    precision = tp/predicted, recall = found/gold, F1 = (tp+found)/(predicted+gold); NaN where the denominator
    is 0.
    """
    tp, found = table[..., TP], table[..., FOUND]
    return quotient(np.stack([tp, found, tp + found], axis=-1), denominators(table))


def macro(table: Numbers, supported: Mask) -> Numbers:
    """Return the unweighted means of precision, recall and F1, of shape (…, 3), of counts (…, classes, 4).

    `supported`, of shape (classes,), is the fixed set: the labels with gold in the whole corpus. A label that
    is never predicted has precision 0; one that is on neither side is left out, as is a ratio that is still
    undefined: the recall of a label without gold in this resample. NaN where nothing is left.
    """
    chosen = table[..., supported, :]
    values = ratios(chosen)
    present = chosen[..., PREDICTED] + chosen[..., GOLD] > 0
    unpredicted = present & (chosen[..., PREDICTED] == 0)
    values[..., PRECISION] = np.where(unpredicted, 0.0, values[..., PRECISION])
    return mean(values, axis=-2)


def supporting_articles(counts: Numbers) -> Whole:
    """Return in how many articles precision, recall and F1 have something to count, of shape (…, 3).

    Counts have shape (articles, …, 4). For the difference of two systems give the sum of their counts, for
    macro the sum over its labels.
    """
    number: Whole = (denominators(counts) > 0).sum(axis=0)
    return number


def quotient(numerator: Numbers, denominator: Numbers | Whole) -> Numbers:
    """Return the quotients; NaN where the denominator is 0."""
    undefined = np.full(np.shape(numerator), np.nan)
    quotient: Numbers = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return quotient


def denominators(table: Numbers) -> Numbers:
    """Return what precision, recall and F1 of counts of shape (…, 4) are divided by, as shape (…, 3)."""
    predicted, gold = table[..., PREDICTED], table[..., GOLD]
    return np.stack([predicted, gold, predicted + gold], axis=-1)


def mean(values: Numbers, axis: int) -> Numbers:
    """Return the mean of the defined values; NaN where none is."""
    defined = ~np.isnan(values)
    return quotient(np.where(defined, values, 0.0).sum(axis=axis), defined.sum(axis=axis))
