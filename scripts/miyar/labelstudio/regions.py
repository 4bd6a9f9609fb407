"""From the results of one Label Studio annotation to spans and arguments.

A region is a span and is known by (id, control): a region with an entity and a trigger label is two
spans. An argument's trigger is the end that carries a trigger label, however it was drawn.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.errors import Problem, quoted
from miyar.labelstudio.ledger import Kind, Ledger
from miyar.offsets import trim
from miyar.scheme import Attribute, Layer, Scheme, one_of
from miyar.validation import Candidate, Fault, first_fault

CONTROLS: Mapping[str, Layer] = {"entity": "entities", "trigger": "triggers"}
REVERSED = "drawn_reversed"


class Reject(NamedTuple):
    """A result that was not imported: why, and the result as it was found."""

    problem: Problem
    kind: Kind
    result: Any


@dataclass(slots=True)
class Conversion:
    """One annotation's results on their way to spans and arguments; `finish` gives what came of them."""

    article: Article
    scheme: Scheme
    where: str
    ledger: Ledger = field(default_factory=Ledger)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    _spans: dict[tuple[Layer, int, int, str], Span] = field(default_factory=dict)
    _regions: dict[tuple[str, Layer], tuple[Layer, int, int, str]] = field(default_factory=dict)
    _arguments: dict[Argument, None] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)

    def add(self, results: Sequence[Any]) -> None:
        """Take in the results: regions first, since attributes and relations refer to them."""
        kinds = [kind_of(result, self.scheme) for result in results]
        for wanted, take in (
            (("entities", "triggers"), self._region),
            (("attributes",), self._attribute),
            (("arguments",), self._relation),
            (("other",), self._other),
        ):
            for kind, result in zip(kinds, results, strict=True):
                if kind in wanted:
                    take(kind, result)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the spans in order of start, longest first."""
        return tuple(sorted(self._spans.values(), key=lambda span: (span.start, -span.end, span.label)))

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """Return the arguments in the order in which they were drawn."""
        return tuple(self._arguments)

    # regions

    def _region(self, kind: Kind, result: Mapping[str, Any]) -> None:
        layer = CONTROLS[result["from_name"]]
        value = result.get("value")
        value = value if isinstance(value, dict) else {}
        candidate = Candidate(
            result.get("id"),
            layer,
            value.get("start"),
            value.get("end"),
            value.get("labels"),
            value.get("text"),
        )
        self.ledger.receive(kind)
        fault = first_fault(candidate, self.article, self.scheme) or self._taken(candidate)
        if fault:
            self._refused.add(str(candidate.id))
            self._reject(kind, result, fault)
            return
        start, end = trim(self.article.text, candidate.start, candidate.end)
        key = (layer, start, end, candidate.labels[0])
        self._regions[candidate.id, layer] = key
        self.ledger.settle(kind, "collapsed" if key in self._spans else "out")
        if key not in self._spans:
            text = self.article.text[start:end]
            self._spans[key] = Span(self._span_id(candidate.id, layer), start, end, key[3], text)

    def _taken(self, candidate: Candidate) -> Fault | None:
        if (candidate.id, candidate.layer) not in self._regions:
            return None
        return Fault("id_twice", f"a second {candidate.layer} region {candidate.id}", "one region per id")

    def _span_id(self, region: str, layer: Layer) -> str:
        """Return the region's id, made unique where one region is an entity and a trigger."""
        identity = f"{region}:{layer}" if region in self._ids else region
        self._ids.add(identity)
        return identity

    # attributes

    def _attribute(self, kind: Kind, result: Mapping[str, Any]) -> None:
        self.ledger.receive(kind)
        attribute = self.scheme.attribute(result["from_name"])
        value = _typed_text(result.get("value"))
        if value == "":
            self.ledger.settle(kind, "trimmed_away")
            return
        keys = list(self._keys(result.get("id")))
        fault = self._attribute_fault(attribute, result.get("id"), value, keys) if attribute else None
        if fault or attribute is None or value is None:
            self._reject(
                kind, result, fault or Fault("no_value", repr(result.get("value")), "one typed text")
            )
            return
        key = next(key for key in keys if key[3] in attribute.on)
        canonical = attribute.canonical(key[3], value) or value
        span = self._spans[key]
        known = span.attributes.get(attribute.code)
        if known is not None and known != canonical:
            found = f"{attribute.code} {quoted(canonical)} beside {quoted(known)}"
            self._reject(kind, result, Fault("two_values", found, f"one {attribute.code} per span"))
            return
        self._spans[key] = replace(span, attributes={**span.attributes, attribute.code: canonical})
        self.ledger.settle(kind, "out" if known is None else "collapsed")

    def _attribute_fault(
        self, attribute: Attribute, region: Any, value: str | None, keys: list[tuple[Layer, int, int, str]]
    ) -> Fault | None:
        if not keys:
            return self._missing_region(region)
        label = next((key[3] for key in keys if key[3] in attribute.on), None)
        if label is None:
            found = f"{attribute.code} on {keys[0][3]}"
            return Fault(
                "attribute_not_allowed", found, f"{attribute.code} on {', '.join(attribute.on)} only"
            )
        if value is None:
            return Fault("no_value", "several texts or none", "one typed text")
        if attribute.canonical(label, value) is None:
            found = f"{attribute.code} {quoted(value)} on {label}"
            return Fault("bad_value", found, attribute.expected(label))
        return None

    # relations

    def _relation(self, kind: Kind, result: Mapping[str, Any]) -> None:
        names = result.get("labels")
        names = names if isinstance(names, list) and names else [None]
        self.ledger.receive(kind, len(names))
        ends = self._ends(result.get("from_id"), result.get("to_id"))
        for name in names:
            role = self.scheme.role(name) if isinstance(name, str) else None
            if isinstance(ends, Fault):
                self._reject(kind, result, ends)
            elif role is None:
                self._reject(kind, result, self._role_fault(name))
            else:
                self._argue(ends, role.code)
        if not isinstance(ends, Fault):
            drawn_from = result.get("to_id" if result.get("direction") == "left" else "from_id")
            self.notes[REVERSED] += drawn_from != ends.drawn_trigger

    def _argue(self, ends: "_Ends", role: str) -> None:
        trigger, entity = self._spans[ends.trigger], self._spans[ends.entity]
        argument = Argument(trigger.id, entity.id, role)
        self.ledger.settle("arguments", "collapsed" if argument in self._arguments else "out")
        self._arguments[argument] = None
        known = self.scheme.role(role)
        if known and not known.allows(trigger.label, entity.label):
            self.notes[f"end_not_allowed: {role} from {trigger.label} to {entity.label}"] += 1

    def _ends(self, first: Any, second: Any) -> "_Ends | Fault":
        """Return which end is the trigger and which the entity, by their labels."""
        for end in (first, second):
            if not list(self._keys(end)):
                return self._missing_region(end)
        found = {
            _Ends(self._regions[a, "triggers"], self._regions[b, "entities"], a)
            for a, b in ((first, second), (second, first))
            if (a, "triggers") in self._regions and (b, "entities") in self._regions
        }
        if len(found) == 1:
            return found.pop()
        labels = " and ".join("+".join(key[3] for key in self._keys(end)) for end in (first, second))
        code = "two_readings" if found else "no_trigger_and_entity"
        return Fault(
            code, f"a relation between {labels}", "one end with a trigger label, one with an entity label"
        )

    def _role_fault(self, name: Any) -> Fault:
        roles = [role.name for role in self.scheme.roles]
        if name is None:
            return Fault("no_role", "a relation without a role", one_of("", roles))
        return Fault("unknown_role", f"the role {quoted(name)}", one_of(str(name), roles))

    # what does not fit

    def _other(self, kind: Kind, result: Any) -> None:
        self.ledger.receive(kind)
        name = result.get("from_name") if isinstance(result, dict) else result
        controls = [*CONTROLS, *(attribute.code for attribute in self.scheme.attributes)]
        fault = Fault(
            "unknown_control", f"a result of the control {quoted(name)}", one_of(str(name), controls)
        )
        if isinstance(result, dict):
            self._refused.add(str(result.get("id")))
        self._reject(kind, result, fault)

    def _keys(self, region: Any) -> Iterator[tuple[Layer, int, int, str]]:
        for layer in CONTROLS.values():
            if isinstance(region, str) and (region, layer) in self._regions:
                yield self._regions[region, layer]

    def _missing_region(self, region: Any) -> Fault:
        if str(region) in self._refused:
            return Fault(
                "refused_region", f"its region {region} was refused", "a region that can be imported"
            )
        return Fault("missing_region", f"there is no region {region}", "a region of the same annotation")

    def _reject(self, kind: Kind, result: Any, fault: Fault) -> None:
        region = result.get("id") if isinstance(result, dict) else None
        at = f"{self.where}, region {region}" if region else f"{self.where}, {kind}"
        problem = Problem(fault.code, at, fault.found, fault.expected)
        self.rejects.append(Reject(problem, kind, result))
        self.ledger.settle(kind, "trimmed_away" if fault.code == "only_white_space" else "quarantined")


class _Ends(NamedTuple):
    trigger: tuple[Layer, int, int, str]
    entity: tuple[Layer, int, int, str]
    drawn_trigger: str


def kind_of(result: Any, scheme: Scheme) -> Kind:
    """Return the kind under which a result is counted."""
    if not isinstance(result, dict):
        return "other"
    if result.get("type") == "relation":
        return "arguments"
    name = result.get("from_name")
    if not isinstance(name, str):
        return "other"
    if result.get("type") == "labels" and name in CONTROLS:
        return CONTROLS[name]
    return "attributes" if scheme.attribute(name) else "other"


def _typed_text(value: Any) -> str | None:
    """Return the one text that was typed into a per-region field, or None where there is not just one."""
    typed = value.get("text") if isinstance(value, dict) else None
    typed = [typed] if isinstance(typed, str) else typed
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return None
    filled = [text.strip() for text in typed if text.strip()]
    return filled[0] if len(filled) == 1 else ("" if not filled else None)
