"""What can be wrong in a scheme, each rule a function that yields its problems."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from miyar.errors import Problem, quoted
from miyar.scheme.changes import Change, changes_after, changes_of, outcome, version_number
from miyar.scheme.codes import Tables, one_of, unknown_codes
from miyar.scheme.implied import implied_problems, implied_types
from miyar.scheme.model import VALUE_TYPES

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
TARGET = re.compile(r"(?!-)[^\s|?]+(?<!-)")  # seqeval parts a tag at its first or last -
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
HOTKEY = re.compile(r"[a-tv-z]?")
EXPECTED_HOTKEY = (
    "a letter a to z but u, which unselects regions in the page, or nothing; a digit would relabel the "
    "region whose value is typed on the number pad"
)
# names that the labelling page, or a span in the dataset, has already
RESERVED = ("entity", "trigger", "span", "text", "id", "start", "end", "label", "attributes")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

LABEL_KEYS = frozenset({"name", "definition", "colour", "hotkey"})
TABLE_KEYS: Mapping[str, frozenset[str]] = {
    "entities": LABEL_KEYS,
    "triggers": LABEL_KEYS,
    "roles": frozenset({"name", "definition", "triggers", "entities", "usual"}),
    "attributes": frozenset({"name", "definition", "on"}),
}
NAMED_TABLES = ("maps", "changes")
TOP_TEXTS = ("version", "language", "implied_roles")
TOP_KEYS = frozenset({*TOP_TEXTS, *NAMED_TABLES, *TABLE_KEYS})


def scheme_problems(document: Tables, path: str) -> Iterator[Problem]:
    """Yield everything that is wrong in a parsed labels.toml."""
    yield from _shape_problems(document, path)
    shaped = {
        kind: {code: table for code, table in document.get(kind, {}).items() if isinstance(table, dict)}
        for kind in (*TABLE_KEYS, *NAMED_TABLES)
        if isinstance(document.get(kind, {}), dict)
    }
    tables = {**shaped, **{name: document.get(name, "") for name in TOP_TEXTS}}
    types = list(_types(tables, path))
    yield from types
    if not types:
        for check in SCHEME_CHECKS:
            yield from check(tables, path)


def _types(tables: Tables, path: str) -> Iterator[Problem]:
    """Yield values that are no texts or lists of texts; the other checks rely on that they are."""
    if not isinstance(tables["language"], str):
        yield Problem("wrong_type", f"{path}: language", repr(tables["language"]), "a text in quotes")
    for kind in TABLE_KEYS:
        for code, table in tables.get(kind, {}).items():
            yield from _definition_types(f"{path}: [{kind}.{code}] definition", table.get("definition", ""))
    for code, table in tables.get("roles", {}).items():
        for end in ("triggers", "entities", "usual"):
            if not _is_texts(table.get(end, [])):
                found = repr(table[end])
                yield Problem("wrong_type", f"{path}: [roles.{code}] {end}", found, '["CODE", …]')
    for name, targets in tables.get("maps", {}).items():
        if not _is_texts(list(targets.values())):
            yield Problem("wrong_type", f"{path}: [maps.{name}]", repr(targets), 'CODE = "code there"')
    yield from implied_types(tables, path)
    yield from _change_types(tables.get("changes", {}), path)
    yield from _value_types(tables.get("attributes", {}), path)


def _change_types(versions: Tables, path: str) -> Iterator[Problem]:
    for version, changes in versions.items():
        for code, targets in changes.items():
            if not isinstance(targets, str) and not _is_texts(targets):
                where = f'{path}: [changes."{version}"] {code}'
                expected = '"CODE", ["CODE", …] or []; the version in quotes: [changes."2.0.0"]'
                yield Problem("wrong_type", where, repr(targets), expected)


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
    for kind, allowed in {**TABLE_KEYS, **dict.fromkeys(NAMED_TABLES, frozenset[str]())}.items():
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
            yield from unknown_codes(f"{path}: [roles.{code}] {end}", table.get(end, ()), tables.get(end, {}))
    labels = {**tables.get("entities", {}), **tables.get("triggers", {})}
    for name, targets in tables.get("maps", {}).items():
        yield from unknown_codes(f"{path}: [maps.{name}]", targets, labels)
        for code, target in targets.items():
            if not TARGET.fullmatch(target):
                where, expected = (
                    f"{path}: [maps.{name}] {code}",
                    "a code without blanks, | and ?, no - at its ends",
                )
                yield Problem("bad_target", where, repr(target), expected)
    for code, table in tables.get("attributes", {}).items():
        where, on = f"{path}: [attributes.{code}] on", table.get("on")
        if not isinstance(on, dict) or not on:
            yield Problem("bad_attribute", where, repr(on), '{ LABEL = "type" }')
            continue
        yield from unknown_codes(where, on, labels)
        for kind in on.values():
            if kind not in VALUE_TYPES:
                yield Problem("unknown_type", where, repr(kind), one_of(str(kind), VALUE_TYPES))


def _changes(tables: Tables, path: str) -> Iterator[Problem]:
    versions = list(_version_problems(tables.get("changes", {}), tables["version"], path))
    yield from versions
    if versions:
        return
    changes = changes_of(tables.get("changes", {}))
    for change in changes:
        later = changes_after(change.version, changes)
        for code, targets in change.targets.items():
            where = f'{path}: [changes."{change.version}"] {code}'
            yield from _change_problems(where, code, targets, tables)
            yield from _target_problems(where, targets, later, tables)


def _version_problems(versions: Iterable[str], own: object, path: str) -> Iterator[Problem]:
    seen: dict[tuple[int, ...], str] = {}
    newest = version_number(own) if isinstance(own, str) else None
    for version in versions:
        where, number = f'{path}: [changes."{version}"]', version_number(version)
        if number is None:
            yield Problem("change_version", where, quoted(version), "a version in numbers, such as 2.0.0")
        elif newest is None:
            expected = "a version in numbers, such as 2.0.0, which says what changed before it"
            yield Problem("change_version", where, f"the scheme's own version {quoted(own)}", expected)
        elif number > newest:
            yield Problem("change_version", where, version, f"at most {own}, the scheme's version")
        elif number in seen:
            yield Problem("change_version", where, f"the same as {seen[number]}", "each version once")
        else:
            seen[number] = version


def _change_problems(where: str, code: str, targets: tuple[str, ...], tables: Tables) -> Iterator[Problem]:
    names = [role.get("name") for role in tables.get("roles", {}).values()]
    if targets == (code,):
        expected = "another code, several that people choose from, or [] for none"
        yield Problem("bad_change", where, f"{code} becomes itself", expected)
    if len(set(targets)) != len(targets):
        yield Problem("bad_change", where, f"a code twice in {list(targets)}", "each code once")
    if not targets and (code in names or any(code in tables.get(kind, {}) for kind in TABLE_KEYS)):
        expected = "a code that is gone, or the codes that people choose from"
        yield Problem("bad_change", where, f"{code} is dropped, and is in the scheme", expected)


def _target_problems(
    where: str, targets: tuple[str, ...], later: tuple[Change, ...], tables: Tables
) -> Iterator[Problem]:
    """Yield targets that are not in the scheme after all later changes, or not in one of its inventories."""
    now = {code for target in targets for code in outcome(target, later) if code is not None}
    inventories = {kind: tables.get(kind, {}).keys() for kind in TABLE_KEYS}
    unknown = sorted(code for code in now if not any(code in codes for codes in inventories.values()))
    yield from unknown_codes(where, unknown, {code for codes in inventories.values() for code in codes})
    if now and not unknown and not any(now <= codes for codes in inventories.values()):
        kinds = [kind for kind, codes in inventories.items() if now & codes]
        yield Problem("mixed_kinds", where, f"codes of {' and '.join(kinds)}", "codes of one kind")


SCHEME_CHECKS: tuple[Callable[[Tables, str], Iterator[Problem]], ...] = (
    _codes,
    _names,
    _looks,
    _references,
    implied_problems,
    _changes,
)
"""To add a rule, write a function that yields its problems and add it here."""


def _as_found(document: Tables, key: str) -> str:
    return f"{key} = {document[key]!r}" if key in document else f"no {key}"
