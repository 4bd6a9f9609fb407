"""The command start-studio."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from miyar.commands.options import Config, Configured, load_scheme
from miyar.errors import MiyarError, UsageError
from miyar.guidelines import as_html, guidelines_file
from miyar.labelstudio.client import LONGEST_TITLE, SHORTEST_TITLE, Studio, connect_as_owner
from miyar.labelstudio.config import render_config
from miyar.labelstudio.server import DATABASE, Server, running_server
from miyar.terminal import say, waiting


class Planned(NamedTuple):
    """A project to make."""

    title: str
    tasks: list[dict[str, Any]]
    configured: Configured


def run(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The server's data, kept between starts.")
    ] = Path(".studio"),
    port: Annotated[int | None, typer.Option(help="The port on 127.0.0.1. [default: a free one]")] = None,
    tasks: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tasks to label, as convert-articles writes them.")
    ] = None,
    project: Annotated[str, typer.Option(metavar="TITLE", help="The project for the tasks.")] = "miyar",
    config: Config = None,
) -> None:
    """Open a Label Studio server of your own.

    It stays open until Ctrl-C and listens on this machine only; telemetry, version check and open sign-up
    are off. With --tasks a project is made for them, once: a project with that title is left as it is.

    Example: miyar start-studio --tasks tasks.json --project "My articles"
    """
    planned = _planned(project, tasks, load_scheme(config)) if tasks else None
    with started(data, port) as server:
        if planned:
            with closing(connect_as_owner(server)) as studio:
                fill_project(studio, planned)
        login = server.login
        print(f"address:  {server.url}\nlogin:    {login.email}\npassword: {login.password}", flush=True)
        say(f"Ctrl-C stops the server; its data stay in {data}")
        _wait(server)


@contextmanager
def started(data: Path, port: int | None = None) -> Iterator[Server]:
    """Give a running server, with something to look at while it starts."""
    with ExitStack() as stack:
        first = "" if (data / DATABASE).exists() else " (the first start takes half a minute)"
        with waiting(f"starting Label Studio{first}"):
            server = stack.enter_context(running_server(data, port))
        yield server


def fill_project(studio: Studio, planned: Planned) -> None:
    """Make a project and send its tasks, unless there is one with its title; all of it or nothing."""
    if planned.title in studio.projects():
        say(f"the project {planned.title!r} is there already; its labels and tasks were left as they are")
        return
    config, text = render_config(planned.configured.scheme), instruction(planned.configured)
    identity = studio.create_project(planned.title, config, text)
    with ExitStack() as unless_done:
        unless_done.callback(studio.delete_project, identity)
        studio.import_tasks(identity, planned.tasks)
        unless_done.pop_all()
    say(f"project {planned.title!r}: {len(planned.tasks)} tasks")


def _planned(title: str, file: Path, configured: Configured) -> Planned:
    """Return the project to make; everything that can be refused is refused before the server starts."""
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise UsageError(
            f"--project {title!r}: Label Studio takes {SHORTEST_TITLE} to {LONGEST_TITLE} characters"
        )
    remedy = "make a file of tasks with miyar convert-articles"
    try:
        tasks = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: not a file of tasks: {error}; {remedy}") from error
    if not isinstance(tasks, list) or not all(isinstance(t, dict) and "data" in t for t in tasks):
        raise UsageError(f"{file}: not a list of tasks with “data”; {remedy}")
    return Planned(title, tasks, configured)


def instruction(configured: Configured) -> str:
    """Return the guidelines as the page shows them to annotators."""
    file = guidelines_file(configured.folder, configured.scheme.language)
    return as_html(file.read_text(encoding="utf-8"), configured.scheme.language) if file else ""


def _wait(server: Server) -> None:
    try:
        server.process.wait()
    except KeyboardInterrupt:
        say("\nstopping")
        return
    raise MiyarError(f"Label Studio stopped by itself; its log is in {server.data}")
