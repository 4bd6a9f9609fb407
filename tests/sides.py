"""Gold and predictions made in memory or drawn at random, the score of one against the other, its counts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from miyar.predictions import ArticleLine, Policy, Predictions, checked_predictions
from miyar.scheme import Scheme, inventory
from miyar.scoring import PRF, Choices, Measure, Score, Share, score
from miyar.spantable import SPAN_TYPE, ArgumentTable, Articles, Views, views_of

PLAIN = Choices(samples=0, comparison=False)
LENGTH = 12
ENTITIES, TRIGGERS, ROLES = ("ORG", "GPE", "PERS"), ("ATTACK", "DIE"), ("AGENT", "PLACE")

Triple = tuple[int, int, str]
Found = tuple[int, int, int]
"""tp, predicted, gold."""


class Labelled(NamedTuple):
    """One article of one side: spans as (start, end, label[, attributes]), arguments as indices and role.

    What is no tuple is given to the reader of predictions as it is.
    """

    spans: Sequence[Any] = ()
    arguments: Sequence[Any] = ()


Side = Sequence[Labelled]


def gold_of(
    side: Side,
    scheme: Scheme,
    ids: Sequence[str] | None = None,
    texts: Sequence[str] | None = None,
    length: int | None = LENGTH,
) -> Views:
    """Return a gold; without texts, all articles have one length, or none that is known."""
    names = ids or [f"a{number}" for number in range(len(side))]
    rows = [[dict(zip(("start", "end", "label"), span, strict=False)) for span in one.spans] for one in side]
    roles = [role.code for role in scheme.roles]
    before = np.cumsum([0, *map(len, rows)])
    arguments = [
        (number, before[number] + trigger, before[number] + entity, roles.index(role))
        for number, one in enumerate(side)
        for trigger, entity, role in one.arguments
    ]
    lengths = [len(text) for text in texts] if texts else [length or 0] * len(names)
    return views_of(
        "gold",
        Articles(
            tuple(names),
            tuple(f"{name:0>64}" for name in names),
            None if length is None and not texts else np.array(lengths, dtype=np.int64),
            tuple(texts) if texts else None,
        ),
        pa.array(rows, pa.list_(SPAN_TYPE)),
        [label.code for label in scheme.labels],
        roles=tuple(roles),
        arguments=ArgumentTable(*np.array(arguments, dtype=np.int64).reshape(-1, 4).T),
        attributes={
            attribute.code: pa.array(
                [_attributes(span).get(attribute.code) for one in side for span in one.spans],
                pa.string(),
            )
            for attribute in scheme.attributes
        },
    )


def predicted_of(
    side: Side, gold: Views, scheme: Scheme, map_name: str | None = None, file: Path = Path("p.jsonl")
) -> Predictions:
    """Return what the reader makes of a line per article of the gold."""
    lines = [
        ArticleLine(f"p:{number}", name, None, [*map(_span, one.spans)], [*map(_argument, one.arguments)])
        for number, (name, one) in enumerate(zip(gold.articles.ids, side, strict=True), start=1)
    ]
    return checked_predictions(file, lines, gold, scheme, Policy(), inventory(scheme, map_name))


def scored(
    gold: Side, predicted: Side, scheme: Scheme, choices: Choices = PLAIN, length: int | None = LENGTH
) -> Score:
    views = gold_of(gold, scheme, length=length)
    return score(views, predicted_of(predicted, views, scheme, choices.map), scheme, choices)


def _attributes(span: Any) -> dict[str, str]:
    return span[3] if len(span) > 3 else {}


def _span(span: Any) -> Any:
    keys = ("start", "end", "label", "attributes")
    return dict(zip(keys, span, strict=False)) if isinstance(span, tuple) else span


def _argument(argument: Any) -> Any:
    keys = ("trigger", "entity", "role")
    return dict(zip(keys, argument, strict=True)) if isinstance(argument, tuple) else argument


def found(counted: PRF | Share) -> Found:
    """Return the counts of a set measure."""
    assert isinstance(counted, PRF)
    assert counted.found is None
    return int(counted.tp), counted.predicted, counted.gold


def compared(gold: set[Any], predicted: set[Any]) -> Found:
    return len(gold & predicted), len(predicted), len(gold)


def spans_of(layer: Sequence[str]) -> st.SearchStrategy[Triple]:
    return st.builds(
        lambda start, length, label: (start, start + length, label),
        st.integers(0, 6),
        st.integers(1, 5),
        st.sampled_from(layer),
    )


@st.composite
def sides(draw: st.DrawFn, articles: int) -> list[Labelled]:
    """Draw entities, triggers and arguments of some articles, each at most once."""
    entities = st.lists(spans_of(ENTITIES), max_size=4, unique=True)
    triggers = st.lists(spans_of(TRIGGERS), max_size=3, unique=True)
    return [draw(_labelled(draw(entities), draw(triggers))) for _ in range(articles)]


@st.composite
def _labelled(
    draw: st.DrawFn, entities: list[Triple], triggers: list[Triple], right: Labelled | None = None
) -> Labelled:
    """Draw arguments for some spans; of those that are right, some are taken over."""
    spans = [*entities, *triggers]
    if not entities or not triggers:
        return Labelled(spans)
    known = right or Labelled()
    ends = [(known.spans[one[0]], known.spans[one[1]], one[2]) for one in known.arguments]
    taken = [
        (spans.index(trigger), spans.index(entity), role)
        for trigger, entity, role in ends
        if trigger in triggers and entity in entities
    ]
    others = st.tuples(
        st.integers(len(entities), len(spans) - 1), st.integers(0, len(entities) - 1), st.sampled_from(ROLES)
    )
    drawn = [*draw(_some(taken)), *draw(st.lists(others, max_size=3 if right else 6))]
    return Labelled(spans, [*dict.fromkeys(drawn)])


def _some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), unique=True) if values else st.just([])


def near(spans: Sequence[Triple], layer: Sequence[str]) -> st.SearchStrategy[list[Triple]]:
    """Draw some of the spans, and some others."""
    others = st.lists(spans_of(layer), max_size=2)
    kept = _some([span for span in spans if span[2] in layer])
    return st.tuples(kept, others).map(lambda parts: [*dict.fromkeys([*parts[0], *parts[1]])])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Labelled], list[Labelled]]:
    """Draw a gold, and a prediction that has something in common with it."""
    gold = draw(sides(draw(st.integers(1, 3))))
    predicted = [
        draw(_labelled(draw(near(one.spans, ENTITIES)), draw(near(one.spans, TRIGGERS)), one)) for one in gold
    ]
    return gold, predicted


PAIRS = pairs()

# A span at which `fault` is true is charged: its label is unknown, or its offsets are no range in the text.
FAULTS = st.one_of(
    st.builds(lambda span: (*span[:2], "CITY"), spans_of(ENTITIES)),
    st.builds(lambda span, more: (span[0], LENGTH + more, span[2]), spans_of(ENTITIES), st.integers(1, 3)),
    st.builds(lambda span: (span[1], span[0], span[2]), spans_of(ENTITIES)),
    st.builds(lambda span: (span[0], span[0], span[2]), spans_of(ENTITIES)),
    st.builds(lambda span: (-span[1], span[1], span[2]), spans_of(ENTITIES)),
    st.builds(lambda span: (None, span[1], span[2]), spans_of(ENTITIES)),
    st.builds(lambda span: (span[0], float(span[1]), span[2]), spans_of(ENTITIES)),
)


@st.composite
def faulty_pairs(draw: st.DrawFn) -> "Faulty":
    """Draw for each article what is gold, what is predicted, and what else is predicted and charged."""
    faults = st.lists(FAULTS, max_size=3, unique=True)
    gold = draw(st.lists(st.lists(spans_of(ENTITIES), max_size=5, unique=True), min_size=1, max_size=3))
    return [(one, draw(near(one, ENTITIES))[:5], draw(faults)) for one in gold]


FAULTY_PAIRS = faulty_pairs()
Faulty = list[tuple[list[Triple], list[Triple], list[Any]]]


def scored_with_faults(articles: Faulty, scheme: Scheme) -> dict[str, Measure]:
    """Return the measures of entities; the faulty spans of each article stand behind the others."""
    gold = [Labelled(right) for right, _, _ in articles]
    predicted = [Labelled([*good, *bad]) for _, good, bad in articles]
    return dict(scored(gold, predicted, scheme).layers["entities"])


def extents_of_faults(bad: Sequence[Any]) -> int:
    """Return how many of an article's faulty spans differ when labels do not count.

    Nothing is known of a span without offsets nor, as an entity, of one with an unknown label: each is one
    by itself.
    """
    unknown = [span for span in bad if span[2] == "CITY" or not readable(span)]
    return len(unknown) + len({span[:2] for span in bad if span not in unknown})


def readable(span: Any) -> bool:
    """Return whether a span has offsets, though they may be no range in the text."""
    return type(span[0]) is int and type(span[1]) is int and span[0] >= 0


def every(result: Score) -> Iterator[tuple[str, PRF | Share]]:
    """Yield every count of a score under its name."""
    for layer, measures in result.layers.items():
        for name, measure in measures.items():
            yield f"{layer} {name}", measure.micro
            yield from ((f"{layer} {name} {code}", one) for code, one in measure.labels.items())


def shuffled(one: Labelled, seed: Random) -> Labelled:
    """Return the same with spans and arguments in another order."""
    order = sorted(range(len(one.spans)), key=lambda _: seed.random())
    arguments = [(order.index(trigger), order.index(entity), role) for trigger, entity, role in one.arguments]
    return Labelled([one.spans[at] for at in order], sorted(arguments, key=lambda _: seed.random()))
