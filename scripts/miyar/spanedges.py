"""Where spans begin and end, by the guidelines: no punctuation at an edge, no word cut in two.

Attached particles may be cut off before a span, nothing may be behind it. What a rule cannot know counts
as right: a word without its space, a name that ends in a sign, a letter that may be a particle.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from miyar.arabic import are_proclitics, normalised_text
from miyar.errors import quoted
from miyar.offsets import Range
from miyar.spantable import Mask, SpanTable
from miyar.validation import Fault

EDGE_PUNCTUATION, CUT_WORD = "edge_punctuation", "cut_word"
QUOTATION_MARKS = ("«»", "‹›", '"“”„‟', "'‘’‚‛`")
SINGLE, INCHES = QUOTATION_MARKS[-1], '"”'
BRACKETS = {"(": ")", "[": "]", "{": "}", "﴿": "﴾", "⟨": "⟩", "〈": "〉", "《": "》"}
PERCENT = "%٪‰؉"
BEFORE_NUMBERS, BEFORE_NAMES = "-–.٫+§#", "#@."
BEHIND_LATIN = "!#*'’"
LONGEST_ABBREVIATION, LONGEST_PART = 4, 3
TATWEEL = "ـ"
MOST_PARTICLES = 2

Kinds = NDArray[np.uint8]


class Kind(IntEnum):
    """What a character is at the edge of a span; letters of two scripts are of two words."""

    OTHER = 0
    ARABIC = 1
    LETTER = 2
    MARK = 3
    DIGIT = 4
    PUNCTUATION = 5
    INVISIBLE = 6


IN_WORDS = frozenset({Kind.ARABIC, Kind.LETTER, Kind.DIGIT})


class EdgeFault(NamedTuple):
    """The row of a span, and the code of what is wrong at its edges; `faults_at` explains it."""

    row: int
    code: str


def edge_faults(texts: Sequence[str], spans: SpanTable) -> list[EdgeFault]:
    """Return what is wrong at the edges of spans that lie in their texts and are not empty, by row."""
    text = "\n".join(["", *texts, ""])  # a line break stands before and behind each
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    begins = np.cumsum(lengths + 1) - lengths
    kinds = _kinds(text)
    start, end = (column + begins[spans.article] for column in (spans.start, spans.end))
    signed = _is_sign(kinds[start]) | _is_sign(kinds[end - 1])
    cut = _divided(kinds, end) & np.fromiter((text[one] != TATWEEL for one in end.tolist()), bool, len(end))
    for row in np.flatnonzero(~cut & (_joined(kinds, start) | _joined(kinds, end))).tolist():
        cut[row] = _cuts_before(text, int(start[row])) or _cuts_behind(text, int(end[row]))
    for row in np.flatnonzero(signed).tolist():
        signed[row] = bool(_signs(text[start[row] : end[row]]))
    rows = zip(np.flatnonzero(signed | cut).tolist(), signed[signed | cut], cut[signed | cut], strict=True)
    return [
        EdgeFault(row, code)
        for row, is_signed, is_cut in rows
        for code, found in ((EDGE_PUNCTUATION, is_signed), (CUT_WORD, is_cut))
        if found
    ]


def faults_at(text: str, start: int, end: int) -> Iterator[Fault]:
    """Yield what is wrong at the edges of one span: its punctuation, and the words that it cuts."""
    signs = _signs(text[start:end])
    if signs:
        found = f"{' and '.join(signs)} at its edge"
        yield Fault(EDGE_PUNCTUATION, found, "no punctuation at the edges of a span")
    cut = [*_cut_before(text, start), *_cut_behind(text, end)]
    if cut:
        expected = "whole words, of which only و ف ب ك ل س at the beginning stay outside"
        yield Fault(CUT_WORD, " and ".join(cut), expected)


def _is_sign(kinds: Kinds) -> Mask:
    signs: Mask = (kinds == Kind.PUNCTUATION) | (kinds == Kind.INVISIBLE)
    return signs


def _divided(kinds: Kinds, places: NDArray[np.int64]) -> Mask:
    """Return at which places two letters, or two digits, of one word part."""
    before, behind = kinds[places - 1], kinds[places]
    parted: Mask = _joined(kinds, places) & (before == behind) & (before != Kind.MARK)
    return parted


def _joined(kinds: Kinds, places: NDArray[np.int64]) -> Mask:
    """Return at which places the characters on both sides may be of one word, or of one number."""
    before, behind = kinds[places - 1], kinds[places]
    in_word = (before >= Kind.ARABIC) & (before <= Kind.DIGIT)
    joined: Mask = in_word & ((before == behind) | (behind == Kind.MARK) | (before == Kind.MARK))
    return joined


def _kinds(text: str) -> Kinds:
    """Return the kind of each character; only the distinct ones are classified."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    present = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    present[codes] = True
    known: Kinds = np.zeros(len(present), dtype=np.uint8)
    known[present] = [_kind(chr(code)) for code in np.flatnonzero(present).tolist()]
    kinds: Kinds = known[codes]
    return kinds


