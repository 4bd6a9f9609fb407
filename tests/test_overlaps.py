"""Overlaps and their credit are those of plain loops and of another matching; order never matters."""

import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.overlaps import Credits, Pairs, one_to_one, overlapping, partial_credit, type_credit
from miyar.spantable import SpanTable

Row = tuple[int, int, int, int]
Key = tuple[int, int]

LABELS = 3
ROWS = st.builds(
    lambda article, start, length, label: (article, start, start + length, label),
    st.integers(0, 2),
    st.integers(0, 8),
    st.integers(1, 6),
    st.integers(0, LABELS - 1),
)
SIDES = st.lists(ROWS, max_size=14, unique=True)
EXTENTS = st.lists(ROWS.map(lambda row: (*row[:3], 0)), max_size=14, unique=True)
LABELLED_EXTENTS = st.lists(
    ROWS.map(lambda row: (*row[:3], (row[1] + row[2]) % LABELS)), max_size=14, unique=True
)
BROKEN = st.tuples(st.integers(0, 2), st.integers(-3, 8), st.integers(-3, 8), st.just(0))


def table(rows: Sequence[Row]) -> SpanTable:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return SpanTable(*columns)


def pairs_of(gold: Sequence[Row], predicted: Sequence[Row]) -> list[tuple[Row, Row]]:
    pairs = overlapping(table(gold), table(predicted))
    return [(gold[g], predicted[p]) for g, p in zip(pairs.gold, pairs.predicted, strict=True)]


def overlap(one: Row, other: Row) -> bool:
    return one[0] == other[0] and not set(range(*one[1:3])).isdisjoint(range(*other[1:3]))


def totals(credits_: Credits) -> dict[Key, float]:
    """Return the credit of each article and label that has any."""
    sums: dict[Key, float] = defaultdict(float)
    for article, label, credit in zip(*credits_, strict=True):
        sums[int(article), int(label)] += float(credit)
    return dict(sums)


def best_totals(
    gold: Iterable[Row],
    predicted: Iterable[Row],
    credit: Callable[[Row, Row], float],
) -> dict[Key, float]:
    """Return the largest total of each article and label over one-to-one pairs, by dense assignment."""
    from scipy.optimize import linear_sum_assignment

    sides = [defaultdict[Key, list[Row]](list) for _ in range(2)]
    for side, rows in zip(sides, (gold, predicted), strict=True):
        for row in rows:
            side[row[0], row[3]].append(row)
    best = {}
    for key in sides[0].keys() & sides[1].keys():
        weights = np.array([[credit(g, p) for p in sides[1][key]] for g in sides[0][key]])
        best[key] = float(weights[linear_sum_assignment(weights, maximize=True)].sum())
    return {key: total for key, total in best.items() if total}


def partial(one: Row, other: Row) -> float:
    return 1.0 if one[:3] == other[:3] else 0.5 * overlap(one, other)


@given(gold=SIDES, predicted=SIDES)
def test_pairs_are_those_of_plain_loops_each_once(gold: list[Row], predicted: list[Row]) -> None:
    expected = [(g, p) for g, p in product(gold, predicted) if overlap(g, p)]
    assert sorted(pairs_of(gold, predicted)) == sorted(expected)


@given(gold=st.lists(ROWS | BROKEN, max_size=14), predicted=st.lists(ROWS | BROKEN, max_size=14))
def test_broken_offsets_overlap_nothing(gold: list[Row], predicted: list[Row]) -> None:
    expected = [(g, p) for g, p in product(gold, predicted) if min(g[1], p[1]) >= 0 and overlap(g, p)]
    assert sorted(pairs_of(gold, predicted)) == sorted(expected)


@pytest.mark.parametrize(
    ("one", "other", "overlapping_"),
    [
        ((0, 0, 5, 0), (0, 5, 9, 0), False),  # they touch
        ((0, 0, 5, 0), (0, 4, 9, 0), True),
        ((0, 0, 9, 0), (0, 3, 5, 0), True),  # nested
        ((0, 3, 5, 0), (0, 3, 9, 0), True),
        ((0, 3, 5, 0), (1, 3, 5, 0), False),  # in two articles
        ((0, 0, 2**62, 0), (0, 2**62 - 1, 2**62, 0), True),  # no offset is too large
        ((2**31, 0, 2**62, 0), (2**31, 0, 1, 0), True),
    ],
)
def test_ranges_overlap_where_they_share_a_code_point(one: Row, other: Row, overlapping_: bool) -> None:
    assert bool(pairs_of([one], [other])) == overlapping_
    assert bool(pairs_of([other], [one])) == overlapping_


def test_a_very_long_span_costs_no_more_than_its_own_pairs() -> None:
    count = 3000
    words = [(0, 2 * place, 2 * place + 1, 0) for place in range(count)]
    gold, predicted = table([*words, (0, 0, 2 * count, 0)]), table([*words, (0, 0, 2 * count, 1)])
    tracemalloc.start()
    try:
        pairs = overlapping(gold, predicted)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # each word with itself and with the other side's long span, and the long spans with each other
    assert len(pairs) == 3 * count + 1
    # some columns of so many numbers, of 8 bytes; all combinations would be 72 MB
    assert peak < 40 * 8 * len(pairs)


