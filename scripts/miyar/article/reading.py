"""Reads articles from folders of .txt, single .txt files and JSON Lines, and names all that is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from miyar.article.decoding import RawArticle, clean_command, decode
from miyar.article.model import ID, METADATA_FIELDS, Article
from miyar.errors import DataError, Problem, UsageError, quoted
from miyar.output import leads_outside
from miyar.records import OBJECT, Line, halves, named, read_lines

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
        faults = [*decoded.problems, *_half_problems(raw), *_id_problems(raw, seen)]
        if not faults:
            article = Article(raw.id, decoded.text, raw.metadata)
            faults = [*_digest_problems(raw, article)]
            articles.append(article)
        problems.extend(faults)
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
    if leads_outside(folder / METADATA_FILE, folder):
        yield _outside(folder / METADATA_FILE)
    elif (folder / METADATA_FILE).is_file():
        for line in read_lines(folder / METADATA_FILE, OBJECT):
            if isinstance(line, Problem):
                yield line
            else:
                yield from _metadata_problems(line)
                identity = str(line.record.get("id", "(no id)"))
                if identity in metadata:
                    expected = "one line for each article"
                    yield Problem("metadata_twice", line.where, f"a second line for {identity}", expected)
                metadata[identity] = line.record
    files = sorted(file for file in folder.glob("*.txt") if file.is_file())
    if not files:
        others = ", ".join(file.name for file in unread_files([folder])[:SHOWN_FILES])
        found = f"no .txt file, but {others}" if others else "no .txt file"
        expected, remedy = "one UTF-8 .txt file per article", "save the texts as .txt, or name their folder"
        yield Problem("no_articles", str(folder), found, expected, remedy)
    for file in files:
        described = metadata.pop(file.stem, {})
        if leads_outside(file, folder):
            yield _outside(file)
        else:
            yield RawArticle(file, str(file), file.stem, file.read_bytes(), described)
    for orphan in metadata:
        expected = f"a line for each of {folder}/*.txt and no others"
        yield Problem("metadata_only", f"{folder / METADATA_FILE}: {orphan}", "no text", expected)


def _outside(file: Path) -> Problem:
    found = f"a link to {file.resolve()}, outside of the folder"
    remedy = "put a copy of the file in its place, or name the folder where the files are"
    return Problem("link_outside", str(file), found, "files that lie in the folder that was named", remedy)


def _json_lines(path: Path, text_field: str, id_field: str) -> Iterator[RawArticle | Problem]:
    for line in read_lines(path, OBJECT):
        problems = [line] if isinstance(line, Problem) else [*_field_problems(line, text_field, id_field)]
        if isinstance(line, Problem) or problems:
            yield from problems
            continue
        metadata = {key: value for key, value in line.record.items() if key not in (id_field, text_field)}
        yield from _metadata_problems(line)
        yield RawArticle(path, line.where, str(line.record[id_field]), line.record[text_field], metadata)


def _field_problems(line: Line[dict[str, Any]], text_field: str, id_field: str) -> Iterator[Problem]:
    missing = [name for name in (id_field, text_field) if name not in line.record]
    if missing:
        found = f"no {', '.join(missing)}, but the fields {', '.join(map(quoted, line.record)) or 'none'}"
        expected = f'"{id_field}" and "{text_field}" (choose others with --id-field and --text-field)'
        yield Problem("missing_field", line.where, found, expected, "name the fields, or mend the line")
    wanted: Sequence[tuple[str, tuple[type, ...], str]] = (
        (id_field, (str, int), "a text or a whole number"),
        (text_field, (str,), "a text in quotes"),
    )
    for name, types, expected in wanted:
        value = line.record.get(name, "")
        if isinstance(value, bool) or not isinstance(value, types):
            yield Problem(
                "bad_field", f"{line.where}: {name}", f"{name} is {named(value)}", f"{name} as {expected}"
            )


def _metadata_problems(line: Line[dict[str, Any]]) -> Iterator[Problem]:
    for name in (*METADATA_FIELDS, "sha256"):
        value = line.record.get(name)
        if value is not None and not isinstance(value, str):
            yield Problem("bad_metadata", f"{line.where}: {name}", named(value), "a text in quotes")


def _half_problems(raw: RawArticle) -> Iterator[Problem]:
    place = f"{raw.path.parent / METADATA_FILE}: {raw.id}" if raw.path.suffix == ".txt" else raw.where
    for fault in halves(raw.metadata):
        where = f"{place}: {fault.path}"
        yield Problem("bad_metadata", where, fault.found, fault.expected, clean_command(raw))


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


def _digest_problems(raw: RawArticle, article: Article) -> Iterator[Problem]:
    expected = raw.metadata.get("sha256")
    if isinstance(expected, str) and article.sha256 != expected:
        found = f"a text with sha256 {article.sha256[:12]}…"
        remedy = f"restore the text, or give the changed text an id of its own in {METADATA_FILE}"
        yield Problem("article_changed", raw.where, found, f"{expected[:12]}… as the metadata say", remedy)
