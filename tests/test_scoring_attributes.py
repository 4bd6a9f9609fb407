"""Values and links are counted as the definitions say: against plain sets, with every form of a value."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.scheme import Attribute, Scheme
from miyar.scoring import Choices, Measure, Share, score
from sides import PLAIN, Labelled, compared, found, gold_of, predicted_of, scored

# canonical value → how an extractor may write it
FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CARDINAL": {
        "5": ("5", "5.0", "05", "٥", "٥٫٠", " 5 ", "۵"),
        "4200": ("4200", "4200.0", "٤٢٠٠", "04200.00"),
        "12.5": ("12.5", "12.50", "١٢٫٥"),
        "-3": ("-3", "-٣", "-3.0"),
        "0": ("0", "-0", "0.0", "٠"),
    },
    "DATE": {
        "2024": ("2024", "٢٠٢٤"),
        "2024-05": ("2024-05", "٢٠٢٤-٠٥", " 2024-05"),
        "2024-05-03": ("2024-05-03",),
    },
    "GPE": {"Q71": ("Q71", " Q71 ", "Q٧١"), "Q8": ("Q8",)},
    "PERS": {"Q71": ("Q71",), "Q5": ("Q5", "Q5\n")},
}
INVALID: Mapping[str, tuple[Any, ...]] = {
    "CARDINAL": ("five", "4,200", "", ["5"], "5%", {"n": 5}),
    "DATE": ("May", "2024-5", "2024-13", "2023-02-29", [2024]),
    "GPE": ("q71", "Q", "Q071", "", {"id": "Q71"}, ["Q71"]),
    "PERS": ("Muhammad", "P5"),
}
ATTRIBUTE = {"CARDINAL": "value", "DATE": "value", "GPE": "link", "PERS": "link"}


def canonical(label: str, written: Any) -> str | None:
    """Return what a form means, by the table."""
    meant = (value for value, forms in FORMS[label].items() if written in forms)
    return next(meant, None)


TRIPLES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(5, 7), st.sampled_from(tuple(FORMS))), max_size=6, unique=True
)


@st.composite
def article(draw: st.DrawFn) -> tuple[Labelled, Labelled]:
    """Draw both sides, of which some spans are the same; gold's values are canonical."""
    gold = draw(TRIPLES)
    same = draw(st.lists(st.sampled_from(gold), unique=True)) if gold else []
    predicted = dict.fromkeys([*same, *draw(TRIPLES)[:2]])
    sides = [
        Labelled([(*span, draw(_attributes(span[2], as_gold))) for span in spans])
        for spans, as_gold in ((gold, True), (predicted, False))
    ]
    return sides[0], sides[1]


def _attributes(label: str, as_gold: bool) -> st.SearchStrategy[dict[str, Any]]:
    forms = [form for written in FORMS[label].values() for form in written]
    values = st.sampled_from([*FORMS[label]] if as_gold else [*forms, *INVALID[label]])
    return st.one_of(st.just({}), values.map(lambda value: {ATTRIBUTE[label]: value}))


PAIRS = st.lists(article(), min_size=1, max_size=3).map(
    lambda articles: ([gold for gold, _ in articles], [predicted for _, predicted in articles])
)
Pair = tuple[list[Labelled], list[Labelled]]


def attributes(gold: Labelled, predicted: Labelled, scheme: Scheme) -> Mapping[str, Measure]:
    return scored([gold], [predicted], scheme).layers["attributes"]


def share(measure: Measure) -> tuple[float, int]:
    assert isinstance(measure.micro, Share)
    return measure.micro.tp, measure.micro.gold


# --- against plain sets ------------------------------------------------------------------------------------


@given(pair=PAIRS)
def test_values_are_shares_of_strict_matches_whose_gold_has_one(scheme: Scheme, pair: Pair) -> None:
    measure = scored(*pair, scheme).layers["attributes"]["value"]
    rows = []
    for gold, predicted in zip(*pair, strict=True):
        said = {span[:3]: span[3].get("value") for span in predicted.spans}
        rows += [
            (span[2], canonical(span[2], said[span[:3]]) == span[3]["value"])
            for span in gold.spans
            if span[:3] in said and "value" in span[3]
        ]
    assert share(measure) == (sum(right for _, right in rows), len(rows))
    by_label = {
        code: (sum(right for label, right in rows if label == code), sum(label == code for label, _ in rows))
        for code in dict(rows)
    }
    assert {
        code: (one.tp, one.gold) for code, one in measure.labels.items() if isinstance(one, Share)
    } == by_label
    assert measure.macro is None


