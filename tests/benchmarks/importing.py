"""Importing 10,000 articles of 2 KB with 25 results each, against reading the same export's JSON twice.

    python tests/benchmarks/importing.py

The import reads the export twice, to choose the annotations and to convert them; the peer does only that.
Prints the median seconds of both, in turn, their ratio, and this process's peak memory.
"""

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import ijson

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.labelstudio.exports import find_exports
from miyar.labelstudio.importing import Import
from miyar.labelstudio.tasks import results, task
from miyar.scheme import Scheme, find_config, read_scheme

ARTICLES, SPANS, ARGUMENTS, RUNS = 10_000, 20, 5, 3
TEXT = "قال الرئيس في مدينة ألماز إن هجوما وقع أمس قرب المطار وأدى إلى مقتل سبعة وإصابة آخرين"


def main() -> None:
    """Run both in turn and print what they took."""
    scheme = read_scheme(find_config(None) / "labels.toml")
    source = random.Random(12345)
    articles = [
        Article(f"a{number}", " ".join(source.choices(TEXT.split(), k=230))) for number in range(ARTICLES)
    ]
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.json"
        export.write_text(
            json.dumps([exported(article, scheme, source) for article in articles]), encoding="utf-8"
        )
        known = {article.id: article for article in articles}
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(seconds(lambda: Import(find_exports([export]), known, scheme).annotations()))
            theirs.append(seconds(lambda: read_twice(export)))
        print(f"{ARTICLES} articles, {export.stat().st_size / 1e6:.0f} MB of JSON")
    print(f"miyar: {median(ours):.2f} s; reading twice: {median(theirs):.2f} s")
    print(f"ratio of the medians: {median(ours) / median(theirs):.2f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def exported(article: Article, scheme: Scheme, source: random.Random) -> dict[str, Any]:
    """Return a task with one annotation, as an export has it; every fourth span is a trigger."""
    starts = source.sample(range(len(article.text) - 8), SPANS)
    entities = [label.code for label in scheme.entities]
    spans = [
        Span(f"r{n}", start, start + 6, source.choice(entities) if n % 4 else "ATTACK")
        for n, start in enumerate(starts)
    ]
    arguments = [Argument(f"r{4 * n}", f"r{4 * n + 1}", "AGENT") for n in range(ARGUMENTS)]
    annotation = {
        "id": int(article.id[1:]),
        "completed_by": 1,
        "result": results(spans, arguments, article, scheme),
        "updated_at": "2026-01-01T00:00:00Z",
    }
    return {"id": 1, **task(article, scheme, "none"), "annotations": [annotation]}


def read_twice(export: Path) -> Iterator[object]:
    """Run the peer."""
    for _ in range(2):
        with export.open("rb") as file:
            yield from ijson.items(file, "item", use_float=True)


def seconds(work: Callable[[], Iterator[object]]) -> float:
    """Return how long it takes to exhaust an iterator."""
    started = time.perf_counter()
    for _ in work():
        pass
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
