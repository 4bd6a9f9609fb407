"""Marked Arabic for tests and for the demo corpus: spans are written in place, offsets are never counted.

[سامي [البدري]PERS]OCC          spans, nested as they are
[هجوم]ATTACK:a                  an id to name it in an argument
[٨٠٠]CARDINAL=800 [جنيف]GPE@Q71  the attributes value and link
"""

import re
from dataclasses import dataclass

from miyar.annotation import Argument, Span

_CLOSE = re.compile(
    r"\](?P<label>[A-Z]+)(?::(?P<id>[a-z]+[0-9]*))?(?:=(?P<value>[0-9][0-9T:.-]*[0-9]|[0-9]))?(?:@(?P<link>Q[0-9]+))?"
)
_MARK = re.compile(rf"\[|{_CLOSE.pattern}")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, and the spans and arguments that the marks said."""

    text: str
    spans: tuple[Span, ...]
    arguments: tuple[Argument, ...] = ()


def marked(source: str, *arguments: str) -> Marked:
    """Return the text and spans of a marked source; an argument is written `trigger ROLE entity`."""
    text, open_starts, spans, last = "", list[int](), list[Span](), 0
    for mark in _MARK.finditer(source):
        text += source[last : mark.start()]
        last = mark.end()
        if mark[0] == "[":
            open_starts.append(len(text))
            continue
        start = open_starts.pop()
        attributes = {name: mark[name] for name in ("value", "link") if mark[name]}
        identity = mark["id"] or f"s{len(spans)}"
        spans.append(Span(identity, start, len(text), mark["label"], text[start:], attributes))
    if open_starts:
        raise ValueError(f"{len(open_starts)} marks are not closed")
    parts = [argument.split() for argument in arguments]
    spans.sort(key=lambda span: (span.start, -span.end, span.label))
    return Marked(
        text + source[last:], tuple(spans), tuple(Argument(t, entity, role) for t, role, entity in parts)
    )
