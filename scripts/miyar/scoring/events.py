"""The measures of events: triggers (Trig-I, Trig-C) and arguments (Arg-I, Arg-C, attached, conditional)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from miyar.matching import Cells, Rows, cells, span_rows
from miyar.scoring.sides import CHARGED, Side, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import ABSENT, Column, Mask

TRIGGERS, ARGUMENTS = "triggers", "arguments"


class ArgumentMeasure(NamedTuple):
    """What has to be equal besides the event label and the entity's extent, and which arguments count."""

    name: str
    role: bool
    attached: bool
    conditional: bool


ARGUMENT_MEASURES = tuple(
    ArgumentMeasure(
        f"{name}{'_attached' if attached else ''}{'_conditional' if conditional else ''}",
        role,
        attached,
        conditional,
    )
    for conditional in (False, True)
    for attached in (False, True)
    for name, role in (("arg_i", False), ("arg_c", True))
)


def event_tables(sides: Sides) -> Iterator[Table]:
    """Yield the tables of triggers and arguments, as far as the inventory has them."""
    if not sides.inventory.triggers:
        return
    both = (sides.gold.triggers.spans, sides.predicted.triggers.spans)
    extents = cells(*(Rows(one.article, np.zeros_like(one.label), (one.start, one.end)) for one in both))
    typed = cells(*map(span_rows, both))
    yield set_table(TRIGGERS, "trig_i", extents, sides.articles)
    yield set_table(TRIGGERS, "trig_c", typed, sides.articles, sides.inventory.triggers)
    if sides.inventory.roles:
        for measure in ARGUMENT_MEASURES:
            yield _argument_table(measure, sides, typed)


def _argument_table(measure: ArgumentMeasure, sides: Sides, triggers: Cells) -> Table:
    right = triggers.where(triggers.gold & triggers.predicted)
    rows = [
        _rows(
            one,
            measure,
            len(sides.inventory.roles),
            _under(one, correct) if measure.conditional else None,
            apart,
        )
        for one, correct, apart in (
            (sides.gold, right.gold_row, -1),
            (sides.predicted, right.predicted_row, -2),
        )
    ]
    roles = (*sides.inventory.roles, CHARGED) if measure.role else ()
    return set_table(ARGUMENTS, measure.name, cells(*rows), sides.articles, roles, "roles")


def _under(one: Side, correct: Column) -> Mask:
    """Return which arguments have a trigger that is Trig-C correct."""
    is_correct = np.zeros(len(one.triggers.spans) + 1, dtype=bool)
    is_correct[correct] = True
    return is_correct[one.arguments.trigger]


def _rows(one: Side, measure: ArgumentMeasure, roles: int, kept: Mask | None, apart: int) -> Rows:
    """Return arguments as the tuples that are compared; one without ends, set `apart`, is like no other.

    The tuple is (event label, start and end of the entity), attached with the trigger's start and end. The
    role is the label, `roles` standing for an unknown one; measures without it have the label 0.
    """
    arguments = one.arguments if kept is None else one.arguments.where(kept)
    trigger, entity = arguments.trigger, arguments.entity
    event, first, last = (
        np.append(column, ABSENT)
        for column in (one.triggers.spans.label, one.triggers.spans.start, one.triggers.spans.end)
    )
    start, end = (np.append(column, ABSENT) for column in (one.entities.spans.start, one.entities.spans.end))
    keys = [event[trigger], start[entity], end[entity]]
    keys += [first[trigger], last[trigger]] if measure.attached else []
    loose = (trigger == ABSENT) | (entity == ABSENT)
    keys.append(np.where(loose, apart - 2 * np.arange(len(arguments)), 0))
    role = np.where(arguments.role == ABSENT, roles, arguments.role)
    return Rows(arguments.article, role if measure.role else np.zeros_like(role), tuple(keys))
