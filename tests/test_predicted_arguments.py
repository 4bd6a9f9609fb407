"""Arguments and values as they are read: faults are charged and listed, gold reads the same from any file."""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from described import described
from marked import marked
from miyar.annotation import Annotation, Argument, Span
from miyar.article import Article
from miyar.dataset import read_gold, write_card, write_dataset
from miyar.errors import DataError
from miyar.output import written_folder
from miyar.predictions import Predictions, read_predictions
from miyar.scheme import Scheme
from miyar.scoring import CHARGED, PRF, score
from miyar.spantable import Views
from sides import LENGTH, PLAIN, Labelled, found, gold_of, predicted_of, shuffled, sides

SPANS = [(0, 4, "ATTACK"), (5, 9, "GPE"), (9, 10, "DIE"), (10, 12, "PERS")]
FAULTY = [
    (0, 4, "CITY"),
    (0, LENGTH + 1, "ATTACK"),
    (4, 0, "ATTACK"),
    (None, 4, "ATTACK"),
    (5, LENGTH + 1, "GPE"),
    (9, 5, "GPE"),
    (5, "9", "GPE"),
]
RIGHT = {"trigger": 0, "entity": 1, "role": "PLACE"}
GOLD = [Labelled(SPANS, [(0, 1, "PLACE"), (2, 3, "TARGET")]), Labelled(SPANS, [(0, 1, "PLACE")])]

# What joins no trigger to an entity with a known role; the spans are SPANS, then FAULTY.
BAD_ARGUMENTS: Mapping[str, Any] = {
    "an index past the end": {**RIGHT, "entity": 11},
    "an index past the end of a trigger": {**RIGHT, "trigger": 11},
    "a negative index": {**RIGHT, "entity": -3},
    "an index no machine has": {**RIGHT, "entity": 2**70},
    "a float": {**RIGHT, "entity": 1.0},
    "half an index": {**RIGHT, "trigger": 0.5},
    "a truth value": {**RIGHT, "entity": True},
    "a text": {**RIGHT, "trigger": "0"},
    "nothing": {**RIGHT, "trigger": None},
    "no trigger": {"entity": 1, "role": "PLACE"},
    "no entity": {"trigger": 0, "role": "PLACE"},
    "ends the other way round": {**RIGHT, "trigger": 1, "entity": 0},
    "a trigger as entity": {**RIGHT, "entity": 2},
    "an entity as trigger": {**RIGHT, "trigger": 3},
    "an unknown role": {**RIGHT, "role": "WHERE"},
    "no role": {"trigger": 0, "entity": 1},
    "null as role": {**RIGHT, "role": None},
    "a number as role": {**RIGHT, "role": 3},
    "half a surrogate pair as role": {**RIGHT, "role": "\ud800"},
    "a list": [0, 1, "PLACE"],
    "a word": "PLACE",
    "null": None,
    "a trigger with an unknown label": {**RIGHT, "trigger": 4},
    "an entity with an unknown label": {**RIGHT, "entity": 4},
}
OUTSIDE: Mapping[str, Any] = {
    "a trigger past the text": {**RIGHT, "trigger": 5},
    "a trigger the wrong way round": {**RIGHT, "trigger": 6},
    "a trigger without offsets": {**RIGHT, "trigger": 7},
    "an entity past the text": {**RIGHT, "entity": 8},
    "an entity the wrong way round": {**RIGHT, "entity": 9},
    "an entity without offsets": {**RIGHT, "entity": 10},
}
FAULTS = {**BAD_ARGUMENTS, **OUTSIDE}
UNATTACHED, ATTACHED = ("arg_i", "arg_c"), ("arg_i_attached", "arg_c_attached")


@pytest.fixture(scope="module")
def gold(scheme: Scheme) -> Views:
    return gold_of(GOLD, scheme)


