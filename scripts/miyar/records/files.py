"""Files of records: JSON Lines, one JSON value, TOML; what another kind of file looks like is said."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from miyar.errors import DataError, Problem, UsageError
from miyar.records.decoding import Decoded, Kind, decode, decode_value

T = TypeVar("T")

BOM = b"\xef\xbb\xbf"
FENCE = b"```"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple, Generic[T]):
    """A record and the place of its line."""

    where: str
    record: T


def read_bytes(path: Path) -> bytes:
    """Return what a file holds; raises UsageError where it cannot be read."""
    refuse_pipe(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def refuse_pipe(path: Path) -> None:
    """Raise UsageError for a pipe or a device, at which a command might wait for ever."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is not a file; put what it gives into one and name that")


def read_lines(path: Path, kind: Kind[T]) -> Iterator[Line[T] | Problem]:
    """Yield the records of a JSON Lines file and all that is wrong with the others.

    Blank lines are passed over, and so are a byte order mark and the fences that chat models put around
    what they write. One JSON list of records is read as if each stood on a line of its own.
    """
    data = read_bytes(path).removeprefix(BOM)
    lines = data.split(b"\n")
    if _is_list(data):
        yield from _items(path, data, kind)
        return
    if data.startswith(UTF16_MARKS) or data.count(b"\0") > len(data) // 4:
        found = "bytes that look like UTF-16"
        yield Problem("not_utf8", str(path), found, "UTF-8", "convert it: iconv -f UTF-16 -t UTF-8")
        return
    strict = msgspec.json.Decoder(kind.type)
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith(FENCE):
            continue
        where = f"{path}:{number}"
        try:
            yield Line(where, strict.decode(line))
        except (ValueError, RecursionError):
            yield from _told(where, decode(line, kind, where))


def read_json(path: Path, kind: Kind[T]) -> T:
    """Return the record of a JSON file; raises DataError with all that is wrong in it."""
    return _record(decode(read_bytes(path).removeprefix(BOM), kind, str(path)))


def read_toml(path: Path, kind: Kind[T]) -> T:
    """Return the record of a TOML file; raises DataError with all that is wrong in it."""
    try:
        value = tomllib.loads(read_bytes(path).removeprefix(BOM).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError([Problem(kind.code, str(path), f"no TOML: {error}", kind.shape)]) from error
    return _record(decode_value(value, kind, str(path)))


def _is_list(data: bytes) -> bool:
    """Return whether a file is one JSON list, on one line or on many, and no list on each line."""
    if not data.lstrip().startswith(b"["):
        return False
    first, _, rest = data.lstrip().partition(b"\n")
    try:
        msgspec.json.decode(first, type=list[msgspec.Raw])
    except (ValueError, RecursionError):
        return True
    return not rest.strip()


def _items(path: Path, data: bytes, kind: Kind[T]) -> Iterator[Line[T] | Problem]:
    raws = decode(data, Kind(list[Any], kind.code, f"[{kind.shape}, …]"), str(path))
    yield from raws.problems
    for number, value in enumerate(raws.record or (), start=1):
        where = f"{path}: item {number}"
        yield from _told(where, decode_value(value, kind, where))


def _told(where: str, decoded: Decoded[T]) -> Iterator[Line[T] | Problem]:
    if decoded.record is not None:
        yield Line(where, decoded.record)
    yield from decoded.problems


def _record(decoded: Decoded[T]) -> T:
    if decoded.record is None:
        raise DataError(decoded.problems)
    return decoded.record
