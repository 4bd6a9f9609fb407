"""Intervals, tests and power are what their definitions say: by hand, by enumeration, by simulation."""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from miyar.resampling import (
    F1,
    FEWEST_ARTICLES,
    GOLD,
    RECALL,
    SEED,
    Intervals,
    Mask,
    Numbers,
    Resamples,
    Swaps,
    articles_needed,
    detectable,
    draws,
    holm,
    intervals,
    macro,
    permutation_test,
    ratios,
    supporting_articles,
    totals,
)

HALVES = st.integers(0, 6).map(lambda number: number / 2)


@st.composite
def systems(draw: st.DrawFn, most: int = 5) -> tuple[Numbers, Numbers]:
    """Draw the counts of two systems, of shape (articles, classes, 4), against the same gold."""
    shape = (draw(st.integers(1, most)), draw(st.integers(1, 3)), 7)
    size = int(np.prod(shape))
    gold, *rest = np.moveaxis(
        np.array(draw(st.lists(HALVES, min_size=size, max_size=size))).reshape(shape), -1, 0
    )
    first, second = (
        np.stack([np.minimum(right, predicted), predicted, gold, np.minimum(found, gold)], axis=-1)
        for right, predicted, found in (rest[:3], rest[3:])
    )
    return first, second


def counts(*rows: tuple[float, float, float]) -> Numbers:
    """Return one class of counts from rows of tp, predicted and gold; found is tp."""
    return np.array([[[tp, predicted, gold, tp]] for tp, predicted, gold in rows], dtype=np.float64)


def whole(blocks: Resamples | Swaps) -> Numbers:
    return np.concatenate(list(blocks))


@given(articles=st.integers(0, 200), samples=st.integers(1, 20), seed=st.integers(0, 2**32))
def test_every_resample_has_as_many_articles_as_the_corpus(articles: int, samples: int, seed: int) -> None:
    weights = whole(Resamples(articles, samples, seed))
    assert weights.shape == (samples, articles)
    assert np.array_equal(weights, np.floor(weights))
    assert (weights >= 0).all()
    assert (weights.sum(axis=1) == articles).all()
    assert np.array_equal(weights, whole(Resamples(articles, samples, seed)))


def test_every_article_is_as_likely_as_any_other() -> None:
    # each of 7 weights has mean 1 and variance 6/7 in a resample; 5 standard errors of 20,000 of them
    means = whole(Resamples(7, 20_000)).mean(axis=0)
    assert np.abs(means - 1).max() < 5 * (6 / 7 / 20_000) ** 0.5
    # a swap has mean 1/2 and variance 1/4
    assert np.abs(whole(Swaps(70, 20_000)).mean(axis=0) - 1 / 2).max() < 5 * (1 / 4 / 20_000) ** 0.5


def test_neighbouring_articles_are_swapped_independently() -> None:
    swaps = whole(Swaps(130, 20_000)) - 1 / 2
    # the mean of the product of two independent swaps has mean 0 and variance 1/16 in a row
    correlations = swaps.T @ swaps / 20_000 - np.eye(130) / 4
    assert np.abs(correlations).max() < 6 * (1 / 16 / 20_000) ** 0.5


