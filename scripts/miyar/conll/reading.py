"""Articles and annotations of token-per-line files."""

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import NamedTuple, TypeVar

from miyar.annotation import Annotation, Span
from miyar.article import ID, Article
from miyar.conll.cutting import unbroken, with_cuts
from miyar.conll.lines import Document, File, Sentence, TokenLine, read_file, shown
from miyar.conll.model import Corpus, LabelCount, Layout, Note, Split
from miyar.conll.tags import BEGINS, Decoded, LooseTag, TokenSpan, nested_spans, spans_of_tags
from miyar.errors import Problem, UsageError, quoted
from miyar.offsets import trim
from miyar.records import read_bytes

ANNOTATOR = "gold"
NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_STEM, DIGEST_LENGTH, DIGITS = 80, 8, 4
MANY_ENTITIES = 100  # in fewer a label may well stand once

T = TypeVar("T")


class Made(NamedTuple):
    """An article with its annotation, and what its tags were."""

    article: Article
    annotation: Annotation
    where: str
    tags: Counter[str]
    entities: Counter[tuple[str, str]]
    notes: tuple[Note, ...]


class Read(NamedTuple):
    """A sentence, where it begins in the text, and its entities."""

    sentence: Sentence
    start: int
    decoded: Decoded


class Entity(NamedTuple):
    """An entity as a range in the text, as its tokens have it, and where it begins."""

    start: int
    end: int
    label: str
    row: TokenLine


class ArticlePlace(NamedTuple):
    """An article's id, the file it comes from, and what is known of it."""

    id: str
    file: str
    metadata: Mapping[str, str | int]


def read_conll(paths: Sequence[Path], layout: Layout | None = None, identity: str | None = None) -> Corpus:
    """Return the articles and annotations of token-per-line files, with everything that is wrong in them.

    A file is an article, or several where it has `-DOCSTART-` lines; with Split.SENTENCE each sentence is
    one. An article's id is the file's stem, or `identity` in place of it, with a number where a file has
    several. The same tokens in files of the same names always give the same ids and texts.

    With `layout.cut` sentences end where that says, too.

    Raises UsageError for a path that is no file, and for an identity that is none or that several files
    would have; all else that is wrong is in the corpus.
    """
    layout = layout or Layout()
    _check_identity(identity, paths)
    read = [read_file(path, _data(path), layout) for path in paths]
    whole = [file for file in read if isinstance(file, File)]
    files = [with_cuts(file, layout.cut) for file in whole] if layout.cut else whole
    made = [one for file in files for one in _articles(file, layout, identity)]
    entities = _label_counts(made, layout.labels)
    return Corpus(
        articles=tuple(one.article for one in made),
        annotations=tuple(one.annotation for one in made),
        labels=tuple(entities),
        sources=tuple(file.source for file in files),
        sentences=sum(len(document) for file in files for document in file.documents),
        lines=_total(file.lines for file in files),
        tags=_total(one.tags for one in made),
        entities=entities,
        slips=tuple(slip for file in files for slip in file.slips),
        refusals=(*(p for p in read if isinstance(p, Problem)), *_no_tokens(files), *_id_problems(made)),
        notes=(
            *chain(*map(unbroken, files)),
            *_singles(entities),
            *chain(*(file.notes for file in files), *(one.notes for one in made)),
        ),
    )


def _check_identity(identity: str | None, paths: Sequence[Path]) -> None:
    if identity is None:
        return
    if len(paths) > 1:
        raise UsageError(f"--id {identity}: is the id of one file, and {len(paths)} were given")
    if not ID.fullmatch(identity) or len(identity) > LONGEST_STEM:
        expected = f"1 to {LONGEST_STEM} of A-Z a-z 0-9 . _ -, no dot in front"
        raise UsageError(f"--id {identity}: expected {expected}")


