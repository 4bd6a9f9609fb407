"""The command project-status."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from miyar.article import Article, read_articles
from miyar.commands.options import (
    Config,
    MaxAnswer,
    OwnTexts,
    ProjectTitle,
    ResultFormat,
    Timeout,
    TokenFile,
    Url,
    load_scheme,
)
from miyar.commands.servers import connected
from miyar.labelstudio.server.client import LARGEST, TIMEOUT, Studio
from miyar.labelstudio.sync.checking import Check, count_in_words
from miyar.labelstudio.sync.projects import Member, existing_family
from miyar.labelstudio.sync.pull import survey
from miyar.labelstudio.sync.survey import TOO_FEW
from miyar.report.batch import Progress, findings_by_annotator, render_progress, survey_notes
from miyar.report.format import Format
from miyar.report.table import first_few
from miyar.scheme import Scheme
from miyar.terminal import say, show


def run(
    url: Url,
    project: ProjectTitle,
    token_file: TokenFile = None,
    timeout: Timeout = TIMEOUT,
    max_answer: MaxAnswer = LARGEST,
    check: Annotated[
        bool, typer.Option("--check", help="Name what an import would refuse or note; 1 where it refuses.")
    ] = False,
    articles: OwnTexts = None,
    config: Config = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Show how far the annotators are.

    Per annotator: articles, finished and skipped ones, what is missing, and the median time of an article;
    and, as far as the server keeps it, where somebody worked in another's project or changed their work.
    What is submitted is checked as an import would: --check names each mistake, with the address of its task.

    Example: miyar project-status --url https://label.example.org --project "My news" --check
    """
    scheme = load_scheme(config).scheme
    texts = {article.id: article for article in read_articles(articles)} if articles else {}
    with connected(url, token_file, timeout, max_answer) as studio, tempfile.TemporaryDirectory() as folder:
        accounts = studio.accounts()
        found = [
            _progress(studio, member, accounts, Path(folder), _check(studio, member, accounts, scheme, texts))
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
    _tell_what_to_mend(found, check, form)


def _progress(
    studio: Studio, member: Member, accounts: Mapping[int, str], folder: Path, check: Check
) -> Progress:
    """Return how far a project is, and what in it is to be mended."""
    who = member.annotator
    seen = survey(studio, member, accounts, folder, check)
    email = accounts.get(who.account or 0, "account deleted") if who else ""
    return Progress(member.project.setup.title, who.name if who else "", email, seen, check.findings)


def _check(
    studio: Studio, member: Member, accounts: Mapping[int, str], scheme: Scheme, texts: Mapping[str, Article]
) -> Check:
    """Return a check that names a project's owner by the pseudonym, others by their addresses."""
    own = {member.annotator.account: member.annotator.name} if member.annotator else {}
    names = {account: own.get(account, email) for account, email in accounts.items()}
    return Check(member.project.setup.title, studio.url, scheme, names, texts)


def _tell_what_to_mend(found: Sequence[Progress], check: bool, form: Format) -> None:
    """Say how much there is to mend; with `check` show all of it, and exit with 1 where an import refuses."""
    findings = [finding for progress in found for finding in progress.findings]
    if not check:
        if findings:
            say(f"to mend in what is submitted: {count_in_words(findings)}; --check names them")
        return
    if form is not Format.JSON:
        for block in findings_by_annotator(found):
            show(f"\n{block}")
    say(f"checked as an import would: {count_in_words(findings) or 'nothing to mend'}")
    if not all(finding.is_note for finding in findings):
        raise typer.Exit(1)
