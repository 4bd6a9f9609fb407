"""The verdict of a gate on one page, for a terminal, a pull request or a program."""

import json
from collections.abc import Iterator

from miyar.comparison import (
    Comparison,
    Excuse,
    Judgement,
    Loss,
    NonInferiority,
    On,
    Rule,
    RuleVerdict,
    State,
    SystemVerdict,
    Undecided,
    Verdict,
)
from miyar.errors import in_number
from miyar.report.blocks import UNDEFINED
from miyar.report.comparison import letter, notes, overview
from miyar.report.differences import FINE, about, broken, ends, points
from miyar.report.format import Format
from miyar.report.page import Heading, Lines, Numbers, Part, render_page
from miyar.scoring import Bounds

COUNTS_AS = {Undecided.FAIL: "which fails", Undecided.PASS: "which passes"}
NOTHING_JUDGED = "and nothing else is judged, which fails"
MOST_PASSED = 3
NEEDED = (
    "articles: those that bear on a row; needed: with so many in the whole corpus, a release as good as the "
    "baseline would pass in 80 % of cases."
)


def render_verdict(verdict: Verdict, comparison: Comparison, form: Format) -> str:
    """Return the verdict first, then what decided; JSON has the whole comparison too."""
    if form is Format.JSON:
        value = {"gate": verdict.to_dict(), **comparison.to_dict()}
        return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return render_page(_parts(verdict, comparison), form)


def _parts(verdict: Verdict, comparison: Comparison) -> Iterator[Part]:
    yield Heading(f"Gate {_word(verdict.passed)}: {verdict.corpus}, {in_number(verdict.articles, 'article')}")
    losses = (_loss(one.compared.system.name, loss) for one in verdict.systems for loss in one.losses)
    yield Lines((*map(_system_line, verdict.systems), *losses))
    yield overview(comparison)
    for number, one in enumerate(verdict.systems, start=1):
        yield Heading(f"{letter(number)}: {one.compared.system.name}: {_word(one.passed)}", 2)
        for rule in one.rules:
            yield from _rule_parts(rule, letter(number))
        if one.compared.changes:
            yield broken(one.compared.changes)
    yield Lines((NEEDED, *notes(comparison).items))


def _word(passed: bool) -> str:
    return "passed" if passed else "FAILED"


def _system_line(one: SystemVerdict) -> str:
    others = [f"{rule.rule.name} ({rule.state})" for rule in one.rules if rule.state is not State.PASSED]
    listed = f"; {', '.join(others)}" if others else ""
    passed = sum(rule.passed for rule in one.rules)
    return f"{one.compared.system.name}: {passed} of {len(one.rules)} rules passed{listed}"


def _loss(system: str, loss: Loss) -> str:
    """Return a loss that no rule stops, for the first lines."""
    one = loss.difference
    if loss.row != "micro":
        spread = f"{one.articles} article{'' if one.articles == 1 else 's'}"
        return f"{system}: nothing is found any more of {loss.row} ({loss.measure}, in {spread})"
    flood = ", ".join(f"{count} of {label}" for label, count in loss.flood.items())
    under = f"; predictions under labels without gold: {flood}" if flood else ""
    change = f"{points(one.f1, FINE)} {ends(one.bounds, FINE)}".strip()
    return f"{system}: micro of {loss.measure} is worse ({change}), which no rule judges{under}"


def _rule_parts(judged: RuleVerdict, system: str) -> Iterator[Part]:
    """Yield what a rule asks, the rows that did not pass, the nearest that did, and what else is to be said.

    A row's name stands last in its line, for the name of a slice may be Arabic.
    """
    yield Lines((f"{judged.state}: {_title(judged.rule)}",), listed=False)
    passed = sorted(
        (one for one in judged.judgements if one.state is State.PASSED), key=lambda one: one.distance
    )
    others = [one for one in judged.judgements if one.state in (State.FAILED, State.EXCUSED)]
    is_change = isinstance(judged.rule, NonInferiority)
    decided = ("its interval", "articles", "needed") if is_change else (f"interval of {system}", "articles")
    rows = tuple(_row(one, is_change) for one in [*others, *passed[:MOST_PASSED]])
    yield Numbers(("", "A", system, "change", *decided, ""), rows)
    yield Lines(tuple(_remarks(judged, len(passed))))


