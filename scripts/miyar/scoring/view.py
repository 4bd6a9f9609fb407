"""The comparison view: outermost entities on word tokens, as papers score them with seqeval."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from miyar.bio import Losses, Mode, Projection, Ratios, projected, seqeval_view, tags, token_spans
from miyar.matching import Numbers, cells, span_rows
from miyar.scoring.sides import CHARGED, Sides
from miyar.scoring.table import Table, set_table
from miyar.spantable import Views
from miyar.tokens import TOKENS_VERSION, TokenTable, token_table

LAYER = "comparison"
TOLERANCE = 1e-12


class View(NamedTuple):
    """The tables of both modes, and what became of each side's entities."""

    tables: tuple[Table, ...]
    losses: dict[str, Losses]


def comparison_view(sides: Sides, gold: Views, predicted: Views) -> View | None:
    """Return the view, or None where the gold has no texts.

    Tags made of spans are always valid, so that both modes of seqeval read them alike; each is asked, and
    raises RuntimeError, as a bug, where its numbers are not those of our counts.
    """
    if gold.texts is None:
        return None
    tokens = token_table(gold.texts)
    layers = ((sides.gold.entities, gold), (sides.predicted.entities, predicted))
    both = [projected(layer.as_given(views), tokens) for layer, views in layers]
    names = (*sides.inventory.entities, CHARGED)
    compared = cells(*(span_rows(token_spans(one, tokens)) for one in both))
    counted = replace(
        set_table(LAYER, "", compared, sides.articles, names), signed={"tokens": TOKENS_VERSION}
    )
    tables = tuple(replace(counted, name=mode.value) for mode in Mode)
    _check(both, tokens, names, tables)
    return View(tables, dict(zip(("gold", "predicted"), (one.losses for one in both), strict=True)))


def _check(
    both: list[Projection], tokens: TokenTable, names: tuple[str, ...], tables: tuple[Table, ...]
) -> None:
    gold, predicted = (tags(one, tokens, names) for one in both)
    for mode, table in zip(Mode, tables, strict=True):
        view = seqeval_view(gold, predicted, mode)
        micro, *labels = map(_ratios, table.counts.sum(axis=0))
        ours = {code: one for code, one in zip(table.classes, labels, strict=True) if any(one)}
        theirs = {code: one for code, one in view.labels.items() if any(one)}
        if ours.keys() != theirs.keys() or not np.allclose(
            [view.micro, *(theirs[code] for code in ours)], [micro, *ours.values()], rtol=0, atol=TOLERANCE
        ):
            raise RuntimeError(f"seqeval disagrees in {mode.value} mode: {view}, own counts {micro}, {ours}")


def _ratios(row: Numbers) -> Ratios:
    """Return summed counts as seqeval gives them, 0 for what is undefined."""
    tp, predicted, gold, _ = row.tolist()
    ratios = (tp / predicted if predicted else 0.0, tp / gold if gold else 0.0)
    return Ratios(*ratios, 2 * tp / (predicted + gold) if predicted + gold else 0.0, int(gold))