def test_the_stream_is_the_raw_one_of_pcg64() -> None:
    stream = np.random.PCG64(SEED)
    drawn = [int(stream.random_raw()) for _ in range(2 * 5)]
    # NumPy promises not to change these
    assert drawn[:2] == [4193609425186963869, 5843160025838961886]
    expected = np.zeros((2, 5))
    for number, raw in enumerate(drawn):
        expected[number // 5, (raw >> 32) * 5 >> 32] += 1
    assert np.array_equal(whole(Resamples(5, samples=2)), expected)
    assert expected.tolist() == [[0, 3, 0, 2, 0], [1, 1, 1, 1, 1]]
    # 70 articles take two words: bits 0 to 63 of the first, then 0 to 5 of the second
    bits = [[(drawn[2 * row + place // 64] >> place % 64) & 1 for place in range(70)] for row in range(2)]
    assert whole(Swaps(70, swaps=2)).tolist() == bits


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 30])
def test_the_size_of_the_blocks_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = example(40)
    supported = np.array([False, True, True])

    def numbers() -> list[Numbers]:
        test = permutation_test(old, new, supported, Swaps(40, swaps=50))
        return [*totals(Resamples(40, samples=30), old, new), test.classes, np.array(test.macro)]

    before = numbers()
    monkeypatch.setattr(draws, "BLOCK", block)
    assert all(np.array_equal(one, other) for one, other in zip(before, numbers(), strict=True))


@pytest.mark.parametrize("blocks", [lambda: Resamples(-1), lambda: Resamples(5, 0), lambda: Swaps(5, 0)])
def test_impossible_sizes_are_refused(blocks: object) -> None:
    assert callable(blocks)
    with pytest.raises(ValueError, match="cannot be drawn"):
        blocks()


@given(pair=systems())
def test_each_article_once_is_the_corpus(pair: tuple[Numbers, Numbers]) -> None:
    ones = [np.ones((1, len(pair[0])))]
    for sums, table in zip(totals(ones, *pair), pair, strict=True):
        assert np.array_equal(sums[0], table.sum(axis=0))


@given(pair=systems(), seed=st.integers(0, 99))
def test_totals_are_sums_over_the_drawn_articles(pair: tuple[Numbers, Numbers], seed: int) -> None:
    resamples = Resamples(len(pair[0]), samples=4, seed=seed)
    for sums, table in zip(totals(resamples, *pair), pair, strict=True):
        for row, weights in zip(sums, whole(resamples), strict=True):
            drawn = np.repeat(np.arange(len(table)), weights.astype(int))
            assert np.array_equal(row, sum((table[article] for article in drawn), np.zeros_like(row)))


def test_sums_are_exact_in_any_order() -> None:
    old, _ = example(300)
    [weights] = Resamples(300, samples=20)
    order = np.random.default_rng(1).permutation(300)
    [there], [back] = totals([weights], old), totals([weights[:, order]], old[order])
    assert np.array_equal(there, back)


def test_ratios_of_a_worked_example() -> None:
    # 2 of 3 predicted spans are right, 2½ of 5 gold spans are found
    assert ratios(np.array([2, 3, 5, 2.5])).tolist() == [2 / 3, 2.5 / 5, 4.5 / 8]
    nothing_predicted, no_gold, nothing = ratios(np.array([[0, 0, 5, 0], [0, 3, 0, 0], [0, 0, 0, 0]]))
    assert np.array_equal(nothing_predicted, [np.nan, 0, 0], equal_nan=True)
    assert np.array_equal(no_gold, [0, np.nan, 0], equal_nan=True)
    assert np.isnan(nothing).all()


def test_macro_of_a_worked_example() -> None:
    table = np.array(
        [
            [9, 9, 9, 9],  # not supported in the corpus: does not count
            [1, 2, 4, 1],  # 1/2, 1/4, 2/6
            [0, 0, 2, 0],  # never predicted: precision 0, recall 0, F1 0
            [0, 0, 0, 0],  # absent from both sides: left out
            [0, 3, 0, 0],  # without gold: precision 0, F1 0, recall left out
        ],
        dtype=np.float64,
    )
    supported = np.array([False, True, True, True, True])
    assert macro(table, supported).tolist() == [
        pytest.approx(1 / 2 / 3),
        pytest.approx(1 / 4 / 2),
        pytest.approx(2 / 6 / 3),
    ]
    never_predicted = np.array([[0, 0, 1, 0]], dtype=np.float64)
    assert macro(never_predicted, np.array([True])).tolist() == [0, 0, 0]
    assert np.isnan(macro(table, np.zeros(5, dtype=bool))).all()
    assert np.isnan(macro(table[3:4], np.array([True]))).all()
    twice = macro(np.stack([table, 2 * table]), supported)
    assert twice.shape == (2, 3)
    assert np.array_equal(twice[0], twice[1])


def test_supporting_articles_have_something_to_count() -> None:
    table = counts((0, 1, 0), (0, 0, 1), (0, 0, 0), (1, 1, 1))
    assert supporting_articles(table).tolist() == [[2, 2, 3]]
    assert supporting_articles(table[:, 0]).tolist() == [2, 2, 3]


@given(
    values=st.lists(st.floats(-1, 1) | st.just(float("nan")), min_size=1, max_size=60),
    level=st.sampled_from([0.5, 0.9, 0.95]),
)
def test_bounds_are_quantiles_of_the_defined_values(values: list[float], level: float) -> None:
    column = np.array([values]).T
    interval = intervals(column, np.array([FEWEST_ARTICLES]), level)
    missing = int(np.isnan(column).sum())
    assert interval.undefined.tolist() == [missing]
    if missing > 0.05 * len(values):
        assert np.isnan([interval.low, interval.high, interval.standard_error]).all()
        return
    share = tail(FEWEST_ARTICLES, level)
    expected = np.nanquantile(column, [share, 1 - share])
    assert [interval.low[0], interval.high[0]] == pytest.approx(expected, abs=1e-12)


def test_there_is_no_interval_from_fewer_than_ten_articles() -> None:
    values = np.arange(100, dtype=np.float64)[:, None].repeat(4, axis=1)
    interval = intervals(values, np.array([10, 9, 1, 0]))
    assert np.isnan(interval.low).tolist() == [False, True, True, True]
    assert np.isnan(interval.high).tolist() == [False, True, True, True]
    assert np.isnan(interval.standard_error).tolist() == [False, True, True, True]
    assert [interval.absence(place) for place in range(4)] == [
        "",
        "spans in 9 articles, 10 are needed",
        "spans in 1 article, 10 are needed",
        "spans in 0 articles, 10 are needed",
    ]


def test_there_is_no_interval_where_more_than_one_resample_in_twenty_is_undefined() -> None:
    values = np.ones((1000, 2))
    values[:50, 0] = values[:51, 1] = np.nan
    interval = intervals(values, np.array([10, 10]))
    assert interval.low[0] == interval.high[0] == 1
    assert np.isnan(interval.low[1])
    assert interval.undefined.tolist() == [50, 51]
    assert [interval.absence(place) for place in range(2)] == ["", "undefined in 5.1 % of the resamples"]


def test_a_statistic_without_classes_has_one_interval() -> None:
    interval = intervals(np.arange(101, dtype=np.float64), np.array(10))
    assert interval.low.shape == ()
    low = 100 * tail(10, 0.95)
    assert (float(interval.low), float(interval.high)) == pytest.approx((low, 100 - low))
    assert interval.absence() == ""


def test_intervals_of_few_articles_are_wider_and_of_many_plain() -> None:
    values = np.repeat(np.arange(100_001, dtype=np.float64)[:, None] / 1000, 3, axis=1)
    interval = intervals(values, np.array([10, 100, 10**9]))
    # t of 9 and 99 degrees of freedom is 2.2622 and 1.9842; Φ(-2.2622·√(10/9)) = 0.8551 %
    assert interval.low == pytest.approx([0.8551, 2.3056, 2.5], abs=1e-3)
    assert interval.high == pytest.approx(100 - interval.low)


def tail(articles: int, level: float) -> float:
    """Return the share below an expanded percentile interval, by SciPy's distributions."""
    from scipy import stats

    t = stats.t.ppf((1 + level) / 2, articles - 1)
    return round(float(stats.norm.cdf(-math.sqrt(articles / (articles - 1)) * t)), 6)


@pytest.mark.parametrize("articles", [0, 1, 12])
def test_a_corpus_without_spans_is_a_result(articles: int) -> None:
    empty = np.zeros((articles, 2, 4))
    interval = intervals(ratios(totals(Resamples(articles), empty)[0]), supporting_articles(empty))
    assert np.isnan(interval.low).all()
    assert interval.absence(0, F1) == "spans in 0 articles, 10 are needed"
    test = permutation_test(empty, empty, np.array([False, True]), Swaps(articles, swaps=10))
    assert np.isnan(test.classes).all()
    assert np.isnan(test.macro)


def test_the_standard_error_of_a_mean_is_the_textbook_one() -> None:
    # one gold span per article, found in 3 of 10: recall is a mean, and s/√n = √(3/10 · 7/10 / (10-1))
    table = counts(*[(1, 1, 1)] * 3, *[(0, 1, 1)] * 7)
    values = ratios(totals(Resamples(10, samples=100_000), table)[0])
    interval = intervals(values, supporting_articles(table))
    # the deviation of 100,000 values is off by 0.22 % (1/√200,000); √(10/9) would be off by 5 %
    assert interval.standard_error[0, RECALL] == pytest.approx((0.3 * 0.7 / 9) ** 0.5, rel=0.01)


def test_a_corpus_twice_has_the_same_ratios_and_a_smaller_error() -> None:
    old, _ = example(40)
    doubled = np.concatenate([old, old])
    assert np.array_equal(ratios(old.sum(axis=0)), ratios(doubled.sum(axis=0)))
    once, twice = (f1_intervals(table, samples=20_000) for table in (old, doubled))
    # each error is off by 0.5 % (1/√40,000); the correction is √(40/39) once and √(80/79) twice
    expected = (2 * (40 / 39) / (80 / 79)) ** 0.5
    assert once.standard_error / twice.standard_error == pytest.approx(np.full(3, expected), rel=0.03)


@given(pair=systems(), seed=st.integers(0, 99))
def test_swapping_the_systems_turns_the_interval_round_and_leaves_p(
    pair: tuple[Numbers, Numbers], seed: int
) -> None:
    old, new = (np.tile(table, (4, 1, 1)) for table in pair)
    first, second = (ratios(sums) for sums in totals(Resamples(len(old), 50, seed), old, new))
    support = supporting_articles(old + new)
    there, back = intervals(second - first, support), intervals(first - second, support)
    assert there.low == pytest.approx(-back.high, abs=1e-12, nan_ok=True)
    assert there.high == pytest.approx(-back.low, abs=1e-12, nan_ok=True)
    assert there.standard_error == pytest.approx(back.standard_error, abs=1e-12, nan_ok=True)
    supported = old[..., GOLD].sum(axis=0) > 0
    one, other = (
        permutation_test(*sides, supported, Swaps(len(old), 50, seed)) for sides in ((old, new), (new, old))
    )
    assert np.array_equal(one.classes, other.classes, equal_nan=True)
    assert one.macro == pytest.approx(other.macro, abs=0, nan_ok=True)


@given(pair=systems())
def test_a_system_against_itself_has_p_one_and_no_difference(pair: tuple[Numbers, Numbers]) -> None:
    old, _ = pair
    supported = old[..., GOLD].sum(axis=0) > 0
    test = permutation_test(old, old, supported, Swaps(len(old), swaps=20))
    assert np.array_equal(test.classes, np.where(supported, 1, np.nan), equal_nan=True)
    assert test.macro == (1 if supported.any() else pytest.approx(np.nan, nan_ok=True))


@given(pair=systems())
def test_p_over_all_swaps_is_the_enumeration(pair: tuple[Numbers, Numbers]) -> None:
    old, new = pair
    supported = old[..., GOLD].sum(axis=0) > 0
    every = np.array(list(product([0.0, 1.0], repeat=len(old))))
    test = permutation_test(old, new, supported, np.array_split(every, 2))
    classes, average = enumerated(old, new, supported)
    assert test.classes.tolist() == pytest.approx(classes, abs=1e-12, nan_ok=True)
    assert test.macro == pytest.approx(average, abs=1e-12, nan_ok=True)


def enumerated(old: Numbers, new: Numbers, supported: Mask) -> tuple[list[float], float]:
    """Return (1+b)/(1+2^articles) for each class and for macro, in exact arithmetic."""
    places = np.flatnonzero(supported).tolist()
    differences = [
        [exact_f1(right[:, place]) - exact_f1(left[:, place]) for place in places]
        for left, right in swapped(old, new)
    ]
    means = [Fraction(sum(row), len(row) or 1) for row in differences]
    p = dict(zip(places, map(exact_p, zip(*differences, strict=True)), strict=True))
    return [p.get(place, np.nan) for place in range(old.shape[1])], exact_p(means) if places else np.nan


def swapped(old: Numbers, new: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the two systems after each of the 2^articles swaps, none first."""
    for chosen in product([False, True], repeat=len(old)):
        here = np.array(chosen)[:, None, None]
        yield np.where(here, new, old), np.where(here, old, new)


def exact_f1(table: Numbers) -> Fraction:
    tp, predicted, gold, found = (Fraction(float(number)) for number in table.sum(axis=0))
    return (tp + found) / (predicted + gold)


def exact_p(differences: list[Fraction] | tuple[Fraction, ...]) -> float:
    reached = sum(abs(other) >= abs(differences[0]) for other in differences)
    return (1 + reached) / (1 + len(differences))


def test_random_swaps_come_near_the_enumeration() -> None:
    old, new = example(8)
    supported = np.array([False, True, True])
    classes, average = enumerated(old, new, np.array([True, True, True]))
    _, average = enumerated(old, new, supported)
    test = permutation_test(old, new, supported, Swaps(8, swaps=50_000))
    # the enumeration counts the seen swap twice, 1/257; then 4 standard errors of a share, at most 1/2
    tolerance = 1 / 257 + 4 * (1 / 4 / 50_000) ** 0.5
    assert [*test.classes, test.macro] == pytest.approx([*classes, average], abs=tolerance)
    assert min(classes) < 0.5


def test_a_class_without_gold_has_no_p() -> None:
    old, new = counts((0, 3, 0), (0, 1, 0)), counts((0, 0, 0), (0, 1, 0))
    test = permutation_test(old, new, np.array([False]), Swaps(2, swaps=10))
    assert np.isnan(test.classes).all()
    assert np.isnan(test.macro)


def test_different_gold_is_a_bug() -> None:
    with pytest.raises(ValueError, match="different gold"):
        permutation_test(counts((1, 1, 1)), counts((1, 1, 2)), np.array([True]), Swaps(1))


def test_holm_by_hand() -> None:
    # sorted: 4 · .005 = .02, 3 · .01 = .03, 2 · .03 = .06, 1 · .04 = .04, which may not be below .06
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    # two tests, since NaN is none; 2 · .6 is cut at 1
    assert holm(np.array([0.9, np.nan, 0.6])) == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert holm(np.array([0.01, np.nan])) == pytest.approx([0.01, np.nan], nan_ok=True)
    assert holm(np.array([])).shape == (0,)


@given(p=st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=12))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p: list[float]) -> None:
    before = np.array(p)
    after = holm(before)
    defined = ~np.isnan(before)
    assert np.array_equal(np.isnan(after), ~defined)
    before, after = before[defined], after[defined]
    assert (after >= before).all()
    assert (after <= np.minimum(1, len(before) * before)).all()
    assert (np.diff(after[np.argsort(before)]) >= 0).all()


def test_power_of_textbook_values() -> None:
    # z_{0.8} = 0.841621, z_{0.9} = 1.281552; t_{0.975} = 2.262157 with 9 degrees of freedom
    assert detectable(2.262157 * 0.01, 0.01) == pytest.approx(0.01 * (2.262157 + 0.841621), abs=1e-8)
    assert detectable(2.5, 1, power=0.9) == pytest.approx(2.5 + 1.281552, abs=1e-6)
    # a difference half as large needs four times the articles
    assert articles_needed(40, 0.02, 0.01) == 160
    assert articles_needed(40, 0.02, -0.01) == 160
    assert articles_needed(40, 0.02, 0.03) == 18  # 40 · 4/9 = 17.8
    assert articles_needed(40, 0.02, 0.0) is None
    assert articles_needed(40, float("nan"), 0.01) is None
    assert articles_needed(40, 0.02, float("nan")) is None


def example(articles: int) -> tuple[Numbers, Numbers]:
    """Return two systems on articles of every size, in three classes, the second system a little better."""
    generator = np.random.default_rng(7)
    gold = generator.poisson(generator.gamma(1, 6, (articles, 3))) + 1.0
    sides = []
    for chance in (0.7, 0.8):
        found = generator.binomial(gold.astype(int), chance)
        sides.append(np.stack([found, found + generator.poisson(1, gold.shape), gold, found], axis=-1) / 2)
    return sides[0], sides[1]


def f1_intervals(table: Numbers, samples: int) -> Intervals:
    values = ratios(totals(Resamples(len(table), samples), table)[0])[..., F1]
    return intervals(values, supporting_articles(table)[..., F1])


# The simulation: an article has 5 or 35 gold spans and as many predicted ones; of these the old system has p
# right, 70 % or 90 %, and the new one q = p + `better`. So F1 is 0.8 and 0.8 + `better`, and the squared
# standard error of the difference is the mean of p(1-p) + q(1-q), / (20 · articles).
CORPORA, ARTICLES = 400, 100
CHANCES = (0.7, 0.9)


class Simulated(NamedTuple):
    """Of each corpus: whether the intervals hold the truth, p, and the smallest difference promised."""

    covered: Numbers
    covered_difference: Numbers
    p: Numbers
    promised: Numbers


def simulated(better: float) -> Simulated:
    """Return what CORPORA corpora show on which the new system is truly better by this much."""
    generator = np.random.default_rng(SEED)
    rows = []
    for number in range(CORPORA):
        gold = generator.choice([5, 35], ARTICLES)
        chance = generator.choice(CHANCES, ARTICLES)
        old, new = (
            counts(*zip(generator.binomial(gold, right), gold, gold, strict=True))
            for right in (chance, chance + better)
        )
        first, second = (ratios(sums) for sums in totals(Resamples(ARTICLES, seed=number), old, new))
        single = intervals(first, supporting_articles(old))
        difference = intervals(second - first, supporting_articles(old + new))
        test = permutation_test(old, new, np.array([True]), Swaps(ARTICLES, swaps=1000, seed=number))
        covered = [
            (found.low <= truth)[0, F1] and (truth <= found.high)[0, F1]
            for found, truth in ((single, 0.8), (difference, better))
        ]
        rows.append([*covered, test.macro, promised(difference)])
    return Simulated(*np.array(rows).T)


def promised(found: Intervals) -> float:
    """Return the smallest difference that is found in 80 % of corpora, by an interval of F1."""
    half = float(found.high[0, F1] - found.low[0, F1]) / 2
    return detectable(half, float(found.standard_error[0, F1]))


def within(share: float, expected: float) -> bool:
    """Return whether a share of CORPORA is within 3.5 standard errors: 3.8 points at 95 %, 7.0 at 80 %."""
    error: float = (expected * (1 - expected) / CORPORA) ** 0.5
    return abs(share - expected) < 3.5 * error


def test_intervals_cover_and_equal_systems_are_rarely_told_apart() -> None:
    same = simulated(better=0.0)
    assert within(float(same.covered.mean()), 0.95)
    assert within(float(same.covered_difference.mean()), 0.95)
    assert within(float((same.p <= 0.05).mean()), 0.05)


def test_the_detectable_difference_is_detected_as_often_as_promised() -> None:
    better = 0.03
    for _ in range(20):  # the difference that is its own promise
        variances = [p * (1 - p) + (p + better) * (1 - p - better) for p in CHANCES]
        error = (float(np.mean(variances)) / 20 / ARTICLES) ** 0.5
        better = detectable(float(stdtrit(ARTICLES - 1, 0.975)) * error, error)
    found = simulated(better)
    # standard errors vary by about 8 % from corpus to corpus, so their mean by 0.4 %
    assert found.promised.mean() == pytest.approx(better, rel=0.02)
    assert within(float((found.p <= 0.05).mean()), 0.8)
    assert within(float(found.covered_difference.mean()), 0.95)
