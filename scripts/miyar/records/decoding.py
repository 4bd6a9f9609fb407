"""Decodes one record, and says of one that has another shape what is wrong where.

The parser stops at the first fault and is silent about its neighbours; `_faults` walks the same types over
the same value and finds them all.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from miyar.errors import Problem, quoted

T = TypeVar("T")

SURROGATE = re.compile("[\ud800-\udfff]")
PLAIN_KEY = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of record: its type, the code of what breaks it, and how it looks.

    `halves` says that half a character may stand in it, since whoever reads it mends that.
    """

    type: type[T]
    code: str
    shape: str
    halves: bool = False


class Decoded(NamedTuple, Generic[T]):
    """A record, or None and what is wrong with it."""

    record: T | None
    problems: tuple[Problem, ...] = ()


class Fault(NamedTuple):
    """A place in a record, what was found there and what was expected."""

    path: str
    found: str
    expected: str


def decode(data: bytes, kind: Kind[T], where: str) -> Decoded[T]:
    """Return the record of one JSON value, or all that is wrong with it."""
    try:
        return Decoded(msgspec.json.decode(data, type=kind.type))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _explained(data, kind, where, str(error))


def decode_value(value: Any, kind: Kind[T], where: str) -> Decoded[T]:
    """Return the record of a value that was parsed already, as from TOML, or all that is wrong with it."""
    try:
        return Decoded(msgspec.convert(value, kind.type))
    except (msgspec.ValidationError, RecursionError) as error:
        return Decoded(None, tuple(_problems(value, kind, where, str(error))))


def _explained(data: bytes, kind: Kind[T], where: str, reason: str) -> Decoded[T]:
    """Return what is wrong with the value, or the record after all if half a character may stand in it."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
        if kind.halves:
            return Decoded(msgspec.convert(value, kind.type))
    except UnicodeDecodeError as error:
        found = f"the byte 0x{data[error.start]:02x} at byte offset {error.start} is not UTF-8"
        return _refused(kind, where, found)
    except RecursionError:
        return _refused(kind, where, "lists or objects nested too deeply")
    except msgspec.ValidationError:
        pass
    except ValueError as error:
        return _refused(kind, where, f"no JSON: {error}")
    return Decoded(None, tuple(_problems(value, kind, where, reason)))


def _refused(kind: Kind[T], where: str, found: str) -> Decoded[T]:
    return Decoded(None, (Problem(kind.code, where, found, kind.shape),))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _problems(value: Any, kind: Kind[Any], where: str, reason: str) -> Iterator[Problem]:
    """Yield the faults of a value; what only the parser refuses is told in its words."""
    try:
        faults = [*_faults(value, inspect.type_info(kind.type), ""), *([] if kind.halves else halves(value))]
    except RecursionError:
        faults = [Fault("", "lists or objects nested too deeply", "a flat record")]
    for fault in dict.fromkeys(faults or [Fault("", reason, kind.shape)]):
        place = f"{where}: {fault.path}" if fault.path else where
        yield Problem(kind.code, place, fault.found, fault.expected, _looks_like(kind))


def _looks_like(kind: Kind[Any]) -> str:
    return f"it looks like {kind.shape}"


def _faults(value: Any, node: inspect.Type, path: str) -> Iterator[Fault]:
    """Yield where a value is not of a type, each place once."""
    if isinstance(node, inspect.UnionType):
        node = next((one for one in node.types if _is_container(value, one)), node)
    if isinstance(node, inspect.StructType) and isinstance(value, dict):
        yield from _struct_faults(value, node, path)
    elif isinstance(node, inspect.ListType | inspect.VarTupleType) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, node.item_type, f"{path}[{number}]")
    elif isinstance(node, inspect.DictType) and isinstance(value, dict):
        for key, item in value.items():
            yield from _faults(item, node.value_type, _joined(path, key))
    elif not _fits(value, node):
        yield Fault(path, named(value), _words(node))


def _is_container(value: Any, node: inspect.Type) -> bool:
    objects, lists = (inspect.StructType, inspect.DictType), (inspect.ListType, inspect.VarTupleType)
    return isinstance(node, objects if isinstance(value, dict) else lists) and isinstance(value, dict | list)


def _struct_faults(value: Mapping[str, Any], node: inspect.StructType, path: str) -> Iterator[Fault]:
    missing = [one for one in node.fields if one.required and one.encode_name not in value]
    if missing:
        names = ", ".join(quoted(one.encode_name) for one in missing)
        there = ", ".join(map(quoted, value)) or "nothing"
        wanted = ", ".join(f"{one.encode_name}: {_words(one.type)}" for one in missing)
        yield Fault(path, f"no {names}, but {there}", wanted)
    for field in node.fields:
        if field.encode_name in value:
            yield from _faults(value[field.encode_name], field.type, _joined(path, field.encode_name))
    known = {field.encode_name for field in node.fields}
    if node.forbid_unknown_fields:
        for key in value.keys() - known:
            yield Fault(_joined(path, key), "a field that is not known", f"one of {', '.join(sorted(known))}")


def _fits(value: Any, node: inspect.Type) -> bool:
    if isinstance(node, inspect.UnionType):
        return any(_fits(value, one) for one in node.types)
    check = next((check for kind, check in CHECKS if isinstance(node, kind)), None)
    return check is not None and check(value, node)


def _words(node: inspect.Type) -> str:
    if isinstance(node, inspect.UnionType):
        return " or ".join(_words(one) for one in node.types)
    if isinstance(node, inspect.LiteralType):
        return " or ".join(map(quoted, node.values))
    return next((words for kind, words in WORDS if isinstance(node, kind)), "another value")


def _in_bounds(value: Any, node: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return (node.ge is None or value >= node.ge) and (node.le is None or value <= node.le)


Check = Callable[[Any, Any], bool]
CHECKS: tuple[tuple[type[inspect.Type], Check], ...] = (
    (inspect.AnyType, lambda value, node: True),
    (inspect.RawType, lambda value, node: True),
    (inspect.NoneType, lambda value, node: value is None),
    (inspect.BoolType, lambda value, node: isinstance(value, bool)),
    (inspect.IntType, _in_bounds),
    (inspect.FloatType, lambda value, node: isinstance(value, int | float) and not isinstance(value, bool)),
    (inspect.StrType, lambda value, node: isinstance(value, str)),
    (inspect.LiteralType, lambda value, node: value in node.values),
)
WORDS: tuple[tuple[type[inspect.Type], str], ...] = (
    (inspect.StructType, "an object"),
    (inspect.DictType, "an object"),
    (inspect.ListType, "a list"),
    (inspect.VarTupleType, "a list"),
    (inspect.NoneType, "null"),
    (inspect.BoolType, "true or false"),
    (inspect.IntType, "a whole number"),
    (inspect.FloatType, "a number"),
    (inspect.StrType, "a text in quotes"),
)


NAMES: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "the text",
    int: "the number",
    float: "the number",
}


def named(value: Any) -> str:
    """Return what a JSON value is, and the value."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"{NAMES.get(type(value), 'the value')} {quoted(shown)}"


def halves(value: Any, path: str = "") -> Iterator[Fault]:
    """Yield where half a character stands, in whatever field: no file and no server can hold it."""
    if isinstance(value, str):
        if SURROGATE.search(value):
            yield Fault(path, f"half a character in {quoted(value)}", "whole characters")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from halves(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from halves(key, _joined(path, key))
            yield from halves(item, _joined(path, key))


def _joined(path: str, key: str) -> str:
    named_key = key if PLAIN_KEY.fullmatch(key) else quoted(key)
    return f"{path}.{named_key}" if path else named_key
