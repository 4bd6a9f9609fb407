"""What can be labelled: labels, roles, attributes, and maps to other inventories."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from miyar.arabic import ascii_digits
from miyar.scheme.changes import Change, version_number

DECIMAL = re.compile(r"-?\d+(\.\d+)?")
ISO8601 = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d)?)?)?)?)?"
)
ARABIC_DECIMAL_SEPARATOR = "\u066b"
WIKIDATA = re.compile(r"Q[1-9]\d*")

Layer = Literal["entities", "triggers"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

VALUE_TYPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "decimal": (DECIMAL, "a number in digits with a dot for fractions, such as 4200 or 4.5"),
    "iso8601": (ISO8601, "an ISO 8601 date, whole or in part, such as 2024-05-03, 2024-05 or 2024"),
    "wikidata": (WIKIDATA, "a Wikidata id such as Q805"),
}


def _canonical_decimal(text: str) -> str:
    """Return a number without zeros that say nothing, however long it is."""
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}".removesuffix(".")
    return f"-{digits}" if text.startswith("-") and digits != "0" else digits


def _existing_date(text: str) -> str | None:
    """Return a date, or None for one that the calendar has not."""
    try:
        date.fromisoformat(text[:10] if len(text) >= 10 else f"{text}-01-01"[:10])
    except ValueError:
        return None
    return text


LINK_TYPES = frozenset({"wikidata"})

CANONICAL: Mapping[str, Callable[[str], str | None]] = {
    "decimal": _canonical_decimal,
    "iso8601": _existing_date,
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
    """A kind of argument; empty `triggers` or `entities` allow every one of them.

    `usual` are the entity labels with which a relation that says no role has this one.
    """

    code: str
    name: str
    triggers: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
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
        kind = self.on[label]
        text = ascii_digits(value.strip()).replace(ARABIC_DECIMAL_SEPARATOR, ".")
        if not VALUE_TYPES[kind][0].fullmatch(text):
            return None
        return CANONICAL[kind](text) if kind in CANONICAL else text

    @property
    def is_link(self) -> bool:
        """Return whether all its values name things outside the text, whatever the label is."""
        return set(self.on.values()) <= LINK_TYPES

    def expected(self, label: str) -> str:
        """Return in words what the value of a label must be."""
        return VALUE_TYPES[self.on[label]][1]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything that can be labelled; codes are unique over labels and roles, and so are names.

    `labels` are the labels of both layers, entities first; `changes` say what became of earlier versions'
    codes, earliest first; `implied_roles` is the version since which a relation without a role has one;
    `signature` is the version and a digest of all that could change a score.
    """

    version: str
    language: str
    entities: tuple[Label, ...]
    triggers: tuple[Label, ...] = ()
    roles: tuple[Role, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    implied_roles: str = ""
    labels: tuple[Label, ...] = field(init=False, repr=False, compare=False)
    signature: str = field(init=False, repr=False, compare=False)
    _by_code: Mapping[str, Label] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", self.entities + self.triggers)
        object.__setattr__(self, "_by_code", {label.code: label for label in self.labels})
        object.__setattr__(self, "signature", self._signed())

    def label(self, code: str) -> Label | None:
        """Return the label with this code."""
        return self._by_code.get(code)

    def code_of(self, name: str) -> str | None:
        """Return the code of the label with this name, None where it is no name."""
        return next((label.code for label in self.labels if label.name == name), None)

    def layer(self, code: str) -> Layer | None:
        """Return the layer of a label's code."""
        label = self.label(code)
        return label.layer if label else None

    def role(self, name_or_code: str) -> Role | None:
        """Return the role with this name or code."""
        return next((role for role in self.roles if name_or_code in (role.code, role.name)), None)

    def implies_roles(self, version: str) -> bool:
        """Return whether those who labelled with this version could leave a role to its ends."""
        since = version_number(self.implied_roles)
        return since is not None and (version_number(version) or ()) >= since

    def implied_role(self, trigger: str, entity: str) -> Role | None:
        """Return which role a relation without one has: the only one of its ends, or the usual one.

        None where it has to be chosen.
        """
        if not self.implied_roles:
            return None
        allowed = [role for role in self.roles if role.allows(trigger, entity)]
        if len(allowed) == 1:
            return allowed[0]
        return next((role for role in allowed if entity in role.usual), None)

    def attribute(self, code: str) -> Attribute | None:
        """Return the attribute with this code."""
        return next((attribute for attribute in self.attributes if attribute.code == code), None)

    def _signed(self) -> str:
        """Return version and digest of all that could change a score: codes, ends, value types, maps."""
        inventory: list[Any] = [
            [label.code for label in self.entities],
            [label.code for label in self.triggers],
            [[role.code, role.triggers, role.entities] for role in self.roles],
            [[attribute.code, dict(attribute.on)] for attribute in self.attributes],
            {name: dict(targets) for name, targets in self.maps.items()},
        ]
        if self.implied_roles:
            inventory.append([self.implied_roles, [[role.code, role.usual] for role in self.roles]])
        digest = hashlib.sha256(json.dumps(inventory, sort_keys=True).encode()).hexdigest()
        return f"{self.version}#{digest[:8]}"
