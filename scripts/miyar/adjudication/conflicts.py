"""Conflicts: what annotators disagree on and one person has to decide, with ids made of their content."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from miyar.adjudication.opinions import Key

Kind = Literal["spans", "value", "argument"]
DIGITS = 12


class Candidate(NamedTuple):
    """An answer that somebody gave: a span, a value (None: no value) or a role, and who gave it."""

    answer: Key | str | None
    support: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Candidates that exclude or question each other; `about` is the span or the ends in question.

    The id stands for the article's text, what is asked and who answers what: it changes with any of them,
    and with nothing else.
    """

    kind: Kind
    article: str
    sha256: str
    candidates: tuple[Candidate, ...]
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """Return the first digits of the SHA-256 of the content."""
        content = [self.article, self.sha256, self.kind, _plain(self.about), self.candidates_as_json()]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:DIGITS]

    def candidates_as_json(self) -> list[dict[str, Any]]:
        """Return the candidates as decisions write them."""
        return [
            {"answer": answer_as_json(one.answer), "support": list(one.support)} for one in self.candidates
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the conflict as a line of decisions begins."""
        return {
            "conflict": self.id,
            "kind": self.kind,
            "article": self.article,
            "sha256": self.sha256,
            **({"about": _plain(self.about)} if self.about else {}),
            "candidates": self.candidates_as_json(),
        }


def answer_as_json(answer: Key | str | None) -> Any:
    """Return an answer as JSON: a span as an object, a value or a role as a text, null for no value."""
    return answer.to_dict() if isinstance(answer, Key) else answer


def span_conflicts(
    article: str, sha256: str, open_spans: Mapping[Key, Sequence[str]], layers: Mapping[str, str]
) -> Iterator[Conflict]:
    """Yield a conflict for each group of spans of one layer that hang together by overlaps."""
    for layer in dict.fromkeys(layers.values()):
        mine = sorted(key for key in open_spans if layers[key.label] == layer)
        for group in overlapping_groups(mine):
            candidates = tuple(Candidate(key, tuple(open_spans[key])) for key in group)
            yield Conflict("spans", article, sha256, candidates)


def overlapping_groups(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Yield the groups of sorted spans, each of which shares a code point with another of its group."""
    group: list[Key] = []
    furthest = -1
    for key in keys:
        if group and key.start >= furthest:
            yield group
            group = []
        group.append(key)
        furthest = max(furthest, key.end) if len(group) > 1 else key.end
    if group:
        yield group


def _plain(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer_as_json(value) for name, value in about.items()}
