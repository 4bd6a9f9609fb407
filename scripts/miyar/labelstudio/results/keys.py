"""What makes two spans or two arguments of an annotation the same."""

from typing import NamedTuple

from miyar.scheme import Layer


class SpanKey(NamedTuple):
    """What makes two spans the same."""

    layer: Layer
    start: int
    end: int
    label: str


class ArgumentEnds(NamedTuple):
    """The two spans of an argument."""

    trigger: SpanKey
    entity: SpanKey


class ArgumentKey(NamedTuple):
    """What makes two arguments the same."""

    trigger: str
    entity: str
    role: str


class Carried(NamedTuple):
    """A value and the span that carries it."""

    key: SpanKey
    value: str
