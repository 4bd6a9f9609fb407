"""What an extractor is given and what it gives back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from miyar.spantable import Views


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was told: gold with texts to learn from, or a lexicon file; leave-one-out or not."""

    gold: Views | None = None
    lexicon: Path | None = None
    leave_one_out: bool = False


class PredictedSpan(NamedTuple):
    """A span that an extractor found."""

    start: int
    end: int
    label: str

    def to_dict(self) -> dict[str, Any]:
        """Return the span as the predictions contract writes it."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an extractor found: for each article, in the order given, its spans.

    `release` is the version of the extractor, `parameters` everything that could change its output,
    `learnt_from` the SHA-256s of the articles whose annotations it has seen.
    """

    name: str
    release: str
    spans: Iterator[tuple[PredictedSpan, ...]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    learnt_from: tuple[str, ...] = ()