@given(pair=PAIRS)
def test_links_are_sets_of_start_end_and_link(scheme: Scheme, pair: Pair) -> None:
    measure = scored(*pair, scheme).layers["attributes"]["link"]
    gold = {
        (at, *span[:2], span[3]["link"])
        for at, one in enumerate(pair[0])
        for span in one.spans
        if "link" in span[3]
    }
    predicted = {
        (at, *span[:2], canonical(span[2], span[3]["link"]) or repr(span[3]["link"]))
        for at, one in enumerate(pair[1])
        for span in one.spans
        if "link" in span[3]
    }
    assert found(measure.micro) == compared(gold, predicted)
    assert not measure.labels
    assert measure.macro is None


@given(pair=PAIRS)
def test_each_invalid_value_is_listed_and_no_other(scheme: Scheme, pair: Pair) -> None:
    read = predicted_of(pair[1], gold_of(pair[0], scheme), scheme)
    invalid = [
        f"p:{number}: a{number - 1}, spans[{at}]"
        for number, one in enumerate(pair[1], start=1)
        for at, span in enumerate(one.spans)
        if span[3] and canonical(span[2], span[3][ATTRIBUTE[span[2]]]) is None
    ]
    assert [fault.where for fault in read.faults] == invalid
    assert read.counts == ({"bad_value": len(invalid)} if invalid else {})


# --- by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "value", "form"),
    [
        (label, value, form)
        for label, values in FORMS.items()
        for value, forms in values.items()
        for form in forms
    ],
)
def test_every_form_of_a_value_is_right(scheme: Scheme, label: str, value: str, form: str) -> None:
    code = ATTRIBUTE[label]
    gold, predicted = (Labelled([(0, 4, label, {code: one})]) for one in (value, form))
    micro = attributes(gold, predicted, scheme)[code].micro
    assert (micro.share if isinstance(micro, Share) else micro.f1) == 1


def test_values_of_a_worked_example(scheme: Scheme) -> None:
    gold = Labelled(
        [
            (0, 1, "CARDINAL", {"value": "5"}),  # right
            (1, 2, "CARDINAL", {"value": "6"}),  # wrong
            (2, 3, "CARDINAL", {"value": "7"}),  # not said
            (3, 4, "CARDINAL", {"value": "8"}),  # no number
            (4, 5, "CARDINAL", {"value": "9"}),  # the entity is missed: not counted
            (5, 6, "CARDINAL"),  # gold has none: not counted
            (6, 7, "DATE", {"value": "2024"}),  # right
            (7, 8, "DATE", {"value": "2024"}),  # found as CARDINAL: not counted
        ]
    )
    predicted = Labelled(
        [
            (0, 1, "CARDINAL", {"value": "٥"}),
            (1, 2, "CARDINAL", {"value": "5"}),
            (2, 3, "CARDINAL"),
            (3, 4, "CARDINAL", {"value": "eight"}),
            (5, 6, "CARDINAL", {"value": "10"}),
            (6, 7, "DATE", {"value": "2024"}),
            (7, 8, "CARDINAL", {"value": "2024"}),
            (8, 9, "DATE", {"value": "2024"}),
        ]
    )
    measure = attributes(gold, predicted, scheme)["value"]
    assert share(measure) == (2, 5)
    assert {code: one.to_dict() for code, one in measure.labels.items()} == {
        "DATE": {"right": 1, "total": 1, "share": 1 / 1},
        "CARDINAL": {"right": 1, "total": 4, "share": 1 / 4},
    }


