"""The command score-extractors."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.inputs import (
    By,
    GoldTexts,
    Inputs,
    LabelMap,
    MinSupport,
    MissingArticles,
    Read,
    Samples,
    Seed,
    Training,
    UnknownArticles,
    read_inputs,
    score_one,
)
from miyar.commands.options import Annotator, Config, ResultFormat, load_scheme
from miyar.commands.verification import Places, verify
from miyar.errors import UsageError, in_number
from miyar.output import refuse_overlap, write_json_lines
from miyar.predictions import Missing, Unknown
from miyar.report.format import Format
from miyar.report.scores import render_scores
from miyar.resampling import SAMPLES, SEED
from miyar.scheme import Scheme
from miyar.scoring import MIN_SUPPORT, Score
from miyar.terminal import say, show

RELOCATIONS = ("stored", "gold", "predictions", "articles", "training", "config")


def run(
    context: typer.Context,
    gold: Annotated[
        Path | None, typer.Argument(metavar="GOLD", help="A dataset folder or an annotation JSON Lines file.")
    ] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PREDICTIONS", help="Predictions folders or JSON Lines files."),
    ] = None,
    annotator: Annotator = None,
    form: ResultFormat = Format.TEXT,
    articles: GoldTexts = None,
    label_map: LabelMap = None,
    by: By = None,
    min_support: MinSupport = MIN_SUPPORT,
    training: Training = None,
    missing: MissingArticles = Missing.REFUSE,
    unknown: UnknownArticles = Unknown.REFUSE,
    errors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every wrong span with its class and context, JSON Lines."),
    ] = None,
    comparison: Annotated[
        bool, typer.Option(help="Score word tokens with seqeval too, as papers do; slow on large corpora.")
    ] = True,
    samples: Samples = SAMPLES,
    seed: Seed = SEED,
    stored: Annotated[
        Path | None,
        typer.Option(
            "--verify",
            metavar="SCORES",
            help="Compute the scores of a JSON file again and say whether they are the same.",
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Score extractors against the gold with seqeval.

    Gold and prediction are sets of spans per article; the result does not depend on tokens, on order or on
    nesting. Faulty predictions are charged and listed, never dropped. Every number has an interval, or a
    reason why it has none.

    Example: miyar score-extractors dataset predictions/lexicon --annotator A1 --by source
    """
    if stored:
        _refuse_others(context)
        verify(stored, config, Places(gold, predictions or (), tuple(articles or ()), training))
        return
    if gold is None or not predictions:
        raise UsageError("score-extractors needs GOLD and at least one PREDICTIONS, or --verify SCORES")
    scheme = load_scheme(config, gold).scheme
    inputs = Inputs(
        gold,
        tuple(predictions),
        annotator=annotator,
        articles=tuple(articles or ()),
        missing=missing,
        unknown=unknown,
        map=label_map,
        by=tuple(by or ()),
        min_support=min_support,
        training=training,
        samples=samples,
        seed=seed,
        comparison=comparison,
    )
    refuse_overlap([gold, *predictions, *inputs.articles], errors)
    read = read_inputs(inputs, scheme)
    scores = scored(read, inputs, scheme)
    if errors:
        lines = (
            {"extractor": one.extractor, "layer": layer, **line}
            for one in scores
            for layer, diagnosis in one.errors.items()
            for line in diagnosis.lines()
        )
        say(f"wrong spans and pairs, {in_number(write_json_lines(errors, lines), 'line')}: {errors}")
    show(render_scores(scores, scheme, form))


def _refuse_others(context: typer.Context) -> None:
    """Raise UsageError for options that a stored score brings with it."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [
        name.replace("_", "-")
        for name, source in sources.items()
        if name not in RELOCATIONS and source is not None and source.name == "COMMANDLINE"
    ]
    if given:
        raise UsageError(f"--verify takes all choices from the stored score: leave out {', '.join(given)}")


def scored(read: Read, inputs: Inputs, scheme: Scheme) -> list[Score]:
    """Return the scores of what was read, each with its inputs."""
    return [
        replace(score_one(read.gold, one, scheme, inputs.choices, read.training), inputs=inputs.of(path))
        for path, one in zip(inputs.predictions, read.predictions, strict=True)
    ]
