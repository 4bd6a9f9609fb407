"""A comparison as tables and sentences for the terminal, as Markdown, or as JSON; rounded only here."""

import json
from collections.abc import Iterator, Mapping
from string import ascii_uppercase
from typing import NamedTuple

from miyar.comparison import Comparison, Difference, Finding, MeasureComparison, SystemComparison
from miyar.comparison.changes import BROKEN, FIXED
from miyar.comparison.counts import SLICES
from miyar.errors import in_number
from miyar.report.blocks import BY_LABEL, UNDEFINED, label_names, measure_name
from miyar.report.differences import broken, ends, headline, p_value, points, sentence
from miyar.report.format import Format
from miyar.report.notes import fault_notes
from miyar.report.page import Heading, Lines, Numbers, Part, render_page
from miyar.scheme import Scheme
from miyar.scoring import PRF, Macro

HEADLINE = "entities.strict"
MAIN = ("entities", "triggers", "arguments")
MOST_ROWS = 10
MARKS = {
    Finding.BETTER: "better",
    Finding.WORSE: "worse",
    Finding.EQUAL: "same",
    Finding.NOT_SHOWN: "",
    Finding.UNKNOWN: UNDEFINED,
}


class DifferenceRow(NamedTuple):
    """A difference and what it is of; the name stands last in its line, for it may be Arabic."""

    name: str
    difference: Difference


def render_comparison(comparison: Comparison, scheme: Scheme, form: Format) -> str:
    """Return a comparison in one of the formats."""
    if form is Format.JSON:
        return json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    return render_page(_parts(comparison, scheme), form)


def overview(comparison: Comparison) -> Numbers:
    """Return a row per system: F1, its difference from the baseline, how many entities it fixed and broke."""
    found = [(one, measure) for one in comparison.systems if (measure := one.find(HEADLINE))]
    baseline = headline(found[0][1].micro)[0] if found else UNDEFINED
    rows = [("A", baseline, *[""] * 5, f"{comparison.baseline.name} (baseline)")]
    rows += [
        (letter(number), *_changed(one, measure.micro), one.system.name)
        for number, (one, measure) in enumerate(found, start=1)
    ]
    head = ("", "F1", "change", interval_head(comparison), "p", "fixed", "broken", "entities, strict")
    return Numbers(head, tuple(rows))


def letter(number: int) -> str:
    """Return by which letter a system goes, or by which number after the last of them."""
    return ascii_uppercase[number] if number < len(ascii_uppercase) else str(1 + number)


def interval_head(comparison: Comparison) -> str:
    """Return the head of the column of intervals."""
    return f"{100 * comparison.level:g} % interval"


def notes(comparison: Comparison) -> Lines:
    """Return what a reader has to know to trust the numbers."""
    return Lines(tuple(_notes(comparison)))


def _parts(comparison: Comparison, scheme: Scheme) -> Iterator[Part]:
    baseline, corpus = comparison.baseline.name, comparison.corpus
    yield Heading(f"Compared with {baseline} on {corpus}, {in_number(comparison.articles, 'article')}")
    yield overview(comparison)
    for number, one in enumerate(comparison.systems, start=1):
        yield Heading(f"{letter(number)}: {one.system.name} against {baseline}", 2)
        names = label_names(scheme, one.layers["entities"]["strict"].signature)
        main = list(_main_rows(one))
        yield Lines(tuple(sentence(row.name, row.difference, comparison.level) for row in main))
        head = ("", "A", letter(number), "change", interval_head(comparison), "p")
        yield Numbers((*head, "averages"), tuple(map(_cells, [*main, *_other_rows(one)])))
        yield from _class_parts(one, head, names)
        if one.changes:
            yield broken(one.changes)
    yield notes(comparison)


def _main_rows(one: SystemComparison) -> Iterator[DifferenceRow]:
    """Yield the micro averages of entities, triggers and arguments, as far as they were predicted."""
    for layer in MAIN:
        measure = one.find(f"{layer}.{BY_LABEL[layer]}")
        if measure and _is_predicted(measure.micro):
            yield DifferenceRow(f"{layer}, {measure_name(BY_LABEL[layer])}", measure.micro)


