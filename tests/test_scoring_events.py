"""Triggers and arguments are counted as the definitions say: against plain sets, papers, other scorers."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.scheme import Scheme
from miyar.scoring import CHARGED, PRF, Measure
from sides import (
    PAIRS,
    ROLES,
    TRIGGERS,
    Found,
    Labelled,
    Side,
    compared,
    found,
    scored,
    sides,
)

Pair = tuple[list[Labelled], list[Labelled]]
Kept = Callable[[int, Any], bool]

ARGUMENT_MEASURES = {
    "arg_i": (False, False),
    "arg_c": (True, False),
    "arg_i_attached": (False, True),
    "arg_c_attached": (True, True),
}
"""Whether the role and the trigger's extent are compared."""


def layer(gold: Side, predicted: Side, scheme: Scheme, name: str) -> dict[str, Measure]:
    return dict(scored(gold, predicted, scheme).layers[name])


def triggers(side: Side) -> set[Any]:
    """Return (article, start, end, label) of all triggers."""
    return {(at, *span) for at, one in enumerate(side) for span in one.spans if span[2] in TRIGGERS}


def arguments(side: Side, role: bool, attached: bool, kept: set[Any] | None = None) -> set[Any]:
    """Return the tuples that are compared, as design and papers define them, role last.

    `kept`, if given, are the triggers whose arguments count.
    """
    rows = set()
    for at, one in enumerate(side):
        for trigger_at, entity_at, code in one.arguments:
            trigger, entity = one.spans[trigger_at], one.spans[entity_at]
            if kept is None or (at, *trigger) in kept:
                where = trigger[:2] if attached else ()
                rows.add((at, trigger[2], entity[0], entity[1], *where, code if role else ""))
    return rows


# --- against plain sets ------------------------------------------------------------------------------------


@given(pair=PAIRS)
def test_triggers_are_those_of_plain_sets(scheme: Scheme, pair: Pair) -> None:
    measures = layer(*pair, scheme, "triggers")
    gold, predicted = map(triggers, pair)
    assert list(measures) == ["trig_i", "trig_c"]
    assert found(measures["trig_c"].micro) == compared(gold, predicted)
    assert found(measures["trig_i"].micro) == compared(
        {row[:3] for row in gold}, {row[:3] for row in predicted}
    )
    for code in TRIGGERS:
        of_label = ({row for row in side if row[3] == code} for side in (gold, predicted))
        assert found(measures["trig_c"].labels[code]) == compared(*of_label)


@given(pair=PAIRS)
def test_arguments_are_those_of_plain_sets(scheme: Scheme, pair: Pair) -> None:
    measures = layer(*pair, scheme, "arguments")
    for name, (role, attached) in ARGUMENT_MEASURES.items():
        gold, predicted = (arguments(side, role, attached) for side in pair)
        assert found(measures[name].micro) == compared(gold, predicted), name


@given(pair=PAIRS)
def test_conditional_arguments_are_under_correct_triggers_on_both_sides(scheme: Scheme, pair: Pair) -> None:
    measures = layer(*pair, scheme, "arguments")
    correct = triggers(pair[0]) & triggers(pair[1])
    for name, (role, attached) in ARGUMENT_MEASURES.items():
        gold, predicted = (arguments(side, role, attached, correct) for side in pair)
        assert found(measures[f"{name}_conditional"].micro) == compared(gold, predicted), name


@given(pair=PAIRS)
def test_roles_are_those_of_plain_sets_and_sum_up_to_micro(scheme: Scheme, pair: Pair) -> None:
    measures = layer(*pair, scheme, "arguments")
    correct = triggers(pair[0]) & triggers(pair[1])
    for conditional, kept in (("", None), ("_conditional", correct)):
        for name in ("arg_c", "arg_c_attached"):
            measure = measures[f"{name}{conditional}"]
            assert measure.kind == "roles"
            gold, predicted = (arguments(side, *ARGUMENT_MEASURES[name], kept) for side in pair)
            for code in ROLES:
                of_role = ({row for row in side if row[-1] == code} for side in (gold, predicted))
                assert found(measure.labels[code]) == compared(*of_role), (name, code)
            parts = [found(prf) for prf in measure.labels.values()]
            assert tuple(map(sum, zip(*parts, strict=True))) == found(measure.micro)
            assert list(measure.labels) == [role.code for role in scheme.roles]  # nothing is charged here
    for name in ("arg_i", "arg_i_attached"):
        assert not measures[name].labels


