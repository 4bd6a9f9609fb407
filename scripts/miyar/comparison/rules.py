"""What a gate asks: rules about rows of measures, and which losses another gain excuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from miyar.comparison.counts import Rows

PER_CENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")


def rate(written: float | str) -> float:
    """Return a rate as a share of 1: a number is one, a text such as "1 %" says it as reports do.

    Raises ValueError for another text.
    """
    if not isinstance(written, str):
        return written
    found = PER_CENT.fullmatch(written)
    if not found:
        raise ValueError(f"no rate: {written!r}")
    return float(found[1]) / 100


class On(StrEnum):
    """What a floor is held against: F1 itself, or the lower end of its interval."""

    POINT = "point"
    INTERVAL = "interval"


class Undecided(StrEnum):
    """What becomes of a row that cannot be judged."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows of one measure, such as "entities.strict": an average, all of its classes, or some of them."""

    measure: str
    of: str | tuple[str, ...]

    def within(self, rows: Mapping[str, Rows]) -> frozenset[str]:
        """Return the names of the rows that are meant."""
        if not isinstance(self.of, str):
            return frozenset(self.of)
        there = rows[self.measure]
        return frozenset(there.classes if self.of == there.family else [self.of])

    def __str__(self) -> str:
        """Return measure and rows for a person."""
        return f"{self.measure}, {self.of if isinstance(self.of, str) else ', '.join(self.of)}"


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """The new F1 is lower by less than `margin`: the interval of the difference lies above -margin."""

    name: str
    subject: Subject
    margin: float
    undecided: Undecided = Undecided.FAIL

    kind = "non_inferiority"

    on = On.INTERVAL

    @property
    def limit(self) -> float:
        """Return what the lower end of the difference has to lie above."""
        return -self.margin


@dataclass(frozen=True, slots=True)
class Floor:
    """The new F1, or the lower end of its interval, is at least `f1`."""

    name: str
    subject: Subject
    f1: float
    on: On = On.POINT
    undecided: Undecided = Undecided.FAIL

    kind = "floor"

    @property
    def limit(self) -> float:
        """Return what F1 has to reach."""
        return self.f1


Rule = NonInferiority | Floor


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Rows may lose less than `margin` where all of other rows gain more than `gain`, both on the interval.

    Only rules that `excuses` names are excused.
    """

    name: str
    excuses: tuple[str, ...]
    subject: Subject
    margin: float
    gainer: Subject
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of a gate file, and the losses that are tolerated."""

    rules: tuple[Rule, ...]
    trade_offs: tuple[TradeOff, ...] = ()
