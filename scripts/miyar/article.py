"""Articles: the text of record with its metadata, and the contract that a text must keep.

A text is UTF-8 without byte order mark, carriage returns, control characters (but line feed and tab) or
lone surrogates: Label Studio's page loses such characters, or the whole project with them. What is not
so is refused here and never changed in passing; `miyar clean-articles` makes acceptable copies.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from miyar.errors import DataError, Problem, UsageError, quoted
from miyar.offsets import position

ID = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")
BOM = "\ufeff"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
METADATA_FIELDS = ("title", "source", "published", "url", "licence")
METADATA_FILE = "metadata.jsonl"
CLEAN = "miyar clean-articles {path} -o DIR"


@dataclass(frozen=True, slots=True)
class Article:
    """A text of record; refuses what the contract refuses with ValueError."""

    id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        broken = [fault.code for check in TEXT_CHECKS for fault in check(self.text)]
        if broken or not ID.fullmatch(self.id):
            raise ValueError(f"article {self.id!r} breaks the contract: {broken or 'bad_id'}")
        object.__setattr__(self, "sha256", text_sha256(self.text))


class RawArticle(NamedTuple):
    """An article as it was found; `data` is bytes for a file, text for a JSON line."""

    path: Path
    where: str
    id: str
    data: bytes | str
    metadata: Mapping[str, Any]


class Fault(NamedTuple):
    """What breaks the contract in a text: the first offset of it, if it has one place."""

    code: str
    offset: int
    found: str
    expected: str


class Decoded(NamedTuple):
    """A text, or the problem that keeps it from being one."""

    text: str
    problems: tuple[Problem, ...] = ()


def text_sha256(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_articles(
    paths: Sequence[Path], text_field: str = "text", id_field: str = "id"
) -> tuple[Article, ...]:
    """Return the articles of folders of .txt files, of single .txt files and of JSON Lines files.

    Raises DataError with all problems of all of them, UsageError for a path that is neither.
    """
    articles: list[Article] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for raw in found_articles(paths, text_field, id_field):
        if isinstance(raw, Problem):
            problems.append(raw)
            continue
        decoded = decode(raw)
        faults = [*decoded.problems, *_id_problems(raw, seen), *_digest_problems(raw, decoded)]
        if faults:
            problems.extend(faults)
        else:
            articles.append(Article(raw.id, decoded.text, raw.metadata))
    if problems:
        raise DataError(problems)
    return tuple(articles)


def found_articles(paths: Sequence[Path], text_field: str, id_field: str) -> Iterator[RawArticle | Problem]:
    """Yield every article as it lies in the paths, and what keeps one from being found at all."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        elif path.suffix == ".txt" and path.is_file():
            yield RawArticle(path, str(path), path.stem, path.read_bytes(), {})
        elif path.suffix in (".jsonl", ".ndjson") and path.is_file():
            yield from _json_lines(path, text_field, id_field)
        else:
            raise UsageError(f"{path}: not a folder of .txt files, a .txt file or a .jsonl file")


def unread_files(paths: Iterable[Path]) -> list[Path]:
    """Return what lies in the folders and is not read as an article or metadata."""
    return [
        file
        for path in paths
        if path.is_dir()
        for file in sorted(path.iterdir())
        if file.suffix != ".txt" and file.name != METADATA_FILE and not file.name.startswith(".")
    ]


def decode(raw: RawArticle) -> Decoded:
    """Return the text of a raw article and what breaks the contract in it."""
    if isinstance(raw.data, str):
        text = raw.data
    else:
        try:
            text = raw.data.decode("utf-8")
        except UnicodeDecodeError as error:
            return Decoded("", (_not_utf8(raw, error),))
    faults = (fault for check in TEXT_CHECKS for fault in check(text))
    return Decoded(text, tuple(_text_problem(raw, text, fault) for fault in faults))


