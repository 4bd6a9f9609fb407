"""What an extractor said of the gold's articles, and what is done with articles that only one side has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from miyar.errors import Problem
from miyar.spantable import Views

SCHEME = "scheme"


class Missing(StrEnum):
    """What to do with an article of the gold that has no prediction."""

    REFUSE = "refuse"
    EMPTY = "empty"


class Unknown(StrEnum):
    """What to do with a prediction whose article is not in the gold."""

    REFUSE = "refuse"
    IGNORE = "ignore"


class Policy(NamedTuple):
    """What to do with an article that only one side has."""

    missing: Missing = Missing.REFUSE
    unknown: Unknown = Unknown.REFUSE


@dataclass(frozen=True, slots=True)
class Predictions:
    """What an extractor said of the gold's articles, in the order of the gold.

    `faults` lists what can match nothing; `counts` says how many there are of each code, with what was
    collapsed and articles left out. `inventory` is SCHEME or the map whose codes the labels are.
    `learnt_from` has the SHA-256s of the articles that it knew when it read them, `others_learnt` those
    that it knew when it read the others.
    """

    views: Views
    faults: tuple[Problem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    learnt_from: frozenset[str] = frozenset()
    inventory: str = SCHEME
    others_learnt: frozenset[str] = frozenset()

    @property
    def seen(self) -> int:
        """Return how many of the articles the extractor knew when it read them."""
        return sum(digest in self.learnt_from for digest in self.views.articles.sha256s)