@given(pair=PAIRS)
def test_macro_is_over_the_roles_with_gold(scheme: Scheme, pair: Pair) -> None:
    measure = layer(*pair, scheme, "arguments")["arg_c"]
    supported = {row[-1] for row in arguments(pair[0], True, False)}
    assert measure.macro is not None
    assert set(measure.macro.labels) == supported
    f1s = [prf.f1 for code, prf in measure.labels.items() if code in supported and isinstance(prf, PRF)]
    expected = sum(f1 or 0 for f1 in f1s) / len(f1s) if f1s else None
    assert measure.macro.f1 == (None if expected is None else pytest.approx(expected, abs=1e-12))


# --- by hand -----------------------------------------------------------------------------------------------


def counted(gold: Labelled, predicted: Labelled, scheme: Scheme) -> dict[str, Found]:
    return {name: found(one.micro) for name, one in layer([gold], [predicted], scheme, "arguments").items()}


def test_the_entitys_own_label_is_not_compared(scheme: Scheme) -> None:
    gold = Labelled([(0, 4, "ATTACK"), (5, 9, "GPE")], [(0, 1, "PLACE")])
    predicted = Labelled([(0, 4, "ATTACK"), (5, 9, "FAC")], [(0, 1, "PLACE")])
    assert set(counted(gold, predicted, scheme).values()) == {(1, 1, 1)}


def test_equal_tuples_of_an_article_collapse(scheme: Scheme) -> None:
    # two ATTACK triggers with one entity of two labels as PLACE: four arguments, which are
    # one tuple (ATTACK, 9, 12, PLACE), and two when each is attached to its trigger
    spans = [(0, 4, "ATTACK"), (5, 8, "ATTACK"), (9, 12, "GPE"), (9, 12, "FAC")]
    gold = Labelled(spans, [(0, 2, "PLACE"), (0, 3, "PLACE"), (1, 2, "PLACE"), (1, 3, "PLACE")])
    assert counted(gold, gold, scheme) == {
        **dict.fromkeys(("arg_i", "arg_c", "arg_i_conditional", "arg_c_conditional"), (1, 1, 1)),
        **{f"arg_{one}_attached{end}": (2, 2, 2) for one in "ic" for end in ("", "_conditional")},
    }


def test_equal_tuples_of_two_articles_do_not_collapse(scheme: Scheme) -> None:
    one = Labelled([(0, 4, "ATTACK"), (9, 12, "GPE")], [(0, 1, "PLACE")])
    for name, measure in layer([one, one], [one, one], scheme, "arguments").items():
        assert found(measure.micro) == (2, 2, 2), name


def test_an_argument_of_the_wrong_trigger_of_one_event_is_only_wrong_when_attached(scheme: Scheme) -> None:
    gold = Labelled([(0, 4, "ATTACK"), (5, 8, "ATTACK"), (9, 12, "GPE")], [(0, 2, "PLACE")])
    predicted = Labelled(gold.spans, [(1, 2, "PLACE")])
    assert counted(gold, predicted, scheme) == {
        "arg_i": (1, 1, 1),
        "arg_c": (1, 1, 1),
        "arg_i_attached": (0, 1, 1),
        "arg_c_attached": (0, 1, 1),
        "arg_i_conditional": (1, 1, 1),
        "arg_c_conditional": (1, 1, 1),
        "arg_i_attached_conditional": (0, 1, 1),
        "arg_c_attached_conditional": (0, 1, 1),
    }


def test_one_entity_with_two_roles_is_two_arguments_and_one_identification(scheme: Scheme) -> None:
    gold = Labelled([(0, 4, "ATTACK"), (9, 12, "GPE")], [(0, 1, "PLACE"), (0, 1, "TARGET")])
    predicted = Labelled(gold.spans, [(0, 1, "PLACE"), (0, 1, "AGENT")])
    result = counted(gold, predicted, scheme)
    assert (result["arg_i"], result["arg_c"]) == ((1, 1, 1), (1, 2, 2))


def test_conditional_leaves_out_what_hangs_on_a_wrong_trigger_of_either_side(scheme: Scheme) -> None:
    # ATTACK [0, 4) is Trig-C correct. Gold's DIE [5, 8) was found as ATTACK: neither side's argument counts,
    # though (ATTACK, 9, 12, PLACE) is in both.
    spans = [(0, 4, "ATTACK"), (5, 8, "DIE"), (9, 12, "GPE")]
    gold = Labelled(spans, [(0, 2, "PLACE"), (1, 2, "PLACE")])
    predicted = Labelled([spans[0], (5, 8, "ATTACK"), spans[2]], [(1, 2, "PLACE")])
    result = counted(gold, predicted, scheme)
    assert result["arg_c"] == (1, 1, 2)
    assert result["arg_c_conditional"] == (0, 0, 1)


