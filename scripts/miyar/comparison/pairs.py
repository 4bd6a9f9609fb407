"""One measure of a baseline and a system as arrays: intervals and p-values of its differences.

Rows are micro, the classes, and last the macro average, which is NaN where there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from miyar.resampling import (
    GOLD,
    PREDICTED,
    Ends,
    Intervals,
    Mask,
    Numbers,
    Swaps,
    Whole,
    difference_ends,
    evidence,
    holm,
    intervals,
    macro,
    macro_evidence,
    permutation_test,
    ratios,
    supporting_articles,
)


class Resampled(NamedTuple):
    """The sums of both systems in the same resamples, each of shape (samples, 1 + classes, 4)."""

    old: Numbers
    new: Numbers


class Exchangeable(NamedTuple):
    """The counts of two systems against the same gold."""

    old: Numbers
    new: Numbers


class Adjusted(NamedTuple):
    """p-values after Holm, and over how many tests each, both of shape (systems, rows)."""

    p: Numbers
    tests: Whole


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The counts of both systems, each of shape (articles, 1 + classes, 4), and their sums in resamples.

    `supported`, of shape (1 + classes,), says which classes the macro average is over; micro is none.
    """

    old: Numbers
    new: Numbers
    supported: Mask
    resampled: Resampled | None = None

    @property
    def articles(self) -> Whole:
        """Return how many articles bear on precision, recall and F1 of each row, of shape (rows, 3)."""
        both = self.old + self.new
        averaged = both[:, self.supported].sum(axis=1, keepdims=True)
        return np.concatenate([supporting_articles(both), supporting_articles(averaged)])

    @property
    def same(self) -> Mask:
        """Return in which rows both systems have the same counts in every article, of shape (rows,)."""
        same = (self.old == self.new).all(axis=(0, 2))
        return np.append(same, same[self.supported].all())

    def intervals(self, level: float) -> Intervals | None:
        """Return the intervals of new - old, of shape (rows, 3), or None where nothing was resampled."""
        if self.resampled is None:
            return None
        old, new = (
            np.concatenate([ratios(sums), macro(sums, self.supported)[:, None]], axis=1)
            for sums in self.resampled
        )
        return intervals(new - old, self.articles, level, self._ends(level))

    def _ends(self, level: float) -> Ends:
        """Return the ends that intervals reach at the least, of shape (rows, 3)."""
        rows = difference_ends(evidence(self.old), evidence(self.new), level)
        old, new = (macro_evidence(side, self.supported) for side in (self.old, self.new))
        average = difference_ends(old, new, level)
        return Ends(*(np.concatenate([row, one[None]]) for row, one in zip(rows, average, strict=True)))

    def p(self, swaps: int, seed: int) -> Numbers:
        """Return the p-values on the differences of F1, of shape (rows,); NaN where there are none."""
        if not swaps:
            return np.full(len(self.supported) + 1, np.nan)
        sides = exchangeable(self.old, self.new)
        test = permutation_test(*sides, self.supported, Swaps(len(self.old), swaps, seed))
        untested = self.supported & (sides.old[..., GOLD].sum(axis=0) == 0)
        return np.append(test.classes, np.nan if untested.any() else test.macro)


def exchangeable(old: Numbers, new: Numbers) -> Exchangeable:
    """Return the counts with the gold that both have as gold, and what else there is of it as predicted.

    F1 stays what it is, for its denominator is their sum. Only where each system is held against gold of its
    own, such as the arguments of triggers that it found, does this change anything: that gold is swapped too.
    """
    shared = np.minimum(old[..., GOLD], new[..., GOLD])
    sides = Exchangeable(old.copy(), new.copy())
    for side in sides:
        side[..., PREDICTED] += side[..., GOLD] - shared
        side[..., GOLD] = shared
    return sides


def adjusted(p: Numbers) -> Adjusted:
    """Return p-values of shape (systems, rows) after Holm: classes over classes, averages over systems."""
    after, tests = np.full_like(p, np.nan), np.zeros(p.shape, dtype=np.int64)
    for family in _families(p):
        after[family] = holm(p[family])
        tests[family] = np.count_nonzero(~np.isnan(p[family]))
    return Adjusted(after, tests)


def _families(p: Numbers) -> Iterator[Mask]:
    """Yield which p-values belong together: each average of all systems, the classes of each system."""
    for row in (0, -1):
        family = np.zeros(p.shape, dtype=bool)
        family[:, row] = True
        yield family
    for system in range(len(p)):
        family = np.zeros(p.shape, dtype=bool)
        family[system, 1:-1] = True
        yield family