def likely_encoding(data: bytes) -> str | None:
    """Return the encoding that bytes look like, as Python names it."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return best.encoding if best else None


def _folder(folder: Path) -> Iterator[RawArticle | Problem]:
    metadata: dict[str, Mapping[str, Any]] = {}
    if (folder / METADATA_FILE).is_file():
        for line in _objects(folder / METADATA_FILE):
            if isinstance(line, Problem):
                yield line
            else:
                yield from _metadata_problems(line)
                metadata[str(line.value.get("id"))] = line.value
    files = sorted(folder.glob("*.txt"))
    if not files:
        yield Problem("no_articles", str(folder), "no .txt file", "one UTF-8 .txt file per article")
    for file in files:
        yield RawArticle(file, str(file), file.stem, file.read_bytes(), metadata.pop(file.stem, {}))
    for orphan in metadata:
        expected = f"a line for each of {folder}/*.txt and no others"
        yield Problem("metadata_only", f"{folder / METADATA_FILE}: {orphan}", "no text", expected)


def _json_lines(path: Path, text_field: str, id_field: str) -> Iterator[RawArticle | Problem]:
    expected = f'"{id_field}" and "{text_field}" (choose others with --id-field and --text-field)'
    for line in _objects(path):
        if isinstance(line, Problem):
            yield line
            continue
        identity, text = line.value.get(id_field), line.value.get(text_field)
        if not isinstance(identity, str | int) or not isinstance(text, str):
            yield Problem("missing_field", line.where, f"the fields {', '.join(line.value)}", expected)
            continue
        metadata = {key: value for key, value in line.value.items() if key not in (id_field, text_field)}
        yield from _metadata_problems(line)
        yield RawArticle(path, line.where, str(identity), text, metadata)


class _Line(NamedTuple):
    where: str
    value: dict[str, Any]


def _objects(path: Path) -> Iterator[_Line | Problem]:
    """Yield the JSON objects of a JSON Lines file; blank lines are passed over."""
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            yield Problem("bad_json", where, str(error), "one JSON object per line (UTF-8)")
            continue
        if isinstance(value, dict):
            yield _Line(where, value)
        else:
            yield Problem("bad_json", where, f"a {type(value).__name__}", "one JSON object per line")


def _metadata_problems(line: _Line) -> Iterator[Problem]:
    for name in METADATA_FIELDS:
        value = line.value.get(name)
        if value is not None and not isinstance(value, str):
            yield Problem("bad_metadata", f"{line.where}: {name}", repr(value), "a text in quotes")


def _id_problems(raw: RawArticle, seen: dict[str, str]) -> Iterator[Problem]:
    if not ID.fullmatch(raw.id):
        expected = "1 to 100 of A-Z a-z 0-9 . _ -, no dot in front"
        yield Problem("bad_id", raw.where, f"the id {quoted(raw.id)}", expected, _clean(raw))
    first = seen.setdefault(raw.id.casefold(), raw.where)
    if first != raw.where:
        expected = "ids that differ in more than case, since they become file names"
        yield Problem("id_twice", raw.where, f"the id {quoted(raw.id)} of {first}", expected, _clean(raw))


def _digest_problems(raw: RawArticle, decoded: Decoded) -> Iterator[Problem]:
    expected = raw.metadata.get("sha256")
    if expected and not decoded.problems and text_sha256(decoded.text) != expected:
        found = f"a text with sha256 {text_sha256(decoded.text)[:12]}…"
        remedy = f"restore the text, or give the changed text an id of its own in {METADATA_FILE}"
        yield Problem("article_changed", raw.where, found, f"{expected[:12]}… as the metadata say", remedy)


def _not_utf8(raw: RawArticle, error: UnicodeDecodeError) -> Problem:
    data = error.object
    before = data[: error.start]
    line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
    likely = likely_encoding(data)
    looks = f"; it looks like {likely}" if likely else ""
    remedy = f"{_clean(raw)} --encoding {likely or 'ENCODING'}"
    found = f"byte 0x{data[error.start]:02x} at byte offset {error.start} is not UTF-8{looks}"
    return Problem("not_utf8", f"{raw.where}:{line}:{column}", found, "UTF-8", remedy)


def _text_problem(raw: RawArticle, text: str, fault: Fault) -> Problem:
    where = f"{raw.where}:{position(text, fault.offset)}"
    return Problem(fault.code, where, fault.found, fault.expected, _clean(raw))


def _clean(raw: RawArticle) -> str:
    return CLEAN.format(path=raw.path if raw.path.suffix == ".jsonl" else raw.path.parent)


# --- the contract of a text ----------------------------------------------------------------------------


def _empty(text: str) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("empty_text", 0, "nothing but white space", "a text to label")


def _byte_order_mark(text: str) -> Iterator[Fault]:
    if text.startswith(BOM):
        yield Fault("byte_order_mark", 0, "a byte order mark (U+FEFF)", "UTF-8 without one")


def _carriage_returns(text: str) -> Iterator[Fault]:
    if "\r" in text:
        found = f"{text.count(chr(13))} carriage returns (\\r), the first here"
        yield Fault("carriage_return", text.index("\r"), found, "line breaks as \\n alone")


def _control_characters(text: str) -> Iterator[Fault]:
    expected = "no control characters but \\n and \\t: the page loses them and every later span shifts"
    yield from _characters("control_character", CONTROL, text, expected)


def _lone_surrogates(text: str) -> Iterator[Fault]:
    expected = "whole characters: a lone surrogate makes the whole project unexportable"
    yield from _characters("lone_surrogate", SURROGATE, text, expected)


def _characters(code: str, pattern: re.Pattern[str], text: str, expected: str) -> Iterator[Fault]:
    found = pattern.findall(text)
    if found:
        kinds = ", ".join(f"U+{ord(character):04X}" for character in sorted(set(found)))
        offset = text.index(found[0])
        yield Fault(code, offset, f"{len(found)} times {kinds}, the first here", expected)


TEXT_CHECKS: tuple[Callable[[str], Iterator[Fault]], ...] = (
    _empty,
    _byte_order_mark,
    _carriage_returns,
    _control_characters,
    _lone_surrogates,
)
"""To add a rule, write a function that yields its faults and add it here."""
