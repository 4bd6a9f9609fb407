"""The counts of several systems on one gold, a table per measure: what every difference is made from."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from miyar.comparison.changes import Changes, Found, span_changes
from miyar.comparison.model import System
from miyar.predictions import Predictions
from miyar.resampling import GOLD, Numbers
from miyar.scheme import Scheme
from miyar.scoring import CHARGED, Choices, Table, count
from miyar.scoring.measures import measure
from miyar.scoring.record import check_all_with_seqeval
from miyar.scoring.table import Kind
from miyar.spantable import Mask, Views

SLICES = "slices"
NOT_THE_SAME = "each system has slices of its own"
MICRO = 0
BASELINE = 0


class Rows(NamedTuple):
    """The names by which rows of a measure can be meant: averages, all of a family, single classes."""

    averages: tuple[str, ...]
    family: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """One measure of all systems: counts of shape (systems, articles, 1 + classes, 4), the baseline first.

    The first class is micro.
    """

    layer: str
    name: str
    counts: Numbers
    classes: tuple[str, ...] = ()
    kind: Kind = "labels"
    signed: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Return a name such as "entities.strict"."""
        return f"{self.layer}.{self.name}"

    @property
    def family(self) -> str:
        """Return what the classes are: labels, roles, classes, or slices."""
        if self.layer == SLICES:
            return SLICES
        return "labels" if self.kind == "shares" else self.kind

    @property
    def has_macro(self) -> bool:
        """Return whether a mean over the classes means something."""
        return self.table(BASELINE).has_macro

    @property
    def same_gold(self) -> bool:
        """Return whether all systems are held against the same gold in every class and article."""
        gold = self.counts[..., GOLD]
        return bool((gold == gold[BASELINE]).all())

    def table(self, system: int) -> Table:
        """Return the table of one system."""
        return Table(self.layer, self.name, self.counts[system], self.classes, self.kind)

    def supported(self, *systems: int) -> Mask:
        """Return which classes a macro average of all these systems is over, of shape (1 + classes,).

        They are those with gold for each of them: only conditional measures have other gold for each system.
        """
        has: Mask = (self.counts[list(systems), ..., GOLD].sum(axis=1) > 0).all(axis=0)
        has[MICRO] = False
        return has & self.has_macro


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The measures of all systems on one gold, the baseline first; articles are in the order of their ids.

    `signed` has for each system what its signatures name, `changes` for each but the baseline what became
    of its spans, `inventory` the labels that shares may have. `seqeval_seconds` is what holding the counts
    against seqeval's took.
    """

    corpus: str
    systems: tuple[System, ...]
    stacks: tuple[Stack, ...]
    signed: tuple[Mapping[str, str], ...]
    changes: tuple[Changes, ...] = ()
    inventory: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    seqeval_seconds: float = 0.0

    @property
    def articles(self) -> int:
        """Return how many articles there are."""
        return self.stacks[0].counts.shape[1]

    @property
    def rows(self) -> Mapping[str, Rows]:
        """Return for each measure, such as "entities.strict", the rows that can be named.

        Labels are those of the inventory, whether they have gold or not; CHARGED is none.
        """
        return {stack.full_name: self._rows(stack) for stack in self.stacks}

    def _rows(self, stack: Stack) -> Rows:
        averages = ("micro", "macro") if stack.has_macro else ("micro",)
        classes = self.inventory if stack.kind == "shares" else stack.classes
        named = tuple(code for code in classes if code != CHARGED)
        return Rows(averages, stack.family, named)


def count_systems(
    gold: Views,
    predictions: Sequence[Predictions],
    scheme: Scheme,
    choices: Choices,
    training: Views | None = None,
) -> Counts:
    """Return the counts of all systems, the baseline first, each held against seqeval's.

    `training` has the annotations that all systems learnt from, for slices of what they have seen.
    Raises ValueError for fewer than two systems, and RuntimeError where seqeval's numbers differ: a bug.
    """
    if len(predictions) < 2:
        raise ValueError(f"a comparison needs a baseline and a system: {len(predictions)} given")
    counted = [count(gold, one, scheme, choices, training) for one in predictions]
    started = time.perf_counter()
    for one in counted:
        check_all_with_seqeval((table, measure(table, None, "", choices.level)) for table in one.tables)
    seconds = time.perf_counter() - started
    found = [Found(one.sides.predicted, read.views) for one, read in zip(counted, predictions, strict=True)]
    tables = [{(table.layer, table.name): table for table in one.tables} for one in counted]
    stacks = [stacked([one[key] for one in tables]) for key in tables[BASELINE]]
    unlike = {
        stack.full_name: NOT_THE_SAME for stack in stacks if stack.layer == SLICES and not stack.same_gold
    }
    return Counts(
        gold.name,
        tuple(System(one.views.name, one.counts, one.seen) for one in predictions),
        tuple(stack for stack in stacks if stack.full_name not in unlike),
        tuple(one.signed for one in counted),
        tuple(span_changes(gold, counted[BASELINE].sides, found[BASELINE], system) for system in found[1:]),
        counted[BASELINE].sides.inventory.entities,
        {**counted[BASELINE].left_out, **unlike},
        seconds,
    )


def stacked(tables: Sequence[Table]) -> Stack:
    """Return one measure of several systems, with the classes that any of them has, CHARGED last."""
    found = dict.fromkeys(code for table in tables for code in table.classes)
    classes = tuple(sorted(found, key=lambda code: code == CHARGED))  # stable
    first = tables[BASELINE]
    counts = np.zeros((len(tables), len(first.counts), 1 + len(classes), first.counts.shape[-1]))
    for system, table in enumerate(tables):
        places = [MICRO, *(1 + classes.index(code) for code in table.classes)]
        counts[system][:, places] = table.counts
    return Stack(first.layer, first.name, counts, classes, first.kind, first.signed)
