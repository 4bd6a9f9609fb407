"""The differences of one measure, row by row: what both systems have, intervals, p-values, power."""

from collections.abc import Iterator

import numpy as np

from miyar.comparison.counts import BASELINE, MICRO, Stack
from miyar.comparison.model import Difference, Power, Significance
from miyar.comparison.pairs import Pair, adjusted
from miyar.resampling import (
    F1,
    FEWEST_ARTICLES,
    RATIOS,
    Mask,
    Numbers,
    Whole,
    articles_needed,
    detectable,
)
from miyar.scoring import PRF, Macro, Share, Table
from miyar.scoring.measures import SHARE, interval_at, measure

SYSTEMS = "systems"
NO_MACRO = Macro((), None, None, None)


def differences(
    stack: Stack, system: int, pair: Pair, level: float, detect: float | None
) -> Iterator[Difference]:
    """Yield the differences of a system from the baseline: micro, each class, macro; no p-values yet."""
    old, new = pair.resampled or (None, None)
    sides = (
        _numbers(stack, BASELINE, old, pair.supported, level),
        _numbers(stack, system, new, pair.supported, level),
    )
    found, articles, same = pair.intervals(level), pair.articles[:, F1], pair.same
    for row, (baseline, other) in enumerate(zip(*sides, strict=True)):
        names = (SHARE,) if isinstance(other, Share) else RATIOS
        error = float(found.standard_error[row, F1]) if found else np.nan
        half = float(found.high[row, F1] - found.low[row, F1]) / 2 if found else np.nan
        yield Difference(
            baseline,
            other,
            int(articles[row]),
            bool(same[row]),
            interval_at(found, row, names, level) if found else None,
            power=None if np.isnan(error) else _power(half, error, len(pair.old), detect),
        )


def tested(p: Numbers, articles: Whole, family: str) -> list[list[Significance | None]]:
    """Return p-values of shape (systems, rows) with those after Holm: averages over the systems.

    Classes are adjusted over the classes of their system that have spans in FEWEST_ARTICLES `articles`, of
    the shape of `p`. That number is the same however the systems are swapped, so leaving the others out
    gives no one an advantage. A p that is NaN is none, and does not count.
    """
    last = p.shape[1] - 1
    few = articles < FEWEST_ARTICLES
    few[:, [MICRO, last]] = False
    after = adjusted(np.where(few, np.nan, p))
    return [
        [
            None
            if np.isnan(p[system, row])
            else Significance(
                float(p[system, row]),
                None if few[system, row] else float(after.p[system, row]),
                SYSTEMS if row in (MICRO, last) else family,
                0 if few[system, row] else int(after.tests[system, row]),
            )
            for row in range(last + 1)
        ]
        for system in range(len(p))
    ]


def _numbers(
    stack: Stack, system: int, resampled: Numbers | None, supported: Mask, level: float
) -> list[PRF | Macro]:
    """Return what one system has: micro, each class, macro over the supported classes."""
    table = stack.table(system)
    whole = measure(table, resampled, "", level)
    kept = np.append(MICRO, np.flatnonzero(supported))
    classes = tuple(stack.classes[place - 1] for place in kept[1:])
    averaged = measure(
        Table(stack.layer, stack.name, table.counts[:, kept], classes, stack.kind),
        None if resampled is None else resampled[:, kept],
        "",
        level,
    )
    return [whole.micro, *whole.labels.values(), averaged.macro or NO_MACRO]


def _power(half_width: float, standard_error: float, articles: int, detect: float | None) -> Power:
    if not standard_error:
        return Power(standard_error, None, detect, None)
    found = detectable(half_width, standard_error)
    needed = None if detect is None else articles_needed(articles, found, detect)
    return Power(standard_error, found, detect, needed)
