"""Labels of earlier schemes: translated, dropped, or left for people, and all of it accounted for."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from converting import converted, field, region, relation
from imported import Import
from marked import Marked, marked
from miyar.annotation import Annotation
from miyar.article import Article
from miyar.errors import quoted
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.importing import NO_SCHEME, OTHER_SCHEME
from miyar.labelstudio.results.changes import Translation
from miyar.labelstudio.results.ledger import FATES, KINDS, Entry, Fate, Ledger
from miyar.labelstudio.results.reannotation import Reannotation
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.results.revision import Revision
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Change, Outcome, Scheme, outcome, read_scheme

CASES = sorted((ROOT / "tests" / "cases" / "changes").glob("*.toml"))


def scheme_of(folder: Path, source: str) -> Scheme:
    path = folder / "labels.toml"
    path.write_text(source, encoding="utf-8")
    return read_scheme(path)


def imported(folder: Path, source: Marked, before: Scheme, after: Scheme, **data: Any) -> Import:
    """Return the import, with the scheme after, of what was labelled with the scheme before."""
    article = Article("a", source.text)
    made = task(article, before, "")
    made["data"].update(data)
    found = results(source.spans, source.arguments, article, before)
    annotation = {"id": 1, "completed_by": 1, "was_cancelled": False, "result": found}
    path = folder / "export.json"
    path.write_text(json.dumps([{"id": 1, **made, "annotations": [annotation], "drafts": []}]), "utf-8")
    return Import(find_exports([path]), {"a": article}, after)


def shown(annotation: Annotation) -> list[str]:
    """Return spans and arguments in words."""
    texts = {span.id: span.text for span in annotation.spans}
    spans = [
        " ".join(
            [f"{span.text} {span.label}", *(f"{name}={value}" for name, value in span.attributes.items())]
        )
        for span in annotation.spans
    ]
    return spans + [f"{texts[a.trigger]} {a.role} {texts[a.entity]}" for a in annotation.arguments]


def waiting(again: Iterable[Reannotation]) -> list[str]:
    """Return in words what people have to decide."""
    return [
        f"{what}: {' '.join(code or 'nothing' for code in candidates)}"
        for one in again
        for what, candidates in (
            *((f"{span.text} {span.label}", span.candidates) for span in one.spans),
            *((f"{a.from_text} {a.role} {a.to_text}", a.candidates) for a in one.arguments),
            *((f"{v.text} {v.attribute}={v.value[0]}", v.candidates) for v in one.attributes),
        )
    ]


def filled(entries: Iterable[Entry]) -> dict[str, dict[Fate, int]]:
    """Return the fates of a ledger that are not zero."""
    lines = {entry.kind: {fate: count for fate, count in entry.fates.items() if count} for entry in entries}
    return {kind: fates for kind, fates in lines.items() if fates}


# golden cases


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_golden_case_comes_out_as_it_says(path: Path, tmp_path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    before, after = (scheme_of(tmp_path, case[name]) for name in ("before", "after"))
    process = imported(tmp_path, marked(case["source"], *case.get("arguments", ())), before, after)
    (annotation,) = process.annotations()
    assert shown(annotation) == case.get("out", [])
    assert waiting(process.again) == case.get("open", [])
    assert filled(process.ledger.entries()) == case["ledger"]
    assert [problem.code for problem in process.problems] == case.get("problems", [])
    assert sorted(
        f"{kind} {code} {'|'.join(one or 'nothing' for one in became)} {count}"
        for (kind, code, became), count in process.applied.items()
    ) == case.get("applied", [])
    assert annotation.scheme == before.signature
    assert all(one.made_with == before.signature and one.scheme == after.signature for one in process.again)


# what else decides

BEFORE = 'version = "1.0.0"\n[entities.LOC]\n[entities.DATE]\n[triggers.ATTACK]\n[roles.PLACE]\n'
AFTER = """
version = "2.0.0"
[entities.GPE]
[entities.DATE]
[triggers.ATTACK]
[triggers.RAID]
[roles.PLACE]
[attributes.value]
on = { DATE = "iso8601", ATTACK = "iso8601" }
[changes."2.0.0"]
"""
SOURCE = marked("[هاجم]ATTACK:t [جنيف]LOC:g", "t PLACE g")


def revised(
    folder: Path, changes: str, found: Sequence[Any], text: str = SOURCE.text
) -> tuple[Revision, Conversion]:
    scheme = scheme_of(folder, AFTER + changes)
    revision = Revision(Article("a", text), Translation(scheme, scheme.changes))
    revision.add(found)
    return revision, converted(text, scheme, revision.results)


def counted(revision: Revision, conversion: Conversion) -> dict[str, dict[Fate, int]]:
    both = Ledger()
    for ledger in (revision.ledger, conversion.ledger):
        both.add(ledger)
    return filled(both.entries())


def codes(conversion: Conversion) -> list[str]:
    return [reject.problem.code for reject in conversion.rejects]


@pytest.mark.parametrize(
    ("made_with", "label"),
    [
        ("1.0.0#00000000", "GPE"),
        ("1.9.9#00000000", "GPE"),
        ("1#00000000", "GPE"),
        ("2.0.0#00000000", None),
        ("2.0#00000000", None),
    ],
)
def test_changes_of_later_versions_apply_and_no_others(
    tmp_path: Path, made_with: str, label: str | None
) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = "GPE"')
    process = imported(tmp_path, SOURCE, before, after, scheme=made_with)
    (annotation,) = process.annotations()
    assert annotation.scheme == made_with
    assert [span.label for span in annotation.spans[1:]] == ([label] if label else [])
    assert [problem.code for problem in process.problems][:1] == ([] if label else ["unknown_label"])
    assert process.notes[OTHER_SCHEME] == 1


def test_a_task_without_a_scheme_is_read_as_it_is_and_that_is_noted(tmp_path: Path) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = "GPE"')
    process = imported(tmp_path, SOURCE, before, after, scheme=None)
    list(process.annotations())
    assert [problem.code for problem in process.problems] == ["unknown_label", "refused_region"]
    assert process.notes[NO_SCHEME] == 1
    unchanged = imported(tmp_path, SOURCE, before, before, scheme=None)
    list(unchanged.annotations())
    assert not unchanged.notes[NO_SCHEME]


@pytest.mark.parametrize("made_with", ["2.0.1#00000000", "3#00000000", "10.0.0#00000000"])
def test_labels_of_a_newer_scheme_are_refused_whole_with_the_version_to_use(
    tmp_path: Path, made_with: str
) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = "GPE"')
    process = imported(tmp_path, SOURCE, before, after, scheme=made_with)
    assert list(process.annotations()) == []
    (problem,) = process.problems
    assert problem.code == "newer_scheme"
    assert f"version {made_with.partition('#')[0]} with --config" in problem.remedy
    assert filled(process.ledger.entries()) == {
        "other": {"quarantined": 1},  # of an unknown label nobody knows the layer
        "triggers": {"quarantined": 1},
        "arguments": {"quarantined": 1},
    }


def test_a_version_without_numbers_is_refused_only_where_there_are_changes(tmp_path: Path) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = "GPE"')
    for scheme, expected in ((after, ["bad_scheme"]), (before, [])):
        process = imported(tmp_path, SOURCE, before, scheme, scheme="draft#00000000")
        list(process.annotations())
        assert [problem.code for problem in process.problems] == expected


def test_a_change_is_about_codes_of_the_kind_that_its_targets_have(tmp_path: Path) -> None:
    source = """
