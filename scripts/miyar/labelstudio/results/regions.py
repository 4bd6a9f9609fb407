"""From the results of one Label Studio annotation to spans and arguments.

A region is a span and is known by (id, layer): one with an entity and a trigger label, which a page with two
controls allowed, is two spans and is noted. An argument's trigger is the end that carries a trigger label,
however it was drawn.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.errors import Problem, quoted
from miyar.labelstudio.results.faults import candidate_of, other_fault, role_fault
from miyar.labelstudio.results.keys import ArgumentEnds, ArgumentKey, Carried, SpanKey
from miyar.labelstudio.results.ledger import Kind, Ledger
from miyar.labelstudio.results.result import CONTROLS, Reject, kind_of, role_names, typed_text
from miyar.offsets import trim
from miyar.scheme import Attribute, Layer, Role, Scheme
from miyar.validation import Candidate, Fault, first_fault

REVERSED = "drawn_reversed"
TWO_LAYERS = "entity_and_trigger_label_on_one_region"


@dataclass(slots=True)
class Conversion:
    """One annotation's results on their way to spans and arguments.

    `implies_roles` says that the annotators could leave a role to what the scheme says of its ends.
    """

    article: Article
    scheme: Scheme
    where: str
    implies_roles: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    _spans: dict[SpanKey, Span] = field(default_factory=dict)
    _regions: dict[tuple[str, Layer | None], SpanKey] = field(default_factory=dict)
    _arguments: dict[ArgumentKey, Argument] = field(default_factory=dict)
    _refused: set[tuple[str, Layer | None]] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _texts: dict[str, Any] = field(default_factory=dict)

    def add(self, results: Sequence[Any]) -> None:
        """Take in the results: regions first, since attributes and relations refer to them."""
        kinds = [kind_of(result, self.scheme) for result in results]
        for wanted, take in (
            (("entities", "triggers"), self._region),
            (("other",), self._other),
            (("attributes",), self._attribute),
            (("arguments",), self._relation),
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
        return tuple(self._arguments.values())

    # regions

    def _region(self, kind: Kind, result: Mapping[str, Any]) -> None:
        layer: Layer = "triggers" if kind == "triggers" else "entities"
        candidate = candidate_of(result, layer)
        self.ledger.receive(kind)
        fault = first_fault(candidate, self.article, self.scheme) or self._taken(candidate)
        if fault:
            self._refuse(result, layer)
            self._reject(kind, result, fault)
            return
        start, end = trim(self.article.text, candidate.start, candidate.end)
        key = SpanKey(layer, start, end, candidate.labels[0])
        self._regions[candidate.id, layer] = key
        self._note_two_layers(candidate.id)
        self.ledger.settle(kind, "collapsed" if key in self._spans else "out")
        if key not in self._spans:
            text = self.article.text[start:end]
            self._spans[key] = Span(self._span_id(candidate.id, layer), start, end, key.label, text)

    def _note_two_layers(self, region: str) -> None:
        keys = self._keys(region)
        if len(keys) > 1:
            self.notes[f"{TWO_LAYERS}: {' and '.join(key.label for key in keys)}"] += 1

    def _taken(self, candidate: Candidate) -> Fault | None:
        place = (candidate.id, candidate.layer)
        if place not in self._regions and place not in self._refused:
            return None
        return Fault("id_twice", f"a second {candidate.layer} region {candidate.id}", "one region per id")

    def _refuse(self, result: Mapping[str, Any], layer: Layer | None) -> None:
        """Note that nothing may refer to a region any more, since nobody knows what it would refer to."""
        region, value = result.get("id"), result.get("value")
        self._refused.add((str(region), layer))
        self._texts[str(region)] = value.get("text") if isinstance(value, dict) else None
        if isinstance(region, str) and layer:
            self._regions.pop((region, layer), None)

    def _span_id(self, region: str, layer: Layer) -> str:
        """Return the region's id, made unique where one region is an entity and a trigger."""
        identity = region
        while identity in self._ids:
            identity = f"{identity}:{layer}"
        self._ids.add(identity)
        return identity

    # attributes

    def _attribute(self, kind: Kind, result: Mapping[str, Any]) -> None:
        self.ledger.receive(kind)
        value = typed_text(result.get("value"))
        if value == "":
            self.ledger.settle(kind, "trimmed_away")
            return
        name = result["from_name"]
        attribute = next(attribute for attribute in self.scheme.attributes if attribute.code == name)
        carried = self._carried(attribute, result.get("id"), value)
        if isinstance(carried, Fault):
            self._reject(kind, result, carried)
            return
        span = self._spans[carried.key]
        self.ledger.settle(kind, "collapsed" if name in span.attributes else "out")
        self._spans[carried.key] = structs.replace(span, attributes={**span.attributes, name: carried.value})

    def _carried(self, attribute: Attribute, region: Any, value: str | None) -> Carried | Fault:
        """Return which span of a region carries a typed value, and the value in its canonical form."""
        keys = self._keys(region)
        if not keys:
            return self._missing_region(region)
        key = next((key for key in keys if key.label in attribute.on), None)
        if key is None:
            found = f"{attribute.code} on {keys[0].label}"
            expected = f"{attribute.code} on {', '.join(attribute.on)} only"
            return Fault("attribute_not_allowed", found, expected)
        if value is None:
            return Fault("no_value", "several texts or none", "one typed text")
        canonical = attribute.canonical(key.label, value)
        if canonical is None:
            found = f"{attribute.code} {quoted(value)} on {key.label}"
            return Fault("bad_value", found, attribute.expected(key.label))
        known = self._spans[key].attributes.get(attribute.code, canonical)
        if known != canonical:
            found = f"{attribute.code} {quoted(canonical)} beside {quoted(known)}"
            return Fault("two_values", found, f"one {attribute.code} per span")
        return Carried(key, canonical)

    # relations

    def _relation(self, kind: Kind, result: Mapping[str, Any]) -> None:
        names = role_names(result)
        self.ledger.receive(kind, len(names))
        ends = self._ends(result.get("from_id"), result.get("to_id"))
        for name in names:
            if isinstance(ends, Fault):
                self._reject(kind, result, ends)
                continue
            implied = self._implied(result, ends)
            role = self.scheme.role(name) if isinstance(name, str) else implied
            if role is None:
                self._reject(kind, result, role_fault(name, result, self.scheme))
            else:
                self._argue(ends, role, implied is not None)
        drawn_from = result.get("to_id" if result.get("direction") == "left" else "from_id")
        if isinstance(ends, ArgumentEnds) and ends.trigger not in self._keys(drawn_from):
            self.notes[REVERSED] += 1

    def _implied(self, result: Mapping[str, Any], ends: ArgumentEnds) -> Role | None:
        """Return the role of a relation without one; an empty list is a role that was taken back."""
        if not self.implies_roles or result.get("labels") is not None:
            return None
        return self.scheme.implied_role(ends.trigger.label, ends.entity.label)

    def _argue(self, ends: ArgumentEnds, role: Role, implied: bool) -> None:
        trigger, entity = self._spans[ends.trigger], self._spans[ends.entity]
        argument = Argument(trigger.id, entity.id, role.code, implied)
        key = ArgumentKey(trigger.id, entity.id, role.code)
        known = self._arguments.setdefault(key, argument)
        if known is argument:
            self.ledger.settle("arguments", "implied" if implied else "out")
        else:
            self.ledger.settle("arguments", "collapsed")
        if known.implied and not implied:  # chosen as well: of the two, that one stays
            self._arguments[key] = argument
            self.ledger.settle("arguments", "implied", -1)
            self.ledger.settle("arguments", "out")
        if not role.allows(trigger.label, entity.label):
            self.notes[f"end_not_allowed: {role.code} from {trigger.label} to {entity.label}"] += 1

    def _ends(self, first: Any, second: Any) -> ArgumentEnds | Fault:
        """Return which end is the trigger and which the entity, by their labels.

        A refused half of a region still says how the relation could have been meant.
        """
        for end in (first, second):
            if not self._layers(end):
                return self._missing_region(end)
        readings = {
            (a, b)
            for a, b in ((first, second), (second, first))
            if "triggers" in self._layers(a) and "entities" in self._layers(b)
        }
        missing = [
            end
            for reading in readings
            for end, layer in zip(reading, ("triggers", "entities"), strict=True)
            if (end, layer) not in self._regions
        ]
        if missing:
            return self._missing_region(missing[0])
        found = {
            ArgumentEnds(self._regions[a, "triggers"], self._regions[b, "entities"]) for a, b in readings
        }
        if len(found) == 1:
            return found.pop()
        labels = " and ".join("+".join(key.label for key in self._keys(end)) for end in (first, second))
        code = "two_readings" if found else "no_trigger_and_entity"
        expected = "one end with a trigger label, one with an entity label"
        return Fault(code, f"a relation between {labels}", expected)

    # what does not fit

    def _other(self, kind: Kind, result: Any) -> None:
        self.ledger.receive(kind)
        if isinstance(result, dict):
            self._refuse(result, None)
        self._reject(kind, result, other_fault(result, self.article, self.scheme))

    def _keys(self, region: Any) -> list[SpanKey]:
        """Return the spans that a region became, the entity first."""
        if not isinstance(region, str):
            return []
        return [
            self._regions[region, layer] for layer in CONTROLS.values() if (region, layer) in self._regions
        ]

    def _layers(self, region: Any) -> set[Layer]:
        """Return the layers of a region, those included in which it was refused."""
        if not isinstance(region, str):
            return set()
        return {
            layer
            for layer in CONTROLS.values()
            if (region, layer) in self._regions or (region, layer) in self._refused
        }

    def _place(self, kind: Kind, result: Any) -> str:
        """Return where a result is, in the words of the article as far as it has any."""
        if not isinstance(result, dict):
            return kind
        if kind == "arguments":
            ends = (result.get("from_id"), result.get("to_id"))
            first, second = (self._named(end) or end for end in ends)
            return f"relation from {first} to {second}"
        return f"region {result.get('id')} {self._named(result.get('id'))}".rstrip()

    def _named(self, region: Any) -> str:
        """Return the text of a region in quotes, also of a refused one; empty where it has none."""
        kept, refused = [self._spans[key].text for key in self._keys(region)], self._texts.get(str(region))
        return " + ".join(map(quoted, dict.fromkeys(kept or [refused] * isinstance(refused, str))))

    def _missing_region(self, region: Any) -> Fault:
        if any((str(region), layer) in self._refused for layer in (*CONTROLS.values(), None)):
            return Fault(
                "refused_region", f"its region {region} was refused", "a region that can be imported"
            )
        return Fault("missing_region", f"there is no region {region}", "a region of the same annotation")

    def _reject(self, kind: Kind, result: Any, fault: Fault) -> None:
        where = f"{self.where}, {self._place(kind, result)}"
        problem = Problem(fault.code, where, fault.found, fault.expected)
        self.rejects.append(Reject(problem, kind, result))
        self.ledger.settle(kind, "trimmed_away" if fault.code == "only_white_space" else "quarantined")
