"""Annotations: one annotator's view of an article, as spans and arguments, and the lines that hold them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from miyar.errors import DataError, Problem
from miyar.records import Kind, Whole, read_lines

Status = Literal["finished", "skipped"]
STATUSES: tuple[Status, ...] = ("finished", "skipped")


class Span(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A labelled range `[start, end)` of code points."""

    id: str
    start: Whole
    end: Whole
    label: str
    text: str | None = None
    attributes: dict[str, str] = {}

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.id}: [{self.start}, {self.end}) is not a range in a text")

    def to_dict(self) -> dict[str, Any]:
        """Return the span as the annotation contract writes it."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


class Argument(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A relation from a trigger span to an entity span, both named by their ids.

    `implied` is true where nobody chose the role: the scheme says what a relation without one means.
    """

    trigger: str
    entity: str
    role: str
    implied: bool = False


class Annotation(msgspec.Struct, frozen=True):
    """One annotator's view of one article; ends of arguments are spans of the same annotation."""

    article: str
    sha256: str
    annotator: str
    spans: tuple[Span, ...]
    status: Status = "finished"
    arguments: tuple[Argument, ...] = ()
    scheme: str = ""
    created: str | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        ids = {span.id for span in self.spans}
        if len(ids) != len(self.spans):
            raise ValueError(f"annotation of {self.article}: two spans have one id")
        loose = [a for a in self.arguments if a.trigger not in ids or a.entity not in ids]
        if loose:
            raise ValueError(f"annotation of {self.article}: {loose[0]} has an end that is no span")
        if self.status not in STATUSES:
            raise ValueError(f"annotation of {self.article}: the status {self.status!r} is not known")

    def to_dict(self) -> dict[str, Any]:
        """Return the annotation as one JSON line's object."""
        built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return built


ANNOTATION = Kind(
    Annotation,
    "bad_annotation",
    '{"article": "…", "sha256": "…", "annotator": "A1", "spans": [{"id": "…", "start": 0, "end": 5, '
    '"label": "…"}], "arguments": [{"trigger": "…", "entity": "…", "role": "…"}]} on one line',
)


def read_annotations(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a JSON Lines file; raises DataError with all that is wrong in its lines."""
    problems = []
    for line in read_lines(path, ANNOTATION):
        if isinstance(line, Problem):
            problems.append(line)
        else:
            yield line.record
    if problems:
        raise DataError(problems)