def test_links_of_a_worked_example(scheme: Scheme) -> None:
    gold = Labelled(
        [
            (0, 2, "GPE", {"link": "Q1"}),
            (2, 4, "ORG", {"link": "Q2"}),
            (4, 6, "PERS", {"link": "Q3"}),
            (6, 8, "PERS", {"link": "Q4"}),
            (8, 9, "LOC"),
        ]
    )
    predicted = Labelled(
        [
            (0, 2, "LOC", {"link": "Q1"}),  # right, whatever the label
            (2, 4, "ORG", {"link": "Q9"}),  # wrong
            (4, 5, "PERS", {"link": "Q3"}),  # of another extent
            (6, 8, "PERS"),  # not said
            (8, 9, "LOC", {"link": "Q5"}),  # gold has none
        ]
    )
    micro = attributes(gold, predicted, scheme)["link"].micro
    assert found(micro) == (1, 4, 4)
    assert micro.to_dict()["f1"] == 2 * 1 / (4 + 4)


def test_one_link_of_two_labels_of_one_extent_counts_once(scheme: Scheme) -> None:
    both = Labelled([(0, 2, "GPE", {"link": "Q1"}), (0, 2, "LOC", {"link": "Q1"})])
    one = Labelled([(0, 2, "ORG", {"link": "Q1"})])
    assert found(attributes(both, one, scheme)["link"].micro) == (1, 1, 1)


def test_links_of_charged_spans_are_predicted_and_match_nothing(scheme: Scheme) -> None:
    gold = Labelled([(0, 2, "GPE", {"link": "Q1"})])
    for bad in ((0, 2, "CITY"), (0, 99, "GPE"), (2, 0, "GPE"), (None, 2, "GPE")):
        micro = attributes(gold, Labelled([(*bad, {"link": "Q1"})]), scheme)["link"].micro
        assert found(micro) == (0, 1, 1), bad


def test_links_of_triggers_are_no_links_of_entities(scheme: Scheme) -> None:
    link = Attribute("link", "link", {"GPE": "wikidata", "ATTACK": "wikidata"})
    with_triggers = replace(scheme, attributes=(link,))
    side = Labelled([(0, 2, "ATTACK", {"link": "Q1"}), (0, 2, "GPE", {"link": "Q2"})])
    assert found(attributes(side, side, with_triggers)["link"].micro) == (1, 1, 1)


def test_what_is_listed_as_a_wrong_value_is_not_right(scheme: Scheme) -> None:
    gold = gold_of([Labelled([(0, 2, "GPE", {"link": "Q1"})])], scheme)
    read = predicted_of([Labelled([(0, 2, "DATE", {"link": "Q1"})])], gold, scheme)
    tp, _, _ = found(score(gold, read, scheme, PLAIN).layers["attributes"]["link"].micro)
    assert (len(read.faults), tp) in [(1, 0), (0, 1)]


@pytest.mark.parametrize("value", [5, 5.0])
def test_a_value_that_is_no_text_is_wrong_and_listed(scheme: Scheme, value: object) -> None:
    gold = gold_of([Labelled([(0, 2, "CARDINAL", {"value": "5"})])], scheme)
    read = predicted_of([Labelled([(0, 2, "CARDINAL", {"value": value})])], gold, scheme)
    assert [fault.code for fault in read.faults] == ["bad_value"]
    assert share(score(gold, read, scheme, PLAIN).layers["attributes"]["value"]) == (0, 1)


def test_extractors_without_attributes_are_scored_on_those_of_the_gold(scheme: Scheme) -> None:
    gold = Labelled([(0, 2, "CARDINAL", {"value": "5"}), (3, 4, "GPE", {"link": "Q1"})])
    measures = attributes(gold, Labelled([(0, 2, "CARDINAL"), (3, 4, "GPE")]), scheme)
    assert share(measures["value"]) == (0, 1)
    assert found(measures["link"].micro) == (0, 0, 1)


def test_a_scheme_without_attributes_has_no_such_layer(scheme: Scheme) -> None:
    bare = replace(scheme, attributes=())
    side = [Labelled([(0, 2, "GPE")])]
    assert "attributes" not in scored(side, side, bare, Choices(samples=0, comparison=False)).layers


def test_an_attribute_of_triggers_alone_is_no_measure_of_entities(scheme: Scheme) -> None:
    value, link = (
        replace(one, on={"ATTACK": "iso8601"}) if one.code == "value" else one for one in scheme.attributes
    )
    side = [Labelled([(0, 2, "GPE", {"link": "Q1"})])]
    assert set(scored(side, side, replace(scheme, attributes=(value, link))).layers["attributes"]) == {"link"}
