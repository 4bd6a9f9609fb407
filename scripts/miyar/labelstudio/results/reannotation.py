"""What people have to decide again after a change of the scheme, for people and programs to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from miyar.errors import Problem, quoted
from miyar.scheme import Outcome

REMEDY = "import with --again FILE, which leaves these out and lists them for people"


class OpenSpan(NamedTuple):
    """A span whose label has several candidates; None among them: or nothing."""

    id: str
    start: int
    end: int
    text: str
    label: str
    candidates: Outcome

    def to_dict(self) -> dict[str, Any]:
        """Return the span as the re-annotation list writes it."""
        return {**self._asdict(), "candidates": list(self.candidates)}


class OpenArgument(NamedTuple):
    """A relation, as it was drawn, whose role or one of whose spans has several candidates.

    A text is None where the region is not there; one candidate: the role is certain, a span is not.
    """

    from_id: Any
    to_id: Any
    from_text: str | None
    to_text: str | None
    role: Any
    candidates: tuple[Any, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the argument as the re-annotation list writes it."""
        texts = {"from_text": self.from_text, "to_text": self.to_text}
        role = {"role": self.role, "candidates": list(self.candidates)}
        return {"from": self.from_id, "to": self.to_id, **texts, **role}


class OpenAttribute(NamedTuple):
    """A typed value whose attribute or whose span has several candidates; `id` is the span's."""

    id: Any
    text: str | None
    attribute: str
    value: Any
    candidates: Outcome

    def to_dict(self) -> dict[str, Any]:
        """Return the value as the re-annotation list writes it."""
        return {**self._asdict(), "candidates": list(self.candidates)}


@dataclass(frozen=True, slots=True)
class Reannotation:
    """One annotator's labels in one article that people have to decide again.

    `made_with` and `scheme` are the signatures of the labels' scheme and of the one to label with.
    """

    article: str
    sha256: str
    annotator: str
    made_with: str
    scheme: str
    where: str
    spans: tuple[OpenSpan, ...] = ()
    arguments: tuple[OpenArgument, ...] = ()
    attributes: tuple[OpenAttribute, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the line of the re-annotation list."""
        return {
            "article": self.article,
            "sha256": self.sha256,
            "annotator": self.annotator,
            "scheme": self.made_with,
            "to": self.scheme,
            "spans": [one.to_dict() for one in self.spans],
            "arguments": [one.to_dict() for one in self.arguments],
            "attributes": [one.to_dict() for one in self.attributes],
        }

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for each span, argument and value, which stops an import without a list."""
        for span in self.spans:
            where = f"region {quoted(span.id)} {quoted(span.text)}"
            yield self._problem(where, f"the label {quoted(span.label)}", span.candidates)
        for argument in self.arguments:
            ends = (argument.from_text or argument.from_id, argument.to_text or argument.to_id)
            where = f"relation from {quoted(ends[0])} to {quoted(ends[1])}"
            yield self._problem(where, f"the role {quoted(argument.role)}", argument.candidates)
        for value in self.attributes:
            where = f"region {quoted(value.id)} {quoted(value.text or '')}"
            yield self._problem(where, f"the value {quoted(value.attribute)}", value.candidates)

    def _problem(self, where: str, found: str, candidates: tuple[Any, ...]) -> Problem:
        choice = " or ".join("nothing" if one is None else str(one) for one in candidates)
        expected = f"{choice}, as people decide" if len(candidates) > 1 else "its span to be decided first"
        said = f"{found} of scheme {quoted(self.made_with)}"
        return Problem("label_again", f"{self.where}, {where}", said, expected, REMEDY)
