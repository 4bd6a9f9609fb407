"""Annotations: one annotator's view of an article, as spans and arguments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from miyar.errors import DataError, Problem
from miyar.records import ANNOTATION, AnnotationLine, Line, SpanLine, read_lines

Status = Literal["finished", "skipped"]
STATUSES: tuple[Status, ...] = ("finished", "skipped")


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled range `[start, end)` of code points."""

    id: str
    start: int
    end: int
    label: str
    text: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.id}: [{self.start}, {self.end}) is not a range in a text")

    def to_dict(self) -> dict[str, Any]:
        """Return the span as the annotation contract writes it."""
        required = {"id": self.id, "start": self.start, "end": self.end, "label": self.label}
        text = {} if self.text is None else {"text": self.text}
        return required | text | ({"attributes": dict(self.attributes)} if self.attributes else {})


@dataclass(frozen=True, slots=True)
class Argument:
    """A relation from a trigger span to an entity span, both named by their ids."""

    trigger: str
    entity: str
    role: str

    def to_dict(self) -> dict[str, str]:
        """Return the argument as the annotation contract writes it."""
        return {"trigger": self.trigger, "entity": self.entity, "role": self.role}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's view of one article; ends of arguments are spans of the same annotation."""

    article: str
    sha256: str
    annotator: str
    status: Status = "finished"
    spans: tuple[Span, ...] = ()
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
        return {
            "article": self.article,
            "sha256": self.sha256,
            "annotator": self.annotator,
            "status": self.status,
            "spans": [span.to_dict() for span in self.spans],
            "arguments": [argument.to_dict() for argument in self.arguments],
            "scheme": self.scheme,
            "created": self.created,
            "seconds": self.seconds,
        }


def read_annotations(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a JSON Lines file; raises DataError with all that is wrong in its lines."""
    problems = []
    for line in read_lines(path, ANNOTATION):
        found = line if isinstance(line, Problem) else annotation_of(line)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            yield found
    if problems:
        raise DataError(problems)


def annotation_of(line: Line[AnnotationLine]) -> Annotation | Problem:
    """Return the annotation of a line, or why it can be none."""
    record = line.record
    try:
        return Annotation(
            record.article,
            record.sha256,
            record.annotator,
            status=record.status,
            spans=tuple(map(_span, record.spans)),
            arguments=tuple(Argument(one.trigger, one.entity, one.role) for one in record.arguments),
            scheme=record.scheme,
            created=record.created,
            seconds=record.seconds,
        )
    except ValueError as error:
        return Problem(ANNOTATION.code, line.where, str(error), ANNOTATION.shape)


def _span(line: SpanLine) -> Span:
    return Span(line.id, line.start, line.end, line.label, line.text, line.attributes or {})
