"""The command run-extractor."""

import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import tomli_w
import typer

import miyar
from miyar.annotation import Annotation
from miyar.article import Article, read_articles
from miyar.commands.options import Annotator, Config, load_scheme
from miyar.dataset import gold_annotations
from miyar.errors import UsageError
from miyar.extractors import EXTRACTORS, Extraction, Settings, find_extractor
from miyar.extractors.model import PredictedSpan
from miyar.output import refuse_overlap, write_json_lines, written_folder
from miyar.predictions import PREDICTIONS_FILE, RELEASE_FILE
from miyar.scheme import Scheme
from miyar.terminal import say, tracked


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"The extractor: {', '.join(EXTRACTORS)}.")],
    articles: Annotated[
        list[Path], typer.Argument(metavar="ARTICLES", help="Folders of .txt, .txt or .jsonl.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The predictions folder.")],
    gold: Annotated[
        Path | None,
        typer.Option(metavar="GOLD", help="A dataset folder or annotation JSON Lines to learn from."),
    ] = None,
    annotator: Annotator = None,
    lexicon: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Names and labels, tab-separated, instead of --gold.")
    ] = None,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Learn for each article from the others only.")
    ] = False,
    config: Config = None,
) -> None:
    """Run an extractor and write its predictions.

    Example: miyar run-extractor lexicon corpus/articles --gold dataset --annotator A1 --leave-one-out
    -o predictions/lexicon
    """
    if (gold is None) == (lexicon is None):
        raise UsageError("the extractor learns from --gold or reads --lexicon: give one of the two")
    if lexicon and (annotator or leave_one_out):
        raise UsageError("--annotator and --leave-one-out say how to learn from --gold, not from --lexicon")
    refuse_overlap([*articles, gold, lexicon], output)
    learnt = learnable(gold, annotator) if gold else ()
    settings = Settings(learnt, lexicon, leave_one_out)
    extraction = extract(name, read_articles(articles), settings, load_scheme(config, gold).scheme, output)
    say(f"{extraction.name}@{extraction.release}: {output}")


def learnable(gold: Path, annotator: str | None) -> tuple[Annotation, ...]:
    """Return the annotations to learn from; raises UsageError where an article has several of them."""
    annotations = gold_annotations(gold, annotator)
    if len({annotation.article for annotation in annotations}) < len(annotations):
        names = ", ".join(sorted({annotation.annotator for annotation in annotations}))
        raise UsageError(
            f"{gold}: articles have several annotations; choose one view with --annotator: {names}"
        )
    if not annotations:
        raise UsageError(f"{gold}: no finished annotation to learn from")
    return annotations


def extract(
    name: str, articles: Sequence[Article], settings: Settings, scheme: Scheme, output: Path
) -> Extraction:
    """Run an extractor and write its predictions folder, whole or not at all."""
    extraction = find_extractor(name)(articles, settings)
    labels = Counter[str]()
    with written_folder(output, mark=RELEASE_FILE) as folder:
        lines = _lines(articles, tracked(extraction.spans, "extracting", len(articles)), labels)
        write_json_lines(folder / PREDICTIONS_FILE, lines)
        (folder / RELEASE_FILE).write_text(tomli_w.dumps(_release(extraction)), encoding="utf-8")
    for code, number in labels.items():
        if scheme.label(code) is None:
            say(f"warning: {number} × the label {code}, which is not in the scheme; scoring will charge it")
    return extraction


def _lines(
    articles: Sequence[Article], spans: Iterable[tuple[PredictedSpan, ...]], labels: Counter[str]
) -> Iterator[dict[str, Any]]:
    for article, found in zip(articles, spans, strict=True):
        labels.update(span.label for span in found)
        yield {"article": article.id, "sha256": article.sha256, "spans": [span.to_dict() for span in found]}


def _release(extraction: Extraction) -> dict[str, Any]:
    return {
        "name": extraction.name,
        "release": extraction.release,
        "labels": "scheme",
        "leave_one_out": bool(extraction.parameters.get("leave_one_out")),
        "learnt_from": list(extraction.learnt_from),
        "parameters": dict(extraction.parameters),
        "versions": {"miyar": miyar.__version__, "python": platform.python_version()},
    }
