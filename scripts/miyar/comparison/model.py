"""What a comparison is: differences with their intervals, tests and power. Nothing is counted here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from miyar.comparison.changes import Changes
from miyar.errors import in_number
from miyar.resampling import few_articles
from miyar.scoring import PRF, Bounds, Interval, Macro, Share

NO_INTERVAL_ASKED = "no intervals were asked for"


class Finding(StrEnum):
    """What interval and p say of a difference: that it is there, or why nothing can be said."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not_shown"
    EQUAL = "equal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Significance:
    """A two-sided p on the difference of F1, and the same after Holm over a family of several tests.

    `family` says what the tests are over: labels, roles, classes, slices or systems; `tests` how many. A
    class with spans in too few articles for an interval is not of the family: `holm` is None, `tests` 0.
    """

    p: float
    holm: float | None
    family: str
    tests: int

    def to_dict(self) -> dict[str, object]:
        """Return both p-values, unrounded, and the family."""
        return {"p": self.p, "p_holm": self.holm, "family": self.family, "tests": self.tests}


@dataclass(frozen=True, slots=True)
class Power:
    """What this corpus can show: the standard error of a difference of F1, and what follows from it.

    `detectable` is the smallest true difference that is found with 80 % power, `articles_needed` how many
    such articles would find `difference` as often. None where the systems do not differ in any article, or
    no difference was asked for.
    """

    standard_error: float
    detectable: float | None
    difference: float | None
    articles_needed: int | None

    def to_dict(self) -> dict[str, object]:
        """Return the numbers, unrounded."""
        return {
            "standard_error": self.standard_error,
            "detectable": self.detectable,
            "difference": self.difference,
            "articles_needed": self.articles_needed,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One number of both systems, and new - baseline of its ratios.

    `articles` counts those that bear on F1, `interval` has the intervals of the differences. `same` says
    that both systems have the same counts in every article. Of a Share, its share stands for F1.
    """

    baseline: PRF | Macro
    system: PRF | Macro
    articles: int
    same: bool
    interval: Interval | None = None
    significance: Significance | None = None
    power: Power | None = None

    @property
    def ratios(self) -> tuple[str, ...]:
        """Return the names of the ratios, the one that is tested last."""
        return ("share",) if isinstance(self.baseline, Share) else ("precision", "recall", "f1")

    @property
    def f1(self) -> float | None:
        """Return the difference of F1, or of the share; None where either is undefined."""
        return self.of(self.ratios[-1])

    @property
    def bounds(self) -> Bounds | None:
        """Return the interval of that difference, or None where it has none."""
        return self.interval.bounds.get(self.ratios[-1]) if self.interval else None

    @property
    def why_none(self) -> str:
        """Return why it has none, or an empty text."""
        return self.interval.absent.get(self.ratios[-1], "") if self.interval else NO_INTERVAL_ASKED

    @property
    def finding(self) -> Finding:
        """Return what the interval says; nothing can be said without one, even of equal counts."""
        if self.bounds is None:
            return Finding.UNKNOWN
        if self.same:
            return Finding.EQUAL
        if not self._significant:
            return Finding.NOT_SHOWN
        if self.bounds.low > 0:
            return Finding.BETTER
        return Finding.WORSE if self.bounds.high < 0 else Finding.NOT_SHOWN

    @property
    def _significant(self) -> bool:
        """Return whether p after Holm is below 1 - level; without p the interval decides alone."""
        if self.significance is None or self.significance.holm is None or self.interval is None:
            return True
        return self.significance.holm < 1 - self.interval.level

    def of(self, ratio: str) -> float | None:
        """Return the difference of a ratio; None where either is undefined."""
        old, new = (getattr(one, ratio) for one in (self.baseline, self.system))
        return None if old is None or new is None else new - old

    def to_dict(self) -> dict[str, object]:
        """Return both sides, differences, intervals, p and power, unrounded; undefined is None."""
        none = {"p": None, "p_holm": None, "family": "", "tests": 0}
        return {
            "baseline": self.baseline.to_dict(),
            "system": self.system.to_dict(),
            "difference": {ratio: self.of(ratio) for ratio in self.ratios},
            "interval": self.interval.to_dict() if self.interval else None,
            **(self.significance.to_dict() if self.significance else none),
            "power": self.power.to_dict() if self.power else None,
            "articles": self.articles,
            "finding": self.finding.value,
        }

    def __repr__(self) -> str:
        """Return the difference in points, its interval, p, and how many articles bear on it."""
        bounds = f" [{100 * self.bounds.low:+.1f}, {100 * self.bounds.high:+.1f}]" if self.bounds else ""
        shown = "–" if self.f1 is None else f"{100 * self.f1:+.1f}"
        tested = self.significance
        p = f", p {tested.holm:.3f}" if tested and tested.holm is not None else ""
        return f"Difference({shown}{bounds}{p}; {self.finding}, {self.articles} articles)"


@dataclass(frozen=True, slots=True)
class MeasureComparison:
    """One measure of two systems: micro, macro where it is defined, and by class.

    `family` says what the classes in `labels` are: labels, roles, classes of nesting, slices.
    """

    signature: str
    micro: Difference
    macro: Difference | None = None
    labels: Mapping[str, Difference] = field(default_factory=dict)
    family: str = "labels"

    def to_dict(self) -> dict[str, object]:
        """Return the measure as the comparison's JSON has it."""
        macro = {"macro": self.macro.to_dict()} if self.macro else {}
        by_class = {code: one.to_dict() for code, one in self.labels.items()}
        classes: dict[str, object] = {self.family: by_class} if by_class else {}
        return {"signature": self.signature, "micro": self.micro.to_dict(), **macro, **classes}

    def __repr__(self) -> str:
        """Return micro, macro, and each class on a line of its own."""
        lines = [f"micro {self.micro!r}", *([f"macro {self.macro!r}"] if self.macro else [])]
        lines += [f"{code} {one!r}" for code, one in self.labels.items()]
        return "MeasureComparison(\n  " + "\n  ".join(lines) + "\n)"


@dataclass(frozen=True, slots=True)
class System:
    """One extractor release: its faults by code, and how many of the gold's articles it learnt from."""

    name: str
    charged: Mapping[str, int] = field(default_factory=dict)
    learnt_from: int = 0

    def to_dict(self) -> dict[str, object]:
        """Return the fields as a score's JSON names them."""
        return {
            "extractor": self.name,
            "charged": dict(self.charged),
            "articles_learnt_from": self.learnt_from,
        }


@dataclass(frozen=True, slots=True)
class SystemComparison:
    """One system against the baseline: all measures by layer and name, and what became of each span."""

    system: System
    layers: Mapping[str, Mapping[str, MeasureComparison]]
    changes: Changes | None = None

    def find(self, measure: str) -> MeasureComparison | None:
        """Return the measure with a name such as "entities.strict"."""
        layer, _, name = measure.partition(".")
        return self.layers.get(layer, {}).get(name)

    def to_dict(self) -> dict[str, object]:
        """Return the comparison of one system as JSON has it."""
        layers = {
            layer: {name: measure.to_dict() for name, measure in measures.items()}
            for layer, measures in self.layers.items()
        }
        changes = {"changes": self.changes.to_dict()} if self.changes else {}
        return {**self.system.to_dict(), **changes, "layers": layers}

    def __repr__(self) -> str:
        """Return the micro average of each measure, a line each."""
        lines = [
            f"{layer} {name}: {measure.micro!r}"
            for layer, measures in self.layers.items()
            for name, measure in measures.items()
        ]
        return "\n  ".join([f"SystemComparison({self.system.name}", *lines]) + "\n)"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems against a baseline on one gold. `left_out` says why a layer or a measure is not there."""

    corpus: str
    articles: int
    level: float
    baseline: System
    systems: tuple[SystemComparison, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    effective_articles: float = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is to be said of all intervals, where there are any."""
        return few_articles(self.articles, self.effective_articles) if self._has_intervals else ()

    @property
    def _has_intervals(self) -> bool:
        """Return whether any difference has an interval."""
        measures = [m for one in self.systems for layer in one.layers.values() for m in layer.values()]
        differences = [d for one in measures for d in (one.micro, one.macro, *one.labels.values())]
        return any(one and one.interval and one.interval.bounds for one in differences)

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as JSON, unrounded."""
        return {
            "corpus": self.corpus,
            "articles": self.articles,
            "effective_articles": self.effective_articles,
            "warnings": list(self.warnings),
            "level": self.level,
            "baseline": self.baseline.to_dict(),
            "left_out": dict(self.left_out),
            "systems": [one.to_dict() for one in self.systems],
        }

    def __repr__(self) -> str:
        """Return each system with its measures."""
        head = f"Comparison with {self.baseline.name} on {self.corpus}, {in_number(self.articles, 'article')}"
        return "\n".join([head, *map(repr, self.systems)])
