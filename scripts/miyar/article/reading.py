"""Reads articles from folders of .txt, single .txt files and JSON Lines, and names all that is wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from miyar.article.contract import SURROGATE
from miyar.article.decoding import Decoded, RawArticle, clean_command, decode
from miyar.article.model import ID, METADATA_FIELDS, Article, text_sha256
from miyar.errors import DataError, Problem, UsageError, quoted

METADATA_FILE, CHANGES_FILE = "metadata.jsonl", "changes.jsonl"
SHOWN_FILES = 5


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
            kinds = "a folder of .txt files, a .txt file or a .jsonl file"
            raise UsageError(f"{path}: not {kinds}" if path.exists() else f"{path}: there is no such file")


def unread_files(paths: Iterable[Path]) -> list[Path]:
    """Return what lies in the folders and is not read as an article or metadata."""
    return [
        file
        for path in paths
        if path.is_dir()
        for file in sorted(path.iterdir())
        if not (file.suffix == ".txt" and file.is_file())
        and file.name not in (METADATA_FILE, CHANGES_FILE)
        and not file.name.startswith(".")
    ]


def _folder(folder: Path) -> Iterator[RawArticle | Problem]:
    metadata: dict[str, Mapping[str, Any]] = {}
    if (folder / METADATA_FILE).is_file():
        for line in object_lines(folder / METADATA_FILE):
            if isinstance(line, Problem):
                yield line
            else:
                yield from _metadata_problems(line)
                identity = str(line.value.get("id", "(no id)"))
                if identity in metadata:
                    expected = "one line for each article"
                    yield Problem("metadata_twice", line.where, f"a second line for {identity}", expected)
                metadata[identity] = line.value
    files = sorted(file for file in folder.glob("*.txt") if file.is_file())
    if not files:
        others = ", ".join(file.name for file in unread_files([folder])[:SHOWN_FILES])
        found = f"no .txt file, but {others}" if others else "no .txt file"
        expected, remedy = "one UTF-8 .txt file per article", "save the texts as .txt, or name their folder"
        yield Problem("no_articles", str(folder), found, expected, remedy)
    for file in files:
        yield RawArticle(file, str(file), file.stem, file.read_bytes(), metadata.pop(file.stem, {}))
    for orphan in metadata:
        expected = f"a line for each of {folder}/*.txt and no others"
        yield Problem("metadata_only", f"{folder / METADATA_FILE}: {orphan}", "no text", expected)


def _json_lines(path: Path, text_field: str, id_field: str) -> Iterator[RawArticle | Problem]:
    expected = f'"{id_field}" and "{text_field}" (choose others with --id-field and --text-field)'
    for line in object_lines(path):
        if isinstance(line, Problem):
            yield line
            continue
        identity, text = line.value.get(id_field), line.value.get(text_field)
        if not isinstance(identity, str | int) or not isinstance(text, str):
            found = f"the fields {', '.join(line.value)}"
            yield Problem("missing_field", line.where, found, expected, "name the fields, or mend the line")
            continue
        metadata = {key: value for key, value in line.value.items() if key not in (id_field, text_field)}
        yield from _metadata_problems(line)
        yield RawArticle(path, line.where, str(identity), text, metadata)


class ObjectLine(NamedTuple):
    """A JSON object and the place of its line."""

    where: str
    value: dict[str, Any]


def object_lines(path: Path) -> Iterator[ObjectLine | Problem]:
    """Yield the JSON objects of a JSON Lines file; blank lines are passed over."""
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_constant=_refuse_constant)
        except ValueError as error:
            yield Problem("bad_json", where, str(error), "one JSON object per line (UTF-8)")
            continue
        if isinstance(value, dict):
            yield ObjectLine(where, value)
        else:
            yield Problem("bad_json", where, f"a {type(value).__name__}", "one JSON object per line")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _metadata_problems(line: ObjectLine) -> Iterator[Problem]:
    for name in (*METADATA_FIELDS, "sha256"):
        value = line.value.get(name)
        if value is not None and not (isinstance(value, str) and not SURROGATE.search(value)):
            yield Problem("bad_metadata", f"{line.where}: {name}", repr(value), "a text in quotes")


def _id_problems(raw: RawArticle, seen: dict[str, str]) -> Iterator[Problem]:
    if not ID.fullmatch(raw.id):
        expected = "1 to 100 of A-Z a-z 0-9 . _ -, no dot in front"
        yield Problem("bad_id", raw.where, f"the id {quoted(raw.id)}", expected, clean_command(raw))
    new = raw.id.casefold() not in seen
    first = seen.setdefault(raw.id.casefold(), raw.where)
    if first != raw.where or not new:
        expected = "ids that differ in more than case, since they become file names"
        yield Problem(
            "id_twice", raw.where, f"the id {quoted(raw.id)} of {first}", expected, clean_command(raw)
        )


def _digest_problems(raw: RawArticle, decoded: Decoded) -> Iterator[Problem]:
    expected = raw.metadata.get("sha256")
    if isinstance(expected, str) and not decoded.problems and text_sha256(decoded.text) != expected:
        found = f"a text with sha256 {text_sha256(decoded.text)[:12]}…"
        remedy = f"restore the text, or give the changed text an id of its own in {METADATA_FILE}"
        yield Problem("article_changed", raw.where, found, f"{expected[:12]}… as the metadata say", remedy)
