"""What stands in the columns of a line."""

import re
from collections.abc import Sequence

from miyar.conll.model import Layout

DOCSTART = "-DOCSTART-"
SEPARATOR = re.compile(r"[ \t]+")


def content_of(line: str) -> str:
    """Return a line without its end and the blanks before it."""
    return line.removesuffix("\r").rstrip(" \t")


def columns_of(content: str) -> list[str]:
    """Return the columns of a line: where it has tabs, the token ends at one, and may hold blanks."""
    if "\t" not in content:
        return SEPARATOR.split(content)
    return [piece.strip(" ") for piece in content.split("\t")]


def tags_of(columns: Sequence[str], layout: Layout) -> list[str]:
    """Return the tags in the columns of the layout; one that is named and missing is an empty text."""
    if isinstance(layout.tags, tuple):
        return [columns[number - 1] if number <= len(columns) else "" for number in layout.tags]
    words = [word for column in columns[layout.token :] for word in column.split(" ") if word]
    return (words if layout.tags == "nested" else words[-1:]) or [""]
