"""What a gate says exactly at a limit, and where there is no number to hold against one."""

from dataclasses import replace

import numpy as np
import pytest

from judging import compared, counts_of
from miyar.comparison import Difference, Gate, State, SystemVerdict, judge
from miyar.comparison.counts import Stack
from miyar.comparison.rules import Floor, NonInferiority, On, Subject, TradeOff
from miyar.scoring import Bounds

STRICT = Subject("entities.strict", "micro")
TRIGGERS = Subject("triggers.trig_c", "micro")


def bounds(one: Difference) -> Bounds:
    assert one.bounds is not None
    return one.bounds


def verdict_of(gate: Gate, counts: Stack) -> SystemVerdict:
    made = replace(counts_of(len(counts.counts[0]), PERS=(0.8, 0.8)), stacks=(counts,))
    return judge(gate, compared(made)).systems[0]


def test_a_loss_has_to_be_less_than_the_margin() -> None:
    comparison = compared(counts_of(40, PERS=(0.8, 0.78)))
    low = bounds(comparison.systems[0].layers["entities"]["strict"].micro).low
    for margin, state in ((-low, State.FAILED), (-low + 1e-9, State.PASSED)):
        verdict = judge(Gate((NonInferiority("all", STRICT, margin),)), comparison)
        assert verdict.systems[0].rules[0].state is state


@pytest.mark.parametrize(
    ("more_margin", "less_gain", "state"),
    [(1e-9, 1e-9, State.EXCUSED), (0, 1e-9, State.FAILED), (1e-9, 0, State.FAILED)],
)
def test_a_trade_off_asks_for_less_than_its_margin_and_more_than_its_gain(
    more_margin: float, less_gain: float, state: State
) -> None:
    comparison = compared(counts_of(40, PERS=(0.8, 0.7), ATTACK=(0.5, 0.8)))
    layers = comparison.systems[0].layers
    loss, gain = bounds(layers["entities"]["strict"].micro), bounds(layers["triggers"]["trig_c"].micro)
    margin, gained = -loss.low + more_margin, gain.low - less_gain
    rule = NonInferiority("all", STRICT, 0.0)
    trade_off = TradeOff("more attacks", ("all",), STRICT, margin, TRIGGERS, gained)
    assert judge(Gate((rule,), (trade_off,)), comparison).systems[0].rules[0].state is state


@pytest.mark.parametrize("on", On)
def test_what_has_no_f1_does_not_reach_a_floor_and_the_gate_says_why(on: On) -> None:
    """The system has no date right, so that there is no date of which its value could be right."""
    counts = np.zeros((2, 12, 1, 4))
    counts[0] = [3, 4, 4, 3]
    verdict = verdict_of(
        Gate((Floor("values", Subject("attributes.value", "micro"), 0.0, on),)),
        Stack("attributes", "value", counts, kind="shares"),
    )
    [row] = verdict.rules[0].judgements
    assert (row.state, row.why, row.f1) == (State.UNDECIDED, "F1 is not defined", None)
    assert not verdict.passed


def test_a_floor_on_the_interval_is_held_against_that_of_f1_and_no_other_ratio() -> None:
    counts = np.zeros((2, 12, 1, 4))
    counts[:] = [8, 20, 10, 8]
    counts[:, ::2, :, [0, 3]] = 6
    stack = Stack("entities", "strict", counts)
    verdict = verdict_of(Gate((Floor("all", STRICT, 0.5, On.INTERVAL),)), stack)
    [row] = verdict.rules[0].judgements
    assert row.difference is not None
    assert row.difference.system.interval is not None
    found = row.difference.system.interval.bounds
    assert row.bounds == found["f1"]
    assert found["precision"].high < found["f1"].low < found["f1"].high < found["recall"].low


def test_a_floor_on_the_interval_is_undecided_where_none_was_asked_for() -> None:
    gate = Gate((Floor("all", STRICT, 0.5, On.INTERVAL),))
    comparison = compared(counts_of(40, PERS=(0.8, 0.8)), samples=0)
    [row] = judge(gate, comparison).systems[0].rules[0].judgements
    assert (row.state, row.why) == (State.UNDECIDED, "no intervals were asked for")


LABELS_HOLD = Gate((NonInferiority("labels", Subject("entities.strict", ("PERS",)), 0.5),))


@pytest.mark.parametrize(("high", "lost"), [(0.0, []), (-1e-9, ["micro"])])
def test_an_interval_that_reaches_no_difference_is_no_loss(high: float, lost: list[str]) -> None:
    comparison = compared(counts_of(40, PERS=(0.8, 0.7)))
    [system] = comparison.systems
    strict = system.layers["entities"]["strict"]
    assert strict.micro.interval is not None
    interval = replace(strict.micro.interval, bounds={"f1": Bounds(-0.2, high)})
    measures = {"strict": replace(strict, micro=replace(strict.micro, interval=interval))}
    changed = replace(comparison, systems=(replace(system, layers={"entities": measures}),))
    assert [one.row for one in judge(LABELS_HOLD, changed).systems[0].losses] == lost


def test_a_flood_that_leaves_micro_as_it_was_is_no_loss() -> None:
    """Twelve predictions of GPE, which has no gold, take the place of as many wrong ones of PERS."""
    counts = np.zeros((2, 12, 3, 4))
    counts[:, :, 1] = [8, 20, 10, 8]
    counts[1, :, 1, 1], counts[1, :, 2, 1] = 8, 12
    counts[:, :, 0] = counts[:, :, 1:].sum(axis=2)
    verdict = verdict_of(LABELS_HOLD, Stack("entities", "strict", counts, ("PERS", "GPE")))
    assert verdict.compared.layers["entities"]["strict"].micro.f1 == 0
    assert verdict.losses == ()


def test_a_flood_has_the_labels_without_gold_of_which_more_is_predicted() -> None:
    counts = np.zeros((2, 12, 4, 4))
    counts[:, :, 1] = [8, 10, 10, 8]
    counts[:, :, 2:, 1] = 5
    counts[1, :, 1:3, 1] = 30
    counts[:, :, 0] = counts[:, :, 1:].sum(axis=2)
    verdict = verdict_of(LABELS_HOLD, Stack("entities", "strict", counts, ("PERS", "GPE", "WEAPON")))
    assert [(one.row, one.flood) for one in verdict.losses] == [("micro", {"GPE": 12 * 30})]
