"""Relations become arguments and typed values attributes, whichever way they were drawn."""

from typing import Any

import pytest

from converting import ATTACK, codes, converted, drawn, fates, field, places, region, relation
from marked import marked
from miyar.annotation import Argument
from miyar.article import Article
from miyar.labelstudio.results.regions import REVERSED, Conversion
from miyar.labelstudio.tasks.task import results
from miyar.scheme import Scheme

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
    found[1]["from_name"] = "labels"
    assert sorted(codes(converted(source.text, scheme, found))) == ["refused_region", "unknown_control"]


# relations without a role

ENDS = "[هاجم]ATTACK:t [مسلحون]PERS:p [الثكنة]FAC:f قرب [جنيف]GPE:g [أمس]DATE:d"


def without_role(scheme: Scheme, *relations: dict[str, Any], implies: bool = True) -> Conversion:
    source = marked(ENDS)
    conversion = Conversion(Article("a", source.text), scheme, "export.json: task 1", implies)
    conversion.add([*drawn(source, scheme), *relations])
    return conversion


def test_an_arrow_without_a_role_has_the_one_that_its_ends_imply(scheme: Scheme) -> None:
    conversion = without_role(scheme, relation("t", "d"), relation("g", "t"), relation("t", "f"))
    assert conversion.arguments == (
        Argument("t", "d", "TIME", implied=True),
        Argument("t", "g", "PLACE", implied=True),
        Argument("t", "f", "PLACE", implied=True),
    )
    assert fates(conversion, "arguments") == {"implied": 3}
    assert conversion.notes["drawn_reversed"] == 1


def test_a_role_that_has_to_be_chosen_is_missed_as_ever(scheme: Scheme) -> None:
    conversion = without_role(scheme, relation("t", "p"))
    assert codes(conversion) == ["no_role"]
    assert fates(conversion, "arguments") == {"quarantined": 1}


def test_nothing_is_implied_for_those_who_were_not_told(scheme: Scheme) -> None:
    assert codes(without_role(scheme, relation("t", "d"), implies=False)) == ["no_role"]


def test_a_role_that_was_taken_back_is_none_that_nobody_chose(scheme: Scheme) -> None:
    conversion = without_role(scheme, relation("t", "g", labels=[]))
    assert [reject.problem.code for reject in conversion.rejects] == ["no_role"]
    assert "taken back" in conversion.rejects[0].problem.found


@pytest.mark.parametrize("chosen_first", [True, False])
def test_of_a_chosen_role_and_the_same_implied_one_the_chosen_one_stays(
    scheme: Scheme, chosen_first: bool
) -> None:
    both = [relation("t", "g", labels=["PLACE"]), relation("g", "t")]
    conversion = without_role(scheme, *(both if chosen_first else both[::-1]))
    assert conversion.arguments == (Argument("t", "g", "PLACE"),)
    assert fates(conversion, "arguments") == {"out": 1, "collapsed": 1}


def test_a_role_chosen_against_the_usual_one_counts(scheme: Scheme) -> None:
    conversion = without_role(scheme, relation("t", "g", labels=["TARGET"]))
    assert conversion.arguments == (Argument("t", "g", "TARGET"),)
    assert fates(conversion, "arguments") == {"out": 1}


def test_an_implied_role_comes_back_implied(scheme: Scheme) -> None:
    source = marked(ENDS)
    arguments = (Argument("t", "g", "PLACE", implied=True), Argument("t", "f", "TARGET"))
    found = results(source.spans, arguments, Article("a", source.text), scheme)
    assert [one.get("labels") for one in found if one["type"] == "relation"] == [None, ["الهدف"]]
    conversion = Conversion(Article("a", source.text), scheme, "export.json: task 1", implies_roles=True)
    conversion.add(found)
    assert conversion.arguments == arguments


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
