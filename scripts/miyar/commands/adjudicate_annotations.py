"""The command adjudicate-annotations."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from miyar.adjudication import (
    DECISIONS,
    GOLD,
    Adjudication,
    Asked,
    add_decisions,
    adjudication,
    asked,
    hand_file,
    human_reference,
    known_decisions,
    opinions,
    read_hand_file,
    write_gold,
)
from miyar.article import read_articles
from miyar.commands.options import Config, OwnTexts, ResultFormat, load_scheme
from miyar.dataset import read_annotators, read_gold, with_texts
from miyar.errors import UsageError
from miyar.output import refuse_overlap, written
from miyar.report.adjudication import adjudication_notes, render_adjudication
from miyar.report.decisions import decision_log
from miyar.report.format import Format
from miyar.scoring import Choices, Score
from miyar.terminal import say, show

ADJUDICATOR = re.compile("J[1-9][0-9]*")


def run(
    annotations: Annotated[
        list[Path],
        typer.Argument(metavar="ANNOTATIONS", help="Dataset folders or annotation JSON Lines files."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="CORPUS", help="The corpus folder: decisions/ and gold/."),
    ],
    articles: OwnTexts = None,
    agree: Annotated[
        int | None,
        typer.Option(min=1, metavar="K", help="Accept what K annotators of an article have. [default: all]"),
    ] = None,
    conflicts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what is open as TOML, to be decided by hand.")
    ] = None,
    decided: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the decisions of such a file, edited.")
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the decisions with their reasons and contexts, as Markdown."
        ),
    ] = None,
    adjudicator: Annotated[
        str, typer.Option(metavar="J1", help="The pseudonym under which decisions are kept.")
    ] = "J1",
    seed: Annotated[int, typer.Option(help="Decides the order in which candidates are shown.")] = 13,
    config: Config = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Make one gold of several annotators' views.

    What all of them have is accepted; each remaining group of overlapping or related differences is one
    conflict for a person. Run again after any change, it keeps the decisions that still hold, asks again
    about what changed, and writes CORPUS/gold/ID.json for each article in which nothing is open.

    Example: miyar adjudicate-annotations dataset -o corpus --conflicts conflicts.toml
    """
    refuse_overlap([*annotations, *(articles or ()), decided], conflicts, log)
    if not ADJUDICATOR.fullmatch(adjudicator):
        raise UsageError(f"--adjudicator {adjudicator}: give a pseudonym, J1, J2, …; names are kept nowhere")
    scheme = load_scheme(config, annotations[0]).scheme
    read = read_annotators(annotations, scheme)
    read = with_texts(read, read_articles(articles)) if articles else read
    if read.articles.texts is None:
        raise UsageError(f"{annotations[0]}: has no texts to decide in: give them with --articles PATH")
    views = list(opinions(read))
    found = adjudication(views, scheme, known_decisions(output), agree)
    if decided:
        open_ones = _asked(found, seed)
        made = read_hand_file(decided, open_ones, scheme, adjudicator, _now())
        pairs = [(open_ones[one.conflict].conflict, one) for one in made]
        if pairs:
            say(f"{len(pairs)} decisions: {add_decisions(output, decided.stem, pairs)}")
            found = adjudication(views, scheme, known_decisions(output), agree)
    reopened = write_gold(output, found, scheme)
    if conflicts:
        with written(conflicts) as stream:
            stream.write(hand_file(_asked(found, seed).values()))
        say(f"{len(found.open)} open conflicts: {conflicts}")
    if log:
        with written(log) as stream:
            stream.write(decision_log(found, scheme))
        say(f"decisions in their contexts: {log}")
    reference: Mapping[str, Score] = {}
    if found.finished:
        gold = read_gold(output / GOLD, scheme)
        reference = human_reference(gold, read, scheme, Choices(comparison=False))
    show(render_adjudication(found, reference, form))
    for line in adjudication_notes(found, reopened):
        say(line)
    say(f"gold: {output / GOLD}; decisions: {output / DECISIONS}")


def _asked(found: Adjudication, seed: int) -> Mapping[str, Asked]:
    return {conflict.id: asked(conflict, one.opinions.text or "", seed) for one, conflict in found.open}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
