"""The import's bookkeeping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.labelstudio.results.ledger import FATES, KINDS, Entry, Fate, Kind, Ledger

BOOKINGS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(FATES), st.integers(1, 5)))


def booked(bookings: list[tuple[Kind, Fate, int]]) -> Ledger:
    ledger = Ledger()
    for kind, fate, count in bookings:
        ledger.receive(kind, count)
        ledger.settle(kind, fate, count)
    return ledger


def test_an_empty_ledger_has_a_balanced_line_for_every_kind() -> None:
    entries = list(Ledger().entries())
    assert [entry.kind for entry in entries] == list(KINDS)
    assert all(entry.balanced and entry.came_in == 0 and set(entry.fates) == set(FATES) for entry in entries)


@pytest.mark.parametrize(("came_in", "out"), [(2, 1), (1, 2), (1, 0), (0, 1)])
def test_a_line_that_does_not_balance_is_a_bug_and_named(came_in: int, out: int) -> None:
    ledger = Ledger()
    ledger.receive("triggers", came_in)
    ledger.settle("triggers", "out", out)
    with pytest.raises(RuntimeError, match="triggers"):
        list(ledger.entries())


def test_one_kind_does_not_make_up_for_another() -> None:
    ledger = Ledger()
    ledger.receive("entities")
    ledger.settle("triggers", "out")
    with pytest.raises(RuntimeError, match="lost"):
        list(ledger.entries())


@pytest.mark.parametrize(("fates", "balanced"), [({"out": 2, "collapsed": 1}, True), ({"out": 2}, False)])
def test_an_entry_is_balanced_when_its_fates_sum_up(fates: dict[Fate, int], balanced: bool) -> None:
    assert Entry("entities", 3, fates).balanced is balanced


@given(BOOKINGS)
def test_what_is_booked_is_what_the_lines_say(bookings: list[tuple[Kind, Fate, int]]) -> None:
    for entry in booked(bookings).entries():
        own = [(fate, count) for kind, fate, count in bookings if kind == entry.kind]
        assert entry.came_in == sum(count for _, count in own)
        assert all(entry.fates[f] == sum(count for fate, count in own if fate == f) for f in FATES)


@given(BOOKINGS, BOOKINGS)
def test_adding_ledgers_is_booking_both(
    first: list[tuple[Kind, Fate, int]], second: list[tuple[Kind, Fate, int]]
) -> None:
    ledger = booked(first)
    ledger.add(booked(second))
    assert list(ledger.entries()) == list(booked(first + second).entries())
