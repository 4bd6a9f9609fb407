"""Ends of intervals that need no resamples: near 0 and 100 %, of few and of unequal articles."""

import numpy as np
import pytest
from edges import study
from hypothesis import given
from hypothesis import strategies as st

from miyar.resampling import (
    F1,
    PRECISION,
    RECALL,
    Numbers,
    difference_ends,
    effective_articles,
    evidence,
    macro,
    macro_evidence,
    ratio_ends,
    ratios,
)

LEVEL = 0.95


def counts(right: object, gold: object, predicted: object | None = None) -> Numbers:
    """Return counts of shape (articles, 1, 4)."""
    found, wanted = np.asarray(right, float), np.asarray(gold, float)
    said = wanted if predicted is None else np.asarray(predicted, float)
    return np.stack([found, said, wanted, found], axis=-1)[:, None]


def test_where_all_is_right_the_lower_end_is_below_what_a_rule_of_three_would_say_of_spans() -> None:
    found = ratio_ends(evidence(counts([1] * 12, [1] * 12)), LEVEL)
    # 12 articles with a span each: with one more of half a span, all wrong, F1 is 12/12.5 = 96 %; its 95 %
    # interval on the logit scale, t with 11 degrees of freedom, begins at about 73 %
    assert 0.6 < found.low[0, F1] < 1 - 3 / 13
    assert found.high[0, F1] == 1


def test_where_all_is_wrong_it_is_the_other_way_round() -> None:
    right = ratio_ends(evidence(counts([1] * 15, [1] * 15)), LEVEL)
    wrong = ratio_ends(evidence(counts([0] * 15, [1] * 15)), LEVEL)
    assert wrong.low[0, F1] == 0
    assert wrong.high[0, F1] == pytest.approx(1 - right.low[0, F1])


def test_more_articles_say_more() -> None:
    lows = [ratio_ends(evidence(counts([2] * n, [2] * n)), LEVEL).low[0, F1] for n in (10, 20, 50, 100, 1000)]
    assert lows == sorted(lows)
    assert lows[-1] > 0.99


def test_unequal_articles_say_less_than_equal_ones() -> None:
    equal = counts([8, 10] * 10, [10, 10] * 10)
    unequal = counts([8, 10] * 9 + [80, 100], [10, 10] * 9 + [100, 100])
    assert effective_articles(equal[:, 0]) == 20
    kish = (18 * 20 + 2 * 200) ** 2 / (18 * 20**2 + 2 * 200**2)
    assert effective_articles(unequal[:, 0]) == pytest.approx(kish, abs=0.1)
    ends = [ratio_ends(evidence(one), LEVEL) for one in (equal, unequal)]
    assert ends[1].high[0, F1] - ends[1].low[0, F1] > ends[0].high[0, F1] - ends[0].low[0, F1]


articles = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=10, max_size=25
).map(lambda rows: counts(*zip(*[(min(a, b, c), b, c) for a, b, c in rows], strict=True)))


@given(articles)
def test_ends_are_ratios_on_either_side_of_the_value(table: Numbers) -> None:
    one = evidence(table)
    found = ratio_ends(one, LEVEL)
    defined = ~np.isnan(one.value)
    assert (found.low[defined] >= 0).all()
    assert (found.low[defined] <= one.value[defined] + 1e-12).all()
    assert (one.value[defined] <= found.high[defined] + 1e-12).all()
    assert (found.high[defined] <= 1).all()
    assert one.right.sum(axis=0)[defined] == pytest.approx(ratios(table.sum(axis=0))[defined])


@given(articles, articles)
def test_the_other_way_round_a_difference_has_the_ends_exchanged(first: Numbers, second: Numbers) -> None:
    number = min(len(first), len(second))
    old, new = evidence(first[:number]), evidence(second[:number])
    there, back = difference_ends(old, new, LEVEL), difference_ends(new, old, LEVEL)
    assert there.low == pytest.approx(-back.high, nan_ok=True)
    assert there.high == pytest.approx(-back.low, nan_ok=True)


@given(articles)
def test_the_macro_average_of_one_class_is_the_class(table: Numbers) -> None:
    if table[..., 2].sum() == 0 or table[..., 1].sum() == 0:
        return
    one, average = evidence(table), macro_evidence(table, np.array([True]))
    assert average.value == pytest.approx(macro(table.sum(axis=0), np.array([True])))
    for column in (PRECISION, RECALL, F1):
        assert ratio_ends(average, LEVEL).low[column] == pytest.approx(ratio_ends(one, LEVEL).low[0, column])


@pytest.mark.parametrize("lengths", ["1+poisson", "lognormal", "pareto"])
@pytest.mark.parametrize(
    ("number", "truth"), [(12, 0.985), (20, 0.97), (40, 0.985), (100, 0.75), (100, 0.985)]
)
def test_intervals_hold_the_truth_where_percentiles_do_not(lengths: str, number: int, truth: float) -> None:
    """Of 400 corpora 92 % within 3.5 standard errors is 87 %; python tests/benchmarks/edges.py has more."""
    row = study(lengths, 0.1, number, truth, corpora=400)
    assert row.whole.inside > 0.92 - 0.0475
    assert row.whole.below < 0.04 + 0.035
    assert row.difference.inside > 0.92 - 0.0475
    assert row.difference.below < 0.04 + 0.035
    assert row.whole.inside >= row.percentile.inside
    if truth < 0.9:
        assert row.whole.width < 1.3 * row.percentile.width
    elif number < 100:
        assert row.percentile.inside < 0.92
