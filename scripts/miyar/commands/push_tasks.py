"""The command push-tasks."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import (
    Config,
    ProjectTitle,
    ResultFormat,
    Timeout,
    TokenFile,
    Url,
    connected,
    load_scheme,
    setup,
)
from miyar.errors import DataError, UsageError
from miyar.labelstudio.client import TIMEOUT, Studio
from miyar.labelstudio.plan import Order, Target, planned
from miyar.labelstudio.preflight import config_problems, server_problems
from miyar.labelstudio.projects import checked_title
from miyar.labelstudio.push import carry_out, places
from miyar.labelstudio.remote import Project
from miyar.labelstudio.server import Login
from miyar.labelstudio.taskfile import read_task_file
from miyar.output import private_file, refuse_overlap
from miyar.report import Format, render_plan
from miyar.terminal import say

Announce = Callable[[Login], None]


def run(
    tasks: Annotated[Path, typer.Argument(metavar="TASKS", help="Tasks as convert-articles writes them.")],
    url: Url,
    project: ProjectTitle,
    annotators: Annotated[
        str | None,
        typer.Option(metavar="A@X,B@Y", help="Give each of these a project of their own, and an account."),
    ] = None,
    per_article: Annotated[
        int | None, typer.Option(metavar="N", help="How many annotators label an article. [default: 1]")
    ] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="The share of the articles that get N; the others get one.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="For who gets what.")] = 13,
    passwords: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write new accounts' passwords there instead of on the terminal."),
    ] = None,
    update_config: Annotated[
        bool, typer.Option("--update-config", help="Replace the labelling page by that of the scheme.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check server and projects.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,
    token_file: TokenFile = None,
    timeout: Timeout = TIMEOUT,
    config: Config = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Send tasks to a server, every article once.

    The projects are made or updated from the scheme. A plan is shown first; it can be run twice, or again
    after it was killed at any point. Nothing is sent where the server or a project is not fit for it, or
    where the text of an article changed after somebody worked on it.

    Example: miyar push-tasks tasks.json --url https://label.example.org --project "My news"
    """
    emails = _emails(annotators)
    _refuse_odd_numbers(emails, per_article)
    refuse_overlap([tasks, token_file], passwords)
    configured = load_scheme(config)
    order = Order(
        tasks=read_task_file(tasks, configured.scheme),
        setup=setup(configured, checked_title(project, bool(emails))),
        emails=emails,
        per_article=per_article or 1,
        share=share,
        seed=seed,
    )
    with connected(url, token_file, timeout) as studio:
        targets = checked_plan(studio, order, update_config, form)
        if check or dry_run:
            return
        with _announced(targets, passwords) as announce:
            projects = carry_out(studio, targets, announce)
        for line in _links(studio, targets, projects):
            say(line)


def checked_plan(studio: Studio, order: Order, update_config: bool, form: Format) -> list[Target]:
    """Print what a push would do and return it; raises DataError with all that speaks against it."""
    problems = server_problems(studio)
    targets = planned(order, places(studio, order))
    problems += config_problems(studio, targets, update_config)
    problems += [problem for target in targets for problem in target.problems]
    print(render_plan(targets, form), flush=True)
    if problems:
        raise DataError(problems, "Nothing was sent.")
    return targets


def say_login(login: Login) -> None:
    """Show a new account's password, once."""
    say(f"new account: {login.email}  password: {login.password}  (shown only now)")


def _emails(annotators: str | None) -> list[str]:
    emails = [email.strip() for email in annotators.split(",")] if annotators else []
    wrong = [email for email in emails if email.count("@") != 1 or len(email) < len("a@b")]
    if wrong or len({email.casefold() for email in emails}) != len(emails):
        raise UsageError(f"--annotators {annotators}: give each one's e-mail address once, commas between")
    return emails


def _refuse_odd_numbers(emails: Sequence[str], per_article: int | None) -> None:
    if per_article is None:
        return
    if not emails:
        raise UsageError(
            "--per-article needs --annotators: who shares a project with others is not blind to their work"
        )
    if not 1 <= per_article <= len(emails):
        raise UsageError(
            f"--per-article {per_article}: expected 1 to {len(emails)}, the number of annotators"
        )


@contextmanager
def _announced(targets: Sequence[Target], passwords: Path | None) -> Iterator[Announce]:
    """Give what tells new accounts their passwords: on the terminal, or in a file that is private."""
    new = [
        t.place.annotator.email for t in targets if t.place.annotator and t.place.annotator.account is None
    ]
    if passwords:
        logins: list[Login] = []
        yield lambda login: _write_logins(passwords, logins, login)
        return
    if new and not sys.stderr.isatty():
        raise UsageError(
            f"new accounts ({', '.join(new)}) get passwords, which are shown on a terminal only; "
            "give --passwords FILE"
        )
    yield say_login


def _write_logins(file: Path, logins: list[Login], login: Login) -> None:
    logins.append(login)
    with private_file(file) as stream:
        stream.writelines(f"{one.email}\t{one.password}\n" for one in logins)


def _links(studio: Studio, targets: Sequence[Target], projects: Sequence[Project]) -> Iterator[str]:
    """Yield where each annotator starts: the label stream, which shows nobody else's work."""
    for target, project in zip(targets, projects, strict=True):
        who = target.place.annotator
        label = f"{who.name} {who.email}" if who else target.setup.title
        yield f"{label}: {studio.url}/projects/{project.id}/data?labeling=1"
