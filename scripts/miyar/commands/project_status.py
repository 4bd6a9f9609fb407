"""The command project-status."""

import tempfile
from pathlib import Path

from miyar.commands.options import MaxAnswer, ProjectTitle, ResultFormat, Timeout, TokenFile, Url
from miyar.commands.servers import connected
from miyar.labelstudio.server.client import LARGEST, TIMEOUT
from miyar.labelstudio.sync.projects import existing_family
from miyar.labelstudio.sync.pull import survey
from miyar.labelstudio.sync.survey import TOO_FEW
from miyar.report.batch import Progress, render_progress, survey_notes
from miyar.report.format import Format
from miyar.report.table import first_few
from miyar.terminal import say, show


def run(
    url: Url,
    project: ProjectTitle,
    token_file: TokenFile = None,
    timeout: Timeout = TIMEOUT,
    max_answer: MaxAnswer = LARGEST,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Show how far the annotators are.

    Per annotator: articles, finished and skipped ones, what is missing, and the median time of an article;
    and, as far as the server keeps it, where somebody worked in another's project or changed their work.

    Example: miyar project-status --url https://label.example.org --project "My news"
    """
    with connected(url, token_file, timeout, max_answer) as studio, tempfile.TemporaryDirectory() as folder:
        accounts = studio.accounts()
        found = [
            Progress(
                member.project.setup.title,
                member.annotator.name if member.annotator else "",
                accounts.get(member.annotator.account or 0, "account deleted") if member.annotator else "",
                survey(studio, member, accounts, Path(folder)),
            )
            for member in existing_family(studio.projects(), project)
        ]
    show(render_progress(found, form))
    for progress in found:
        if progress.survey.missing:
            who = progress.annotator or progress.title
            say(f"missing, {who}: {first_few(progress.survey.missing)}")
    for progress in found:
        for line in survey_notes(progress.title, progress.survey, but=TOO_FEW):
            say(line)
