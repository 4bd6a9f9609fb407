"""The command measure-agreement."""

from pathlib import Path
from typing import Annotated

import typer

from miyar.agreement import agreement
from miyar.article import read_articles
from miyar.commands.inputs import By, MinSupport, Samples, Seed
from miyar.commands.options import Config, OwnTexts, ResultFormat, load_scheme
from miyar.dataset import read_annotators, with_texts
from miyar.output import refuse_overlap, write_json_lines
from miyar.report.agreement import render_agreement
from miyar.report.format import Format
from miyar.resampling import SAMPLES, SEED
from miyar.scoring import MIN_SUPPORT, Choices
from miyar.terminal import say, show, waiting


def run(
    annotations: Annotated[
        list[Path],
        typer.Argument(metavar="ANNOTATIONS", help="Dataset folders or annotation JSON Lines files."),
    ],
    articles: OwnTexts = None,
    by: By = None,
    min_support: MinSupport = MIN_SUPPORT,
    disagreements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every disagreement with its class and context, JSON Lines."),
    ] = None,
    samples: Samples = SAMPLES,
    seed: Seed = SEED,
    config: Config = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Measure how far annotators agree.

    All pairs of annotators on the articles that both finished, as sets of spans, triggers and arguments:
    F1 with intervals over articles, by label, pair, article and slice; alphas and kappa beside it; and what
    they disagree on, in classes. Who finished an article without a label counts, who did not open it does
    not.

    Example: miyar measure-agreement dataset --articles corpus/articles
    """
    refuse_overlap([*annotations, *(articles or ())], disagreements)
    scheme = load_scheme(config, annotations[0]).scheme
    read = read_annotators(annotations, scheme)
    if articles:
        read = with_texts(read, read_articles(articles))
    choices = Choices(
        samples=samples, seed=seed, comparison=False, by=tuple(by or ()), min_support=min_support
    )
    with waiting("comparing annotators"):
        found = agreement(read, scheme, choices)
    if disagreements:
        lines = (one.to_dict() for one in found.found)
        say(f"{write_json_lines(disagreements, lines)} disagreements: {disagreements}")
    show(render_agreement(found, scheme, form))