@cache
def _kind(character: str) -> Kind:
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if category[0] == "L":
        if len(unicodedata.normalize("NFKC", character)) > 2:  # a whole word as one sign, such as ﷺ
            return Kind.OTHER
        return Kind.ARABIC if name.startswith("ARABIC") else Kind.LETTER
    if category[0] == "P":
        return Kind.PUNCTUATION
    return {"Mn": Kind.MARK, "Nd": Kind.DIGIT, "Cf": Kind.INVISIBLE}.get(category, Kind.OTHER)


# words


def _cut_before(text: str, start: int) -> Iterator[str]:
    if _cuts_before(text, start):
        word = _word(text, start)
        yield f"{quoted(text[word.start : start])} cut off the beginning of {quoted(text[slice(*word)])}"


def _cut_behind(text: str, end: int) -> Iterator[str]:
    if _cuts_behind(text, end):
        word = _word(text, end)
        yield f"{quoted(text[end : word.end])} cut off the end of {quoted(text[slice(*word)])}"


def _cuts_before(text: str, start: int) -> bool:
    """Return whether more than attached particles is cut off before a place."""
    if not _is_inside(text, start):
        return False
    first, letters = start, 0
    while letters <= MOST_PARTICLES and _is_inside(text, first):
        first -= 1
        letters += text[first] != TATWEEL and _kind(text[first]) != Kind.MARK
    if letters > MOST_PARTICLES or _kind(text[start]) == Kind.MARK:
        return True
    return not are_proclitics(normalised_text(text[first:start]))


def _cuts_behind(text: str, end: int) -> bool:
    """Return whether anything but tatweel is cut off behind a place."""
    while _is_inside(text, end) and text[end] == TATWEEL:
        end += 1
    return _is_inside(text, end)


def _word(text: str, place: int) -> Range:
    """Return the word, or the number, that a place lies inside."""
    start = stop = place
    while _is_inside(text, start):
        start -= 1
    while _is_inside(text, stop):
        stop += 1
    return Range(start, stop)


def _is_inside(text: str, place: int) -> bool:
    """Return whether the characters on both sides of a place are of one word, or of one number."""
    if not 0 < place < len(text):
        return False
    behind, before = _kind(text[place]), _stem(text, place - 1)
    return before in IN_WORDS and behind in (before, Kind.MARK)


def _stem(text: str, place: int) -> Kind:
    """Return the kind of a character, of a mark that of the letter which carries it."""
    while place > 0 and _kind(text[place]) == Kind.MARK:
        place -= 1
    return _kind(text[place])


# punctuation


