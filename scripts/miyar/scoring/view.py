"""The comparison view: outermost entities on word tokens, as papers score them with seqeval."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from miyar.bio import Losses, Mode, Ratios, projected, seqeval_labels, short_tags, token_spans
from miyar.matching import Numbers, cells, span_rows
from miyar.scoring.sides import CHARGED, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import Views
from miyar.tokens import TOKENS_VERSION, token_table

LAYER = "comparison"
TOLERANCE = 1e-12


class View(NamedTuple):
    """The tables of both modes, and what became of each side's entities."""

    tables: tuple[Table, ...]
    losses: dict[str, Losses]


def comparison_view(sides: Sides, gold: Views, predicted: Views) -> View | None:
    """Return the view, or None where the gold has no texts.

    Tags made of spans are those of IOB2, which is checked, so that both modes of seqeval read them alike; its
    default one is asked. Raises RuntimeError, as a bug, where its numbers are not those of our counts.
    """
    if gold.articles.texts is None:
        return None
    tokens = token_table(gold.articles.texts)
    layers = ((sides.gold.entities, gold), (sides.predicted.entities, predicted))
    both = [projected(layer.as_given(views), tokens) for layer, views in layers]
    names = (*sides.inventory.entities, CHARGED)
    compared = cells(*(span_rows(token_spans(one, tokens)) for one in both))
    counted = replace(
        set_table(LAYER, "", compared, sides.articles, names), signed={"tokens": TOKENS_VERSION}
    )
    tables = tuple(replace(counted, name=mode.value) for mode in Mode)
    short_gold, short_predicted = short_tags(both, tokens, names)
    _check(seqeval_labels(short_gold, short_predicted), counted)
    return View(tables, dict(zip(("gold", "predicted"), (one.losses for one in both), strict=True)))


def _check(said: Mapping[str, Ratios], table: Table) -> None:
    """Compare each label; their sums are the micro average, which `check_with_seqeval` asks for."""
    labels = zip(table.classes, map(_ratios, table.counts.sum(axis=0)[1:]), strict=True)
    ours = {code: one for code, one in labels if any(one)}
    theirs = {code: one for code, one in said.items() if any(one)}
    pairs = [(theirs.get(code), ours.get(code)) for code in {**theirs, **ours}]
    if not all(one and other and np.allclose(one, other, rtol=0, atol=TOLERANCE) for one, other in pairs):
        raise RuntimeError(f"seqeval disagrees: {theirs}, own counts {ours}")


def _ratios(row: Numbers) -> Ratios:
    """Return summed counts as seqeval gives them, 0 for what is undefined."""
    tp, predicted, gold, _ = row.tolist()
    ratios = (tp / predicted if predicted else 0.0, tp / gold if gold else 0.0)
    return Ratios(*ratios, 2 * tp / (predicted + gold) if predicted + gold else 0.0, int(gold))
