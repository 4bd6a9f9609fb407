"""The gold of an article as a file that people can read: each part with who had it and how it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from miyar.adjudication.decisions import Decision
from miyar.adjudication.opinions import Joint, Key, Opinions

GOLD = "gold"
DecidedBy = Literal["unanimous", "majority", "adjudicated"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a part of the gold was decided: by which annotators, or in which conflict by which decision."""

    decision: DecidedBy
    support: tuple[str, ...]
    conflict: str = ""
    decided: Decision | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as the gold's file has it."""
        made: dict[str, Any] = {"support": list(self.support), "decision": self.decision}
        if self.decided:
            made |= {"conflict": self.conflict, "by": self.decided.by}
            said = {"reason": self.decided.reason, "rule": self.decided.rule}
            made |= {name: text for name, text in said.items() if text}
        return made


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A span of the gold with its attributes."""

    key: Key
    attributes: Mapping[str, str]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GoldArgument:
    """An argument of the gold."""

    joint: Joint
    verdict: Verdict


def gold_file(
    opinions: Opinions, spans: Sequence[GoldSpan], arguments: Sequence[GoldArgument], scheme: str
) -> dict[str, Any]:
    """Return the gold of an article as its file has it; spans are s1, s2, … in their order."""
    ids = {one.key: f"s{number}" for number, one in enumerate(spans, start=1)}
    return {
        "article": opinions.article,
        "sha256": opinions.sha256,
        "annotator": GOLD,
        "status": "finished",
        "annotators": sorted(opinions.of),
        "spans": [_span(one, ids[one.key], opinions.text) for one in spans],
        "arguments": [
            {
                "trigger": ids[one.joint.trigger],
                "entity": ids[one.joint.entity],
                "role": one.joint.role,
                **one.verdict.to_dict(),
            }
            for one in arguments
        ],
        "scheme": scheme,
    }


def _span(one: GoldSpan, identity: str, text: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"id": identity, **one.key.to_dict()}
    if text is not None:
        made["text"] = text[one.key.start : one.key.end]
    if one.attributes:
        made["attributes"] = dict(one.attributes)
    return {**made, **one.verdict.to_dict()}
