"""Whether intervals hold near 100 %, in small and in skewed corpora: simulated corpora whose truth is known.

    python tests/benchmarks/edges.py [--corpora 1000] [--articles 12 20 40 100 300]

An article has 1 + Poisson(1) entities, or about 20 with log-normal lengths (standard deviation 1.4) or with
Pareto ones (shape 1.8). How many are found is beta-binomial within an article, so that errors cluster; every
second error brings a spurious prediction. A second system finds entities by the same luck in seven of ten
cases, and is as good, or three points of F1 worse.

Printed are, for the interval of F1 and of the difference to the worse system: how often it holds the truth,
how often the truth lies below and above it (nominal 2.5 %; below it is what a gate passes wrongly: a floor
at the truth, a margin of three points), and how wide it is against the percentile interval alone.
"""

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from miyar.resampling import (
    F1,
    Ends,
    Intervals,
    Resamples,
    difference_ends,
    evidence,
    intervals,
    ratio_ends,
    ratios,
    supporting_articles,
    totals,
)

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

LENGTHS = ("1+poisson", "lognormal", "pareto")
ARTICLES = (12, 20, 40, 100, 300)
TRUTHS = (0.75, 0.9, 0.97, 0.985, 0.995)
CLUSTERING = (0.1, 0.3)  # correlation of the errors within an article
MEAN, SPURIOUS, SAME_LUCK, WORSE, LEVEL = 20, 0.5, 0.7, 0.03, 0.95


class Held(NamedTuple):
    """Shares of corpora in which an interval holds the truth, or the truth lies below or above it."""

    inside: float
    below: float
    above: float
    width: float


class Row(NamedTuple):
    """What one setting shows: intervals, percentile intervals alone, and the same of the difference."""

    whole: Held
    percentile: Held
    difference: Held
    percentile_difference: Held


def main() -> None:
    """Print a line for each setting and the extremes of all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpora", type=int, default=1000)
    parser.add_argument("--articles", type=int, nargs="+", default=ARTICLES)
    options = parser.parse_args()
    print(
        "lengths    cluster articles truth | F1: holds below above  width (percentile) | difference: the same"
    )
    rows = []
    for lengths, cluster, articles, truth in itertools.product(LENGTHS, CLUSTERING, options.articles, TRUTHS):
        row = study(lengths, cluster, articles, truth, options.corpora)
        rows.append(row)
        print(f"{lengths:10} {cluster:7} {articles:8} {100 * truth:5.1f} |", shown(row), flush=True)
    print(
        f"lowest: F1 {percent(min(row.whole.inside for row in rows))}, "
        f"difference {percent(min(row.difference.inside for row in rows))}; "
        f"percentile {percent(min(row.percentile.inside for row in rows))}, "
        f"{percent(min(row.percentile_difference.inside for row in rows))}"
    )


def shown(row: Row) -> str:
    """Return a row for people."""
    pairs = ((row.whole, row.percentile), (row.difference, row.percentile_difference))
    return " | ".join(
        f"{percent(new.inside)} {percent(new.below)} {percent(new.above)} "
        f"x{new.width / old.width if old.width else np.inf:5.2f} ({percent(old.inside)} {percent(old.below)})"
        for new, old in pairs
    )


def percent(share: float) -> str:
    """Return a share in per cent, five characters wide."""
    return f"{100 * share:5.1f}"


def study(lengths: str, cluster: float, articles: int, truth: float, corpora: int) -> Row:
    """Return what intervals do on corpora of one kind; all have the same resamples."""
    generator = np.random.default_rng([articles, round(1000 * truth), LENGTHS.index(lengths)])
    old, new = corpus(generator, (articles, corpora), lengths, cluster, truth)
    first, second = totals(Resamples(articles, 1000, seed=articles), old, new)
    alone = supporting_articles(old)
    both = supporting_articles(old + new)
    ends = ratio_ends(evidence(old), LEVEL)
    apart = difference_ends(evidence(old), evidence(new), LEVEL)
    return Row(
        held(of_f1(ratios(first), alone, ends), truth),
        held(of_f1(ratios(first), alone, None), truth),
        held(of_f1(ratios(second) - ratios(first), both, apart), -WORSE),
        held(of_f1(ratios(second) - ratios(first), both, None), -WORSE),
    )


def of_f1(values: Numbers, articles: Whole, ends: Ends | None) -> Intervals:
    """Return the intervals of the last ratio."""
    cut = None if ends is None else Ends(ends.low[..., F1], ends.high[..., F1])
    return intervals(values[..., F1], articles[..., F1], LEVEL, cut)


def held(found: Intervals, truth: float) -> Held:
    """Return how often intervals hold the truth."""
    below, above = found.low > truth + 1e-12, found.high < truth - 1e-12
    inside, low, high = (float(np.mean(part)) for part in (~(below | above), below, above))
    return Held(inside, low, high, float(np.mean(found.high - found.low)))


def corpus(
    generator: np.random.Generator, shape: tuple[int, int], lengths: str, cluster: float, truth: float
) -> list[Numbers]:
    """Return the counts of both systems, each of shape (articles, corpora, 4)."""
    gold = sizes(generator, shape, lengths)
    chances = [recall(truth), recall(truth - WORSE)]
    found = beta_quantile(chances, cluster, shape, generator)
    lower, higher = np.minimum(*found), np.maximum(*found)
    same = generator.binomial(gold, SAME_LUCK)
    by_both = generator.binomial(same, lower)
    gained = (higher - lower) / np.maximum(1 - lower, 1e-12)
    by_better = generator.binomial(same - by_both, np.clip(gained, 0, 1))
    made = []
    for chance in found:
        right = by_both + np.where(chance == higher, by_better, 0) + generator.binomial(gold - same, chance)
        spurious = generator.binomial(gold - right, SPURIOUS)
        made.append(np.stack([right, right + spurious, gold, right], axis=-1).astype(np.float64))
    return made


def sizes(generator: np.random.Generator, shape: tuple[int, int], lengths: str) -> Whole:
    """Return how many entities each article has."""
    if lengths == "1+poisson":
        return 1 + generator.poisson(1, shape)
    if lengths == "lognormal":
        drawn = generator.lognormal(np.log(MEAN) - 1.4**2 / 2, 1.4, shape)
    else:
        drawn = (generator.pareto(1.8, shape) + 1) * MEAN * 0.8 / 1.8
    return np.maximum(1, drawn.round()).astype(np.int64)


def recall(truth: float) -> float:
    """Return the recall at which F1 is the truth: F1 = 2r / (1 + r + SPURIOUS·(1 - r))."""
    return truth * (1 + SPURIOUS) / (2 - truth + truth * SPURIOUS)


def beta_quantile(
    chances: Sequence[float], cluster: float, shape: tuple[int, int], generator: np.random.Generator
) -> list[Numbers]:
    """Return the chance of each article under each mean, both by the same luck."""
    from scipy.special import betaincinv

    luck, spread = generator.random(shape), (1 - cluster) / cluster
    return [betaincinv(chance * spread, (1 - chance) * spread, luck) for chance in chances]


if __name__ == "__main__":
    main()
