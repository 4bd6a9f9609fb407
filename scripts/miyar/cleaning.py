"""Acceptable copies of articles that the contract refuses, with a record of every change."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain, count
from typing import Any, NamedTuple

from miyar.article import (
    BOM,
    CONTROL_BYTES,
    ID,
    SURROGATE,
    WIDE_NAME,
    Article,
    RawArticle,
    decoded,
    encoding_remedy,
    looks_of,
    wide_looks,
)
from miyar.errors import Problem
from miyar.offsets import position

_CONTROL = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_LEADING = re.compile(rf"\A[{_CONTROL}{BOM}]+")  # a mark that comes to the front when a NUL goes
_REPLACED = re.compile(rf"\r\n?|[{_CONTROL}\x0b\x0c\x85]|[\ud800-\udfff]")
_LINE_BREAKS = ("\r\n", "\r", "\x0b", "\x0c", "\x85")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_DIGEST_LENGTH = 8
UTF8, REPLACEMENT = "utf-8", "\ufffd"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where it was in the source, what was there, and what the copy has instead."""

    source: str
    article: str
    position: str
    found: str
    put: str

    def to_dict(self) -> dict[str, str]:
        """Return the fields under their names."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article as the contract wants it, and what was changed for that."""

    article: Article
    changes: tuple[Change, ...]


def clean_articles(raws: Iterable[RawArticle | Problem], encoding: str | None) -> Iterator[Cleaned | Problem]:
    """Yield an acceptable copy of each article, or the problem that cannot be mended here."""
    taken: set[str] = set()
    for raw in raws:
        yield raw if isinstance(raw, Problem) else _clean(raw, encoding, taken)


def _clean(raw: RawArticle, encoding: str | None, taken: set[str]) -> Cleaned | Problem:
    identity = _free_id(raw.id, taken)
    read = _Text(raw.data) if isinstance(raw.data, str) else _read(raw, raw.data, encoding)
    if isinstance(read, Problem):
        return read
    source = _safe(raw.where)
    changes = []
    if read.encoding != UTF8:
        changes.append(Change(source, identity, "1:1", f"encoding {read.encoding}", f"encoding {UTF8}"))
    if identity != raw.id:
        changes.append(Change(source, identity, "", f"id {_safe(raw.id)}", f"id {identity}"))
    changes.extend(_text_changes(source, identity, read.text))
    metadata = _metadata(raw, identity)
    changes.extend(_metadata_changes(source, identity, metadata))
    cleaned = _REPLACED.sub(lambda match: _replacement(match[0]), _LEADING.sub("", read.text))
    if not cleaned.strip():
        found, expected = "no text is left after cleaning", "a text to label"
        return Problem("empty_text", raw.where, found, expected, "move the file out of the folder")
    return Cleaned(Article(identity, cleaned, _mended(metadata)), tuple(changes))


class _Text(NamedTuple):
    """A text and the encoding that it was read in."""

    text: str
    encoding: str = UTF8


def _read(raw: RawArticle, data: bytes, named: str | None) -> _Text | Problem:
    """Return the text of bytes, in UTF-8 where they are that, so that mixed folders can be cleaned in one go.

    What certainly is in another encoding than it is read in is a problem: most encodings read nearly all
    bytes, and would give an article of other letters.
    """
    wide = wide_looks(data)
    used = named if named and (wide or _is_named(data, named)) else UTF8
    try:
        text = data.decode(used)
    except (ValueError, LookupError) as error:
        return _undecodable(raw, data, f"not {used}: {error}", named)
    if used == UTF8 and not wide:
        return _Text(text)
    if _is_misread(data, text, used):
        return _undecodable(raw, data, f"not {used}", named)
    return _Text(text, used)


def _is_misread(data: bytes, text: str, used: str) -> bool:
    """Return whether bytes are certainly something else than they were read in."""
    looks = looks_of(data)
    if looks and looks.damaged:
        return True
    if wide := wide_looks(data):
        return wide.encoding is not None and decoded(data, wide.encoding) != text.removeprefix(BOM)
    return bool(WIDE_NAME.match(used)) and not CONTROL_BYTES.search(data)  # not even a blank


