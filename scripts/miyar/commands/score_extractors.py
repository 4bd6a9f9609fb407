"""The command score-extractors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import Annotator, Config, ResultFormat, load_scheme
from miyar.dataset import read_gold
from miyar.errors import DataError, Problem
from miyar.predictions import Missing, Policy, Predictions, Unknown, predictions_file, read_predictions
from miyar.report import Format, render_scores
from miyar.scheme import Scheme
from miyar.scoring import Score, score
from miyar.spantable import Views
from miyar.terminal import say

SHOWN_FAULTS = 20
NOT_SCORED = "Nothing was scored."


def run(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="A dataset folder or an annotation JSON Lines file.")
    ],
    predictions: Annotated[
        list[Path], typer.Argument(metavar="PREDICTIONS", help="Predictions folders or JSON Lines files.")
    ],
    annotator: Annotator = None,
    form: ResultFormat = Format.TEXT,
    missing: Annotated[
        Missing, typer.Option(help="An article without predictions: refuse, or charge it as empty.")
    ] = Missing.REFUSE,
    unknown: Annotated[
        Unknown,
        typer.Option(help="A prediction for an article that is not in the gold: refuse, or count it."),
    ] = Unknown.REFUSE,
    config: Config = None,
) -> None:
    """Score extractors against the gold with seqeval.

    Gold and prediction are sets of spans per article; the result does not depend on tokens, on order or on
    nesting. Faulty predictions are charged and listed, never dropped.

    Example: miyar score-extractors dataset predictions/lexicon --annotator A1
    """
    scheme = load_scheme(config).scheme
    reference = f"annotator={annotator}" if annotator else ""
    for path in predictions:
        predictions_file(path)
    try:
        views = read_gold(gold, scheme, annotator)
    except DataError as error:
        raise DataError(error.problems, NOT_SCORED) from error
    read = _read_all(predictions, views, scheme, Policy(missing, unknown))
    scores = [score_one(views, one, scheme, reference) for one in read]
    print(render_scores(scores, scheme, form))


def _read_all(paths: Sequence[Path], gold: Views, scheme: Scheme, policy: Policy) -> list[Predictions]:
    """Return the predictions; raises DataError with the problems of all of them."""
    read: list[Predictions] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            read.append(read_predictions(path, gold, scheme, policy))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(problems, NOT_SCORED)
    return read


def score_one(gold: Views, predictions: Predictions, scheme: Scheme, reference: str) -> Score:
    """Return the score of one extractor, and list the faults of its predictions on stderr."""
    for fault in predictions.faults[:SHOWN_FAULTS]:
        say(str(fault))
    hidden = len(predictions.faults) - SHOWN_FAULTS
    if hidden > 0:
        say(f"… and {hidden} more faults")
    result = score(gold, predictions, scheme, reference)
    say(f"{result.extractor}: own counts equal seqeval's, checked in {result.seqeval_seconds:.2f} s")
    return result
