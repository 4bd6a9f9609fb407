"""Conflicts as a TOML file that a person decides in an editor: each in its context, with numbered candidates.

[[conflict]]
id = "3f9a1c20b7aa"
article = "a-1"
context = "… قال ⟦1⟧وزير ⟦2⟧الداخلية⟦/1⟧⟦/2⟧ …"
candidates = ["1: OCC 4–17 وزير الداخلية", "2: ORG 9–17 الداخلية"]
take = "?"        # "1", "1 2", "none", or "own"
own = []          # with take = "own": ["ORG 4-17"]
reason = ""       # guideline, slip, boundary, ambiguity, other
rule = ""         # the number of the rule of the guidelines that decides it
note = ""
"""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from miyar.adjudication.conflicts import Candidate, Conflict
from miyar.adjudication.decisions import REASONS, Decision
from miyar.adjudication.opinions import Key
from miyar.errors import COMMANDING, DataError, Problem, quoted
from miyar.records import Kind, read_toml
from miyar.scheme import Scheme, one_of
from miyar.validation import bad_offsets

AROUND = 60
OPEN = "?"
NONE, OWN = "none", "own"
OWN_SPAN = re.compile(r"\s*(\S+)\s+([0-9]{1,9})\s*[-–]\s*([0-9]{1,9})\s*")
HEAD = """# Decide each conflict: take = "1" takes the first candidate, "1 2" both, "none" none of them;
# take = "own" with own = ["LABEL start-end"] gives another answer; "?" leaves it open. The order of the
# candidates is random. reason: {reasons};
# rule: the number of the rule of the guidelines that decides it, or would if it were clearer.
"""


class HandConflict(msgspec.Struct, forbid_unknown_fields=True):
    """A conflict as a person may have edited it."""

    id: str
    take: str
    article: str = ""
    kind: str = ""
    about: str = ""
    context: str = ""
    candidates: list[str] = []
    own: list[str] = []
    reason: str = ""
    rule: str = ""
    note: str = ""


class HandFile(msgspec.Struct, forbid_unknown_fields=True):
    """A file of conflicts."""

    conflict: list[HandConflict] = []


FILE = Kind(
    HandFile, "bad_conflicts", '[[conflict]] with id = "…" and take = "1", "1 2", "none", "own" or "?"'
)


class Asked(NamedTuple):
    """A conflict as it is asked: with the text of its article, and its candidates in a random order."""

    conflict: Conflict
    text: str
    candidates: tuple[Candidate, ...]


def asked(conflict: Conflict, text: str, seed: int) -> Asked:
    """Return the conflict with its candidates in an order that seed and id decide."""
    candidates = list(conflict.candidates)
    random.Random(f"{seed} {conflict.id}").shuffle(candidates)  # noqa: S311 - an order, not a secret
    return Asked(conflict, text, tuple(candidates))


def hand_file(conflicts: Iterable[Asked]) -> str:
    """Return the file for an editor, every conflict still open."""
    return "\n".join([HEAD.format(reasons=", ".join(REASONS)), *map(_entry, conflicts)])


def read_hand_file(
    path: Path, conflicts: Mapping[str, Asked], scheme: Scheme, by: str, at: str
) -> list[Decision]:
    """Return the decisions of an edited file; what is left open is none.

    Raises DataError with every mistake in it: a conflict that is not asked, one that stands twice, a
    candidate, a span, a label or a reason that there is not.
    """
    problems: list[Problem] = []
    decisions: dict[str, Decision] = {}
    for number, entry in enumerate(read_toml(path, FILE).conflict, start=1):
        where = f"{path}: conflict {number} ({entry.id})"
        if entry.take.strip() == OPEN:
            continue
        if entry.id not in conflicts or entry.id in decisions:
            found = (
                "stands twice" if entry.id in decisions else "is not open: decided before, or changed since"
            )
            remedy = "leave it out, or have the open conflicts written again"
            problems.append(Problem("other_conflict", where, found, "an open conflict, once", remedy))
            continue
        mistakes = [*_mistakes(entry, conflicts[entry.id], scheme)]
        problems += [Problem(code, where, found, expected) for code, found, expected in mistakes]
        if not mistakes:
            decisions[entry.id] = _decision(entry, conflicts[entry.id], by, at)
    if problems:
        raise DataError(problems)
    return list(decisions.values())


def _entry(one: Asked) -> str:
    conflict = one.conflict
    shown = _shown_candidates(one)
    about = ", ".join(f"{name} {_about(value, one.text)}" for name, value in conflict.about.items())
    lines = [
        "[[conflict]]",
        f"id = {_quoted(conflict.id)}",
        f"article = {_quoted(conflict.article)}",
        f"kind = {_quoted(conflict.kind)}",
        *([f"about = {_quoted(about)}"] if about else []),
        f"context = {_quoted(_context(one))}",
        f"candidates = [{', '.join(map(_quoted, shown))}]",
        f"take = {_quoted(OPEN)}",
        "own = []",
        'reason = ""',
        'rule = ""',
        'note = ""',
        "",
    ]
    return "\n".join(lines)


def _shown_candidates(one: Asked) -> list[str]:
    return [f"{number}: {_shown(candidate, one)}" for number, candidate in enumerate(one.candidates, start=1)]


