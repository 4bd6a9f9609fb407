"""A result: one entry of an annotation as Label Studio stores it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from miyar.errors import Problem
from miyar.labelstudio.results.ledger import Kind
from miyar.scheme import Layer, Scheme

LABEL_CONTROL = "span"
BYLINE = "byline"
"""The field of a task's data beside the title; of `source` the page shows the whole task in its stead."""
CONTROLS: Mapping[str, Layer] = {"entity": "entities", "trigger": "triggers"}
"""The controls of a page with one for each layer, as miyar made them before; both kinds are read."""


class Reject(NamedTuple):
    """A result that was not imported: why, the result as it was found, and whose it is, if it is known."""

    problem: Problem
    kind: Kind
    result: Any
    annotator: str = ""


def kind_of(result: Any, scheme: Scheme) -> Kind:
    """Return the kind under which a result is counted."""
    if not isinstance(result, dict):
        return "other"
    if result.get("type") == "relation":
        return "arguments"
    name = result.get("from_name")
    if not isinstance(name, str):
        return "other"
    if result.get("type") == "labels" and name in (LABEL_CONTROL, *CONTROLS):
        return CONTROLS.get(name) or scheme.layer(label_of(result) or "") or "other"
    return "attributes" if scheme.attribute(name) else "other"


def label_of(region: Mapping[str, Any]) -> str | None:
    """Return the one label of a region, None where it has not just one."""
    value = region.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    return labels[0] if isinstance(labels, list) and len(labels) == 1 and isinstance(labels[0], str) else None


def role_names(relation: Mapping[str, Any]) -> list[Any]:
    """Return the roles of a relation, one None where it has none: a relation counts once per role."""
    names = relation.get("labels")
    return names if isinstance(names, list) and names else [None]


def typed_text(value: Any) -> str | None:
    """Return the one text that was typed into a per-region field, or None where there is not just one."""
    typed = value.get("text") if isinstance(value, dict) else None
    typed = [typed] if isinstance(typed, str) else typed
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return None
    filled = [text.strip() for text in typed if text.strip()]
    return filled[0] if len(filled) == 1 else ("" if not filled else None)
