"""Annotations as Arrow columns; spans and arguments of all of them lie behind one another."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain

import pyarrow as pa
import pyarrow.compute as pc

from miyar.annotation import Annotation
from miyar.scheme import Scheme

ARGUMENT_TYPE = pa.struct([("trigger", pa.string()), ("entity", pa.string()), ("role", pa.string())])
Columns = Mapping[str, pa.Array]


def span_columns(annotations: Sequence[Annotation], scheme: Scheme) -> Columns:
    """Return a column for each field of a span and each attribute of the scheme; labels are codes."""
    spans = list(chain.from_iterable(annotation.spans for annotation in annotations))
    columns = {
        "start": pa.array([span.start for span in spans], pa.int64()),
        "end": pa.array([span.end for span in spans], pa.int64()),
        "label": _texts([span.label for span in spans]),
        "id": _texts([span.id for span in spans]),
        "text": _texts([span.text for span in spans]),
    }
    given = [span.attributes for span in spans]
    some = any(given)
    for attribute in scheme.attributes:
        values = [one.get(attribute.code) for one in given] if some else [None] * len(spans)
        columns[attribute.code] = _texts(values)
    return columns


def argument_columns(annotations: Sequence[Annotation]) -> Columns:
    """Return a column for each field of an argument; its ends are ids of spans, roles are codes."""
    arguments = list(chain.from_iterable(annotation.arguments for annotation in annotations))
    return {name: _texts([getattr(one, name) for one in arguments]) for name in ARGUMENT_TYPE.names}


def lists_of(columns: Columns, kind: pa.StructType, lengths: Sequence[int]) -> pa.ListArray:
    """Return lists of a structure with these fields of the columns, as many items in each as is said."""
    fields = [columns[field.name].cast(field.type) for field in kind]
    offsets = pa.array(list(accumulate(lengths, initial=0)), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(fields, kind.names))


def keys_in_rows(lists: pa.ListArray, name: str) -> pa.Array:
    """Return for each item of the lists the text of a field behind the number of its row."""
    rows = pc.list_parent_indices(lists).cast(pa.string())
    return pc.binary_join_element_wise(rows, pc.struct_field(lists.flatten(), name), " ")


def _texts(values: Sequence[str | None]) -> pa.Array:
    return pa.array(values, pa.string())