def _signs(covered: str) -> list[str]:
    """Return the signs at the edges of a covered text that do not belong to what it names."""
    shown = [place for place, sign in enumerate(covered) if _kind(sign) != Kind.INVISIBLE]
    if not shown:
        return []
    text = covered[shown[0] : shown[-1] + 1]
    edges = {0: _leads, len(text) - 1: _ends}
    return [
        quoted(text[place])
        for place, belongs in edges.items()
        if _kind(text[place]) == Kind.PUNCTUATION and not belongs(text)
    ]


def _leads(text: str) -> bool:
    """Return whether the sign at the beginning belongs to what follows."""
    sign, following = text[0], text[1:2]
    if _is_paired(sign):
        partner = _partner(text, 0)
        alone = partner < 0 and sign in SINGLE and (_is_latin(following) or following.isdecimal())
        return 0 < partner < len(text) - 1 or alone
    if sign in PERCENT:
        return text[1:].lstrip()[:1].isdecimal()
    if following.isdecimal():
        return sign in BEFORE_NUMBERS
    return (sign in "#@" and (following == "_" or following.isalpha())) or (
        sign in BEFORE_NAMES and _is_latin(following)
    )


def _ends(text: str) -> bool:
    """Return whether the sign at the end belongs to what stands before."""
    sign, before, last = text[-1], text[-2:-1], len(text) - 1
    word = text.split()[-1]
    if _is_paired(sign):
        partner = _partner(text, last)
        alone = partner < 0 and (
            (sign in SINGLE and (_is_latin(before) or before.isdecimal()))
            or (sign in INCHES and before.isdecimal())
        )
        return partner > 0 or alone
    if sign in PERCENT:
        return text[:-1].rstrip()[-1:].isdecimal()
    if sign == ".":
        return _is_abbreviation(word)
    return (
        (sign in BEHIND_LATIN and _is_latin(before))
        or (sign == "_" and word[0] in "@#")
        or (sign in "/-" and "." in word and "/" in word[:-1])
    )


def _is_abbreviation(word: str) -> bool:
    """Return whether a word that ends in a full stop needs it: م. and U.S. and Inc., not BBC."""
    *parts, _ = word.strip("".join(["()[]{}", *QUOTATION_MARKS])).split(".")
    letters = [len(normalised_text(part)) for part in parts]
    if not all(part.isalpha() for part in parts):
        return False
    if len(parts) > 1:
        return all(0 < size <= LONGEST_PART for size in letters)
    [stem] = parts
    return letters[0] <= 1 or (_is_latin(stem[0]) and stem.istitle() and len(stem) <= LONGEST_ABBREVIATION)


def _is_latin(character: str) -> bool:
    return character.isalpha() and _kind(character) == Kind.LETTER


def _is_paired(sign: str) -> bool:
    return sign in BRACKETS or sign in BRACKETS.values() or _family(sign) != ""


def _family(sign: str) -> str:
    return next((family for family in QUOTATION_MARKS if sign in family), "")


def _partner(text: str, place: int) -> int:
    """Return where the other one of a pair of brackets or quotation marks is, -1 where it is not there."""
    opened: list[int] = []
    family = _family(text[place])
    for here, sign in enumerate(text):
        if (sign not in family) if family else (sign not in BRACKETS and sign not in BRACKETS.values()):
            continue
        closes = bool(opened) and (bool(family) or BRACKETS.get(text[opened[-1]]) == sign)
        if family and 0 < here < len(text) - 1 and _is_no_quotation(text, here, closes):
            continue
        if not closes:
            opened.append(here)
        elif place in (here, other := opened.pop()):
            return other if place == here else here
    return -1


def _is_no_quotation(text: str, place: int, closes: bool) -> bool:
    """Return whether a mark inside a text is an apostrophe, or stands for inches or seconds."""
    before, behind = text[place - 1], text[place + 1]
    if text[place] in SINGLE:
        return before.isalnum() and behind.isalnum()
    return text[place] in INCHES and before.isdecimal() and not closes
