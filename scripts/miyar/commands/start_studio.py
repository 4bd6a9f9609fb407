"""The command start-studio."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import Config, Configured, load_scheme
from miyar.errors import MiyarError, UsageError
from miyar.guidelines import as_html, guidelines_file
from miyar.labelstudio.client import Studio, connect_as_owner
from miyar.labelstudio.config import render_config
from miyar.labelstudio.server import Server, running_server
from miyar.terminal import say, waiting


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
    """Start a Label Studio server of your own and keep it open until Ctrl-C.

    It listens on this machine only; telemetry, version check and open sign-up are off. With --tasks a
    project is made for them, once: a project with that title is left as it is.

    Example: miyar start-studio --tasks tasks.json --project "My articles"
    """
    configured = load_scheme(config) if tasks else None
    with started(data, port) as server:
        if tasks and configured:
            with closing(connect_as_owner(server)) as studio:
                fill_project(studio, project, tasks, configured)
        print(
            f"address:  {server.url}\nlogin:    {server.login.email}\npassword: {server.login.password}",
            flush=True,
        )
        say("Ctrl-C stops the server; its data stay in " + str(data))
        _wait(server)


@contextmanager
def started(data: Path, port: int | None = None) -> Iterator[Server]:
    """Give a running server, with something to look at while it starts."""
    with ExitStack() as stack:
        with waiting("starting Label Studio (the first start takes half a minute)"):
            server = stack.enter_context(running_server(data, port))
        yield server


def fill_project(studio: Studio, title: str, tasks: Path, configured: Configured) -> None:
    """Make a project with the scheme's configuration and the tasks, unless there is one with that title."""
    if title in studio.projects():
        say(f"the project {title!r} is there already; its tasks were left as they are")
        return
    try:
        values = json.loads(tasks.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{tasks}: not a file of tasks: {error}; make one with miyar convert-articles"
        ) from error
    identity = studio.create_project(title, render_config(configured.scheme), instruction(configured))
    studio.import_tasks(identity, values)
    say(f"project {title!r}: {len(values)} tasks")


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
