"""Turns a table of counts, and its sums in resamples, into a measure with ratios and intervals."""

from collections.abc import Sequence

import numpy as np

from miyar.matching import Numbers
from miyar.resampling import (
    GOLD,
    RATIOS,
    Intervals,
    evidence,
    intervals,
    macro,
    macro_evidence,
    ratio_ends,
    ratios,
)
from miyar.scoring.model import PRF, Bounds, Interval, Macro, Measure, Share
from miyar.scoring.table import Table

MICRO = 0
SHARE = "share"
NO_LABEL = "no label has gold"


def measure(table: Table, resampled: Numbers | None, signature: str, level: float) -> Measure:
    """Return the measure of a table; its sums in resamples, (samples, classes, 4), give the intervals."""
    sums = table.counts.sum(axis=0)
    found = None
    if resampled is not None:
        one = evidence(table.counts)
        found = intervals(ratios(resampled), one.articles, level, ratio_ends(one, level))
    names = (SHARE,) if table.kind == "shares" else RATIOS  # a share is its precision, by another name
    parts = [
        _part(table, row, None if found is None else interval_at(found, index, names, level))
        for index, row in enumerate(sums)
    ]
    average = _macro(table, sums, resampled, level) if table.has_macro else None
    return Measure(
        signature, parts[MICRO], average, dict(zip(table.classes, parts[1:], strict=True)), table.kind
    )


def prf(row: Numbers, interval: Interval | None = None) -> PRF:
    """Return one row of summed counts with its ratios."""
    tp, predicted, gold, found = row.tolist()
    return PRF(_whole(tp), int(predicted), int(gold), None if found == tp else _whole(found), interval)


def _part(table: Table, row: Numbers, interval: Interval | None) -> PRF:
    if table.kind != "shares":
        return prf(row, interval)
    right, total, *_ = map(int, row)
    return Share(right, total, total, interval=interval)


def interval_at(found: Intervals, index: int, names: Sequence[str], level: float) -> Interval:
    """Return the intervals of one class under the names of its ratios, and why others have none."""
    bounds, absent = {}, {}
    for place, name in enumerate(names):
        why = found.absence(index, place)
        if why:
            absent[name] = why
        else:
            bounds[name] = Bounds(float(found.low[index, place]), float(found.high[index, place]))
    return Interval(level, bounds, absent)


def _macro(table: Table, sums: Numbers, resampled: Numbers | None, level: float) -> Macro:
    supported = sums[1:, GOLD] > 0
    labels = tuple(code for code, has in zip(table.classes, supported, strict=True) if has)
    if not labels:
        none = None if resampled is None else Interval(level, {}, dict.fromkeys(RATIOS, NO_LABEL))
        return Macro((), None, None, None, none)
    precision, recall, f1 = (None if np.isnan(one) else float(one) for one in macro(sums[1:], supported))
    if resampled is None:
        return Macro(labels, precision, recall, f1)
    one = macro_evidence(table.counts[:, 1:], supported)
    averages = macro(resampled[:, 1:], supported)[:, None]  # one row
    found = intervals(averages, one.articles[None], level, ratio_ends(one, level))
    return Macro(labels, precision, recall, f1, interval_at(found, MICRO, RATIOS, level))


def _whole(credit: float) -> float:
    """Return credit as a whole number where it is one."""
    return int(credit) if credit.is_integer() else credit
