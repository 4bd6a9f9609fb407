"""The measures of attributes: values of matched entities, and links to a knowledge base."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from miyar.matching import Cells, Rows, cells, tally
from miyar.scheme import Attribute, Scheme
from miyar.scoring.sides import LayerSpans, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import ABSENT, Column, Views, indices_in, with_others

LAYER = "attributes"
LINK_TYPES = frozenset({"wikidata"})


def attribute_tables(
    strict: Cells, sides: Sides, gold: Views, predicted: Views, scheme: Scheme
) -> Iterator[Table]:
    """Yield a table for each attribute of entities: links as sets, other values over matched entities."""
    entities = {label.code for label in scheme.entities}
    for attribute in scheme.attributes:
        if not entities & set(attribute.on):
            continue
        values = [views.attributes.get(attribute.code) for views in (gold, predicted)]
        columns = _indices(values, (sides.gold.entities, sides.predicted.entities))
        if set(attribute.on.values()) <= LINK_TYPES:
            yield _links(attribute, columns, sides)
        else:
            yield _values(attribute, columns, strict, sides)


def _indices(values: list[pa.Array | None], layers: tuple[LayerSpans, LayerSpans]) -> tuple[Column, Column]:
    """Return each entity's value as an index that means the same on both sides, ABSENT where it has none."""
    there = [column for column in values if column is not None]
    known = with_others((), pa.concat_arrays(there)) if there else ()
    gold, predicted = (
        np.full(len(layer.rows), ABSENT) if column is None else indices_in(column, known)[layer.rows]
        for column, layer in zip(values, layers, strict=True)
    )
    return gold, predicted


def _links(attribute: Attribute, columns: tuple[Column, Column], sides: Sides) -> Table:
    """Return the table of (start, end, link); the entity's label is not compared."""
    rows = [
        Rows(
            spans.article[has],
            np.zeros_like(spans.label[has]),
            (spans.start[has], spans.end[has], value[has]),
        )
        for spans, value in zip(
            (sides.gold.entities.spans, sides.predicted.entities.spans), columns, strict=True
        )
        for has in (value != ABSENT,)
    ]
    return set_table(LAYER, attribute.code, cells(*rows), sides.articles)


def _values(attribute: Attribute, columns: tuple[Column, Column], strict: Cells, sides: Sides) -> Table:
    """Return the share of equal values among strictly matched entities whose gold has one, by label too."""
    matched = strict.where(strict.gold & strict.predicted)
    gold, predicted = columns[0][matched.gold_row], columns[1][matched.predicted_row]
    has, equal = gold != ABSENT, (gold != ABSENT) & (gold == predicted)
    width = len(sides.inventory.entities) + 1
    total, right = (
        tally(matched.article[which], matched.label[which], sides.articles, width) for which in (has, equal)
    )
    by_label = np.stack([right, total, total, right], axis=-1)
    micro = by_label.sum(axis=1, keepdims=True)
    used = np.flatnonzero(by_label[..., 1].any(axis=0))
    labels = tuple(sides.inventory.entities[index] for index in used)
    return Table(LAYER, attribute.code, np.concatenate([micro, by_label[:, used]], axis=1), labels, "shares")
