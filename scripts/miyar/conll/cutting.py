"""Sentences that a file does not tell apart: named, and cut after marks that end one, or so many tokens."""

from collections.abc import Iterator

from miyar.conll.lines import File, Row, Sentence, shown
from miyar.conll.model import STOPS, Cut, Note

ENDS = frozenset((".", "?", "!", "…", "...", "؟", "۔"))
CONTINUES = frozenset("IMEL")
LONG = 1000  # tokens; no sentence has so many


def with_cuts(file: File, where: Cut) -> File:
    """Return a file with its sentences cut; no entity is cut through."""
    documents = (
        tuple(part for one in document for part in _parts(one, where)) for document in file.documents
    )
    return file._replace(documents=tuple(documents))


def unbroken(file: File) -> Iterator[Note]:
    """Yield a note on a document of one endless sentence: nothing can be drawn from it for intervals."""
    for document in file.documents:
        longest = max(map(len, document))
        if longest > LONG:
            found = f"{longest} tokens without a blank line: one sentence, and of one article no interval"
            advice = "cut it with --cut stops, or --cut 50, and --split sentence"
            yield Note("no_blank_lines", f"{shown(file.path)}:{document[0][0].number}", f"{found}; {advice}")


def _parts(sentence: Sentence, where: Cut) -> Iterator[Sentence]:
    part: list[Row] = []
    for row in sentence:
        ended = part and (part[-1].token in ENDS if where == STOPS else len(part) >= int(where))
        if ended and not any(tag[0] in CONTINUES for tag in row.tags):
            yield tuple(part)
            part = []
        part.append(row)
    yield tuple(part)