def _other_rows(one: SystemComparison) -> Iterator[DifferenceRow]:
    """Yield the macro averages of these, and the attributes."""
    for layer in MAIN:
        measure = one.find(f"{layer}.{BY_LABEL[layer]}")
        if measure and measure.macro and _is_predicted(measure.micro):
            yield DifferenceRow(f"{layer}, {measure_name(BY_LABEL[layer])}, macro", measure.macro)
    for name, measure in one.layers.get("attributes", {}).items():
        if measure.micro.f1 is not None:
            yield DifferenceRow(f"attributes, {name}", measure.micro)


def _class_parts(one: SystemComparison, head: tuple[str, ...], names: Mapping[str, str]) -> Iterator[Part]:
    """Yield the labels, roles and slices that differ, those that an interval shows to differ first."""
    for layer in (*MAIN, SLICES):
        for name, measure in one.layers.get(layer, {}).items():
            if layer == SLICES or name == BY_LABEL[layer]:
                title = f"{layer}, {measure_name(name)}"
                rows = _worth_seeing(measure)
                shown = [
                    DifferenceRow(_class_name(row.name, names), row.difference) for row in rows[:MOST_ROWS]
                ]
                yield Numbers((*head, title), tuple(map(_cells, shown)))
                if len(rows) > MOST_ROWS:
                    yield Lines((f"and {len(rows) - MOST_ROWS} more that differ less",), listed=False)


def _worth_seeing(measure: MeasureComparison) -> list[DifferenceRow]:
    """Return the classes that differ, by what their differences weigh: F1 times support."""
    rows = [DifferenceRow(name, one) for name, one in measure.labels.items() if one.f1 and not one.same]
    return sorted(rows, key=_importance)


def _importance(row: DifferenceRow) -> tuple[bool, float]:
    one = row.difference
    shown = one.finding in (Finding.BETTER, Finding.WORSE)
    return not shown, -abs(one.f1 or 0.0) * max(map(_size, (one.baseline, one.system)))


def _size(one: PRF | Macro) -> int:
    return 0 if isinstance(one, Macro) else one.gold


def _is_predicted(one: Difference) -> bool:
    return any(side.predicted for side in (one.baseline, one.system) if isinstance(side, PRF))


def _class_name(code: str, names: Mapping[str, str]) -> str:
    return f"{code}  {names[code]}" if names.get(code, code) != code else code


def _changed(one: SystemComparison, micro: Difference) -> tuple[str, ...]:
    fixed, broke = (
        str(one.changes.total(change, "entities")) if one.changes else UNDEFINED for change in (FIXED, BROKEN)
    )
    return (headline(micro)[1], points(micro.f1), ends(micro.bounds), p_value(micro), fixed, broke)


def _cells(row: DifferenceRow) -> tuple[str, ...]:
    one = row.difference
    changed = (points(one.f1), ends(one.bounds), p_value(one))
    return (MARKS[one.finding], *headline(one), *changed, row.name)


def _notes(comparison: Comparison) -> Iterator[str]:
    yield from (f"{warning}." for warning in comparison.warnings)
    systems = (comparison.baseline, *(one.system for one in comparison.systems))
    yield from (
        f"WARNING: {one.name} learnt from {one.learnt_from} of these {comparison.articles} articles."
        for one in systems
        if one.learnt_from
    )
    yield (
        "Per cent, changes in points; –: undefined, or no interval. p: paired permutation test, after Holm "
        "over the labels, roles or slices of a measure that have an interval; averages over the systems."
    )
    yield "All other measures (partial, Trig-I, Arg-I, the view on tokens, …): --format json."
    yield "fixed: only the new system is right about the span, also by leaving it out; broken: only A is."
    for one in systems:
        yield from (f"{one.name}: {note}" for note in fault_notes(one.charged))
    for layer, reason in comparison.left_out.items():
        yield f"Left out: {layer}: {reason}."
    for compared in comparison.systems:
        if measure := compared.find(HEADLINE):
            yield measure.signature
