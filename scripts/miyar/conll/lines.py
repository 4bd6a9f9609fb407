"""The lines of one file as sentences of tokens, with everything that is wrong in them."""

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from miyar.article import BOM, CONTROL, RESTORE, Looks, iconv_name, looks_of, text_faults, wide_looks
from miyar.conll.columns import DOCSTART, columns_of, content_of, tags_of
from miyar.conll.comments import sorted_comments
from miyar.conll.model import Layout, LineKind, Note, Slip, Source
from miyar.conll.tags import OUTSIDE, TAG, tag_fault
from miyar.errors import Problem, quoted
from miyar.validation import Fault

REPLACEMENT = "\ufffd"
REFUSED = re.compile(rf"\A{BOM}|\r|{CONTROL.pattern}")
MEND = "mend the line"
REMEDIES = {
    "bad_label": "rename the label in the file",
    "unknown_label": "mend the label, or name it in --labels",
}


class TokenLine(NamedTuple):
    """A token and its tags, all of which can be decoded; no entity goes on over a gap in front of it."""

    number: int
    token: str
    tags: tuple[str, ...]
    gap: bool = False


Sentence = tuple[TokenLine, ...]
Document = tuple[Sentence, ...]


class File(NamedTuple):
    """What a file holds: its documents, none of them empty, and what became of its lines."""

    path: Path
    source: Source
    documents: tuple[Document, ...]
    lines: Counter[LineKind]
    slips: tuple[Slip, ...]
    notes: tuple[Note, ...]


class FileLine(NamedTuple):
    """What a line is, with the row that it gives, if any, and what is wrong in it."""

    kind: LineKind
    row: TokenLine | None = None
    problems: tuple[Problem, ...] = ()


def read_file(path: Path, data: bytes, layout: Layout) -> File | Problem:
    """Return the content of a file, or the problem that keeps it from being read at all."""
    wide = wide_looks(data)
    if wide:
        return _not_utf8(path, 1, "bytes that are no UTF-8", wide)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"the byte 0x{data[error.start]:02X}: {error.reason}"
        return _not_utf8(path, data.count(b"\n", 0, error.start) + 1, found, looks_of(data))
    found_lines = text.removeprefix(BOM).split("\n")
    if not found_lines[-1]:
        found_lines.pop()  # what stands behind the last line feed is no line
    return _file(path, hashlib.sha256(data).hexdigest(), found_lines, layout, text.startswith(BOM))


def shown(path: Path) -> str:
    """Return a path that can be written to a file: bytes that are not UTF-8 are escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _not_utf8(path: Path, line: int, found: str, looks: Looks | None) -> Problem:
    expected = f"UTF-8 (it looks like {looks.words})" if looks else "UTF-8"
    remedy = RESTORE if looks and looks.damaged else _conversion(path, looks)
    return Problem("not_utf8", f"{shown(path)}:{line}", found, expected, remedy)


def _conversion(path: Path, looks: Looks | None) -> str:
    """Return the call that converts a file to UTF-8, under its own name: that is its article's id."""
    files = f"{shlex.quote(shown(path))} > DIR/{shlex.quote(shown(Path(path.name)))}"
    if not looks or not looks.encoding:
        return f"its encoding is not certain; with the name of it: iconv -f NAME -t UTF-8 {files}"
    name = iconv_name(looks.encoding)
    if not name:
        return f"convert the file to UTF-8 with a program that knows {looks.encoding}; iconv does not"
    return f"convert the file: iconv -f {name} -t UTF-8 {files}"


