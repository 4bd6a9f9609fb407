"""Percentile intervals and standard errors from the resamples."""

from dataclasses import dataclass

import numpy as np

from miyar.resampling.counts import Numbers, Whole, mean
from miyar.resampling.ends import Ends

LEVEL = 0.95
FEWEST_ARTICLES = 10
MOST_UNDEFINED = 0.05
FEW_ARTICLES = 50  # effective ones: below, intervals rest on the assumptions in `ends` as much as on the data


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


def few_articles(articles: int, effective: float) -> tuple[str, ...]:
    """Return the warning that intervals are rough, where few articles bear the spans.

    `effective` is how many articles of one length say as much.
    """
    if effective >= FEW_ARTICLES:
        return ()
    unequal = f", which say as much as {effective:.0f} of one length" if effective < 0.9 * articles else ""
    return (
        f"few articles ({articles}{unequal}): below {FEW_ARTICLES} intervals are rough, and wide near 0 and "
        "100 %",
    )


def intervals(values: Numbers, articles: Whole, level: float = LEVEL, ends: Ends | None = None) -> Intervals:
    """Return the intervals of a statistic, given its values (samples, …) and supporting articles (…).

    They reach at least to `ends`, where there are any.

    The bounds are quantiles of the defined values, interpolated linearly: the expanded percentile interval
    (Hesterberg 2015), for n supporting articles between the shares a and 1-a with
    a = Φ(-√(n/(n-1)) · t), t the (1+level)/2 quantile of Student's t with n-1 degrees of freedom. For many
    articles a is (1-level)/2; for few the plain percentile interval is too narrow, as a bootstrap draws from
    deviations whose squares are too small by (n-1)/n, which the standard error makes up for too. There is
    none where fewer than FEWEST_ARTICLES articles bear on the statistic or more than MOST_UNDEFINED of its
    values are undefined.
    """
    undefined: Whole = np.isnan(values).sum(axis=0)
    none = (articles < FEWEST_ARTICLES) | (undefined > MOST_UNDEFINED * len(values))
    ordered = np.sort(values, axis=0)
    tail = _tail(articles, level)
    low, high = (_quantile(ordered, undefined, share) for share in (tail, 1 - tail))
    if ends is not None:
        low, high = np.fmin(low, ends.low), np.fmax(high, ends.high)
    variance = mean((values - mean(values, axis=0)) ** 2, axis=0) * articles / np.maximum(articles - 1, 1)
    low, high, error = (np.where(none, np.nan, bound) for bound in (low, high, np.sqrt(variance)))
    return Intervals(low, high, error, articles, undefined, len(values))


def _tail(articles: Whole, level: float) -> Numbers:
    """Return the share of resamples below the interval, to a millionth: SciPy may round otherwise later."""
    from scipy.special import ndtr, stdtrit

    number = np.maximum(articles, 2)
    tail: Numbers = ndtr(-np.sqrt(number / (number - 1)) * stdtrit(number - 1, (1 + level) / 2))
    return tail.round(6)


def _quantile(ordered: Numbers, undefined: Whole, share: Numbers) -> Numbers:
    """Return quantiles of sorted columns, NaN last; NumPy does not promise how its own are rounded."""
    place = np.maximum(len(ordered) - 1 - undefined, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    lower, upper = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
    quantile: Numbers = lower + (upper - lower) * (place - below)
    return quantile