def _data(path: Path) -> bytes:
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name the files in it, such as {shlex.quote(str(path))}/*.txt")
    return read_bytes(path)


def _articles(file: File, layout: Layout, identity: str | None) -> Iterator[Made]:
    sentences: Iterable[Document] = ((s,) for document in file.documents for s in document)
    parts = list(sentences) if layout.split is Split.SENTENCE else list(file.documents)
    stem = _stem(file, identity)
    digits = max(DIGITS, len(str(len(parts))))
    title = {} if stem == file.path.stem or identity else {"title": shown(Path(file.path.stem))}
    for number, document in enumerate(parts, start=1):
        numbered = layout.split is Split.SENTENCE or len(parts) > 1
        metadata: Mapping[str, str | int] = {
            **title,
            "source": file.source.name,
            "first_line": document[0][0].number,
        }
        name = f"{stem}-{number:0{digits}}" if numbered else stem
        yield _made(ArticlePlace(name, shown(file.path), metadata), document)


def _stem(file: File, identity: str | None) -> str:
    """Return the file's stem, or what can be an id in place of it: the same for the same name."""
    stem = identity or file.path.stem
    if ID.fullmatch(stem) and len(stem) <= LONGEST_STEM:
        return stem
    digest = hashlib.sha256(stem.encode(errors="surrogatepass")).hexdigest()[:DIGEST_LENGTH]
    readable = NOT_IN_ID.sub("-", stem).strip("-.")[: LONGEST_STEM - DIGEST_LENGTH - 1]
    return f"{readable}-{digest}" if readable else digest


def _made(place: ArticlePlace, document: Document) -> Made:
    lines = [" ".join(row.token for row in sentence) for sentence in document]
    article = Article(place.id, "\n".join(lines), place.metadata)
    read = [
        Read(sentence, start, _decoded(sentence))
        for sentence, start in zip(document, _starts(lines), strict=True)
    ]
    entities = [entity for one in read for entity in _entities(one)]
    spans = (_span(number, entity, article.text) for number, entity in enumerate(entities, start=1))
    return Made(
        article,
        Annotation(article.id, article.sha256, ANNOTATOR, spans=tuple(spans)),
        f"{place.file}:{document[0][0].number}",
        Counter(tag[0] for sentence in document for row in sentence for tag in row.tags),
        Counter(chain.from_iterable(map(_entity_parts, read))),
        (
            *(note for one in read for note in _notes(place.file, one)),
            *_trimmed(place.file, entities, article.text),
        ),
    )


def _decoded(sentence: Sentence) -> Decoded:
    """Return the entities of a sentence; none goes on over a line without a token, whose tag counts as O."""
    starts = [0, *(index for index, row in enumerate(sentence) if row.gap and index)]
    if len(starts) == 1:
        return spans_of_tags([row.tags for row in sentence])
    parts = [
        (start, spans_of_tags([row.tags for row in sentence[start:end]]))
        for start, end in zip(starts, [*starts[1:], len(sentence)], strict=True)
    ]
    return Decoded(
        tuple(_moved(span, start) for start, part in parts for span in part.spans),
        tuple(LooseTag(start + loose.token, loose.tag) for start, part in parts for loose in part.loose),
        tuple(_moved(span, start) for start, part in parts for span in part.duplicates),
    )


def _moved(span: TokenSpan, by: int) -> TokenSpan:
    return TokenSpan(span.start + by, span.end + by, span.label)


def _span(number: int, entity: Entity, text: str) -> Span:
    start, end = trim(text, entity.start, entity.end)
    return Span(f"s{number}", start, end, entity.label, text[start:end])


def _starts(texts: Iterable[str]) -> list[int]:
    """Return where each text begins when one character joins them."""
    return list(accumulate((len(text) + 1 for text in texts), initial=0))[:-1]


def _entities(read: Read) -> Iterator[Entity]:
    """Yield the entities of a sentence with offsets in the text in place of tokens."""
    starts = _starts(row.token for row in read.sentence)
    for first, behind, label in read.decoded.spans:
        last = behind - 1
        end = starts[last] + len(read.sentence[last].token)
        yield Entity(read.start + starts[first], read.start + end, label, read.sentence[first])


def _entity_parts(read: Read) -> Iterator[tuple[str, str]]:
    """Yield the label and the field of LabelCount of everything that it counts."""
    for row in read.sentence:
        yield from ((tag[2:], "begun") for tag in row.tags if tag[0] in BEGINS)
    yield from ((loose.tag[2:], "begun") for loose in read.decoded.loose)
    yield from ((span.label, "entities") for span in read.decoded.spans)
    yield from ((span.label, "duplicates") for span in read.decoded.duplicates)
    yield from ((span.label, "nested") for span in nested_spans(read.decoded.spans))


def _notes(file: str, read: Read) -> Iterator[Note]:
    for token, tag in read.decoded.loose:
        row = read.sentence[token]
        yield Note(
            "i_without_b",
            f"{file}:{row.number}",
            f"{tag} of {quoted(row.token)} continues nothing: it begins one",
        )
    for span in read.decoded.duplicates:
        row = read.sentence[span.start]
        yield Note("duplicate", f"{file}:{row.number}", f"{span.label} begins here twice, with one end")


def _singles(entities: Mapping[str, LabelCount]) -> Iterator[Note]:
    """Yield labels that stand once among others that do not: most are slips of the fingers."""
    if sum(count.entities for count in entities.values()) < MANY_ENTITIES:
        return
    for code, count in entities.items():
        if count.entities == 1:
            yield Note("single_entity", code, "a label of one entity: is it a slip of another one?")


def _trimmed(file: str, entities: Iterable[Entity], text: str) -> Iterator[Note]:
    for start, end, label, row in entities:
        if trim(text, start, end) != (start, end):
            found = f"{label} {quoted(text[start:end])} without the white space at its edges"
            yield Note("trimmed", f"{file}:{row.number}", found)


def _label_counts(made: Iterable[Made], labels: Sequence[str] | None) -> dict[str, LabelCount]:
    """Return the counts of each label, in the order of `labels` or of frequency.

    Raises RuntimeError, as a bug, where an entity that was begun became none.
    """
    totals = _total(one.entities for one in made)
    found = {label for label, _ in totals}
    counts = {
        label: LabelCount(**{field: totals[label, field] for field in LabelCount._fields})
        for label in labels or sorted(found, key=lambda label: (-totals[label, "entities"], label))
    }
    for label, count in counts.items():
        if count.begun != count.entities + count.duplicates:
            raise RuntimeError(f"{label}: {count} does not balance")
    return counts


def _total(counters: Iterable[Counter[T]]) -> Counter[T]:
    total = Counter[T]()
    for counter in counters:
        total.update(counter)
    return total


def _no_tokens(files: Iterable[File]) -> Iterator[Problem]:
    for file in files:
        if not file.documents:
            expected, remedy = "at least one line with a token and a tag", "leave the file out"
            yield Problem("no_tokens", shown(file.path), "no token", expected, remedy)


def _id_problems(made: Iterable[Made]) -> Iterator[Problem]:
    first: dict[str, Made] = {}
    for one in made:
        other = first.setdefault(one.article.id.casefold(), one)
        if other is not one:
            found = f"the id {quoted(one.article.id)}, as in {other.where}"
            expected = "ids that differ in more than case, since they become file names"
            yield Problem("id_twice", one.where, found, expected, "rename one of the files")
