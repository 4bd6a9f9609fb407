"""Arabic text made comparable, with the way back to the original offsets.

Normalisation is for matching only: the text of record is never changed. It drops what wire copy writes
or leaves out at will (diacritics, tatweel, invisible marks, the stand-alone hamza) and merges the letters
that it mixes up (forms of alif, alif maqsura and ya, ta marbuta and ha).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from miyar.offsets import Range

ARTICLE = "ال"
WORD = re.compile(r"[^\W_]+")
_MERGED = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئی", "ي"),
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "ء": "",
        "ـ": "",
    }
)
_PROCLITICS = re.compile(r"[وف]?[بكلس]?")
_SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text and, for each of its characters, the original range that it came from.

    `starts` and `ends` have one entry per character of `text`; a diacritic or tatweel belongs to the
    letter before it.
    """

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def original(self, start: int, end: int) -> Range:
        """Return the original range of a non-empty normalised range."""
        return Range(int(self.starts[start]), int(self.ends[end - 1]))


class Stem(NamedTuple):
    """What is left of a word without attached particles and article.

    `offset` is where the particles end (the article belongs to the name), `form` has no article.
    """

    offset: int
    form: str


def normalise(text: str) -> Normalised:
    """Return the text for matching, with the way back to the original offsets."""
    pieces = [_normalised_character(character) for character in text]
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    starts = np.repeat(np.arange(len(text)), lengths)
    return Normalised("".join(pieces), starts, _cluster_ends(text)[starts])


def normalised_text(text: str) -> str:
    """Return the text for matching, without the way back."""
    return "".join(map(_normalised_character, text))


def stems(word: str) -> Iterator[Stem]:
    """Yield the readings of a normalised word, the one with the fewest particles taken off first.

    Attached are و ف before ب ك ل س before ال; the article's alif is not written after ل (للأمم). A
    letter that belongs to the word is also tried as a particle: the lexicon decides which reading exists.
    """
    longest = _PROCLITICS.match(word)
    for offset in range(longest.end() + 1 if longest else 1):
        particles, rest = word[:offset], word[offset:]
        if offset and not (_PROCLITICS.fullmatch(particles) and len(rest) >= _SHORTEST_STEM):
            continue
        yield Stem(offset, without_article(rest))
        if particles.endswith("ل") and rest.startswith("ل") and len(rest) > _SHORTEST_STEM:
            yield Stem(offset, rest[1:])


def are_proclitics(letters: str) -> bool:
    """Return whether normalised letters are attached particles: و or ف, one of ب ك ل س, or both in turn."""
    return bool(letters) and _PROCLITICS.fullmatch(letters) is not None


def word_start(text: str, offset: int) -> int:
    """Return where the word begins that an offset stands in or before; marks and tatweel are of the word."""
    while offset > 0:
        before = normalised_text(text[offset - 1])
        if text[offset - 1].isspace() or (before and not WORD.fullmatch(before)):
            break
        offset -= 1
    return offset


def follows_particles(text: str, offset: int) -> bool:
    """Return whether what stands before an offset in its word is attached particles, and nothing else."""
    particles = text[word_start(text, offset) : offset]
    attached = not text[offset : offset + 1].isspace()
    return attached and are_proclitics(normalised_text(particles))


def without_article(word: str) -> str:
    """Return a normalised word without ال, unless hardly anything would be left."""
    stem = word.removeprefix(ARTICLE)
    return stem if len(stem) >= _SHORTEST_STEM else word


def ascii_digits(text: str) -> str:
    """Return the text with decimal digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _normalised_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if unicodedata.category(character) in ("Mn", "Cf"):
        return ""
    letters = unicodedata.normalize("NFKC", character).translate(_MERGED)
    if len(letters) > 1:  # a diacritic's own presentation form becomes a space with the diacritic
        letters = letters.strip()
    kept = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return ascii_digits(kept.lower())


def _cluster_ends(text: str) -> NDArray[np.int64]:
    """Return for each character the end of it and of what is dropped after it: marks, tatweel, hamza."""
    is_mark = [c in "ـء" or unicodedata.category(c) == "Mn" for c in text]
    ends = np.arange(1, len(text) + 1)
    for index in range(len(text) - 2, -1, -1):
        if is_mark[index + 1]:
            ends[index] = ends[index + 1]
    return ends
