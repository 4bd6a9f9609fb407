"""What became of codes from version to version, read like a changelog."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,9}")

Outcome = tuple[str | None, ...]
"""The codes that a code can be now, None for nothing: one is certain, of several people have to choose."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became in one version of codes of the versions before it; a code without targets was dropped."""

    version: str
    targets: Mapping[str, tuple[str, ...]]

    def became(self, code: str | None) -> Outcome:
        """Return what a code can be from this version on; what was dropped stays dropped."""
        if code is None:
            return (None,)
        return self.targets.get(code, (code,)) or (None,)


def outcome(code: str, changes: Iterable[Change]) -> Outcome:
    """Return what a code can be after the changes, given in the order of their versions.

    Nothing is decided that people have to: of a code that was split, one half dropped later, the other
    half remains a candidate beside None. Candidates that were merged later are one, and certain.
    """
    found: Outcome = (code,)
    for change in changes:
        found = tuple(dict.fromkeys(target for one in found for target in change.became(one)))
    return found


def version_number(version: str) -> tuple[int, ...] | None:
    """Return a dotted version for comparison, None where it is not one; 2, 2.0 and 2.0.0 are the same."""
    if not VERSION.fullmatch(version):
        return None
    number = [int(part) for part in version.split(".")]
    while number and number[-1] == 0:
        number.pop()
    return tuple(number)


def changes_of(tables: Mapping[str, Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the [changes] tables of a labels.toml, earliest first; their versions are dotted numbers."""
    changes = [
        Change(version, {code: _targets(value) for code, value in table.items()})
        for version, table in tables.items()
    ]
    return tuple(sorted(changes, key=lambda change: version_number(change.version) or ()))


def changes_after(version: str, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes of later versions than this one; all of them are later than what is no number."""
    start = version_number(version) or ()
    return tuple(change for change in changes if (version_number(change.version) or ()) > start)


def changes_digest(changes: Iterable[Change]) -> str:
    """Return 8 hexadecimal digits that name the changes, nothing where there are none."""
    said = [[change.version, {code: sorted(to) for code, to in change.targets.items()}] for change in changes]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8] if said else ""


def _targets(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
