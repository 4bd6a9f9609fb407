"""The command start-studio."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from miyar.commands.options import Config, load_scheme, setup
from miyar.commands.servers import say_login, started
from miyar.errors import DataError, MiyarError
from miyar.labelstudio.server.client import Studio, connect_as_owner
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.labelstudio.sync.plan import Order
from miyar.labelstudio.sync.projects import checked_title
from miyar.labelstudio.sync.push import carry_out
from miyar.labelstudio.sync.sites import checked_plan, sites
from miyar.labelstudio.tasks.file import read_task_file
from miyar.report.format import Format
from miyar.report.plan import render_plan
from miyar.scheme import Configured
from miyar.terminal import say, say_lines, show


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
    are off. With --tasks a project is made for them, or brought up to date: every article is in it once.

    Example: miyar start-studio --tasks tasks.json --project "My articles"
    """
    order = _order(project, tasks, load_scheme(config)) if tasks else None
    with started(data, port) as server:
        if order:
            with closing(connect_as_owner(server)) as studio:
                _fill(studio, order)
        else:
            _keep_token(server)
        login = server.login
        show(f"address:  {server.url}\nlogin:    {login.email}\npassword: {login.password}")
        say(f"token: {server.data / TOKEN_FILE} (for --token-file)")
        say(f"Ctrl-C stops the server; its data stay in {data}")
        _wait(server)


def _keep_token(server: Server) -> None:
    """Leave the owner's token in the data folder, for other commands; the page works without one."""
    try:
        connect_as_owner(server).close()
    except MiyarError as error:
        say_lines(str(error))


def _fill(studio: Studio, order: Order) -> None:
    """Bring the tasks to their project; the page of a project of one's own follows the scheme."""
    (targets,), problems = checked_plan(sites([studio], order), order, update_config=True)
    say_lines(render_plan(targets, Format.TEXT))
    if problems:
        raise DataError(problems, "Nothing was sent.")
    carry_out(studio, order, targets, say_login)


def _order(title: str, file: Path, configured: Configured) -> Order:
    """Return what to send; everything that can be refused is refused before the server starts."""
    wanted = setup(configured, checked_title(title))
    return Order(read_task_file(file, configured.scheme), wanted)


def _wait(server: Server) -> None:
    try:
        server.process.wait()
    except KeyboardInterrupt:
        say_lines("\nstopping")
        return
    raise MiyarError(f"Label Studio stopped by itself; its log is in {server.data}")
