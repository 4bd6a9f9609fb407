"""How many articles show a difference: the table of the page of the commands, and whether it holds.

    python tests/benchmarks/needed.py [--corpora 200] [--held]

The corpora are those of simulation.py: about 20 entities an article. A row is an F1 of the older release and
the share of entities that both releases find or miss by the same luck: two releases of one extractor, and two
extractors that have little in common. For each row corpora of 100 articles say what difference they show in
80 % of cases, as `compare-releases` does, and from the mean of that how many articles show others.

With --held corpora of so many articles, on which the new release is truly better by so much, are compared;
printed is in how many the interval of the difference lies above 0 (promised: 80 %). This takes minutes.
"""

import argparse
import math
import multiprocessing
import os
from collections.abc import Iterator
from functools import partial
from multiprocessing.pool import Pool
from typing import NamedTuple

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one process per core is faster; set before NumPy is loaded

import numpy as np
from simulation import (
    MICRO,
    Case,
    System,
    corpus,
    f1_intervals,
    micro_f1,
    outcome,
    percent,
    print_table,
    solve,
)

from miyar.resampling import GOLD, articles_needed

BASE = 100
F1S = (0.7, 0.8, 0.9)
SAME_LUCKS = (0.8, 0.4)
POINTS = (1, 2, 3, 5)
CORPORA = 200
HEAD = ("F1", "same luck", *(f"{points} points" for points in POINTS))


class Row(NamedTuple):
    """The articles that show each of POINTS."""

    f1: float
    same_luck: float
    articles: tuple[int, ...]


def main() -> None:
    """Print the table, and with --held how often the differences are found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpora", type=int, default=CORPORA)
    parser.add_argument("--held", action="store_true")
    options = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool() as pool:
        rows = list(table(pool, options.corpora))
        cells = [(percent(row.f1), percent(row.same_luck), *map(rounded, row.articles)) for row in rows]
        print_table("Articles that show a difference of F1 in 80 % of cases", HEAD, cells)
        if options.held:
            shares = [
                (percent(row.f1), percent(row.same_luck), *held(pool, row, options.corpora)) for row in rows
            ]
            print_table("Differences found on so many articles, % (promised: 80)", HEAD, shares)


def table(pool: Pool, corpora: int = CORPORA) -> Iterator[Row]:
    """Yield the rows."""
    return (row(pool, f1, same_luck, corpora) for f1 in F1S for same_luck in SAME_LUCKS)


def row(pool: Pool, f1: float, same_luck: float, corpora: int = CORPORA) -> Row:
    """Return a row, from the mean difference that corpora of BASE articles show."""
    system = system_of(f1)
    case = Case(BASE, system, system, same_luck)
    shown = pool.map(partial(outcome, case, 1), range(corpora), chunksize=10)
    mean = float(np.mean([one.detectable for one in shown]))
    needed = (articles_needed(BASE, mean, points / 100) for points in POINTS)
    return Row(f1, same_luck, tuple(number or 0 for number in needed))


def rounded(articles: int) -> str:
    """Return a number of articles with two digits that count: more are not known."""
    unit = 10 ** max(0, math.floor(math.log10(articles)) - 1)
    return f"{math.ceil(articles / unit) * unit:,}"


def system_of(f1: float) -> System:
    """Return the system with this true micro F1."""
    return System(solve(lambda strength: micro_f1(System(strength - 4)), f1) - 4)


def held(pool: Pool, row: Row, corpora: int) -> Iterator[str]:
    """Yield in how many corpora of so many articles the difference is found."""
    for points, articles in zip(POINTS, row.articles, strict=True):
        case = Case(articles, system_of(row.f1), system_of(row.f1 + points / 100), row.same_luck)
        yield percent(float(np.mean(pool.map(partial(is_found, case), range(corpora), chunksize=10))))


def is_found(case: Case, number: int) -> bool:
    """Return whether the interval of the difference lies above 0 on the corpus with this number."""
    old, new = corpus(np.random.default_rng([number, case.articles]), case)
    supported = old[..., GOLD].sum(axis=0) > 0
    supported[MICRO] = False
    return bool(f1_intervals(old, new, supported, number).low[2] > 0)


if __name__ == "__main__":
    main()
