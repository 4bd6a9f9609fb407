"""Scoring 1.2 million tokens with 90,000 gold entities, against seqeval's own report on the same labels.

    python tests/benchmarks/scoring.py [OTHER_CHECKOUT …]

miyar runs as a whole process, from the files to the printed scores: strict, untyped, partial, type, nesting
and errors, 1,000 resamples for the intervals, and its check against seqeval. The peer is
`classification_report`: the call alone, in a process that has its tag lists in memory, and that process as a
whole. All run in turn, other checkouts of miyar too; the medians and their ratios are printed.
"""

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from miyar.scheme import Scheme, find_config, read_scheme

ARTICLES, TOKENS, ENTITIES, RUNS = 4_000, 300, 90_000, 5
REPORT = """
import pickle, sys, time
from seqeval.metrics import classification_report
gold, predicted = pickle.load(open(sys.argv[1], "rb"))
started = time.perf_counter()
classification_report(gold, predicted, output_dict=True)
print(time.perf_counter() - started)
"""

Tags = list[list[str]]


def main() -> None:
    """Run all in turn and print what they took."""
    scheme = read_scheme(find_config(None) / "labels.toml")
    generator = np.random.default_rng(12345)
    gold = random_tags(generator, scheme)
    predicted = degraded(gold, generator)
    checkouts = [SCRIPTS, *(Path(other).resolve() / "scripts" for other in sys.argv[1:])]
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), gold, predicted)
        for _ in range(RUNS):
            for name, seconds in one_round(files, checkouts):
                taken.setdefault(name, []).append(seconds)
    print(f"{ARTICLES * TOKENS} tokens, {files.entities} gold and {files.found} predicted entities")
    ours = median(taken[named(SCRIPTS)])
    for name, each in taken.items():
        print(f"{name}: {median(each):.2f} s, miyar here takes {ours / median(each):.2f} of it")


def one_round(files: "Files", checkouts: Sequence[Path]) -> Iterator[tuple[str, float]]:
    """Yield what each took, and its name."""
    for scripts in checkouts:
        yield named(scripts), miyar_seconds(files, scripts)
    started = time.perf_counter()
    call = seqeval_seconds(files.tags)
    yield "seqeval's report, the whole process", time.perf_counter() - started
    yield "seqeval's report, the call", call


def named(scripts: Path) -> str:
    """Return what miyar of a checkout is called."""
    return f"miyar score-extractors of {scripts.parent}, the whole process"


def miyar_seconds(files: "Files", scripts: Path) -> float:
    """Return how long a whole run of the command takes."""
    command = [sys.executable, str(scripts / "score_extractors.py"), str(files.gold), str(files.predicted)]
    started = time.perf_counter()
    subprocess.run([*command, "--format", "json"], check=True, capture_output=True)
    return time.perf_counter() - started


def seqeval_seconds(tags: Path) -> float:
    """Return how long the peer's call takes, without starting, imports and reading."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, str(tags)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


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


class Files(NamedTuple):
    """Where both sides lie, and how many entities they have."""

    gold: Path
    predicted: Path
    tags: Path
    entities: int
    found: int


def written(folder: Path, gold: Tags, predicted: Tags) -> Files:
    """Write both sides as miyar and as seqeval read them; offsets are token numbers."""
    from seqeval.metrics.sequence_labeling import get_entities

    sides = [[get_entities(article) for article in side] for side in (gold, predicted)]
    paths = (folder / "gold.jsonl", folder / "predictions.jsonl")
    for path, side in zip(paths, sides, strict=True):
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line(number, spans)) + "\n" for number, spans in enumerate(side))
    tags = folder / "tags.pickle"
    tags.write_bytes(pickle.dumps((gold, predicted)))
    entities, found = (sum(map(len, side)) for side in sides)
    return Files(*paths, tags, entities, found)


def line(number: int, spans: list[tuple[str, int, int]]) -> dict[str, object]:
    """Return one article as an annotation and as a prediction."""
    return {
        "article": f"a{number}",
        "sha256": f"{number:064}",
        "annotator": "gold",
        "spans": [
            {"id": f"s{index}", "start": start, "end": end + 1, "label": label}
            for index, (label, start, end) in enumerate(spans)
        ],
    }


if __name__ == "__main__":
    main()
