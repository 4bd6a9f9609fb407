"""Spans and arguments of JSON lines as Arrow columns; what has another type becomes null."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from miyar.article import SURROGATE

ARGUMENT_TYPE = pa.struct([("trigger", pa.int64()), ("entity", pa.int64()), ("role", pa.string())])


def typed_lists(values: Sequence[list[Any]], kind: pa.StructType) -> pa.ListArray:
    """Return one list of `kind`, a structure of integers and strings, per article.

    Arrow would cut 0.5 to 0 if it were told the type, so it has to find out the types by itself.
    """
    try:
        found = pa.array(values)
        flat = found.flatten()
        columns = [pc.struct_field(flat, name) for name in kind.names]
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        columns = []
    if [column.type for column in columns] == [field.type for field in kind]:
        return pa.ListArray.from_arrays(found.offsets, pa.StructArray.from_arrays(columns, kind.names))
    return pa.array([[_typed(value, kind) for value in article] for article in values], pa.list_(kind))


def attributes_of(span: Any) -> dict[str, str]:
    """Return the attributes of a span that say something, each as text; what is no object has that name.

    What is no text becomes a JSON list, which no canonical value equals: it is wrong, not absent.
    """
    found = span.get("attributes") if isinstance(span, dict) else None
    named = found if isinstance(found, dict | None) else {"attributes": found}
    return {code: _as_text(value) for code, value in (named or {}).items() if value is not None}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) and not SURROGATE.search(value) else json.dumps([value])


def _typed(value: Any, kind: pa.StructType) -> dict[str, Any]:
    fields = value if isinstance(value, dict) else {}
    return {field.name: _of_type(fields.get(field.name), field.type) for field in kind}


def _of_type(value: Any, kind: pa.DataType) -> Any:
    if kind == pa.string():
        return value if isinstance(value, str) and not SURROGATE.search(value) else None
    return value if type(value) is int and abs(value) < 2**63 else None
