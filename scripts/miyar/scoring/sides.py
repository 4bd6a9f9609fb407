"""Gold and predictions in the inventory that is scored: mapped, collapsed, what matches nothing set apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from miyar.predictions import SCHEME, Predictions
from miyar.scheme import Inventory, Scheme
from miyar.spantable import ABSENT, ArgumentTable, Column, Mask, SpanTable, Views, first_of_same

CHARGED = "?"
DROPPED = -2


@dataclass(frozen=True, slots=True)
class LayerSpans:
    """The distinct spans of one layer; labels are indices of the layer's codes, the next one is CHARGED.

    `rows` are their rows in the views. `inside` says which are ranges in their text that may match
    something. A map may make several spans of the views one: `members` has all their rows, `owners` the span
    here that each belongs to.
    """

    spans: SpanTable
    rows: Column
    inside: Mask
    members: Column
    owners: Column

    def as_given(self, views: Views) -> SpanTable:
        """Return the spans with the offsets that they have in the views, those of charged labels too."""
        start, end = views.spans.start[self.rows], views.spans.end[self.rows]
        return SpanTable(self.spans.article, start, end, self.spans.label)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; arguments name their ends by rows of `triggers` and `entities`.

    An end is ABSENT where the argument can match nothing. `dropped` counts what the map left out.
    """

    entities: LayerSpans
    triggers: LayerSpans
    arguments: ArgumentTable
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides in one inventory, and the number of articles."""

    gold: Side
    predicted: Side
    inventory: Inventory
    articles: int


def sides(gold: Views, predictions: Predictions, inventory: Inventory, scheme: Scheme) -> Sides:
    """Return both sides; gold is mapped, predictions are unless they are in the map's inventory already."""
    known = frozenset(label.code for label in scheme.labels)
    mapped = predictions.inventory != SCHEME
    return Sides(
        _side(gold, inventory, known, apart=-1),
        _side(predictions.views, inventory, frozenset() if mapped else known, apart=-2),
        inventory,
        len(gold.articles),
    )


def _side(views: Views, inventory: Inventory, known: frozenset[str], apart: int) -> Side:
    """Return the views in the inventory: `known` codes are mapped or dropped, others are in it or charged.

    What matches nothing goes to places of its own, from `apart` on in steps of two.
    """
    label = _targets(views, inventory, known)[views.spans.label]
    charged = label == len(inventory.codes)
    spans = _set_apart(
        SpanTable(views.spans.article, views.spans.start, views.spans.end, label), charged, apart
    )
    kept = label != DROPPED
    alone = np.where(kept, ABSENT, np.arange(len(label)))
    same = first_of_same(spans.article, spans.start, spans.end, spans.label, alone)
    stays = kept & (same == np.arange(len(same)))
    is_trigger = ~charged & (label >= len(inventory.entities))
    arguments = views.arguments
    ends = (
        _places(stays & is_trigger, same, kept)[arguments.trigger],
        _places(stays & ~is_trigger, same, kept)[arguments.entity],
    )
    lost = (ends[0] == DROPPED) | (ends[1] == DROPPED)
    inside = views.inside & ~charged
    return Side(
        _layer(spans, kept & ~is_trigger, same, inside, np.where(charged, len(inventory.entities), label)),
        _layer(spans, kept & is_trigger, same, inside, label - len(inventory.entities)),
        ArgumentTable(arguments.article, *ends, arguments.role).where(~lost),
        _counted(spans=(~kept).sum(), collapsed=(kept & ~stays).sum(), arguments=lost.sum()),
    )


def _layer(spans: SpanTable, mine: Mask, same: Column, inside: Mask, label: Column) -> LayerSpans:
    """Return the layer of the spans that are `mine`, one for all that are the same."""
    chosen = mine & (same == np.arange(len(same)))
    table = SpanTable(spans.article, spans.start, spans.end, label).where(chosen)
    members = np.flatnonzero(mine)
    owners = (np.cumsum(chosen) - 1)[same[members]]
    return LayerSpans(table, np.flatnonzero(chosen), inside[chosen], members, owners)


def _places(chosen: Mask, same: Column, kept: Mask) -> Column:
    """Return for each span its row among the chosen ones, or ABSENT, or DROPPED; the last is for ABSENT."""
    return np.append(np.where(kept, np.where(chosen, np.cumsum(chosen) - 1, ABSENT)[same], DROPPED), ABSENT)


def _targets(views: Views, inventory: Inventory, known: frozenset[str]) -> Column:
    """Return for each code of the views its index in the inventory, or DROPPED; the last is for ABSENT."""
    place = {code: index for index, code in enumerate(inventory.codes)}
    charged = len(place)

    def target(code: str) -> int:
        if code in known:
            return place[inventory.targets[code]] if code in inventory.targets else DROPPED
        return place.get(code, charged)

    return np.array([*map(target, views.codes), charged], dtype=np.int64)


def _set_apart(spans: SpanTable, charged: Mask, apart: int) -> SpanTable:
    """Return the spans, those that nothing may match each moved to a place of its own outside every text.

    These are spans with an unknown label, even where the gold has their extent, and spans without
    readable offsets, of which no two are known to be the same.
    """
    alone = charged | (spans.start < 0) | (spans.end < 0)
    start = np.where(alone, apart - 2 * np.arange(len(spans)), spans.start)
    return SpanTable(spans.article, start, spans.end, spans.label)


def _counted(**numbers: np.int64) -> dict[str, int]:
    return {name: int(number) for name, number in numbers.items() if number}
