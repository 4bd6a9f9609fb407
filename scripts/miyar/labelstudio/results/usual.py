"""The fast lane of the import: tasks with nothing unusual in them, decoded into typed records.

Whatever it does not take goes, as a whole task, to the lane that explains (`regions`); of what it takes both
lanes make the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.labelstudio.results.ledger import Kind
from miyar.labelstudio.results.regions import REVERSED
from miyar.labelstudio.results.result import CONTROLS, LABEL_CONTROL
from miyar.offsets import stand_in
from miyar.records import (
    LabelledTask,
    RegionResult,
    RelationResult,
    SubmittedAnnotation,
    TypedResult,
)
from miyar.scheme import Attribute, Layer, Role, Scheme

DECODER = msgspec.json.Decoder(LabelledTask)


class Converted(NamedTuple):
    """An annotation's spans, arguments, counts by kind, all of which come out, and notes."""

    spans: tuple[Span, ...]
    arguments: tuple[Argument, ...]
    counts: Counter[Kind]
    notes: Counter[str]


class Usual(NamedTuple):
    """A task with all of its annotations, converted."""

    task: LabelledTask
    article: Article
    annotations: list[tuple[SubmittedAnnotation, Converted]]


class _Spans(NamedTuple):
    """The spans of an annotation and their layers by id, and the ids by what orders them."""

    spans: dict[str, Span]
    layers: dict[str, Layer]
    places: dict[tuple[int, int, str], str]


class _UnusualError(Exception):
    """Something that the lane that explains has to look at."""


@dataclass(slots=True)
class Lane:
    """The fast lane for a scheme and the texts of record."""

    articles: Mapping[str, Article]
    scheme: Scheme
    _layers: Mapping[str, Mapping[str, Layer]] = field(init=False)
    _roles: Mapping[str, Role] = field(init=False)
    _attributes: Mapping[str, Attribute] = field(init=False)
    _implied: Mapping[tuple[str, str], Role] = field(init=False)

    def __post_init__(self) -> None:
        by_control = {
            control: {label.code: layer for label in self.scheme.labels if label.layer == layer}
            for control, layer in CONTROLS.items()
        }
        every = {label.code: label.layer for label in self.scheme.labels}
        self._layers = {**by_control, LABEL_CONTROL: every}
        roles = self.scheme.roles
        self._roles = {role.code: role for role in roles} | {role.name: role for role in roles}
        self._implied = _implied_roles(self.scheme)
        self._attributes = {attribute.code: attribute for attribute in self.scheme.attributes}

    def taken(self, raw: bytes) -> Usual | None:
        """Return a task with its annotations, or None where anything in it is unusual."""
        try:
            task = DECODER.decode(raw)
            article = self.articles.get(task.data.article)
            if article is None or task.data.scheme != self.scheme.signature or not _is_of(task, article):
                return None
            return Usual(task, article, [(one, self._converted(one, article)) for one in task.annotations])
        except (msgspec.MsgspecError, UnicodeDecodeError, _UnusualError):
            return None

    def _converted(self, annotation: SubmittedAnnotation, article: Article) -> Converted:
        found, notes = annotation.result, Counter[str]()
        regions = [one for one in found if isinstance(one, RegionResult)]
        others = (
            [one for one in found if not isinstance(one, RegionResult)] if len(regions) < len(found) else []
        )
        spans, layers, places = self._spans(regions, article.text)
        counts = Counter[Kind](layers.values())
        typed = [one for one in others if isinstance(one, TypedResult)]
        self._type_in(typed, spans)
        relations = [one for one in others if isinstance(one, RelationResult)]
        arguments = self._arguments(relations, spans, layers, notes)
        counts["attributes"], counts["arguments"] = len(typed), len(arguments)
        ordered = tuple([spans[places[place]] for place in sorted(places)])
        return Converted(ordered, arguments, counts, notes)

    def _spans(self, regions: Sequence[RegionResult], text: str) -> _Spans:
        found = _Spans({}, {}, {})
        spans, layers, places = found
        by_control = self._layers
        for region in regions:
            identity, value = region.id, region.value
            start, end, covered = value.start, value.end, value.text
            try:
                [label] = value.labels
                layers[identity] = by_control[region.from_name][label]
            except (KeyError, ValueError) as error:
                raise _UnusualError from error
            if text[start:end] != covered or not covered or covered.strip() != covered:
                raise _UnusualError
            spans[identity] = Span(identity, start, end, label, covered)
            places[start, -end, label] = identity
        if not len(spans) == len(places) == len(regions) or "" in spans:
            raise _UnusualError  # duplicates, a region under both controls, no id
        return found

    def _type_in(self, typed: Sequence[TypedResult], spans: dict[str, Span]) -> None:
        """Put typed values on their spans."""
        for result in typed:
            span, attribute = spans.get(result.id), self._attributes.get(result.from_name)
            text = result.value.text
            value = text[0] if isinstance(text, list) and len(text) == 1 else text
            if span is None or attribute is None or not isinstance(value, str) or not value.strip():
                raise _UnusualError
            if span.label not in attribute.on or attribute.code in span.attributes:
                raise _UnusualError
            canonical = attribute.canonical(span.label, value.strip())
            if canonical is None:
                raise _UnusualError
            attributes = {**span.attributes, attribute.code: canonical}
            spans[result.id] = msgspec.structs.replace(span, attributes=attributes)

    def _arguments(
        self,
        relations: Sequence[RelationResult],
        spans: Mapping[str, Span],
        layers: Mapping[str, Layer],
        notes: Counter[str],
    ) -> tuple[Argument, ...]:
        found: dict[tuple[str, str, str], Argument] = {}
        for relation in relations:
            ends = {layers.get(end): end for end in (relation.from_id, relation.to_id)}
            if ends.keys() != {"triggers", "entities"}:
                raise _UnusualError
            trigger, entity = spans[ends["triggers"]], spans[ends["entities"]]
            drawn_from = relation.to_id if relation.direction == "left" else relation.from_id
            notes[REVERSED] += drawn_from != trigger.id
            implied = relation.labels is None
            said = [self._roles.get(name) for name in relation.labels or ()]
            roles = [self._implied.get((trigger.label, entity.label))] if implied else said
            for role in roles:
                if role is None or not role.allows(trigger.label, entity.label):
                    raise _UnusualError
                key = (trigger.id, entity.id, role.code)
                if key in found:
                    raise _UnusualError
                found[key] = Argument(*key, implied)
            if not roles:
                raise _UnusualError
        return tuple(found.values())


def _implied_roles(scheme: Scheme) -> dict[tuple[str, str], Role]:
    """Return by the labels of its ends which role a relation without one has, where it has one."""
    ends = [(trigger.code, entity.code) for trigger in scheme.triggers for entity in scheme.entities]
    roles = ((end, scheme.implied_role(*end)) for end in ends)
    return {end: role for end, role in roles if role is not None}


def _is_of(task: LabelledTask, article: Article) -> bool:
    return task.data.sha256 == article.sha256 and task.data.text == stand_in(article.text)
