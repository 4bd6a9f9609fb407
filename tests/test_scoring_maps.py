"""Scores under a label map: map, drop and count, collapse, and only then compare."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miyar.errors import DataError, MiyarError, UsageError
from miyar.scheme import Label, Layer, Scheme, inventory, read_scheme
from miyar.scoring import CHARGED, Choices, Score, score
from sides import (
    FAULTS,
    Labelled,
    every,
    found,
    gold_of,
    predicted_of,
    readable,
    scored,
    shuffled,
    sides,
)

Targets = Mapping[str, str]

# The demo scheme's labels on both sides of a map, in the scheme's order, written out by hand.
CONLL = {"PERS": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": "MISC", "LAW": "MISC"}
SAME = ("PERS", "ORG", "GPE", "LOC", "FAC", "DATE", "CARDINAL", "OCC", "NORP")
WOJOOD = {**{code: code for code in SAME}, "WEAPON": "PRODUCT", "LAW": "LAW"}
ACE = {"ATTACK": "Conflict.Attack", "DIE": "Life.Die"}
BOTH = {"PERS": "NAME", "ORG": "NAME", "GPE": "SPOT", "ATTACK": "VIOLENCE", "DIE": "VIOLENCE"}
SOME = {"GPE": "SPOT", "PERS": "ORG", "DIE": "VIOLENCE"}  # ORG is left out, though it is a target too
WOJOOD_CODES = ("ORG", "GPE", "DATE", "OCC", "CARDINAL", "PERS", "PRODUCT", "FAC", "LAW", "LOC", "NORP")
ACE_CODES = ("Conflict.Attack", "Personnel.Start-/End-Position", "Life.Injure", "Justice.Arrest-Jail")
ACE_REST = ("Conflict.Demonstrate", "Movement.Transport", "Life.Die")
INVENTORIES: Mapping[str, tuple[Targets, Sequence[str], Sequence[str]]] = {
    "conll": (CONLL, ("ORG", "LOC", "PER", "MISC"), ()),
    "wojood": (WOJOOD, WOJOOD_CODES, ()),
    "ace": (ACE, (), (*ACE_CODES, *ACE_REST)),
    "both": (BOTH, ("NAME", "SPOT"), ("VIOLENCE",)),
    "some": (SOME, ("SPOT", "ORG"), ("VIOLENCE",)),
}
MAPS = st.sampled_from(tuple(INVENTORIES))
UNTOUCHED = Choices(samples=0, comparison=False)


def under(name: str) -> Choices:
    return Choices(map=name, samples=0, comparison=False)


@pytest.fixture(scope="module")
def source(scheme: Scheme) -> Scheme:
    """Give the demo scheme with two more maps, and no attributes."""
    return replace(scheme, maps={**scheme.maps, "both": BOTH, "some": SOME}, attributes=())


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give for each map a predictions file whose release declares it."""
    folder = tmp_path_factory.mktemp("releases")
    for name in INVENTORIES:
        (folder / name).mkdir()
        lines = ('name = "mine"', 'release = "1"', f'labels = "{name}"')
        (folder / name / "release.toml").write_text("\n".join(lines), encoding="utf-8")
    return {name: folder / name / "predictions.jsonl" for name in INVENTORIES}


def target_scheme(name: str, source: Scheme) -> Scheme:
    """Return a scheme whose own inventory is the map's."""

    def made(codes: Sequence[str], layer: Layer) -> tuple[Label, ...]:
        return tuple(Label(code, layer, code, "#000000") for code in codes)

    _, entities, triggers = INVENTORIES[name]
    return Scheme("1", "ar", made(entities, "entities"), made(triggers, "triggers"), source.roles)


def mapped(one: Labelled, targets: Targets, own: Sequence[str]) -> tuple[Labelled, dict[str, int]]:
    """Return an article in the target inventory, and what was dropped and collapsed on the way."""
    spans: list[Any] = []
    places: dict[int, int] = {}
    collapsed = 0
    for at, (start, end, label) in enumerate(one.spans):
        if label in own and label not in targets:
            continue
        span = (start, end, targets.get(label, label))
        same = [place for place, other in enumerate(spans) if other == span and readable(other)]
        if same and readable(span):  # of unreadable spans nobody knows that they are the same
            collapsed += 1
        else:
            same = [len(spans)]
            spans.append(span)
        places[at] = same[0]
    kept = [(places[t], places[e], role) for t, e, role in one.arguments if t in places and e in places]
    dropped = {
        "spans": len(one.spans) - len(places),
        "collapsed": collapsed,
        "arguments": len(one.arguments) - len(kept),
    }
    return Labelled(spans, kept), dropped