def _is_named(data: bytes, named: str) -> bool:
    """Return whether bytes are in the encoding that was named, and not UTF-8 among others that are not.

    UTF-16 without its mark may be valid UTF-8, full of control characters.
    """
    if decoded(data, UTF8) is None:
        return True
    return bool(WIDE_NAME.match(named)) and len(CONTROL_BYTES.findall(data)) > len(data) / 8


def _undecodable(raw: RawArticle, data: bytes, found: str, named: str | None) -> Problem:
    looks = looks_of(data)
    expected = "the encoding of the file" + (f": it looks like {looks.words}" if looks else "")
    remedy = encoding_remedy(raw, looks, alone=named is not None)
    return Problem("not_decodable", raw.where, found, expected, remedy)


def _text_changes(source: str, identity: str, text: str) -> Iterator[Change]:
    leading = _LEADING.match(text)
    begin = leading.end() if leading else 0
    for offset, character in enumerate(text[:begin]):
        yield Change(source, identity, str(position(text, offset)), _named(character), "nothing")
    for match in _REPLACED.finditer(text, begin):
        put = _replacement(match[0])
        where = str(position(text, match.start()))
        yield Change(source, identity, where, _named(match[0]), _named(put) if put else "nothing")


def _replacement(found: str) -> str:
    if found in _LINE_BREAKS:
        return "\n"
    return REPLACEMENT if "\ud800" <= found <= "\udfff" else ""


def _safe(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _named(characters: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in characters)


def acceptable_id(identity: str) -> str:
    """Return the id, or one made of it that is allowed; the same id always gives the same one."""
    return identity if ID.fullmatch(identity) else next(_made_ids(identity))


def _free_id(identity: str, taken: set[str]) -> str:
    """Return the id, or one made of it that is allowed and free; the same folder gives the same ids."""
    allowed = [identity] if ID.fullmatch(identity) else []
    candidates = chain(allowed, _made_ids(identity))
    free = next(candidate for candidate in candidates if candidate.casefold() not in taken)
    taken.add(free.casefold())
    return free


def _made_ids(identity: str) -> Iterator[str]:
    stem = _NOT_IN_ID.sub("-", identity).strip("-.")[: 99 - _DIGEST_LENGTH]
    digests = (_digest(f"{identity} {number or ''}") for number in count())
    return (f"{stem}-{digest}" if stem else digest for digest in digests)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def _metadata(raw: RawArticle, identity: str) -> dict[str, Any]:
    """Return the metadata without the old id and digest; an id that is given up becomes the title."""
    kept = {key: value for key, value in raw.metadata.items() if key not in ("id", "sha256")}
    return kept if identity == raw.id else {"title": _safe(raw.id)} | kept


class _Found(NamedTuple):
    """A text in the metadata, and the fields and indexes that lead to it."""

    where: str
    text: str


def _metadata_changes(source: str, identity: str, metadata: Mapping[str, Any]) -> Iterator[Change]:
    for where, text in _texts(metadata, ""):
        for match in SURROGATE.finditer(text):
            place = f"{_safe(where)} {position(text, match.start())}"
            yield Change(source, identity, place, _named(match[0]), _named(REPLACEMENT))


def _texts(value: Any, where: str) -> Iterator[_Found]:
    """Yield all texts in a JSON value, names of fields among them."""
    if isinstance(value, str):
        yield _Found(where, value)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, f"{where}[{index}]")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            field = f"{where}.{name}" if where else name
            yield _Found(f"the name of {field}", name)
            yield from _texts(one, field)


def _mended(value: Any) -> Any:
    """Return a JSON value with all lone surrogates replaced; no field takes the name of another."""
    if isinstance(value, str):
        return SURROGATE.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    made: dict[str, Any] = {}
    for name, one in value.items():
        free = SURROGATE.sub(REPLACEMENT, name)
        while free in made or (free != name and free in value):
            free += REPLACEMENT
        made[free] = _mended(one)
    return made
