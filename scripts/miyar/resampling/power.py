"""How small a difference a corpus can show, and how large a corpus would show a given one."""

import math
from statistics import NormalDist

from miyar.resampling.bootstrap import LEVEL

POWER = 0.8


def detectable(standard_error: float, articles: int, level: float = LEVEL, power: float = POWER) -> float:
    """Return the smallest true difference that is found with this power: (t_{1-α/2} + z_{power}) · SE.

    α = 1 - level; the standard error is that of the paired difference, t is Student's with articles-1
    degrees of freedom, as in the interval.
    """
    from scipy.special import stdtrit

    quantile = float(stdtrit(max(articles - 1, 1), (1 + level) / 2))
    return (quantile + NormalDist().inv_cdf(power)) * standard_error


def articles_needed(articles: int, detectable_difference: float, difference: float) -> int | None:
    """Return how many such articles would show this difference: ⌈n · (detectable/difference)²⌉.

    None where the difference is 0, which no corpus shows, or something is undefined.
    """
    if not difference or math.isnan(difference) or math.isnan(detectable_difference):
        return None
    return math.ceil(round(articles * (detectable_difference / difference) ** 2, 9))
