"""Acceptable copies of articles that the contract refuses, with a record of every change."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, count
from typing import Any

from miyar.article import BOM, ID, Article, RawArticle, clean_command, likely_encoding
from miyar.errors import Problem
from miyar.offsets import position

_CONTROL = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_LEADING = re.compile(rf"\A[{_CONTROL}{BOM}]+")  # a mark that comes to the front when a NUL goes
_REPLACED = re.compile(rf"\r\n?|[{_CONTROL}\x0b\x0c\x85]|[\ud800-\udfff]")
_LINE_BREAKS = ("\r\n", "\r", "\x0b", "\x0c", "\x85")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_WRITES_NULS = re.compile(r"u(tf)?[-_ ]?(16|32)", re.IGNORECASE)
_DIGEST_LENGTH = 8


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
    text, changes = raw.data if isinstance(raw.data, str) else "", []
    if isinstance(raw.data, bytes):
        used = _encoding(raw.data, encoding)
        try:
            text = raw.data.decode(used)
        except (UnicodeDecodeError, LookupError) as error:
            return _undecodable(raw, used, error)
        if used != "utf-8":
            changes.append(Change(raw.where, identity, "1:1", f"encoding {used}", "encoding utf-8"))
    if identity != raw.id:
        changes.append(Change(raw.where, identity, "", f"id {_safe(raw.id)}", f"id {identity}"))
    changes.extend(_text_changes(raw, identity, text))
    cleaned = _REPLACED.sub(lambda match: _replacement(match[0]), _LEADING.sub("", text))
    if not cleaned.strip():
        found, expected = "no text is left after cleaning", "a text to label"
        return Problem("empty_text", raw.where, found, expected, "move the file out of the folder")
    return Cleaned(Article(identity, cleaned, _metadata(raw, identity)), tuple(changes))


def _encoding(data: bytes, encoding: str | None) -> str:
    """Return UTF-8 for what is UTF-8 already, so that mixed folders can be cleaned in one go.

    UTF-16 without its mark is valid UTF-8 full of NULs, also in Arabic.
    """
    if encoding and b"\0" in data and _WRITES_NULS.match(encoding):
        return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return encoding or "utf-8"
    return "utf-8"


def _undecodable(raw: RawArticle, used: str, error: UnicodeDecodeError | LookupError) -> Problem:
    likely = likely_encoding(raw.data) if isinstance(raw.data, bytes) else None
    expected = f"the encoding of the file: it looks like {likely}" if likely else "the encoding of the file"
    remedy = f"{clean_command(raw)} --encoding {likely or '…'}"
    return Problem("not_decodable", raw.where, f"not {used}: {error}", expected, remedy)


def _text_changes(raw: RawArticle, identity: str, text: str) -> Iterator[Change]:
    leading = _LEADING.match(text)
    begin = leading.end() if leading else 0
    for offset, character in enumerate(text[:begin]):
        yield Change(raw.where, identity, str(position(text, offset)), _named(character), "nothing")
    for match in _REPLACED.finditer(text, begin):
        put = _replacement(match[0])
        where = str(position(text, match.start()))
        yield Change(raw.where, identity, where, _named(match[0]), _named(put) if put else "nothing")


def _replacement(found: str) -> str:
    if found in _LINE_BREAKS:
        return "\n"
    return "\ufffd" if "\ud800" <= found <= "\udfff" else ""


def _safe(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _named(characters: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in characters)


def _free_id(identity: str, taken: set[str]) -> str:
    """Return the id, or one made of it that is allowed and free; the same folder gives the same ids."""
    stem = _NOT_IN_ID.sub("-", identity).strip("-.")[: 99 - _DIGEST_LENGTH]
    digests = (_digest(f"{identity} {number or ''}") for number in count())
    made = (f"{stem}-{digest}" if stem else digest for digest in digests)
    allowed = [identity] if ID.fullmatch(identity) else []
    free = next(candidate for candidate in chain(allowed, made) if candidate.casefold() not in taken)
    taken.add(free.casefold())
    return free


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def _metadata(raw: RawArticle, identity: str) -> dict[str, Any]:
    """Return the metadata without the old id and digest; an id that is given up becomes the title."""
    kept = {key: value for key, value in raw.metadata.items() if key not in ("id", "sha256")}
    return kept if identity == raw.id else {"title": _safe(raw.id)} | kept