def with_argument(argument: Any, gold: Views, scheme: Scheme) -> Predictions:
    """Return predictions of which the second article has a right argument and this one."""
    second = Labelled([*SPANS, *FAULTY], [RIGHT, argument])
    return predicted_of([Labelled(SPANS, [RIGHT]), second], gold, scheme)


# --- charged -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("argument", FAULTS.values(), ids=FAULTS)
def test_a_faulty_argument_is_listed_with_article_and_index(
    argument: Any, gold: Views, scheme: Scheme
) -> None:
    read = with_argument(argument, gold, scheme)
    assert read.counts["bad_argument"] == 1
    [fault] = [fault for fault in read.faults if fault.code == "bad_argument"]
    assert fault.where == "p:2: a1, arguments[1]"
    assert fault.found == repr(argument)
    assert "can match nothing" in fault.remedy


@pytest.mark.parametrize("argument", FAULTS.values(), ids=FAULTS)
def test_a_faulty_argument_is_predicted_and_matches_nothing(
    argument: Any, gold: Views, scheme: Scheme
) -> None:
    # gold: PLACE, TARGET and PLACE; predicted: both PLACE, and what is faulty
    measures = score(gold, with_argument(argument, gold, scheme), scheme, PLAIN).layers["arguments"]
    for name in (*UNATTACHED, *ATTACHED):
        assert found(measures[name].micro) == (2, 3, 3), name


@pytest.mark.parametrize("argument", FAULTS.values(), ids=FAULTS)
def test_a_faulty_argument_matches_nothing_where_the_right_one_is_missing(
    argument: Any, gold: Views, scheme: Scheme
) -> None:
    only = Labelled([*SPANS, *FAULTY], [argument])
    measures = score(gold, predicted_of([only, Labelled()], gold, scheme), scheme, PLAIN).layers["arguments"]
    for name in (*UNATTACHED, *ATTACHED):
        assert found(measures[name].micro) == (0, 1, 3), name


@pytest.mark.parametrize(
    "name",
    [
        "an index past the end",
        "a trigger as entity",
        "an unknown role",
        "no role",
        "an entity with an unknown label",
        "an entity past the text",
    ],
)
def test_a_faulty_argument_of_a_right_trigger_is_charged_in_conditional_measures(
    name: str, gold: Views, scheme: Scheme
) -> None:
    measures = score(gold, with_argument(FAULTS[name], gold, scheme), scheme, PLAIN).layers["arguments"]
    for one in (*UNATTACHED, *ATTACHED):
        # all triggers but the faulty ones are right
        assert found(measures[f"{one}_conditional"].micro) == (2, 3, 3), one


def test_a_faulty_argument_counts_under_its_role_or_as_charged(gold: Views, scheme: Scheme) -> None:
    for argument, role in (({**RIGHT, "entity": 99}, "PLACE"), ({**RIGHT, "role": "WHERE"}, CHARGED)):
        read = with_argument(argument, gold, scheme)
        roles = score(gold, read, scheme, PLAIN).layers["arguments"]["arg_c"].labels
        # gold PLACE in both articles, TARGET in the first; both PLACE are right
        expected = {"PLACE": (2, 2, 2), "TARGET": (0, 0, 1)}
        tp, predicted, total = expected.get(role, (0, 0, 0))
        assert found(roles[role]) == (tp, predicted + 1, total)
        assert (CHARGED in roles) == (role == CHARGED)


def test_two_different_faulty_arguments_are_charged_twice(gold: Views, scheme: Scheme) -> None:
    bad = [{**RIGHT, "entity": 98}, {**RIGHT, "entity": 99}, {**RIGHT, "role": "WHERE"}]
    read = predicted_of([Labelled(SPANS, bad), Labelled()], gold, scheme)
    measures = score(gold, read, scheme, PLAIN).layers["arguments"]
    assert read.counts == {"bad_argument": 3}
    for name in (*UNATTACHED, *ATTACHED):
        assert found(measures[name].micro) == (0, 3, 3), name


