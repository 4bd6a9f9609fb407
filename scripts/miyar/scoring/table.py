"""A measure as counts per article: every number of a score is a sum of such a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from miyar.matching import Cells, Numbers, article_counts
from miyar.scoring.sides import CHARGED
from miyar.spantable import Column

SPAN = "SPAN"
Kind = Literal["labels", "roles", "classes", "shares"]


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of shape (articles, 1 + classes, 4): tp, predicted, gold, found; the first class is micro.

    `kind` says what the classes are; only labels and roles have a macro average. `cells` are the sets that
    were compared, where seqeval can say the same of them; their labels are indices into `tags`. `signed`
    has the choices that change the numbers of this table alone, as signatures name them.
    """

    layer: str
    name: str
    counts: Numbers
    classes: tuple[str, ...] = ()
    kind: Kind = "labels"
    cells: Cells | None = None
    tags: tuple[str, ...] = (SPAN,)
    signed: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_macro(self) -> bool:
        """Return whether a mean over the classes means something."""
        return bool(self.classes) and self.kind in ("labels", "roles")

    def ordered(self, order: Column) -> "Table":
        """Return the table with its articles in this order."""
        return replace(self, counts=self.counts[order])


def set_table(
    layer: str,
    name: str,
    compared: Cells,
    articles: int,
    classes: tuple[str, ...] = (),
    kind: Kind = "labels",
) -> Table:
    """Return the table of sets; the last of the classes, CHARGED, stays only if something was charged."""
    tags = classes or (SPAN,)
    by_class = article_counts(compared, articles, len(tags))
    micro = by_class.sum(axis=1, keepdims=True)
    if not classes:
        return Table(layer, name, micro, cells=compared)
    shown = len(classes) - (classes[-1] == CHARGED and not by_class[:, -1].any())
    counts = np.concatenate([micro, by_class[:, :shown]], axis=1)
    return Table(layer, name, counts, classes[:shown], kind, compared, tags)
