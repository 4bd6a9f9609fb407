"""How small a difference a corpus can show, and how large a corpus would show a given one."""

import math
from statistics import NormalDist

POWER = 0.8


def detectable(half_width: float, standard_error: float, power: float = POWER) -> float:
    """Return the smallest true difference that is found with this power: half_width + z_{power} · SE.

    A difference is found where its interval is on one side of 0, so farther from it than half its width:
    t_{1-α/2} · SE, and more where few articles differ. The standard error is that of the paired difference.
    """
    return half_width + NormalDist().inv_cdf(power) * standard_error


def articles_needed(articles: int, detectable_difference: float, difference: float) -> int | None:
    """Return how many such articles would show this difference: ⌈n · (detectable/difference)²⌉.

    None where the difference is 0, which no corpus shows, or something is undefined.
    """
    if not difference or math.isnan(difference) or math.isnan(detectable_difference):
        return None
    return math.ceil(round(articles * (detectable_difference / difference) ** 2, 9))