def test_an_index_never_reaches_into_another_article(gold: Views, scheme: Scheme) -> None:
    # the first article has 2 spans: 2 would be the first of the second one
    first = Labelled(SPANS[:2], [(0, 2, "PLACE"), (2, 1, "PLACE")])
    read = predicted_of([first, Labelled([SPANS[1], SPANS[0]])], gold, scheme)
    assert [fault.where for fault in read.faults] == ["p:1: a0, arguments[0]", "p:1: a0, arguments[1]"]


def test_all_faults_of_all_articles_are_listed(gold: Views, scheme: Scheme) -> None:
    first = Labelled(SPANS, [(0, 1, "WHERE"), RIGHT, (0, 8, "PLACE")])
    second = Labelled([*SPANS, (0, 99, "GPE")], [RIGHT, "word"])
    read = predicted_of([first, second], gold, scheme)
    assert sorted(fault.where for fault in read.faults) == [
        "p:1: a0, arguments[0]",
        "p:1: a0, arguments[2]",
        "p:2: a1, arguments[1]",
        "p:2: a1, spans[4]",
    ]
    assert read.counts == {"bad_argument": 3, "bad_offsets": 1}


def test_faults_of_arguments_do_not_change_other_layers(gold: Views, scheme: Scheme) -> None:
    right = predicted_of([Labelled(SPANS)] * 2, gold, scheme)
    wrong = predicted_of([Labelled(SPANS, [*BAD_ARGUMENTS.values()])] * 2, gold, scheme)
    one, other = (score(gold, read, scheme, PLAIN) for read in (right, wrong))
    for layer in ("entities", "triggers", "attributes"):
        micros = [[one.micro for one in result.layers[layer].values()] for result in (one, other)]
        assert micros[0] == micros[1]


# --- collapsed ---------------------------------------------------------------------------------------------


def test_an_argument_given_again_is_collapsed_and_counted(gold: Views, scheme: Scheme) -> None:
    again = Labelled(SPANS, [RIGHT, RIGHT, {**RIGHT, "role": "المكان"}, RIGHT])
    read = predicted_of([again, Labelled(SPANS, [RIGHT])], gold, scheme)
    assert read.counts == {"collapsed_arguments": 3}
    measures = score(gold, read, scheme, PLAIN).layers["arguments"]
    for name, measure in measures.items():
        assert found(measure.micro) == (2, 2, 3), name


def test_arguments_move_with_collapsed_spans(gold: Views, scheme: Scheme) -> None:
    # both ends are given twice: (0, 2), (1, 3) and (0, 3) are one argument
    spans = [SPANS[0], SPANS[0], SPANS[1], SPANS[1], SPANS[2], SPANS[3]]
    arguments = [(0, 2, "PLACE"), (1, 3, "PLACE"), (0, 3, "PLACE"), (4, 5, "TARGET")]
    read = predicted_of([Labelled(spans, arguments), Labelled(SPANS, [RIGHT])], gold, scheme)
    assert read.counts == {"collapsed": 2, "collapsed_arguments": 2}
    measures = score(gold, read, scheme, PLAIN).layers["arguments"]
    for name, measure in measures.items():
        assert found(measure.micro) == (3, 3, 3), name


