"""Annotations: one annotator's view of an article, as spans and arguments."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from miyar.errors import DataError, Problem

Status = Literal["finished", "skipped"]
SHAPE = (
    '{"article": "…", "sha256": "…", "annotator": "A1", "spans": [{"id": "…", "start": 0, "end": 5, '
    '"label": "…"}], "arguments": [{"trigger": "…", "entity": "…", "role": "…"}]} on one line'
)
LONGEST_TEXT = 2**31 - 1
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


def annotation_from_dict(value: Mapping[str, Any]) -> Annotation:
    """Return the annotation of a JSON object; raises ValueError, KeyError or TypeError for another shape."""
    rest = {key: value[key] for key in ("created", "seconds") if key in value}
    return Annotation(
        _text(value["article"]),
        _text(value["sha256"]),
        _text(value["annotator"]),
        status=value.get("status", "finished"),
        spans=tuple(map(_span, value["spans"])),
        arguments=tuple(map(_argument, value.get("arguments", ()))),
        scheme=_text(value.get("scheme", "")),
        **rest,
    )


def read_annotations(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a JSON Lines file; raises DataError with all lines that are none."""
    problems = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                annotation = annotation_from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                found = f"no {error}" if isinstance(error, KeyError) else str(error)
                problems.append(Problem("bad_annotation", f"{path}:{number}", found, SHAPE))
                continue
            yield annotation
    if problems:
        raise DataError(problems)


def _span(value: Mapping[str, Any]) -> Span:
    attributes = {_text(name): _text(text) for name, text in dict(value.get("attributes") or {}).items()}
    text = value.get("text")
    return Span(
        _text(value["id"]),
        _offset(value["start"]),
        _offset(value["end"]),
        _text(value["label"]),
        None if text is None else _text(text),
        attributes,
    )


def _argument(value: Mapping[str, Any]) -> Argument:
    return Argument(_text(value["trigger"]), _text(value["entity"]), _text(value["role"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    value.encode()  # a lone surrogate is a ValueError
    return value


def _offset(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value > LONGEST_TEXT:
        raise TypeError(f"{value!r} is not an offset in a text")
    return value
