"""The paired permutation test, and its p-values when there are several."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from miyar.resampling.counts import FOUND, GOLD, PREDICTED, TP, Mask, Numbers, mean, quotient

TIE = 1e-12


class PermutationTest(NamedTuple):
    """Two-sided p-values on the difference of F1: of each class, shape (classes,), and of macro F1."""

    classes: Numbers
    macro: float


def permutation_test(
    old: Numbers, new: Numbers, supported: Mask, swaps: Iterable[Numbers]
) -> PermutationTest:
    """Return p-values against the hypothesis that the two systems may be exchanged in every article.

    Counts have shape (articles, classes, 4) and the same gold. p = (1+b)/(1+n), where b of n swaps give a
    difference of F1 at least as large as the one seen, in absolute value. Macro F1 is the mean over the
    classes that `supported` names. A class without gold has no p: NaN.
    """
    if not np.array_equal(old[..., GOLD], new[..., GOLD]):
        raise ValueError("the two systems are counted against different gold")
    seen = _swapped_differences(old, new, [np.zeros((1, len(old)))])
    swapped = _swapped_differences(old, new, swaps)
    means = (mean(differences[:, supported], axis=1) for differences in (seen, swapped))
    return PermutationTest(_p(seen, swapped), float(_p(*means)))


def holm(p: Numbers) -> Numbers:
    """Return p-values adjusted for being several (Holm 1979), of the same shape (n,); NaN does not count.

    The i-th smallest of m becomes the largest of min(1, (m-j+1)·p_j) over j ≤ i.
    """
    adjusted = p.copy()
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    steps = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * steps), 1.0)
    return adjusted


def _swapped_differences(old: Numbers, new: Numbers, swaps: Iterable[Numbers]) -> Numbers:
    """Return F1 of new - F1 of old after each swap, of shape (swaps, classes); NaN without gold."""
    gold = old[..., GOLD].sum(axis=0)
    # Numerator and denominator of F1; what an article moves from one system to the other leaves its gold.
    left, right = (
        np.stack([side[..., TP] + side[..., FOUND], side[..., PREDICTED]], axis=1) for side in (old, new)
    )
    rows = []
    for block in swaps:
        moved = np.tensordot(block, left - right, axes=1)
        sides = (left.sum(axis=0) - moved, right.sum(axis=0) + moved)
        lower, higher = (quotient(side[:, 0], np.where(gold, side[:, 1] + gold, 0)) for side in sides)
        rows.append(higher - lower)
    return np.concatenate(rows)


def _p(seen: Numbers, swapped: Numbers) -> Numbers:
    reached = (np.abs(swapped) >= np.abs(seen) - TIE).sum(axis=0)
    return np.where(np.isnan(seen[0]), np.nan, (1 + reached) / (1 + len(swapped)))
