"""Why a result is refused, as far as the result and the scheme alone tell."""

from collections.abc import Mapping
from typing import Any

from miyar.article import Article
from miyar.errors import quoted
from miyar.labelstudio.results.result import CONTROLS, LABEL_CONTROL
from miyar.scheme import Layer, Scheme, one_of
from miyar.validation import Candidate, Fault, first_fault


def candidate_of(result: Mapping[str, Any], layer: Layer | None) -> Candidate:
    """Return a region as a labelled range; without a layer, its label would say it."""
    value = result.get("value")
    value = value if isinstance(value, dict) else {}
    place = (value.get("start"), value.get("end"))
    return Candidate(result.get("id"), layer, *place, value.get("labels"), value.get("text"))


def role_fault(name: Any, relation: Mapping[str, Any], scheme: Scheme) -> Fault:
    """Return why this is not the role of a relation; None for a relation without one."""
    roles = [role.name for role in scheme.roles]
    if name is None:
        emptied = relation.get("labels") == []
        why = ": it was taken back, or the page does not know it" if emptied else ""
        return Fault("no_role", f"a relation without a role{why}", one_of("", roles))
    return Fault("unknown_role", f"the role {quoted(name)}", one_of(str(name), roles))


def other_fault(result: Any, article: Article, scheme: Scheme) -> Fault:
    """Return why this is neither a region nor a value nor a relation."""
    if not isinstance(result, dict):
        return Fault("unknown_control", f"{quoted(result)} in place of a result", "a result, an object")
    name = result.get("from_name")
    if name == LABEL_CONTROL and result.get("type") == "labels":
        fault = first_fault(candidate_of(result, None), article, scheme)
        if fault:
            return fault
    if isinstance(name, str) and name in (LABEL_CONTROL, *CONTROLS):
        return Fault("unknown_type", f"the type {result.get('type')!r} of {name}", "labels")
    controls = [LABEL_CONTROL, *CONTROLS, *(attribute.code for attribute in scheme.attributes)]
    found = f"a result of the control {quoted(name)}"
    return Fault("unknown_control", found, one_of(str(name), controls))
