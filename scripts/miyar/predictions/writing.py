"""Writes the predictions of an extractor release as a folder."""

import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

import miyar
from miyar.output import write_json_lines, written_folder
from miyar.predictions.lines import PREDICTIONS_FILE, RELEASE_FILE
from miyar.predictions.model import SCHEME


def write_predictions(output: Path, release: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> None:
    """Write lines of predictions and what made them, `name` and `release` at least; whole or not at all."""
    versions = {"miyar": miyar.__version__, "python": platform.python_version()}
    described = {"labels": SCHEME, "learnt_from": [], **release, "versions": versions}
    with written_folder(output, mark=RELEASE_FILE) as folder:
        write_json_lines(folder / PREDICTIONS_FILE, lines)
        (folder / RELEASE_FILE).write_text(tomli_w.dumps(described), encoding="utf-8", newline="\n")
