"""Agreement and adjudication of many articles as whole processes, and γ on a few of them beside it.

    python tests/benchmarks/agreement.py [ARTICLES] [SPANS] [RUNS]

Three annotators label every article; two thirds of what one has, the others have too. Prints the median
seconds and peak memory of measure-agreement (with 1,000 resamples) and adjudicate-annotations; where
pygamma-agreement is installed, also the seconds of its γ on the first GAMMA articles, which is as much as
it can do in a while.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from processes import process

from miyar.annotation import Annotation, Span
from miyar.article import Article
from miyar.dataset.columns import encoded

LABELS = ("PERS", "ORG", "GPE", "LOC", "FAC", "DATE")
TEXT = "قال الرئيس في مدينة ألماز إن هجوما وقع أمس قرب المطار وأدى إلى مقتل سبعة وإصابة آخرين"
ANNOTATORS = ("A1", "A2", "A3")
GAMMA = 3


def main(articles: int, spans: int, runs: int) -> None:
    """Run both commands in turn and print what they took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        views = made(folder, articles, spans)
        scripts, texts = ROOT / "scripts", ["--articles", str(folder / "articles.jsonl")]
        given = [str(folder / "annotations.jsonl"), *texts, "--format", "json"]
        calls = {
            "measure-agreement": [str(scripts / "measure_agreement.py"), *given],
            "adjudicate-annotations": [
                str(scripts / "adjudicate_annotations.py"),
                *given,
                *("-o", str(folder / "corpus"), "--conflicts", str(folder / "conflicts.toml")),
            ],
        }
        print(f"{articles} articles, {len(ANNOTATORS)} annotators, {spans} spans each")
        for title, call in calls.items():
            measured = [process([sys.executable, *call]) for _ in range(runs)]
            seconds, _, memory = (median(column) for column in zip(*measured, strict=True))
            print(f"{title:24} {seconds:7.2f} s  {memory:6.0f} MiB")
        gamma(views[:GAMMA])


def made(folder: Path, articles: int, spans: int) -> list[dict[str, list[Span]]]:
    """Write articles and annotations; return the spans of each article by annotator."""
    source, found, lines = random.Random(12345), [], []
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as texts:
        for number in range(articles):
            article = Article(f"a{number}", " ".join(source.choices(TEXT.split(), k=300)))
            texts.write(json.dumps({"id": article.id, "text": article.text}, ensure_ascii=False) + "\n")
            common = drawn(article.text, spans * 2 // 3, source)
            views = {who: common | drawn(article.text, spans - len(common), source) for who in ANNOTATORS}
            by_name = {
                who: [Span(f"s{n}", *key) for n, key in enumerate(sorted(view))]
                for who, view in views.items()
            }
            lines += [Annotation(article.id, article.sha256, who, tuple(own)) for who, own in by_name.items()]
            found.append(by_name)
    (folder / "annotations.jsonl").write_bytes(encoded(lines))
    return found


def drawn(text: str, spans: int, source: random.Random) -> set[tuple[int, int, str]]:
    """Return spans of one to three words."""
    starts = [0, *(place + 1 for place, letter in enumerate(text) if letter == " ")]
    found: set[tuple[int, int, str]] = set()
    while len(found) < spans:
        first = source.randrange(len(starts) - 4)
        found.add((starts[first], starts[first + source.randint(1, 3)] - 1, source.choice(LABELS)))
    return found


def gamma(views: list[dict[str, list[Span]]]) -> None:
    """Print what γ takes, article by article, where its library is there."""
    try:
        from pyannote.core import Segment  # type: ignore[import-not-found]
        from pygamma_agreement import (  # type: ignore[import-not-found]
            CombinedCategoricalDissimilarity,
            Continuum,
        )
    except ImportError:
        print("pygamma-agreement is not installed: no γ")
        return
    started = time.perf_counter()
    for view in views:
        continuum = Continuum()
        for who, spans in view.items():
            for span in spans:
                continuum.add(who, Segment(span.start, span.end), span.label)
        continuum.compute_gamma(CombinedCategoricalDissimilarity())
    seconds = (time.perf_counter() - started) / len(views)
    print(f"{'γ of one article':24} {seconds:7.2f} s")


if __name__ == "__main__":
    main(*(int(one) for one in [*sys.argv[1:4], *("1000", "60", "3")[len(sys.argv) - 1 :]]))