def test_entities_and_triggers_of_one_extent_are_not_mixed_up(scheme: Scheme) -> None:
    one = Labelled([(0, 4, "ATTACK"), (0, 4, "GPE")], [(0, 1, "PLACE")])
    result = scored([one], [one], scheme)
    assert found(result.layers["entities"]["strict"].micro) == (1, 1, 1)
    assert found(result.layers["triggers"]["trig_i"].micro) == (1, 1, 1)
    assert found(result.layers["arguments"]["arg_c_attached"].micro) == (1, 1, 1)


def test_a_charged_trigger_is_wrong_whether_its_label_counts_or_not(scheme: Scheme) -> None:
    gold = Labelled([(0, 4, "ATTACK")])
    predicted = Labelled([(0, 99, "ATTACK"), (4, 0, "DIE"), (0, 4, "CITY")])
    result = scored([gold], [predicted], scheme)
    # CITY is not known to be a trigger: it is charged as an entity
    assert found(result.layers["triggers"]["trig_i"].micro) == (0, 2, 1)
    assert found(result.layers["triggers"]["trig_c"].micro) == (0, 2, 1)
    assert found(result.layers["triggers"]["trig_c"].labels["ATTACK"]) == (0, 1, 1)
    assert found(result.layers["entities"]["strict"].labels[CHARGED]) == (0, 1, 0)


# --- published examples ------------------------------------------------------------------------------------


def ratios(counted: Any) -> tuple[float | None, float | None, float | None]:
    assert isinstance(counted, PRF)
    return counted.precision, counted.recall, counted.f1


def test_the_baghdad_sentence_of_li_et_al_as_metametric_scores_it(scheme: Scheme) -> None:
    # “In Baghdad, a cameraman died when an American tank fired on the Palestine Hotel” (Li, Ji and Huang
    # 2013, figure 1), with the prediction of tests/metametric/metrics/test_event_extraction.py in
    # wanmok/metametric, which expects for Arg-I 0.8, 0.57, 0.67 and for Arg-C 0.6, 0.43, 0.5. Here Die.Victim
    # and Attack.Target are TARGET, Attack.Attacker is AGENT.
    baghdad, cameraman, tank, hotel = (4, 11, "GPE"), (15, 24, "PERS"), (38, 51, "WEAPON"), (65, 80, "FAC")
    spans = [(25, 29, "DIE"), (52, 57, "ATTACK"), baghdad, cameraman, tank, hotel]
    gold = Labelled(
        spans,
        [
            *((0, 2, "PLACE"), (0, 3, "TARGET"), (0, 4, "INSTRUMENT")),
            *((1, 4, "INSTRUMENT"), (1, 2, "PLACE"), (1, 3, "TARGET"), (1, 5, "TARGET")),
        ],
    )
    predicted = Labelled(
        spans,
        [(0, 5, "PLACE"), (0, 3, "TARGET"), (1, 4, "AGENT"), (1, 2, "PLACE"), (1, 5, "TARGET")],
    )
    result = scored([gold], [predicted], scheme, length=80)
    assert ratios(result.layers["triggers"]["trig_i"].micro) == (1, 1, 1)
    assert ratios(result.layers["triggers"]["trig_c"].micro) == (1, 1, 1)
    # 5 predicted, 7 gold; Arg-I: all but Die's hotel; Arg-C: nor the tank, which is no Attacker
    for name, measure in result.layers["arguments"].items():
        tp = 4 if name.startswith("arg_i") else 3
        expected = (Fraction(tp, 5), Fraction(tp, 7), Fraction(2 * tp, 5 + 7))
        assert ratios(measure.micro) == pytest.approx([float(one) for one in expected], abs=1e-15), name


def test_the_order_of_arguments_as_in_the_issue_of_jmee(scheme: Scheme) -> None:
    # lx865712528/EMNLP2018-JMEE issue 6: gold roles (3, 5, 11), (7, 9, 9), predicted (0, 2, 2), (3, 5, 11),
    # (7, 9, 9) as (start, end, role). A scorer that compares them in turn finds none; as sets two are right:
    # P = 2/3, R = 2/2, F1 = 4/5. Roles 11, 9 and 2 are TARGET, PLACE and AGENT here.
    right = [(3, 5, "PERS"), (7, 9, "GPE")]
    gold = Labelled([(10, 12, "ATTACK"), *right], [(0, 1, "TARGET"), (0, 2, "PLACE")])
    predicted = Labelled(
        [(10, 12, "ATTACK"), (0, 2, "ORG"), *right], [(0, 1, "AGENT"), (0, 2, "TARGET"), (0, 3, "PLACE")]
    )
    for name, measure in layer([gold], [predicted], scheme, "arguments").items():
        assert ratios(measure.micro) == (2 / 3, 2 / 2, 4 / 5), name


