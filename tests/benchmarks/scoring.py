"""Scoring 1.2 million tokens with 90,000 gold entities, against other scorers of the same labels.

    python tests/benchmarks/scoring.py [--peers PYTHON] [OTHER_CHECKOUT …]

miyar runs as a whole process, from the files to the printed scores, with and without the comparison view on
word tokens: strict, untyped, partial, type, nesting and errors, 1,000 resamples for the intervals, and its
check against seqeval. The peers are seqeval's `classification_report` and, where the Python of --peers has
them, nervaluate and SeqScore: whole processes that read their own files. All run in turn, other checkouts of
miyar too. Printed are the medians of processor time (user and system) and the ratios to miyar's default.
"""

import argparse
import hashlib
import json
import pickle
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from processes import process

from miyar.scheme import Scheme, find_config, read_scheme

ARTICLES, TOKENS, ENTITIES, RUNS = 4_000, 300, 90_000, 3
WORD = "كلمة"
REPORT = """
import pickle, sys
from seqeval.metrics import classification_report
gold, predicted = pickle.load(open(sys.argv[1], "rb"))
classification_report(gold, predicted, output_dict=True)
"""
NERVALUATE = """
import pickle, sys
from nervaluate.evaluator import Evaluator
gold, predicted = pickle.load(open(sys.argv[1], "rb"))
codes = sorted({tag[2:] for article in gold for tag in article} - {""})
Evaluator(gold, predicted, tags=codes, loader="list").evaluate()
"""

Tags = list[list[str]]


def main() -> None:
    """Run all in turn and print what they took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path, help="a Python that has nervaluate and SeqScore")
    parser.add_argument("checkouts", type=Path, nargs="*")
    options = parser.parse_args()
    scheme = read_scheme(find_config(None) / "labels.toml")
    generator = np.random.default_rng(12345)
    gold = random_tags(generator, scheme)
    predicted = degraded(gold, generator)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), gold, predicted)
        calls = dict(commands(files, options.checkouts, options.peers))
        for _ in range(RUNS):
            for name, call in calls.items():
                taken.setdefault(name, []).append(process(call).processor)
    print(f"{ARTICLES * TOKENS} tokens, {files.entities} gold and {files.found} predicted entities")
    ours = median(next(iter(taken.values())))
    for name, each in taken.items():
        print(f"{name}: {median(each):.2f} s, miyar's default takes {ours / median(each):.2f} of it")


def commands(
    files: "Files", checkouts: Sequence[Path], peers: Path | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield what is run by name, miyar's default of this checkout first."""
    for scripts in (SCRIPTS, *(other.resolve() / "scripts" for other in checkouts)):
        call = [sys.executable, str(scripts / "score_extractors.py"), str(files.gold), str(files.predicted)]
        call += ["--articles", str(files.texts), "--format", "json"]
        yield f"miyar of {scripts.parent}", call
        yield f"miyar of {scripts.parent}, no comparison view", [*call, "--no-comparison"]
    yield "seqeval's classification_report", [sys.executable, "-c", REPORT, str(files.tags)]
    if peers:
        yield "nervaluate", [str(peers), "-c", NERVALUATE, str(files.tags)]
        sides = ["--reference", str(files.conll[0]), str(files.conll[1])]
        yield "SeqScore", [str(peers.parent / "seqscore"), "score", "--labels", "BIO", *sides]


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
    """Where both sides lie, in each form, and how many entities they have."""

    gold: Path
    predicted: Path
    texts: Path
    tags: Path
    conll: tuple[Path, Path]
    entities: int
    found: int


def written(folder: Path, gold: Tags, predicted: Tags) -> Files:
    """Write both sides as miyar and as its peers read them; every token is the same word."""
    from seqeval.metrics.sequence_labeling import get_entities

    text = " ".join([WORD] * TOKENS)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    texts, tags = folder / "texts.jsonl", folder / "tags.pickle"
    texts.write_text(
        "".join(json.dumps({"id": f"a{n}", "text": text}) + "\n" for n in range(ARTICLES)), "utf-8"
    )
    tags.write_bytes(pickle.dumps((gold, predicted)))
    sides = [[get_entities(article) for article in side] for side in (gold, predicted)]
    paths = (folder / "gold.jsonl", folder / "predictions.jsonl")
    for path, side in zip(paths, sides, strict=True):
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line(n, sha256, spans)) + "\n" for n, spans in enumerate(side))
    conll = (folder / "gold.bio", folder / "predictions.bio")
    for path, side_tags in zip(conll, (gold, predicted), strict=True):
        sentences = ("".join(f"{WORD} {tag}\n" for tag in article) for article in side_tags)
        path.write_text("\n".join(sentences), encoding="utf-8")
    entities, found = (sum(map(len, side)) for side in sides)
    return Files(*paths, texts, tags, conll, entities, found)


def line(number: int, sha256: str, spans: list[tuple[str, int, int]]) -> dict[str, object]:
    """Return one article as an annotation and as a prediction; `spans` have token numbers."""
    width = len(WORD) + 1
    return {
        "article": f"a{number}",
        "sha256": sha256,
        "annotator": "gold",
        "spans": [
            {"id": f"s{index}", "start": start * width, "end": (end + 1) * width - 1, "label": label}
            for index, (label, start, end) in enumerate(spans)
        ],
    }


if __name__ == "__main__":
    main()
