"""Ends of intervals where resamples say too little: nearly all is right, or few articles bear the spans.

Where everything is right, every resample is the corpus again, and a percentile interval has no width. So an
interval reaches at least to ends that need no resamples: of a ratio on the logit scale, with the linearised
standard error of a ratio over clusters and Student's t (Korn and Graubard 1999; the default of survey
software), of a difference on its own scale. Two things make up for what few articles cannot show:

* The degrees of freedom go by what the articles add, not by their number: the standard error of n equal
  articles has n-1, of unequal ones about 2n/(κ-1), κ the kurtosis of what each adds to the ratio, and never
  more than the effective number of articles, (Σsize)²/Σsize² (Kish 1965).
* The lower end counts one more article in which all is wrong, the upper end one in which all is right
  (Agresti and Coull 1998 add such successes and failures), of half the mean size where no article is wrong
  (right); that fades as 1/(1 + m/7) with the effective number m of those that are. Of a difference as much
  of it is wrong as differs in an article where one does, or more: the geometric mean of that and all of it.

tests/benchmarks/edges.py says how often such intervals hold the truth.
"""

from typing import NamedTuple

import numpy as np

from miyar.resampling.counts import (
    FOUND,
    RATIOS,
    TP,
    Mask,
    Numbers,
    Whole,
    denominators,
    macro,
    quotient,
    ratios,
)

HALF, FADE = 0.5, 7.0
DIGITS, NOISE = 12, 1e-13  # what does not depend on how a library rounds


class Evidence(NamedTuple):
    """What each article adds to ratios of shape (…): all but `value` have shape (articles, …).

    `size` and `right` are an article's shares of the denominator, all of it and what of it is right; `value`
    is the sum of `right`. `pull` is how far the article moves the ratio: right - value · size.
    """

    size: Numbers
    right: Numbers
    pull: Numbers
    value: Numbers

    @property
    def articles(self) -> Whole:
        """Return how many articles bear on each ratio."""
        number: Whole = np.count_nonzero(self.size, axis=0)
        return number


class Ends(NamedTuple):
    """The ends of intervals, of the statistic's shape; NaN where there are none."""

    low: Numbers
    high: Numbers


def evidence(counts: Numbers) -> Evidence:
    """Return what each article adds to precision, recall and F1 of counts (articles, classes, 4)."""
    tp, found = counts[..., TP], counts[..., FOUND]
    below = denominators(counts)
    whole = below.sum(axis=0)
    size = _shares(below, whole)
    right = _shares(np.stack([tp, found, tp + found], axis=-1), whole)
    value = ratios(counts.sum(axis=0))
    return Evidence(size, right, _without_noise(right - np.nan_to_num(value) * size), value)


def macro_evidence(counts: Numbers, supported: Mask) -> Evidence:
    """Return what each article adds to macro precision, recall and F1 over the supported classes."""
    one = evidence(counts[:, supported])
    value = macro(counts.sum(axis=0), supported)
    if not supported.any():
        none = np.zeros((len(counts), len(RATIOS)))
        return Evidence(none, none, none, value)
    return Evidence(one.size.mean(axis=1), one.right.mean(axis=1), one.pull.mean(axis=1), value)


def effective_articles(counts: Numbers) -> float:
    """Return how many articles of equal size say as much as those of counts (articles, 4): Kish's number."""
    return float(np.nan_to_num(_effective(denominators(counts)[:, -1])).round(1))


def ratio_ends(one: Evidence, level: float) -> Ends:
    """Return the ends of the intervals of ratios."""
    number = np.maximum(one.articles, 1)
    student = _student(one.pull, one.size, number, level)
    low, high = (
        _logit_end(one, side, _weight(part) / number, student, number)
        for side, part in ((-1, one.size - one.right), (1, one.right))
    )
    return _rounded(low, high)


def difference_ends(old: Evidence, new: Evidence, level: float) -> Ends:
    """Return the ends of the intervals of new - old of two systems on the same articles.

    Two systems that are the same in every article of few may still differ in others.
    """
    number = np.maximum(np.count_nonzero(old.size + new.size, axis=0), 1)
    size = (old.size + new.size) / 2
    pull = _without_noise(new.pull - old.pull)
    part = np.abs(pull) + np.nan_to_num(np.abs(new.value - old.value)) * size
    share = _share(part, size)
    student = _student(pull, size, number, level)
    added = _weight(part) / number
    old_best, new_best = (np.minimum(1, system.value + share / 2) for system in (old, new))
    new_worst, old_worst = (np.maximum(0, best - share) for best in (old_best, new_best))
    low = _difference_end((old, old_best), (new, new_worst), -1, added, student, number)
    high = _difference_end((old, old_worst), (new, new_best), 1, added, student, number)
    return _rounded(low, high)


