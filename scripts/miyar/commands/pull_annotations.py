"""The command pull-annotations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import MaxAnswer, ProjectTitle, ResultFormat, Timeout, TokenFile, Url
from miyar.commands.servers import connected
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.selection import TOLERANCE
from miyar.labelstudio.server.client import LARGEST, TIMEOUT
from miyar.labelstudio.sync.batch import Batch, since_when
from miyar.labelstudio.sync.projects import existing_family
from miyar.labelstudio.sync.pull import pull
from miyar.output import in_place_of_earlier, written_folder
from miyar.report.batch import render_batch, survey_notes
from miyar.report.format import Format
from miyar.terminal import say, show


def run(
    url: Url,
    project: ProjectTitle,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The batch folder.")],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Only what changed since: a date, a moment, or an earlier pull's folder."
        ),
    ] = None,
    token_file: TokenFile = None,
    timeout: Timeout = TIMEOUT,
    max_answer: MaxAnswer = LARGEST,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Fetch the annotations of a project.

    Of one project, or of all its annotators' projects, as raw JSON exports with a manifest. Annotators
    become A1, A2, …; who they are stays in a file that only you can read.

    Example: miyar pull-annotations --url https://label.example.org --project "My news" -o annotations/1
    """
    after = since_when(since) if since else None
    with connected(url, token_file, timeout, max_answer) as studio:
        members = existing_family(studio.projects(), project)
        instead = in_place_of_earlier(output, MANIFEST)
        with written_folder(output, mark=MANIFEST) as folder:
            batch = pull(studio, members, folder, output, after)
    show(render_batch(batch, form))
    for line in notes(batch):
        say(line)
    say(f"batch: {output}{instead}")


def notes(batch: Batch) -> Iterator[str]:
    """Yield what is worth a look, a line for each project and kind."""
    skew = datetime.now(UTC) - batch.asked if batch.asked else timedelta()
    if abs(skew) > TOLERANCE:
        way, by = ("ahead of", skew) if skew > timedelta() else ("behind", -skew)
        yield f"note: this machine's clock is {by} {way} the server's, which orders the batches"
    for pulled in batch.projects:
        yield from survey_notes(pulled.project.setup.title, pulled.survey)
