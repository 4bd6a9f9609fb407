"""What is scored: the codes of each layer after a label map, and what becomes of the codes before it."""

from collections.abc import Mapping
from dataclasses import dataclass

from miyar.errors import UsageError
from miyar.scheme.codes import one_of
from miyar.scheme.model import Label, Scheme

NO_MAP = "none"


@dataclass(frozen=True, slots=True)
class Inventory:
    """The codes that are scored, in the order of the scheme; `map` is the name of the map, or NO_MAP.

    `targets` says what each code of the scheme becomes; one that the map leaves out has no entry.
    """

    map: str
    entities: tuple[str, ...]
    triggers: tuple[str, ...]
    roles: tuple[str, ...]
    targets: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of both layers, entities first."""
        return self.entities + self.triggers


def inventory(scheme: Scheme, name: str | None = None) -> Inventory:
    """Return what is scored under the map with this name, or without one.

    Raises UsageError for a name that the scheme has not, and for a map that makes one code of an entity
    and a trigger: nobody could say which layer a prediction with that code belongs to.
    """
    if name is None:
        every = {label.code: label.code for label in scheme.labels}
        return _inventory(scheme, NO_MAP, every)
    if name not in scheme.maps:
        there = one_of(name, scheme.maps) if scheme.maps else "the scheme has no maps"
        raise UsageError(f"--map {name}: no such map; {there}")
    made = _inventory(scheme, name, scheme.maps[name])
    both = set(made.entities) & set(made.triggers)
    if both:
        raise UsageError(f"--map {name}: makes {', '.join(sorted(both))} of entities and of triggers")
    return made


def _inventory(scheme: Scheme, name: str, targets: Mapping[str, str]) -> Inventory:
    def mapped(labels: tuple[Label, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(targets[label.code] for label in labels if label.code in targets))

    entities, triggers = mapped(scheme.entities), mapped(scheme.triggers)
    return Inventory(name, entities, triggers, tuple(role.code for role in scheme.roles), targets)