def apart_ends(one: Evidence, other: Evidence, level: float) -> Ends:
    """Return the ends of the intervals of other - one of two ratios that share no spans.

    Each side brings how far its own ends are (Zou and Donner 2008).
    """
    first, second = ratio_ends(one, level), ratio_ends(other, level)
    value = other.value - one.value
    low = value - np.hypot(other.value - second.low, first.high - one.value)
    high = value + np.hypot(second.high - other.value, one.value - first.low)
    return _rounded(low.clip(-1, 1), high.clip(-1, 1))


def _logit_end(one: Evidence, side: int, added: Numbers, student: Numbers, number: Whole) -> Numbers:
    """Return one end: with an article of the share `added` in which all is wrong, or (side 1) right."""
    extreme = (1 + side) / 2
    value = (one.value + extreme * added) / (1 + added)
    pull = one.pull + (one.value - value) * one.size
    error = _error(pull, (extreme - value) * added, added, number)
    inside = (value > 0) & (value < 1)
    safe = np.where(inside, value, 0.5)
    logit = np.log(safe / (1 - safe)) + side * student * error / (safe * (1 - safe))
    end: Numbers = np.where(inside, 1 / (1 + np.exp(-logit)), value)
    return end


def _difference_end(
    old: tuple[Evidence, Numbers],
    new: tuple[Evidence, Numbers],
    side: int,
    added: Numbers,
    student: Numbers,
    number: Whole,
) -> Numbers:
    """Return one end: with an article of the share `added` in which either system has this ratio."""
    values, pulls, own = [], [], []
    for system, extreme in (old, new):
        value = (system.value + extreme * added) / (1 + added)
        values.append(value)
        pulls.append(system.pull + (system.value - value) * system.size)
        own.append((extreme - value) * added)
    error = _error(_without_noise(pulls[1] - pulls[0]), own[1] - own[0], added, number)
    end: Numbers = values[1] - values[0] + side * student * error
    return end.clip(-1, 1)


def _error(pull: Numbers, own: Numbers, added: Numbers, number: Whole) -> Numbers:
    """Return the standard error of what articles pull at, and one more with a pull of its own."""
    error: Numbers = np.sqrt(((pull**2).sum(axis=0) + own**2) * (number + 1) / number) / (1 + added)
    return error


def _share(part: Numbers, size: Numbers) -> Numbers:
    """Return how much of one more article may differ: between what does where one differs, and all of it."""
    seen = quotient((part**2).sum(axis=0), (part * size).sum(axis=0))
    share: Numbers = np.sqrt(np.nan_to_num(seen, nan=1.0).clip(0, 1))
    return share


def _weight(part: Numbers) -> Numbers:
    """Return how large the article is that is added, in mean articles, given who has a part already."""
    weight: Numbers = HALF / (1 + np.nan_to_num(_effective(part)) / FADE)
    return weight


def _student(pull: Numbers, size: Numbers, number: Whole, level: float) -> Numbers:
    """Return the quantile of Student's t for what each article pulls at."""
    from scipy.special import stdtrit

    kurtosis = quotient(number * (pull**4).sum(axis=0), (pull**2).sum(axis=0) ** 2)
    freedom = np.nan_to_num(2 * number / np.maximum(kurtosis - 1, 0.5), nan=np.inf)
    freedom = np.maximum(np.minimum(freedom, np.nan_to_num(_effective(size)) - 1), 1)
    quantile: Numbers = stdtrit(freedom, (1 + level) / 2)
    return quantile


def _without_noise(pull: Numbers) -> Numbers:
    """Return what articles pull at, without what is left of rounding where it should be nothing."""
    return np.where(np.abs(pull) < NOISE, 0.0, pull)


def _effective(part: Numbers) -> Numbers:
    """Return how many equal parts say as much as these; NaN where there are none."""
    return quotient(part.sum(axis=0) ** 2, (part**2).sum(axis=0))


def _shares(part: Numbers, whole: Numbers) -> Numbers:
    return np.nan_to_num(quotient(part, np.broadcast_to(whole, part.shape)))


def _rounded(low: Numbers, high: Numbers) -> Ends:
    return Ends(low.round(DIGITS), high.round(DIGITS))
