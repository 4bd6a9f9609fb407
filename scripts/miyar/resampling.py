"""How far numbers would move with other articles: bootstrap intervals, permutation tests, power.

Everything is made from counts per article: float64 of shape (articles, classes, 4) with COLUMNS in the last
axis. Counts are multiples of ½, so their sums are exact in any order and by any BLAS. Callers sort articles
by id; then nothing depends on the order of files.

>>> old, new = totals(Resamples(len(old_counts)), old_counts, new_counts)
>>> change = intervals(ratios(new) - ratios(old), supporting_articles(old_counts + new_counts))
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

COLUMNS = ("tp", "predicted", "gold", "found")
TP, PREDICTED, GOLD, FOUND = range(4)
RATIOS = ("precision", "recall", "f1")
PRECISION, RECALL, F1 = range(3)

SAMPLES = 1000
SWAPS = 10_000
SEED = 12345
LEVEL = 0.95
POWER = 0.8
FEWEST_ARTICLES = 10
MOST_UNDEFINED = 0.05
# Fewer make intervals too narrow. Of those at 95 % for micro F1 and its difference, so many hold the truth in
# tests/benchmarks/simulation.py: 91 % with 20 articles, 92 with 30, 93.0 with 50, 93.2 with 70, 93.5 with 100
# and 94.7 with 1,000; macro F1's difference is the last to reach 93 %, with 70.
FEW_ARTICLES = 70

BLOCK = 1 << 21  # weights held at once, 16 MB
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Resamples:
    """Bootstrap resamples of articles, drawn with replacement: iterating yields blocks of weights.

    A block has shape (rows, articles) and says how often each resample has each article; the blocks' rows add
    up to `samples`, and every iteration yields the same ones. The k-th article of a resample is
    ⌊articles · ⌊x/2³²⌋ / 2³²⌋, x being the next raw 64-bit output of PCG64(seed): NumPy promises that
    stream over its versions, and does not promise what Generator makes of it.
    """

    articles: int
    samples: int = SAMPLES
    seed: int = SEED

    def __post_init__(self) -> None:
        _check_sizes(self.articles, self.samples)

    def __iter__(self) -> Iterator[Numbers]:
        stream = np.random.PCG64(self.seed)
        half = np.uint64(32)
        for rows in _block_rows(self.articles, self.samples):
            drawn = stream.random_raw(rows * self.articles) >> half
            places = ((drawn * np.uint64(self.articles)) >> half).astype(np.int64)
            places += np.repeat(np.arange(rows) * self.articles, self.articles)
            weights = np.bincount(places, minlength=rows * self.articles)
            yield weights.reshape(rows, self.articles).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Swaps:
    """Random choices of the articles in which two systems change places: iterating yields blocks of 0 and 1.

    A block has shape (rows, articles), 1 where the systems are swapped; every iteration yields the same ones.
    A row takes ⌈articles/64⌉ raw outputs of PCG64(seed), article k the bit k mod 64 (lowest first) of the
    ⌊k/64⌋-th.
    """

    articles: int
    swaps: int = SWAPS
    seed: int = SEED

    def __post_init__(self) -> None:
        _check_sizes(self.articles, self.swaps)

    def __iter__(self) -> Iterator[Numbers]:
        stream = np.random.PCG64(self.seed)
        words = -(-self.articles // 64)
        for rows in _block_rows(self.articles, self.swaps):
            octets = stream.random_raw(rows * words).astype("<u8").view(np.uint8)
            bits = np.unpackbits(octets, bitorder="little").reshape(rows, words * 64)
            yield bits[:, : self.articles].astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Percentile intervals, standard errors, and what they rest on; all arrays have the statistic's shape.

    `low`, `high` and `standard_error` are NaN where there is no interval. `articles` counts those that bear
    on the statistic, `undefined` the resamples in which it is undefined, out of `samples`.
    """

    low: Numbers
    high: Numbers
    standard_error: Numbers
    articles: Whole
    undefined: Whole
    samples: int

    def absence(self, *place: int) -> str:
        """Return why the statistic at this place has no interval, or "" where it has one."""
        articles, undefined = int(self.articles[place]), int(self.undefined[place])
        if articles < FEWEST_ARTICLES:
            return f"spans in {articles} article{'' if articles == 1 else 's'}, {FEWEST_ARTICLES} are needed"
        if undefined > MOST_UNDEFINED * self.samples:
            return f"undefined in {100 * undefined / self.samples:.1f} % of the resamples"
        return ""


class PermutationTest(NamedTuple):
    """Two-sided p-values on the difference of F1: of each class, shape (classes,), and of macro F1."""

    classes: Numbers
    macro: float


def ratios(table: Numbers) -> Numbers:
    """Return precision, recall and F1 of counts of shape (…, 4), as shape (…, 3).

    precision = tp/predicted, recall = found/gold, F1 = (tp+found)/(predicted+gold); NaN where the denominator
    is 0.
    """
    tp, found = table[..., TP], table[..., FOUND]
    return _quotient(np.stack([tp, found, tp + found], axis=-1), _denominators(table))


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
    return _mean(values, axis=-2)


