"""Computes comparisons: systems are counted per article once, and every number is a sum of those counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

import miyar
from miyar.comparison.counts import BASELINE, MICRO, Counts, Stack, count_systems
from miyar.comparison.differences import differences, tested
from miyar.comparison.model import Comparison, MeasureComparison, SystemComparison
from miyar.comparison.pairs import Pair, Resampled
from miyar.predictions import Predictions
from miyar.resampling import F1, SWAPS, Numbers, Resamples, effective_articles, totals
from miyar.scheme import Scheme
from miyar.scoring import Choices
from miyar.spantable import Views

DETECT = 0.01


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a comparison besides the choices of a score.

    `swaps` is how many the p-values come from, 0 for none; `detect` a difference of F1, such as 0.01, for
    which to say how many articles would show it.
    """

    swaps: int = SWAPS
    detect: float | None = DETECT


class _Context(NamedTuple):
    counts: Counts
    choices: Choices
    asked: Asked


def compare(
    gold: Views,
    predictions: Sequence[Predictions],
    scheme: Scheme,
    choices: Choices | None = None,
    asked: Asked | None = None,
    training: Views | None = None,
) -> Comparison:
    """Return how the predictions after the first, which is the baseline, differ from it on one gold.

    `training` has the annotations that all systems learnt from, for slices of what they have seen.
    Raises RuntimeError where seqeval's numbers differ from ours: that is a bug.
    """
    chosen = choices or Choices()
    return compare_counts(count_systems(gold, predictions, scheme, chosen, training), chosen, asked)


def compare_counts(counts: Counts, choices: Choices | None = None, asked: Asked | None = None) -> Comparison:
    """Return the comparison of systems that were counted."""
    context = _Context(counts, choices or Choices(), asked or Asked())
    layers: list[dict[str, dict[str, MeasureComparison]]] = [{} for _ in counts.systems[1:]]
    for stack, resampled in zip(counts.stacks, _resampled(context), strict=True):
        for index, made in enumerate(_measures(stack, resampled, context)):
            layers[index].setdefault(stack.layer, {})[stack.name] = made
    changes = counts.changes or (None,) * len(layers)
    systems = zip(counts.systems[1:], layers, changes, strict=True)
    return Comparison(
        counts.corpus,
        counts.articles,
        context.choices.level,
        counts.systems[BASELINE],
        tuple(SystemComparison(*parts) for parts in systems),
        counts.left_out,
        effective_articles(counts.stacks[0].counts[BASELINE][:, MICRO]),
    )


def _resampled(context: _Context) -> Iterator[Sequence[Numbers | None]]:
    """Yield for each measure the sums of each system in every resample: the same resamples for all."""
    counts, choices = context.counts, context.choices
    number = len(counts.systems)
    if not choices.samples:
        yield from [[None] * number] * len(counts.stacks)
        return
    resamples = Resamples(counts.articles, choices.samples, choices.seed)
    sums = totals(resamples, *(table for stack in counts.stacks for table in stack.counts))
    yield from (sums[first : first + number] for first in range(0, len(sums), number))


def _measures(
    stack: Stack, resampled: Sequence[Numbers | None], context: _Context
) -> Iterator[MeasureComparison]:
    """Yield one measure of each system against the baseline."""
    systems = range(1, len(stack.counts))
    pairs = [_pair(stack, system, resampled) for system in systems]
    p = np.stack([pair.p(context.asked.swaps, context.choices.seed) for pair in pairs])
    significances = tested(p, np.stack([pair.articles[:, F1] for pair in pairs]), stack.family)
    for system, pair, tests in zip(systems, pairs, significances, strict=True):
        made = differences(stack, system, pair, context.choices.level, context.asked.detect)
        micro, *labels, average = (
            replace(one, significance=test) for one, test in zip(made, tests, strict=True)
        )
        yield MeasureComparison(
            _signature(stack, system, context),
            micro,
            average if pair.supported.any() else None,
            dict(zip(stack.classes, labels, strict=True)),
            stack.family,
        )


def _pair(stack: Stack, system: int, resampled: Sequence[Numbers | None]) -> Pair:
    old, new = resampled[BASELINE], resampled[system]
    both = None if old is None or new is None else Resampled(old, new)
    return Pair(stack.counts[BASELINE], stack.counts[system], stack.supported(BASELINE, system), both)


def _signature(stack: Stack, system: int, context: _Context) -> str:
    """Return the signature of a compared measure: every choice that could change its numbers."""
    signed = dict(context.counts.signed[system])
    boot = {"boot": signed.pop("boot"), "swaps": str(context.asked.swaps), "seed": signed.pop("seed", "")}
    parts = {
        "miyar": miyar.__version__,
        "compare": stack.name,
        "layer": stack.layer,
        **stack.signed,
        "gold": signed.pop("gold"),
        "baseline": context.counts.signed[BASELINE]["predictions"],
        "system": signed.pop("predictions"),
        **signed,
        **boot,
    }
    return "|".join(f"{key}:{value}" for key, value in parts.items())
