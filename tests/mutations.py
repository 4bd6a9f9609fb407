"""Changes to real files: of their values, where they have a structure, and of their bytes."""

import json
import random
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import tomli_w

HALF, NUL, LONG = "\ud83d", "\0", "ا" * 3_000
TEXTS = ("", " ", "\u00a0", HALF, NUL, LONG, "\u202e", "نص", "٣", "true", "gold", "../x", "a\nb", "\u064b")
NUMBERS = (0, -1, 1, 5.0, 0.5, 2**31, 2**63, 2**70, -(2**70), 1e308, float("nan"), float("inf"))
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    [[4, 12, "PERS"]],
    {"start": 1},
)
STRAY = (
    b"\xff",
    b"\0",
    b"\r",
    b"\xef\xbb\xbf",
    b"\xed\xa0\xbd",
    b'"',
    b"{",
    b"]",
    b",",
    b"\\",
    b"\n\n",
    b"#",
    b"```",
)


def mutated(data: bytes, form: str, source: random.Random) -> bytes:
    """Return the bytes of a file of this form (json, lines, toml, text) with one to three changes."""
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        change = source.choice(BYTES if form == "text" or source.random() < 0.25 else (STRUCTURED[form],))
        data = change(data, source)
    return data


def _json(data: bytes, source: random.Random) -> bytes:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return source.choice(BYTES)(data, source)
    return _written(_changed(value, source))


def _lines(data: bytes, source: random.Random) -> bytes:
    lines = data.split(b"\n")
    number = source.randrange(len(lines))
    lines[number] = _json(lines[number], source) if lines[number] else source.choice((b"5", b"[]", b"null"))
    return source.choice((_same, _same, _same, _same, _as_list, _fenced))(b"\n".join(lines))


def _toml(data: bytes, source: random.Random) -> bytes:
    try:
        return tomli_w.dumps(_changed(tomllib.loads(data.decode()), source)).encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return source.choice(BYTES)(data, source)


def _changed(value: Any, source: random.Random) -> Any:
    """Return a value with one change at a random place."""
    value = deepcopy(value)
    places = list(_places(value)) if isinstance(value, dict | list) else []
    if not places:
        return source.choice(OTHERS)
    inside, key = source.choice(places)
    kind = source.choice(("replace", "replace", "remove", "repeat", "rename", "splice", "swap", "wrap"))
    if kind == "replace":
        inside[key] = source.choice((*TEXTS, *NUMBERS, *OTHERS))
    elif kind == "remove":
        del inside[key]
    elif kind == "repeat" and isinstance(inside, list):
        inside.insert(key, deepcopy(inside[key]))
    elif kind == "rename" and isinstance(inside, dict):
        inside[source.choice((*TEXTS, *map(str, inside)))] = inside.pop(key)
    elif kind == "wrap":
        inside[key] = source.choice(([inside[key]], {"x": inside[key]}, str(inside[key])))
    else:
        other, place = source.choice(places)
        taken = deepcopy(other[place])
        if kind == "swap":
            other[place] = deepcopy(inside[key])
        inside[key] = taken
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, item in items:
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _cut(data: bytes, source: random.Random) -> bytes:
    return data[: source.randrange(len(data) + 1)]


def _stray(data: bytes, source: random.Random) -> bytes:
    at = source.randrange(len(data) + 1)
    return data[:at] + source.choice(STRAY) + data[at:]


def _lost(data: bytes, source: random.Random) -> bytes:
    at = source.randrange(len(data) + 1)
    return data[:at] + data[at + source.randrange(1, 20) :]


def _flipped(data: bytes, source: random.Random) -> bytes:
    if not data:
        return data
    at = source.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << source.randrange(8))]) + data[at + 1 :]


def _repeated_line(data: bytes, source: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(source.randrange(len(lines) + 1), source.choice(lines))
    return b"\n".join(lines)


def _swapped_words(data: bytes, source: random.Random) -> bytes:
    words = data.split(b" ")
    one, other = (source.randrange(len(words)) for _ in range(2))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _recoded(data: bytes, source: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(source.choice(("utf-16", "utf-16-le", "cp1256", "utf-32", "utf-8-sig")), "replace")


def _ends(data: bytes, source: random.Random) -> bytes:
    return data.replace(b"\n", source.choice((b"\r\n", b"\r", b"", b"\n\n")))


def _deep(data: bytes, source: random.Random) -> bytes:
    return source.choice((b"[", b'{"a":')) * source.choice((50, 2_000, 100_000)) + data


def _same(data: bytes) -> bytes:
    return data


def _as_list(data: bytes) -> bytes:
    return b"[" + b",".join(line for line in data.split(b"\n") if line) + b"]"


def _fenced(data: bytes) -> bytes:
    return b"```json\n" + data + b"\n```\n"


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cut, _stray, _stray, _lost, _flipped, _repeated_line, _swapped_words, _recoded, _ends, _deep),
)
STRUCTURED: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "json": _json,
    "lines": _lines,
    "toml": _toml,
}
