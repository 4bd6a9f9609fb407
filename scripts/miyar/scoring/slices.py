"""Strict matches in slices of a field, and how far each slice is from all the rest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from miyar.errors import UsageError
from miyar.matching import Cells, Numbers
from miyar.resampling import LEVEL, RATIOS, apart_ends, evidence, intervals, ratios, supporting_articles
from miyar.scoring.entities import class_counts
from miyar.scoring.measures import interval_at
from miyar.scoring.model import Interval
from miyar.scoring.properties import PROPERTIES, Context, classes
from miyar.scoring.table import Table
from miyar.spantable import Column

LAYER = "slices"
TOO_SMALL = "(too small)"
MIN_SUPPORT = 20
MOST_SLICES = 200  # counts are kept per article and slice


@dataclass(frozen=True, slots=True)
class SliceTable:
    """The counts of the slices of a field; the table's classes always add up to its micro, strict's.

    `too_small` has the support of the values that are counted together as the class TOO_SMALL.
    """

    field: str
    table: Table
    too_small: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """What a slice's ratios are minus those of all other spans; None where either is undefined."""

    precision: float | None
    recall: float | None
    f1: float | None
    interval: Interval | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, object]:
        """Return the differences and their intervals, unrounded."""
        interval = {"interval": self.interval.to_dict()} if self.interval else {}
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, **interval}


class _Chosen(NamedTuple):
    """The values with enough support, largest first, and the support of the others that any entity has."""

    shown: list[int]
    others: dict[str, int]


def slice_table(field: str, context: Context, strict: Cells, min_support: int = MIN_SUPPORT) -> SliceTable:
    """Return the counts of the values that at least `min_support` gold entities have, largest first.

    Recall goes by the gold entity's value, precision by the predicted one's. Raises UsageError for a field
    that there is not, for one that needs texts which are not there, and for more than MOST_SLICES slices.
    """
    found = classes(field, context)
    gold, predicted = np.split(found.of_entity, [len(context.sides.gold.entities.spans)])
    chosen = _chosen(found.names, gold, predicted, min_support)
    if len(chosen.shown) > MOST_SLICES:
        raise UsageError(
            f"--by {field}: {len(chosen.shown)} values have {min_support} gold entities or more; at most "
            f"{MOST_SLICES} can be shown; ask for more support, or take a field with fewer values"
        )
    rest = len(chosen.shown)
    place = np.full(len(found.names), rest)
    place[chosen.shown] = np.arange(rest)
    counts = class_counts(strict, context.sides, rest + 1, place[gold], place[predicted])
    names = (*(found.names[index] for index in chosen.shown), *([TOO_SMALL] if chosen.others else []))
    micro = counts.sum(axis=1, keepdims=True)
    both = np.concatenate([micro, counts[:, : len(names)]], axis=1)
    signed = {"min_support": str(min_support), **_signed(field, context)}
    return SliceTable(field, Table(LAYER, field, both, names, "classes", signed=signed), chosen.others)


def gaps(table: Table, resampled: Numbers | None, level: float = LEVEL) -> dict[str, Gap]:
    """Return how far each slice is from all spans that are not in it, the largest difference of F1 first.

    `resampled` has the table's sums in resamples, of shape (samples, classes, 4). There is an interval where
    both the slice and the rest have spans in enough articles. Each interval stands for itself: of many
    slices, some are apart by chance. What is too small is a rest, but no slice.
    """
    sums = table.counts.sum(axis=0)
    differences = _differences(sums)
    found = None
    if resampled is not None:
        articles = supporting_articles(table.counts[:, 1:]), supporting_articles(_others(table.counts))
        ends = apart_ends(evidence(_others(table.counts)), evidence(table.counts[:, 1:]), level)
        found = intervals(_differences(resampled), np.minimum(*articles), level, ends)
    made = {
        name: _gap(row, None if found is None else interval_at(found, index, RATIOS, level))
        for index, (name, row) in enumerate(zip(table.classes, differences, strict=True))
        if name != TOO_SMALL
    }
    return dict(sorted(made.items(), key=_largest_first))


def _signed(field: str, context: Context) -> dict[str, str]:
    """Return a digest of what slices depend on besides gold and predictions, if on anything."""
    predictions = context.predictions
    if field == "seen":
        told: object = [sorted(predictions.learnt_from), sorted(predictions.others_learnt)]
    elif field in PROPERTIES:
        return {}
    else:
        told = sorted(zip(context.gold.articles.ids, context.gold.articles.metadata[field], strict=True))
    return {"field": hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]}


def _chosen(names: tuple[str, ...], gold: Column, predicted: Column, min_support: int) -> _Chosen:
    """Return the values by support, equal ones in their own order; what is named TOO_SMALL is not shown."""
    support = np.bincount(gold, minlength=len(names))
    used = support + np.bincount(predicted, minlength=len(names)) > 0
    order = [index for index in np.argsort(-support, kind="stable").tolist() if used[index]]
    shown = [index for index in order if support[index] >= min_support and names[index] != TOO_SMALL]
    kept = set(shown)
    return _Chosen(shown, {names[index]: int(support[index]) for index in order if index not in kept})


def _differences(counts: Numbers) -> Numbers:
    """Return for counts of shape (…, 1 + classes, 4) the differences of ratios, of shape (…, classes, 3)."""
    return ratios(counts[..., 1:, :]) - ratios(_others(counts))


def _others(counts: Numbers) -> Numbers:
    """Return micro without each class."""
    others: Numbers = counts[..., :1, :] - counts[..., 1:, :]
    return others


def _gap(differences: Numbers, interval: Interval | None) -> Gap:
    precision, recall, f1 = (None if np.isnan(one) else one for one in differences.tolist())
    return Gap(precision, recall, f1, interval)


def _largest_first(named: tuple[str, Gap]) -> tuple[bool, float, str]:
    name, gap = named
    return gap.f1 is None, -abs(gap.f1 or 0.0), name
