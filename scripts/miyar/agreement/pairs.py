"""Each pair of annotators scored against each other, both ways round, and all pairs together.

The machinery is that of scoring: one annotator's view as the gold, the other's as the predictions. With both
ways counted precision is recall, and both are F1; no annotator is the reference.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from miyar.dataset import Annotators
from miyar.predictions import Predictions
from miyar.scheme import Scheme
from miyar.scoring import Choices, Table, count
from miyar.spantable import Column, Views, of_articles


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators' views of the articles that both finished; `rows` are their indices among all."""

    one: str
    other: str
    rows: Column
    views: tuple[Views, Views]

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.one}, {self.other}"


def pairs(annotators: Annotators) -> Iterator[Pair]:
    """Yield each pair that finished an article together."""
    for one, other in combinations(annotators.views, 2):
        rows = np.intersect1d(annotators.rows[one], annotators.rows[other])
        if len(rows):
            places = [np.searchsorted(annotators.rows[name], rows) for name in (one, other)]
            views = [of_articles(annotators.views[n], p) for n, p in zip((one, other), places, strict=True)]
            second = replace(views[1], articles=views[0].articles)
            yield Pair(one, other, rows, (views[0], second))


def pair_tables(pair: Pair, scheme: Scheme, choices: Choices) -> list[Table]:
    """Return the counts of a pair, both ways added, with its articles in the order of their ids."""
    one, other = pair.views
    every = np.arange(len(pair.rows))
    ways = ((one, other), (other, one))
    found = [count(gold, Predictions(views), scheme, choices).tables for gold, views in ways]
    return list(pooled(len(every), [(every, tables) for tables in found]))


def pooled(articles: int, parts: Iterable[tuple[Column, Sequence[Table]]]) -> Iterator[Table]:
    """Yield the sums of tables of the same measures; each part has the indices of its articles.

    A class that one part lacks counts 0 there; classes are in order of appearance, the charged one last.
    """
    named: dict[tuple[str, str], list[tuple[Column, Table]]] = {}
    for rows, tables in parts:
        for table in tables:
            named.setdefault((table.layer, table.name), []).append((rows, table))
    for found in named.values():
        classes = tuple(dict.fromkeys(code for _, table in found for code in table.classes))
        place = {code: number for number, code in enumerate(classes, start=1)}
        counts = np.zeros((articles, 1 + len(classes), 4))
        for rows, table in found:
            columns = [0, *(place[code] for code in table.classes)]
            counts[np.ix_(rows, np.array(columns))] += table.counts
        yield replace(found[0][1], counts=counts, classes=classes, cells=None)
