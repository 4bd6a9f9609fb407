"""Offsets are Unicode code points, ranges are half-open; only this module knows of other units.

Label Studio's page counts UTF-16 units when a span is resized by its handles, so that an astral
character (most emoji) before the handle shifts the boundary. A text without astral characters has the
same offsets in both units: that is what `stand_in` gives.
"""

import re
from typing import NamedTuple

ASTRAL = re.compile("[\U00010000-\U0010ffff]")
STAND_IN = "\u25a1"  # WHITE SQUARE: one UTF-16 unit, neutral in direction as emoji are


class Range(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Position(NamedTuple):
    """A place in a text as editors show it: line and column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        """Return "line:column"."""
        return f"{self.line}:{self.column}"


def stand_in(text: str) -> str:
    """Return the text with each astral character replaced by one BMP character; the length stays."""
    counted = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return text if counted == len(text) else ASTRAL.sub(STAND_IN, text)


def trim(text: str, start: int, end: int) -> Range:
    """Return the range without white space (`str.isspace`) at its edges; `start == end` if all was white."""
    covered = text[start:end]
    trimmed_start = end - len(covered.lstrip())
    return Range(trimmed_start, max(trimmed_start, start + len(covered.rstrip())))


def position(text: str, offset: int) -> Position:
    """Return the line and column of an offset."""
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - before.rfind("\n"))


def from_utf16(text: str, offset: int) -> int:
    """Return the code point offset of one that counts UTF-16 units."""
    return len(text.encode("utf-16-le")[: 2 * offset].decode("utf-16-le", "ignore"))


def from_bytes(text: str, offset: int) -> int:
    """Return the code point offset of one that counts the bytes of UTF-8."""
    return len(text.encode()[:offset].decode("utf-8", "ignore"))


def from_two_for_a_break(text: str, offset: int) -> int:
    """Return the offset of one that counts each line break as two characters."""
    return len(text.replace("\n", "\r\n")[:offset].replace("\r\n", "\n").rstrip("\r"))
