"""Options that several commands share, and the scheme that they name."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from miyar.errors import MiyarError, UsageError
from miyar.guidelines import as_html, guidelines_file
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import LARGEST, TIMEOUT, Studio, connect
from miyar.labelstudio.server.remote import Setup
from miyar.report.format import Format
from miyar.scheme import Scheme, find_config, own_folders, read_scheme
from miyar.terminal import say

Config = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The folder with labels.toml. [default: GOLD's, ./annotation_config, or miyar's own]",
    ),
]
OwnTexts = Annotated[
    list[Path] | None,
    typer.Option(
        "--articles",
        metavar="PATH",
        help="The texts of record: a folder of .txt, a .txt or a .jsonl. Repeatable.",
    ),
]
Sources = Annotated[list[Path], typer.Argument(metavar="PATH", help="Folders of .txt, .txt or .jsonl files.")]
TextField = Annotated[str, typer.Option(help="The field with the text in JSON Lines.")]
IdField = Annotated[str, typer.Option(help="The field with the id in JSON Lines.")]
Annotator = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Whose view is the reference, where articles have several annotations."),
]
Url = Annotated[
    str, typer.Option("--url", envvar="LABEL_STUDIO_URL", metavar="URL", help="The Label Studio server.")
]
Urls = Annotated[
    list[str],
    typer.Option(
        "--url",
        envvar="LABEL_STUDIO_URL",
        metavar="URL",
        help="The Label Studio server; or one for each of --annotators.",
    ),
]
ProjectTitle = Annotated[str, typer.Option("--project", metavar="TITLE", help="The project's title.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A file with your access token that only you can read. [default: LABEL_STUDIO_API_KEY]",
    ),
]
TokenFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="A file with your access token that only you can read; for several servers one each. "
        "[default: LABEL_STUDIO_API_KEY]",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        min=0.1, metavar="SECONDS", help="How long the server may be silent; an answer may take 10 times it."
    ),
]
MaxAnswer = Annotated[
    float, typer.Option("--max-answer", min=0.1, metavar="MIB", help="How large an answer may be.")
]
ResultFormat = Annotated[Format, typer.Option("--format", help="How the result is printed.")]


TOKEN = re.compile("[!-~]+")
TOKEN_VARIABLE = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the name of the variable, as the SDK has it


class Configured(NamedTuple):
    """The scheme and the folder that it came from."""

    scheme: Scheme
    folder: Path


def load_scheme(config: Path | None, gold: Path | None = None) -> Configured:
    """Return the scheme to use, the gold's own if there is one, and say on stderr which one that is."""
    folder = find_config(config, gold)
    scheme = read_scheme(folder / "labels.toml")
    say(f"scheme {scheme.signature} of {folder}")
    if gold:
        _say_other_scheme(scheme, folder, find_config(None) if config is None else find_config(None, gold))
    return Configured(scheme, folder)


def _say_other_scheme(scheme: Scheme, folder: Path, other: Path) -> None:
    """Say where another scheme lies, in the gold or in this place, if it differs from the one in use."""
    if other.resolve() == folder.resolve() or other in own_folders("annotation_config"):
        return
    try:
        signature = read_scheme(other / "labels.toml").signature
    except MiyarError:
        return
    if signature != scheme.signature:
        say(f"note: {other} has another scheme, {signature}; name the one to use with --config")


@contextmanager
def connected(
    url: str, token_file: Path | None, timeout: float = TIMEOUT, largest: float = LARGEST
) -> Iterator[Studio]:
    """Give a connection to a server with the user's token, which no argument and no message ever holds."""
    with closing(connect(url, _token(token_file), timeout, largest)) as studio:
        yield studio


def setup(configured: Configured, title: str) -> Setup:
    """Return what a project with this title shows its annotators: the scheme's page, and the guidelines."""
    file = guidelines_file(configured.folder, configured.scheme.language)
    text = as_html(file.read_text(encoding="utf-8"), configured.scheme.language) if file else ""
    return Setup(title, render_config(configured.scheme), text)


def _token(file: Path | None) -> str:
    token = _token_of(file) if file else os.environ.get(TOKEN_VARIABLE, "").strip()
    where = f"--token-file {file}" if file else TOKEN_VARIABLE
    if not token:
        raise UsageError(
            f"no access token: set {TOKEN_VARIABLE}, or name a file that holds one with --token-file; "
            "Label Studio shows it under Account & Settings"
        )
    if not TOKEN.fullmatch(token):
        raise UsageError(f"{where}: holds more than an access token; expected one word and nothing else")
    return token


def _token_of(file: Path) -> str:
    try:
        if stat.S_ISFIFO(file.stat().st_mode):
            raise UsageError(f"--token-file {file}: is a pipe; name a file that only you can read")
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError(f"{file}: others may read the token; close it with: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--token-file {file}: cannot be read: {error}") from error
