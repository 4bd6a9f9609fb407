"""The command render-config."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from miyar.commands.options import Config, load_scheme
from miyar.errors import DataError, Problem
from miyar.guidelines import LANGUAGES, guidelines_file, render_guidelines
from miyar.labelstudio.page.config import render_config
from miyar.output import written
from miyar.scheme import Configured
from miyar.terminal import say

CONFIG_FILE = "label_studio.xml"


class Rendered(NamedTuple):
    """A file and what it should hold."""

    path: Path
    text: str


def run(
    config: Config = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a file is out of date.")
    ] = False,
) -> None:
    """Make the page and the tables from labels.toml.

    label_studio.xml and the tables of the guidelines are written into the folder of labels.toml.

    Example: miyar render-config --config annotation_config
    """
    changed = [file for file in rendered_files(load_scheme(config)) if not _is_current(file)]
    if check and changed:
        expected = "what labels.toml gives"
        problems = [
            Problem("out_of_date", str(f.path), "other text", expected, "miyar render-config")
            for f in changed
        ]
        raise DataError(problems)
    for file in changed:
        with written(file.path) as stream:
            stream.write(file.text)
        say(f"written: {file.path}")
    if not changed:
        say("all files are up to date")


def rendered_files(configured: Configured) -> Iterator[Rendered]:
    """Yield the files that are made from the scheme."""
    yield Rendered(configured.folder / CONFIG_FILE, render_config(configured.scheme))
    for language in LANGUAGES:
        file = guidelines_file(configured.folder, language)
        if file:
            text = file.read_text(encoding="utf-8")
            yield Rendered(file, render_guidelines(text, configured.scheme, language, file))


def _is_current(file: Rendered) -> bool:
    return file.path.is_file() and file.path.read_text(encoding="utf-8") == file.text
