"""Whether intervals, tests and promised power hold what they say, on simulated corpora whose truth is known.

    python tests/benchmarks/simulation.py [--corpora 1000] [--articles 20 30 50 70 100 1000]

The process: an article has about 20 entities of eight labels, at rates that vary from article to article as
gamma variables do, both for all labels together (long and short articles) and for each by itself (topics).
Articles are easy or hard for both systems, and a little more so for either; four entities in five are found
or missed by the same luck. Spurious predictions come with the share of entities that is missed. True F1s are
ratios of expectations: integrals over the difficulty, which 80 Gauss-Hermite nodes give to 1e-9.

Samples and swaps are as many as in the product, 1,000 and 10,000; each corpus has a seed of its own.
"""

import argparse
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path
from typing import NamedTuple

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one process per core is faster; set before NumPy is loaded

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from miyar.resampling import (
    F1,
    GOLD,
    LEVEL,
    SWAPS,
    Ends,
    Intervals,
    Resamples,
    Swaps,
    detectable,
    difference_ends,
    evidence,
    intervals,
    macro,
    macro_evidence,
    permutation_test,
    ratio_ends,
    ratios,
    supporting_articles,
    totals,
)

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

SIZES = (20, 30, 50, 70, 100, 1000)
ENTITIES = 20
SHARES = np.array([0.30, 0.25, 0.20, 0.10, 0.07, 0.05, 0.02, 0.01])
SKILL = np.array([2.0, 1.6, 1.2, 1.0, 1.4, 0.6, 1.0, 0.8])  # log odds that an entity is found
DIFFICULTY, OWN_DIFFICULTY, SAME_LUCK = 0.7, 0.3, 0.8
MICRO, RARE = 0, 6  # the classes: micro, then the labels; RARE has one entity in an article
ALPHA = 0.05
STATISTICS = ("micro", "rare", "difference", "macro", "macro_difference")


class System(NamedTuple):
    """`strength` adds to the log odds that an entity is found; one missed brings `spurious` predictions."""

    strength: float = 0.0
    spurious: float = 0.5


class Case(NamedTuple):
    """Two systems on corpora of a size, and the share of entities that both find or miss by the same luck."""

    articles: int
    old: System = System()
    new: System = System()
    same_luck: float = SAME_LUCK


class Outcome(NamedTuple):
    """What one corpus shows, or the means over corpora; yes is 1, no is 0, and without an interval is NaN.

    The first five, STATISTICS, say whether the interval holds the truth.
    """

    micro: float
    rare: float
    difference: float
    macro: float
    macro_difference: float
    without_rare: float
    rejected: float
    macro_rejected: float
    excluded: float
    detectable: float
    error: float
    seen: float


def main() -> None:
    """Run all sizes and print three tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpora", type=int, default=1000)
    parser.add_argument("--articles", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    started = time.perf_counter()
    noise = 1.96 * math.sqrt(0.05 * 0.95 / options.corpora)
    print(
        f"{options.corpora} corpora for each number, so that 5 and 95 % are known within ±{percent(noise)}."
    )
    print(f"True F1: micro {true_f1(System())[MICRO]:.3f}, rare label {true_f1(System())[RARE]:.3f}.")
    with multiprocessing.get_context("spawn").Pool() as pool:
        null = {size: study(pool, Case(size), options.corpora) for size in options.articles}
        print_coverage(null)
        print_rejections(null, pool, options.corpora)
        print_power(null, pool, options.corpora)
    print(f"\nTook {time.perf_counter() - started:.0f} s.")


def print_coverage(null: Mapping[int, Outcome]) -> None:
    """Print how often the 95 % intervals hold the truth."""
    head = ("articles", "micro", "difference", "macro", "macro difference", "rare label", "without interval")
    rows = [
        (
            size,
            *map(percent, (mean.micro, mean.difference, mean.macro, mean.macro_difference, mean.rare)),
            percent(mean.without_rare),
        )
        for size, mean in null.items()
    ]
    print_table("95 % intervals of F1 that hold the truth, % (goal 93 to 97)", head, rows)


def print_rejections(null: Mapping[int, Outcome], pool: Pool, corpora: int) -> None:
    """Print how often the tests see a difference where there is none, or only one of another kind."""
    spurious = solve(lambda spurious: -micro_f1(System(0.6, spurious)), -micro_f1(System()))
    head = ("articles", "permutation", "permutation, macro", "permutation, unlike", "interval without 0")
    rows = []
    for size, mean in null.items():
        unlike = study(pool, Case(size, new=System(0.6, spurious)), corpora)
        shares = (mean.rejected, mean.macro_rejected, unlike.rejected, mean.excluded)
        rows.append((size, *map(percent, shares)))
    print_table("Differences found at 5 % where there is none, % (goal 3.5 to 6.5)", head, rows)
    print("unlike: as good in F1, with more found and more spurious")


def print_power(null: Mapping[int, Outcome], pool: Pool, corpora: int) -> None:
    """Print how often a difference is found that is as large as the one promised to be found in 80 %."""
    head = ("articles", "difference", "mean promise", "permutation", "interval without 0", "SE/deviation")
    rows = []
    for size, mean in null.items():
        difference = mean.detectable
        for _ in range(2):
            difference = study(pool, better(size, difference), corpora // 2, swaps=1).detectable
        found = study(pool, better(size, difference), corpora)
        shares = percent(found.rejected), percent(found.excluded)
        numbers = (f"{difference:.4f}", f"{found.detectable:.4f}", *shares, f"{found.error / found.seen:.2f}")
        rows.append((size, *numbers))
    title = "Differences found that are as large as the mean minimum detectable one, % (goal 75 to 85)"
    print_table(title, head, rows)
    print("SE/deviation: the bootstrap's standard error, over the deviation of the differences seen")


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print columns as wide as their heads."""
    print(f"\n{title}")
    for row in (head, *rows):
        print("  ".join(str(cell).rjust(len(name)) for cell, name in zip(row, head, strict=True)), flush=True)


