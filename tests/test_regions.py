"""From Label Studio's results to spans and arguments, and nothing lost on the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marked import Marked, marked
from miyar.annotation import Annotation, Argument, Span
from miyar.article import Article
from miyar.labelstudio.ledger import FATES, KINDS, Kind
from miyar.labelstudio.regions import REVERSED, Conversion
from miyar.labelstudio.results import kind_of
from miyar.labelstudio.tasks import results
from miyar.offsets import stand_in, trim
from miyar.scheme import Scheme

ATTACK = "[هاجم]ATTACK:t [مسلحون]PERS:p [الثكنة]FAC:f قرب [جنيف]GPE:g"


def converted(text: str, scheme: Scheme, found: Sequence[Any]) -> Conversion:
    conversion = Conversion(Article("a", text), scheme, "export.json: task 1, annotation 1")
    conversion.add(found)
    return conversion


def drawn(source: Marked, scheme: Scheme) -> list[dict[str, Any]]:
    return results(source.spans, source.arguments, Article("a", source.text), scheme)


def region(
    text: str, covered: str, label: str, identity: str = "r", control: str = "entity"
) -> dict[str, Any]:
    start = text.index(covered)
    value = {"start": start, "end": start + len(covered), "labels": [label]}
    return {"id": identity, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def field(name: str, typed: Any, identity: str = "r") -> dict[str, Any]:
    return {
        "id": identity,
        "from_name": name,
        "to_name": "text",
        "type": "textarea",
        "value": {"text": typed},
    }


def relation(first: Any, second: Any, direction: str = "right", **labels: Any) -> dict[str, Any]:
    return {"from_id": first, "to_id": second, "type": "relation", "direction": direction, **labels}


def codes(conversion: Conversion) -> list[str]:
    return [reject.problem.code for reject in conversion.rejects]


def fates(conversion: Conversion, kind: Kind) -> dict[str, int]:
    entry = next(entry for entry in conversion.ledger.entries() if entry.kind == kind)
    return {fate: count for fate, count in entry.fates.items() if count}


def places(conversion: Conversion) -> list[tuple[str | None, str]]:
    return [(span.text, span.label) for span in conversion.spans]


# regions


def test_a_region_with_an_entity_and_a_trigger_label_is_two_spans(scheme: Scheme) -> None:
    text = "أعلن المتظاهرون إضرابا"
    both = [region(text, "المتظاهرون", "PERS"), region(text, "المتظاهرون", "PROTEST", control="trigger")]
    conversion = converted(text, scheme, both)
    assert places(conversion) == [("المتظاهرون", "PERS"), ("المتظاهرون", "PROTEST")]
    assert len({span.id for span in conversion.spans}) == 2
    assert fates(conversion, "entities") == fates(conversion, "triggers") == {"out": 1}


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
        ({"labels": ["ATTACK"]}, "unknown_label"),
        ({"labels": [{}]}, "unknown_label"),
    ],
)
def test_a_faulty_region_is_refused_with_its_code(scheme: Scheme, place: dict[str, Any], code: str) -> None:
    found = region("قال محمد", "قال", "PERS")
    found["value"].update(place)
    assert codes(converted("قال محمد", scheme, [found])) == [code]


@pytest.mark.parametrize("identity", [None, "", 5, [], {"a": 1}])
def test_a_region_without_a_text_as_id_is_refused(scheme: Scheme, identity: Any) -> None:
    found = {**region("قال محمد", "محمد", "PERS"), "id": identity}
    assert codes(converted("قال محمد", scheme, [found])) == ["no_id"]


def test_the_last_character_of_the_text_can_be_labelled(scheme: Scheme) -> None:
    assert places(converted("قال محمد", scheme, [region("قال محمد", "محمد", "PERS")])) == [("محمد", "PERS")]


# arguments


@pytest.mark.parametrize("direction", ["right", "left", "bi"])
@pytest.mark.parametrize("ends", [("t", "p"), ("p", "t")])
def test_an_argument_goes_from_trigger_to_entity_however_it_was_drawn(
    scheme: Scheme, ends: tuple[str, str], direction: str
) -> None:
    source = marked(ATTACK)
    found = [*drawn(source, scheme), relation(*ends, direction, labels=["AGENT"])]
    conversion = converted(source.text, scheme, found)
    assert conversion.arguments == (Argument("t", "p", "AGENT"),)
    from_trigger = (ends == ("t", "p")) != (direction == "left")
    assert conversion.notes[REVERSED] == (0 if from_trigger else 1)


@pytest.mark.parametrize("role", ["AGENT", "الفاعل"])
def test_a_role_is_known_by_its_name_and_its_code(scheme: Scheme, role: str) -> None:
    source = marked(ATTACK)
    conversion = converted(source.text, scheme, [*drawn(source, scheme), relation("t", "p", labels=[role])])
    assert conversion.arguments == (Argument("t", "p", "AGENT"),)


def test_several_roles_of_one_relation_are_several_arguments(scheme: Scheme) -> None:
    source = marked(ATTACK)
    several = relation("t", "f", labels=["TARGET", "المكان", "NOTHING"])
    conversion = converted(source.text, scheme, [*drawn(source, scheme), several])
    assert conversion.arguments == (Argument("t", "f", "TARGET"), Argument("t", "f", "PLACE"))
    assert codes(conversion) == ["unknown_role"]
    assert fates(conversion, "arguments") == {"out": 2, "quarantined": 1}


def test_one_role_given_twice_is_collapsed(scheme: Scheme) -> None:
    source = marked(ATTACK)
    found = [relation("t", "p", labels=["AGENT", "الفاعل"]), relation("p", "t", labels=["AGENT"])]
    conversion = converted(source.text, scheme, [*drawn(source, scheme), *found])
    assert conversion.arguments == (Argument("t", "p", "AGENT"),)
    assert fates(conversion, "arguments") == {"out": 1, "collapsed": 2}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (relation("t", "u", labels=["AGENT"]), "no_trigger_and_entity"),
        (relation("p", "f", labels=["AGENT"]), "no_trigger_and_entity"),
        (relation("t", "t", labels=["AGENT"]), "no_trigger_and_entity"),
        (relation("t", "p"), "no_role"),
        (relation("t", "p", labels=[]), "no_role"),
        (relation("t", "p", labels=None), "no_role"),
        (relation("t", "p", labels=[None]), "no_role"),
        (relation("t", "p", labels=["VICTIM"]), "unknown_role"),
        (relation("t", "p", labels=[["AGENT"]]), "unknown_role"),
        (relation("t", "nobody", labels=["AGENT"]), "missing_region"),
        (relation(None, "p", labels=["AGENT"]), "missing_region"),
        (relation(["t"], {}, labels=["AGENT"]), "missing_region"),
    ],
)
def test_a_faulty_relation_is_quarantined_with_its_code(
    scheme: Scheme, found: dict[str, Any], code: str
) -> None:
    source = marked(ATTACK + " و[قتل]DIE:u")
    conversion = converted(source.text, scheme, [*drawn(source, scheme), found])
    assert codes(conversion) == [code]
    assert conversion.arguments == ()
    assert fates(conversion, "arguments") == {"quarantined": 1}


def test_a_relation_between_two_regions_that_are_both_is_read_neither_way(scheme: Scheme) -> None:
    text = "إضراب واحتجاج"
    both = [
        region(text, covered, label, covered, control)
        for covered in ("إضراب", "احتجاج")
        for control, label in (("entity", "LAW"), ("trigger", "PROTEST"))
    ]
    conversion = converted(text, scheme, [*both, relation("إضراب", "احتجاج", labels=["AGENT"])])
    assert codes(conversion) == ["two_readings"]


def test_a_refused_half_of_a_region_does_not_decide_how_a_relation_is_read(scheme: Scheme) -> None:
    text = "إضراب واحتجاج"
    found = [
        region(text, "إضراب", "LAW", "a"),
        region(text, "إضراب", "UNKNOWN", "a", "trigger"),
        region(text, "احتجاج", "LAW", "b"),
        region(text, "احتجاج", "PROTEST", "b", "trigger"),
        relation("a", "b", labels=["AGENT"]),
    ]
    conversion = converted(text, scheme, found)
    assert conversion.arguments == ()
    assert fates(conversion, "arguments") == {"quarantined": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["PERSON"]},
        {"start": 0, "end": 999},
        {"text": "غيره"},
        {"start": 4, "end": 5, "text": " "},
    ],
)
def test_a_refused_region_takes_its_arguments_and_values_along(
    scheme: Scheme, change: dict[str, Any]
) -> None:
    source = marked("[هاجم]ATTACK:t [جنيف]GPE:g", "t PLACE g", "t TARGET g")
    found = [*drawn(source, scheme), field("link", ["Q71"], "g")]
    found[1]["value"].update(change)
    conversion = converted(source.text, scheme, found)
    assert places(conversion) == [("هاجم", "ATTACK")]
    assert codes(conversion)[1:] == ["refused_region"] * 3
    assert fates(conversion, "arguments") == {"quarantined": 2}
    assert fates(conversion, "attributes") == {"quarantined": 1}


def test_a_region_of_an_unknown_control_takes_its_arguments_along_under_the_same_name(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [جنيف]GPE:g", "t PLACE g")
    found = drawn(source, scheme)
    found[1]["from_name"] = "label"
    assert sorted(codes(converted(source.text, scheme, found))) == ["refused_region", "unknown_control"]


def test_an_end_that_the_role_does_not_allow_is_a_note_and_no_problem(scheme: Scheme) -> None:
    source = marked(ATTACK, "t TIME p")
    conversion = converted(source.text, scheme, drawn(source, scheme))
    assert conversion.arguments == source.arguments
    assert conversion.notes["end_not_allowed: TIME from ATTACK to PERS"] == 1


def test_relations_may_come_before_their_regions(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [جنيف]GPE:g@Q71", "t PLACE g")
    conversion = converted(source.text, scheme, drawn(source, scheme)[::-1])
    assert (conversion.spans, conversion.arguments) == (source.spans, source.arguments)


# attributes


@pytest.mark.parametrize(
    ("label", "name", "typed", "canonical"),
    [
        ("CARDINAL", "value", ["800"], "800"),
        ("CARDINAL", "value", "800", "800"),
        ("CARDINAL", "value", ["٨٠٠"], "800"),
        ("CARDINAL", "value", ["۸۰۰"], "800"),
        ("CARDINAL", "value", [" -4.5\n"], "-4.5"),
        ("CARDINAL", "value", ["٤٫٥"], "4.5"),
        ("CARDINAL", "value", ["004.50"], "4.5"),
        ("CARDINAL", "value", ["4200"], "4200"),
        ("CARDINAL", "value", ["-0"], "0"),
        ("CARDINAL", "value", ["123456789012345678901234567891"], "123456789012345678901234567891"),
        ("CARDINAL", "value", ["", "7", " "], "7"),
        ("DATE", "value", ["٢٠٢٤-٠٥-١٣"], "2024-05-13"),
        ("DATE", "value", ["2024-05"], "2024-05"),
        ("DATE", "value", ["2024"], "2024"),
        ("DATE", "value", ["2024-05-13T09:30"], "2024-05-13T09:30"),
        ("GPE", "link", ["Q٧١"], "Q71"),
    ],
)
def test_a_value_is_stored_in_its_canonical_form(
    scheme: Scheme, label: str, name: str, typed: Any, canonical: str
) -> None:
    text = "زار جنيف"
    conversion = converted(text, scheme, [region(text, "جنيف", label), field(name, typed)])
    assert conversion.spans[0].attributes == {name: canonical}
    assert fates(conversion, "attributes") == {"out": 1}


@pytest.mark.parametrize(
    ("label", "name", "typed", "code"),
    [
        ("CARDINAL", "value", ["ثمانمئة"], "bad_value"),
        ("CARDINAL", "value", ["4,200"], "bad_value"),
        ("CARDINAL", "value", ["4."], "bad_value"),
        ("DATE", "value", ["13/05/2024"], "bad_value"),
        ("DATE", "value", ["2024-13"], "bad_value"),
        ("DATE", "value", ["24-05-13"], "bad_value"),
        ("GPE", "link", ["71"], "bad_value"),
        ("GPE", "link", ["Q0"], "bad_value"),
        ("GPE", "link", ["https://www.wikidata.org/wiki/Q71"], "bad_value"),
        ("GPE", "value", ["800"], "attribute_not_allowed"),
        ("CARDINAL", "link", ["Q71"], "attribute_not_allowed"),
        ("CARDINAL", "value", ["4", "5"], "no_value"),
        ("CARDINAL", "value", [4], "no_value"),
        ("CARDINAL", "value", 4, "no_value"),
        ("CARDINAL", "value", None, "no_value"),
    ],
)
def test_a_faulty_value_is_quarantined_and_its_span_stays(
    scheme: Scheme, label: str, name: str, typed: Any, code: str
) -> None:
    text = "زار جنيف"
    conversion = converted(text, scheme, [region(text, "جنيف", label), field(name, typed)])
    assert codes(conversion) == [code]
    assert fates(conversion, "attributes") == {"quarantined": 1}
    assert [span.attributes for span in conversion.spans] == [{}]


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-04-31"])
def test_a_day_that_no_calendar_has_is_a_bad_value(scheme: Scheme, day: str) -> None:
    text = "زار جنيف"
    assert codes(converted(text, scheme, [region(text, "جنيف", "DATE"), field("value", [day])])) == [
        "bad_value"
    ]


@pytest.mark.parametrize("typed", [[], [""], [" \n"], "", ["", " "]])
def test_a_blank_value_is_no_value_and_no_problem(scheme: Scheme, typed: Any) -> None:
    text = "زار جنيف"
    conversion = converted(text, scheme, [region(text, "جنيف", "GPE"), field("link", typed)])
    assert codes(conversion) == []
    assert fates(conversion, "attributes") == {"trimmed_away": 1}


def test_two_values_of_one_span_are_a_problem_and_equal_ones_are_collapsed(scheme: Scheme) -> None:
    text = "قتل ثمانية جنود"
    found = [
        region(text, "ثمانية", "CARDINAL", "a"),
        region(text, "ثمانية ", "CARDINAL", "b"),
        field("value", ["8"], "a"),
        field("value", ["٨"], "b"),
        field("value", ["9"], "b"),
    ]
    conversion = converted(text, scheme, found)
    assert codes(conversion) == ["two_values"]
    assert conversion.spans[0].attributes == {"value": "8"}
    assert fates(conversion, "attributes") == {"out": 1, "collapsed": 1, "quarantined": 1}


def test_a_value_goes_to_the_half_of_a_region_that_can_carry_it(scheme: Scheme) -> None:
    text = "قتل يوم الأحد"
    found = [
        region(text, "يوم الأحد", "DIE", control="trigger"),
        region(text, "يوم الأحد", "DATE"),
        field("value", ["2024-05-12"]),
    ]
    conversion = converted(text, scheme, found)
    assert {span.label: span.attributes for span in conversion.spans} == {
        "DIE": {},
        "DATE": {"value": "2024-05-12"},
    }


def test_a_value_of_a_region_that_is_not_there_is_a_problem(scheme: Scheme) -> None:
    assert codes(converted("زار جنيف", scheme, [field("link", ["Q71"])])) == ["missing_region"]


# whatever else a result may be


OTHER_RESULTS: tuple[Any, ...] = (
    *(None, 5, "نص", [], {}),
    {"type": "labels"},
    {"id": [], "from_name": {}},
    {"id": "c", "from_name": "sentiment", "type": "choices", "value": {"choices": ["سلبي"]}},
)


@pytest.mark.parametrize("found", OTHER_RESULTS)
def test_a_result_of_no_known_kind_is_quarantined(scheme: Scheme, found: Any) -> None:
    conversion = converted("زار جنيف", scheme, [found])
    assert codes(conversion) == ["unknown_control"]
    assert fates(conversion, "other") == {"quarantined": 1}
    assert conversion.rejects[0].result == found


def test_a_problem_says_where_it_is_and_what_would_be_right(scheme: Scheme) -> None:
    text = "زار جنيف"
    problem = converted(text, scheme, [region(text, "جنيف", "GPS", "x7")]).rejects[0].problem
    assert problem.where == "export.json: task 1, annotation 1, region x7"
    assert "GPS" in problem.found
    assert "GPE" in problem.expected


# whatever comes, the ledger balances

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
TEXT = "قال 🙂 محمد\nعلي إنه زار جنيف"
IDS = st.sampled_from(["r", "s", "t", "r:triggers", "s:entities", "", 5, None])
LABELS = st.sampled_from(["PERS", "GPE", "DATE", "CARDINAL", "ATTACK", "DIE", "NOBODY"])
OFFSETS = st.integers(-1, len(TEXT) + 1)
REGIONS = st.builds(
    lambda identity, control, start, length, labels, text: {
        "id": identity,
        "from_name": control,
        "type": "labels",
        "value": {"start": start, "end": start + length, "labels": labels, **text},
    },
    IDS,
    st.sampled_from(["entity", "trigger"]),
    OFFSETS,
    st.integers(0, 6),
    st.lists(LABELS, min_size=1, max_size=1) | JUNK,
    st.just({}) | st.fixed_dictionaries({"text": st.sampled_from([TEXT[:4], "محمد", "□", ""]) | JUNK}),
)
FIELDS = st.builds(
    field,
    st.sampled_from(["value", "link"]),
    st.lists(st.sampled_from(["٨", "8", "2024", "Q71", " ", "نص"]), max_size=2) | JUNK,
    IDS,
)
RELATIONS = st.builds(
    lambda first, second, direction, labels: relation(first, second, direction, **labels),
    IDS,
    IDS,
    st.sampled_from(["right", "left", "bi"]),
    st.just({})
    | st.fixed_dictionaries({"labels": st.lists(st.sampled_from(["AGENT", "المكان", "X", None])) | JUNK}),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    result: dict[str, Any] = deepcopy(draw(REGIONS | FIELDS | RELATIONS))
    target = result["value"] if isinstance(result.get("value"), dict) and draw(st.booleans()) else result
    key = draw(st.sampled_from(sorted(target)))
    if draw(st.booleans()):
        del target[key]
    else:
        target[key] = draw(JUNK)
    return result


FOUND = st.lists(REGIONS | FIELDS | RELATIONS | mutated() | JUNK, max_size=12)


def expected_in(found: Sequence[Any], scheme: Scheme) -> Iterator[Kind]:
    for result in found:
        kind = kind_of(result, scheme)
        roles = result.get("labels") if kind == "arguments" else None
        yield from [kind] * (len(roles) if isinstance(roles, list) and roles else 1)


@settings(deadline=None, max_examples=400)
@given(found=FOUND)
def test_whatever_comes_in_is_out_or_accounted_for(scheme: Scheme, found: list[Any]) -> None:
    before = deepcopy(found)
    conversion = converted(TEXT, scheme, found)
    entries = {entry.kind: entry for entry in conversion.ledger.entries()}
    came_in = Counter(expected_in(found, scheme))
    assert found == before
    assert {kind: entries[kind].came_in for kind in KINDS} == {kind: came_in[kind] for kind in KINDS}
    assert all(entry.came_in == sum(entry.fates[fate] for fate in FATES) for entry in entries.values())
    assert len(conversion.spans) == entries["entities"].fates["out"] + entries["triggers"].fates["out"]
    assert len(conversion.arguments) == entries["arguments"].fates["out"]
    assert sum(len(span.attributes) for span in conversion.spans) == entries["attributes"].fates["out"]


@settings(deadline=None, max_examples=400)
@given(found=FOUND)
def test_whatever_comes_in_makes_an_annotation(scheme: Scheme, found: list[Any]) -> None:
    conversion = converted(TEXT, scheme, found)
    Annotation("a", "0" * 64, "A1", spans=conversion.spans, arguments=conversion.arguments)
    assert all(
        span.text == TEXT[span.start : span.end] == str(span.text).strip() for span in conversion.spans
    )
    assert all(str(reject.problem) for reject in conversion.rejects)


@settings(deadline=None, max_examples=200)
@given(found=st.lists(REGIONS, max_size=10), data=st.data())
def test_the_places_of_spans_do_not_depend_on_the_order_of_regions(
    scheme: Scheme, found: list[Any], data: st.DataObject
) -> None:
    unique = list({(result["id"], result["from_name"]): result for result in found}.values())
    shuffled = data.draw(st.permutations(unique))
    assert places(converted(TEXT, scheme, unique)) == places(converted(TEXT, scheme, shuffled))


# what is written comes back

ARABIC = st.text(st.sampled_from("ابتثمحدعي ،.ًّـ\n🙂👩\u200d٣"), min_size=2, max_size=40).filter(
    lambda text: bool(text.strip())
)


@st.composite
def spans_of(draw: st.DrawFn, text: str, scheme: Scheme) -> list[Span]:
    """Draw spans that trimming leaves as they are, nested and overlapping ones included."""
    ranges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
        lambda ends: tuple(sorted(ends))
    )
    kept = ranges.filter(lambda ends: ends[0] < ends[1] and trim(text, *ends) == ends)
    labels = st.sampled_from([label.code for label in scheme.labels])
    drawn_spans = draw(st.lists(st.tuples(kept, labels), max_size=8, unique=True))
    return [
        Span(f"s{number}", start, end, label, text[start:end], draw(attributes_of(label, scheme)))
        for number, ((start, end), label) in enumerate(drawn_spans)
    ]


def attributes_of(label: str, scheme: Scheme) -> st.SearchStrategy[dict[str, str]]:
    values = {"decimal": ["8", "-4.5"], "iso8601": ["2024", "2024-05-13"], "wikidata": ["Q71"]}
    allowed = {a.code: st.sampled_from(values[a.on[label]]) for a in scheme.attributes if label in a.on}
    return st.fixed_dictionaries({}, optional=allowed)


def arguments_of(spans: Sequence[Span], scheme: Scheme) -> st.SearchStrategy[list[Argument]]:
    ends = {
        layer: [s.id for s in spans if scheme.layer(s.label) == layer] for layer in ("triggers", "entities")
    }
    if not all(ends.values()):
        return st.just([])
    roles = st.sampled_from([role.code for role in scheme.roles])
    one = st.builds(Argument, st.sampled_from(ends["triggers"]), st.sampled_from(ends["entities"]), roles)
    return st.lists(one, max_size=8, unique=True)


@settings(deadline=None, max_examples=300)
@given(text=ARABIC, data=st.data())
def test_spans_and_arguments_come_back_as_they_were_written(
    scheme: Scheme, text: str, data: st.DataObject
) -> None:
    spans = data.draw(spans_of(text, scheme))
    arguments = data.draw(arguments_of(spans, scheme))
    written = results(spans, arguments, Article("a", text), scheme)
    conversion = converted(text, scheme, data.draw(st.permutations(written)))
    in_order = sorted(spans, key=lambda span: (span.start, -span.end, span.label))
    assert list(conversion.spans) == in_order
    assert set(conversion.arguments) == set(arguments)
    assert len(conversion.arguments) == len(arguments)
    assert codes(conversion) == []


@settings(deadline=None, max_examples=100)
@given(text=ARABIC, data=st.data())
def test_drawing_relations_the_other_way_changes_only_the_count(
    scheme: Scheme, text: str, data: st.DataObject
) -> None:
    spans = data.draw(spans_of(text, scheme))
    arguments = data.draw(arguments_of(spans, scheme))
    written = results(spans, arguments, Article("a", text), scheme)
    by_pair = {(argument.trigger, argument.entity) for argument in arguments}
    turned = [
        {**result, "from_id": result["to_id"], "to_id": result["from_id"]} if "from_id" in result else result
        for result in written
    ]
    one, other = converted(text, scheme, written), converted(text, scheme, turned)
    assert one.arguments == other.arguments
    assert (one.notes[REVERSED], other.notes[REVERSED]) == (0, len(by_pair))


def test_the_page_sees_the_stand_in_where_the_record_has_an_astral_character(scheme: Scheme) -> None:
    source = marked("نشر [محمد 🙂]PERS صورة 👩 في [جنيف]GPE")
    found = drawn(source, scheme)
    assert [result["value"]["text"] for result in found] == ["محمد □", "جنيف"]
    assert len(stand_in(source.text)) == len(source.text)
    assert converted(source.text, scheme, found).spans == source.spans
