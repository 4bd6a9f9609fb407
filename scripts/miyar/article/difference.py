"""Where two texts part, in words."""

import unicodedata
from typing import NamedTuple

from miyar.errors import quoted
from miyar.offsets import position

SHOWN_BEFORE, SHOWN_WORD, SHOWN_CHARACTERS = 20, 40, 3


class _Word(NamedTuple):
    """The word around an offset, or the one that ends there; empty behind white space. Counted from 1."""

    text: str
    number: int


def first_difference(found: str, expected: str) -> str:
    """Return in words where `found` first differs from `expected`; an empty text where it does not.

    It reads behind a colon: “at 1:18, in token 4: … in place of … (U+064E ARABIC FATHA more), behind …”.
    Tokens are what white space separates, counted from 1; characters are named, since many are invisible.
    """
    if found == expected:
        return ""
    place = _length_in_common(found, expected)
    before = f", behind {_tail(found[:place])}" if place else ""
    return f"at {position(found, place)}, {_difference(found, expected, place)}{before}"


def _length_in_common(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:  # slices are compared much faster than characters
        middle = (low + high + 1) // 2
        same = one[low:middle] == other[low:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


def _difference(found: str, expected: str, place: int) -> str:
    word, other = _word(found, place), _word(expected, place)
    if word.text and other.text and word != other:
        return _words(found[place:], expected[place:], word, other)
    behind = f"behind token {min(word.number, other.number)}" if found[:place].strip() else "in front"
    gap, other_gap = _white_space(found[place:]), _white_space(expected[place:])
    if place == len(found):
        return f"{behind}: the text ends, {_characters(expected[place:])} missing"
    if place == len(expected):
        return f"{behind}: the text goes on, {_characters(found[place:])} more"
    return f"{behind}: {_change(gap, other_gap)}"


def _words(found: str, expected: str, word: _Word, other: _Word) -> str:
    """Return how two words differ; `found` and `expected` begin where they do."""
    gap, other_gap = _white_space(found), _white_space(expected)
    if found and expected and gap and found[len(gap) :].startswith(expected[0]):
        change = _change(gap, "")
    elif found and expected and other_gap and expected[len(other_gap) :].startswith(found[0]):
        change = _change("", other_gap)
    else:
        change = _change(word.text, other.text)
    shown = (quoted(one.text, SHOWN_WORD) for one in (word, other))
    return f"in token {word.number}: {' in place of '.join(shown)} ({change})"


def _word(text: str, place: int) -> _Word:
    start = place
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    end = place
    while end < len(text) and not text[end].isspace():
        end += 1
    return _Word(text[start:end], len(text[:end].split()))


def _white_space(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _change(found: str, expected: str) -> str:
    """Return the characters that are more, missing or others between what both begin and end with."""
    begin = _length_in_common(found, expected)
    found, expected = found[begin:], expected[begin:]
    end = _length_in_common(found[::-1], expected[::-1])
    found, expected = found[: len(found) - end], expected[: len(expected) - end]
    if not expected:
        return f"{_named(found)} more"
    return f"{_named(found)} in place of {_named(expected)}" if found else f"{_named(expected)} missing"


def _named(characters: str) -> str:
    names = [
        f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
        for character in characters[:SHOWN_CHARACTERS]
    ]
    others = len(characters) - SHOWN_CHARACTERS
    return ", ".join(names) + (f" and {others} others" if others > 0 else "")


def _characters(text: str) -> str:
    count = f"{len(text)} character{'' if len(text) == 1 else 's'}"
    return f"{count} {quoted(text, SHOWN_WORD)}"


def _tail(text: str) -> str:
    return quoted(text if len(text) <= SHOWN_BEFORE else f"…{text[-SHOWN_BEFORE:]}")
