"""Sentences that a file does not tell apart: named, and cut after marks that end one, or so many tokens."""

from collections.abc import Iterator

from miyar.conll.lines import File, Sentence, TokenLine, shown
from miyar.conll.model import STOPS, Cut, Note
from miyar.conll.tags import OUTSIDE

ENDS = frozenset((".", "?", "!", "…", "...", "؟", "۔"))
CONTINUES = frozenset("IMEL")
LONG = 250  # tokens; hardly a sentence has so many


def with_cuts(file: File, where: Cut) -> File:
    """Return a file with its sentences cut; no entity is cut through."""
    documents = (
        tuple(part for one in document for part in _parts(one, where)) for document in file.documents
    )
    return file._replace(documents=tuple(documents))


def unbroken(file: File) -> Iterator[Note]:
    """Yield a note on a sentence that goes on and on: of one article there is no interval."""
    for document in file.documents:
        longest = max(document, key=len)
        if len(longest) > LONG:
            found = f"{len(longest)} tokens without a blank line, which make one sentence"
            advice = "to get more: --cut stops, or --cut 50, and --split sentence for intervals"
            yield Note("no_blank_lines", f"{shown(file.path)}:{longest[0].number}", f"{found}; {advice}")


def _goes_on(before: TokenLine, row: TokenLine) -> bool:
    """Return whether an entity of a row goes on in the next; by some schemes one may begin with an I."""
    pairs = zip(before.tags, row.tags, strict=False)
    return any(tag[0] in CONTINUES and tag[2:] == last[2:] and last != OUTSIDE for last, tag in pairs)


def _parts(sentence: Sentence, where: Cut) -> Iterator[Sentence]:
    part: list[TokenLine] = []
    for row in sentence:
        ended = part and (part[-1].token in ENDS if where == STOPS else len(part) >= int(where))
        if ended and not _goes_on(part[-1], row):
            yield tuple(part)
            part = []
        part.append(row)
    yield tuple(part)
