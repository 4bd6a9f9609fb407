"""What an annotator does more often than the others: a coin would seldom fall so, had nobody a habit."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from miyar.agreement.disagreements import ARTICLE, MISSING, NESTING, ROLE, VALUE, Disagreement

SURE = 0.05
LEAVES_OUT, WIDER, UNNESTED = "leaves out", "begins earlier or ends later", "leaves out inner or outer"
EXTENTS = ("particle", ARTICLE, "boundary")


class Habit(NamedTuple):
    """What somebody did `own` times where the partner did not, and the partners `others` times.

    `p` is two-sided, of a binomial test with equal chances.
    """

    annotator: str
    habit: str
    label: str
    own: int
    others: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields under their names."""
        return self._asdict()


def habits(found: Iterable[Disagreement]) -> list[Habit]:
    """Return the habits that are hardly chance, the clearest first."""
    own, others = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for one in found:
        for who, partner, habit, label in _acts(one):
            own[who, habit, label] += 1
            others[partner, habit, label] += 1
    tested = (_tested(key, own[key], others[key]) for key in own | others)
    return sorted((one for one in tested if one.p < SURE and one.own > one.others), key=lambda one: one.p)


def _tested(key: tuple[str, str, str], own: int, others: int) -> Habit:
    from scipy.special import bdtrc

    most = max(own, others)
    return Habit(*key, own, others, min(1.0, 2 * float(bdtrc(most - 1, own + others, 0.5))))


def _acts(one: Disagreement) -> Iterator[tuple[str, str, str, str]]:
    """Yield who does what otherwise than whom, and with which label."""
    if one.kind in (ROLE, VALUE) and one.ones and one.others:
        return
    if one.ones is None or one.others is None:
        who, partner = (one.one, one.other) if one.ones is None else (one.other, one.one)
        there = one.ones or one.others or {}
        label = "+".join(there.get("roles", [])) or str(there.get("label"))
        habit = {NESTING: UNNESTED, VALUE: f"leaves out the {one.layer} of"}.get(one.kind, LEAVES_OUT)
        if one.kind in (MISSING, NESTING, VALUE) or "roles" in there:
            yield who, partner, habit, label
    elif one.kind in EXTENTS:
        lengths = [side["end"] - side["start"] for side in (one.ones, one.others)]
        if lengths[0] != lengths[1]:
            who, partner = (one.one, one.other) if lengths[0] > lengths[1] else (one.other, one.one)
            yield who, partner, WIDER, str(one.ones["label"])
