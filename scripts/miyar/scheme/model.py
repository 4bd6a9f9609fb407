"""What can be labelled: labels, roles, attributes, and maps to other inventories."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from miyar.arabic import ascii_digits

DECIMAL = re.compile(r"-?\d+(\.\d+)?")
ISO8601 = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d)?)?)?)?)?"
)
WIKIDATA = re.compile(r"Q[1-9]\d*")

Layer = Literal["entities", "triggers"]

VALUE_TYPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "decimal": (DECIMAL, "a number in digits with a dot for fractions, such as 4200 or 4.5"),
    "iso8601": (ISO8601, "an ISO 8601 date, whole or in part, such as 2024-05-03, 2024-05 or 2024"),
    "wikidata": (WIKIDATA, "a Wikidata id such as Q805"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of span; `definitions` has one text per language."""

    code: str
    layer: Layer
    name: str
    colour: str
    hotkey: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of argument; empty `triggers` or `entities` allow every one of them."""

    code: str
    name: str
    triggers: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)

    def allows(self, trigger: str, entity: str) -> bool:
        """Return whether the role may join a trigger and an entity with these labels."""
        return (not self.triggers or trigger in self.triggers) and (
            not self.entities or entity in self.entities
        )


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that spans of some labels carry; `on` gives the type of the value for each label."""

    code: str
    name: str
    on: Mapping[str, str]
    definitions: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, label: str, value: str) -> str | None:
        """Return the value in its canonical form, or None where it is not of the label's type."""
        text = ascii_digits(value.strip())
        return text if VALUE_TYPES[self.on[label]][0].fullmatch(text) else None

    def expected(self, label: str) -> str:
        """Return in words what the value of a label must be."""
        return VALUE_TYPES[self.on[label]][1]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything that can be labelled; codes are unique over labels and roles, and so are names."""

    version: str
    language: str
    entities: tuple[Label, ...]
    triggers: tuple[Label, ...] = ()
    roles: tuple[Role, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[Label, ...]:
        """Return the labels of both layers, entities first."""
        return self.entities + self.triggers

    def label(self, code: str) -> Label | None:
        """Return the label with this code."""
        return next((label for label in self.labels if label.code == code), None)

    def layer(self, code: str) -> Layer | None:
        """Return the layer of a label's code."""
        label = self.label(code)
        return label.layer if label else None

    def role(self, name_or_code: str) -> Role | None:
        """Return the role with this name or code."""
        return next((role for role in self.roles if name_or_code in (role.code, role.name)), None)

    def attribute(self, code: str) -> Attribute | None:
        """Return the attribute with this code."""
        return next((attribute for attribute in self.attributes if attribute.code == code), None)

    @property
    def signature(self) -> str:
        """Return version and digest of all that could change a score: codes, ends, value types, maps."""
        inventory = [
            [label.code for label in self.entities],
            [label.code for label in self.triggers],
            [[role.code, role.triggers, role.entities] for role in self.roles],
            [[attribute.code, dict(attribute.on)] for attribute in self.attributes],
            {name: dict(targets) for name, targets in self.maps.items()},
        ]
        digest = hashlib.sha256(json.dumps(inventory, sort_keys=True).encode()).hexdigest()
        return f"{self.version}#{digest[:8]}"
