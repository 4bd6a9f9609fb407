"""The command run-extractor."""

from pathlib import Path
from typing import Annotated

import typer

from miyar.article import read_articles
from miyar.commands.options import Annotator, Config, load_scheme
from miyar.dataset import read_gold, with_articles
from miyar.errors import UsageError
from miyar.extractors import Settings, extractor_names, find_extractor, write_extraction
from miyar.output import in_place_of_earlier, refuse_overlap
from miyar.predictions import RELEASE_FILE
from miyar.terminal import say


def run(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=f"The extractor: {', '.join(extractor_names())}.")
    ],
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
    extractor = find_extractor(name)
    if gold is None and (annotator or leave_one_out):
        raise UsageError("--annotator and --leave-one-out say how to learn from --gold: give --gold too")
    refuse_overlap([*articles, gold, lexicon], output)
    scheme = load_scheme(config, gold).scheme
    found = read_articles(articles)
    learnt = with_articles(read_gold(gold, scheme, annotator), found, "ARTICLES") if gold else None
    extraction = extractor(found, Settings(learnt, lexicon, leave_one_out))
    instead = in_place_of_earlier(output, RELEASE_FILE)
    labels = write_extraction(extraction, found, output)
    for code, number in labels.items():
        if scheme.label(code) is None and scheme.code_of(code) is None:
            say(f"warning: {number} × the label {code}, which is not in the scheme; scoring will charge it")
    say(f"{extraction.name}@{extraction.release}: {output}{instead}")
