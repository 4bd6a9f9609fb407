"""Regions become spans: edges, texts, and what a region must be."""

from itertools import permutations
from typing import Any

import pytest

from converting import codes, converted, drawn, fates, field, places, region, relation
from marked import marked
from miyar.annotation import Argument
from miyar.labelstudio.results.regions import TWO_LAYERS
from miyar.scheme import Scheme

# regions


def test_a_region_with_an_entity_and_a_trigger_label_is_two_spans(scheme: Scheme) -> None:
    text = "أعلن المتظاهرون إضرابا"
    both = [region(text, "المتظاهرون", "PERS"), region(text, "المتظاهرون", "PROTEST", control="trigger")]
    conversion = converted(text, scheme, both)
    assert places(conversion) == [("المتظاهرون", "PERS"), ("المتظاهرون", "PROTEST")]
    assert len({span.id for span in conversion.spans}) == 2
    assert fates(conversion, "entities") == fates(conversion, "triggers") == {"out": 1}
    assert conversion.notes == {f"{TWO_LAYERS}: PERS and PROTEST": 1}


def test_the_label_alone_says_which_layer_a_region_of_the_one_control_is_of(scheme: Scheme) -> None:
    text = "أعلن المتظاهرون إضرابا"
    found = [region(text, "المتظاهرون", "PERS", "p"), region(text, "إضرابا", "PROTEST", "t")]
    conversion = converted(text, scheme, [*found, relation("p", "t", labels=["AGENT"])])
    assert places(conversion) == [("المتظاهرون", "PERS"), ("إضرابا", "PROTEST")]
    assert conversion.arguments == (Argument("t", "p", "AGENT"),)
    assert fates(conversion, "entities") == fates(conversion, "triggers") == {"out": 1}
    assert not conversion.notes[TWO_LAYERS]


def test_a_region_of_the_one_control_with_an_unknown_label_is_of_no_layer(scheme: Scheme) -> None:
    text = "أعلن المتظاهرون إضرابا"
    found = [region(text, "المتظاهرون", "PERSON", "p"), region(text, "إضرابا", "PROTEST", "t")]
    conversion = converted(text, scheme, [*found, relation("t", "p", labels=["AGENT"])])
    assert codes(conversion) == ["unknown_label", "refused_region"]
    assert conversion.rejects[0].problem.expected.startswith("one of ARREST, ATTACK, CARDINAL, DATE")
    assert fates(conversion, "other") == {"quarantined": 1}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_span_ids_stay_apart_whatever_the_regions_are_called(scheme: Scheme, order: tuple[int, ...]) -> None:
    text = "أعلن المتظاهرون إضرابا"
    found = [
        region(text, "المتظاهرون", "PERS"),
        region(text, "المتظاهرون", "PROTEST", control="trigger"),
        region(text, "إضرابا", "PROTEST", "r:triggers", control="trigger"),
    ]
    conversion = converted(text, scheme, [found[index] for index in order])
    assert len({span.id for span in conversion.spans}) == 3


def test_a_second_region_with_the_same_id_and_control_is_refused(scheme: Scheme) -> None:
    text = "زار محمد جنيف"
    conversion = converted(text, scheme, [region(text, "محمد", "PERS"), region(text, "جنيف", "GPE")])
    assert codes(conversion) == ["id_twice"]
    assert places(conversion) == [("محمد", "PERS")]


def test_an_id_that_several_regions_have_means_none_of_them(scheme: Scheme) -> None:
    text = "زار محمد علي جنيف"
    several = [region(text, "محمد", "GPE"), region(text, "علي", "GPE"), region(text, "جنيف", "GPE")]
    conversion = converted(text, scheme, [*several, field("link", ["Q71"])])
    assert codes(conversion) == ["id_twice", "id_twice", "refused_region"]
    assert [(span.text, span.attributes) for span in conversion.spans] == [("محمد", {})]


def test_spans_come_in_order_of_start_and_longest_first(scheme: Scheme) -> None:
    source = marked("[وزير [الخارجية]ORG]OCC [سامي]PERS")
    conversion = converted(source.text, scheme, drawn(source, scheme)[::-1])
    assert conversion.spans == source.spans


# edges


@pytest.mark.parametrize(
    "space", [" ", "\n", "\t", "\n \n", "\u00a0", "\u2003", "\u202f", "\u3000", "\u2028"]
)
def test_white_space_is_trimmed_off_both_edges(scheme: Scheme, space: str) -> None:
    text = f"قال{space}محمد علي{space}إنه"
    conversion = converted(text, scheme, [region(text, f"{space}محمد علي{space}", "PERS")])
    assert places(conversion) == [("محمد علي", "PERS")]
    assert conversion.spans[0].start == text.index("محمد")


@pytest.mark.parametrize(
    "edge", ["،", ".", "«", "\u064b", "\u0651", "\u0640", "\u200c", "\u200d", "\u200b", "\u200f", "و"]
)
def test_everything_else_stays_at_the_edges(scheme: Scheme, edge: str) -> None:
    text = f"قال {edge}محمد{edge} إنه"
    conversion = converted(text, scheme, [region(text, f" {edge}محمد{edge} ", "PERS")])
    assert places(conversion) == [(f"{edge}محمد{edge}", "PERS")]


@pytest.mark.parametrize("space", [" ", "\n", " \t\n", "\u00a0"])
def test_a_region_of_white_space_is_a_problem_and_trimmed_away(scheme: Scheme, space: str) -> None:
    text = f"قال{space}محمد"
    conversion = converted(text, scheme, [region(text, space, "PERS")])
    assert codes(conversion) == ["only_white_space"]
    assert fates(conversion, "entities") == {"trimmed_away": 1}


