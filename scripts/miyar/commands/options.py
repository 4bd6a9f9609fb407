"""Options that several commands share, and the scheme that they name."""

from pathlib import Path
from typing import Annotated

import typer

from miyar import __version__
from miyar.errors import MiyarError
from miyar.guidelines import as_html, guidelines_file
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.remote import Setup
from miyar.report.format import Format
from miyar.scheme import Configured, Scheme, find_config, own_folders, read_scheme
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


def load_scheme(config: Path | None, gold: Path | None = None) -> Configured:
    """Return the scheme to use, the gold's own if there is one, and say on stderr which one that is."""
    folder = find_config(config, gold)
    scheme = read_scheme(folder / "labels.toml")
    own = folder in own_folders("annotation_config")
    say(f"scheme {scheme.signature}, {f'of miyar {__version__}' if own else f'of {folder}'}")
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


def setup(configured: Configured, title: str) -> Setup:
    """Return what a project with this title shows its annotators: the scheme's page, and the guidelines."""
    file = guidelines_file(configured.folder, configured.scheme.language)
    text = as_html(file.read_text(encoding="utf-8"), configured.scheme.language) if file else ""
    return Setup(title, render_config(configured.scheme), text)
