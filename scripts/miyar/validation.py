"""What can be wrong with a labelled range before it is a Span; each rule knows nothing but the rule."""

from collections.abc import Callable
from typing import Any, NamedTuple

from miyar.article import Article
from miyar.errors import quoted
from miyar.offsets import stand_in, trim
from miyar.scheme import LAYERS, Layer, Scheme, one_of


class Candidate(NamedTuple):
    """A labelled range as somebody else's data have it: any field may hold anything.

    `text` is what the source says that the range covers, or None where it says nothing; `layer` is None where
    only the label would say it.
    """

    id: Any
    layer: Layer | None
    start: Any
    end: Any
    labels: Any
    text: Any = None


class Fault(NamedTuple):
    """The rule that is broken, what was found and what was expected."""

    code: str
    found: str
    expected: str


Check = Callable[[Candidate, Article, Scheme], Fault | None]


def first_fault(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    """Return the first rule that the candidate breaks; a later one may build on an earlier one."""
    return next((fault for check in CHECKS if (fault := check(candidate, article, scheme))), None)


def page_text(text: str) -> str:
    """Return a covered text as Label Studio's page may report it, for comparison.

    The page writes a line break as the two characters backslash and n, may collapse white space, and keeps
    breaks at the edges of the text when it takes them off the offsets.
    """
    return " ".join(stand_in(text).replace("\\n", "\n").split())


def bad_offsets(found: str, length: int | None) -> Fault:
    """Return the fault of offsets that are no range in a text of this length, None where nobody knows it."""
    last = "the length of the text" if length is None else f"{length}, the length of the text"
    return Fault("bad_offsets", found, f"whole numbers 0 ≤ start < end ≤ {last}")


def _id(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    if isinstance(candidate.id, str) and candidate.id:
        return None
    return Fault("no_id", f"the id {candidate.id!r}", "a text as id")


def _one_label(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    if isinstance(candidate.labels, list) and len(candidate.labels) == 1:
        return None
    return Fault("not_one_label", f"the labels {candidate.labels!r}", "exactly one label")


def _known_label(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    code = candidate.labels[0]
    if isinstance(code, str) and scheme.layer(code) in ([candidate.layer] if candidate.layer else LAYERS):
        return None
    codes = [label.code for label in scheme.labels if candidate.layer in (None, label.layer)]
    named = scheme.code_of(code) if isinstance(code, str) else None
    expected = f"{named}, the code of that name" if named in codes else one_of(str(code), codes)
    return Fault("unknown_label", f"the label {quoted(code)}", expected)


def _offsets(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    start, end, length = candidate.start, candidate.end, len(article.text)
    if type(start) is int and type(end) is int and 0 <= start < end <= length:
        return None
    return bad_offsets(f"start {start!r}, end {end!r}", length)


def _text(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    covered = article.text[candidate.start : candidate.end]
    if candidate.text is None or candidate.text == covered:
        return None
    if isinstance(candidate.text, str) and page_text(candidate.text) == page_text(covered):
        return None
    return Fault("other_text", f"the text {quoted(candidate.text)}", f"{quoted(covered)}, as the offsets say")


def _something(candidate: Candidate, article: Article, scheme: Scheme) -> Fault | None:
    start, end = trim(article.text, candidate.start, candidate.end)
    if start < end:
        return None
    return Fault("only_white_space", f"[{candidate.start}, {candidate.end}) is white space", "some text")


CHECKS: tuple[Check, ...] = (_id, _one_label, _known_label, _offsets, _text, _something)
"""To add a rule, write a function that returns its fault and add it here, behind those it builds on."""