def percent(share: float) -> str:
    """Return the share in per cent."""
    return f"{100 * share:.1f}"


def better(articles: int, difference: float) -> Case:
    """Return the case in which the new system's micro F1 is truly better by this much."""
    strength = solve(lambda strength: micro_f1(System(strength)), micro_f1(System()) + difference)
    return Case(articles, new=System(strength))


def solve(function: Callable[[float], float], value: float) -> float:
    """Return where in [0, 8] an increasing function has the value, by bisection."""
    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < value else (low, middle)
    return low


def true_f1(system: System) -> Numbers:
    """Return the F1 of endless corpora, micro first, of shape (1 + labels,)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    difficulty = nodes * math.hypot(DIFFICULTY, OWN_DIFFICULTY)
    found = logistic(SKILL[:, None] + system.strength - difficulty) @ (weights / weights.sum())
    return f1_of(with_micro(SHARES * found, SHARES * system.spurious * (1 - found), SHARES))


def micro_f1(system: System) -> float:
    """Return the true micro F1."""
    return float(true_f1(system)[MICRO])


def logistic(log_odds: Numbers) -> Numbers:
    """Return the probabilities."""
    chances: Numbers = 1 / (1 + np.exp(-log_odds))
    return chances


def with_micro(found: Numbers | Whole, spurious: Numbers | Whole, gold: Numbers | Whole) -> Numbers:
    """Return the counts of shape (…, 1 + labels, 4)."""
    labels = np.stack([found, found + spurious, gold, found], axis=-1).astype(np.float64)
    return np.concatenate([labels.sum(axis=-2, keepdims=True), labels], axis=-2)


def f1_of(counts: Numbers) -> Numbers:
    """Return the F1 of counts of shape (…, 4)."""
    f1: Numbers = ratios(counts)[..., F1]
    return f1


def corpus(generator: np.random.Generator, case: Case) -> Iterator[Numbers]:
    """Yield the counts of the old and the new system on one corpus."""
    systems = (case.old, case.new)
    size = (case.articles, 1)
    rate = ENTITIES * SHARES * generator.gamma(2, 1 / 2, size) * generator.gamma(1, 1, (size[0], len(SHARES)))
    gold = generator.poisson(rate)
    difficulty = generator.normal(0, DIFFICULTY, size)
    chances = [
        logistic(SKILL + system.strength - difficulty - generator.normal(0, OWN_DIFFICULTY, size))
        for system in systems
    ]
    lower, higher = np.minimum(*chances), np.maximum(*chances)
    same = generator.binomial(gold, case.same_luck)
    by_both = generator.binomial(same, lower)
    by_better = generator.binomial(same - by_both, (higher - lower) / (1 - lower))
    wrong = [rate * system.spurious * (1 - chance) for system, chance in zip(systems, chances, strict=True)]
    wrong_in_both = case.same_luck * np.minimum(*wrong)
    shared = generator.poisson(wrong_in_both)
    for chance, spurious in zip(chances, wrong, strict=True):
        found = by_both + np.where(chance == higher, by_better, 0) + generator.binomial(gold - same, chance)
        yield with_micro(found, shared + generator.poisson(spurious - wrong_in_both), gold)


def study(pool: Pool, case: Case, corpora: int, swaps: int = SWAPS) -> Outcome:
    """Return the means over corpora, of `error` the root mean square, of `seen` the standard deviation."""
    table = np.array(pool.map(partial(outcome, case, swaps), range(corpora), chunksize=10))
    means = Outcome(*np.nanmean(table, axis=0).tolist())
    errors, seen = (table[:, Outcome._fields.index(name)] for name in ("error", "seen"))
    return means._replace(error=float(np.sqrt(np.mean(errors**2))), seen=float(np.std(seen)))


def outcome(case: Case, swaps: int, number: int) -> Outcome:
    """Return what the corpus with this number shows."""
    old, new = corpus(np.random.default_rng([number, case.articles]), case)
    supported = old[..., GOLD].sum(axis=0) > 0
    supported[MICRO] = False
    found = f1_intervals(old, new, supported, number)
    truth = true_statistics(case, supported)
    covered = np.where(np.isnan(found.low), np.nan, (found.low <= truth) & (truth <= found.high))
    test = permutation_test(old, new, supported, Swaps(case.articles, swaps, seed=number))
    error = float(found.standard_error[2])
    return Outcome(
        **dict(zip(STATISTICS, covered.tolist(), strict=True)),
        without_rare=float(np.isnan(found.low[1])),
        rejected=float(test.classes[MICRO] <= ALPHA),
        macro_rejected=float(test.macro <= ALPHA),
        excluded=float(found.low[2] > 0 or found.high[2] < 0),
        detectable=detectable(float(found.high[2] - found.low[2]) / 2, error),
        error=error,
        seen=float((f1_of(new.sum(axis=0)) - f1_of(old.sum(axis=0)))[MICRO]),
    )


def f1_intervals(old: Numbers, new: Numbers, supported: Mask, seed: int) -> Intervals:
    """Return the intervals of STATISTICS."""
    resampled = totals(Resamples(len(old), seed=seed), old, new)
    first, second = (f1_of(sums) for sums in resampled)
    macro_first, macro_second = (macro(sums, supported)[..., F1] for sums in resampled)
    difference, macro_difference = (second - first)[:, MICRO], macro_second - macro_first
    values = [first[:, MICRO], first[:, RARE], difference, macro_first, macro_difference]
    one, both = (supporting_articles(counts)[..., F1] for counts in (old, old + new))
    averaged = [supporting_articles(counts[:, supported].sum(axis=1))[F1] for counts in (old, old + new)]
    articles = [one[MICRO], one[RARE], both[MICRO], *averaged]
    return intervals(np.stack(values, axis=1), np.array(articles), LEVEL, f1_ends(old, new, supported))


def f1_ends(old: Numbers, new: Numbers, supported: Mask) -> Ends:
    """Return the ends that the intervals of STATISTICS reach at the least."""
    first, second = evidence(old), evidence(new)
    averaged, other = (macro_evidence(counts, supported) for counts in (old, new))
    one, both = ratio_ends(first, LEVEL), difference_ends(first, second, LEVEL)
    average, apart = ratio_ends(averaged, LEVEL), difference_ends(averaged, other, LEVEL)
    parts = (
        [side[MICRO, F1], side[RARE, F1], change[MICRO, F1], mean[F1], change_of_mean[F1]]
        for side, change, mean, change_of_mean in zip(one, both, average, apart, strict=True)
    )
    return Ends(*map(np.array, parts))


def true_statistics(case: Case, supported: Mask) -> Numbers:
    """Return the truth of STATISTICS; macro is over the labels that the corpus has."""
    first, second = true_f1(case.old), true_f1(case.new)
    macros = first[supported].mean(), second[supported].mean()
    return np.array(
        [first[MICRO], first[RARE], second[MICRO] - first[MICRO], macros[0], macros[1] - macros[0]]
    )


if __name__ == "__main__":
    main()
