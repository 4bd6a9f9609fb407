"""What became of each span from the baseline to a new system: fixed, broken, still wrong, still right.

A span is what was labelled: start, end and label, in the gold or found by either system. A system is right
about it if it has it exactly when the gold has it. So of the spans in the gold, those still right and broken
are the baseline's true positives, those still right and fixed the new system's; of those outside it, fixed
and still wrong are the baseline's false positives, broken and still wrong the new system's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from miyar.matching import Cells, Rows, cells
from miyar.scoring import CHARGED
from miyar.scoring.sides import Side, Sides
from miyar.spantable import ABSENT, Column, Mask, SpanTable, Views

STILL_RIGHT, STILL_WRONG, FIXED, BROKEN = range(4)
CHANGES = ("still_right", "still_wrong", "fixed", "broken")
CONTEXT = 40
READABLE = 0


class Found(NamedTuple):
    """What a system found: its side, and the views that it was made from."""

    side: Side
    views: Views


class Example(NamedTuple):
    """A text that was broken or fixed under a label, how often, and the first place."""

    article: str
    start: int
    end: int
    in_gold: bool
    text: str
    times: int


class Changed(NamedTuple):
    """How many spans of a label changed in one way, with the most frequent ones."""

    label: str
    spans: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """The distinct spans of gold ∪ baseline ∪ system by article id and place, and the change of each.

    `labels` are the entities, from `entities` on the triggers, and last CHARGED; `given` is what stood for
    a charged label: the index of one of `names`. `change` indexes CHANGES.
    """

    spans: SpanTable
    given: Column
    in_gold: Mask
    change: Column
    labels: tuple[str, ...]
    entities: int
    names: tuple[str, ...]
    articles: tuple[str, ...]
    texts: tuple[str, ...] | None

    @property
    def table(self) -> Column:
        """Return how many spans there are, of shape (labels, outside or in the gold, changes)."""
        place = (self.spans.label * 2 + self.in_gold) * len(CHANGES) + self.change
        shape = (len(self.labels), 2, len(CHANGES))
        return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)

    def total(self, change: int, layer: str | None = None) -> int:
        """Return how many spans changed so, in all or in one layer."""
        chosen = [layer in (None, self._layer(label)) for label in range(len(self.labels))]
        return int(self.table[chosen, :, change].sum())

    def lines(self) -> Iterator[dict[str, object]]:
        """Yield an object for each span, in order of article id, start, end and label.

        Where there are texts a span in its text has its own, and CONTEXT code points on either side.
        """
        spans = self.spans
        columns = (spans.article, spans.start, spans.end, spans.label, self.given, self.in_gold, self.change)
        for article, start, end, label, given, in_gold, change in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            yield {
                "article": self.articles[article],
                "layer": self._layer(label),
                "start": _offset(start),
                "end": _offset(end),
                "label": self._code(label, given),
                **self._context(article, start, end),
                "in_gold": in_gold,
                "change": CHANGES[change],
            }

    def most(self, change: int, labels: int, each: int) -> tuple[Changed, ...]:
        """Return the labels with most spans of this change, with the texts that changed so most often."""
        number = self.table[:, :, change].sum(axis=1)
        order = sorted(range(len(self.labels)), key=lambda label: (-number[label], label))
        return tuple(
            Changed(self.labels[label], int(number[label]), self._examples(label, change, each))
            for label in order[:labels]
            if number[label]
        )

    def to_dict(self) -> dict[str, object]:
        """Return the counts of each layer and of its labels, in the gold and outside it."""
        table = self.table
        layers: dict[str, object] = {}
        for layer in ("entities", "triggers"):
            chosen = [label for label in range(len(self.labels)) if self._layer(label) == layer]
            by_label = {self.labels[one]: _counts(table[one]) for one in chosen if table[one].any()}
            layers[layer] = {**_counts(table[chosen].sum(axis=0)), "labels": by_label}
        return layers

    def __repr__(self) -> str:
        """Return how many spans changed in which way."""
        number = ", ".join(f"{self.total(change)} {name}" for change, name in enumerate(CHANGES))
        return f"Changes({number})"

    def _layer(self, label: int) -> str:
        return "triggers" if self.entities <= label < len(self.labels) - 1 else "entities"

    def _code(self, label: int, given: int) -> str | None:
        if self.labels[label] != CHARGED:
            return self.labels[label]
        return self.names[given] if given != ABSENT else None

    def _context(self, article: int, start: int, end: int) -> dict[str, str]:
        text = self.texts[article] if self.texts is not None else ""
        if not 0 <= start < end <= len(text):
            return {}
        before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
        return {"text": text[start:end], "before": before, "after": after}

    def _examples(self, label: int, change: int, each: int) -> tuple[Example, ...]:
        """Return the most frequent texts; without texts each span is one by itself."""
        rows = np.flatnonzero((self.spans.label == label) & (self.change == change)).tolist()
        keys: dict[tuple[object, ...], int] = {}
        times = Counter[tuple[object, ...]]()
        for row in rows:
            example = self._example(row, 1)
            key = (example.text, example.in_gold) if example.text else (row,)
            keys.setdefault(key, row)
            times[key] += 1
        return tuple(self._example(keys[key], count) for key, count in times.most_common(each))

    def _example(self, row: int, times: int) -> Example:
        article, start, end = (
            int(column[row]) for column in (self.spans.article, self.spans.start, self.spans.end)
        )
        text = self._context(article, start, end).get("text", "")
        return Example(self.articles[article], start, end, bool(self.in_gold[row]), text, times)


def span_changes(gold: Views, sides: Sides, baseline: Found, system: Found) -> Changes:
    """Return what became of each entity and trigger; `sides` has the gold's side and the inventory.

    Spans are the same where the measure `strict` says so, and charged ones where offsets and the given
    label are; of spans without readable offsets or label no two are known to be the same.
    """
    inventory = sides.inventory
    labels = (*inventory.entities, *inventory.triggers, CHARGED)
    names = tuple(dict.fromkeys((*baseline.views.codes, *system.views.codes)))
    rows = [
        _rows(found, names, len(inventory.entities), len(labels) - 1, number)
        for number, found in enumerate((Found(sides.gold, gold), baseline, system))
    ]
    either = cells(rows[1], rows[2])
    union = cells(rows[0], Rows(either.article, either.label, either.keys))
    has = [np.append(side, False)[union.predicted_row] for side in (either.gold, either.predicted)]
    right = [side == union.gold for side in has]
    change = np.select(
        [right[0] & right[1], ~right[0] & ~right[1], right[1]], [STILL_RIGHT, STILL_WRONG, FIXED], BROKEN
    )
    order = _by_place(union, gold.articles.ids)
    start, end, _, given = (key[order] for key in union.keys)
    return Changes(
        SpanTable(union.article[order], start, end, union.label[order]),
        given,
        union.gold[order],
        change[order],
        labels,
        len(inventory.entities),
        names,
        gold.articles.ids,
        gold.articles.texts,
    )


def _rows(found: Found, names: tuple[str, ...], entities: int, charged: int, number: int) -> Rows:
    """Return entities and triggers with the offsets that were given.

    The last two keys are a number that only unreadable spans have, each its own, and the index of a charged
    label's name.
    """
    parts = []
    for layer, first in ((found.side.entities, 0), (found.side.triggers, entities)):
        given = layer.as_given(found.views)
        is_charged = (given.label == entities) if first == 0 else np.zeros(len(given), dtype=bool)
        place = {code: index for index, code in enumerate(names)}
        known = np.array([*(place.get(code, ABSENT) for code in found.views.codes), ABSENT])
        name = np.where(is_charged, known[found.views.spans.label[layer.rows]], ABSENT)
        unreadable = (given.start < 0) | (given.end < 0) | (is_charged & (name == ABSENT))
        alone = np.where(unreadable, 1 + layer.rows * 3 + number, READABLE)
        label = np.where(is_charged, charged, given.label + first)
        parts.append((given.article, label, given.start, given.end, alone, name))
    article, label, *keys = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Rows(article, label, tuple(keys))


def _by_place(union: Cells, articles: tuple[str, ...]) -> Column:
    """Return the cells' numbers in order of article id, start, end, label."""
    rank = np.empty(len(articles), dtype=np.int64)
    rank[sorted(range(len(articles)), key=articles.__getitem__)] = np.arange(len(articles))
    start, end, *rest = union.keys
    order: Column = np.lexsort((*rest, union.label, end, start, rank[union.article]))
    return order


def _offset(offset: int) -> int | None:
    return None if offset == ABSENT else offset


def _counts(table: Column) -> dict[str, object]:
    """Return the counts of one label or layer, of shape (outside or in the gold, changes)."""
    outside, inside = (dict(zip(CHANGES, row, strict=True)) for row in table.tolist())
    total = dict(zip(CHANGES, table.sum(axis=0).tolist(), strict=True))
    return {**total, "in_gold": inside, "outside_gold": outside}
