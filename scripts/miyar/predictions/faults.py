"""What can be wrong with a predicted span, argument or value, and how it is said."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miyar.errors import Problem, quoted
from miyar.predictions.columns import attributes_of
from miyar.predictions.lines import Line
from miyar.scheme import Attribute, Inventory, Scheme, one_of
from miyar.spantable import Column, Mask, Views

CHARGED = "nothing: it is charged as predicted, where its layer is scored, and can match nothing"
WRONG = "nothing: it counts as a wrong value"
ARGUMENT = (
    "the place of a trigger and of an entity in “spans”, counted from 0 (not an id), and a role of the scheme"
)

SPAN_FAULTS = ("bad_offsets", "unknown_label")

Codes = NDArray[np.str_]


def span_codes(views: Views, known: int) -> Codes:
    """Return for each span the code of its fault, or an empty text; the first `known` labels are known."""
    unknown = (views.spans.label < 0) | (views.spans.label >= known)
    return np.select([~views.inside, unknown], SPAN_FAULTS, "")


def span_faults(
    faulty: Codes, shown: Mask, lines: Sequence[Line | None], views: Views, codes: Sequence[str]
) -> Iterator[Problem]:
    """Yield the faults of the spans that are shown, in the order of the articles."""
    for place in _places(views.spans.article, (faulty != "") & shown, lines):
        index, line, number = place
        where = f"{line.where}: {line.article}, spans[{number}]"
        length = None if views.lengths is None else int(views.lengths[views.spans.article[index]])
        yield _span_fault(str(faulty[index]), where, line.spans[number], length, codes)


def argument_faults(bad: Mask, lines: Sequence[Line | None], articles: Column) -> Iterator[Problem]:
    """Yield the faults of the arguments that are bad."""
    for _, line, number in _places(articles, bad, lines):
        where = f"{line.where}: {line.article}, arguments[{number}]"
        yield Problem("bad_argument", where, repr(line.arguments[number]), ARGUMENT, CHARGED)


def value_faults(lines: Sequence[Line | None], scheme: Scheme, scored: Inventory) -> Iterator[Problem]:
    """Yield the attributes that the scheme has not for the span's label, or not with such a value."""
    for line in filter(None, lines):
        for number, span in enumerate(line.spans):
            for code, value in attributes_of(span).items():
                expected = _expected_value(str(span.get("label")), code, value, scheme, scored)
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


def _places(articles: Column, chosen: Mask, lines: Sequence[Line | None]) -> Iterator[tuple[int, Line, int]]:
    """Yield the row of each chosen item, its line, and its number in the line."""
    first = np.searchsorted(articles, np.arange(len(lines)))
    for index in np.flatnonzero(chosen).tolist():
        line = lines[articles[index]]
        if line is not None:
            yield index, line, index - int(first[articles[index]])


def _span_fault(code: str, where: str, span: Any, length: int | None, codes: Sequence[str]) -> Problem:
    if code == "unknown_label":
        label = span.get("label") if isinstance(span, dict) else None
        found = "no label" if label is None else f"label {label!r}"
        return Problem(code, where, found, one_of(str(label), codes), CHARGED)
    expected = f"whole numbers 0 ≤ start < end ≤ {'length of the text' if length is None else length}"
    offsets: Mapping[str, Any] | Any = (
        {key: span.get(key) for key in ("start", "end")} if isinstance(span, dict) else span
    )
    return Problem(code, where, repr(offsets), expected, CHARGED)
