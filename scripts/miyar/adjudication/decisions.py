"""Decisions: which candidates of a conflict were taken, by whom and why; kept as JSON Lines for ever."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from miyar.adjudication.conflicts import Conflict, answer_as_json
from miyar.adjudication.opinions import Key
from miyar.errors import DataError, Problem, quoted
from miyar.records import Kind, Whole, read_lines

ADJUDICATOR = re.compile("J[1-9][0-9]*")
REASONS = ("guideline", "slip", "boundary", "ambiguity", "other")
"""The guidelines do not say; somebody slipped; only an edge is in question; the text has two readings."""


class DecidedSpan(msgspec.Struct, frozen=True):
    """A span that was taken or drawn."""

    start: Whole
    end: Whole
    label: str


Answer = DecidedSpan | str | None


class DecisionLine(msgspec.Struct, frozen=True):
    """A line of decisions; what else of the conflict stands in it is for people."""

    conflict: str
    article: str
    taken: list[Answer]
    own: list[DecidedSpan] = []
    reason: str = ""
    rule: str = ""
    note: str = ""
    by: str = ""
    at: str = ""


LINE = Kind(
    DecisionLine,
    "bad_decision",
    '{"conflict": "ID", "article": "…", "taken": [{"start": 0, "end": 5, "label": "…"}], "by": "J1"} '
    "on one line",
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one adjudicator decided about one conflict.

    `taken` are candidates' answers, `own` spans that nobody had; `rule` is the number of the guidelines'
    rule that decides it.
    """

    conflict: str
    article: str
    taken: tuple[Key | str | None, ...]
    own: tuple[Key, ...] = ()
    reason: str = ""
    rule: str = ""
    note: str = ""
    by: str = ""
    at: str = ""

    def to_dict(self, conflict: Conflict) -> dict[str, Any]:
        """Return the line, with the conflict for people to read."""
        return {
            **conflict.to_dict(),
            "taken": [answer_as_json(one) for one in self.taken],
            "own": [one.to_dict() for one in self.own],
            "reason": self.reason,
            "rule": self.rule,
            "note": self.note,
            "by": self.by,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions by conflict: the first adjudicator's last one counts, `others` are the other people's."""

    counting: Mapping[str, Decision] = field(default_factory=dict)
    others: tuple[Decision, ...] = ()


def read_decisions(folder: Path) -> Decisions:
    """Return the decisions of all JSON Lines files of a folder, in the order of their names.

    Raises DataError with all that is wrong in them.
    """
    problems: list[Problem] = []
    found: list[Decision] = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in read_lines(file, LINE):
            if isinstance(line, Problem):
                problems.append(line)
            elif ADJUDICATOR.fullmatch(line.record.by) and line.record.reason in ("", *REASONS):
                found.append(_decision(line.record))
            else:
                told = f"by {quoted(line.record.by)}, reason {quoted(line.record.reason)}"
                expected = f"a pseudonym J1, J2, … and a reason of {', '.join(REASONS)}, or none"
                problems.append(Problem("bad_decision", line.where, told, expected))
    if problems:
        raise DataError(problems)
    return decisions_of(sorted(found, key=lambda one: one.at))


def decisions_of(found: Iterable[Decision]) -> Decisions:
    """Return which of some decisions count."""
    counting: dict[str, Decision] = {}
    others: dict[tuple[str, str], Decision] = {}
    for one in found:
        if counting.setdefault(one.conflict, one).by == one.by:
            counting[one.conflict] = one
        else:
            others[one.conflict, one.by] = one
    return Decisions(counting, tuple(others.values()))


def decided_by(decisions: Decisions, who: str) -> dict[str, Decision]:
    """Return the decisions of one adjudicator by conflict."""
    every = (*decisions.counting.values(), *decisions.others)
    return {one.conflict: one for one in every if one.by == who}


def second_opinions(decisions: Decisions) -> Iterator[bool]:
    """Yield for each conflict that two adjudicators decided whether they took the same."""
    for one in decisions.others:
        first = decisions.counting[one.conflict]
        yield _content(one) == _content(first)


def _content(one: Decision) -> tuple[frozenset[Any], frozenset[Key]]:
    return frozenset(one.taken), frozenset(one.own)


def _decision(line: DecisionLine) -> Decision:
    return Decision(
        line.conflict,
        line.article,
        tuple(_key(one) if isinstance(one, DecidedSpan) else one for one in line.taken),
        tuple(map(_key, line.own)),
        line.reason,
        line.rule,
        line.note,
        line.by,
        line.at,
    )


def _key(span: DecidedSpan) -> Key:
    return Key(span.start, span.end, span.label)
