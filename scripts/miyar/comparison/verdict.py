"""What a gate says: of each rule, of each row that it is about, with the numbers that decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from miyar.comparison.model import Difference, SystemComparison
from miyar.comparison.rules import Rule, TradeOff, Undecided
from miyar.scoring import Bounds


class State(StrEnum):
    """What became of a row or a rule; undecided rows fail or pass as their rule says."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Gain:
    """A row that a trade-off is for, and whether it gained enough."""

    measure: str
    row: str
    difference: Difference | None
    enough: bool

    def to_dict(self) -> dict[str, object]:
        """Return the row and its difference, unrounded."""
        return {
            "measure": self.measure,
            "row": self.row,
            "difference": self.difference.f1 if self.difference else None,
            "interval": _ends(self.difference.bounds if self.difference else None),
            "enough": self.enough,
        }


@dataclass(frozen=True, slots=True)
class Excuse:
    """What a trade-off says of a failed row: excused where the loss is within its margin and all gained."""

    trade_off: TradeOff
    within: bool
    gains: tuple[Gain, ...]

    @property
    def granted(self) -> bool:
        """Return whether the row is excused."""
        return self.within and bool(self.gains) and all(gain.enough for gain in self.gains)

    def to_dict(self) -> dict[str, object]:
        """Return the trade-off and what it rests on, unrounded."""
        return {
            "trade_off": self.trade_off.name,
            "granted": self.granted,
            "margin": self.trade_off.margin,
            "within_margin": self.within,
            "gain": self.trade_off.gain,
            "gains": [gain.to_dict() for gain in self.gains],
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row judged by one rule.

    `bounds` is the interval that decided: of the difference, or of the new F1; None where F1 itself did, or
    nothing could. `why` says why a row is undecided. `articles_needed` is how many articles would show a
    system as good as the baseline to be so, in 80 % of cases.
    """

    row: str
    state: State
    limit: float
    difference: Difference | None
    bounds: Bounds | None = None
    why: str = ""
    articles_needed: int | None = None
    excuses: tuple[Excuse, ...] = ()

    @property
    def f1(self) -> float | None:
        """Return the new F1, or the new share."""
        return self._side("system")

    @property
    def baseline_f1(self) -> float | None:
        """Return the F1, or the share, of the baseline."""
        return self._side("baseline")

    @property
    def distance(self) -> float:
        """Return how far what decided lies above the limit."""
        decided = self.bounds.low if self.bounds else self.f1
        return float("nan") if decided is None else decided - self.limit

    def _side(self, name: str) -> float | None:
        if self.difference is None:
            return None
        ratio: float | None = getattr(getattr(self.difference, name), self.difference.ratios[-1])
        return ratio

    def to_dict(self) -> dict[str, object]:
        """Return the row with the numbers that decided, unrounded."""
        return {
            "row": self.row,
            "state": self.state.value,
            "limit": self.limit,
            "baseline_f1": self.baseline_f1,
            "f1": self.f1,
            "difference": self.difference.f1 if self.difference else None,
            "interval": _ends(self.bounds),
            "articles": self.difference.articles if self.difference else 0,
            "articles_needed": self.articles_needed,
            "why": self.why,
            "excuses": [excuse.to_dict() for excuse in self.excuses],
        }


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule and the rows that it judged."""

    rule: Rule
    judgements: tuple[Judgement, ...]

    @property
    def passed(self) -> bool:
        """Return whether some row was judged, and none failed, nor was undecided where that fails."""
        return self.judged and not any(map(self.fails, self.judgements))

    @property
    def judged(self) -> bool:
        """Return whether any row could be judged: a rule that judges nothing does not pass."""
        return any(one.state is not State.UNDECIDED for one in self.judgements)

    @property
    def state(self) -> State:
        """Return the state that says most: failed, undecided, excused, passed."""
        if not self.passed:
            return State.FAILED
        states = [judgement.state for judgement in self.judgements]
        return next((one for one in (State.UNDECIDED, State.EXCUSED) if one in states), State.PASSED)

    def fails(self, judgement: Judgement) -> bool:
        """Return whether one row makes the rule fail."""
        undecided = judgement.state is State.UNDECIDED and self.rule.undecided is Undecided.FAIL
        return undecided or judgement.state is State.FAILED

    def to_dict(self) -> dict[str, object]:
        """Return the rule and its rows."""
        of = self.rule.subject.of
        return {
            "rule": self.rule.name,
            "kind": self.rule.kind,
            "measure": self.rule.subject.measure,
            "of": of if isinstance(of, str) else list(of),
            "limit": self.rule.limit,
            "on": self.rule.on.value,
            "undecided": self.rule.undecided.value,
            "passed": self.passed,
            "state": self.state.value,
            "rows": [judgement.to_dict() for judgement in self.judgements],
        }


@dataclass(frozen=True, slots=True)
class Loss:
    """A row that is worse and that no rule would stop: a class of which nothing is found any more, or micro.

    `flood` has the predictions of the system that stand under labels without gold, by label.
    """

    measure: str
    row: str
    difference: Difference
    flood: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the row and its numbers, unrounded."""
        return {
            "measure": self.measure,
            "row": self.row,
            "articles": self.difference.articles,
            "difference": self.difference.f1,
            "interval": _ends(self.difference.bounds),
            "flood": dict(self.flood),
        }


@dataclass(frozen=True, slots=True)
class SystemVerdict:
    """What the gate says of one system, and the losses that none of its rules would stop."""

    compared: SystemComparison
    rules: tuple[RuleVerdict, ...]
    losses: tuple[Loss, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether every rule passed."""
        return all(rule.passed for rule in self.rules)

    def to_dict(self) -> dict[str, object]:
        """Return the verdict on one system."""
        return {
            "extractor": self.compared.system.name,
            "passed": self.passed,
            "losses": [loss.to_dict() for loss in self.losses],
            "rules": [rule.to_dict() for rule in self.rules],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of all systems: it is passed where every one of them passes."""

    corpus: str
    articles: int
    level: float
    baseline: str
    systems: tuple[SystemVerdict, ...]

    @property
    def passed(self) -> bool:
        """Return whether every system passed."""
        return all(system.passed for system in self.systems)

    def to_dict(self) -> dict[str, object]:
        """Return the verdict first, then the systems."""
        return {"passed": self.passed, "systems": [system.to_dict() for system in self.systems]}


def _ends(bounds: Bounds | None) -> list[float] | None:
    return None if bounds is None else list(bounds)
