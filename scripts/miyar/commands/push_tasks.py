"""The command push-tasks."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import (
    Config,
    MaxAnswer,
    ProjectTitle,
    ResultFormat,
    Timeout,
    TokenFiles,
    Urls,
    load_scheme,
    setup,
)
from miyar.commands.servers import connected, say_login
from miyar.errors import DataError, UsageError, in_number
from miyar.labelstudio.server.client import LARGEST, TIMEOUT, Studio
from miyar.labelstudio.server.process import Login
from miyar.labelstudio.server.remote import Project
from miyar.labelstudio.sync.doubles import OvertakenError, quiet
from miyar.labelstudio.sync.plan import KEPT, Order, Target
from miyar.labelstudio.sync.projects import checked_title
from miyar.labelstudio.sync.push import carry_out
from miyar.labelstudio.sync.sites import Site, checked_plan, sites
from miyar.labelstudio.tasks.file import read_task_file
from miyar.output import private_file, refuse_overlap
from miyar.records import refuse_pipe
from miyar.report.format import Format
from miyar.report.plan import render_plan
from miyar.terminal import say, say_lines, show

Announce = Callable[[Login], None]
Tell = Callable[[str], None]
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
PLANS = 5  # each time another push is first, it is done with its own
OPEN_TO_ALL = (
    "note: blind as long as nobody looks elsewhere: under Projects everybody finds the others' work and can "
    "change it; where that must be impossible, push to a server for each annotator: repeat --url"
)


def run(
    tasks: Annotated[Path, typer.Argument(metavar="TASKS", help="Tasks as convert-articles writes them.")],
    url: Urls,
    project: ProjectTitle,
    annotators: Annotated[
        str | None,
        typer.Option(metavar="A@X,B@Y", help="Give each of these a project of their own, and an account."),
    ] = None,
    per_article: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="How many annotators label an article; needs --annotators. [default: 1]"
        ),
    ] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="The share of the articles that --per-article is for.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Decides who gets which article.")] = 13,
    passwords: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write new accounts' passwords there instead of on the terminal."),
    ] = None,
    update_config: Annotated[
        bool, typer.Option("--update-config", help="Replace the labelling page by that of the scheme.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only check server and projects, and show no plan.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and show the plan.")] = False,
    token_file: TokenFiles = None,
    timeout: Timeout = TIMEOUT,
    max_answer: MaxAnswer = LARGEST,
    config: Config = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Send tasks to a server, every article once.

    The projects are made or updated from the scheme. A plan is shown first; it can be run twice, or again
    after it was killed at any point. Nothing is sent where the server or a project is not fit for it, or
    where the text of an article changed after somebody worked on it.

    On one server everybody can look at everybody's work. Where that must be impossible, give each annotator
    a server: --url once for each, in the order of --annotators.

    Example: miyar push-tasks tasks.json --url https://label.example.org --project "My news"
    """
    emails = _emails(annotators)
    _refuse_odd_numbers(emails, per_article, share, passwords)
    refuse_overlap([tasks, *(token_file or ())], passwords)
    configured = load_scheme(config)
    order = Order(
        tasks=read_task_file(tasks, configured.scheme),
        setup=setup(configured, checked_title(project, bool(emails))),
        emails=emails,
        per_article=per_article or 1,
        share=share,
        seed=seed,
    )
    tell: Tell = show
    with _all_connected(url, token_file or [], timeout, max_answer) as studios:
        found = sites(studios, order)
        for left in reversed(range(PLANS)):
            try:
                targets = _plan(found, order, update_config, None if check else tell, form)
                tell, form = say_lines, Format.TEXT  # of a further plan
                if check or dry_run:
                    say("nothing speaks against it")
                    return
                announce = _announcer(_flat(targets), passwords)
                done = [
                    carry_out(site.studio, site.order, there, announce)
                    for site, there in zip(found, targets, strict=True)
                ]
                break
            except OvertakenError as error:
                if not left:
                    raise
                say(f"{error}; planning again when the other one has ended")
                for site in found:
                    quiet(site.studio, order.setup.title)
        sent = _sent(_flat(targets))
        say(f"done: {in_number(sent, 'task')} sent; all projects were read back and hold what they should")
        for site, there, projects in zip(found, targets, done, strict=True):
            for line in _links(site.studio, there, projects):
                say(line)


