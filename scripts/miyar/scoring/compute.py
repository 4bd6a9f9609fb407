"""Computes the measures from columns of spans."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

import miyar
from miyar.matching import Cells, cells, counts
from miyar.predictions import Predictions
from miyar.scheme import Layer, Scheme
from miyar.scoring.model import PRF, Macro, Measure, Score, prfs
from miyar.scoring.record import check_with_seqeval
from miyar.spantable import Column, SpanTable, Views

CHARGED = "?"
UNTYPED = "SPAN"
NOT_HERE = -1


@dataclass(frozen=True, slots=True)
class Sides:
    """One layer of gold and predictions; labels are indices into `names`, whose last one is CHARGED."""

    names: tuple[str, ...]
    gold: SpanTable
    predicted: SpanTable

    def untyped(self) -> "Sides":
        """Return both sides with one label for all spans."""
        return Sides((UNTYPED,), *(_relabelled(side, 0) for side in (self.gold, self.predicted)))


class Counted(NamedTuple):
    """A measure's cells, kept for seqeval, and what is reported of them."""

    names: tuple[str, ...]
    cells: Cells
    labels: tuple[PRF, ...]
    micro: PRF


def score(gold: Views, predictions: Predictions, scheme: Scheme, reference: str = "") -> Score:
    """Return the score of predictions that were read for this gold.

    `reference` is what the signature says of the gold besides its digest, such as "annotator=A1".
    Raises RuntimeError where seqeval's numbers differ from ours: that is a bug.
    """
    sides = _entities(gold, predictions.views, scheme)
    counted = {"strict": _counted(sides), "untyped": _counted(sides.untyped())}
    started = time.perf_counter()
    for measure in counted.values():
        check_with_seqeval(measure.cells, measure.names, measure.labels, measure.micro)
    seconds = time.perf_counter() - started
    choices = _choices(gold, predictions, scheme, reference)
    measures = {name: _measure(name, "entities", value, choices) for name, value in counted.items()}
    return Score(
        corpus=gold.name,
        extractor=predictions.views.name,
        articles=len(gold.articles),
        charged=predictions.counts,
        unscored=len(predictions.views.spans) - len(sides.predicted),
        seen=len(predictions.learnt_from & set(gold.sha256s)),
        layers={"entities": measures},
        seqeval_seconds=seconds,
    )


def _entities(gold: Views, predicted: Views, scheme: Scheme) -> Sides:
    """Return the entities of both sides; a prediction with an unknown label is charged to them."""
    names = (*(label.code for label in scheme.entities), CHARGED)
    charged = names.index(CHARGED)
    known = {code: index for index, code in enumerate(names[:charged])}
    others = {label.code: NOT_HERE for label in scheme.triggers}
    return Sides(
        names,
        _only(gold.spans, _targets(gold, known, NOT_HERE)),
        _unmatchable(_only(predicted.spans, _targets(predicted, known | others, charged)), charged),
    )


def _targets(views: Views, targets: Mapping[str, int], otherwise: int) -> Column:
    """Return each span's label as an index into the layer; a missing label is one more unknown one."""
    table = [*(targets.get(code, otherwise) for code in views.codes), otherwise]
    return np.array(table, dtype=np.int64)[views.spans.label]


def _unmatchable(side: SpanTable, charged: int) -> SpanTable:
    """Return the spans, those that nothing may match each moved to a place of its own outside every text.

    These are spans with an unknown label, even where the gold has their extent, and spans without
    readable offsets, of which no two are known to be the same.
    """
    alone = (side.label == charged) | (side.start < 0) | (side.end < 0)
    start = np.where(alone, -1 - np.arange(len(side)), side.start)
    return SpanTable(side.article, start, side.end, side.label)


def _only(spans: SpanTable, targets: Column) -> SpanTable:
    return _relabelled(spans, targets).where(targets >= 0)


def _relabelled(spans: SpanTable, label: Column | int) -> SpanTable:
    return SpanTable(spans.article, spans.start, spans.end, np.zeros_like(spans.label) + label)


def _counted(sides: Sides) -> Counted:
    table = cells(sides.gold, sides.predicted)
    totals = counts(table, len(sides.names))
    [micro] = prfs(totals.micro())
    return Counted(sides.names, table, tuple(prfs(totals)), micro)


def _choices(gold: Views, predictions: Predictions, scheme: Scheme, reference: str) -> dict[str, str]:
    """Return every choice that could change a number, as the signature names them."""
    return {
        "gold": ":".join(filter(None, [gold.digest, reference])),
        "predictions": predictions.views.digest,
        "labels": scheme.signature,
        "map": "none",
        "seqeval": version("seqeval"),
        "articles": str(len(gold.articles)),
    }


def _measure(name: str, layer: Layer, counted: Counted, choices: Mapping[str, str]) -> Measure:
    parts = {"miyar": miyar.__version__, "measure": name, "layer": layer, **choices}
    signature = "|".join(f"{key}:{value}" for key, value in parts.items())
    if counted.names == (UNTYPED,):
        return Measure(signature, counted.micro)
    labels = dict(zip(counted.names, counted.labels, strict=True))
    if not labels[CHARGED].predicted:
        del labels[CHARGED]
    return Measure(signature, counted.micro, _macro(labels), labels)


def _macro(labels: Mapping[str, PRF]) -> Macro:
    supported = {code: prf for code, prf in labels.items() if prf.gold}
    if not supported:
        return Macro((), None, None, None)
    columns = zip(*((prf.precision or 0.0, prf.recall, prf.f1) for prf in supported.values()), strict=True)
    precision, recall, f1 = (float(np.mean(column)) for column in columns)
    return Macro(tuple(supported), precision, recall, f1)
