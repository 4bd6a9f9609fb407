"""Spans from the tags of one sentence: IOB1, IOB2, BIOES, BILOU and mixtures of them, flat or nested."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from miyar.errors import quoted
from miyar.scheme import one_of
from miyar.scheme.checks import CODE
from miyar.validation import Fault

OUTSIDE = "O"
TAG = re.compile(r"O|([BSUIMEL])-(.+)", re.DOTALL)
BEGINS, SINGLES = frozenset("BSU"), frozenset("SU")
CONTINUES, LASTS = frozenset("IMEL"), frozenset("EL")
EXPECTED = "O, or one of B-, I-, E-, S-, L-, U-, M- and a label"


class TokenSpan(NamedTuple):
    """An entity as a half-open range of tokens."""

    start: int
    end: int
    label: str


class LooseTag(NamedTuple):
    """A tag that continues nothing, and so begins an entity, as IOB1 writes it."""

    token: int
    tag: str


class Decoded(NamedTuple):
    """The entities of a sentence in order, tags that continue nothing, entities that were there already."""

    spans: tuple[TokenSpan, ...]
    loose: tuple[LooseTag, ...]
    duplicates: tuple[TokenSpan, ...]


def spans_of_tags(tags: Sequence[Sequence[str]]) -> Decoded:
    """Return the entities of one sentence, given the tags of each of its tokens.

    A label's entities begin and end as in conlleval: B-, S- and U- begin one; I-, M-, E- and L- continue
    an open one of their label and begin one where there is none; an entity ends with E-, L-, S- and U-,
    and where no tag of its label continues it. In which column a tag stands says nothing.

    Where fewer tags continue than entities of the label are open, those that began later have ended: the
    inner ones. Entities of one label that overlap without nesting cannot be told from nested ones.
    Raises ValueError for a tag that is none.
    """
    open_starts: dict[str, list[int]] = {}
    spans: list[TokenSpan] = []
    loose: list[LooseTag] = []
    for token, cell in enumerate([*tags, ()]):
        prefixes = _prefixes(cell)
        for label in sorted(open_starts.keys() | prefixes.keys()):
            step = _step(token, open_starts.pop(label, []), prefixes.get(label, []))
            if step.running:
                open_starts[label] = step.running
            spans.extend(TokenSpan(start, end, label) for start, end in step.ended)
            loose.extend(LooseTag(token, f"{prefix}-{label}") for prefix in step.loose)
    times = Counter(spans)
    return Decoded(
        tuple(sorted(times, key=_order)),
        tuple(loose),
        tuple(span for span in sorted(times, key=_order) for _ in range(times[span] - 1)),
    )


def nested_spans(spans: Iterable[TokenSpan]) -> Iterator[TokenSpan]:
    """Yield the spans that lie strictly inside another one."""
    reach = 0
    for _, together in groupby(sorted(spans, key=_order), key=attrgetter("start")):
        first, *others = together
        for span in (first, *others):
            if span.end <= reach or span.end < first.end:
                yield span
        reach = max(reach, first.end)


def tag_fault(tag: str, labels: Sequence[str] | None = None) -> Fault | None:
    """Return why a tag is none, or none of these labels; an empty text is a tag that is missing."""
    if not tag:
        return Fault("no_tag", "no tag", EXPECTED)
    match = TAG.fullmatch(tag)
    if not match:
        return Fault("bad_tag", f"the tag {quoted(tag)}", EXPECTED)
    label = match[2]
    if label is None or (label in labels if labels else CODE.fullmatch(label)):
        return None
    if CODE.fullmatch(label):
        return Fault("unknown_label", f"the label {quoted(label)}", one_of(label, labels or ()))
    expected = "a label of a letter, then letters, digits, _ and . (ASCII)"
    return Fault("bad_label", f"the tag {quoted(tag)} with the label {quoted(label)}", expected)


class _Step(NamedTuple):
    """What a token does to the entities of one label: starts of open ones, ended ranges, loose prefixes."""

    running: list[int]
    ended: list[tuple[int, int]]
    loose: list[str]


def _step(token: int, starts: list[int], prefixes: list[str]) -> _Step:
    """Return what the prefixes of a label's tags on a token do; `starts` has the outermost first."""
    going_on = sorted((p for p in prefixes if p in CONTINUES), key=LASTS.__contains__)  # inner ones end first
    loose = going_on[len(starts) :]
    begins = [*starts[: len(going_on)], *[token] * len(loose)]
    lasts = [prefix in LASTS for prefix in going_on]
    ended = [(start, token) for start in starts[len(going_on) :]]
    ended += [(begin, token + 1) for begin, last in zip(begins, lasts, strict=True) if last]
    ended += [(token, token + 1)] * sum(prefix in SINGLES for prefix in prefixes)
    running = [begin for begin, last in zip(begins, lasts, strict=True) if not last]
    return _Step(running + [token] * prefixes.count("B"), ended, loose)


def _prefixes(cell: Iterable[str]) -> dict[str, list[str]]:
    """Return the prefixes of a token's tags by label."""
    by_label: dict[str, list[str]] = {}
    for tag in cell:
        if tag == OUTSIDE:
            continue
        match = TAG.fullmatch(tag)
        if not match:
            raise ValueError(f"{tag!r} is no tag; expected {EXPECTED}")
        by_label.setdefault(match[2], []).append(match[1])
    return by_label


def _order(span: TokenSpan) -> tuple[int, int, str]:
    return span.start, -span.end, span.label