@contextmanager
def _all_connected(
    urls: Sequence[str], token_files: Sequence[Path | None], timeout: float, largest: float
) -> Iterator[list[Studio]]:
    """Give a connection to each server, with its own token file; a single one may go by the environment."""
    files = token_files or [None]
    if len(files) != len(urls):
        raise UsageError(
            f"{len(token_files)} token files for {len(urls)} servers: give --token-file for each"
        )
    with ExitStack() as stack:
        pairs = zip(urls, files, strict=True)
        found = [stack.enter_context(connected(url, file, timeout, largest)) for url, file in pairs]
        if len(found) > 1 and len({studio.name() for studio in found}) < len(found):
            raise UsageError(f"--url {', '.join(urls)}: name each server once; two of these are one server")
        yield found


def _flat(targets: Iterable[Sequence[Target]]) -> list[Target]:
    return [target for there in targets for target in there]


def _plan(
    found: Sequence[Site], order: Order, update_config: bool, tell: Tell | None, form: Format
) -> list[list[Target]]:
    """Tell a plan and return it by server; raises DataError where something speaks against it."""
    targets, problems = checked_plan(found, order, update_config)
    if tell:
        tell(render_plan(_flat(targets), form))
        for line in _remarks(_flat(targets)):
            say(line)
    if problems:
        raise DataError(problems, "Nothing was sent.")
    return targets


def _remarks(targets: Sequence[Target]) -> Iterator[str]:
    """Yield what a count in the plan does not say: why articles change or stay, and new accounts."""
    steps = Counter((step.action, step.reason) for target in targets for step in target.steps)
    for (action, reason), count in steps.items():
        if action in ("update", "replace") or reason == KEPT:
            yield f"{'skip' if reason == KEPT else 'update'}: {count} × {reason}"
    new = _new_accounts(targets)
    if new:
        yield f"accounts to make: {', '.join(new)}"


def _sent(targets: Sequence[Target]) -> int:
    return sum(len(target.of("create", "replace")) for target in targets if target.named)


def _new_accounts(targets: Sequence[Target]) -> list[str]:
    annotators = [target.place.annotator for target in targets]
    return [one.email for one in annotators if one and one.email and one.account is None]


def _emails(annotators: str | None) -> list[str]:
    emails = [email.strip() for email in annotators.split(",")] if annotators else []
    wrong = [email for email in emails if not EMAIL.fullmatch(email)]
    if wrong or len({email.casefold() for email in emails}) != len(emails):
        raise UsageError(f"--annotators {annotators}: give each one's e-mail address once, commas between")
    return emails


def _refuse_odd_numbers(
    emails: Sequence[str], per_article: int | None, share: float, passwords: Path | None
) -> None:
    if not emails and (per_article is not None or passwords):
        raise UsageError(
            "--per-article and --passwords need --annotators: "
            "who shares a project with others is not blind to their work"
        )
    if per_article is None and share != 1:
        raise UsageError("--share says how many articles --per-article is for; give both")
    if per_article is not None and not 1 <= per_article <= len(emails):
        raise UsageError(
            f"--per-article {per_article}: expected 1 to {len(emails)}, the number of annotators"
        )


def _announcer(targets: Sequence[Target], passwords: Path | None) -> Announce:
    """Return what tells new accounts their passwords: on the terminal, or in a file that is private."""
    new = _new_accounts(targets)
    if passwords:
        _refuse_foreign_lines(passwords)
        return lambda login: _add_login(passwords, login)
    if new and not sys.stderr.isatty():
        raise UsageError(
            f"new accounts ({', '.join(new)}) get passwords, which are shown on a terminal only; "
            "give --passwords FILE. Nothing was sent."
        )
    return say_login


def _refuse_foreign_lines(file: Path) -> None:
    refuse_pipe(file)
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
    if not all(EMAIL.fullmatch(line.partition("\t")[0]) for line in lines):
        raise UsageError(f"--passwords {file}: holds something else; give a new file. Nothing was sent.")


def _add_login(file: Path, login: Login) -> None:
    """Add a login to a private file: a run that was stopped may have left the only other ones there."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    with private_file(file) as stream:
        stream.write(f"{before}{login.email}\t{login.password}\n")


def _links(studio: Studio, targets: Sequence[Target], projects: Sequence[Project]) -> Iterator[str]:
    """Yield where each annotator starts: the label stream, which shows nobody else's work, and its limit."""
    for target, project in zip((t for t in targets if t.named), projects, strict=True):
        who = target.place.annotator
        label = f"{who.name} {who.email}" if who else target.setup.title
        yield f"{label}: {studio.url}/projects/{project.id}/data?labeling=1"
    if len({target.place.annotator for target in targets if target.place.annotator}) > 1:
        yield OPEN_TO_ALL
