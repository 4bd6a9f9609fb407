"""What two annotators disagree on: each difference once, in a class of its own.

label               equal extents, another label
particle, article   equal ends and labels, the starts apart by attached particles, or by ال
boundary            an overlap with equal label
label_and_boundary  an overlap with another label
nesting             only one has the span, which overlaps a span of the other's
missing             only one has the span, and the other has nothing there
role                one argument with two roles
argument            only one joins a trigger and an entity that both have
value               a span that both have, with two values, or with one and none
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from miyar.agreement.pairs import Pair
from miyar.arabic import normalised_text
from miyar.overlaps import overlapping
from miyar.scheme import Scheme
from miyar.scoring.outcomes import (
    BOUNDARY,
    CONTEXT,
    MISSED,
    NOTHING,
    RIGHT,
    SPURIOUS,
    WORDS,
    Outcomes,
    outcomes,
)
from miyar.spantable import Column, SpanTable, Views, first_of_same

Key = tuple[int, int, int, int]  # article, start, end, label

ARTICLE, NESTING, MISSING = "article", "nesting", "missing"
ROLE, ARGUMENT, VALUE = "role", "argument", "value"
CLASSES = (
    "label",
    "particle",
    ARTICLE,
    "boundary",
    "label_and_boundary",
    NESTING,
    MISSING,
    ROLE,
    ARGUMENT,
    VALUE,
)
AL = "ال"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference: what each of two annotators has, None where they have nothing.

    A span is (start, end, label) with its text; an argument (role, trigger, entity); a value a text.
    """

    kind: str
    layer: str
    article: str
    one: str
    other: str
    ones: Mapping[str, Any] | None
    others: Mapping[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as a JSON line has it."""
        named = {self.one: self.ones, self.other: self.others}
        return {"class": self.kind, "layer": self.layer, "article": self.article, "annotators": named}


def disagreements(pair: Pair, scheme: Scheme) -> Iterator[Disagreement]:
    """Yield the disagreements of a pair: of entities, of triggers, of arguments, of values."""
    for layer, codes in (("entities", scheme.entities), ("triggers", scheme.triggers)):
        mine = {label.code for label in codes}
        if mine:
            yield from _span_disagreements(pair, layer, mine)
    yield from _argument_disagreements(pair)
    yield from _value_disagreements(pair)


def _span_disagreements(pair: Pair, layer: str, mine: set[str]) -> Iterator[Disagreement]:
    codes, texts = pair.views[0].codes, pair.views[0].articles.texts
    of_layer = np.array([*(code in mine for code in codes), False])
    one, other = (_distinct(views.spans.where(of_layer[views.spans.label])) for views in pair.views)
    found = outcomes(one, other, len(codes), texts)
    ids, overlaps = pair.views[0].articles.ids, overlapping(one, other)

    def made(kind: str, ones: int, others: int) -> Disagreement:
        side, row = (other, others) if ones == NOTHING else (one, ones)
        shown = [
            None if number == NOTHING else _span(spans, number, codes, texts)
            for spans, number in ((one, ones), (other, others))
        ]
        return Disagreement(kind, layer, ids[side.article[row]], pair.one, pair.other, *shown)

    touched = set(overlaps.gold.tolist()), set(overlaps.predicted.tolist())
    for number in np.flatnonzero(found.of_gold != RIGHT).tolist():
        partner = int(found.partner_of_gold[number])
        yield made(_kind(found, number, partner, texts, number in touched[0]), number, partner)
    for number in np.flatnonzero(found.of_predicted == SPURIOUS).tolist():
        yield made(NESTING if number in touched[1] else MISSING, NOTHING, number)


def _kind(found: Outcomes, number: int, partner: int, texts: Sequence[str] | None, touched: bool) -> str:
    code = int(found.of_gold[number])
    if code == MISSED:
        return NESTING if touched else MISSING
    if code == BOUNDARY and texts is not None and found.gold.end[number] == found.predicted.end[partner]:
        first, last = sorted((int(found.gold.start[number]), int(found.predicted.start[partner])))
        if normalised_text(texts[found.gold.article[number]][first:last]) == AL:
            return ARTICLE
    return WORDS[code]


def _distinct(spans: SpanTable) -> SpanTable:
    first = first_of_same(spans.article, spans.start, spans.end, spans.label)
    return spans.where(first == np.arange(len(spans)))


def _span(spans: SpanTable, row: int, codes: Sequence[str], texts: Sequence[str] | None) -> dict[str, Any]:
    start, end = int(spans.start[row]), int(spans.end[row])
    shown = {"start": start, "end": end, "label": codes[spans.label[row]]}
    if texts is None:
        return shown
    text = texts[spans.article[row]]
    around = {"before": text[max(0, start - CONTEXT) : start], "after": text[end : end + CONTEXT]}
    return {**shown, "text": text[start:end], **around}


def _keys(views: Views, rows: Column) -> list[Key]:
    """Return what makes the spans at these rows the same on both sides."""
    spans = views.spans
    columns = (column[rows].tolist() for column in (spans.article, spans.start, spans.end, spans.label))
    return list(zip(*columns, strict=True))


def _argument_disagreements(pair: Pair) -> Iterator[Disagreement]:
    """Yield what only one has of arguments whose ends both have."""
    every = [set(_keys(views, np.arange(len(views.spans)))) for views in pair.views]
    both = every[0] & every[1]
    roles: list[dict[tuple[Any, Any], set[str]]] = []
    for views in pair.views:
        arguments = views.arguments
        joined: dict[tuple[Any, Any], set[str]] = {}
        ends = zip(
            _keys(views, arguments.trigger),
            _keys(views, arguments.entity),
            arguments.role.tolist(),
            strict=True,
        )
        for trigger, entity, role in ends:
            if trigger in both and entity in both:
                joined.setdefault((trigger, entity), set()).add(views.roles[role])
        roles.append(joined)
    for joint in sorted(roles[0].keys() | roles[1].keys()):
        ones, others = (sorted(found.get(joint, set())) for found in roles)
        yield from _role_disagreements(pair, joint, ones, others)


def _role_disagreements(
    pair: Pair, joint: tuple[Any, Any], ones: Sequence[str], others: Sequence[str]
) -> Iterator[Disagreement]:
    if ones == others:
        return
    article = pair.views[0].articles.ids[joint[0][0]]
    shown = [_argument(pair.views[0], joint, found) if found else None for found in (ones, others)]
    kind = ROLE if ones and others else ARGUMENT
    yield Disagreement(kind, "arguments", article, pair.one, pair.other, *shown)


def _argument(views: Views, joint: tuple[Any, Any], roles: Sequence[str]) -> dict[str, Any]:
    texts = views.articles.texts
    trigger, entity = (
        {
            "start": start,
            "end": end,
            "label": views.codes[label],
            **({} if texts is None else {"text": texts[article][start:end]}),
        }
        for article, start, end, label in joint
    )
    return {"roles": list(roles), "trigger": trigger, "entity": entity}


def _value_disagreements(pair: Pair) -> Iterator[Disagreement]:
    first, second = pair.views
    for code in sorted(first.attributes.keys() | second.attributes.keys()):
        ones, others = (_values(views, code) for views in pair.views)
        for key in sorted(ones.keys() & others.keys()):
            if ones[key] != others[key]:
                shown = [_value(first, key, code, values[key]) for values in (ones, others)]
                article = first.articles.ids[key[0]]
                yield Disagreement(VALUE, code, article, pair.one, pair.other, *shown)


def _values(views: Views, code: str) -> dict[Key, str | None]:
    column = views.attributes.get(code)
    values = [None] * len(views.spans) if column is None else column.to_pylist()
    return dict(zip(_keys(views, np.arange(len(views.spans))), values, strict=True))


def _value(views: Views, key: Key, code: str, value: str | None) -> dict[str, Any] | None:
    if value is None:
        return None
    article, start, end, label = key
    texts = views.articles.texts
    text = {} if texts is None else {"text": texts[article][start:end]}
    return {"start": start, "end": end, "label": views.codes[label], **text, code: value}
