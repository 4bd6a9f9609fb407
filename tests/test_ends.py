"""Ends of intervals that need no resamples: near 0 and 100 %, of few and of unequal articles."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, log, nan, sqrt
from typing import NamedTuple

import numpy as np
import pytest
from edges import study
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

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
    number = (18 * 20 + 2 * 200) ** 2 / (18 * 20**2 + 2 * 200**2)
    assert effective_articles(unequal[:, 0]) == pytest.approx(number, abs=0.1)
    assert (
        effective_articles(counts([0] * 4, [1] * 4, [3, 1, 0, 0])[:, 0]) == 2.9
    )  # 8²/22, sizes of 4, 2, 1, 1
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


class Plain(NamedTuple):
    """What articles add to one ratio, as Evidence has it, in plain numbers."""

    size: Sequence[float]
    right: Sequence[float]
    value: float

    def pull(self, value: float) -> list[float]:
        return quiet(right - value * size for size, right in zip(self.size, self.right, strict=True))


def quiet(numbers: Iterable[float]) -> list[float]:
    """Return them without what rounding leaves of nothing."""
    return [one if abs(one) > 1e-13 else 0.0 for one in numbers]


def plain(table: Numbers, ratio: int) -> Plain:
    rows = [
        {PRECISION: (tp, predicted), RECALL: (found, gold), F1: (tp + found, predicted + gold)}[ratio]
        for tp, predicted, gold, found in table[:, 0].tolist()
    ]
    whole = sum(below for _, below in rows)
    size, right = ([row[column] / whole if whole else 0.0 for row in rows] for column in (1, 0))
    return Plain(size, right, sum(right) if whole else nan)


def kish(part: Sequence[float]) -> float:
    return sum(part) ** 2 / sum(one**2 for one in part) if any(part) else 0.0


def student(pull: Sequence[float], size: Sequence[float], number: int) -> float:
    squares = sum(one**2 for one in pull)
    kurtosis = number * sum(one**4 for one in pull) / squares**2 if squares else nan
    freedom = 2 * number / max(kurtosis - 1, 0.5) if squares else np.inf
    return float(stdtrit(max(min(freedom, kish(size) - 1), 1), (1 + LEVEL) / 2))


def weight(part: Sequence[float], number: int) -> float:
    """Return the share of the article that is added: half a mean one, less the more show what it shows."""
    return 0.5 / (1 + kish(part) / 7) / number


def error(pulls: Sequence[float], own: float, added: float, number: int) -> float:
    return sqrt((sum(one**2 for one in pulls) + own**2) * (number + 1) / number) / (1 + added)


def plain_ends(one: Plain) -> Iterator[float]:
    """Yield both ends of a ratio: on the logit scale, with an article all wrong, then one all right."""
    number = max(sum(size > 0 for size in one.size), 1)
    wrong = [size - right for size, right in zip(one.size, one.right, strict=True)]
    for side, extreme, part in ((-1, 0.0, wrong), (1, 1.0, one.right)):
        added = weight(part, number)
        value = (one.value + extreme * added) / (1 + added)
        if not 0 < value < 1:
            yield value
            continue
        deviation = error(one.pull(value), (extreme - value) * added, added, number)
        reach = student(one.pull(one.value), one.size, number) * deviation / (value * (1 - value))
        yield 1 / (1 + exp(-(log(value / (1 - value)) + side * reach)))


def plain_ends_of_difference(old: Plain, new: Plain) -> Iterator[float]:
    """Yield both ends of new - old: with an article that speaks for the one, then for the other."""
    size = [(a + b) / 2 for a, b in zip(old.size, new.size, strict=True)]
    number = max(sum(one > 0 for one in size), 1)
    pull = quiet(b - a for a, b in zip(old.pull(old.value), new.pull(new.value), strict=True))
    part = [abs(one) + abs(new.value - old.value) * of for one, of in zip(pull, size, strict=True)]
    products = sum(one * of for one, of in zip(part, size, strict=True))
    share = sqrt(min(sum(one**2 for one in part) / products, 1)) if products else 1.0
    added, best = weight(part, number), [min(1, one.value + share / 2) for one in (old, new)]
    new_worst, old_worst = (max(0, one - share) for one in best)
    for side, extremes in ((-1, (best[0], new_worst)), (1, (old_worst, best[1]))):
        values = [(one.value + e * added) / (1 + added) for one, e in zip((old, new), extremes, strict=True)]
        pulls = [one.pull(value) for one, value in zip((old, new), values, strict=True)]
        own = [(extreme - value) * added for extreme, value in zip(extremes, values, strict=True)]
        apart = [b - a for a, b in zip(*pulls, strict=True)]
        reach = student(pull, size, number) * error(apart, own[1] - own[0], added, number)
        yield min(max(values[1] - values[0] + side * reach, -1), 1)


@given(articles)
def test_ends_of_ratios_are_those_of_plain_numbers(table: Numbers) -> None:
    found = ratio_ends(evidence(table), LEVEL)
    for ratio in (PRECISION, RECALL, F1):
        one = plain(table, ratio)
        expected = [nan, nan] if np.isnan(one.value) else [*plain_ends(one)]
        assert [found.low[0, ratio], found.high[0, ratio]] == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(articles, articles)
def test_ends_of_differences_are_those_of_plain_numbers(first: Numbers, second: Numbers) -> None:
    number = min(len(first), len(second))
    tables = first[:number], second[:number]
    found = difference_ends(evidence(tables[0]), evidence(tables[1]), LEVEL)
    for ratio in (PRECISION, RECALL, F1):
        old, new = (plain(table, ratio) for table in tables)
        if not np.isnan([old.value, new.value]).any():
            expected = [*plain_ends_of_difference(old, new)]
            assert [found.low[0, ratio], found.high[0, ratio]] == pytest.approx(expected, abs=1e-9)


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
