"""The command line: `miyar COMMAND`, and the scripts, which are the same commands under their own names."""

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import typer

from miyar import __version__
from miyar.commands import COMMANDS
from miyar.errors import MiyarError
from miyar.terminal import say

app = typer.Typer(
    help="Arabic news articles to a gold corpus labelled in Label Studio, and extractors scored against it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _run in COMMANDS.items():
    app.command(_name)(_run)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"miyar {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Register the options of `miyar` itself."""


def main(command: str | None = None) -> NoReturn:
    """Run a command of the command line and exit with its status: 0 fine, 1 data wrong, 2 call wrong.

    A script gives its own command's name. SIGTERM and a closed terminal end a run as
    Ctrl-C does: what was started is stopped.
    """
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is not signal.SIG_IGN:  # nohup asks to go on without a terminal
            signal.signal(sign, _terminate)
    arguments = sys.argv[1:] if command is None else [command, *sys.argv[1:]]
    try:
        app(arguments, prog_name="miyar")
    except MiyarError as error:
        say(f"miyar: {error}")
        sys.exit(error.status)
    sys.exit(0)


def _terminate(number: int, frame: FrameType | None) -> Any:
    sys.exit(128 + number)