@given(chosen=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))))
def test_one_to_one_chooses_as_many_pairs_as_can_be(chosen: set[tuple[int, int]]) -> None:
    from scipy.optimize import linear_sum_assignment

    edges = np.array(sorted(chosen), dtype=np.int64).reshape(-1, 2)
    pairs = Pairs(edges[:, 0], edges[:, 1])
    taken = pairs.where(one_to_one(pairs, 7, 7))
    assert len(set(taken.gold)) == len(set(taken.predicted)) == len(taken)
    present = np.zeros((7, 7))
    present[tuple(edges.T)] = 1
    assert len(taken) == present[linear_sum_assignment(present, maximize=True)].sum()


def test_a_first_choice_gives_way_where_two_pairs_can_be_made_of_it() -> None:
    # [0, 10) overlaps both predicted spans, [8, 12) the first alone: 2 pairs of ½
    gold, predicted = [(0, 0, 10, 0), (0, 8, 12, 0)], [(0, 2, 9, 0), (0, 0, 2, 0)]
    assert totals(partial_credit(table(gold), table(predicted))) == {(0, 0): 2 * 1 / 2}
    assert totals(type_credit(table(gold), table(predicted))) == {(0, 0): 2.0}


def test_equal_extents_earn_1_and_overlaps_a_half() -> None:
    gold = [(0, 0, 5, 0), (0, 6, 9, 0), (1, 0, 3, 0), (1, 10, 12, 0)]
    predicted = [(0, 0, 5, 0), (0, 5, 7, 0), (1, 3, 10, 0)]
    # article 0: [0, 5) is right, [5, 7) overlaps [6, 9); article 1: [3, 10) touches both and overlaps none
    assert totals(partial_credit(table(gold), table(predicted))) == {(0, 0): 1 + 1 / 2}


def test_type_credit_is_for_overlaps_with_equal_label_only() -> None:
    gold = [(0, 0, 5, 0), (0, 0, 5, 1), (0, 6, 9, 2)]
    predicted = [(0, 4, 7, 1), (0, 3, 4, 1), (0, 6, 9, 0)]
    # label 1 is overlapped twice and earns once; label 2 is overlapped by 0 and 1 alone
    assert totals(type_credit(table(gold), table(predicted))) == {(0, 1): 1.0}


@given(gold=EXTENTS, predicted=EXTENTS)
def test_partial_credit_is_the_largest_of_all_pairings(gold: list[Row], predicted: list[Row]) -> None:
    expected = best_totals(gold, predicted, partial)
    assert totals(partial_credit(table(gold), table(predicted))) == expected


@given(gold=SIDES, predicted=SIDES)
def test_type_credit_is_the_largest_of_all_pairings(gold: list[Row], predicted: list[Row]) -> None:
    expected = best_totals(gold, predicted, overlap)
    assert totals(type_credit(table(gold), table(predicted))) == expected


@pytest.mark.parametrize("credit", [partial_credit, type_credit])
@given(gold=LABELLED_EXTENTS, predicted=LABELLED_EXTENTS, random=st.randoms(use_true_random=False))
def test_neither_order_nor_sides_matter(
    credit: Callable[[SpanTable, SpanTable], Credits], gold: list[Row], predicted: list[Row], random: Random
) -> None:
    expected = totals(credit(table(gold), table(predicted)))
    assert totals(credit(table(predicted), table(gold))) == expected
    random.shuffle(gold)
    random.shuffle(predicted)
    assert totals(credit(table(gold), table(predicted))) == expected


@pytest.mark.parametrize("credit", [partial_credit, type_credit])
@given(gold=LABELLED_EXTENTS, predicted=LABELLED_EXTENTS)
def test_the_corpus_twice_earns_twice(
    credit: Callable[[SpanTable, SpanTable], Credits], gold: list[Row], predicted: list[Row]
) -> None:
    once = totals(credit(table(gold), table(predicted)))
    again = [[*rows, *((row[0] + 3, *row[1:]) for row in rows)] for rows in (gold, predicted)]
    twice = totals(credit(*(table(rows) for rows in again)))
    assert twice == once | {(article + 3, label): total for (article, label), total in once.items()}


@given(gold=EXTENTS, predicted=EXTENTS)
def test_partial_credit_lies_between_the_equal_extents_and_the_smaller_side(
    gold: list[Row], predicted: list[Row]
) -> None:
    earned = totals(partial_credit(table(gold), table(predicted)))
    for article in range(3):
        g, p = ({row for row in rows if row[0] == article} for rows in (gold, predicted))
        assert len(g & p) <= earned.get((article, 0), 0.0) <= min(len(g), len(p))


def test_nothing_earns_nothing() -> None:
    some, none = table([(0, 0, 5, 0)]), table([])
    for gold, predicted in product((some, none), repeat=2):
        expected = {(0, 0): 1.0} if gold is predicted is some else {}
        assert totals(partial_credit(gold, predicted)) == expected
        assert totals(type_credit(gold, predicted)) == expected
