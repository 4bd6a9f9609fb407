"""Word tokens of a text with their offsets, independent of any span.

- White space (`str.isspace`) parts tokens and is in none.
- Each character of punctuation or symbol (categories P and S: ، ؛ ؟ « » % _ - $ and emoji) is a token of
  its own. An emoji of several such characters (a flag, a family) is as many tokens.
- All other visible characters make words, each as long as it goes: attached particles stay attached
  (وبالقدس is one token), diacritics and tatweel belong to the word.
- `. , ٫ ٬` between two decimal digits stay in the number: 3.5 and ٣٬٥٠٠ are one token. Dates and times are
  parted at `/ - :`, as in published corpora: a span over the whole date loses nothing by it, while 2-1 or
  1936-1939 may carry two spans.
- A combining mark after a symbol belongs to the symbol, else to the word; after white space it begins one.
- Invisible characters (bidi marks, joiners, U+200B, variation selectors, controls) are seen through: they
  part nothing, lie inside a token when both its neighbours do, and are never at a token's edge.

The rules look at neighbours only, so that each line has the tokens that it has by itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

TOKENS_VERSION = "1"
"""Part of the signature of what is counted in tokens; another rule is another version."""

Column = NDArray[np.int64]
Codes = NDArray[np.uint32]
Kinds = NDArray[np.uint8]

_IN_NUMBERS = ".,٫٬"
# What is written around or before numbers is visible though its category is Cf: ۝ and its like.
_SHOWN_FORMATS = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
# Grapheme joiner, variation selectors and fillers are letters and marks by category, and have no shape.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Currency signs, Arabic ligatures and emoji of Unicode versions that this Python does not know yet.
_NEW_SYMBOLS = re.compile("[\u20a0-\u20cf\ufb50-\ufdcf\U0001f000-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The n tokens of a text in order, as columns of shape (n,): code point offsets, half-open."""

    start: Column
    end: Column

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class TokenTable:
    """The n tokens of many texts in order, as columns of shape (n,): index of the article, start, end.

    `lengths`, of shape (articles,), has the number of code points of each text.
    """

    article: Column
    start: Column
    end: Column
    lengths: Column

    def __len__(self) -> int:
        return len(self.article)


class Kind(IntEnum):
    """What a character is to the rules."""

    WHITE = 0
    INVISIBLE = 1
    WORD = 2
    DIGIT = 3
    IN_NUMBER = 4
    MARK = 5
    SYMBOL = 6


def tokens(text: str) -> Tokens:
    """Return the tokens of any text; it may be empty."""
    kinds = _kinds(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"))
    shown = np.flatnonzero(kinds != Kind.INVISIBLE)
    continues = _continues(_settled(kinds[shown]))
    covered = kinds[shown] != Kind.WHITE
    begins, ends = covered & ~continues[:-1], covered & ~continues[1:]
    return Tokens(shown[begins], shown[ends] + 1)


def token_table(texts: Sequence[str]) -> TokenTable:
    """Return the tokens of each text, as `tokens` has them, in one table."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    found = tokens("\n".join(texts))
    article = np.searchsorted(starts, found.start, side="right") - 1
    return TokenTable(article, found.start - starts[article], found.end - starts[article], lengths)


def _kinds(codes: Codes) -> Kinds:
    """Return the kind of each character; only the distinct ones are classified."""
    present = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    present[codes] = True
    kinds = np.zeros(len(present), dtype=np.uint8)
    kinds[present] = [_kind(chr(code)) for code in np.flatnonzero(present).tolist()]
    return kinds[codes]


def _kind(character: str) -> Kind:
    category = unicodedata.category(character)
    formats = category == "Cf" and not _SHOWN_FORMATS.match(character)
    new_symbol = category == "Cn" and _NEW_SYMBOLS.match(character)
    if character.isspace():
        return Kind.WHITE
    if formats or category == "Cc" or _HIDDEN.match(character):
        return Kind.INVISIBLE
    if character in _IN_NUMBERS:
        return Kind.IN_NUMBER
    if category[0] in "PS" or new_symbol:
        return Kind.SYMBOL
    return Kind.MARK if category[0] == "M" else Kind.DIGIT if category == "Nd" else Kind.WORD


def _settled(kinds: Kinds) -> Kinds:
    """Return visible kinds with numbers decided: only WHITE, WORD, MARK and SYMBOL are left."""
    digit = kinds == Kind.DIGIT
    inside = np.zeros(len(kinds), dtype=bool)
    inside[1:-1] = digit[:-2] & digit[2:]
    separator = kinds == Kind.IN_NUMBER
    word = digit | (separator & inside)
    return np.where(word, Kind.WORD, np.where(separator, Kind.SYMBOL, kinds)).astype(np.uint8)


def _continues(kinds: Kinds) -> NDArray[np.bool_]:
    """Return which visible characters continue the token of the one before, and a False behind them all."""
    mark = kinds == Kind.MARK
    carrier = kinds[np.maximum.accumulate(np.where(mark, 0, np.arange(len(kinds))))]
    in_word = (kinds == Kind.WORD) | (mark & (carrier != Kind.SYMBOL))
    after_word = (kinds[1:] == Kind.WORD) & in_word[:-1]
    continues = np.zeros(len(kinds) + 1, dtype=bool)
    continues[1:-1] = after_word | (mark[1:] & (kinds[:-1] != Kind.WHITE))
    return continues
