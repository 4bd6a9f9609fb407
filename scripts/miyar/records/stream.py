"""The values of a large JSON file, one by one and in flat memory: the items of a list, or one object a line.

The parser itself finds where a value ends: it says at which byte, counted from 1,
something stands behind it.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

WINDOW = 1 << 22
TRAILING = "JSON is malformed: trailing characters (byte "
PLACE = re.compile(r" \(byte (\d+)\)")
LONGEST_CUT = 64  # a number, a word or an escape that the window cuts is refused near its end
WHITE = b" \t\r\n"


class BrokenJSONError(ValueError):
    """What is not JSON, and at which byte of the file."""

    def __init__(self, reason: str, byte: int) -> None:
        super().__init__(f"{reason} (byte {byte})")


def values(file: BinaryIO, window: int = WINDOW) -> Iterator[bytes]:
    """Yield the bytes of each item of a JSON list, or of each value of a file that begins with none.

    Raises BrokenJSONError where the file is no JSON.
    """
    reader = _Reader(file, window)
    if reader.next() != b"[":
        while reader.next():
            yield reader.value()
        return
    reader.skip()
    if reader.next() == b"]":
        reader.skip()
    else:
        yield reader.value()
        while reader.separator():
            yield reader.value()
    if reader.next():
        raise BrokenJSONError("something behind the list", reader.place)


class _Reader:
    """A window on a file that moves on as values are taken from it."""

    def __init__(self, file: BinaryIO, window: int) -> None:
        self._file, self._window = file, window
        self._data, self._at, self._before = b"", 0, 0

    @property
    def place(self) -> int:
        """Return the byte of the file that comes next."""
        return self._before + self._at

    def next(self) -> bytes:
        """Return the next byte that is no white space, without taking it; nothing at the end of the file."""
        while True:
            while self._at < len(self._data) and self._data[self._at] in WHITE:
                self._at += 1
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._more():
                return b""

    def skip(self) -> None:
        """Take the next byte."""
        self._at += 1

    def separator(self) -> bool:
        """Take what stands behind an item; return whether another item follows."""
        found = self.next()
        if found not in (b",", b"]"):
            raise BrokenJSONError("expected ',' or ']'" if found else "the list does not end", self.place)
        self.skip()
        return found == b","

    def value(self) -> bytes:
        """Take one value."""
        self.next()
        end = self._end()
        found = self._data[self._at : self._at + end]
        self._at += end
        return found

    def _end(self) -> int:
        """Return the length of the value that comes next; reads on where it may end behind the window."""
        rest = memoryview(self._data)[self._at :]
        try:
            msgspec.json.decode(rest, type=msgspec.Raw)
        except msgspec.DecodeError as error:
            said = str(error)
            if said.startswith(TRAILING):
                return int(said[len(TRAILING) : -1]) - 1
            place = PLACE.search(said)
            byte = int(place[1]) if place else len(rest)
            if byte > len(rest) - LONGEST_CUT and self._more():
                return self._end()
            reason = PLACE.sub("", said).removeprefix("JSON is malformed: ")
            raise BrokenJSONError(reason, self.place + byte) from error
        except RecursionError as error:
            raise BrokenJSONError("lists or objects nested too deeply", self.place) from error
        return self._end() if self._more() else len(rest)

    def _more(self) -> bool:
        """Read on; return whether there was anything."""
        more = self._file.read(max(self._window, len(self._data) - self._at))
        self._before += self._at
        self._data, self._at = self._data[self._at :] + more, 0
        return bool(more)
