"""What can be wrong in what a scheme says of relations without a role."""

from collections.abc import Iterator

from miyar.errors import Problem, quoted
from miyar.scheme.changes import version_number
from miyar.scheme.codes import Tables, unknown_codes

SINCE = "the version since which a relation without a role has one, such as 1.1.0"


def implied_types(tables: Tables, path: str) -> Iterator[Problem]:
    """Yield what is no text where a version has to be."""
    since = tables["implied_roles"]
    if not isinstance(since, str):
        yield Problem("wrong_type", f"{path}: implied_roles", repr(since), f"{SINCE}, in quotes")


def implied_problems(tables: Tables, path: str) -> Iterator[Problem]:
    """Yield versions that cannot be, and usual roles that contradict the scheme or one another."""
    since = tables["implied_roles"]
    if since:
        yield from _version_problems(since, tables["version"], path)
    usual_of: dict[str, str] = {}
    for code, table in tables.get("roles", {}).items():
        where, usual = f"{path}: [roles.{code}] usual", table.get("usual", [])
        if usual and not since:
            expected = f'implied_roles = "VERSION" above the tables: {SINCE}'
            yield Problem("usual_unread", where, "usual without implied_roles", expected)
        yield from unknown_codes(where, usual, tables.get("entities", {}))
        for label in dict.fromkeys(usual):
            if label in tables.get("entities", {}) and label not in table.get("entities", [label]):
                expected = f"labels that {code} may join: {', '.join(table['entities'])}"
                yield Problem("usual_not_allowed", where, label, expected)
            if label in usual_of:
                found = f"{label} is also usual for {usual_of[label]}"
                yield Problem("usual_twice", where, found, "one usual role for a label")
            usual_of.setdefault(label, code)


def _version_problems(since: str, own: object, path: str) -> Iterator[Problem]:
    where, number = f"{path}: implied_roles", version_number(since)
    newest = version_number(own) if isinstance(own, str) else None
    if number is None:
        yield Problem("implied_version", where, quoted(since), SINCE)
    elif newest is None:
        expected = "a version in numbers, such as 1.1.0"
        yield Problem("implied_version", where, f"the scheme's own version {quoted(own)}", expected)
    elif number > newest:
        yield Problem("implied_version", where, since, f"at most {own}, the scheme's version")
