"""What a score is: counts, ratios, intervals, measures with their signature. No spans are counted here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from miyar.scoring.table import Kind

RATIOS = ("precision", "recall", "f1")


class Bounds(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Interval:
    """The intervals of some ratios at one level; `absent` says why a ratio has none."""

    level: float
    bounds: Mapping[str, Bounds]
    absent: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the bounds, unrounded, and the reasons where there are none."""
        ratios = {name: list(bounds) for name, bounds in self.bounds.items()}
        nothing = dict.fromkeys(self.absent)
        why = {"why_none": dict(self.absent)} if self.absent else {}
        return {"level": self.level, **ratios, **nothing, **why}


@dataclass(frozen=True, slots=True)
class PRF:
    """Counts with precision tp/predicted, recall found/gold and F1 (tp+found)/(predicted+gold).

    `found`, the gold that is right, is tp; they differ only where each side is put in classes by itself,
    as nesting is. With partial credit tp may end in ½. A ratio is None where its denominator is 0:
    undefined, not 0. Equal counts are equal scores, whatever their intervals.
    """

    tp: float
    predicted: int
    gold: int
    found: float | None = None
    interval: Interval | None = field(default=None, compare=False)

    @property
    def precision(self) -> float | None:
        """Return tp / predicted."""
        return _ratio(self.tp, self.predicted)

    @property
    def recall(self) -> float | None:
        """Return found / gold."""
        return _ratio(self._found, self.gold)

    @property
    def f1(self) -> float | None:
        """Return (tp + found) / (predicted + gold); the harmonic mean of the others where found is tp."""
        return _ratio(self.tp + self._found, self.predicted + self.gold)

    @property
    def _found(self) -> float:
        return self.tp if self.found is None else self.found

    def to_dict(self) -> dict[str, object]:
        """Return counts, ratios and intervals, unrounded."""
        found = {} if self.found is None else {"found": self.found}
        counts = {"tp": self.tp, **found, "predicted": self.predicted, "gold": self.gold}
        ratios = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**counts, **ratios, **_interval_dict(self.interval)}

    def __repr__(self) -> str:
        """Return the ratios in per cent, the interval of F1 and the counts."""
        ratios = f"P {_percent(self.precision)}, R {_percent(self.recall)}, F1 {_percent(self.f1)}"
        counts = f"tp {self.tp:g}, predicted {self.predicted}, gold {self.gold}"
        return f"PRF({ratios}{_shown(self.interval, 'f1')}; {counts})"


@dataclass(frozen=True, slots=True, repr=False)
class Share(PRF):
    """How many of some are right: predicted and gold are their number, so that all ratios are the share."""

    @property
    def share(self) -> float | None:
        """Return right / total; None where there are none."""
        return self.precision

    def to_dict(self) -> dict[str, object]:
        """Return counts, share and interval, unrounded."""
        counts = {"right": self.tp, "total": self.gold, "share": self.share}
        return {**counts, **_interval_dict(self.interval)}

    def __repr__(self) -> str:
        """Return the share in per cent, its interval and the counts."""
        return f"Share({_percent(self.share)}{_shown(self.interval, 'share')}; {self.tp:g} of {self.gold})"


@dataclass(frozen=True, slots=True)
class Macro:
    """Unweighted means over the labels with gold support; F1 is the mean of the labels' F1s.

    A label that is never predicted counts with precision 0. All are None when no label has support.
    """

    labels: tuple[str, ...]
    precision: float | None
    recall: float | None
    f1: float | None
    interval: Interval | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, object]:
        """Return the means, unrounded, and the labels that they are over."""
        means = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**means, "labels": list(self.labels), **_interval_dict(self.interval)}

    def __repr__(self) -> str:
        """Return the means in per cent and how many labels they are over."""
        ratios = f"P {_percent(self.precision)}, R {_percent(self.recall)}, F1 {_percent(self.f1)}"
        return f"Macro({ratios}{_shown(self.interval, 'f1')}; {len(self.labels)} labels)"


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to count on one layer: micro, macro where it is defined, and by class.

    `kind` says what the classes in `labels` are: labels, roles, classes of nesting; of shares, labels,
    and then all numbers are Shares.
    """

    signature: str
    micro: PRF
    macro: Macro | None = None
    labels: Mapping[str, PRF] = field(default_factory=dict)
    kind: Kind = "labels"

    def to_dict(self) -> dict[str, object]:
        """Return the measure as the score's JSON has it."""
        macro = {"macro": self.macro.to_dict()} if self.macro else {}
        name = "labels" if self.kind == "shares" else self.kind
        by_class = {code: one.to_dict() for code, one in self.labels.items()}
        classes: dict[str, object] = {name: by_class} if by_class else {}
        return {"signature": self.signature, "micro": self.micro.to_dict(), **macro, **classes}

    def __repr__(self) -> str:
        """Return micro, macro, and each class on a line of its own."""
        lines = [f"micro {self.micro!r}", *([f"macro {self.macro!r}"] if self.macro else [])]
        lines += [f"{code} {one!r}" for code, one in self.labels.items()]
        return "Measure(\n  " + "\n  ".join(lines) + "\n)"


def _ratio(numerator: float, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{100 * ratio:.1f}"


def _shown(interval: Interval | None, name: str) -> str:
    bounds = interval.bounds.get(name) if interval else None
    return f" [{100 * bounds.low:.1f}, {100 * bounds.high:.1f}]" if bounds else ""


def _interval_dict(interval: Interval | None) -> dict[str, object]:
    return {"interval": interval.to_dict()} if interval else {}
