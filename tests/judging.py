"""A gate read and judged on counts that are made to order: labels of which a share is found."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miyar.comparison import (
    Asked,
    Comparison,
    Gate,
    Judgement,
    State,
    Verdict,
    compare_counts,
    judge,
    read_gate,
)
from miyar.comparison.counts import Counts, Rows, Stack
from miyar.comparison.model import System
from miyar.scoring import Choices

Numbers = NDArray[np.float64]

LABELS = ("GPE", "PERS", "WEAPON")
MEASURES = {
    "entities.strict": Rows(("micro", "macro"), "labels", LABELS),
    "entities.untyped": Rows(("micro",), "labels", ()),
    "triggers.trig_c": Rows(("micro", "macro"), "labels", ("ATTACK",)),
    "slices.source": Rows(("micro",), "slices", ("Reuters", "وكالة")),
}


def gate_of(folder: Path, source: str) -> Gate:
    file = folder / "gate.toml"
    file.write_text(source, encoding="utf-8")
    return read_gate(file, MEASURES)


def table(generator: np.random.Generator, f1: float, articles: int, each: int = 10) -> Numbers:
    """Return the counts of a label of which a share is found, and nothing else, in every article."""
    tp, all_of_it = generator.binomial(each, f1, articles), np.full(articles, each)
    return np.stack([tp, all_of_it, all_of_it, tp], axis=-1).astype(np.float64)[:, None, :]


def counts_of(articles: int, **labels: tuple[float, float]) -> Counts:
    """Return a baseline and a system with these F1s of labels; ATTACK is a trigger, WEAPON is rare."""
    generator = np.random.default_rng(7)
    made = {
        code: [
            table(
                generator, f1, articles if code != "WEAPON" else articles // 5, 10 if code != "WEAPON" else 2
            )
            for f1 in pair
        ]
        for code, pair in labels.items()
    }
    for pair in made.values():
        for number, one in enumerate(pair):
            pair[number] = np.concatenate([one, np.zeros((articles - len(one), 1, 4))])

    def stack(layer: str, name: str, codes: list[str]) -> Stack:
        classes = [np.concatenate([made[code][number] for code in codes], axis=1) for number in range(2)]
        both = [np.concatenate([one.sum(axis=1, keepdims=True), one], axis=1) for one in classes]
        return Stack(layer, name, np.stack(both), tuple(codes))

    stacks = [stack("entities", "strict", [code for code in labels if code != "ATTACK"])]
    if "ATTACK" in labels:
        stacks.append(stack("triggers", "trig_c", ["ATTACK"]))
    signed = {"gold": "g", "predictions": "p", "boot": "0"}
    return Counts("made", (System("old"), System("new")), tuple(stacks), (signed, signed))


def compared(counts: Counts, samples: int = 300) -> Comparison:
    return compare_counts(counts, Choices(samples=samples), Asked(swaps=0))


def judged(folder: Path, source: str, counts: Counts) -> Verdict:
    return judge(gate_of(folder, source), compared(counts))


def states(verdict: Verdict, rule: int = 0) -> dict[str, State]:
    return {one.row: one.state for one in rows(verdict, rule)}


def rows(verdict: Verdict, rule: int = 0) -> tuple[Judgement, ...]:
    return verdict.systems[0].rules[rule].judgements