version = "2"
[entities.AMOUNT]
name = "قيمة"
[attributes.quantity]
on = { AMOUNT = "decimal" }
[changes."2"]
AMOUNT = "quantity"
"""
    scheme = scheme_of(tmp_path, source)
    text = "قتل ثمانية"
    revision = Revision(Article("a", text), Translation(scheme, scheme.changes))
    revision.add([region(text, "ثمانية", "AMOUNT"), field("AMOUNT", ["8"])])
    (span,) = converted(text, scheme, revision.results).spans
    assert (span.label, span.attributes) == ("AMOUNT", {"quantity": "8"})


def test_results_are_not_changed_in_place(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "ATTACK", "t", "trigger"),
        field("link", ["Q71"], "g"),
        relation("t", "g", labels=["PLACE"]),
    ]
    before = deepcopy(found)
    revised(tmp_path, 'LOC = "GPE"\nATTACK = ["ATTACK", "RAID"]\nlink = "value"\n', found)
    assert found == before


# regions that are an entity and a trigger

BOTH = (
    region(SOURCE.text, "هاجم", "LOC", "r"),
    region(SOURCE.text, "هاجم", "ATTACK", "r", "trigger"),
)


@pytest.mark.parametrize(("changes", "fate"), [("LOC = []", "dropped"), ('LOC = ["GPE", "DATE"]', "again")])
def test_a_value_stays_with_the_half_that_can_carry_it(tmp_path: Path, changes: str, fate: Fate) -> None:
    parts = revised(tmp_path, changes, [*BOTH, field("value", ["2024"])])
    assert [(span.label, span.attributes) for span in parts[1].spans] == [("ATTACK", {"value": "2024"})]
    assert counted(*parts)["attributes"] == {"out": 1}
    assert counted(*parts)["entities"] == {fate: 1}


def test_a_value_goes_with_a_half_that_goes_where_the_other_cannot_carry_it(tmp_path: Path) -> None:
    changes = 'LOC = []\nATTACK = "RAID"\n'
    assert counted(*revised(tmp_path, changes, [*BOTH, field("value", ["2024"])]))["attributes"] == {
        "dropped": 1
    }


def test_a_blank_value_of_a_span_that_goes_is_trimmed_away(tmp_path: Path) -> None:
    parts = revised(tmp_path, "LOC = []", [BOTH[0], field("value", [" "])])
    assert counted(*parts)["attributes"] == {"trimmed_away": 1}


def test_a_relation_that_could_be_read_two_ways_is_not_decided_by_a_dropped_half(tmp_path: Path) -> None:
    other = [
        region(SOURCE.text, "جنيف", "DATE", "s"),
        region(SOURCE.text, "جنيف", "RAID", "s", "trigger"),
    ]
    parts = revised(tmp_path, "LOC = []", [*BOTH, *other, relation("r", "s", labels=["PLACE"])])
    assert counted(*parts)["arguments"] == {"again": 1}
    parts = revised(
        tmp_path, "LOC = []\nDATE2 = []", [*BOTH, *other[1:], relation("r", "s", labels=["PLACE"])]
    )
    assert counted(*parts)["arguments"] == {"dropped": 1}


def test_a_dropped_end_goes_before_one_that_people_decide(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "ATTACK", "t", "trigger"),
        relation("g", "t", labels=["PLACE", None]),
    ]
    parts = revised(tmp_path, 'LOC = []\nATTACK = ["ATTACK", "RAID"]', found)
    assert counted(*parts) == {
        "entities": {"dropped": 1},
        "triggers": {"again": 1},
        "arguments": {"dropped": 2},
    }


def test_a_relation_without_a_role_stays_a_problem(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "ATTACK", "t", "trigger"),
        relation("t", "g"),
    ]
    assert codes(revised(tmp_path, 'LOC = "GPE"', found)[1]) == ["no_role"]


def test_a_relation_that_is_none_goes_with_the_region_that_goes(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "DATE", "d"),
        relation("g", "d", labels=["PLACE"]),
    ]
    assert counted(*revised(tmp_path, "LOC = []", found))["arguments"] == {"dropped": 1}
    parts = revised(tmp_path, 'LOC = "GPE"', found)
    assert codes(parts[1]) == ["no_trigger_and_entity"]


def test_a_relation_that_is_none_waits_with_the_region_that_people_decide(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "DATE", "d"),
        relation("g", "d", labels=["PLACE"]),
    ]
    assert counted(*revised(tmp_path, 'LOC = ["GPE", "DATE"]', found))["arguments"] == {"again": 1}


def test_a_region_of_which_one_half_stays_is_there(tmp_path: Path) -> None:
    parts = revised(tmp_path, "LOC = []", [*BOTH, relation("r", "nowhere", labels=["PLACE"])])
    assert codes(parts[1]) == ["missing_region"]
    assert counted(*parts)["arguments"] == {"quarantined": 1}


def test_a_change_that_a_dropped_end_overtook_was_not_applied(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "هاجم", "ATTACK", "t", "trigger"),
        relation("g", "t", labels=["SITE"]),
        field("when", ["2024"], "g"),
    ]
    revision, _ = revised(tmp_path, 'LOC = []\nSITE = "PLACE"\nwhen = "value"', found)
    assert {applied.code for applied in revision.applied} == {"LOC"}


def test_a_result_of_another_control_is_no_attribute_whatever_it_is_called(tmp_path: Path) -> None:
    found = [{"id": "r", "from_name": "mood", "type": "choices", "value": {"choices": ["سلبي"]}}]
    parts = revised(tmp_path, "mood = []", found)
    assert codes(parts[1]) == ["unknown_control"]
    assert counted(*parts) == {"other": {"quarantined": 1}}


# what nobody needs to decide


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": 0, "end": 999}, "bad_offsets"),
        ({"text": "غيره"}, "other_text"),
        ({"start": 4, "end": 5, "text": " "}, "only_white_space"),
    ],
)
def test_a_faulty_region_is_a_problem_and_not_for_people_to_decide(
    tmp_path: Path, change: Mapping[str, Any], code: str
) -> None:
    faulty = region(SOURCE.text, "جنيف", "LOC", "g")
    faulty["value"].update(change)
    revision, conversion = revised(tmp_path, 'LOC = ["GPE", "DATE"]', [faulty, field("value", ["2024"], "g")])
    assert codes(conversion) == [code, "refused_region"]
    assert (revision.spans, revision.attributes, revision.applied) == ([], [], {})


def test_what_refers_to_no_region_is_a_problem_and_not_for_people_to_decide(tmp_path: Path) -> None:
    found = [field("link", ["Q71"], "nowhere"), relation("nowhere", "r", labels=["PLACE"])]
    changes = 'link = ["value", "end_"]\n"PLACE" = ["PLACE", "ORIGIN"]\n'
    extra = '[attributes.end_]\non = { DATE = "iso8601" }\n[roles.ORIGIN]\n'
    revision, conversion = revised(tmp_path, changes + extra, found)
    assert codes(conversion) == ["missing_region", "missing_region"]
    assert (revision.arguments, revision.attributes) == ([], [])


def test_of_two_regions_with_one_id_nobody_knows_which_one_a_value_is_of(tmp_path: Path) -> None:
    found = [
        region(SOURCE.text, "جنيف", "LOC", "g"),
        region(SOURCE.text, "جنيف", "DATE", "g"),
        field("value", ["2024"], "g"),
    ]
    parts = revised(tmp_path, "LOC = []", found)
    assert counted(*parts) == {"entities": {"out": 1, "dropped": 1}, "attributes": {"again": 1}}


def test_an_open_end_says_so_in_the_problem_and_names_its_place(tmp_path: Path) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = ["GPE", "DATE"]')
    process = imported(tmp_path, SOURCE, before, after)
    list(process.annotations())
    span, argument = process.open_problems
    assert span.where.startswith(
        f"{tmp_path / 'export.json'}: task 1 (a), annotation 1 of A1, region {quoted('g')} "
    )
    assert span.expected == "GPE or DATE, as people decide"
    assert argument.expected == "its span to be decided first"
    assert {span.code, argument.code} == {"label_again"}
    assert "--again FILE" in span.remedy


def test_the_open_list_serves_people_and_programs(tmp_path: Path) -> None:
    before, after = scheme_of(tmp_path, BEFORE), scheme_of(tmp_path, AFTER + 'LOC = ["GPE", "DATE"]')
    process = imported(tmp_path, SOURCE, before, after)
    list(process.annotations())
    (line,) = [one.to_dict() for one in process.again]
    assert line == {
        "article": "a",
        "sha256": Article("a", SOURCE.text).sha256,
        "annotator": "A1",
        "scheme": before.signature,
        "to": after.signature,
        "spans": [
            {"id": "g", "start": 5, "end": 9, "text": "جنيف", "label": "LOC", "candidates": ["GPE", "DATE"]}
        ],
        "arguments": [
            {
                "from": "t",
                "to": "g",
                "from_text": "هاجم",
                "to_text": "جنيف",
                "role": "PLACE",
                "candidates": ["PLACE"],
            }
        ],
        "attributes": [],
    }


# whatever changes and whatever comes, nothing is lost

ENTITIES, TRIGGERS, ROLES, ATTRIBUTES = ("PERS", "GPE"), ("ATTACK",), ("AGENT", "PLACE"), ("value",)
OLD = {"entities": ("LOC", "FAC"), "triggers": ("RAID",), "roles": ("SITE", "SPOT"), "attributes": ("link",)}
NOW = {"entities": ENTITIES, "triggers": TRIGGERS, "roles": ROLES, "attributes": ATTRIBUTES}
TEXT = "قال 🙂 محمد\nعلي إنه زار جنيف"
IDS = st.sampled_from(["r", "s", "t", 5])


@st.composite
def change_lists(draw: st.DrawFn, splits: bool = True) -> tuple[Change, ...]:
    """Draw changes that lead from old codes and codes of now, by old ones, to codes of now."""
    made = []
    for version in range(2, draw(st.integers(2, 5))):
        targets: dict[str, tuple[str, ...]] = {}
        for kind, now in NOW.items():
            codes = (*OLD[kind], *now)
            target = st.lists(st.sampled_from(codes), max_size=3 if splits else 1, unique=True).map(tuple)
            targets |= draw(st.dictionaries(st.sampled_from(codes), target, max_size=3))
        made.append(Change(str(version), targets))
    last = {code: () if draw(st.booleans()) else (NOW[kind][0],) for kind in OLD for code in OLD[kind]}
    return (*made, Change("9", last))


LABELS = {
    "entity": st.sampled_from([*ENTITIES, *OLD["entities"], "NOBODY"]),
    "trigger": st.sampled_from([*TRIGGERS, *OLD["triggers"]]),
    "label": st.sampled_from([*ENTITIES, *TRIGGERS, *OLD["entities"], *OLD["triggers"], "NOBODY"]),
}
REGIONS = st.sampled_from(sorted(LABELS)).flatmap(
    lambda control: st.builds(
        lambda identity, start, length, label: {
            "id": identity,
            "from_name": control,
            "type": "labels",
            "value": {"start": start, "end": start + length, "labels": label},
        },
        IDS,
        st.integers(-1, len(TEXT)),
        st.integers(0, 6),
        st.lists(LABELS[control], min_size=1, max_size=1) | st.sampled_from([[], None, ["PERS", "LOC"], 5]),
    )
)
FIELDS = st.builds(
    field,
    st.sampled_from([*ATTRIBUTES, *OLD["attributes"], "other"]),
    st.sampled_from([["2024"], [""], ["2023"], "x", None]),
    IDS,
)
RELATIONS = st.builds(
    lambda first, second, labels: relation(first, second, labels=labels),
    IDS,
    IDS,
    st.lists(st.sampled_from([*ROLES, *OLD["roles"], "المكان", None, 5]), max_size=3) | st.none(),
)
FOUND = st.lists(REGIONS | FIELDS | RELATIONS | st.sampled_from([None, {}, "x"]), max_size=12)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    source = 'version = "9"\n' + "".join(f"[entities.{code}]\n" for code in ENTITIES)
    source += '[triggers.ATTACK]\n[roles.AGENT]\n[roles.PLACE]\nname = "المكان"\n'
    source += '[attributes.value]\non = { PERS = "iso8601", ATTACK = "iso8601" }\n'
    return scheme_of(tmp_path_factory.mktemp("now"), source)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    """Return a scheme in which old codes are codes too, as they were in the versions between."""
    entities, triggers = (*ENTITIES, *OLD["entities"]), (*TRIGGERS, *OLD["triggers"])
    on = ", ".join(f'{code} = "iso8601"' for code in (*entities, *triggers))
    source = 'version = "9"\n' + "".join(f"[entities.{code}]\n" for code in entities)
    source += "".join(f"[triggers.{code}]\n" for code in triggers)
    source += "".join(f"[roles.{code}]\n" for code in (*ROLES, *OLD["roles"]))
    source += "".join(f"[attributes.{code}]\non = {{ {on} }}\n" for code in (*ATTRIBUTES, *OLD["attributes"]))
    return scheme_of(tmp_path_factory.mktemp("every"), source)


@given(changes=change_lists(), found=FOUND)
def test_whatever_came_in_is_out_or_accounted_for(
    now: Scheme, changes: tuple[Change, ...], found: list[Any]
) -> None:
    before = deepcopy(found)
    revision = Revision(Article("a", TEXT), Translation(now, changes))
    revision.add(found)
    conversion = converted(TEXT, now, revision.results)
    conversion.ledger.add(revision.ledger)
    entries = {entry.kind: entry for entry in conversion.ledger.entries()}
    assert found == before
    came_in = sum(max(len(one.get("labels") or []), 1) if is_relation(one) else 1 for one in found)
    assert sum(entry.came_in for entry in entries.values()) == came_in
    assert all(entry.came_in == sum(entry.fates[fate] for fate in FATES) for entry in entries.values())
    spans = [entry for entry in entries.values() if entry.kind in ("entities", "triggers")]
    assert len(conversion.spans) == sum(entry.fates["out"] for entry in spans)
    assert len(revision.spans) == sum(entry.fates["again"] for entry in spans)
    assert len(revision.arguments) == entries["arguments"].fates["again"]
    assert len(revision.attributes) == entries["attributes"].fates["again"]
    assert all(span.text == TEXT[span.start : span.end] for span in revision.spans)
    assert tuple(entries) == KINDS


def is_relation(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "relation"


@given(changes=change_lists(), code=st.sampled_from([*ENTITIES, *OLD["entities"]]), cut=st.integers(0, 5))
def test_outcomes_version_by_version_are_those_of_the_chain(
    changes: tuple[Change, ...], code: str, cut: int
) -> None:
    first = outcome(code, changes[:cut])
    then = [(None,) if one is None else outcome(one, changes[cut:]) for one in first]
    stepwise: Outcome = tuple(dict.fromkeys(found for one in then for found in one))
    assert stepwise == outcome(code, changes)


@given(changes=change_lists(splits=False), found=FOUND)
def test_an_import_version_by_version_is_an_import_of_the_chain(
    every: Scheme, changes: tuple[Change, ...], found: list[Any]
) -> None:
    left = list({id_of(one): one for one in found}.values())
    once = Revision(Article("a", TEXT), Translation(every, changes))
    once.add(left)
    ledger = Ledger()
    for change in changes:
        step = Revision(Article("a", TEXT), Translation(every, (change,)))
        step.add(left)
        left = step.results
        ledger.add(step.ledger)
    assert left == once.results
    assert filled(ledger.entries()) == filled(once.ledger.entries())


def id_of(value: Any) -> Any:
    """Return what keeps regions apart; each region has one half, so that nothing can be read two ways."""
    is_region = isinstance(value, dict) and value.get("type") == "labels"
    return value["id"] if is_region else id(value)
