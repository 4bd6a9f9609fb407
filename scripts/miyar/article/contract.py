"""What a text must be, each rule a function that yields its faults."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

BOM = "\ufeff"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # what the checks below look for, at once


class Fault(NamedTuple):
    """What breaks the contract in a text: the first offset of it, if it has one place."""

    code: str
    offset: int
    found: str
    expected: str


def text_faults(text: str) -> Iterator[Fault]:
    """Yield everything in a text that breaks the contract."""
    if text.strip() and not text.startswith(BOM) and not SUSPECT.search(text):
        return
    for check in TEXT_CHECKS:
        yield from check(text)


def _empty(text: str) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("empty_text", 0, "nothing but white space", "a text to label")


def _byte_order_mark(text: str) -> Iterator[Fault]:
    if text.startswith(BOM):
        yield Fault("byte_order_mark", 0, "a byte order mark (U+FEFF)", "UTF-8 without one")


def _carriage_returns(text: str) -> Iterator[Fault]:
    if "\r" in text:
        found = f"{text.count(chr(13))} carriage returns (\\r), the first here"
        yield Fault("carriage_return", text.index("\r"), found, "line breaks as \\n alone")


def _control_characters(text: str) -> Iterator[Fault]:
    expected = "no control characters but \\n and \\t: the page loses them and every later span shifts"
    yield from _characters("control_character", CONTROL, text, expected)


def _lone_surrogates(text: str) -> Iterator[Fault]:
    expected = "whole characters: a lone surrogate makes the whole project unexportable"
    yield from _characters("lone_surrogate", SURROGATE, text, expected)


def _characters(code: str, pattern: re.Pattern[str], text: str, expected: str) -> Iterator[Fault]:
    found = pattern.findall(text)
    if found:
        kinds = ", ".join(f"U+{ord(character):04X}" for character in sorted(set(found)))
        offset = text.index(found[0])
        yield Fault(code, offset, f"{len(found)} times {kinds}, the first here", expected)


TEXT_CHECKS: tuple[Callable[[str], Iterator[Fault]], ...] = (
    _empty,
    _byte_order_mark,
    _carriage_returns,
    _control_characters,
    _lone_surrogates,
)
"""To add a rule, write a function that yields its faults and add it here."""
