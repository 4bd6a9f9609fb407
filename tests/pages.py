"""The pages that people read, as tests look at them: sections, links, examples."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT

README, COMMANDS_PAGE, SCHEME_PAGE, CORPUS_PAGE = PAGES = (
    ROOT / "README.md",
    ROOT / "scripts" / "README.md",
    ROOT / "annotation_config" / "README.md",
    ROOT / "corpus" / "README.md",
)
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


class Heading(NamedTuple):
    """A heading, how deep it is, and by what a link names it."""

    depth: int
    title: str

    @property
    def anchor(self) -> str:
        """Return the anchor that GitHub makes of it."""
        return _NOT_IN_ANCHOR.sub("", self.title.lower()).replace(" ", "-")


def examples(page: Path, language: str) -> list[str]:
    """Return the blocks of a page that are marked as one language."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [textwrap.dedent(block[3]) for block in found if block[2] == language]


def headings(page: Path) -> list[Heading]:
    """Return the headings of a page; a comment in a block is none."""
    return [Heading(len(found[1]), found[2]) for found in _HEADING.finditer(prose(page))]


def links(page: Path) -> Iterator[str]:
    """Yield where the links of a page lead."""
    return (found[1] for found in _LINK.finditer(prose(page)))


def table_rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading, without their heads."""
    section = prose(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    rules = [number for number, row in enumerate(rows) if set("".join(row)) <= set("-:")]
    heads = {number - 1 for number in rules}
    return [row for number, row in enumerate(rows) if number not in heads | set(rules)]


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))
