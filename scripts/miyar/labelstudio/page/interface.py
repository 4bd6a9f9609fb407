"""What a labelling configuration lets people choose, read from a server whose users may have edited it."""

from typing import NamedTuple

OPTIONS = ("Label", "Choice")


class Choice(NamedTuple):
    """One thing that annotators can give: of which control, and under which code it is stored."""

    control: str
    code: str


def choices(config: str) -> frozenset[Choice]:
    """Return the labels, roles and fields of a configuration; none of one that is no XML."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(config, forbid_dtd=True)
    except (ParseError, ValueError):
        return frozenset()
    roles = (Choice("relation", relation.get("value", "")) for relation in root.iter("Relation"))
    controls = [control for control in root.iter() if control.get("toName")]
    given = (
        Choice(control.get("name", ""), option.get("alias") or option.get("value", ""))
        for control in controls
        for option in control.iter()
        if option.tag in OPTIONS
    )
    fields = (Choice(control.get("name", ""), "") for control in controls if not len(control))
    return frozenset([*roles, *given, *fields])