@given(side=sides(2), seed=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_what_is_given_again_changes_no_number(scheme: Scheme, side: list[Labelled], seed: Random) -> None:
    views = gold_of(side, scheme)
    plain = predicted_of(side, views, scheme)
    again = [repeated(one, seed) for one in side]
    read = predicted_of(again, views, scheme)
    assert read.counts.get("collapsed", 0) == sum(
        len(two.spans) - len(one.spans) for one, two in zip(side, again, strict=True)
    )
    assert read.counts.get("collapsed_arguments", 0) == sum(
        len(two.arguments) - len(one.arguments) for one, two in zip(side, again, strict=True)
    )
    assert read.views.digest == plain.views.digest
    assert score(views, read, scheme, PLAIN).layers == score(views, plain, scheme, PLAIN).layers


def repeated(one: Labelled, seed: Random) -> Labelled:
    """Return the same with some spans given twice, some arguments too, in another order."""
    twins = [at for at in range(len(one.spans)) if seed.random() < 0.5]
    place = {at: len(one.spans) + number for number, at in enumerate(twins)}
    more = [
        (place.get(trigger, trigger), place.get(entity, entity), role)
        for trigger, entity, role in one.arguments
        if seed.random() < 0.5
    ]
    spans = [*one.spans, *(one.spans[at] for at in twins)]
    return shuffled(Labelled(spans, [*one.arguments, *more]), seed)


def test_roles_are_known_by_code_and_by_name(gold: Views, scheme: Scheme) -> None:
    by_code, by_name = (
        predicted_of(
            [Labelled(SPANS, [(0, 1, getattr(role, key)) for role in scheme.roles]), Labelled()],
            gold,
            scheme,
        )
        for key in ("code", "name")
    )
    assert by_code.counts == by_name.counts == {}
    assert by_code.views.digest == by_name.views.digest
    assert by_name.views.arguments.role.tolist() == list(range(len(scheme.roles)))


# --- values ------------------------------------------------------------------------------------------------


def with_attributes(label: str, attributes: Any, gold: Views, scheme: Scheme) -> Predictions:
    return predicted_of([Labelled(), Labelled([SPANS[0], (5, 9, label, attributes)])], gold, scheme)


@pytest.mark.parametrize(
    ("label", "code", "value"),
    [
        ("CARDINAL", "value", "4,200"),
        ("CARDINAL", "value", "many"),
        ("CARDINAL", "value", ""),
        ("CARDINAL", "value", ["4200"]),
        ("DATE", "value", "3 May 2024"),
        ("DATE", "value", "2024-13"),
        ("DATE", "value", "2023-02-29"),
        ("GPE", "link", "q71"),
        ("GPE", "link", "https://www.wikidata.org/wiki/Q71"),
        ("GPE", "link", {"id": "Q71"}),
        ("GPE", "value", "4200"),
        ("GPE", "colour", "red"),
        ("GPE", "link", "\ud800"),
    ],
)
def test_a_value_that_is_none_is_listed_with_article_and_index(
    label: str, code: str, value: Any, gold: Views, scheme: Scheme
) -> None:
    read = with_attributes(label, {code: value}, gold, scheme)
    [fault] = read.faults
    assert (fault.code, fault.where) == ("bad_value", "p:2: a1, spans[1]")
    assert read.counts == {"bad_value": 1}
    assert code in fault.found
    assert "counts as a wrong value" in fault.remedy


def test_a_link_of_a_trigger_is_listed(gold: Views, scheme: Scheme) -> None:
    assert [fault.code for fault in with_attributes("ATTACK", {"link": "Q71"}, gold, scheme).faults] == [
        "bad_value"
    ]


@pytest.mark.parametrize("attributes", [{}, None, {"link": None}])
def test_no_value_is_no_fault(attributes: Any, gold: Views, scheme: Scheme) -> None:
    assert with_attributes("GPE", attributes, gold, scheme).faults == ()


@pytest.mark.parametrize("attributes", ["Q71", ["Q71"], 5])
def test_attributes_that_are_no_object_are_listed(attributes: Any, gold: Views, scheme: Scheme) -> None:
    assert [fault.where for fault in with_attributes("GPE", attributes, gold, scheme).faults] == [
        "p:2: a1, spans[1]"
    ]


def test_attributes_of_spans_given_twice_do_not_depend_on_their_order(gold: Views, scheme: Scheme) -> None:
    with_link, without = (5, 9, "GPE", {"link": "Q71"}), (5, 9, "GPE")
    orders = [[with_link, without], [without, with_link]]
    read = [predicted_of([Labelled(order), Labelled()], gold, scheme) for order in orders]
    assert read[0].views.digest == read[1].views.digest


# --- the digest --------------------------------------------------------------------------------------------


@given(side=sides(3), seed=st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_order(scheme: Scheme, side: list[Labelled], seed: Random) -> None:
    order = sorted(range(3), key=lambda _: seed.random())
    moved = gold_of([shuffled(side[at], seed) for at in order], scheme, [f"a{at}" for at in order])
    assert moved.digest == gold_of(side, scheme).digest


RICH = Labelled(
    [
        (0, 4, "ATTACK"),
        (5, 9, "GPE", {"link": "Q71"}),
        (10, 12, "CARDINAL", {"value": "5"}),
        (4, 5, "LOC", {"link": "Q8"}),
    ],
    [(0, 1, "PLACE"), (0, 2, "COUNT")],
)


def with_spans(**changed: Any) -> Labelled:
    """Return RICH with other spans, which are named by letters in their order."""
    return RICH._replace(
        spans=[changed.get(name, span) for name, span in zip("abcd", RICH.spans, strict=True)]
    )


CHANGES: Mapping[str, Labelled] = {
    "a role": RICH._replace(arguments=[(0, 1, "TARGET"), (0, 2, "COUNT")]),
    "two roles exchanged": RICH._replace(arguments=[(0, 1, "COUNT"), (0, 2, "PLACE")]),
    "an end of an argument": RICH._replace(arguments=[(0, 1, "PLACE"), (0, 3, "COUNT")]),
    "an argument less": RICH._replace(arguments=[(0, 1, "PLACE")]),
    "a value": with_spans(c=(10, 12, "CARDINAL", {"value": "6"})),
    "a value less": with_spans(c=(10, 12, "CARDINAL")),
    "a link": with_spans(b=(5, 9, "GPE", {"link": "Q72"})),
    "two links exchanged": with_spans(b=(5, 9, "GPE", {"link": "Q8"}), d=(4, 5, "LOC", {"link": "Q71"})),
    "a link of another span": with_spans(
        b=(5, 9, "GPE"), c=(10, 12, "CARDINAL", {"value": "5", "link": "Q71"})
    ),
    "a label": with_spans(b=(5, 9, "ORG", {"link": "Q71"})),
    "two labels exchanged": with_spans(b=(5, 9, "LOC", {"link": "Q71"}), d=(4, 5, "GPE", {"link": "Q8"})),
    "a start": with_spans(a=(1, 4, "ATTACK")),
    "an end": with_spans(a=(0, 3, "ATTACK")),
    "a span more": RICH._replace(spans=[*RICH.spans, (0, 4, "PERS")]),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_the_digest_is_of_all_that_is_labelled(changed: Labelled, scheme: Scheme) -> None:
    other = Labelled([(0, 2, "ORG")])
    assert gold_of([RICH, other], scheme).digest != gold_of([changed, other], scheme).digest


def test_the_digest_is_of_the_articles_and_their_texts(scheme: Scheme) -> None:
    one = gold_of([RICH, Labelled()], scheme)
    others = [
        gold_of([RICH, Labelled()], scheme, ["a0", "b1"]),
        gold_of([Labelled(), RICH], scheme),
        gold_of([RICH], scheme),
        described(one, sha256s=(one.articles.sha256s[0], "f" * 64)),
        described(one, sha256s=(one.articles.sha256s[0], None)),
        described(one, sha256s=one.articles.sha256s[::-1]),
    ]
    assert one.digest not in {other.digest for other in others}


def test_the_digest_is_of_the_article_that_a_charged_argument_is_in(scheme: Scheme) -> None:
    gold = gold_of([Labelled(SPANS)] * 2, scheme)
    charged, plain = Labelled(SPANS, [(98, 99, "PLACE")]), Labelled(SPANS)
    first, second = (
        predicted_of(side, gold, scheme).views.digest for side in ([charged, plain], [plain, charged])
    )
    assert first != second


def test_the_digest_does_not_tell_no_attributes_from_empty_ones(scheme: Scheme, gold: Views) -> None:
    empty = [Labelled([(*span, {}) for span in SPANS])] * 2
    assert (
        predicted_of(empty, gold, scheme).views.digest
        == predicted_of([Labelled(SPANS)] * 2, gold, scheme).views.digest
    )


# --- gold --------------------------------------------------------------------------------------------------

STORY = marked(
    "أدى [هجوم]ATTACK:t في [جنيف]GPE:g@Q71 إلى [مقتل]DIE:d [٣ من [رجال [الجيش]ORG:o]PERS:p]CARDINAL:c=3",
    *("t PLACE g", "d TARGET p", "d COUNT c", "d PLACE g"),
)
NEXT = marked("[هجوم]ATTACK:t في [مايو]DATE:g=2024-05 على [الجيش]ORG:o@Q8", "t TIME g", "t TARGET o")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, scheme: Scheme) -> Path:
    """Give a dataset folder; the ids t, g and o are spans of both articles."""
    articles = {
        "story": Article("story", STORY.text, {"title": "عنوان"}),
        "next": Article("next", NEXT.text),
        "empty": Article("empty", "لا شيء"),
    }
    sources = {"story": STORY, "next": NEXT}
    annotations = tuple(
        Annotation(name, article.sha256, "gold", spans=source.spans, arguments=source.arguments)
        if (source := sources.get(name))
        else Annotation(name, article.sha256, "gold", spans=())
        for name, article in articles.items()
    )
    path = tmp_path_factory.mktemp("gold") / "made"
    with written_folder(path, mark="manifest.json") as part:
        write_dataset(part, annotations, articles, scheme)
        write_card(part, "made", [], scheme, ROOT / "annotation_config")
    return path


def test_parquet_and_json_lines_give_the_same_views(folder: Path, scheme: Scheme) -> None:
    one, other = read_gold(folder, scheme), read_gold(folder / "annotations.jsonl", scheme)
    for view in (one, other):
        assert view.articles.ids == ("story", "next", "empty")
        check_columns(view, scheme)
    assert one.digest == other.digest
    assert (one.articles.sha256s, one.codes, one.roles) == (other.articles.sha256s, other.codes, other.roles)
    assert one.articles.texts == (STORY.text, NEXT.text, "لا شيء")
    assert one.articles.metadata == {"title": ("عنوان", None, None)}
    assert (other.articles.texts, other.articles.lengths, other.articles.metadata) == (None, None, {})


def check_columns(view: Views, scheme: Scheme) -> None:
    """Compare spans, arguments and attributes with what was marked, one by one."""
    read = [
        (view.articles.ids[article], start, end, view.codes[label], value, link)
        for article, start, end, label, value, link in zip(
            *(getattr(view.spans, name).tolist() for name in ("article", "start", "end", "label")),
            *(view.attributes[code].to_pylist() for code in ("value", "link")),
            strict=True,
        )
    ]
    sources = {"story": STORY, "next": NEXT}
    assert read == [
        (name, one.start, one.end, one.label, one.attributes.get("value"), one.attributes.get("link"))
        for name, source in sources.items()
        for one in source.spans
    ]
    arguments = [
        (view.articles.ids[article], read[trigger][1:4], read[entity][1:4], view.roles[role])
        for article, trigger, entity, role in zip(
            *(getattr(view.arguments, name).tolist() for name in ("article", "trigger", "entity", "role")),
            strict=True,
        )
    ]
    spans = {
        (name, one.id): (one.start, one.end, one.label)
        for name, source in sources.items()
        for one in source.spans
    }
    assert arguments == [
        (name, spans[name, one.trigger], spans[name, one.entity], one.role)
        for name, source in sources.items()
        for one in source.arguments
    ]


def test_gold_given_as_predictions_is_right_in_every_layer(
    folder: Path, scheme: Scheme, tmp_path: Path
) -> None:
    file = tmp_path / "gold.jsonl"
    annotations = (folder / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
    lines = (json.dumps(as_prediction(json.loads(line))) for line in annotations)
    file.write_text("\n".join(lines), encoding="utf-8")
    for path in (folder, folder / "annotations.jsonl"):
        gold = read_gold(path, scheme)
        read = read_predictions(file, gold, scheme)
        assert read.counts == {}
        assert read.views.digest == gold.digest
        for measures in score(gold, read, scheme, PLAIN).layers.values():
            for name, measure in measures.items():
                micro = measure.micro
                assert (micro.f1 if isinstance(micro, PRF) else micro.share) == 1, name


def as_prediction(annotation: dict[str, Any]) -> dict[str, Any]:
    places = {span["id"]: at for at, span in enumerate(annotation["spans"])}
    ends = ("trigger", "entity")
    arguments = [{**one, **{end: places[one[end]] for end in ends}} for one in annotation["arguments"]]
    return {"article": annotation["article"], "spans": annotation["spans"], "arguments": arguments}


def gold_file(folder: Path, *arguments: Argument, **attributes: str) -> Path:
    """Write a gold of one article: an attack, a number and a place."""
    spans = (
        Span("t", 0, 4, "ATTACK"),
        Span("n", 5, 9, "CARDINAL", attributes=attributes),
        Span("g", 10, 12, "GPE"),
    )
    annotation = Annotation("a0", "0" * 64, "gold", spans=spans, arguments=arguments)
    file = folder / "gold.jsonl"
    file.write_text(json.dumps(annotation.to_dict()) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("ends", [("g", "t"), ("g", "n"), ("t", "t")])
def test_a_gold_whose_arguments_join_no_trigger_to_an_entity_is_refused(
    ends: tuple[str, str], tmp_path: Path, scheme: Scheme
) -> None:
    with pytest.raises(DataError, match="a0"):
        read_gold(gold_file(tmp_path, Argument(*ends, "PLACE")), scheme)


def test_a_faulty_argument_of_both_sides_matches_nothing(scheme: Scheme) -> None:
    # the reader refuses such a gold; made by hand, its argument has no ends, like the predicted one
    spans = [(0, 4, "ATTACK"), (10, 12, "GPE")]
    gold = gold_of([Labelled(spans, [(1, 0, "PLACE")])], scheme)
    read = predicted_of([Labelled(spans, [(77, 78, "PLACE")])], gold, scheme)
    measures = score(gold, read, scheme, PLAIN).layers["arguments"]
    for name in (*UNATTACHED, *ATTACHED):
        assert found(measures[name].micro) == (0, 1, 1), name


@pytest.mark.parametrize("value", ["4200.0", "٤٢٠٠", "04200"])
def test_a_golds_value_in_another_form_is_refused_or_made_canonical(
    value: str, tmp_path: Path, scheme: Scheme
) -> None:
    try:
        gold = read_gold(gold_file(tmp_path, value=value), scheme)
    except DataError:
        return
    same = Labelled([(0, 4, "ATTACK"), (5, 9, "CARDINAL", {"value": value}), (10, 12, "GPE")])
    share = score(gold, predicted_of([same], gold, scheme), scheme, PLAIN).layers["attributes"]["value"].micro
    assert share.to_dict()["share"] == 1


def test_a_golds_value_that_is_none_is_refused(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(DataError, match="a0"):
        read_gold(gold_file(tmp_path, value="many"), scheme)


def test_a_role_that_the_scheme_has_not_is_refused(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(DataError, match="unknown_role"):
        read_gold(gold_file(tmp_path, Argument("t", "g", "WHERE")), scheme)


def test_a_gold_without_arguments_has_an_empty_table(tmp_path: Path, scheme: Scheme) -> None:
    gold = read_gold(gold_file(tmp_path), scheme)
    assert len(gold.arguments) == 0
    assert gold.attributes["value"] == pa.nulls(3, pa.string())
    assert np.array_equal(gold.spans.start, [0, 5, 10])
