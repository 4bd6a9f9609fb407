"""What can be wrong in a scheme, each rule a function that yields its problems."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from miyar.errors import Problem
from miyar.scheme.model import VALUE_TYPES

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
HOTKEY = re.compile(r"[a-tv-z]?")
EXPECTED_HOTKEY = (
    "a letter a to z but u, which unselects regions in the page, or nothing; a digit would relabel the "
    "region whose value is typed on the number pad"
)
# names that the labelling page, or a span in the dataset, has already
RESERVED = ("entity", "trigger", "text", "id", "start", "end", "label")
CLOSE = 0.75
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

Tables = Mapping[str, Any]
LABEL_KEYS = frozenset({"name", "definition", "colour", "hotkey"})
TABLE_KEYS: Mapping[str, frozenset[str]] = {
    "entities": LABEL_KEYS,
    "triggers": LABEL_KEYS,
    "roles": frozenset({"name", "definition", "triggers", "entities"}),
    "attributes": frozenset({"name", "definition", "on"}),
}
TOP_KEYS = frozenset({"version", "language", "maps", *TABLE_KEYS})


def scheme_problems(document: Tables, path: str) -> Iterator[Problem]:
    """Yield everything that is wrong in a parsed labels.toml."""
    yield from _shape_problems(document, path)
    shaped = {
        kind: {code: table for code, table in document.get(kind, {}).items() if isinstance(table, dict)}
        for kind in (*TABLE_KEYS, "maps")
        if isinstance(document.get(kind, {}), dict)
    }
    types = list(_types({**shaped, "language": document.get("language", "")}, path))
    yield from types
    if not types:
        for check in SCHEME_CHECKS:
            yield from check(shaped, path)


def _types(tables: Tables, path: str) -> Iterator[Problem]:
    """Yield values that are no texts or lists of texts; the other checks rely on that they are."""
    if not isinstance(tables["language"], str):
        yield Problem("wrong_type", f"{path}: language", repr(tables["language"]), "a text in quotes")
    for kind in TABLE_KEYS:
        for code, table in tables.get(kind, {}).items():
            yield from _definition_types(f"{path}: [{kind}.{code}] definition", table.get("definition", ""))
    for code, table in tables.get("roles", {}).items():
        for end in ("triggers", "entities"):
            if not _is_texts(table.get(end, [])):
                found = repr(table[end])
                yield Problem("wrong_type", f"{path}: [roles.{code}] {end}", found, '["CODE", …]')
    for name, targets in tables.get("maps", {}).items():
        if not _is_texts(list(targets.values())):
            yield Problem("wrong_type", f"{path}: [maps.{name}]", repr(targets), 'CODE = "code there"')
    yield from _value_types(tables.get("attributes", {}), path)


def _value_types(attributes: Tables, path: str) -> Iterator[Problem]:
    for code, table in attributes.items():
        on = table.get("on")
        if isinstance(on, dict) and not _is_texts(list(on.values())):
            where = f"{path}: [attributes.{code}] on"
            yield Problem("wrong_type", where, repr(on), '{ LABEL = "type" }')


def _definition_types(where: str, definition: object) -> Iterator[Problem]:
    texts = list(definition.values()) if isinstance(definition, dict) else [definition]
    if not _is_texts(texts):
        yield Problem("wrong_type", where, repr(definition), "a text, or a text per language")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _shape_problems(document: Tables, path: str) -> Iterator[Problem]:
    if not isinstance(document.get("version"), str):
        yield Problem("bad_version", path, _as_found(document, "version"), 'version = "1.0.0", in quotes')
    if not document.get("entities"):
        yield Problem("no_entities", path, "no [entities.…] table", "at least one entity label")
    for key in sorted(document.keys() - TOP_KEYS):
        yield Problem("unknown_key", path, f"{key}", one_of(key, TOP_KEYS))
    for kind, allowed in {**TABLE_KEYS, "maps": frozenset[str]()}.items():
        tables = document.get(kind, {})
        if not isinstance(tables, dict):
            yield Problem("not_a_table", f"{path}: {kind}", repr(tables), f"tables [{kind}.CODE]")
            continue
        for code, table in tables.items():
            where = f"{path}: [{kind}.{code}]"
            if not isinstance(table, dict):
                yield Problem("not_a_table", where, repr(table), f"a table [{kind}.{code}]")
                continue
            for key in sorted(table.keys() - allowed) if kind in TABLE_KEYS else ():
                yield Problem("unknown_key", where, key, one_of(key, allowed))


def _codes(tables: Tables, path: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for kind in ("entities", "triggers", "roles"):
        for code in tables.get(kind, {}):
            where = f"{path}: [{kind}.{code}]"
            if not CODE.fullmatch(code):
                yield Problem("bad_code", where, code, "a letter, then letters, digits, _ and . (ASCII)")
            if code in seen:
                yield Problem("code_twice", where, f"{code} is also in {seen[code]}", "a code of its own")
            seen.setdefault(code, kind)
    for code in tables.get("attributes", {}):
        if not CODE.fullmatch(code) or code in RESERVED:
            expected = f"a letter, then letters, digits, _ and . (ASCII), and not {', '.join(RESERVED)}"
            yield Problem("bad_code", f"{path}: [attributes.{code}]", code, expected)


def _names(tables: Tables, path: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for kind in TABLE_KEYS:
        for code, table in tables.get(kind, {}).items():
            name = table.get("name", code)
            where = f"{path}: [{kind}.{code}] name"
            if not isinstance(name, str) or not name.strip() or CONTROL.search(name):
                yield Problem("bad_name", where, repr(name), "what annotators shall see")
            elif name in seen:
                yield Problem("name_twice", where, f"{name} is also the name of {seen[name]}", "its own name")
            elif kind == "roles" and name != code and name in tables["roles"]:
                yield Problem("name_twice", where, f"{name} is the code of another role", "its own name")
            seen.setdefault(str(name), code)


def _looks(tables: Tables, path: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for kind in ("entities", "triggers"):
        for code, table in tables.get(kind, {}).items():
            where = f"{path}: [{kind}.{code}]"
            colour, key = table.get("colour", "#000000"), table.get("hotkey")
            if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
                yield Problem("bad_colour", where, repr(colour), "a colour such as #1f77b4")
            if key is not None and not (isinstance(key, str) and HOTKEY.fullmatch(key)):
                yield Problem("bad_hotkey", where, repr(key), EXPECTED_HOTKEY)
            elif key in seen:
                yield Problem(
                    "hotkey_twice", where, f"{key} is also the key of {seen[key]}", "a key of its own"
                )
            elif key:
                seen[key] = code


def _references(tables: Tables, path: str) -> Iterator[Problem]:
    for code, table in tables.get("roles", {}).items():
        for end in ("triggers", "entities"):
            yield from _unknown_codes(
                f"{path}: [roles.{code}] {end}", table.get(end, ()), tables.get(end, {})
            )
    labels = {**tables.get("entities", {}), **tables.get("triggers", {})}
    for name, targets in tables.get("maps", {}).items():
        yield from _unknown_codes(f"{path}: [maps.{name}]", targets, labels)
    for code, table in tables.get("attributes", {}).items():
        where, on = f"{path}: [attributes.{code}] on", table.get("on")
        if not isinstance(on, dict) or not on:
            yield Problem("bad_attribute", where, repr(on), '{ LABEL = "type" }')
            continue
        yield from _unknown_codes(where, on, labels)
        for kind in on.values():
            if kind not in VALUE_TYPES:
                yield Problem("unknown_type", where, repr(kind), one_of(str(kind), VALUE_TYPES))


SCHEME_CHECKS: tuple[Callable[[Tables, str], Iterator[Problem]], ...] = (_codes, _names, _looks, _references)
"""To add a rule, write a function that yields its problems and add it here."""


def _unknown_codes(where: str, codes: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    for code in codes:
        if code not in known:
            yield Problem("unknown_code", where, str(code), one_of(str(code), known))


def _as_found(document: Tables, key: str) -> str:
    return f"{key} = {document[key]!r}" if key in document else f"no {key}"


def one_of(found: str, allowed: Iterable[str]) -> str:
    """Return "one of A, B, C", with a guess at what was meant."""
    close = get_close_matches(found, list(allowed), n=1, cutoff=CLOSE)
    meant = f" (did you mean {close[0]}?)" if close else ""
    return f"one of {', '.join(sorted(allowed))}{meant}"
