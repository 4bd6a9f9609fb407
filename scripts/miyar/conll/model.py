"""How token-per-line files are laid out, and what becomes of them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from miyar.annotation import Annotation
from miyar.article import Article
from miyar.errors import Problem, UsageError

LineKind = Literal["token", "blank", "docstart", "comment", "no_token"]
NamedColumns = Literal["nested", "last"]
TagColumns = NamedColumns | tuple[int, ...]

Cut = str  # STOPS, or a number of tokens
STOPS = "stops"

NAMED_COLUMNS: tuple[NamedColumns, ...] = ("nested", "last")


def tag_columns(text: str, token: int) -> TagColumns:
    """Return where the tags are, of "nested", "last" or "3,4"; raises UsageError for anything else."""
    for named in NAMED_COLUMNS:
        if text == named:
            return named
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", text, re.ASCII):
        raise UsageError(f"--tags {text}: expected nested, last, or numbers of columns such as 3,4")
    numbers = tuple(map(int, text.split(",")))
    if token in numbers or len(set(numbers)) < len(numbers):
        raise UsageError(f"--tags {text}: expected each column once, and not {token}, the token's")
    return numbers


def cut_of(text: str) -> Cut:
    """Return where sentences are cut; raises UsageError for anything but STOPS and a number."""
    if text != STOPS and not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise UsageError(f"--cut {text}: expected {STOPS}, or a number of tokens such as 50")
    return text


class Split(StrEnum):
    """What becomes an article of its own."""

    DOCUMENT = "document"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where tokens and tags stand in a line; columns are counted from 1.

    `tags` is "nested" for all columns behind the token's, "last" for the last one, or their numbers.
    Lines that begin with `comments` are passed over, counted, but for hashtags and other tokens that do.
    With `labels` any other label is a slip. `cut` says where sentences end that no blank line tells apart.
    """

    tags: TagColumns = "nested"
    token: int = 1
    comments: str | None = None
    split: Split = Split.DOCUMENT
    labels: tuple[str, ...] | None = None
    cut: Cut | None = None


class Slip(NamedTuple):
    """What is wrong in a line, and the line as it was found."""

    problem: Problem
    line: str


class Note(NamedTuple):
    """What is allowed and worth a look."""

    code: str
    where: str
    found: str


class Source(NamedTuple):
    """A file that was read."""

    name: str
    sha256: str


class LabelCount(NamedTuple):
    """A label's entities: the tags that began one = entities + those equal to another; some are nested."""

    begun: int = 0
    entities: int = 0
    duplicates: int = 0
    nested: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles and annotations made of token-per-line files, and what became of every line and tag.

    A slip leaves the rest of its line in place: a faulty tag counts as O, a character that no text may
    hold becomes U+FFFD. The tags of a line without a token, or with one of white space, count as O as well:
    no entity goes on over it. Spans are without the white space at their edges, with a note for each.
    `refusals` are what no file of slips can take aside: a file that cannot be read, an id given twice.
    `labels` are in order of frequency, or as the layout has them. `lines` counts lines by what they are,
    `tags` the tags of tokens by their first letter, those that were read as O among the O.
    """

    articles: tuple[Article, ...]
    annotations: tuple[Annotation, ...]
    labels: tuple[str, ...]
    sources: tuple[Source, ...]
    sentences: int
    lines: Counter[LineKind]
    tags: Counter[str]
    entities: Mapping[str, LabelCount]
    slips: tuple[Slip, ...] = ()
    refusals: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return all that is wrong: refusals and slips."""
        return (*self.refusals, *(slip.problem for slip in self.slips))
