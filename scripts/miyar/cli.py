"""The command line: `miyar COMMAND`, and the scripts, which are the same commands under their own names."""

import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from miyar import __version__
from miyar.commands import COMMANDS, STAGES, load_command
from miyar.errors import MiyarError
from miyar.terminal import give_up_stdout, say_lines, speak_utf8

SETTINGS: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _Commands(TyperGroup):
    """The commands by stage, each of which is made when it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: Any = dict.fromkeys(COMMANDS)
        self.commands = names  # typer looks here for what a mistyped name may mean

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, whose module is loaded now, or None."""
        if cmd_name not in COMMANDS:
            return None
        alone = typer.Typer(**SETTINGS)
        alone.command(cmd_name)(load_command(cmd_name))
        return typer.main.get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the stages with a line for each command."""
        width = max(map(len, COMMANDS))
        for stage, commands in STAGES.items():
            with formatter.section(stage):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return the commands and options that a word may become; no command is loaded for its name."""
        named: Any = {
            name: TyperCommand(name, short_help=line)
            for commands in STAGES.values()
            for name, line in commands.items()
        }
        ctx.command = TyperGroup(params=self.params, commands=named)  # where typer looks for the names
        return ctx.command.shell_complete(ctx, incomplete)


app = typer.Typer(
    cls=_Commands,
    help="Arabic news articles to a gold corpus labelled in Label Studio, and extractors scored against it.",
    no_args_is_help=True,
    **SETTINGS | {"add_completion": True},
)


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
    speak_utf8()
    arguments = sys.argv[1:] if command is None else [command, *sys.argv[1:]]
    try:
        with _output():
            app(arguments, prog_name="miyar")
    except MiyarError as error:
        say_lines(f"miyar: {error}")
        sys.exit(error.status)
    sys.exit(0)


@contextmanager
def _output() -> Iterator[None]:
    """Say it where stdout cannot take what is written to it; a reader that has enough is no error."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        give_up_stdout()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        give_up_stdout()
        raise MiyarError(f"the output cannot be written: {error.strerror}; free some room") from error


def _terminate(number: int, frame: FrameType | None) -> Any:
    sys.exit(128 + number)
