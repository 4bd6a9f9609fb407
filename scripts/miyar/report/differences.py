"""Differences in words and figures, rounded: what the report of a comparison and of a gate have in common."""

from miyar.comparison import Changes, Difference, Finding
from miyar.comparison.changes import BROKEN, CHANGES, Example
from miyar.errors import quoted
from miyar.report.blocks import UNDEFINED, percent
from miyar.report.page import INNER, Lines
from miyar.scoring import Bounds

MOST_LABELS, MOST_EXAMPLES = 5, 3
LEAST_P = 0.001
FINE = 2  # digits that show a bound which decides by less than a tenth of a point


def points(difference: float | None, digits: int = 1) -> str:
    """Return a difference of F1 in points, with its sign; one that is rounded to 0 has none."""
    if difference is None:
        return UNDEFINED
    rounded = round(100 * difference, digits)
    return f"{rounded:+.{digits}f}" if rounded else f"{0:.{digits}f}"


def ends(bounds: Bounds | None, digits: int = 1) -> str:
    """Return an interval of a difference in points."""
    return f"[{points(bounds.low, digits)}, {points(bounds.high, digits)}]" if bounds else UNDEFINED


def headline(one: Difference) -> tuple[str, str]:
    """Return F1, or the share, of both systems in per cent."""
    ratio = one.ratios[-1]
    old, new = (percent(getattr(side, ratio)) for side in (one.baseline, one.system))
    return old, new


def p_value(one: Difference) -> str:
    """Return p after Holm."""
    holm = one.significance.holm if one.significance else None
    if holm is None:
        return UNDEFINED
    return f"<{LEAST_P}" if holm < LEAST_P else f"{holm:.3f}"


def about(number: int) -> str:
    """Return a number with two significant digits: 1,900."""
    digits = max(len(str(number)) - 2, 0)
    return f"{round(number, -digits):,}"


def sentence(title: str, one: Difference, level: float) -> str:
    """Return in words what can be said of a difference."""
    interval = f"the {100 * level:g} % interval of the difference"
    bounds = f"{interval}, {ends(one.bounds, FINE)},"
    said = {
        Finding.BETTER: f"better: {bounds} lies above 0.",
        Finding.WORSE: f"worse: {bounds} lies below 0.",
        Finding.EQUAL: "the same counts in every article.",
        Finding.UNKNOWN: f"nothing can be said: no interval ({one.why_none}).",
        Finding.NOT_SHOWN: f"no difference shown: {bounds} {_doubt(one)}{_power(one)}.",
    }
    return f"{title}: {said[one.finding]}"


def broken(found: Changes) -> Lines:
    """Return how many spans are fixed and broken, and those broken most often, the text last in its line."""
    lines = []
    for layer in ("entities", "triggers"):
        counts = [(found.total(change, layer), name) for change, name in enumerate(CHANGES)]
        if any(number for number, _ in counts):
            listed = ", ".join(f"{number} {name.replace('_', ' ')}" for number, name in reversed(counts))
            lines.append(f"{layer}: {listed}")
    for label in found.most(BROKEN, MOST_LABELS, MOST_EXAMPLES):
        lines.append(f"{label.label}: {label.spans} broken")
        lines += [f"{INNER}{_example(one)}" for one in label.examples]
    return Lines(tuple(lines))


def _example(one: Example) -> str:
    what = "missed" if one.in_gold else "spurious"
    times = f"{one.times} × " if one.times > 1 else ""
    text = f": {quoted(one.text, 30)}" if one.text else ""
    return f"{times}{what}, {one.article} {one.start}–{one.end}{text}"


def _doubt(one: Difference) -> str:
    """Return what speaks against a difference: its interval, or p once the number of tests is counted in."""
    tested = one.significance
    if one.bounds is None or tested is None or one.bounds.low <= 0 <= one.bounds.high:
        return "holds 0"
    over = f" after Holm over {tested.tests} {tested.family}" if tested.tests > 1 else ""
    return f"lies on one side of 0, but p is {p_value(one)}{over}"


def _power(one: Difference) -> str:
    if one.power is None or one.power.detectable is None:
        return ""
    shown = f"; this corpus shows differences of {100 * one.power.detectable:.1f} points with 80 % power"
    if one.power.articles_needed is None or one.power.difference is None:
        return shown
    asked = 100 * one.power.difference
    number = about(one.power.articles_needed)
    return f"{shown}; for {asked:g} point{'' if asked == 1 else 's'} about {number} articles would be needed"
