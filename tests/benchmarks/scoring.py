"""Scoring 1.2 million tokens with 90,000 gold entities, against seqeval's own report on the same labels.

    python tests/benchmarks/scoring.py

Prints the median seconds of both, in one process and in turn, and their ratio.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from miyar.predictions import Predictions
from miyar.scheme import Scheme, find_config, read_scheme
from miyar.scoring import score
from miyar.spantable import SPAN_TYPE, Views, views_of

ARTICLES, TOKENS, ENTITIES, RUNS = 4_000, 300, 90_000, 3

Tags = list[list[str]]


def main() -> None:
    """Run both in turn and print what they took."""
    scheme = read_scheme(find_config(None) / "labels.toml")
    generator = np.random.default_rng(12345)
    gold = random_tags(generator, scheme)
    predicted = degraded(gold, generator)
    views = [as_views(tags, scheme) for tags in (gold, predicted)]
    predictions = Predictions(views[1])
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(seconds(lambda: score(views[0], predictions, scheme)))
        theirs.append(seconds(lambda: report(gold, predicted)))
    print(
        f"{ARTICLES * TOKENS} tokens, {len(views[0].spans)} gold and {len(views[1].spans)} predicted entities"
    )
    print(f"miyar, check against seqeval included: {median(ours):.2f} s")
    print(f"seqeval.metrics.classification_report: {median(theirs):.2f} s")
    print(f"ratio of the medians: {median(ours) / median(theirs):.2f}")


def random_tags(generator: np.random.Generator, scheme: Scheme) -> Tags:
    """Return flat IOB2 tags with entities of one to three tokens, never side by side."""
    codes = [label.code for label in scheme.entities]
    tags = np.full((ARTICLES, TOKENS), "O", dtype=object)
    slots = generator.choice(ARTICLES * (TOKENS // 5), ENTITIES, replace=False)
    for slot, label, length in zip(
        slots, generator.choice(codes, ENTITIES), generator.integers(1, 4, ENTITIES), strict=True
    ):
        article, start = divmod(int(slot), TOKENS // 5)
        tags[article, start * 5 : start * 5 + length] = f"I-{label}"
        tags[article, start * 5] = f"B-{label}"
    rows: Tags = tags.tolist()
    return rows


def degraded(gold: Tags, generator: np.random.Generator) -> Tags:
    """Return the tags with one entity in five dropped."""
    return [
        ["O" if dropped else tag for tag, dropped in zip(tags, _spread(tags, generator), strict=True)]
        for tags in gold
    ]


def _spread(tags: list[str], generator: np.random.Generator) -> NDArray[np.bool_]:
    """Return one decision per entity, repeated for each of its tokens."""
    begins = np.array([tag.startswith("B-") for tag in tags])
    dropped: NDArray[np.bool_] = generator.random(begins.sum() + 1)[begins.cumsum()] < 0.2
    return dropped


def as_views(tags: Tags, scheme: Scheme) -> Views:
    """Return the tags as spans whose offsets are token numbers."""
    from seqeval.metrics.sequence_labeling import get_entities

    rows = [
        [{"start": start, "end": end + 1, "label": label} for label, start, end in get_entities(article)]
        for article in tags
    ]
    ids = [f"a{number}" for number in range(len(tags))]
    codes = [label.code for label in scheme.labels]
    return views_of("benchmark", ids, [None] * len(ids), pa.array(rows, pa.list_(SPAN_TYPE)), codes)


def report(gold: Tags, predicted: Tags) -> None:
    """Run the peer."""
    from seqeval.metrics import classification_report

    classification_report(gold, predicted, output_dict=True)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
