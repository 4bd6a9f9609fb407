"""The measures of attributes: values of matched entities, and links to a knowledge base."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from miyar.matching import Cells, Rows, cells, tally
from miyar.scheme import Attribute, Scheme
from miyar.scoring.sides import LayerSpans, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import ABSENT, Column, Views, indices_in, with_others

LAYER = "attributes"


def attribute_tables(
    strict: Cells, sides: Sides, gold: Views, predicted: Views, scheme: Scheme
) -> Iterator[Table]:
    """Yield a table for each attribute of entities: links as sets, other values over matched entities."""
    entities = {label.code for label in scheme.entities}
    for attribute in scheme.attributes:
        if not entities & set(attribute.on):
            continue
        values = [views.attributes.get(attribute.code) for views in (gold, predicted)]
        both = _both_values(values, (sides.gold.entities, sides.predicted.entities))
        if attribute.is_link:
            yield _links(attribute, both, sides)
        else:
            yield _shares(attribute, both, strict, sides)


class _Values(NamedTuple):
    """The values of one side's entities as columns: the entity, and the index of the value."""

    owner: Column
    value: Column


def _both_values(values: list[pa.Array | None], layers: tuple[LayerSpans, LayerSpans]) -> tuple[_Values, ...]:
    """Return the values of both sides, an index meaning the same on both, in alphabetical order."""
    there = [column for column in values if column is not None]
    known = sorted(with_others((), pa.concat_arrays(there))) if there else ()
    found = []
    for column, layer in zip(values, layers, strict=True):
        none = pa.nulls(len(layer.members), pa.string())
        index = indices_in(none if column is None else column.take(pa.array(layer.members)), known)
        has = index != ABSENT
        found.append(_Values(layer.owners[has], index[has]))
    return tuple(found)


def _links(attribute: Attribute, both: tuple[_Values, ...], sides: Sides) -> Table:
    """Return the table of (start, end, link); the entity's label is not compared."""
    rows = []
    for side, values in zip((sides.gold, sides.predicted), both, strict=True):
        spans = side.entities.spans
        article, start, end = (column[values.owner] for column in (spans.article, spans.start, spans.end))
        rows.append(Rows(article, np.zeros_like(article), (start, end, values.value)))
    return set_table(LAYER, attribute.code, cells(*rows), sides.articles)


def _shares(attribute: Attribute, both: tuple[_Values, ...], strict: Cells, sides: Sides) -> Table:
    """Return the share of equal values among strictly matched entities whose gold has one, by label too."""
    matched = strict.where(strict.gold & strict.predicted)
    gold, predicted = (
        _first_value(values, len(side.entities.spans))
        for side, values in zip((sides.gold, sides.predicted), both, strict=True)
    )
    ours, theirs = gold[matched.gold_row], predicted[matched.predicted_row]
    has, equal = ours != ABSENT, (ours != ABSENT) & (ours == theirs)
    width = len(sides.inventory.entities) + 1
    total, right = (
        tally(matched.article[which], matched.label[which], sides.articles, width) for which in (has, equal)
    )
    by_label = np.stack([right, total, total, right], axis=-1)
    micro = by_label.sum(axis=1, keepdims=True)
    used = np.flatnonzero(by_label[..., 1].any(axis=0))
    labels = tuple(sides.inventory.entities[index] for index in used)
    return Table(LAYER, attribute.code, np.concatenate([micro, by_label[:, used]], axis=1), labels, "shares")


def _first_value(values: _Values, entities: int) -> Column:
    """Return each entity's value, the first in alphabetical order if a map made several entities one."""
    first = np.full(entities, ABSENT)
    order = np.argsort(-values.value, kind="stable")
    first[values.owner[order]] = values.value[order]
    return first
