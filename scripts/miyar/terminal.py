"""What people see while a command runs: results on stdout, everything else on stderr."""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from miyar.errors import plain, safe

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")


def say(message: str) -> None:
    """Write one line to stderr: no markup, no wrapping, and nothing that a terminal would obey."""
    say_lines(plain(message))


def say_lines(text: str) -> None:
    """Write lines to stderr, such as a table; data in them have no line breaks of their own."""
    print(safe(text), file=sys.stderr, flush=True)


def show(result: str) -> None:
    """Write a result to stdout: nothing in it is obeyed by a terminal; a reader may have had enough of it."""
    try:
        print(safe(result), flush=True)
    except BrokenPipeError:
        give_up_stdout()


def give_up_stdout() -> None:
    """Send what is still to be written to nowhere: the end of the process would write it too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says: Arabic is in nothing that an old locale knows."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors=stream.errors)


def say_unread(files: Sequence[Path]) -> None:
    """Name the files that lay beside the articles and were not read."""
    if files:
        say(f"not read as articles: {', '.join(map(str, files))}")


def tracked(items: Iterable[T], what: str, total: int | None) -> Iterator[T]:
    """Yield the items under a progress bar, which is shown only where stderr is a terminal."""
    if total == 0 or not sys.stderr.isatty():
        yield from items
        return
    with _progress() as progress:
        task = progress.add_task(plain(what), total=total)
        for item in items:
            yield item
            progress.advance(task)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something is awaited for as long as the block takes."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        say(f"{what} …")
        yield
        return
    with console.status(f"{what} …"):
        yield


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
