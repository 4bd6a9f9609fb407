"""Judges a comparison by the rules of a gate: on intervals, so that noise neither passes nor hides a loss."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from miyar.comparison.model import Comparison, Difference, MeasureComparison, SystemComparison
from miyar.comparison.rules import Floor, Gate, NonInferiority, On, Rule, Subject, TradeOff
from miyar.comparison.verdict import Excuse, Gain, Judgement, Loss, RuleVerdict, State, SystemVerdict, Verdict
from miyar.resampling import articles_needed
from miyar.scoring import PRF, Macro

NO_GOLD = "no gold spans"
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
        tuple(_system(gate, one, comparison.articles) for one in comparison.systems),
    )


def _system(gate: Gate, compared: SystemComparison, articles: int) -> SystemVerdict:
    rules = tuple(_judged(rule, gate.trade_offs, compared, articles) for rule in gate.rules)
    return SystemVerdict(compared, rules, tuple(_losses(compared, rules)))


def _losses(compared: SystemComparison, rules: Sequence[RuleVerdict]) -> Iterator[Loss]:
    """Yield what is worse in a measure that rules are about, and no rule stops."""
    rows = [(one, one.rule.subject.measure, row) for one in rules for row in one.judgements]
    failed = {(measure, row.row) for one, measure, row in rows if one.fails(row)}
    judged = {(measure, row.row) for _, measure, row in rows if row.state is not State.UNDECIDED}
    for measure in dict.fromkeys(measure for _, measure, _ in rows):
        found = compared.find(measure)
        if found is None:
            continue
        for name, one in found.labels.items():
            if _is_lost(one) and (measure, name) not in failed:
                yield Loss(measure, name, one)
        flood, bounds = _flood(found), found.micro.bounds
        worse = bool(bounds and bounds.high < 0) or bool(flood and (found.micro.f1 or 0.0) < 0)
        if worse and (measure, "micro") not in judged | failed:
            yield Loss(measure, "micro", found.micro, flood)


def _is_lost(one: Difference) -> bool:
    """Return whether the baseline found something of a class and the system nothing."""
    old, new = one.baseline, one.system
    return isinstance(old, PRF) and isinstance(new, PRF) and old.gold > 0 and old.tp > 0 == new.tp


def _flood(found: MeasureComparison) -> dict[str, int]:
    sides = ((name, one.baseline, one.system) for name, one in found.labels.items())
    return {
        name: new.predicted
        for name, old, new in sides
        if isinstance(old, PRF) and isinstance(new, PRF) and not new.gold and new.predicted > old.predicted
    }


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
    judged = Judgement(row.name, State.UNDECIDED, rule.limit, row.difference, why=NO_GOLD)
    if row.difference is None:
        return judged
    bounds, power = row.difference.bounds, row.difference.power
    if row.difference.same:  # in every article, so that F1 differs by exactly 0
        return replace(judged, state=State.PASSED, bounds=bounds, why="")
    if bounds is None:
        return replace(judged, why=row.difference.why_none)
    state = State.PASSED if bounds.low > rule.limit else State.FAILED
    shown = power.detectable if power else None
    needed = articles_needed(articles, shown, rule.margin) if shown else None
    return replace(judged, state=state, bounds=bounds, why="", articles_needed=needed)


def _above(rule: Floor, row: _Row) -> Judgement:
    judged = Judgement(row.name, State.UNDECIDED, rule.limit, row.difference, why=NO_GOLD)
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
