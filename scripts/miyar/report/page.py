"""A page of headings, tables and lists, as text of 80 columns or as Markdown."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from miyar.errors import plain
from miyar.guidelines import markdown_cell
from miyar.report.format import Format
from miyar.report.table import render_table

WIDTH = 80
INNER = "  "


class Heading(NamedTuple):
    """What the following parts are about; 1 is the highest level."""

    text: str
    level: int = 1


class Lines(NamedTuple):
    """Sentences, or items of a list; one that begins with INNER belongs to the one before."""

    items: tuple[str, ...]
    listed: bool = True


class Numbers(NamedTuple):
    """A table: numbers, and last in each row what they are about."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Heading | Lines | Numbers


def render_page(parts: Iterable[Part], form: Format) -> str:
    """Return the page as text or Markdown; only the last column of a table may be wider than the page."""
    written = _markdown if form is Format.MARKDOWN else _text
    return "\n\n".join(text for part in parts if (text := "\n".join(written(part))))


def _markdown(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield f"{'#' * (2 + part.level)} {markdown_cell(part.text)}"
    elif isinstance(part, Lines):
        for item in part.items:
            mark = "- " if part.listed else ""
            yield f"{_indent(item)}{mark}{markdown_cell(item)}"
    elif part.rows:
        yield render_table(part.head, part.rows, Format.MARKDOWN)


def _text(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield plain(part.text)
    elif isinstance(part, Lines):
        for item in part.items:
            indent = _indent(item) + INNER
            yield from textwrap.wrap(
                plain(item), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
    elif part.rows:
        yield render_table(part.head, part.rows, Format.TEXT)


def _indent(item: str) -> str:
    return INNER if item.startswith(INNER) else ""
