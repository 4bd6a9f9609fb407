"""The error class of each span: gold and predicted spans are paired one to one, in stages.

A span's class is that of its pair, or of having none:

    right               start, end and label are equal
    label               start and end are equal, the label is another
    boundary            an overlap with equal label
    particle            … with equal end, the starts apart by exactly attached particles (وبالقدس, القدس)
    label_and_boundary  an overlap with another label
    missed, spurious    a gold, a predicted span without a pair
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from miyar.arabic import follows_particles, word_start
from miyar.overlaps import Pairs, agreeing, overlapping
from miyar.spantable import Column, Mask, SpanTable

RIGHT, LABEL, BOUNDARY, PARTICLE, BOTH, MISSED, SPURIOUS = range(7)
WORDS = ("right", "label", "boundary", "particle", "label_and_boundary", "missed", "spurious")

NOTHING = -1
CONTEXT = 40
ROUNDS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """The class of each span and its partner on the other side, as columns with one row per span.

    `of_gold` and `of_predicted` have the codes of the classes, WORDS their names; a partner is the number
    of a row of the other table, or NOTHING. Labels are indices in `range(labels)`.
    """

    gold: SpanTable
    predicted: SpanTable
    labels: int
    of_gold: Column
    of_predicted: Column
    partner_of_gold: Column
    partner_of_predicted: Column

    def __post_init__(self) -> None:
        for name, side in (("gold", self.gold), ("predicted", self.predicted)):
            if ((side.label < 0) | (side.label >= self.labels)).any():
                raise ValueError(f"{name}: a label index outside range({self.labels})")


class SpanRow(NamedTuple):
    """One span of a table."""

    article: int
    start: int
    end: int
    label: int


class ClassCounts(NamedTuple):
    """How many spans of each label (row) are of each class (column, by its code), of shape (labels, 7)."""

    gold: Column
    predicted: Column


def outcomes(
    gold: SpanTable,
    predicted: SpanTable,
    labels: int,
    texts: Sequence[str] | None = None,
    faulty: Mask | None = None,
) -> Outcomes:
    """Return the class and the partner of every span; the order of the spans does not matter.

    Each side's spans are distinct. Predicted spans at which `faulty` is true pair with nothing, nor does a
    span with start < 0 or end ≤ start. Within a stage the pair with the largest intersection over union
    is taken first. Spans are in order of start, the longer first, then of label index; among equal pairs
    the one whose first span comes first is taken, then the one whose second does. So swapping the sides
    pairs the same spans.

    `texts` has the text of each article index; without texts no boundary is told to be a particle's. A
    particle is known by its form alone: where باريس was found as اريس, the ب counts as one.
    """
    pairs = overlapping(gold, predicted if faulty is None else _out_of_reach(predicted, faulty))
    classes = _classes(gold, predicted, pairs)
    order = _best_first(gold, predicted, pairs, classes)
    chosen = order[_greedy(pairs.where(order), len(gold), len(predicted))]
    pairs, classes = pairs.where(chosen), classes[chosen]
    if texts is not None:
        classes[_particles(gold, predicted, pairs, classes, texts)] = PARTICLE
    return Outcomes(
        gold,
        predicted,
        labels,
        of_gold=_filled(len(gold), MISSED, pairs.gold, classes),
        of_predicted=_filled(len(predicted), SPURIOUS, pairs.predicted, classes),
        partner_of_gold=_filled(len(gold), NOTHING, pairs.gold, pairs.predicted),
        partner_of_predicted=_filled(len(predicted), NOTHING, pairs.predicted, pairs.gold),
    )


def confusion(result: Outcomes) -> Column:
    """Return how often each gold label (row) was paired with each predicted label (column).

    The shape is (labels + 1, labels + 1); the last row and column are nothing: spurious and missed. Each
    row sums up to the gold spans of its label, each column to the predicted ones.
    """
    nothing, size = result.labels, result.labels + 1
    spurious = result.predicted.label[result.of_predicted == SPURIOUS]
    partners = np.append(result.predicted.label, nothing)[result.partner_of_gold]
    rows = np.append(result.gold.label, np.full(len(spurious), nothing))
    return _table(rows, np.append(partners, spurious), size, size)


def counts(result: Outcomes) -> ClassCounts:
    """Return how many spans of each label are of each class; a row sums up to the spans of its label."""
    sides = (result.gold.label, result.of_gold), (result.predicted.label, result.of_predicted)
    return ClassCounts(*(_table(label, classes, result.labels, len(WORDS)) for label, classes in sides))


def error_lines(
    result: Outcomes,
    articles: Sequence[str],
    names: Sequence[str],
    texts: Sequence[str] | None = None,
    *,
    right: bool = False,
) -> Iterator[dict[str, object]]:
    """Yield one object per pair and per span without one, by article and place; right ones on request.

    `articles`, `names` and `texts` have the id and text of each article index and the code of each label.
    Where there are texts a span has its own, and a line has up to CONTEXT code points before and after
    what its spans cover; what lies outside its text has neither.
    """
    wanted = np.flatnonzero((result.of_gold != RIGHT) | right)
    spurious = np.flatnonzero(result.of_predicted == SPURIOUS)
    none = np.full(len(spurious), NOTHING)
    pairs = Pairs(np.append(wanted, none), np.append(result.partner_of_gold[wanted], spurious))
    classes = np.append(result.of_gold[wanted], np.full(len(spurious), SPURIOUS))
    order = np.lexsort(_places(result.gold, result.predicted, pairs)[::-1])
    columns = (column[order].tolist() for column in (classes, pairs.gold, pairs.predicted))
    for code, gold_row, predicted_row in zip(*columns, strict=True):
        gold, predicted = _row(result.gold, gold_row), _row(result.predicted, predicted_row)
        [article] = {row.article for row in (gold, predicted) if row}
        text = texts[article] if texts is not None else ""
        yield {
            "article": articles[article],
            "outcome": WORDS[code],
            "gold": _span(gold, names, text),
            "predicted": _span(predicted, names, text),
            **_context([row for row in (gold, predicted) if row], text),
        }


def _out_of_reach(spans: SpanTable, faulty: Mask) -> SpanTable:
    """Return the spans, the faulty ones each at a place that overlaps nothing."""
    return SpanTable(spans.article, np.where(faulty, NOTHING, spans.start), spans.end, spans.label)


def _classes(gold: SpanTable, predicted: SpanTable, pairs: Pairs) -> Column:
    """Return the class that each pair would have; their codes are in the order of the stages."""
    extent = agreeing(gold, predicted, pairs, "start", "end")
    label = agreeing(gold, predicted, pairs, "label")
    return np.select([extent & label, extent, label], [RIGHT, LABEL, BOUNDARY], BOTH)


def _best_first(gold: SpanTable, predicted: SpanTable, pairs: Pairs, classes: Column) -> Column:
    """Return the numbers of the pairs, in the order in which they are taken."""
    starts = gold.start[pairs.gold], predicted.start[pairs.predicted]
    ends = gold.end[pairs.gold], predicted.end[pairs.predicted]
    intersection = np.minimum(*ends) - np.maximum(*starts)
    union = np.maximum(*ends) - np.minimum(*starts)
    first, second = _places(gold, predicted, pairs)
    order: Column = np.lexsort((second, first, -intersection / union, classes))
    return order


def _places(gold: SpanTable, predicted: SpanTable, pairs: Pairs) -> Column:
    """Return the places of both spans of each pair among all spans, the first one's first, of shape (2, n).

    Spans are in order of article, start, the longer first, label; NOTHING is behind them all.
    """
    article, start, end, label = (
        np.append(getattr(gold, name), getattr(predicted, name)) for name in SpanRow._fields
    )
    order = np.lexsort((label, -end, start, article))
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    of_gold = np.append(places[: len(gold)], len(order))[pairs.gold]
    of_predicted = np.append(places[len(gold) :], len(order))[pairs.predicted]
    return np.sort([of_gold, of_predicted], axis=0)


def _greedy(pairs: Pairs, gold_count: int, predicted_count: int) -> Column:
    """Return the numbers of the pairs that are taken when each pair, in order, is if both spans are free.

    A pair that comes first for both of its spans is taken whatever becomes of the others; so whole rounds
    of such pairs are taken at once. Only a chain of pairs, each before the next, needs more than a few:
    what ROUNDS leave is taken one by one.
    """
    free = np.ones(gold_count, dtype=bool), np.ones(predicted_count, dtype=bool)
    taken, left = list[Column](), np.arange(len(pairs))
    for _ in range(ROUNDS):
        if not len(left):
            break
        best = left[_first_for_both(pairs.where(left), gold_count, predicted_count)]
        taken.append(best)
        free[0][pairs.gold[best]] = False
        free[1][pairs.predicted[best]] = False
        left = left[free[0][pairs.gold[left]] & free[1][pairs.predicted[left]]]
    return np.concatenate([*taken, left[_one_by_one(pairs.where(left))]])


def _first_for_both(pairs: Pairs, gold_count: int, predicted_count: int) -> Mask:
    """Return which pairs come before all others of both of their spans."""
    numbers, first = np.arange(len(pairs)), np.ones(len(pairs), dtype=bool)
    for rows, count in ((pairs.gold, gold_count), (pairs.predicted, predicted_count)):
        earliest = np.full(count, len(pairs))
        np.minimum.at(earliest, rows, numbers)
        first &= earliest[rows] == numbers
    return first


def _one_by_one(pairs: Pairs) -> Column:
    gold_taken, predicted_taken, numbers = set[int](), set[int](), list[int]()
    rows = zip(pairs.gold.tolist(), pairs.predicted.tolist(), strict=True)
    for number, (gold, predicted) in enumerate(rows):
        if gold not in gold_taken and predicted not in predicted_taken:
            gold_taken.add(gold)
            predicted_taken.add(predicted)
            numbers.append(number)
    return np.array(numbers, dtype=np.int64)


def _particles(
    gold: SpanTable, predicted: SpanTable, pairs: Pairs, classes: Column, texts: Sequence[str]
) -> list[int]:
    """Return the numbers of the boundary pairs whose starts only attached particles keep apart."""
    same_end = (classes == BOUNDARY) & agreeing(gold, predicted, pairs, "end")
    numbers, pairs = np.flatnonzero(same_end), pairs.where(same_end)
    starts = gold.start[pairs.gold], predicted.start[pairs.predicted]
    columns = numbers, gold.article[pairs.gold], np.minimum(*starts), np.maximum(*starts)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [number for number, article, one, other in rows if _is_particle(texts[article], one, other)]


def _is_particle(text: str, start: int, end: int) -> bool:
    """Return whether a range is particles attached to what follows, or the last of several."""
    return start >= word_start(text, end) and follows_particles(text, end)


def _filled(count: int, otherwise: int, rows: Column, values: Column) -> Column:
    column = np.full(count, otherwise, dtype=np.int64)
    column[rows] = values
    return column


def _table(rows: Column, columns: Column, height: int, width: int) -> Column:
    """Return how often each pair of a row and a column stands there, of shape (height, width)."""
    return np.bincount(rows * width + columns, minlength=height * width).reshape(height, width)


def _row(side: SpanTable, number: int) -> SpanRow | None:
    if number == NOTHING:
        return None
    return SpanRow(*(int(getattr(side, name)[number]) for name in SpanRow._fields))


def _span(row: SpanRow | None, names: Sequence[str], text: str) -> dict[str, object] | None:
    if row is None:
        return None
    span = {"start": row.start, "end": row.end, "label": names[row.label]}
    return span | ({"text": text[row.start : row.end]} if _lies_in(text, row.start, row.end) else {})


def _context(rows: Sequence[SpanRow], text: str) -> dict[str, str]:
    start, end = min(row.start for row in rows), max(row.end for row in rows)
    if not _lies_in(text, start, end):
        return {}
    return {"before": text[max(0, start - CONTEXT) : start], "after": text[end : end + CONTEXT]}


def _lies_in(text: str, start: int, end: int) -> bool:
    return 0 <= start < end <= len(text)
