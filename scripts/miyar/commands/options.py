"""Options that several commands share, and the scheme that they name."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from miyar.report import Format
from miyar.scheme import Scheme, find_config, read_scheme
from miyar.terminal import say

Config = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="The folder with labels.toml. [default: ./annotation_config, or miyar's own]"
    ),
]
Articles = Annotated[
    list[Path],
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
ResultFormat = Annotated[Format, typer.Option("--format", help="How the result is printed.")]


class Configured(NamedTuple):
    """The scheme and the folder that it came from."""

    scheme: Scheme
    folder: Path


def load_scheme(config: Path | None) -> Configured:
    """Return the scheme to use and say on stderr which one that is."""
    folder = find_config(config)
    scheme = read_scheme(folder / "labels.toml")
    say(f"scheme {scheme.signature} of {folder}")
    return Configured(scheme, folder)