def _file(path: Path, sha256: str, lines: Sequence[str], layout: Layout, mark: bool) -> File:
    name = shown(path)
    comments = sorted_comments(name, lines, layout)
    read = [
        FileLine("comment")
        if place in comments.comments
        else _line(f"{name}:{place + 1}", place + 1, line, layout)
        for place, line in enumerate(lines)
    ]
    parts = _parts(read)
    return File(
        path,
        Source(shown(Path(path.name)), sha256),
        tuple(document for document in parts if document),
        Counter(line.kind for line in read),
        tuple(Slip(p, line) for line, one in zip(lines, read, strict=True) for p in one.problems),
        (*_notes(name, mark, lines), *comments.notes, *_empty_documents(name, read, parts)),
    )


def _line(where: str, number: int, text: str, layout: Layout) -> FileLine:
    content = content_of(text)
    if not content:
        return FileLine("blank")
    columns = columns_of(content)
    token = columns[layout.token - 1] if layout.token <= len(columns) else ""
    tags = tags_of(columns, layout)
    if token == DOCSTART:
        return FileLine("docstart", None, tuple(_docstart_problems(where, tags)))
    if not token:
        expected = f"a token in column {layout.token}"
        return FileLine("no_token", None, (Problem("no_token", where, quoted(text), expected, MEND),))
    faults = [tag_fault(tag, layout.labels) for tag in tags]
    problems = (
        *_token_problems(where, token, tags),
        *(_tag_problem(where, fault, tags, token) for fault in faults if fault),
    )
    lost = token.isspace()  # an entity of nothing but white space is none
    good = tuple(OUTSIDE if fault or lost else tag for tag, fault in zip(tags, faults, strict=True))
    return FileLine("token", TokenLine(number, _acceptable(token), good), problems)


def _docstart_problems(where: str, tags: Sequence[str]) -> Iterator[Problem]:
    for tag in tags:
        if tag != OUTSIDE and TAG.fullmatch(tag):
            found, expected = f"the tag {quoted(tag)} of {DOCSTART}", "O: it is no token of a text"
            yield Problem("docstart_tag", where, found, expected, MEND)


def _token_problems(where: str, token: str, tags: Sequence[str]) -> Iterator[Problem]:
    if " " in token:
        found = f"the token {quoted(token)}, with a blank inside and a tab behind it"
        expected = "a token without blanks, or columns with one separator"
        yield Problem("blank_in_token", where, found, expected, "separate all columns with tabs or blanks")
    if token.isprintable():
        return
    labelled = [tag for tag in tags if tag != OUTSIDE]
    if token.isspace() and labelled:
        found = f"the token {quoted(token)} with the tag {quoted(labelled[0])}: nothing but white space"
        yield Problem("only_white_space", where, found, "some text in an entity", MEND)
    for fault in text_faults(token):
        if fault.code != "empty_text" or not labelled:
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


def _parts(lines: Sequence[FileLine]) -> list[Document]:
    """Return what stands in front of, between and behind the lines that start a document."""
    parts: list[list[list[TokenLine]]] = [[[]]]
    gap = False
    for line in lines:
        if line.row:
            parts[-1][-1].append(line.row._replace(gap=True) if gap else line.row)
            gap = False
        elif line.kind == "blank":
            parts[-1].append([])
        elif line.kind == "docstart":
            parts.append([[]])
        elif line.kind == "no_token":
            gap = True
    return [tuple(tuple(sentence) for sentence in part if sentence) for part in parts]


def _notes(name: str, mark: bool, lines: Sequence[str]) -> Iterator[Note]:
    if mark:
        yield Note("byte_order_mark", f"{name}:1", "a byte order mark, left out")
    ends = sum(line.endswith("\r") for line in lines)
    if ends:
        yield Note("line_ends", name, f"{ends} lines end with \\r\\n, taken as \\n")


def _empty_documents(name: str, lines: Sequence[FileLine], parts: Sequence[Document]) -> Iterator[Note]:
    starts = [number for number, line in enumerate(lines, start=1) if line.kind == "docstart"]
    for number, part in zip(starts, parts[1:], strict=True):
        if not part:
            yield Note("empty_document", f"{name}:{number}", f"{DOCSTART} without a token behind it")
