"""How the spans of one side nest: inner, outer or flat; what can match nothing is flat."""

import numpy as np

from miyar.scoring.sides import LayerSpans
from miyar.spantable import Column, begins_run

NESTING = ("outer", "inner", "flat")
OUTER, INNER, FLAT = range(3)


def nesting(layer: LayerSpans) -> Column:
    """Return for each span whether it is inside another one, else contains one, else is flat; shape (n,).

    Inside another: within its extent and not equal to it; labels do not matter. A span that is no range in
    its text is flat and is not looked at for the others.
    """
    spans = layer.spans
    order = np.lexsort((-spans.end, spans.start, spans.article, ~layer.inside))[: layer.inside.sum()]
    article, start, end = (column[order] for column in (spans.article, spans.start, spans.end))
    first = begins_run([article, start, end])
    # Ends of an article rank behind those of the one before, so that running extremes need no resets;
    # ranks, since an offset may be too large to be multiplied.
    _, rank = np.unique(end, return_inverse=True)
    ends = (rank + article * len(order))[first]
    classes = np.full(len(spans), FLAT)
    classes[order] = _classes(ends)[np.cumsum(first) - 1]
    return classes


def _classes(ends: Column) -> Column:
    """Return the classes of distinct extents in order of start and longer first, given their ends."""
    inner, outer = np.zeros((2, len(ends)), dtype=bool)
    inner[1:] = np.maximum.accumulate(ends)[:-1] >= ends[1:]
    outer[:-1] = np.minimum.accumulate(ends[::-1])[::-1][1:] <= ends[:-1]
    return np.select([inner, outer], [INNER, OUTER], FLAT)
