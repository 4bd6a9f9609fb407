"""The import's bookkeeping: what came in equals what went out and what did not, per kind.

`implied` came out as well, with a role that nobody chose; `dropped` counts what the scheme's changes
dropped, `again` what they leave for people to decide again, `left_out` what the mapping of a foreign project
leaves out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, get_args

Kind = Literal["entities", "triggers", "attributes", "arguments", "other"]
Fate = Literal["out", "implied", "trimmed_away", "collapsed", "quarantined", "dropped", "again", "left_out"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FATES: tuple[Fate, ...] = get_args(Fate)


class Entry(NamedTuple):
    """One line of the ledger: how many of a kind came in, and what became of them."""

    kind: Kind
    came_in: int
    fates: dict[Fate, int]

    @property
    def balanced(self) -> bool:
        """Return whether nothing was lost."""
        return self.came_in == sum(self.fates.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the line with its fates as fields."""
        fates: dict[str, int] = {fate: self.fates[fate] for fate in FATES}
        return {"kind": self.kind, "in": self.came_in, **fates}


class Ledger:
    """Counts results that came in and their fates; a relation counts once per role."""

    def __init__(self) -> None:
        self._in = Counter[Kind]()
        self._fates = Counter[tuple[Kind, Fate]]()

    def receive(self, kind: Kind, count: int = 1) -> None:
        """Count what came in."""
        self._in[kind] += count

    def settle(self, kind: Kind, fate: Fate, count: int = 1) -> None:
        """Count what became of it."""
        self._fates[kind, fate] += count

    def count(self, kind: Kind, fate: Fate) -> int:
        """Return how many of a kind had this fate."""
        return self._fates[kind, fate]

    def add(self, other: "Ledger") -> None:
        """Add another ledger's counts to this one's."""
        self._in.update(other._in)
        self._fates.update(other._fates)

    def entries(self) -> Iterator[Entry]:
        """Yield the lines of the ledger, one per kind.

        Raises RuntimeError where a line is not balanced: something was lost, and that is a bug.
        """
        for kind in KINDS:
            entry = Entry(kind, self._in[kind], {fate: self._fates[kind, fate] for fate in FATES})
            if not entry.balanced:
                raise RuntimeError(f"the import lost something: {entry}")
            yield entry
