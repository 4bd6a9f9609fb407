"""The shapes of what comes in, one structure each; a field that is not named here is not read."""

from typing import Annotated, Literal

import msgspec

from miyar.records.decoding import Kind

LONGEST_TEXT = 2**31 - 1

Offset = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_TEXT)]


class SpanLine(msgspec.Struct, gc=False):
    """A span of an annotation line."""

    id: str
    start: Offset
    end: Offset
    label: str
    text: str | None = None
    attributes: dict[str, str] | None = None


class ArgumentLine(msgspec.Struct, gc=False):
    """An argument of an annotation line; its ends are ids of spans."""

    trigger: str
    entity: str
    role: str


class AnnotationLine(msgspec.Struct):
    """A line of annotation JSON Lines."""

    article: str
    sha256: str
    annotator: str
    spans: list[SpanLine]
    status: Literal["finished", "skipped"] = "finished"
    arguments: list[ArgumentLine] = []
    scheme: str = ""
    created: str | None = None
    seconds: float | None = None


ANNOTATION = Kind(
    AnnotationLine,
    "bad_annotation",
    '{"article": "…", "sha256": "…", "annotator": "A1", "spans": [{"id": "…", "start": 0, "end": 5, '
    '"label": "…"}], "arguments": [{"trigger": "…", "entity": "…", "role": "…"}]} on one line',
)
