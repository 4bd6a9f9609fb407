"""Judges a comparison by the rules of a gate: on intervals, so that noise neither passes nor hides a loss."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from miyar.comparison.model import Comparison, Difference, SystemComparison
from miyar.comparison.rules import Floor, Gate, NonInferiority, On, Rule, Subject, TradeOff
from miyar.comparison.verdict import Excuse, Gain, Judgement, RuleVerdict, State, SystemVerdict, Verdict
from miyar.resampling import articles_needed
from miyar.scoring import PRF, Macro

ABSENT = "no gold spans"
NOT_DEFINED = "F1 is not defined"


class _Row(NamedTuple):
    """A row of a measure by its name; no difference where there is nothing to judge."""

    name: str
    difference: Difference | None


def judge(gate: Gate, comparison: Comparison) -> Verdict:
    """Return what the gate says: a system passes if every rule does, the gate if every system does."""
    return Verdict(
        comparison.corpus,
        comparison.articles,
        comparison.level,
        comparison.baseline.name,
        tuple(
            SystemVerdict(
                one, tuple(_judged(rule, gate.trade_offs, one, comparison.articles) for rule in gate.rules)
            )
            for one in comparison.systems
        ),
    )


def _judged(
    rule: Rule, trade_offs: Sequence[TradeOff], compared: SystemComparison, articles: int
) -> RuleVerdict:
    judged = [
        _not_inferior(rule, row, articles) if isinstance(rule, NonInferiority) else _above(rule, row)
        for row in _rows(rule.subject, compared)
    ]
    excuse = partial(_excused, rule, trade_offs, compared)
    return RuleVerdict(rule, tuple(map(excuse, judged)))


def _rows(subject: Subject, compared: SystemComparison) -> list[_Row]:
    """Return the rows that a subject means; of all of a family those that have gold."""
    found, of = compared.find(subject.measure), subject.of
    if found is None:
        return [_Row(name, None) for name in ((of,) if isinstance(of, str) else of)]
    if not isinstance(of, str):
        return [_Row(name, _supported(found.labels.get(name))) for name in of]
    if of == found.family:
        rows = [_Row(name, one) for name, one in found.labels.items() if _supported(one)]
        return rows or [_Row(of, None)]
    return [_Row(of, _supported({"micro": found.micro, "macro": found.macro}[of]))]


def _supported(one: Difference | None) -> Difference | None:
    """Return the difference if there is something in the gold that it is about."""
    return one if one and max(map(_support, (one.baseline, one.system))) else None


def _support(one: PRF | Macro) -> int:
    if isinstance(one, Macro):
        return len(one.labels)
    return one.gold


def _not_inferior(rule: NonInferiority, row: _Row, articles: int) -> Judgement:
    judged = Judgement(row.name, State.UNDECIDED, rule.limit, row.difference, why=ABSENT)
    if row.difference is None:
        return judged
    bounds, power = row.difference.bounds, row.difference.power
    if bounds is None:
        return replace(judged, why=row.difference.why_none)
    state = State.PASSED if bounds.low > rule.limit or row.difference.same else State.FAILED
    shown = power.detectable if power else None
    needed = articles_needed(articles, shown, rule.margin) if shown else None
    return replace(judged, state=state, bounds=bounds, why="", articles_needed=needed)


def _above(rule: Floor, row: _Row) -> Judgement:
    judged = Judgement(row.name, State.UNDECIDED, rule.limit, row.difference, why=ABSENT)
    if row.difference is None:
        return judged
    if judged.f1 is None:
        return replace(judged, why=NOT_DEFINED)
    if rule.on is On.POINT:
        return replace(judged, state=_reached(judged.f1, rule), why="")
    own, ratio = row.difference.system.interval, row.difference.ratios[-1]
    if own is None or ratio not in own.bounds:
        return replace(judged, why=own.absent[ratio] if own else row.difference.why_none)
    bounds = own.bounds[ratio]
    return replace(judged, state=_reached(bounds.low, rule), bounds=bounds, why="")


def _reached(value: float, rule: Floor) -> State:
    return State.PASSED if value >= rule.limit else State.FAILED


def _excused(
    rule: Rule, trade_offs: Sequence[TradeOff], compared: SystemComparison, judged: Judgement
) -> Judgement:
    """Return a failed row excused where a trade-off that names the rule covers its loss."""
    if judged.state is not State.FAILED:
        return judged
    excuses = tuple(
        _excuse(one, judged, compared)
        for one in trade_offs
        if rule.name in one.excuses and _covers(one.subject, rule.subject.measure, judged.row, compared)
    )
    state = State.EXCUSED if any(one.granted for one in excuses) else State.FAILED
    return replace(judged, state=state, excuses=excuses)


def _covers(subject: Subject, measure: str, row: str, compared: SystemComparison) -> bool:
    return subject.measure == measure and row in {one.name for one in _rows(subject, compared)}


def _excuse(trade_off: TradeOff, judged: Judgement, compared: SystemComparison) -> Excuse:
    loss = judged.difference and judged.difference.bounds
    gains = tuple(
        Gain(
            trade_off.gainer.measure,
            row.name,
            row.difference,
            bool(row.difference and row.difference.bounds and row.difference.bounds.low > trade_off.gain),
        )
        for row in _rows(trade_off.gainer, compared)
    )
    return Excuse(trade_off, bool(loss and loss.low > -trade_off.margin), gains)
