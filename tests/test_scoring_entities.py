"""Entities are counted as the definitions say: against plain sets, brute force, and by properties.

`gold_of`, `predicted_of` and `scored` build both sides in memory; other tests of scores use them too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miyar.predictions import ArticleLine, Policy, Predictions, checked_predictions
from miyar.scheme import Scheme, inventory
from miyar.scoring import CHARGED, PRF, Choices, Measure, Score, Share, score
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


# --- strict and untyped ------------------------------------------------------------------------------------


@given(articles=FAULTY_PAIRS)
def test_strict_and_untyped_are_those_of_plain_sets(scheme: Scheme, articles: Faulty) -> None:
    measures = scored_with_faults(articles, scheme)
    gold, predicted = (
        {(number, *span) for number, one in enumerate(articles) for span in one[which]} for which in (0, 1)
    )
    bad = [span for _, _, faulty in articles for span in faulty]
    tp, right, total = compared(gold, predicted)
    assert found(measures["strict"].micro) == (tp, right + len(bad), total)
    tp, right, total = compared({row[:3] for row in gold}, {row[:3] for row in predicted})
    charged = sum(extents_of_faults(faulty) for _, _, faulty in articles)
    assert found(measures["untyped"].micro) == (tp, right + charged, total)


@given(articles=FAULTY_PAIRS)
def test_strict_by_label_is_that_of_plain_sets(scheme: Scheme, articles: Faulty) -> None:
    labels = scored_with_faults(articles, scheme)["strict"].labels
    for code in ENTITIES:
        gold, predicted = (
            {(number, *span) for number, one in enumerate(articles) for span in one[which] if span[2] == code}
            for which in (0, 1)
        )
        tp, right, total = compared(gold, predicted)
        bad = sum(span[2] == code for _, _, faulty in articles for span in faulty)
        assert found(labels[code]) == (tp, right + bad, total)
    unknown = sum(span[2] == "CITY" for _, _, faulty in articles for span in faulty)
    assert (CHARGED in labels) == (unknown > 0)
    assert not unknown or found(labels[CHARGED]) == (0, unknown, 0)


def test_a_label_that_no_side_has_stays_in_the_inventory(scheme: Scheme) -> None:
    labels = scored([Labelled([(0, 4, "PERS")])], [Labelled()], scheme).layers["entities"]["strict"].labels
    assert list(labels) == [label.code for label in scheme.entities]
    assert labels["LAW"].to_dict() == {
        "tp": 0,
        "predicted": 0,
        "gold": 0,
        "precision": None,
        "recall": None,
        "f1": None,
    }


@given(articles=FAULTY_PAIRS)
def test_the_sums_over_labels_are_the_micro_counts(scheme: Scheme, articles: Faulty) -> None:
    measures = scored_with_faults(articles, scheme)
    for name in ("strict", "type"):
        parts = [found(prf) for prf in measures[name].labels.values()]
        assert tuple(map(sum, zip(*parts, strict=True))) == found(measures[name].micro)


@given(articles=FAULTY_PAIRS)
def test_macro_is_the_mean_over_the_labels_with_gold(scheme: Scheme, articles: Faulty) -> None:
    measure = scored_with_faults(articles, scheme)["strict"]
    supported = [prf for prf in measure.labels.values() if isinstance(prf, PRF) and prf.gold]
    assert measure.macro is not None
    assert measure.macro.labels == tuple(
        code for code in ENTITIES if any(span[2] == code for gold, _, _ in articles for span in gold)
    )
    if not supported:
        assert (measure.macro.precision, measure.macro.recall, measure.macro.f1) == (None, None, None)
        return
    rows = [(Fraction(int(prf.tp)), prf.predicted, prf.gold) for prf in supported]
    precision = [tp / predicted if predicted else Fraction(0) for tp, predicted, _ in rows]
    recall = [tp / gold for tp, _, gold in rows]
    f1 = [2 * tp / (predicted + gold) for tp, predicted, gold in rows]
    for ours, parts in zip(
        (measure.macro.precision, measure.macro.recall, measure.macro.f1),
        (precision, recall, f1),
        strict=True,
    ):
        assert ours == pytest.approx(float(sum(parts) / len(rows)), abs=1e-12)


# --- partial and type --------------------------------------------------------------------------------------


def overlap(one: Any, other: Any) -> bool:
    """Return whether two ranges share a code point, one by one."""
    return bool({*range(one[0], one[1])} & {*range(other[0], other[1])})


def extent_credit(one: Any, other: Any) -> Fraction:
    return Fraction(1 if one == other else Fraction(overlap(one, other), 2))


def label_credit(one: Any, other: Any) -> Fraction:
    return Fraction(int(one[2] == other[2] and overlap(one, other)))


def most(gold: Sequence[Any], predicted: Sequence[Any], credit: Callable[[Any, Any], Fraction]) -> Fraction:
    """Return the largest total credit over all one-to-one pairings, by trying them all."""
    if not gold:
        return Fraction(0)
    first, *rest = gold
    without = most(rest, predicted, credit)
    paired = (
        credit(first, one) + most(rest, [*predicted[:place], *predicted[place + 1 :]], credit)
        for place, one in enumerate(predicted)
        if credit(first, one)
    )
    return max([without, *paired])


@given(articles=FAULTY_PAIRS)
def test_partial_is_the_best_of_all_pairings_of_extents(scheme: Scheme, articles: Faulty) -> None:
    measures = scored_with_faults(articles, scheme)
    extents = [[sorted({span[:2] for span in spans}) for spans in one[:2]] for one in articles]
    credit = sum(most(gold, predicted, extent_credit) for gold, predicted in extents)
    charged = sum(extents_of_faults(faulty) for _, _, faulty in articles)
    partial = measures["partial"].micro
    assert isinstance(partial, PRF)
    assert partial.tp == credit
    assert partial.predicted == sum(len(predicted) for _, predicted in extents) + charged
    assert partial.gold == sum(len(gold) for gold, _ in extents)
    assert not measures["partial"].labels  # micro only
    assert measures["partial"].macro is None


@given(articles=FAULTY_PAIRS)
def test_type_is_the_best_of_all_pairings_with_equal_label(scheme: Scheme, articles: Faulty) -> None:
    measures = scored_with_faults(articles, scheme)
    assert measures["type"].micro.to_dict() == {
        **measures["type"].micro.to_dict(),
        "tp": sum(most(gold, predicted, label_credit) for gold, predicted, _ in articles),
    }
    for code in ENTITIES:
        of_label = [[[span for span in spans if span[2] == code] for spans in one[:2]] for one in articles]
        tp = sum(most(gold, predicted, label_credit) for gold, predicted in of_label)
        _, predicted_number, gold_number = found(measures["strict"].labels[code])
        assert found(measures["type"].labels[code]) == (tp, predicted_number, gold_number)


def test_partial_credit_of_a_worked_example(scheme: Scheme) -> None:
    # extents: [0, 5) is equal, 1; [6, 9) and [7, 12) overlap, ½; [9, 10) touches [10, 11) and earns nothing
    gold = [Labelled([(0, 5, "PERS"), (6, 9, "GPE"), (10, 11, "ORG")])]
    predicted = [Labelled([(0, 5, "ORG"), (7, 10, "GPE"), (9, 10, "ORG")])]
    entities = scored(gold, predicted, scheme).layers["entities"]
    partial = entities["partial"].micro
    assert isinstance(partial, PRF)
    assert (partial.tp, partial.precision, partial.recall) == (1.5, 1.5 / 3, 1.5 / 3)
    # type: only GPE overlaps with equal label
    assert found(entities["type"].micro) == (1, 3, 3)


def test_a_greedy_pairing_would_earn_less(scheme: Scheme) -> None:
    # [0, 6) overlaps both, [4, 8) only [3, 5): taking [0, 6) and [3, 5) first would leave [4, 8) alone
    gold = [Labelled([(0, 6, "ORG"), (4, 8, "ORG")])]
    predicted = [Labelled([(3, 5, "ORG"), (1, 2, "ORG")])]
    entities = scored(gold, predicted, scheme).layers["entities"]
    assert entities["partial"].micro.to_dict()["tp"] == 1
    assert found(entities["type"].micro) == (2, 2, 2)


def test_a_fault_over_a_gold_span_earns_no_credit(scheme: Scheme) -> None:
    gold = [Labelled([(2, 6, "PERS")])]
    for bad in ((2, 6, "CITY"), (2, LENGTH + 1, "PERS"), (6, 2, "PERS"), (2, "6", "PERS")):
        entities = scored(gold, [Labelled([bad])], scheme).layers["entities"]
        for name, measure in entities.items():
            assert measure.micro.to_dict()["tp"] == 0, (name, bad)
            assert measure.micro.to_dict()["predicted"] == 1, (name, bad)


# --- nesting -----------------------------------------------------------------------------------------------


def nesting_class(span: Any, side: Sequence[Any]) -> str:
    """Return the class of a span of an article, by the definition."""
    if any(within(span, other) for other in side):
        return "inner"
    return "outer" if any(within(other, span) for other in side) else "flat"


def within(one: Any, other: Any) -> bool:
    return bool(one[:2] != other[:2] and other[0] <= one[0] and one[1] <= other[1])


@given(articles=FAULTY_PAIRS)
def test_nesting_is_that_of_the_definition(scheme: Scheme, articles: Faulty) -> None:
    measure = scored_with_faults(articles, scheme)["nesting"]
    rows = [
        (
            nesting_class(span, gold) if span in gold else None,
            nesting_class(span, predicted) if there else None,
        )
        for gold, predicted, _ in articles
        for span in {*gold, *predicted}
        for there in (span in predicted,)
    ]
    rows += [(None, "flat") for _, _, bad in articles for _ in bad]  # a fault nests in nothing
    assert list(measure.labels) == ["nested", "outer", "inner", "flat"]
    assert measure.macro is None
    for code, classes in {
        "nested": ("outer", "inner"),
        "outer": ("outer",),
        "inner": ("inner",),
        "flat": ("flat",),
    }.items():
        prf = measure.labels[code]
        assert isinstance(prf, PRF)
        both = [(gold, predicted) for gold, predicted in rows if gold and predicted]
        tp = sum(predicted in classes for _, predicted in both)
        right_gold = sum(gold in classes for gold, _ in both)
        predicted_number = sum(predicted in classes for _, predicted in rows)
        gold_number = sum(gold in classes for gold, _ in rows)
        assert (prf.tp, prf.predicted, prf.gold) == (tp, predicted_number, gold_number)
        assert prf.precision == (tp / predicted_number if predicted_number else None)
        assert prf.recall == (right_gold / gold_number if gold_number else None)
        total = predicted_number + gold_number
        assert prf.f1 == ((tp + right_gold) / total if total else None)


def test_nesting_of_a_worked_example(scheme: Scheme) -> None:
    # gold: ORG [0, 9) contains GPE [5, 9); PERS [10, 12) and LAW [9, 10) are flat
    # predicted: GPE without ORG and DATE [0, 1) are flat; PERS and LAW are in an OCC that the gold has not
    gold = [Labelled([(0, 9, "ORG"), (5, 9, "GPE"), (10, 12, "PERS"), (9, 10, "LAW")])]
    predicted = [Labelled([(5, 9, "GPE"), (9, 12, "OCC"), (10, 12, "PERS"), (9, 10, "LAW"), (0, 1, "DATE")])]
    classes = scored(gold, predicted, scheme).layers["entities"]["nesting"].labels
    ratios = {code: (prf.precision, prf.recall) for code, prf in classes.items() if isinstance(prf, PRF)}
    assert ratios == {
        "nested": (
            2 / 3,
            1 / 2,
        ),  # predicted OCC, PERS and LAW, the last two right; gold ORG and GPE, GPE found
        "outer": (0 / 1, 0 / 1),  # OCC; ORG
        "inner": (2 / 2, 1 / 1),  # PERS and LAW; GPE
        "flat": (1 / 2, 2 / 2),  # GPE is right, DATE is not; PERS and LAW are found
    }


def test_equal_extents_and_triggers_nest_in_nothing(scheme: Scheme) -> None:
    spans = [(0, 5, "ORG"), (0, 5, "GPE"), (0, 9, "ATTACK")]
    classes = scored([Labelled(spans)], [Labelled(spans)], scheme).layers["entities"]["nesting"].labels
    assert classes["flat"].to_dict()["gold"] == 2


def test_a_huge_offset_in_one_article_changes_no_class_in_another(scheme: Scheme) -> None:
    # (largest end + 1) · article, which would keep the articles apart, passes 2**63
    nested = (0, 4, "PERS"), (0, 8, "ORG")
    gold = [Labelled(nested)] * 3
    predicted = [Labelled(nested), Labelled(nested), Labelled([*nested, (0, 2**62, "LOC")])]
    classes = scored(gold, predicted, scheme, length=None).layers["entities"]["nesting"].labels
    # outer: ORG, ORG, LOC; inner: PERS, PERS, and in the third article PERS and ORG
    assert classes["outer"].to_dict()["predicted"] == 3
    assert classes["inner"].to_dict()["predicted"] == 4


# --- properties of all layers ------------------------------------------------------------------------------


def every(result: Score) -> Iterator[tuple[str, PRF | Share]]:
    """Yield every count of a score under its name."""
    for layer, measures in result.layers.items():
        for name, measure in measures.items():
            yield f"{layer} {name}", measure.micro
            yield from ((f"{layer} {name} {code}", one) for code, one in measure.labels.items())


def ratios_of(counted: PRF | Share) -> tuple[float | None, ...]:
    if isinstance(counted, Share):
        return (counted.share,)
    return counted.precision, counted.recall, counted.f1


@given(side=sides(2))
def test_gold_against_itself_is_one_in_every_layer(scheme: Scheme, side: list[Labelled]) -> None:
    for name, counted in every(scored(side, side, scheme)):
        assert set(ratios_of(counted)) <= {1.0, None}, name


@given(pair=PAIRS)
def test_swapping_the_sides_swaps_precision_and_recall_in_every_layer(
    scheme: Scheme, pair: tuple[list[Labelled], list[Labelled]]
) -> None:
    there, back = scored(*pair, scheme), scored(*pair[::-1], scheme)
    others = dict(every(back))
    for name, one in every(there):
        other = others[name]
        if isinstance(one, PRF) and isinstance(other, PRF):
            assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1), name


@given(pair=PAIRS, times=st.integers(2, 3))
def test_a_corpus_several_times_has_the_ratios_of_once(
    scheme: Scheme, pair: tuple[list[Labelled], list[Labelled]], times: int
) -> None:
    once = dict(every(scored(*pair, scheme)))
    again = dict(every(scored(pair[0] * times, pair[1] * times, scheme)))
    assert once.keys() == again.keys()
    for name, one in once.items():
        assert ratios_of(one) == pytest.approx(ratios_of(again[name]), abs=1e-15), name


@given(pair=PAIRS, seed=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_no_order_matters_in_any_layer(
    scheme: Scheme, pair: tuple[list[Labelled], list[Labelled]], seed: Random
) -> None:
    views = gold_of(pair[0], scheme)
    one = score(views, predicted_of(pair[1], views, scheme), scheme, PLAIN)
    order = sorted(range(len(pair[0])), key=lambda _: seed.random())
    moved = gold_of([shuffled(pair[0][at], seed) for at in order], scheme, [f"a{at}" for at in order])
    predicted = predicted_of([shuffled(pair[1][at], seed) for at in order], moved, scheme)
    assert score(moved, predicted, scheme, PLAIN).to_dict() == one.to_dict()


def shuffled(one: Labelled, seed: Random) -> Labelled:
    """Return the same with spans and arguments in another order."""
    order = sorted(range(len(one.spans)), key=lambda _: seed.random())
    arguments = [(order.index(trigger), order.index(entity), role) for trigger, entity, role in one.arguments]
    return Labelled([one.spans[at] for at in order], sorted(arguments, key=lambda _: seed.random()))


@pytest.mark.parametrize("articles", [1, 3])
def test_nothing_at_all_is_undefined_in_every_layer(scheme: Scheme, articles: int) -> None:
    nothing = [Labelled()] * articles
    result = scored(nothing, nothing, scheme)
    assert list(result.layers) == ["entities", "triggers", "arguments", "attributes"]
    for name, counted in every(result):
        assert set(ratios_of(counted)) == {None}, name


def test_a_side_that_is_empty_is_zero_and_not_undefined(scheme: Scheme) -> None:
    full = Labelled([(0, 4, "PERS"), (5, 8, "ATTACK")], [(1, 0, "AGENT")])
    for gold, predicted in product((full, Labelled()), repeat=2):
        for layer in ("entities", "triggers", "arguments"):
            counts: Mapping[str, Measure] = scored([gold], [predicted], scheme).layers[layer]
            for name, measure in counts.items():
                conditional = "conditional" in name and not (gold.spans and predicted.spans)
                expected = (
                    None if conditional or not predicted.spans else float(bool(gold.spans)),
                    None if conditional or not gold.spans else float(bool(predicted.spans)),
                )
                assert ratios_of(measure.micro)[:2] == expected, name
