"""The command adjudicate-annotations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from miyar.adjudication import (
    ADJUDICATOR,
    DECISIONS,
    GOLD,
    Adjudication,
    Asked,
    add_decisions,
    adjudication,
    asked,
    decided_by,
    hand_file,
    human_reference,
    known_decisions,
    opinions,
    read_hand_file,
    refuse_other_gold,
    write_gold,
)
from miyar.article import read_articles
from miyar.commands.options import Config, OwnTexts, ResultFormat, load_scheme
from miyar.dataset import Annotators, read_annotators, read_gold, with_texts
from miyar.errors import UsageError, in_number
from miyar.output import refuse_overlap, written
from miyar.report.adjudication import adjudication_notes, render_adjudication
from miyar.report.decisions import decision_log
from miyar.report.format import Format
from miyar.scheme import Scheme
from miyar.scoring import Choices, Score
from miyar.spantable import of_articles
from miyar.terminal import say, show


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
    _refuse_places(output, conflicts, log)
    if not ADJUDICATOR.fullmatch(adjudicator):
        raise UsageError(f"--adjudicator {adjudicator}: give a pseudonym, J1, J2, …; names are kept nowhere")
    scheme = load_scheme(config, annotations[0]).scheme
    read = read_annotators(annotations, scheme)
    read = with_texts(read, read_articles(articles)) if articles else read
    if read.articles.texts is None:
        raise UsageError(f"{annotations[0]}: has no texts to decide in: give them with --articles PATH")
    views = list(opinions(read))
    refuse_other_gold(output, {*read.views, *read.skipped})
    found = adjudication(views, scheme, known_decisions(output), agree)
    if decided and _decide(decided, output, _asked(found, seed), scheme, adjudicator):
        found = adjudication(views, scheme, known_decisions(output), agree)
    reopened = write_gold(output, found, scheme)
    if conflicts:
        own = decided_by(found.decisions, adjudicator)
        waiting = [one for name, one in _asked(found, seed).items() if name not in own]
        with written(conflicts) as stream:
            stream.write(hand_file(waiting))
        say(f"{len(waiting)} conflicts to decide: {conflicts}")
    if log:
        with written(log) as stream:
            stream.write(decision_log(found, scheme))
        say(f"decisions in their contexts: {log}")
    reference = _reference(output, found, read, scheme)
    show(render_adjudication(found, reference, form))
    for line in adjudication_notes(found, reopened):
        say(line)
    say(f"gold: {output / GOLD}; decisions: {output / DECISIONS}")


def _refuse_places(output: Path, *made: Path | None) -> None:
    folders = [(output / name).resolve() for name in (DECISIONS, GOLD)]
    for file in filter(None, made):
        if file.resolve().parent in folders:
            raise UsageError(f"{file}: would stand among decisions or gold; give another folder")


def _decide(file: Path, corpus: Path, asked: Mapping[str, Asked], scheme: Scheme, who: str) -> bool:
    """Add the decisions of an edited file that are new; return whether there are any."""
    before = decided_by(known_decisions(corpus), who)
    read = read_hand_file(file, asked, scheme, who, datetime.now(UTC).isoformat(timespec="seconds"))
    made = [
        (asked[one.conflict].conflict, one)
        for one in read
        if one.conflict not in before or replace(one, at="") != replace(before[one.conflict], at="")
    ]
    if made:
        say(f"{in_number(len(made), 'decision')}: {add_decisions(corpus, file.stem, made)}")
    return bool(made)


def _asked(found: Adjudication, seed: int) -> dict[str, Asked]:
    """Return all conflicts, the open ones and those with a decision, as they are asked."""
    every = [*found.open, *((one, conflict) for one in found.merges for conflict, _ in one.settled)]
    return {conflict.id: asked(conflict, one.opinions.text or "", seed) for one, conflict in every}


def _reference(corpus: Path, found: Adjudication, read: Annotators, scheme: Scheme) -> Mapping[str, Score]:
    """Return each annotator's score against what is gold by this run."""
    names = {one.opinions.article for one in found.finished}
    if not names:
        return {}
    gold = read_gold(corpus / GOLD, scheme)
    rows = [row for row, name in enumerate(gold.articles.ids) if name in names]
    return human_reference(of_articles(gold, np.array(rows)), read, scheme, Choices(comparison=False))