def totals(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    summed = {name: sum(one[name] for one in counts) for name in ("spans", "collapsed", "arguments")}
    return {name: number for name, number in summed.items() if number}


def numbers(result: Score) -> dict[str, Any]:
    """Return all counts, and what the macro averages are over."""
    macros = {
        f"{layer} {name}": measure.macro
        for layer, measures in result.layers.items()
        for name, measure in measures.items()
    }
    return {**dict(every(result)), **{f"{name} macro": macro for name, macro in macros.items()}}


@st.composite
def many_labels(draw: st.DrawFn, articles: int) -> list[Labelled]:
    """Draw articles whose entities have any label of the demo scheme, on few extents."""
    drawn = draw(sides(articles))
    labels = st.sampled_from(("PERS", "ORG", "GPE", "LOC", "FAC", "OCC", "LAW", "NORP"))
    return [
        Labelled(
            [*dict.fromkeys((*one.spans, *((s, s + 2, draw(labels)) for s in draw(STARTS))))], one.arguments
        )
        for one in drawn
    ]


STARTS = st.lists(st.integers(0, 2), max_size=5)
MAPPED_PAIRS = st.integers(1, 2).flatmap(
    lambda number: st.tuples(
        many_labels(number),
        many_labels(number),
        st.lists(st.lists(FAULTS, max_size=2, unique=True), min_size=number, max_size=number),
    )
)
Drawn = tuple[list[Labelled], list[Labelled], list[list[Any]]]


# --- against sides that are mapped already -----------------------------------------------------------------


@given(drawn=MAPPED_PAIRS, name=MAPS)
def test_a_map_scores_what_is_mapped_by_hand(source: Scheme, drawn: Drawn, name: str) -> None:
    gold, predicted, faults = drawn
    predicted = [
        Labelled([*one.spans, *more], one.arguments) for one, more in zip(predicted, faults, strict=True)
    ]
    targets, own = inventory(source, name).targets, [label.code for label in source.labels]
    by_hand = [[mapped(one, targets, own) for one in side] for side in (gold, predicted)]
    result = scored(gold, predicted, source, under(name))
    right, said = ([one for one, _ in side] for side in by_hand)
    expected = scored(right, said, target_scheme(name, source), UNTOUCHED)
    assert numbers(result) == numbers(expected)
    dropped = [totals([counts for _, counts in side]) for side in by_hand]
    assert result.dropped == {"gold": dropped[0], "predicted": dropped[1]}


@given(drawn=MAPPED_PAIRS, name=MAPS)
def test_predictions_that_declare_the_targets_score_like_mapped_ones(
    source: Scheme, releases: Mapping[str, Path], drawn: Drawn, name: str
) -> None:
    targets, own = inventory(source, name).targets, [label.code for label in source.labels]
    views = gold_of(drawn[0], source)
    declared = [mapped(one, targets, own)[0] for one in drawn[1]]
    read = predicted_of(declared, views, source, name, releases[name])
    assert read.inventory == name
    assert set(read.counts) <= {"collapsed_arguments"}  # those whose ends a map made the same
    result = score(views, read, source, under(name))
    assert numbers(result) == numbers(scored(drawn[0], drawn[1], source, under(name)))
    assert result.dropped["predicted"] == {}


@given(drawn=MAPPED_PAIRS, name=MAPS)
@settings(max_examples=25)
def test_mapped_gold_against_itself_is_one(source: Scheme, drawn: Drawn, name: str) -> None:
    for label, counted in every(scored(drawn[0], drawn[0], source, under(name))):
        assert counted.to_dict()["f1"] in (1, None), label


def test_the_maps_of_the_demo_scheme_are_those_written_here(scheme: Scheme) -> None:
    for name in ("conll", "wojood"):
        targets, entities, triggers = INVENTORIES[name]
        made = inventory(scheme, name)
        assert (made.targets, made.entities, made.triggers) == (targets, entities, triggers)
    made = inventory(scheme, "ace")
    assert (made.entities, made.triggers) == ((), INVENTORIES["ace"][2])


# --- by hand -----------------------------------------------------------------------------------------------


def test_two_spans_that_become_the_same_count_once(scheme: Scheme) -> None:
    # GPE and FAC [0, 4) become one LOC, OCC is left out; predicted: LOC, and PERS that becomes PER
    gold = [Labelled([(0, 4, "GPE"), (0, 4, "FAC"), (5, 9, "OCC")])]
    predicted = [Labelled([(0, 4, "LOC"), (5, 9, "PERS")])]
    result = scored(gold, predicted, scheme, under("conll"))
    strict = result.layers["entities"]["strict"]
    assert found(strict.micro) == (1, 2, 1)
    assert {code: found(one) for code, one in strict.labels.items()} == {
        "PER": (0, 1, 0),
        "ORG": (0, 0, 0),
        "LOC": (1, 1, 1),
        "MISC": (0, 0, 0),
    }
    assert result.dropped == {"gold": {"spans": 1, "collapsed": 1}, "predicted": {}}
    assert dict(result.to_dict())["dropped_by_map"] == result.dropped


def test_nesting_is_of_what_is_left(scheme: Scheme) -> None:
    # the GPE is inside an OCC, which the map leaves out, and becomes one with a FAC of equal extent
    side = [Labelled([(0, 9, "OCC"), (5, 9, "GPE"), (5, 9, "FAC")])]
    nested = scored(side, side, scheme).layers["entities"]["nesting"].labels
    flat = scored(side, side, scheme, under("conll")).layers["entities"]["nesting"].labels
    assert {code: one.to_dict()["gold"] for code, one in nested.items()} == {
        "nested": 3,
        "outer": 1,
        "inner": 2,
        "flat": 0,
    }
    assert {code: one.to_dict()["gold"] for code, one in flat.items()} == {
        "nested": 0,
        "outer": 0,
        "inner": 0,
        "flat": 1,
    }


@pytest.mark.parametrize("name", ["conll", "wojood"])
def test_a_map_without_triggers_leaves_the_layers_of_events_out_and_says_so(
    scheme: Scheme, name: str
) -> None:
    side = [Labelled([(0, 4, "ATTACK"), (5, 9, "GPE")], [(0, 1, "PLACE")])]
    result = scored(side, side, scheme, under(name))
    assert set(result.layers) == {"entities", "attributes"}
    assert "no triggers" in result.left_out["triggers"]
    assert "no triggers" in result.left_out["arguments"]
    counts = {"spans": 1, "arguments": 1}
    assert result.dropped == {"gold": counts, "predicted": counts}
    assert dict(result.to_dict())["left_out"] == result.left_out


def test_arguments_that_lose_their_entity_are_dropped_and_counted(scheme: Scheme) -> None:
    side = [Labelled([(0, 4, "ATTACK"), (5, 9, "GPE"), (9, 12, "LEGAL")], [(0, 1, "PLACE"), (2, 1, "AGENT")])]
    result = scored(side, side, scheme, under("ace"))
    assert found(result.layers["triggers"]["trig_c"].labels["Conflict.Attack"]) == (1, 1, 1)
    assert {found(one.micro) for one in result.layers["arguments"].values()} == {(0, 0, 0)}
    counts = {"spans": 2, "arguments": 2}
    assert result.dropped == {"gold": counts, "predicted": counts}


def test_arguments_of_collapsed_ends_collapse(source: Scheme) -> None:
    # ATTACK and DIE [0, 4) become one VIOLENCE, PERS and ORG [5, 9) one NAME: four arguments, one tuple
    spans = [(0, 4, "ATTACK"), (0, 4, "DIE"), (5, 9, "PERS"), (5, 9, "ORG")]
    gold = [Labelled(spans, [(0, 2, "AGENT"), (1, 2, "AGENT"), (0, 3, "AGENT"), (1, 3, "AGENT")])]
    predicted = [Labelled([spans[1], spans[3]], [(0, 1, "AGENT")])]
    result = scored(gold, predicted, source, under("both"))
    assert {found(one.micro) for one in result.layers["arguments"].values()} == {(1, 1, 1)}
    assert result.dropped["gold"] == {"collapsed": 2}


def test_codes_of_neither_inventory_are_charged_and_those_of_either_are_not(scheme: Scheme) -> None:
    gold = gold_of([Labelled([(0, 4, "PERS"), (5, 9, "GPE")])], scheme)
    side = [Labelled([(0, 4, "PER"), (5, 9, "LOC"), (5, 9, "CITY"), (0, 4, "ATTACK")])]
    read = predicted_of(side, gold, scheme, "conll")
    result = score(gold, read, scheme, under("conll"))
    # PER is a target already; the trigger is left out; CITY is in neither
    assert read.counts == {"unknown_label": 1}
    strict = result.layers["entities"]["strict"]
    assert found(strict.micro) == (2, 3, 2)
    assert found(strict.labels[CHARGED]) == (0, 1, 0)
    assert result.dropped["predicted"] == {"spans": 1}


def test_what_declares_the_targets_is_charged_for_the_schemes_codes(
    scheme: Scheme, releases: Mapping[str, Path]
) -> None:
    gold = gold_of([Labelled([(0, 4, "PERS"), (5, 9, "GPE")])], scheme)
    read = predicted_of([Labelled([(0, 4, "PERS"), (5, 9, "LOC")])], gold, scheme, "conll", releases["conll"])
    assert read.counts == {"unknown_label": 1}
    assert found(score(gold, read, scheme, under("conll")).layers["entities"]["strict"].micro) == (1, 2, 2)


@pytest.mark.parametrize("map_name", [None, "ace"])
def test_predictions_in_another_inventory_are_refused_with_what_to_do(
    scheme: Scheme, releases: Mapping[str, Path], map_name: str | None
) -> None:
    gold = gold_of([Labelled()], scheme)
    with pytest.raises(DataError) as error:
        predicted_of([Labelled([(0, 4, "PER")])], gold, scheme, map_name, releases["conll"])
    [problem] = error.value.problems
    assert problem.code == "other_inventory"
    assert problem.where == str(releases["conll"])
    assert "mine@1" in problem.found
    assert "conll" in problem.found
    assert "--map conll" in problem.remedy


def test_a_release_in_the_inventory_of_no_map_is_refused(scheme: Scheme, tmp_path: Path) -> None:
    lines = 'name = "mine"\nrelease = "1"\nlabels = "conl"\n'
    (tmp_path / "release.toml").write_text(lines, encoding="utf-8")
    gold = gold_of([Labelled()], scheme)
    with pytest.raises(DataError, match="did you mean conll"):
        predicted_of([Labelled()], gold, scheme, "conll", tmp_path / "predictions.jsonl")


def test_an_unknown_map_is_a_wrong_call(scheme: Scheme) -> None:
    side = [Labelled([(0, 4, "PERS")])]
    gold = gold_of(side, scheme)
    with pytest.raises(UsageError, match=r"--map conl: no such map; .*did you mean conll") as error:
        score(gold, predicted_of(side, gold, scheme), scheme, under("conl"))
    assert error.value.status == 2


def test_a_map_that_mixes_the_layers_is_a_wrong_call(scheme: Scheme) -> None:
    mixed = replace(scheme, maps={"mixed": {"PERS": "X", "ATTACK": "X"}})
    with pytest.raises(UsageError, match="--map mixed: makes X of entities and of triggers"):
        inventory(mixed, "mixed")


@pytest.mark.parametrize("target", ["?", "", "-X", "PER-"])
def test_a_target_that_cannot_be_scored_is_refused(target: str, tmp_path: Path) -> None:
    lines = ('version = "1"', "[entities.PERS]", "[entities.ORG]", "[maps.w]", f'PERS = "{target}"')
    (tmp_path / "labels.toml").write_text("\n".join(lines), encoding="utf-8")
    side = [Labelled([(0, 2, "PERS")])]
    with pytest.raises(MiyarError, match=r"maps?[. ]w"):
        scored(side, side, read_scheme(tmp_path / "labels.toml"), under("w"))


def test_the_signature_names_the_map(scheme: Scheme) -> None:
    side = [Labelled([(0, 4, "PERS")])]
    for name, choices in (("none", UNTOUCHED), ("conll", under("conll"))):
        for measures in scored(side, side, scheme, choices).layers.values():
            assert all(f"|map:{name}|" in measure.signature for measure in measures.values())


# --- attributes under a map --------------------------------------------------------------------------------


def test_values_and_links_are_those_of_the_mapped_labels(scheme: Scheme) -> None:
    # conll: the DATE is left out, with its value; the links stay
    gold = [Labelled([(0, 4, "GPE", {"link": "Q71"}), (5, 9, "DATE", {"value": "2024"})])]
    predicted = [Labelled([(0, 4, "FAC", {"link": "Q71"}), (5, 9, "DATE", {"value": "2024"})])]
    attributes = scored(gold, predicted, scheme, under("conll")).layers["attributes"]
    assert found(attributes["link"].micro) == (1, 1, 1)
    assert attributes["value"].micro.to_dict() == {"right": 0, "total": 0, "share": None}
    wojood = scored(gold, gold, scheme, under("wojood")).layers["attributes"]["value"]
    assert wojood.labels["DATE"].to_dict() == {"right": 1, "total": 1, "share": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_links_of_collapsed_spans_do_not_depend_on_their_order(
    scheme: Scheme, order: tuple[int, int]
) -> None:
    spans = [(0, 4, "GPE", {"link": "Q71"}), (0, 4, "FAC")]
    side = [Labelled([spans[at] for at in order])]
    result = scored(side, side, scheme, under("conll"))
    assert found(result.layers["attributes"]["link"].micro) == (1, 1, 1)


def test_values_of_predictions_in_the_target_inventory_are_read_too(
    scheme: Scheme, releases: Mapping[str, Path]
) -> None:
    gold = gold_of([Labelled([(0, 4, "PERS", {"link": "Q71"})])], scheme)
    side = [Labelled([(0, 4, "PER", {"link": " Q71"})])]
    read = predicted_of(side, gold, scheme, "conll", releases["conll"])
    assert read.faults == ()
    link = score(gold, read, scheme, under("conll")).layers["attributes"]["link"]
    assert found(link.micro) == (1, 1, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_the_values_of_collapsed_spans_the_first_in_alphabetical_order_counts(
    scheme: Scheme, order: tuple[int, int]
) -> None:
    named = replace(scheme, maps={"both": {"CARDINAL": "NUM", "DATE": "NUM"}})
    spans = [(0, 4, "CARDINAL", {"value": "5"}), (0, 4, "DATE", {"value": "2024"})]
    gold = [Labelled([spans[at] for at in order])]
    for one, right in zip(spans, (0, 1), strict=True):
        value = scored(gold, [Labelled([one])], named, under("both")).layers["attributes"]["value"]
        assert value.micro.to_dict()["share"] == right


def test_values_of_predictions_in_an_inventory_with_other_names_are_read_too(
    scheme: Scheme, releases: Mapping[str, Path]
) -> None:
    named = replace(scheme, maps={"both": {"CARDINAL": "NUM"}})
    gold = gold_of([Labelled([(0, 4, "CARDINAL", {"value": "5"})])], named)
    side = [Labelled([(0, 4, "NUM", {"value": "5.0"})])]
    read = predicted_of(side, gold, named, "both", releases["both"])
    value = score(gold, read, named, under("both")).layers["attributes"]["value"]
    assert value.micro.to_dict()["share"] == 1
    assert read.faults == ()


@given(drawn=MAPPED_PAIRS, name=MAPS, seed=st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_no_order_matters_under_a_map(source: Scheme, drawn: Drawn, name: str, seed: Any) -> None:
    one = scored(drawn[0], drawn[1], source, under(name))
    gold, predicted = ([shuffled(each, seed) for each in side] for side in drawn[:2])
    other = scored(gold, predicted, source, under(name))
    assert one.to_dict() == other.to_dict()
