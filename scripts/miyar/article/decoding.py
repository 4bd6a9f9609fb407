"""An article as it was found, its text, and the problem that keeps it from being one."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from miyar.article.contract import Fault, text_faults
from miyar.article.encoding import Looks, looks_of, wide_looks
from miyar.errors import Problem
from miyar.offsets import position

CLEAN = "miyar clean-articles {path} -o DIR"
RESTORE = "restore the file from its source: a part of it is lost"


class RawArticle(NamedTuple):
    """An article as it was found; `data` is bytes for a file, text for a JSON line."""

    path: Path
    where: str
    id: str
    data: bytes | str
    metadata: Mapping[str, Any]


class Decoded(NamedTuple):
    """A text, or the problem that keeps it from being one."""

    text: str
    problems: tuple[Problem, ...] = ()


def decode(raw: RawArticle) -> Decoded:
    """Return the text of a raw article and what breaks the contract in it."""
    if isinstance(raw.data, str):
        text = raw.data
    elif wide := wide_looks(raw.data):
        found = f"the bytes are not UTF-8; it looks like {wide.words}"
        return Decoded("", (Problem("not_utf8", raw.where, found, "UTF-8", encoding_remedy(raw, wide)),))
    else:
        try:
            text = raw.data.decode("utf-8")
        except UnicodeDecodeError as error:
            return Decoded("", (_not_utf8(raw, error),))
    return Decoded(text, tuple(_text_problem(raw, text, fault) for fault in text_faults(text)))


def clean_command(raw: RawArticle) -> str:
    """Return the call that makes an acceptable copy of an article and its neighbours."""
    return CLEAN.format(path=shlex.quote(str(raw.path.parent if raw.path.suffix == ".txt" else raw.path)))


def encoding_remedy(raw: RawArticle, looks: Looks | None, alone: bool = False) -> str:
    """Return what to do about bytes that look like this; `alone` where the neighbours are of another kind."""
    if looks and looks.damaged:
        return RESTORE
    command = CLEAN.format(path=shlex.quote(str(raw.path))) if alone else clean_command(raw)
    if looks is None:
        return f"its encoding is not certain; with the name of it: {command} --encoding NAME"
    return f"{'apart from the others: ' if alone else ''}{command} --encoding {looks.encoding}"


def _not_utf8(raw: RawArticle, error: UnicodeDecodeError) -> Problem:
    data = error.object
    before = data[: error.start].decode("utf-8")
    where = f"{raw.where}:{position(before, len(before))}"
    found = f"byte 0x{data[error.start]:02x} at byte offset {error.start} is not UTF-8"
    looks = looks_of(data)
    seems = f"; it looks like {looks.words}" if looks else ""
    return Problem("not_utf8", where, found + seems, "UTF-8", encoding_remedy(raw, looks))


def _text_problem(raw: RawArticle, text: str, fault: Fault) -> Problem:
    where = f"{raw.where}:{position(text, fault.offset)}"
    return Problem(fault.code, where, fault.found, fault.expected, clean_command(raw))
