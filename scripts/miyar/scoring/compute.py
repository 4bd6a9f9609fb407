"""Computes scores: both sides are counted per article once, and every number is a sum of those counts."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

import miyar
from miyar.bio import Losses
from miyar.errors import UsageError
from miyar.predictions import SCHEME, Predictions
from miyar.resampling import LEVEL, SAMPLES, SEED, Numbers, Resamples, effective_articles, totals
from miyar.scheme import Scheme, inventory
from miyar.scoring.attributes import attribute_tables
from miyar.scoring.diagnosis import diagnoses
from miyar.scoring.entities import entity_cells, entity_tables
from miyar.scoring.events import event_tables
from miyar.scoring.measures import MICRO, measure
from miyar.scoring.model import Measure
from miyar.scoring.properties import Context
from miyar.scoring.record import check_all_with_seqeval
from miyar.scoring.result import Score, Slices
from miyar.scoring.sides import Sides, sides
from miyar.scoring.slices import LAYER as SLICES
from miyar.scoring.slices import MIN_SUPPORT, gaps, slice_table
from miyar.scoring.table import Table
from miyar.scoring.view import comparison_view
from miyar.spantable import Views

NO_TEXTS = "the gold has no texts: give the articles (--articles)"
NO_TRIGGERS = "the inventory has no triggers"
NO_ROLES = "the inventory has no roles"
NOT_ASKED = "not asked for"


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice that could change a number, besides the data and the scheme.

    `reference` is what the signature says of the gold besides its digest, such as "annotator=A1". No
    `samples`: no intervals.
    """

    map: str | None = None
    reference: str = ""
    samples: int = SAMPLES
    seed: int = SEED
    level: float = LEVEL
    comparison: bool = True
    by: tuple[str, ...] = ()
    min_support: int = MIN_SUPPORT

    def __post_init__(self) -> None:
        if self.samples < 0 or self.min_support < 1 or not 0 < self.level < 1:
            raise ValueError(f"samples, min_support or level out of range: {self}")


@dataclass(frozen=True, slots=True)
class Counted:
    """Both sides, and the tables of all measures with their articles in the order of their ids.

    `too_small` has for each field of slices the support of the values that are counted together.
    """

    sides: Sides
    tables: tuple[Table, ...]
    too_small: Mapping[str, Mapping[str, int]]
    flattened: Mapping[str, Losses]
    left_out: Mapping[str, str]
    signed: Mapping[str, str]


def score(
    gold: Views,
    predictions: Predictions,
    scheme: Scheme,
    choices: Choices | None = None,
    training: Views | None = None,
) -> Score:
    """Return the score of predictions that were read for this gold.

    `training` has the annotations that the extractor learnt from, for slices of what it has seen.
    Raises RuntimeError where seqeval's numbers differ from ours: that is a bug.
    """
    chosen = choices or Choices()
    counted = count(gold, predictions, scheme, chosen, training)
    layers, slices = _measured(counted, chosen)
    started = time.perf_counter()
    measured = ((table, layers[table.layer][table.name]) for table in counted.tables if table.layer in layers)
    check_all_with_seqeval(measured)
    seconds = time.perf_counter() - started
    return Score(
        corpus=gold.name,
        extractor=predictions.views.name,
        articles=len(gold.articles),
        charged=predictions.counts,
        dropped={"gold": counted.sides.gold.dropped, "predicted": counted.sides.predicted.dropped},
        seen=predictions.seen,
        layers=layers,
        slices=slices,
        flattened=counted.flattened,
        left_out=counted.left_out,
        errors=diagnoses(counted.sides, gold, predictions),
        effective_articles=effective_articles(counted.tables[0].counts[:, MICRO]),
        seqeval_seconds=seconds,
    )


def count(
    gold: Views, predictions: Predictions, scheme: Scheme, choices: Choices, training: Views | None = None
) -> Counted:
    """Return the counts per article of all measures that the inventory and the gold allow.

    Raises UsageError for predictions in another inventory, and for slices that there are not.
    """
    made = inventory(scheme, choices.map)
    if predictions.inventory not in (SCHEME, made.map):
        raise UsageError(f"{predictions.views.name}: score it with the map {predictions.inventory}")
    both = sides(gold, predictions, made, scheme)
    strict = entity_cells(both)
    view = comparison_view(both, gold, predictions.views) if choices.comparison else None
    context = Context(both, gold, predictions, training)
    slices = [slice_table(field, context, strict, choices.min_support) for field in dict.fromkeys(choices.by)]
    found = (
        *entity_tables(both, strict),
        *event_tables(both),
        *attribute_tables(strict, both, gold, predictions.views, scheme),
        *(view.tables if view else ()),
        *(one.table for one in slices),
    )
    order = np.array(sorted(range(len(gold.articles)), key=gold.articles.ids.__getitem__), dtype=np.int64)
    return Counted(
        both,
        tuple(table.ordered(order) for table in found),
        {one.field: one.too_small for one in slices},
        view.losses if view else {},
        _left_out(both, gold, choices),
        _signed(gold, predictions, scheme, choices, training),
    )


class _Measured(NamedTuple):
    layers: dict[str, dict[str, Measure]]
    slices: dict[str, Slices]


def _measured(counted: Counted, choices: Choices) -> _Measured:
    """Return the measures by layer and name, and the slices, with intervals if there are to be any."""
    tables = counted.tables
    resampled: Sequence[Numbers | None] = [None] * len(tables)
    if choices.samples:
        resamples = Resamples(counted.sides.articles, choices.samples, choices.seed)
        resampled = totals(resamples, *(table.counts for table in tables))
    layers: dict[str, dict[str, Measure]] = {}
    slices = {}
    for table, values in zip(tables, resampled, strict=True):
        made = measure(table, values, signature(table, counted.signed), choices.level)
        if table.layer == SLICES:
            small = counted.too_small[table.name]
            slices[table.name] = Slices(made, gaps(table, values, choices.level), small)
        else:
            layers.setdefault(table.layer, {})[table.name] = made
    return _Measured(layers, slices)


def signature(table: Table, signed: Mapping[str, str]) -> str:
    """Return the signature of a measure: every choice that could change its numbers."""
    own = {"measure": table.name, "layer": table.layer, **table.signed}
    parts = {"miyar": miyar.__version__, **own, **signed}
    return "|".join(f"{key}:{value}" for key, value in parts.items())


def _left_out(both: Sides, gold: Views, choices: Choices) -> dict[str, str]:
    reasons = {}
    if not both.inventory.triggers:
        reasons["triggers"] = reasons["arguments"] = NO_TRIGGERS
    elif not both.inventory.roles:
        reasons["arguments"] = NO_ROLES
    if not choices.comparison:
        reasons["comparison"] = NOT_ASKED
    elif gold.articles.texts is None:
        reasons["comparison"] = NO_TEXTS
    return reasons


def _signed(
    gold: Views, predictions: Predictions, scheme: Scheme, choices: Choices, training: Views | None
) -> dict[str, str]:
    """Return the choices as the signature names them."""
    boot = {"boot": str(choices.samples), "seed": str(choices.seed)}
    if choices.level != LEVEL:
        boot["level"] = f"{choices.level:g}"
    return {
        "gold": ":".join(filter(None, [gold.digest, choices.reference])),
        "predictions": predictions.views.digest,
        "labels": scheme.signature,
        "map": choices.map or "none",
        "seqeval": version("seqeval"),
        "articles": str(len(gold.articles)),
        **(boot if choices.samples else {"boot": "0"}),
        **({"training": training.digest} if training else {}),
        **({"lengths": "unknown"} if gold.articles.lengths is None else {}),
    }
