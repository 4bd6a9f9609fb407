"""The measures of entities: strict, untyped, partial, type, and by nesting."""

from collections.abc import Iterator

import numpy as np

from miyar.matching import Cells, Numbers, Rows, cells, span_rows, tally
from miyar.overlaps import Credits, partial_credit, type_credit
from miyar.scoring.nesting import INNER, NESTING, OUTER, nesting
from miyar.scoring.sides import CHARGED, LayerSpans, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import Column, Mask, SpanTable

LAYER = "entities"


def entity_tables(sides: Sides, strict: Cells) -> Iterator[Table]:
    """Yield the tables of the entities, given their cells."""
    labels = (*sides.inventory.entities, CHARGED)
    untyped = _extent_cells(sides)
    yield set_table(LAYER, "strict", strict, sides.articles, labels)
    yield set_table(LAYER, "untyped", untyped, sides.articles)
    yield _partial(untyped, sides)
    yield _type(strict, sides)
    yield nesting_table(strict, sides)


def entity_cells(sides: Sides) -> Cells:
    """Return the entities of both sides, the same where start, end and label are."""
    return cells(span_rows(sides.gold.entities.spans), span_rows(sides.predicted.entities.spans))


def nesting_table(strict: Cells, sides: Sides) -> Table:
    """Return the strict matches by nesting: nested (outer and inner), outer, inner, flat."""
    gold, predicted = (nesting(one.entities) for one in (sides.gold, sides.predicted))
    by_class = class_counts(strict, sides, len(NESTING), gold, predicted)
    micro, nested = (by_class[:, which].sum(axis=1, keepdims=True) for which in (slice(None), [OUTER, INNER]))
    counts = np.concatenate([micro, nested, by_class], axis=1)
    return Table(LAYER, "nesting", counts, ("nested", *NESTING), "classes")


def class_counts(strict: Cells, sides: Sides, classes: int, gold: Column, predicted: Column) -> Numbers:
    """Return the strict matches by classes that each side's entities are put in: (articles, classes, 4).

    `gold` and `predicted` have a class for each entity of their side: recall goes by the gold's class,
    precision by the prediction's.
    """

    def counted(which: Mask, side: Column, row: Column) -> Numbers:
        return tally(strict.article[which], side[row[which]], sides.articles, classes)

    both = strict.gold & strict.predicted
    columns = [
        counted(both, predicted, strict.predicted_row),
        counted(strict.predicted, predicted, strict.predicted_row),
        counted(strict.gold, gold, strict.gold_row),
        counted(both, gold, strict.gold_row),
    ]
    return np.stack(columns, axis=-1)


def _extent_cells(sides: Sides) -> Cells:
    return cells(*(_untyped(one.entities.spans) for one in (sides.gold, sides.predicted)))


def _untyped(spans: SpanTable) -> Rows:
    return Rows(spans.article, np.zeros_like(spans.label), (spans.start, spans.end))


def _partial(untyped: Cells, sides: Sides) -> Table:
    """Return the table of partial credit; its predicted and gold are those of untyped: each extent once."""
    gold = untyped.where(untyped.gold)
    predicted = untyped.where(untyped.predicted)
    earned = partial_credit(
        _reachable(sides.gold.entities, gold.gold_row),
        _reachable(sides.predicted.entities, predicted.predicted_row),
    )
    return _credit_table("partial", earned, (gold, predicted), sides, ())


def _type(strict: Cells, sides: Sides) -> Table:
    """Return the table of pairs that overlap and have one label."""
    layers = (sides.gold.entities, sides.predicted.entities)
    earned = type_credit(*(_reachable(one, np.arange(len(one.spans))) for one in layers))
    both = (strict.where(strict.gold), strict.where(strict.predicted))
    return _credit_table("type", earned, both, sides, (*sides.inventory.entities, CHARGED))


def _reachable(layer: LayerSpans, rows: Column) -> SpanTable:
    """Return some spans, empty where they may overlap nothing."""
    spans = layer.spans
    end = np.where(layer.inside, spans.end, spans.start)[rows]
    return SpanTable(spans.article[rows], spans.start[rows], end, spans.label[rows])


def _credit_table(
    name: str, earned: Credits, both: tuple[Cells, Cells], sides: Sides, classes: tuple[str, ...]
) -> Table:
    """Return a table whose tp is credit; without classes all spans count together."""
    width = len(classes) or 1

    def counted(article: Column, label: Column, weights: Numbers | None = None) -> Numbers:
        return tally(article, label if classes else np.zeros_like(label), sides.articles, width, weights)

    credit = counted(earned.article, earned.label, earned.credit)
    gold, predicted = (counted(one.article, one.label) for one in both)
    by_class = np.stack([credit, predicted, gold, credit], axis=-1)
    micro = by_class.sum(axis=1, keepdims=True)
    if not classes:
        return Table(LAYER, name, micro)
    shown = width - (not by_class[:, -1].any())
    return Table(LAYER, name, np.concatenate([micro, by_class[:, :shown]], axis=1), classes[:shown])
