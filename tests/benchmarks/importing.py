"""Importing a large export as a whole process, against other readers of the same file, all in turn.

    python tests/benchmarks/importing.py [ARTICLES] [RUNS] [--refused]

The peers are the Label Studio SDK's converter, to CoNLL and to JSON_MIN, and a bare orjson.loads. Prints
the median seconds of each, the ratio to the import, and peak memory. With --refused every region has an
unknown label: the import then has to name each of them.
"""

import json
import random
import re
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from processes import process

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme, read_scheme

SPANS = 30
TEXT = "قال الرئيس في مدينة ألماز إن هجوما وقع أمس قرب المطار وأدى إلى مقتل سبعة وإصابة آخرين"
CONVERT = """
import sys
from label_studio_sdk.converter import Converter
export, config, out, form = sys.argv[1:]
converter = Converter(config, project_dir=None, download_resources=False)
converter.convert(export, out, form, is_dir=False)
"""
LOAD = "import orjson, sys; orjson.loads(open(sys.argv[1], 'rb').read())"


def main(articles: int, runs: int, refused: bool) -> None:
    """Run all in turn and print what they took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = made(folder, articles, refused)
        print(f"{articles} tasks, {articles * SPANS} spans, {export.stat().st_size / 1e6:.0f} MB of JSON")
        found = {name: [process(call) for _ in range(1)] for name, call in commands(folder, refused).items()}
        for _ in range(runs - 1):
            for name, call in commands(folder, refused).items():
                found[name].append(process(call))
    own = median(run.seconds for run in found["import-annotations"])
    for name, measured in found.items():
        seconds, _, memory = (median(column) for column in zip(*measured, strict=True))
        print(f"{name:20} {seconds:7.2f} s  {seconds / own:6.2f} x  {memory:6.0f} MiB")


def commands(folder: Path, refused: bool) -> dict[str, list[str]]:
    """Return the calls to measure by name."""
    export, python = str(folder / "export.json"), sys.executable
    own = [python, str(ROOT / "scripts" / "import_annotations.py"), export, "--config", str(folder)]
    own += ["--articles", str(folder / "articles.jsonl"), "-o", str(folder / "dataset")]
    peers = {
        form: [python, "-c", CONVERT, export, str(folder / "label_studio.xml"), str(folder / form), form]
        for form in ("CONLL2003", "JSON_MIN")
    }
    quarantine = ["--quarantine", str(folder / "q.jsonl")] if refused else []
    bare = {"orjson.loads": [python, "-c", LOAD, export]}
    return {"import-annotations": [*own, *quarantine], **({} if refused else peers | bare)}


def made(folder: Path, articles: int, refused: bool) -> Path:
    """Write articles, scheme, page and export; return the export."""
    scheme = read_scheme(ROOT / "annotation_config" / "labels.toml")
    (folder / "labels.toml").write_bytes((ROOT / "annotation_config" / "labels.toml").read_bytes())
    (folder / "label_studio.xml").write_text(render_config(scheme), encoding="utf-8")
    source, words = random.Random(12345), TEXT.split()
    export = folder / "export.json"
    with export.open("w", encoding="utf-8") as tasks, (folder / "articles.jsonl").open("w") as texts:
        for number in range(articles):
            article = Article(f"a{number}", " ".join(source.choices(words, k=230)))
            texts.write(json.dumps({"id": article.id, "text": article.text}, ensure_ascii=False) + "\n")
            value = exported(article, scheme, source)
            line = json.dumps(without_labels(value) if refused else value, ensure_ascii=False)
            tasks.write(f"{', ' if number else '['}{line}")
        tasks.write("]")
    return export


def exported(
    article: Article, scheme: Scheme, source: random.Random, spans: int = SPANS, arguments: int = 0
) -> dict[str, Any]:
    """Return a task with one annotation, as the server exports it; where it has arguments, with triggers."""
    found: dict[tuple[int, int, str], Span] = {}
    labels = [label.code for label in scheme.entities]
    words = [word.span() for word in re.finditer(r"\S+", article.text)]
    for number in range(spans):
        first = source.randrange(len(words))
        last = min(first + source.randrange(3), len(words) - 1)
        start, end = words[first][0], words[last][1]
        label = source.choice(labels) if number >= arguments else "ATTACK"
        found.setdefault((start, end, label), Span(f"{source.getrandbits(40):010x}", start, end, label))
    ids = [span.id for span in found.values()]
    drawn = [Argument(ids[number], ids[-1 - number], "AGENT") for number in range(arguments)]
    annotation = {
        "id": int(article.id[1:]),
        "completed_by": 1,
        "result": [{**one, "origin": "manual"} for one in results(found.values(), drawn, article, scheme)],
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 12.5,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    return {
        "id": annotation["id"],
        **task(article, scheme, "none"),
        "annotations": [annotation],
        "drafts": [],
    }


def without_labels(value: dict[str, Any]) -> dict[str, Any]:
    """Return a task with nothing but unknown labels."""
    for region in value["annotations"][0]["result"]:
        region["value"]["labels"] = ["NOWHERE"]
    return value


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    wanted, times = [*numbers, *(20_000, 3)[len(numbers) :]]
    main(wanted, times, "--refused" in sys.argv)
