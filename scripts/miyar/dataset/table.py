"""Annotations as one Arrow table, from a dataset, a gold or JSON Lines: labels, roles, status as codes.

The columns are article, sha256, annotator, status, created, spans (lists of start, end, label, id and the
attributes), arguments (lists of trigger and entity ids with a role), text (null where the source has none)
and the fields of metadata.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from miyar.annotation import Annotation, read_annotations
from miyar.article import METADATA_FIELDS
from miyar.dataset.columns import ARGUMENT_TYPE, encoded, line_table, span_type
from miyar.dataset.goldfile import gold_annotations, is_gold_folder
from miyar.dataset.layout import parquet_file
from miyar.errors import DataError, Problem
from miyar.scheme import Scheme

KEYS = ("article", "sha256", "annotator")
BATCH = 10_000


def annotation_table(path: Path, scheme: Scheme) -> pa.Table:
    """Return the table of a dataset folder, a gold or a JSON Lines file, with the scheme's attributes.

    Raises DataError for a Parquet file that import-annotations did not make.
    """
    if path.is_file():
        return _json_table(read_annotations(path), scheme)
    if is_gold_folder(path):
        return _json_table(gold_annotations(path), scheme)
    return _parquet_table(parquet_file(path), scheme)


def _json_table(stream: Iterator[Annotation], scheme: Scheme) -> pa.Table:
    batches = iter(lambda: list(islice(stream, BATCH)), [])
    tables = [line_table(encoded(batch), scheme) for batch in batches]
    table = pa.concat_tables(tables or [line_table(b"", scheme)]).combine_chunks()
    empty = pa.nulls(table.num_rows, pa.string())
    columns = {name: table[name] for name in (*KEYS, "status", "created")}
    lists = {name: _one_chunk(table[name]) for name in ("spans", "arguments")}
    return pa.table({**columns, **lists, **dict.fromkeys(("text", *METADATA_FIELDS), empty)})


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _parquet_table(file: Path, scheme: Scheme) -> pa.Table:
    try:
        table = pq.read_table(file)
        described = json.loads((table.schema.metadata or {})[b"huggingface"])["info"]["features"]
        return pa.table(
            {
                **{name: table[name] for name in KEYS},
                "status": _decoded(table["status"].combine_chunks(), described["status"]),
                "spans": _lists(table["spans"], described["spans"], "label", span_type(scheme)),
                "arguments": _arguments(table, described),
                **{name: table[name] for name in ("created", "text", *METADATA_FIELDS)},
            }
        )
    except (pa.ArrowException, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError) as error:
        found, expected = f"{type(error).__name__}: {error}", "a dataset that import-annotations made"
        raise DataError([Problem("not_a_dataset", str(file), found, expected, "import it again")]) from error


def _arguments(table: pa.Table, described: Mapping[str, Any]) -> pa.Array:
    if "arguments" not in described:  # a scheme without roles
        empty: Sequence[list[Any]] = [[] for _ in range(table.num_rows)]
        return pa.array(empty, pa.list_(ARGUMENT_TYPE))
    return _lists(table["arguments"], described["arguments"], "role", ARGUMENT_TYPE)


def _lists(column: pa.ChunkedArray, described: Any, coded: str, kind: pa.StructType) -> pa.Array:
    """Return a column of lists with the ClassLabel `coded` as text and the fields that `kind` has."""
    lists = column.combine_chunks()
    flat = lists.flatten()
    feature = _item(described)
    there = {field.name for field in flat.type}
    fields = [
        _decoded(flat.field(field.name), feature[field.name])
        if field.name == coded
        else flat.field(field.name).cast(field.type)
        if field.name in there
        else pa.nulls(len(flat), field.type)
        for field in kind
    ]
    return pa.ListArray.from_arrays(lists.offsets, pa.StructArray.from_arrays(fields, kind.names))


def _item(described: Any) -> Mapping[str, Any]:
    """Return what a column of lists holds, however the version of `datasets` that wrote it says so."""
    found = described[0] if isinstance(described, list) else described.get("feature", described)
    return dict(found)


def _decoded(indices: pa.Array, class_label: Mapping[str, Any]) -> pa.Array:
    return pa.array(class_label["names"], pa.string()).take(indices)