def test_a_duplicate_after_trimming_is_collapsed_and_its_arguments_and_values_move(scheme: Scheme) -> None:
    text = "هاجم مسلحون جنيف يوم الأحد"
    found = [
        region(text, "هاجم", "ATTACK", "t1", "trigger"),
        region(text, "هاجم ", "ATTACK", "t2", "trigger"),
        region(text, "جنيف", "GPE", "g1"),
        region(text, " جنيف ", "GPE", "g2"),
        field("link", ["Q71"], "g2"),
        relation("t2", "g2", labels=["PLACE"]),
        relation("g1", "t1", labels=["PLACE"]),
        relation("t1", "g2", labels=["TARGET"]),
    ]
    conversion = converted(text, scheme, found)
    assert [(span.id, span.attributes) for span in conversion.spans] == [("t1", {}), ("g1", {"link": "Q71"})]
    assert conversion.arguments == (Argument("t1", "g1", "PLACE"), Argument("t1", "g1", "TARGET"))
    assert fates(conversion, "entities") == fates(conversion, "triggers") == {"out": 1, "collapsed": 1}
    assert fates(conversion, "arguments") == {"out": 2, "collapsed": 1}


def test_the_same_extent_with_another_label_is_no_duplicate(scheme: Scheme) -> None:
    text = "زار جنيف"
    conversion = converted(text, scheme, [region(text, "جنيف", "GPE"), region(text, "جنيف", "LOC", "s")])
    assert places(conversion) == [("جنيف", "GPE"), ("جنيف", "LOC")]


# the text that the page reports


@pytest.mark.parametrize(
    ("covered", "reported"),
    [
        ("محمد علي", "محمد علي"),
        ("محمد  علي", "محمد علي"),
        ("محمد \t علي", "محمد علي"),
        ("محمد\nعلي", "محمد\\nعلي"),
        ("محمد\n\nعلي", "محمد\\n\\nعلي"),
        ("محمد\nعلي", "محمد\nعلي"),
        ("محمد علي ", "محمد علي"),
        ("محمد 🙂 علي", "محمد □ علي"),
        ("محمد 🙂 علي", "محمد 🙂 علي"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("محمد علي", None),
    ],
)
def test_the_text_is_taken_as_the_page_may_report_it(scheme: Scheme, covered: str, reported: Any) -> None:
    text = f"قال {covered} إنه"
    found = region(text, covered, "PERS")
    found["value"]["text"] = reported
    assert places(converted(text, scheme, [found])) == [(covered.rstrip(), "PERS")]


@pytest.mark.parametrize("reported", ["محمد", "محمد علي إنه", "", "محمدعلي", "مُحمد علي", ["محمد علي"], 5, {}])
def test_any_other_text_is_refused(scheme: Scheme, reported: Any) -> None:
    text = "قال محمد علي إنه"
    found = region(text, "محمد علي", "PERS")
    found["value"]["text"] = reported
    conversion = converted(text, scheme, [found])
    assert codes(conversion) == ["other_text"]
    assert fates(conversion, "entities") == {"quarantined": 1}


def test_the_text_of_a_span_is_the_records_and_not_the_pages(scheme: Scheme) -> None:
    text = "قال 🙂\nمحمد إنه"
    found = region(text, "🙂\nمحمد", "PERS")
    found["value"]["text"] = "□\\nمحمد"
    assert places(converted(text, scheme, [found])) == [("🙂\nمحمد", "PERS")]


# what a region must be


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"start": 3, "end": 3}, "bad_offsets"),
        ({"start": 4, "end": 2}, "bad_offsets"),
        ({"start": -1, "end": 2}, "bad_offsets"),
        ({"start": 0, "end": 99}, "bad_offsets"),
        ({"start": 0.0, "end": 3.0}, "bad_offsets"),
        ({"start": "0", "end": "3"}, "bad_offsets"),
        ({"start": False, "end": True}, "bad_offsets"),
        ({"start": None}, "bad_offsets"),
        ({"labels": []}, "not_one_label"),
        ({"labels": None}, "not_one_label"),
        ({"labels": ["PERS", "ORG"]}, "not_one_label"),
        ({"labels": "PERS"}, "not_one_label"),
        ({"labels": ["PERSON"]}, "unknown_label"),
        ({"labels": ["شخص"]}, "unknown_label"),
        ({"labels": [{}]}, "unknown_label"),
    ],
)
@pytest.mark.parametrize("control", ["span", "entity"])
def test_a_faulty_region_is_refused_with_its_code(
    scheme: Scheme, place: dict[str, Any], code: str, control: str
) -> None:
    found = region("قال محمد", "قال", "PERS", control=control)
    found["value"].update(place)
    assert codes(converted("قال محمد", scheme, [found])) == [code]


def test_a_label_of_the_other_layer_is_unknown_to_a_control_of_one_layer(scheme: Scheme) -> None:
    found = region("قال محمد", "قال", "ATTACK", control="entity")
    assert codes(converted("قال محمد", scheme, [found])) == ["unknown_label"]


@pytest.mark.parametrize("identity", [None, "", 5, [], {"a": 1}])
def test_a_region_without_a_text_as_id_is_refused(scheme: Scheme, identity: Any) -> None:
    first, found = region("قال محمد", "قال", "PERS"), region("قال محمد", "محمد", "PERS")
    conversion = converted("قال محمد", scheme, [first, {**found, "id": identity}])
    assert codes(conversion) == ["no_id"]
    assert places(conversion) == [("قال", "PERS")]


def test_the_last_character_of_the_text_can_be_labelled(scheme: Scheme) -> None:
    assert places(converted("قال محمد", scheme, [region("قال محمد", "محمد", "PERS")])) == [("محمد", "PERS")]
