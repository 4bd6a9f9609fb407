"""The command run-extractor."""

from pathlib import Path
from typing import Annotated

import typer

from miyar.article import read_articles
from miyar.commands.options import Annotator, Config, load_scheme
from miyar.dataset import read_gold, with_articles
from miyar.errors import UsageError
from miyar.extractors import EXTRACTORS, Settings, find_extractor, write_extraction
from miyar.output import refuse_overlap
from miyar.terminal import say


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
    scheme = load_scheme(config, gold).scheme
    found = read_articles(articles)
    learnt = with_articles(read_gold(gold, scheme, annotator), found, "ARTICLES") if gold else None
    extraction = find_extractor(name)(found, Settings(learnt, lexicon, leave_one_out))
    labels = write_extraction(extraction, found, output)
    for code, number in labels.items():
        if scheme.label(code) is None:
            say(f"warning: {number} × the label {code}, which is not in the scheme; scoring will charge it")
    say(f"{extraction.name}@{extraction.release}: {output}")
