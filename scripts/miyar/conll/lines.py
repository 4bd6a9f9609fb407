"""The lines of one file as sentences of tokens, with everything that is wrong in them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from miyar.article import BOM, CONTROL, likely_encoding, text_faults
from miyar.conll.model import Layout, LineKind, Note, Slip, Source
from miyar.conll.tags import OUTSIDE, TAG, tag_fault
from miyar.errors import Problem, quoted
from miyar.validation import Fault

DOCSTART = "-DOCSTART-"
SEPARATOR = re.compile(r"[ \t]+")
REPLACEMENT = "\ufffd"
REFUSED = re.compile(rf"\A{BOM}|\r|{CONTROL.pattern}")
MEND = "mend the line"
REMEDIES = {
    "bad_label": "rename the label in the file",
    "unknown_label": "mend the label, or name it in --labels",
}


class Row(NamedTuple):
    """A token and its tags, all of which can be decoded."""

    number: int
    token: str
    tags: tuple[str, ...]


Sentence = tuple[Row, ...]
Document = tuple[Sentence, ...]


class File(NamedTuple):
    """What a file holds: its documents, none of them empty, and what became of its lines."""

    path: Path
    source: Source
    documents: tuple[Document, ...]
    lines: Counter[LineKind]
    slips: tuple[Slip, ...]
    notes: tuple[Note, ...]


class Line(NamedTuple):
    """What a line is, with the row that it gives, if any, and what is wrong in it."""

    kind: LineKind
    row: Row | None = None
    problems: tuple[Problem, ...] = ()


def read_file(path: Path, data: bytes, layout: Layout) -> File | Problem:
    """Return the content of a file, or the problem that keeps it from being read at all."""
    name = shown(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(name, data, error)
    found = text.removeprefix(BOM).split("\n")
    if not found[-1]:
        found.pop()  # what stands behind the last line feed is no line
    read = [_line(f"{name}:{number}", number, line, layout) for number, line in enumerate(found, start=1)]
    parts = _parts(read)
    return File(
        path,
        Source(shown(Path(path.name)), hashlib.sha256(data).hexdigest()),
        tuple(document for document in parts if document),
        Counter(line.kind for line in read),
        tuple(Slip(p, line) for line, one in zip(found, read, strict=True) for p in one.problems),
        (*_notes(name, text, found), *_empty_documents(name, read, parts)),
    )


def shown(path: Path) -> str:
    """Return a path that can be written to a file: bytes that are not UTF-8 are escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _not_utf8(name: str, data: bytes, error: UnicodeDecodeError) -> Problem:
    line = data.count(b"\n", 0, error.start) + 1
    likely = likely_encoding(data)
    expected = f"UTF-8 (it looks like {likely})" if likely else "UTF-8"
    remedy = f"convert the file: iconv -f {likely or 'ENCODING'} -t UTF-8"
    found = f"the byte 0x{data[error.start]:02X}: {error.reason}"
    return Problem("not_utf8", f"{name}:{line}", found, expected, remedy)


def _line(where: str, number: int, text: str, layout: Layout) -> Line:
    content = text.removesuffix("\r").rstrip(" \t")
    if not content:
        return Line("blank")
    if layout.comments and content.startswith(layout.comments):
        return Line("comment")
    columns = _columns(content)
    token = columns[layout.token - 1] if layout.token <= len(columns) else ""
    tags = _tags(columns, layout)
    if token == DOCSTART:
        return Line("docstart", None, tuple(_docstart_problems(where, tags)))
    if not token:
        expected = f"a token in column {layout.token}"
        return Line("no_token", None, (Problem("no_token", where, quoted(text), expected, MEND),))
    faults = [tag_fault(tag, layout.labels) for tag in tags]
    problems = (
        *_token_problems(where, token),
        *(_tag_problem(where, fault, tags, token) for fault in faults if fault),
    )
    good = tuple(OUTSIDE if fault else tag for tag, fault in zip(tags, faults, strict=True))
    return Line("token", Row(number, _acceptable(token), good), problems)


def _columns(text: str) -> list[str]:
    """Return the columns of a line: where it has tabs, the token ends at one, and may hold blanks."""
    if "\t" not in text:
        return SEPARATOR.split(text)
    return [piece.strip(" ") for piece in text.split("\t")]


def _tags(columns: Sequence[str], layout: Layout) -> list[str]:
    """Return the tags in the columns of the layout; one that is named and missing is an empty text."""
    if isinstance(layout.tags, tuple):
        return [columns[number - 1] if number <= len(columns) else "" for number in layout.tags]
    words = [word for column in columns[layout.token :] for word in column.split(" ") if word]
    return (words if layout.tags == "nested" else words[-1:]) or [""]


def _docstart_problems(where: str, tags: Sequence[str]) -> Iterator[Problem]:
    for tag in tags:
        if tag != OUTSIDE and TAG.fullmatch(tag):
            found, expected = f"the tag {quoted(tag)} of {DOCSTART}", "O: it is no token of a text"
            yield Problem("docstart_tag", where, found, expected, MEND)


def _token_problems(where: str, token: str) -> Iterator[Problem]:
    if " " in token:
        found = f"the token {quoted(token)}, with a blank inside and a tab behind it"
        expected = "a token without blanks, or columns with one separator"
        yield Problem("blank_in_token", where, found, expected, "separate all columns with tabs or blanks")
    if token.isprintable():
        return
    for fault in text_faults(token):
        found = f"the token {quoted(token)}: {fault.found}"
        yield Problem(fault.code, where, found, fault.expected, "take it out, or write another character")


def _tag_problem(where: str, fault: Fault, tags: Sequence[str], token: str) -> Problem:
    remedy = REMEDIES.get(fault.code, MEND)
    if fault.code == "bad_tag" and len(tags) > 1:
        remedy = f"{MEND}; where not all columns hold tags, say with --tags which do"
    return Problem(fault.code, where, f"{fault.found} for the token {quoted(token)}", fault.expected, remedy)


def _acceptable(token: str) -> str:
    """Return a token that an article can hold, of the same length."""
    if token.isprintable():
        return token
    return REFUSED.sub(REPLACEMENT, token) if token.strip() else REPLACEMENT * len(token)


def _parts(lines: Sequence[Line]) -> list[Document]:
    """Return what stands in front of, between and behind the lines that start a document."""
    parts: list[list[list[Row]]] = [[[]]]
    for line in lines:
        if line.row:
            parts[-1][-1].append(line.row)
        elif line.kind == "blank":
            parts[-1].append([])
        elif line.kind == "docstart":
            parts.append([[]])
    return [tuple(tuple(sentence) for sentence in part if sentence) for part in parts]


def _notes(name: str, text: str, lines: Sequence[str]) -> Iterator[Note]:
    if text.startswith(BOM):
        yield Note("byte_order_mark", f"{name}:1", "a byte order mark, left out")
    ends = sum(line.endswith("\r") for line in lines)
    if ends:
        yield Note("line_ends", name, f"{ends} lines end with \\r\\n, taken as \\n")


def _empty_documents(name: str, lines: Sequence[Line], parts: Sequence[Document]) -> Iterator[Note]:
    starts = [number for number, line in enumerate(lines, start=1) if line.kind == "docstart"]
    for number, part in zip(starts, parts[1:], strict=True):
        if not part:
            yield Note("empty_document", f"{name}:{number}", f"{DOCSTART} without a token behind it")