def totals(weights: Iterable[Numbers], *counts: Numbers) -> list[Numbers]:
    """Return for each counts array its sums in each resample, of shape (samples, classes, 4).

    Every array gets the same resamples, which makes differences between systems paired.
    """
    blocks = [[np.tensordot(block, table, axes=1) for table in counts] for block in weights]
    return [np.concatenate(rows) for rows in zip(*blocks, strict=True)]


def supporting_articles(counts: Numbers) -> Whole:
    """Return in how many articles precision, recall and F1 have something to count, of shape (…, 3).

    Counts have shape (articles, …, 4). For the difference of two systems give the sum of their counts, for
    macro the sum over its labels.
    """
    number: Whole = (_denominators(counts) > 0).sum(axis=0)
    return number


def intervals(values: Numbers, articles: Whole, level: float = LEVEL) -> Intervals:
    """Return the intervals of a statistic, given its values (samples, …) and supporting articles (…).

    The bounds are the (1-level)/2 and (1+level)/2 quantiles of the defined values, interpolated linearly.
    There is none where fewer than FEWEST_ARTICLES articles bear on the statistic or more than MOST_UNDEFINED
    of its values are undefined. The standard error is the deviation of the values times √(n/(n-1)) for n
    supporting articles: a bootstrap draws from deviations whose squares are too small by (n-1)/n.
    """
    undefined: Whole = np.isnan(values).sum(axis=0)
    none = (articles < FEWEST_ARTICLES) | (undefined > MOST_UNDEFINED * len(values))
    ordered = np.sort(values, axis=0)
    low, high = (_quantile(ordered, undefined, share) for share in ((1 - level) / 2, (1 + level) / 2))
    variance = _mean((values - _mean(values, axis=0)) ** 2, axis=0) * articles / np.maximum(articles - 1, 1)
    low, high, error = (np.where(none, np.nan, bound) for bound in (low, high, np.sqrt(variance)))
    return Intervals(low, high, error, articles, undefined, len(values))


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
    means = (_mean(differences[:, supported], axis=1) for differences in (seen, swapped))
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


def detectable(standard_error: float, level: float = LEVEL, power: float = POWER) -> float:
    """Return the smallest true difference that is found with this power: (z_{1-α/2} + z_{power}) · SE.

    α = 1 - level; the standard error is that of the paired difference.
    """
    normal = NormalDist()
    return (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)) * standard_error


def articles_needed(articles: int, detectable_difference: float, difference: float) -> int | None:
    """Return how many such articles would show this difference: ⌈n · (detectable/difference)²⌉.

    None where the difference is 0, which no corpus shows, or something is undefined.
    """
    if not difference or math.isnan(difference) or math.isnan(detectable_difference):
        return None
    return math.ceil(round(articles * (detectable_difference / difference) ** 2, 9))


def _check_sizes(articles: int, rows: int) -> None:
    if articles < 0 or rows < 1:
        raise ValueError(f"{rows} resamples of {articles} articles cannot be drawn")


def _block_rows(articles: int, rows: int) -> Iterator[int]:
    """Yield how many rows each block has, so that memory stays flat."""
    step = max(1, BLOCK // max(articles, 1))
    for start in range(0, rows, step):
        yield min(step, rows - start)


def _quotient(numerator: Numbers, denominator: Numbers | Whole) -> Numbers:
    """Return the quotients; NaN where the denominator is 0."""
    undefined = np.full(np.shape(numerator), np.nan)
    quotient: Numbers = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return quotient


def _denominators(table: Numbers) -> Numbers:
    predicted, gold = table[..., PREDICTED], table[..., GOLD]
    return np.stack([predicted, gold, predicted + gold], axis=-1)


def _quantile(ordered: Numbers, undefined: Whole, share: float) -> Numbers:
    """Return quantiles of sorted columns, NaN last; NumPy does not promise how its own are rounded."""
    place = np.maximum(len(ordered) - 1 - undefined, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    lower, upper = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
    quantile: Numbers = lower + (upper - lower) * (place - below)
    return quantile


def _mean(values: Numbers, axis: int) -> Numbers:
    """Return the mean of the defined values; NaN where none is."""
    defined = ~np.isnan(values)
    return _quotient(np.where(defined, values, 0.0).sum(axis=axis), defined.sum(axis=axis))


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
        lower, higher = (_quotient(side[:, 0], np.where(gold, side[:, 1] + gold, 0)) for side in sides)
        rows.append(higher - lower)
    return np.concatenate(rows)


def _p(seen: Numbers, swapped: Numbers) -> Numbers:
    reached = (np.abs(swapped) >= np.abs(seen) - TIE).sum(axis=0)
    return np.where(np.isnan(seen[0]), np.nan, (1 + reached) / (1 + len(swapped)))
