"""Computes the measures from columns of spans."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

import miyar
from miyar.matching import Cells, Counts, cells, counts
from miyar.predictions import Predictions
from miyar.scheme import Layer, Scheme
from miyar.scoring.model import PRF, Macro, Measure, Score
from miyar.scoring.record import check_with_seqeval
from miyar.spantable import Column, SpanTable, Views

CHARGED = "?"
UNTYPED = "SPAN"


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
    """A measure's cells, kept for seqeval, and its counts by label."""

    names: tuple[str, ...]
    cells: Cells
    counts: Counts


def score(gold: Views, predictions: Predictions, scheme: Scheme, reference: str = "") -> Score:
    """Return the score of predictions that were read for this gold.

    `reference` is what the signature says of the gold besides its digest, such as "annotator=A1".
    Raises RuntimeError where seqeval's numbers differ from ours: that is a bug.
    """
    sides = _sides(gold, predictions, scheme, "entities")
    counted = {"strict": _counted(sides), "untyped": _counted(sides.untyped())}
    started = time.perf_counter()
    for measure in counted.values():
        check_with_seqeval(measure.cells, measure.names)
    seconds = time.perf_counter() - started
    choices = _choices(gold, predictions, scheme, reference)
    measures = {name: _measure(name, "entities", value, choices) for name, value in counted.items()}
    return Score(
        corpus=gold.name,
        extractor=predictions.views.name,
        articles=len(gold.articles),
        charged=predictions.counts,
        seen=len(predictions.learnt_from & set(gold.sha256s)),
        layers={"entities": measures},
        seqeval_seconds=seconds,
    )


def _sides(gold: Views, predictions: Predictions, scheme: Scheme, layer: Layer) -> Sides:
    """Return one layer of both sides; a prediction with an unknown label is charged to the entities."""
    names = tuple(label.code for label in scheme.labels if label.layer == layer)
    index = {code: number for number, code in enumerate(names)}
    charged = len(names) if layer == "entities" else None
    known = {label.code for label in scheme.labels}
    return Sides(
        (*names, CHARGED),
        _only(gold.spans, _targets(gold, index)),
        _only(_unmatchable(predictions), _targets(predictions.views, index, charged, known)),
    )


def _targets(
    views: Views, index: Mapping[str, int], charged: int | None = None, known: set[str] | None = None
) -> Column:
    """Return for each span its label's index in the layer, or -1 where it is not of the layer."""
    other = [-1 if charged is None or code in (known or ()) else charged for code in views.codes]
    table = [index.get(code, rest) for code, rest in zip(views.codes, other, strict=True)]
    missing = -1 if charged is None else charged
    return np.array([*table, missing], dtype=np.int64)[views.spans.label]


def _unmatchable(predictions: Predictions) -> SpanTable:
    """Return the predicted spans, each charged one moved to a place of its own outside every text."""
    spans = predictions.views.spans
    outside = -1 - np.arange(len(spans))
    start = np.where(predictions.charged, outside, spans.start)
    return SpanTable(spans.article, start, spans.end, spans.label)


def _only(spans: SpanTable, targets: Column) -> SpanTable:
    return _relabelled(spans, targets).where(targets >= 0)


def _relabelled(spans: SpanTable, label: Column | int) -> SpanTable:
    return SpanTable(spans.article, spans.start, spans.end, np.zeros_like(spans.label) + label)


def _counted(sides: Sides) -> Counted:
    table = cells(sides.gold, sides.predicted)
    return Counted(sides.names, table, counts(table, len(sides.names)))


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
    micro = next(_prfs(counted.counts.micro()))
    if counted.names == (UNTYPED,):
        return Measure(signature, micro)
    labels = dict(zip(counted.names, _prfs(counted.counts), strict=True))
    if not labels[CHARGED].predicted:
        del labels[CHARGED]
    return Measure(signature, micro, _macro(labels), labels)


def _prfs(table: Counts) -> Iterator[PRF]:
    for tp, predicted, gold in zip(table.tp, table.predicted, table.gold, strict=True):
        yield PRF(int(tp), int(predicted), int(gold))


def _macro(labels: Mapping[str, PRF]) -> Macro:
    supported = {code: prf for code, prf in labels.items() if prf.gold}
    if not supported:
        return Macro((), None, None, None)
    columns = zip(*((prf.precision or 0.0, prf.recall, prf.f1) for prf in supported.values()), strict=True)
    precision, recall, f1 = (float(np.mean(column)) for column in columns)
    return Macro(tuple(supported), precision, recall, f1)
