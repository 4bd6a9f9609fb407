"""What can be wrong with a predicted span, argument or value, and how it is said."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from miyar.errors import Problem, quoted
from miyar.predictions.columns import attributes_of
from miyar.predictions.lines import ArticleLine
from miyar.scheme import Attribute, Inventory, Scheme, one_of
from miyar.spanchecks import Codes, text_fault
from miyar.spantable import Column, Mask, Views
from miyar.validation import Fault, bad_offsets

CHARGED = "nothing: it is charged as predicted, where its layer is scored, and can match nothing"
OTHER_NAMES = ("entity_group", "entity", "type", "tag", "category")
WRONG = "nothing: it counts as a wrong value"
ARGUMENT = (
    "the place of a trigger and of an entity in “spans”, counted from 0 (not an id), and a role of the scheme"
)


def span_faults(
    faulty: Codes,
    shown: Mask,
    lines: Sequence[ArticleLine | None],
    views: Views,
    codes: Sequence[str],
    cause: str = "",
) -> Iterator[Problem]:
    """Yield the faults of the spans that are shown, in the order of the articles.

    `cause` says how the offsets of most of them were counted.
    """
    for place in _places(views.spans.article, (faulty != "") & shown, lines):
        index, line, number = place
        where = f"{line.where}: {line.article}, spans[{number}]"
        fault = _span_fault(str(faulty[index]), line.spans[number], index, views, codes)
        remedy = (
            f"mend the extractor: {cause}; until then it is charged"
            if cause and fault.code != "unknown_label"
            else CHARGED
        )
        yield Problem(fault.code, where, fault.found, fault.expected, remedy)


def argument_faults(bad: Mask, lines: Sequence[ArticleLine | None], articles: Column) -> Iterator[Problem]:
    """Yield the faults of the arguments that are bad."""
    for _, line, number in _places(articles, bad, lines):
        where = f"{line.where}: {line.article}, arguments[{number}]"
        yield Problem("bad_argument", where, repr(line.arguments[number]), ARGUMENT, CHARGED)


def value_faults(lines: Sequence[ArticleLine | None], scheme: Scheme, scored: Inventory) -> Iterator[Problem]:
    """Yield the attributes that the scheme has not for the span's label, or not with such a value."""
    expected_value = cache(partial(_expected_value, scheme=scheme, scored=scored))
    for line in filter(None, lines):
        for number, span in enumerate(line.spans):
            for code, value in attributes_of(span).items():
                expected = expected_value(str(span.get("label")), code, value)
                if expected:
                    where = f"{line.where}: {line.article}, spans[{number}]"
                    yield Problem("bad_value", where, f"{code} {quoted(value)}", expected, WRONG)


def typed_label(attribute: Attribute, label: str, scored: Inventory) -> str | None:
    """Return the label whose type an attribute has on a label, or None where it has no business there.

    That is the label itself, one that the map makes this label, or for links, which are compared whatever
    the label is, any that has them if this one is an entity's.
    """
    sources = (code for code, target in scored.targets.items() if target == label and code in attribute.on)
    known = label if label in attribute.on else next(sources, None)
    is_entity = label in scored.entities or scored.targets.get(label) in scored.entities
    return known or (next(iter(attribute.on)) if attribute.is_link and is_entity else None)


def _expected_value(label: str, code: str, value: str, scheme: Scheme, scored: Inventory) -> str:
    """Return what a value should have been, or an empty text where it is all right."""
    attribute = scheme.attribute(code)
    if attribute is None:
        return f"an attribute of the scheme: {', '.join(known.code for known in scheme.attributes)}"
    typed = typed_label(attribute, label, scored)
    if typed is None:
        return f"an attribute that {label} has"
    return "" if attribute.canonical(typed, value) is not None else attribute.expected(typed)


def _places(
    articles: Column, chosen: Mask, lines: Sequence[ArticleLine | None]
) -> Iterator[tuple[int, ArticleLine, int]]:
    """Yield the row of each chosen item, its line, and its number in the line."""
    first = np.searchsorted(articles, np.arange(len(lines)))
    for index in np.flatnonzero(chosen).tolist():
        line = lines[articles[index]]
        if line is not None:
            yield index, line, index - int(first[articles[index]])


def _span_fault(code: str, span: Any, row: int, views: Views, codes: Sequence[str]) -> Fault:
    if code == "unknown_label":
        label = span.get("label") if isinstance(span, dict) else None
        return Fault(
            code, _label_found(span) if label is None else f"label {label!r}", one_of(str(label), codes)
        )
    if code == "bad_offsets":
        given = {key: span.get(key) for key in ("start", "end")} if isinstance(span, dict) else span
        return bad_offsets(repr(given), views.length_at(row))
    return text_fault(code, row, views, span.get("text"))


def _label_found(span: Any) -> str:
    """Return what stands where a label should, also under the names that other tools give it."""
    other = next((name for name in OTHER_NAMES if isinstance(span, dict) and name in span), None)
    return "no label" if other is None else f"no label, but “{other}”: rename it to “label”"