def _shown(candidate: Candidate, one: Asked) -> str:
    answer = candidate.answer
    if isinstance(answer, Key):
        return f"{answer.label} {answer.start}–{answer.end} {one.text[answer.start : answer.end]}"
    return "(no value)" if answer is None else answer


def _about(value: object, text: str) -> str:
    return f"{value.label} «{text[value.start : value.end]}»" if isinstance(value, Key) else str(value)


def _spans(one: Asked) -> list[tuple[str, Key]]:
    """Return the spans that a conflict shows: its candidates by number, or what it is about by name."""
    numbered = ((str(number), candidate.answer) for number, candidate in enumerate(one.candidates, start=1))
    return [(name, key) for name, key in (*numbered, *one.conflict.about.items()) if isinstance(key, Key)]


def _context(one: Asked) -> str:
    """Return the surroundings with the numbers of the candidates at their edges."""
    named = _spans(one)
    spans = [key for _, key in named]
    first, last = min(key.start for key in spans), max(key.end for key in spans)
    begin, end = max(0, first - AROUND), min(len(one.text), last + AROUND)
    marks = [(key.start, f"⟦{name}⟧") for name, key in named]
    marks += [(key.end, f"⟦/{name}⟧") for name, key in named]
    text, at = "", begin
    for place, mark in sorted(marks):
        text += one.text[at:place] + mark
        at = place
    return f"{'…' if begin else ''}{text}{one.text[at:end]}{'…' if end < len(one.text) else ''}"


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's, with what would command an editor by its code."""
    found = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return COMMANDING.sub(lambda one: f"\\U{ord(one[0]):08x}", found)


def _mistakes(entry: HandConflict, one: Asked, scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    if entry.candidates != _shown_candidates(one):
        yield (
            "other_candidates",
            "other candidates, or in another order",
            "the candidates as they were written",
        )
    if entry.own and entry.take.strip() != OWN:
        yield "bad_take", f"take = {quoted(entry.take)}, and own = {entry.own}", 'take = "own" with own'
    if entry.reason and entry.reason not in REASONS:
        yield "bad_reason", f"the reason {quoted(entry.reason)}", one_of(entry.reason, REASONS)
    yield from _take_mistakes(entry, one)
    for text in entry.own:
        yield from _own_mistakes(text, one, scheme)


def _take_mistakes(entry: HandConflict, one: Asked) -> Iterator[tuple[str, str, str]]:
    count = len(one.candidates)
    if entry.take.strip() == OWN:
        if one.conflict.kind != "spans":
            yield "bad_take", f"own, for a conflict of kind {one.conflict.kind}", f"1 to {count}, or none"
        elif not entry.own:
            yield "bad_take", "own, and no span", 'own = ["LABEL start-end"]'
    elif entry.take.strip() != NONE:
        numbers = entry.take.replace(",", " ").split()
        known = [str(number) for number in range(1, count + 1)]
        wrong = [number for number in numbers if number not in known]
        if wrong or not numbers or len(set(numbers)) < len(numbers):
            expected = f'"1" to "{count}", several with blanks between, "none", "own" or "?"'
            yield "bad_take", f"take = {quoted(entry.take)}", expected
        elif len(numbers) > 1 and one.conflict.kind == "value":
            yield "bad_take", f"take = {quoted(entry.take)}", "one value of a span, or none"


def _own_mistakes(text: str, one: Asked, scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    of, keys = one.text, [key.answer for key in one.candidates if isinstance(key.answer, Key)]
    parts = OWN_SPAN.fullmatch(text)
    if not parts:
        yield "bad_own", quoted(text), "LABEL start-end, such as ORG 4-17"
        return
    label, start, end = parts[1], int(parts[2]), int(parts[3])
    layers = {scheme.layer(key.label) for key in keys}
    codes = [known.code for known in scheme.labels if not layers or known.layer in layers]
    if label not in codes:
        yield "unknown_label", f"the label {quoted(label)}", one_of(label, codes)
    if not 0 <= start < end <= len(of):
        fault = bad_offsets(quoted(text), len(of))
        yield fault.code, fault.found, fault.expected
    elif of[start:end].strip() != of[start:end]:
        yield "bad_own", f"{quoted(of[start:end])}, with white space at an edge", "a span without it"
    elif not any(start < key.end and key.start < end for key in keys):
        yield "bad_own", f"{quoted(of[start:end])}, which overlaps no candidate", "an answer to this conflict"


def _decision(entry: HandConflict, one: Asked, by: str, at: str) -> Decision:
    take = entry.take.strip()
    numbers = [] if take in (NONE, OWN) else [int(number) for number in take.replace(",", " ").split()]
    taken = tuple(one.candidates[number - 1].answer for number in numbers)
    own = tuple(map(_own, entry.own)) if take == OWN else ()
    said = (entry.reason, entry.rule, entry.note, by, at)
    return Decision(one.conflict.id, one.conflict.article, taken, own, *said)


def _own(text: str) -> Key:
    label, start, end = OWN_SPAN.sub(r"\1 \2 \3", text).split(" ")
    return Key(int(start), int(end), label)
