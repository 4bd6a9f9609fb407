"""Differences are what the definitions say: by hand, by enumeration, by what swapping must do."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from miyar.comparison import (
    Asked,
    Comparison,
    Counts,
    Difference,
    Finding,
    MeasureComparison,
    Stack,
    System,
    compare,
    compare_counts,
)
from miyar.comparison.counts import Rows, count_systems, stacked
from miyar.comparison.pairs import Pair, adjusted, exchangeable
from miyar.predictions import Predictions
from miyar.resampling import F1, FEWEST_ARTICLES, GOLD, Swaps, holm, ratios
from miyar.scheme import Scheme
from miyar.scoring import PRF, Choices, Macro, Share, Table, score
from miyar.spantable import ArgumentTable, Views
from spans import Side, views

Numbers = NDArray[np.float64]

PLAIN = Choices(samples=0, comparison=False)
QUICK = Choices(samples=200, comparison=False)
ASKED = Asked(swaps=200)
SPANS = st.builds(
    lambda start, label: (start, start + 1, label),
    st.integers(0, 5),
    st.sampled_from(["PERS", "GPE", "ATTACK", "NOVEL"]),
)


@st.composite
def corpora(draw: st.DrawFn, articles: int = 12) -> tuple[Side, Side, Side]:
    """Return gold and two systems that find and miss what they like."""
    gold, old, new = (
        [draw(st.lists(SPANS, max_size=4, unique=True)) for _ in range(articles)] for _ in range(3)
    )
    known = [[span for span in spans if span[2] != "NOVEL"] for spans in gold]
    return known, old, new


def compared(
    gold: Side, *systems: Side, scheme: Scheme, choices: Choices = QUICK, asked: Asked = ASKED
) -> Comparison:
    read = [Predictions(views(side, scheme, f"s{number}")) for number, side in enumerate(systems)]
    return compare(views(gold, scheme), read, scheme, choices, asked)


def strict(comparison: Comparison, system: int = 0) -> MeasureComparison:
    return comparison.systems[system].layers["entities"]["strict"]


def counts_of(*systems: Numbers, classes: tuple[str, ...] = (), name: str = "strict") -> Counts:
    """Return counts as if these, of shape (articles, 1 + classes, 4), had been counted."""
    names = tuple(System(f"s{number}") for number in range(len(systems)))
    signed = {"gold": "g", "predictions": "p", "boot": "0"}
    stack = Stack("entities", name, np.stack(systems), classes)
    return Counts("made", names, (stack,), (signed,) * len(systems))


def table(tp: list[int], predicted: list[int], gold: list[int]) -> Numbers:
    """Return the counts of one class, an article each."""
    return np.array([tp, predicted, gold, tp], dtype=np.float64).T[:, None, :]


# --- numbers -----------------------------------------------------------------------------------------------


def test_differences_of_a_worked_example(scheme: Scheme) -> None:
    gold: Side = [[(0, 1, "PERS"), (2, 3, "GPE")], [(0, 1, "GPE"), (4, 5, "GPE")]]
    old: Side = [[(0, 1, "PERS")], [(0, 1, "GPE"), (6, 7, "GPE")]]
    new: Side = [[(0, 1, "PERS"), (2, 3, "GPE"), (8, 9, "PERS")], [(0, 1, "GPE")]]
    found = strict(compared(gold, old, new, scheme=scheme))
    # micro: old has 2 right of 3 for 4, new 3 right of 4 for 4
    assert found.micro.of("precision") == pytest.approx(3 / 4 - 2 / 3)
    assert found.micro.of("recall") == pytest.approx(3 / 4 - 2 / 4)
    assert found.micro.f1 == pytest.approx(6 / 8 - 4 / 7)
    # PERS: 1 of 1 for 1, then 1 of 2 for 1; GPE: 1 of 2 for 3, then 2 of 2 for 3
    pers, gpe = found.labels["PERS"], found.labels["GPE"]
    assert (pers.baseline, pers.system) == (PRF(1, 1, 1), PRF(1, 2, 1))
    assert pers.f1 == pytest.approx(2 / 3 - 1)
    assert gpe.f1 == pytest.approx(4 / 5 - 2 / 5)
    macro = found.macro
    assert macro is not None
    assert isinstance(macro.system, Macro)
    assert macro.system.labels == ("GPE", "PERS")
    assert macro.f1 == pytest.approx((2 / 3 + 4 / 5) / 2 - (1 + 2 / 5) / 2)
    assert found.labels["ORG"].f1 is None
    assert (found.micro.articles, pers.articles, gpe.articles) == (2, 1, 2)


@given(sides=corpora(2))
def test_each_side_has_the_numbers_of_its_score(scheme: Scheme, sides: tuple[Side, Side, Side]) -> None:
    gold, *systems = sides
    found = compared(gold, *systems, scheme=scheme, choices=PLAIN)
    for name, side in zip(("baseline", "system"), systems, strict=True):
        layers = score(views(gold, scheme), Predictions(views(side, scheme)), scheme, PLAIN).layers
        assert layers.keys() == found.systems[0].layers.keys()
        for layer, measures in layers.items():
            for key, measure in measures.items():
                pair = found.systems[0].layers[layer][key]
                assert getattr(pair.micro, name) == measure.micro
                for code, one in measure.labels.items():
                    assert getattr(pair.labels[code], name) == one
                if measure.macro and measure.macro.labels:
                    assert getattr(pair.macro, name) == measure.macro


@pytest.mark.parametrize("seed", [1, 2])
def test_p_is_that_of_all_swaps(seed: int) -> None:
    old, new = table([1, 0, 2], [2, 1, 2], [2, 1, 3]), table([2, 1, 2], [2, 1, 4], [2, 1, 3])
    swaps = 4000
    asked = Asked(swaps=swaps)
    made = compare_counts(counts_of(old, new), replace(PLAIN, seed=seed), asked)
    significance = strict(made).micro.significance
    assert significance is not None

    def difference(block: tuple[float, ...]) -> float:
        swapped = np.array(block)[:, None, None]
        sums = [(a + swapped * (b - a)).sum(axis=0) for a, b in ((old, new), (new, old))]
        first, second = (2 * one[0, 0] / (one[0, 1] + one[0, 2]) for one in sums)
        return float(second - first)

    seen = abs(difference((0, 0, 0)))
    # exactly: of the 2³ choices of articles, as many as give at least the difference seen
    exact = sum(abs(difference(block)) >= seen - 1e-12 for block in product((0, 1), repeat=3)) / 2**3
    assert 0 < exact < 1
    # these swaps, one by one
    rows = [tuple(row) for block in Swaps(3, swaps, seed) for row in block.tolist()]
    reached = sum(abs(difference(row)) >= seen - 1e-12 for row in rows)
    assert significance.p == (1 + reached) / (1 + swaps)
    assert significance.p == pytest.approx(exact, abs=4 * (exact * (1 - exact) / swaps) ** 0.5)


def test_shares_are_compared_by_their_share() -> None:
    # 3 of 4 values right, then 4 of 5: the gold of a share is what each system matched
    one = Table("attributes", "value", np.array([[[3.0] * 4] * 2, [[0.0] * 4] * 2]), ("DATE",), "shares")
    one.counts[0, :, 1:3] = 4
    other = replace(one, counts=one.counts.copy())
    other.counts[1] = 1
    tables = [one, other]
    counts = replace(counts_of(table([1], [1], [1])), stacks=(stacked(tables),), systems=(System("a"),) * 2)
    counts = replace(counts, signed=counts.signed * 2)
    found = compare_counts(counts, PLAIN, ASKED).systems[0].layers["attributes"]["value"]
    assert (found.micro.baseline, found.micro.system) == (Share(3, 4, 4), Share(4, 5, 5))
    assert found.micro.f1 == pytest.approx(4 / 5 - 3 / 4)
    assert found.micro.significance is not None
    assert found.micro.to_dict()["difference"] == {"share": found.micro.f1}
    assert (found.family, found.macro) == ("labels", None)


@given(data=st.data())
def test_gold_of_their_own_is_swapped_and_leaves_f1_as_it_is(data: st.DataObject) -> None:
    cells = st.lists(st.integers(0, 5), min_size=12, max_size=12)
    old, new = (np.array(data.draw(cells), dtype=np.float64).reshape(3, 1, 4) for _ in range(2))
    moved = exchangeable(old, new)
    assert np.array_equal(moved.old[..., GOLD], np.minimum(old[..., GOLD], new[..., GOLD]))
    assert np.array_equal(moved.old[..., GOLD], moved.new[..., GOLD])
    for before, after in zip((old, new), moved, strict=True):
        assert np.array_equal(ratios(before)[..., F1], ratios(after)[..., F1], equal_nan=True)
    same = exchangeable(old, old)
    assert np.array_equal(same.old, old)


def test_an_average_over_a_class_of_which_no_gold_is_shared_has_no_p() -> None:
    often = table([2, 1, 2], [2, 2, 2], [2, 2, 2])
    apart = [table([1, 0, 0], [1, 0, 0], [1, 0, 0]), table([0, 1, 0], [0, 1, 0], [0, 1, 0])]
    old, new = (np.concatenate([often + one, often, one], axis=1) for one in apart)
    for supported, undefined in ((True, [2, 3]), (False, [2])):
        p = Pair(old, new, np.array([False, True, supported])).p(50, 1)
        assert np.flatnonzero(np.isnan(p)).tolist() == undefined


def test_arguments_of_other_triggers_are_compared_too(scheme: Scheme) -> None:
    triggers: Side = [[(0, 1, "ATTACK"), (2, 3, "ATTACK"), (4, 5, "PERS")]] * FEWEST_ARTICLES
    some: Side = [[(0, 1, "ATTACK"), (4, 5, "PERS")]] * FEWEST_ARTICLES

    def with_arguments(side: Side, each: int) -> Views:
        made = views(side, scheme)
        number = len(side)
        first = np.arange(number) * len(side[0])
        article = np.repeat(np.arange(number), each)
        trigger = (first[:, None] + np.arange(each)).ravel()
        entity = np.repeat(first + len(side[0]) - 1, each)
        arguments = ArgumentTable(article, trigger, entity, np.zeros(number * each, dtype=np.int64))
        return replace(made, roles=tuple(role.code for role in scheme.roles), arguments=arguments)

    gold = with_arguments(triggers, 2)
    read = [Predictions(with_arguments(some, 1)), Predictions(with_arguments(triggers, 2))]
    found = compare(gold, read, scheme, QUICK, ASKED).systems[0].layers["arguments"]
    assert found["arg_c_attached"].micro.f1 == pytest.approx(1 - 2 / 3)
    conditional = found["arg_c_attached_conditional"].micro
    assert isinstance(conditional.baseline, PRF)
    assert isinstance(conditional.system, PRF)
    assert (conditional.baseline.gold, conditional.system.gold) == (10, 20)
    assert (conditional.f1, conditional.finding) == (0, Finding.NOT_SHOWN)
    assert conditional.significance is not None
    assert conditional.significance.p == 1


def test_classes_of_any_system_are_classes_of_the_comparison() -> None:
    def one(*classes: str) -> Table:
        number = np.arange(1, 2 + len(classes), dtype=np.float64)
        return Table("entities", "strict", np.stack([number] * 4, axis=-1)[None], classes)

    made = stacked([one("PERS", "?"), one("PERS", "GPE")])
    assert made.classes == ("PERS", "GPE", "?")
    assert made.counts[:, 0, :, 0].tolist() == [[1, 2, 0, 3], [1, 2, 3, 0]]


def test_a_macro_average_is_over_the_classes_that_have_gold_for_every_system() -> None:
    """Only in conditional measures is one system held against gold that the other has not."""
    counts = np.ones((2, 3, 3, 4))
    counts[1, :, 2, GOLD] = 0
    stack = Stack("arguments", "arg_c_conditional", counts, ("AGENT", "PLACE"), "roles")
    assert stack.supported(0).tolist() == [False, True, True]
    assert stack.supported(0, 1).tolist() == [False, True, False]


# --- what must not change it, and what must ----------------------------------------------------------------


def differences(measure: MeasureComparison) -> dict[str, Difference]:
    macro = {"macro": measure.macro} if measure.macro else {}
    return {"micro": measure.micro, **macro, **measure.labels}


@settings(max_examples=20)
@given(sides=corpora())
def test_a_system_against_itself_is_the_same(scheme: Scheme, sides: tuple[Side, Side, Side]) -> None:
    gold, old, _ = sides
    for measures in compared(gold, old, old, scheme=scheme).systems[0].layers.values():
        for measure in measures.values():
            for one in differences(measure).values():
                assert one.f1 in (0, None)
                assert one.same
                assert one.significance is None or (one.significance.p, one.significance.holm) in (
                    (1, 1),
                    (1, None),
                )
                assert one.finding in (Finding.EQUAL, Finding.UNKNOWN)
                assert one.bounds is None or one.bounds.low <= 0 <= one.bounds.high
                assert one.power is None or (one.power.standard_error, one.power.detectable) == (0, None)


@settings(max_examples=20)
@given(sides=corpora())
def test_swapping_the_systems_negates_the_differences(scheme: Scheme, sides: tuple[Side, Side, Side]) -> None:
    gold, old, new = sides
    there, back = (compared(gold, *pair, scheme=scheme).systems[0] for pair in ((old, new), (new, old)))
    for layer, measures in there.layers.items():
        for name, measure in measures.items():
            others = differences(back.layers[layer][name])
            for row, one in differences(measure).items():
                other = others[row]
                assert one.significance == other.significance
                for ratio in one.ratios:
                    assert (one.of(ratio) is None) == (other.of(ratio) is None)
                    assert one.of(ratio) == pytest.approx(-(other.of(ratio) or 0)) or one.of(ratio) is None
                if one.bounds:
                    assert other.bounds is not None
                    assert one.bounds == pytest.approx((-other.bounds.high, -other.bounds.low))
                assert one.why_none == other.why_none


def test_more_is_found_of_a_larger_difference() -> None:
    gold = [10] * 40
    old = table([6, 7] * 20, [10] * 40, gold)
    little, much = table([7, 6] * 20, [10] * 40, gold), table([8, 9] * 20, [10] * 40, gold)
    made = compare_counts(counts_of(old, little, much), QUICK, Asked(swaps=1000))
    first, second = strict(made, 0).micro, strict(made, 1).micro
    assert (first.finding, second.finding) == (Finding.NOT_SHOWN, Finding.BETTER)
    assert second.f1 == pytest.approx(0.2)
    assert second.bounds is not None
    assert second.bounds.low == pytest.approx(-second.bounds.high + 0.4, abs=0.02)
    assert 0.15 < second.bounds.low < 0.2  # the same in every article, of which there are only 40
    assert first.significance is not None
    assert second.significance is not None
    assert first.significance.p == 1
    assert second.significance.p == 1 / 1001
    # two systems: 1/1001 is the smaller of two p-values, so it doubles
    assert (second.significance.holm, second.significance.family) == (2 / 1001, "systems")
    assert second.significance.tests == 2
    worse = strict(compare_counts(counts_of(much, old), QUICK, ASKED)).micro
    assert worse.finding is Finding.WORSE


def test_power_is_from_the_standard_error_of_the_difference() -> None:
    generator = np.random.default_rng(1)
    gold = [10] * 100
    old, new = (table(generator.binomial(10, 0.8, 100).tolist(), gold, gold) for _ in range(2))
    found = strict(compare_counts(counts_of(old, new), Choices(), Asked(swaps=0, detect=0.02))).micro
    power = found.power
    assert power is not None
    # F1 is the mean of 100 shares of 10: the error of the difference is √(2·0.8·0.2/1000) = 0.0179
    assert power.standard_error == pytest.approx(0.0179, rel=0.15)
    # half of the interval + z 0.8 = 0.841621; the half is about t 0.975 with 99 degrees of freedom = 1.984217
    assert found.bounds is not None
    half = (found.bounds.high - found.bounds.low) / 2
    assert power.detectable == pytest.approx(half + 0.841621 * power.standard_error, rel=1e-6)
    assert half == pytest.approx(1.984217 * power.standard_error, rel=0.1)
    assert power.detectable is not None
    assert power.articles_needed == pytest.approx(100 * (power.detectable / 0.02) ** 2, abs=1)
    assert found.significance is None
    assert "power" in found.to_dict()


def test_holm_is_over_the_labels_of_a_system_and_over_systems_for_averages() -> None:
    p = np.array([[0.01, 0.04, 0.03, np.nan, 0.2], [0.02, 0.5, 0.5, 0.001, 0.3]])
    after = adjusted(p)
    assert after.p[:, 0].tolist() == pytest.approx(holm(p[:, 0]).tolist())
    assert after.p[:, -1].tolist() == pytest.approx([0.4, 0.4])
    assert after.p[0, 1:-1].tolist()[:2] == pytest.approx([0.06, 0.06])
    assert after.p[1, 1:-1].tolist() == pytest.approx([1.0, 1.0, 0.003])
    assert after.tests.tolist() == [[2, 2, 2, 2, 2], [2, 3, 3, 3, 2]]


def test_labels_in_few_articles_do_not_weigh_on_the_others() -> None:
    often = [1] * FEWEST_ARTICLES + [0] * 10
    rare = [1] * (FEWEST_ARTICLES - 1) + [0] * 11
    both = [one + other for one, other in zip(often, rare, strict=True)]
    nothing = [0] * 20
    old, new = (
        np.concatenate(
            [table(found if right else nothing, found, found) for found in (both, often, rare)], axis=1
        )
        for right in (False, True)
    )
    counts = counts_of(old, new, classes=("OFTEN", "RARE"))
    labels = strict(compare_counts(counts, QUICK, Asked(swaps=1000))).labels
    often_tested, rare_tested = labels["OFTEN"].significance, labels["RARE"].significance
    assert often_tested is not None
    assert rare_tested is not None
    assert (often_tested.holm, often_tested.tests) == (often_tested.p, 1)
    assert (rare_tested.holm, rare_tested.tests) == (None, 0)
    assert labels["RARE"].why_none == "spans in 9 articles, 10 are needed"


# --- what is said ------------------------------------------------------------------------------------------


def test_signature_names_every_choice(scheme: Scheme) -> None:
    found = strict(compared([[(0, 1, "PERS")]], [[(0, 1, "PERS")]], [[]], scheme=scheme))
    parts = dict(part.split(":", 1) for part in found.signature.split("|"))
    assert list(parts) == [
        "miyar",
        "compare",
        "layer",
        "gold",
        "baseline",
        "system",
        "labels",
        "map",
        "seqeval",
        "articles",
        "lengths",
        "boot",
        "swaps",
        "seed",
    ]
    assert (parts["compare"], parts["boot"], parts["swaps"]) == ("strict", "200", "200")
    assert parts["baseline"] != parts["system"]


def test_json_is_whole_and_without_nan(scheme: Scheme) -> None:
    made = compared([[(0, 1, "PERS")]], [[(0, 1, "PERS")]], [[]], scheme=scheme)
    value = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert (value["corpus"], value["articles"], value["baseline"]["extractor"]) == ("gold", 1, "s0")
    [system] = value["systems"]
    micro = system["layers"]["entities"]["strict"]["micro"]
    assert micro["difference"] == {"precision": None, "recall": -1.0, "f1": -1.0}
    assert micro["interval"]["f1"] is None
    assert micro["interval"]["why_none"]["f1"] == "spans in 1 article, 10 are needed"
    assert micro["finding"] == "unknown"
    assert system["changes"]["entities"]["broken"] == 1
    assert value["left_out"] == {"comparison": "not asked for"}
    assert "Difference(-100.0" in repr(made)


def test_without_resamples_there_is_no_interval_and_without_swaps_no_p(scheme: Scheme) -> None:
    sides: list[Side] = [[[(0, 1, "PERS")]]] * 3
    micro = strict(compared(*sides, scheme=scheme, choices=PLAIN, asked=Asked(swaps=0))).micro
    assert (micro.interval, micro.significance, micro.power) == (None, None, None)
    assert (micro.finding, micro.why_none) == (Finding.UNKNOWN, "no intervals were asked for")


def test_one_system_is_no_comparison(scheme: Scheme) -> None:
    with pytest.raises(ValueError, match="1 given"):
        compare(views([[]], scheme), [Predictions(views([[]], scheme))], scheme)


def test_rows_that_can_be_named(scheme: Scheme) -> None:
    gold = views([[(0, 1, "PERS")]], scheme)
    read = [Predictions(views([[(0, 1, "NOVEL")]], scheme))] * 2
    rows = count_systems(gold, read, scheme, PLAIN).rows
    labels = tuple(label.code for label in scheme.entities)
    assert rows["entities.strict"] == Rows(("micro", "macro"), "labels", labels)
    assert rows["entities.untyped"] == Rows(("micro",), "labels", ())
    assert rows["entities.nesting"].family == "classes"
    assert rows["arguments.arg_c"].family == "roles"
    assert rows["attributes.value"] == Rows(("micro",), "labels", labels)
