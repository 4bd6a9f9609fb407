"""The code points of many texts as one column, and what stands in ranges of them: no loop per range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from miyar.arabic import normalised_text
from miyar.spantable import Column, Mask, SpanTable, integers
from miyar.tokens import TokenTable

OCTETS = 4  # of a code point in UTF-32


class Texts(NamedTuple):
    """The distinct texts of ranges, and for each range which one is its own."""

    distinct: list[str]
    of_range: Column


@dataclass(frozen=True, slots=True)
class Characters:
    """n ranges among the code points of texts; a line feed stands before, between and behind the texts.

    A range that is not `inside` its text is empty, at the first text's start.
    """

    codes: NDArray[np.uint32]
    start: Column
    end: Column
    inside: Mask

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """Return of which code points something holds; it is asked once of each distinct one."""
        present = np.zeros(int(self.codes.max()) + 1, dtype=bool)
        present[self.codes] = True
        answers = np.zeros(len(present), dtype=bool)
        answers[present] = [holds(chr(code)) for code in np.flatnonzero(present).tolist()]
        return answers[self.codes]

    def have(self, holds: Callable[[str], bool]) -> Mask:
        """Return which ranges have a code point of which something holds."""
        places = np.flatnonzero(self.where(holds))
        return np.searchsorted(places, self.end) > np.searchsorted(places, self.start)

    @property
    def texts(self) -> Texts:
        """Return the texts of the ranges."""
        return self.texts_at(self.start, self.end)

    def texts_at(self, start: Column, end: Column) -> Texts:
        """Return the texts of other ranges among the same code points."""
        lengths = end - start
        stops = np.cumsum(lengths)
        places = np.arange(lengths.sum()) + np.repeat(end - stops, lengths)
        offsets = np.append(0, OCTETS * stops)
        octets = np.ascontiguousarray(self.codes[places])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(octets)]
        values = pa.Array.from_buffers(pa.large_binary(), len(lengths), buffers).dictionary_encode()
        distinct = [value.decode("utf-32-le", "surrogatepass") for value in values.dictionary.to_pylist()]
        return Texts(distinct, integers(values.indices))


def characters(
    texts: Sequence[str], ranges: SpanTable | TokenTable, inside: Mask | None = None
) -> Characters:
    """Return the code points of the texts, and where the ranges lie among them.

    `inside` says which are ranges, as far as the lengths of the texts were known; all of them by default.
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    begins = np.cumsum(lengths + 1) - lengths
    whole = "\n".join(["", *texts, ""]).encode("utf-32-le", "surrogatepass")
    fits = ranges.end <= lengths[ranges.article]
    kept = fits if inside is None else fits & inside
    start, end = (np.where(kept, begins[ranges.article] + at, 1) for at in (ranges.start, ranges.end))
    return Characters(np.frombuffer(whole, dtype="<u4"), start, end, kept)


def normalised_texts(texts: Sequence[str]) -> list[str]:
    """Return each text normalised, as `normalised_text` has it: character by character, each asked once."""
    table = {ord(character): normalised_text(character) for character in frozenset().union(*texts)}
    return [text.translate(table) for text in texts]