def test_one_time_in_two_events_as_in_the_issue_of_plmee(scheme: Scheme) -> None:
    # boy56/PLMEE issue 9: four arguments are predicted, two of a wedding, two of a release, the second and
    # the third being one time expression; gold has the two of the wedding. They are compared as triples
    # (event, role, argument), so that the third is wrong: P = 2/4, R = 2/2, F1 = 2·2/(4+2). Here the wedding
    # is DIE and the release is ATTACK.
    spans = [(0, 1, "DIE"), (1, 2, "ATTACK"), (2, 4, "PERS"), (4, 6, "DATE"), (6, 8, "ORG")]
    gold = Labelled(spans, [(0, 2, "AGENT"), (0, 3, "TIME")])
    predicted = Labelled(spans, [(0, 2, "AGENT"), (0, 3, "TIME"), (1, 3, "TIME"), (1, 4, "AGENT")])
    for name, measure in layer([gold], [predicted], scheme, "arguments").items():
        assert ratios(measure.micro) == (2 / 4, 2 / 2, 4 / 6), name


# --- another scorer ----------------------------------------------------------------------------------------


class Event(NamedTuple):
    """An event as TextEE has it: a trigger (start, end, type), arguments (start, end, role)."""

    trigger: Any
    arguments: Sequence[Any]


Windows = Sequence[Sequence[Event]]


def textee(windows: Windows) -> dict[str, set[Any]]:
    """Return the sets that TextEE's end-to-end scorer compares (ej0cl6/TextEE, TextEE/scorer.py).

    Tri-I is the trigger's offsets, Tri-C adds its type; Arg-I is (type of the trigger, offsets of the
    argument), Arg-C adds the role, and the attached ones, Arg-I+ and Arg-C+, add the trigger's offsets. Each
    is a set over (document, window, …): as in our definition the type is part of all four.

    Where TextEE differs: it counts tokens from the start of a window of a document and tells the windows
    apart, we count characters of the article; F1 and ratios are 0 where ours are undefined, and in per cent;
    it has no conditional variants.
    """
    rows: dict[str, list[Any]] = {name: [] for name in ("trig_i", "trig_c", *ARGUMENT_MEASURES)}
    for at, events in enumerate(windows):
        for event in events:
            start, end, kind = event.trigger
            rows["trig_i"].append((at, start, end))
            rows["trig_c"].append((at, start, end, kind))
            for first, last, role in event.arguments:
                rows["arg_i"].append((at, kind, first, last))
                rows["arg_c"].append((at, kind, first, last, role))
                rows["arg_i_attached"].append((at, start, end, kind, first, last))
                rows["arg_c_attached"].append((at, start, end, kind, first, last, role))
    return {name: set(found) for name, found in rows.items()}


def textee_f1(predicted: int, gold: int, matched: int) -> float:
    precision = matched / predicted if predicted else 0.0
    recall = matched / gold if gold else 0.0
    return 200 * precision * recall / (precision + recall) if precision + recall else 0.0


def events(one: Labelled) -> list[Event]:
    return [
        Event(
            span,
            [(*one.spans[entity][:2], role) for trigger, entity, role in one.arguments if trigger == at],
        )
        for at, span in enumerate(one.spans)
        if span[2] in TRIGGERS
    ]


def check_against_textee(windows: Pair, articles: Pair, scheme: Scheme) -> None:
    result = scored(*articles, scheme, length=100)
    gold, predicted = (textee([events(one) for one in side]) for side in windows)
    for name, theirs in gold.items():
        measure = result.layers["triggers" if name.startswith("trig") else "arguments"][name]
        tp, predicted_number, gold_number = compared(theirs, predicted[name])
        assert found(measure.micro) == (tp, predicted_number, gold_number), name
        f1 = measure.micro.f1 if isinstance(measure.micro, PRF) else None
        assert 100 * (f1 or 0.0) == pytest.approx(textee_f1(predicted_number, gold_number, tp), abs=1e-9)


@given(pair=PAIRS)
def test_textee_says_the_same_of_articles_of_one_window(scheme: Scheme, pair: Pair) -> None:
    check_against_textee(pair, pair, scheme)


@given(pair=st.integers(2, 3).flatmap(lambda number: st.tuples(sides(number), sides(number))))
def test_textee_says_the_same_of_an_article_of_several_windows(scheme: Scheme, pair: Pair) -> None:
    check_against_textee(pair, ([joined(pair[0])], [joined(pair[1])]), scheme)


def joined(windows: Iterable[Labelled]) -> Labelled:
    """Return the windows as one article, 20 characters each."""
    spans: list[Any] = []
    arguments: list[Any] = []
    for at, one in enumerate(windows):
        arguments += [(len(spans) + t, len(spans) + e, role) for t, e, role in one.arguments]
        spans += [(20 * at + start, 20 * at + end, label) for start, end, label in one.spans]
    return Labelled(spans, arguments)