def _title(rule: Rule) -> str:
    """Return a rule in words."""
    if isinstance(rule, NonInferiority):
        asked = f"the interval of the change lies above {points(rule.limit, FINE)} points"
    else:
        what = "the lower end of its interval" if rule.on is On.INTERVAL else "F1"
        asked = f"{what} is at least {_percent(rule.limit)} %"
    return f"{rule.name}: {rule.subject}: {asked}"


def _row(one: Judgement, is_change: bool) -> tuple[str, ...]:
    change = one.difference.f1 if one.difference else None
    articles = str(one.difference.articles) if one.difference else UNDEFINED
    numbers = (one.state.value, _percent(one.baseline_f1), _percent(one.f1), points(change, FINE))
    if not is_change:
        return (*numbers, _own(one.bounds), articles, one.row)
    failed = one.state is State.FAILED and one.articles_needed
    needed = about(failed) if failed else ""
    return (*numbers, ends(one.bounds, FINE), articles, needed, one.row)


def _remarks(judged: RuleVerdict, passed: int) -> Iterator[str]:
    """Yield what the numbers of a rule mean: rows for the same reason together, their names last."""
    failed = [one for one in judged.judgements if one.state is State.FAILED]
    if isinstance(judged.rule, NonInferiority):
        worse = [one for one in failed if one.bounds and one.bounds.high < 0]
        unclear = [one for one in failed if one not in worse]
        if worse:
            yield f"worse: {_names(worse)}"
        if unclear:
            yield f"not shown to be worse, but a loss beyond the margin is not ruled out: {_names(unclear)}"
        same = [one for one in judged.judgements if one.state is State.PASSED and _is_same(one)]
        if same:
            yield f"the same in every article, which passes whatever the interval: {_names(same)}"
    undecided = [one for one in judged.judgements if one.state is State.UNDECIDED]
    for why in dict.fromkeys(one.why for one in undecided):
        rows = [one for one in undecided if one.why == why]
        counts_as = COUNTS_AS[judged.rule.undecided] if judged.judged else NOTHING_JUDGED
        yield f"undecided, {counts_as}: {why}: {_names(rows)}"
    said: dict[str, list[Judgement]] = {}
    for one in judged.judgements:
        for excuse in one.excuses:
            said.setdefault(_excuse(excuse), []).append(one)
    yield from (f"{words}: {_names(rows)}" for words, rows in said.items())
    if passed > MOST_PASSED:
        yield f"and {passed - MOST_PASSED} more passed"


def _is_same(one: Judgement) -> bool:
    return one.difference is not None and one.difference.same


def _excuse(excuse: Excuse) -> str:
    """Return what a trade-off excuses and for which gain, or why it does not."""
    margin, gain = points(-excuse.trade_off.margin, FINE), points(excuse.trade_off.gain, FINE)
    if excuse.granted:
        gains = ", ".join(
            f"{one.measure} {one.row} {ends(one.difference.bounds, FINE)}"
            for one in excuse.gains
            if one.difference
        )
        return (
            f"excused by {excuse.trade_off.name}: the loss stays above {margin}, and what gains more than "
            f"{gain} is {gains}"
        )
    why = [] if excuse.within else [f"the interval of the loss does not lie above {margin}"]
    why += [
        f"{one.measure} {one.row} is not shown to gain more than {gain}"
        for one in excuse.gains
        if not one.enough
    ]
    return f"not excused by {excuse.trade_off.name}, for {' and '.join(why)}"


def _names(rows: list[Judgement]) -> str:
    return ", ".join(one.row for one in rows)


def _own(bounds: Bounds | None) -> str:
    return f"[{_percent(bounds.low)}, {_percent(bounds.high)}]" if bounds else ""


def _percent(ratio: float | None) -> str:
    return UNDEFINED if ratio is None else f"{100 * ratio:.{FINE}f}"
