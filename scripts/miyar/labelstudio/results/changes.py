"""Codes of earlier versions of the scheme, as the changes since then translate them."""

from dataclasses import dataclass, field
from typing import Literal

from miyar.labelstudio.results.ledger import Kind
from miyar.scheme import LAYERS, Change, Layer, Outcome, Scheme, outcome

Standing = Literal["kept", "dropped", "again"]


@dataclass(frozen=True, slots=True)
class Translation:
    """What became of the codes of one earlier version; `changes` are those since, earliest first.

    A code is translated only to codes of its own kind: where a code names two things, such as an
    attribute and a label, a change is about the one whose kind its targets have.
    """

    scheme: Scheme
    changes: tuple[Change, ...]
    _keys: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = frozenset(code for change in self.changes for code in change.targets)
        object.__setattr__(self, "_keys", keys)

    def code(self, code: str, kind: Kind) -> Outcome:
        """Return what a code can be now."""
        if code not in self._keys:
            return (code,)
        found = outcome(code, self.changes)
        return found if all(self._exists(one, kind) for one in found) else (code,)

    def layer(self, code: str) -> Layer | None:
        """Return the layer of what a label is now; one that was dropped counts as an entity."""
        if code not in self._keys:
            return self.scheme.layer(code)
        found = outcome(code, self.changes)
        return next((layer for layer in LAYERS if all(self._exists(one, layer) for one in found)), None)

    def role(self, name: str) -> Outcome:
        """Return what a role can be now, known by the name that annotators saw, or by its code.

        A name that a role has now may have been that of a role that is gone: where that one was split,
        people decide, unless the name is itself among the changes.
        """
        role = self.scheme.role(name)
        if role is None or name in (*self._keys, role.code):
            return self.code(name, "arguments")
        gone = [key for key in sorted(self._keys) if self.scheme.role(key) is None]
        before = [found for key in gone if role.code in (found := self.code(key, "arguments"))]
        now = self.code(role.code, "arguments")
        found = tuple(dict.fromkeys(code for one in (now, *before) for code in one))
        return (name,) if found == (role.code,) else found

    def _exists(self, code: str | None, kind: Kind) -> bool:
        """Return whether a code is in the scheme as a code of this kind; None can be of any."""
        if code is None:
            return True
        if kind == "attributes":
            return self.scheme.attribute(code) is not None
        if kind == "arguments":
            return any(role.code == code for role in self.scheme.roles)
        return self.scheme.layer(code) == kind


def standing(found: Outcome) -> Standing:
    """Return what an outcome means for what carries the code."""
    if found == (None,):
        return "dropped"
    return "kept" if len(found) == 1 else "again"
