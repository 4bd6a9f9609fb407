"""The command start-corpus."""

import re
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from miyar import __version__
from miyar.errors import MiyarError
from miyar.guidelines import render_guidelines
from miyar.labelstudio.page.config import render_config
from miyar.output import add_files
from miyar.scheme import Scheme, own_folders, read_scheme
from miyar.terminal import say

STARTER = Path(__file__).parents[1] / "starter"
KEPT = ("corpus/articles", "corpus/annotations", "corpus/predictions")
FILES = {
    ".gitignore": "gitignore",
    ".gitattributes": "gitattributes",
    "gate.toml": "gate.toml",
    ".github/workflows/gate.yml": "gate.yml",
}
HEAD = (
    "# The page, the guidelines' tables, dataset and scores go by it; after a change: miyar render-config\n\n"
)
NAMES = re.compile(r"^name = .*\n", re.MULTILINE)
OTHER_GUIDELINES = re.compile(r"^The Arabic version, .*\n\n", re.MULTILINE)


class Kind(StrEnum):
    """Which labels a corpus begins with."""

    NEWS = "news"
    SHORT = "short"


class Language(StrEnum):
    """What page and guidelines are written in."""

    AR = "ar"
    EN = "en"


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")],
    scheme: Annotated[
        Kind, typer.Option(help="The labels to begin with: miyar's own for news, or four.")
    ] = Kind.NEWS,
    language: Annotated[Language, typer.Option(help="The language of page and guidelines.")] = Language.AR,
) -> None:
    """Start a corpus project of your own in a folder.

    Labels, guidelines, the folders of a corpus, a README with the next five commands, rules for releases
    and a workflow that judges by them. Nothing that lies in the folder is replaced.

    Example: miyar start-corpus my-corpus --scheme short
    """
    add_files(folder, dict(project_files(scheme, language)))
    say(f"written: {folder}")
    say(f"next: put articles into {folder / 'corpus' / 'articles'}, and go on as {folder / 'README.md'} says")


def project_files(kind: Kind, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the name of each file of a new project, and what it holds."""
    summary = _starter("summary.ar.md") if language is Language.AR else ""
    yield "README.md", _starter("README.md") + summary
    yield "requirements.txt", _starter("requirements.txt").replace("VERSION", __version__)
    yield from ((name, _starter(template)) for name, template in FILES.items())
    yield from ((f"{kept}/.gitkeep", "") for kept in KEPT)
    for name, text in _config(kind, language):
        yield f"annotation_config/{name}", text


def _config(kind: Kind, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the scheme, and the page and the guidelines that are made from it."""
    labels, guidelines = _news(language) if kind is Kind.NEWS else _short(language)
    scheme = _scheme(HEAD + labels)
    name = f"guidelines.{language}.md"
    yield "labels.toml", HEAD + labels
    yield "label_studio.xml", render_config(scheme)
    yield name, render_guidelines(guidelines, scheme, language, Path(name))


def _scheme(labels: str) -> Scheme:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.toml"
        file.write_text(labels, encoding="utf-8")
        return read_scheme(file)


def _news(language: Language) -> tuple[str, str]:
    """Return miyar's own labels and guidelines; names of labels are Arabic, in English they are the codes."""
    folder = next((one for one in own_folders("annotation_config") if (one / "labels.toml").is_file()), None)
    if folder is None:
        raise MiyarError("miyar's own scheme is missing (annotation_config); install miyar again")
    labels = (folder / "labels.toml").read_text(encoding="utf-8")
    labels = labels[labels.index("\nversion = ") + 1 :]
    guidelines = (folder / f"guidelines.{language}.md").read_text(encoding="utf-8")
    if language is Language.AR:
        return labels, guidelines
    return NAMES.sub("", labels).replace('"ar"', f'"{language}"', 1), OTHER_GUIDELINES.sub("\n", guidelines)


def _short(language: Language) -> tuple[str, str]:
    return _starter(f"labels.{language}.toml"), _starter(f"guidelines.{language}.md")


def _starter(name: str) -> str:
    return (STARTER / name).read_text(encoding="utf-8")
