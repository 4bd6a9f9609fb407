"""Annotations as Arrow columns: the lines that hold them, read by Arrow's own parser."""

import io
from collections.abc import Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from miyar.annotation import Annotation
from miyar.scheme import Scheme

ARGUMENT_TYPE = pa.struct(
    [("trigger", pa.string()), ("entity", pa.string()), ("role", pa.string()), ("implied", pa.bool_())]
)
TEXTS = ("article", "sha256", "annotator", "status", "scheme", "created")
ENCODER = msgspec.json.Encoder()


def encoded(annotations: Sequence[Annotation]) -> bytes:
    """Return annotations as JSON Lines."""
    return ENCODER.encode_lines(annotations)


def line_table(lines: bytes, scheme: Scheme) -> pa.Table:
    """Return a row for each of these lines, with spans and arguments as lists of structures.

    Labels, roles and status are codes; the attributes of the scheme stand beside the fields of a span.
    """
    if not lines:
        return _line_schema(span_type(scheme)).empty_table()
    attributes = pa.struct([(attribute.code, pa.string()) for attribute in scheme.attributes])
    own = pa.struct([*_span_fields(), *([("attributes", attributes)] if attributes.num_fields else [])])
    table = pyarrow.json.read_json(
        io.BytesIO(lines),
        read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        parse_options=pyarrow.json.ParseOptions(
            explicit_schema=_line_schema(own), unexpected_field_behavior="ignore"
        ),
    )
    spans = table["spans"].combine_chunks()
    flat = spans.flatten()
    fields = [pc.struct_field(flat, name) for name, _ in _span_fields()]
    fields += [pc.struct_field(flat, ["attributes", field.name]) for field in attributes]
    there = table.schema.get_field_index("spans")
    return table.set_column(there, "spans", lists_like(spans, fields, span_type(scheme)))


def span_type(scheme: Scheme) -> pa.StructType:
    """Return what an item of a row's spans is."""
    return pa.struct([*_span_fields(), *((attribute.code, pa.string()) for attribute in scheme.attributes)])


def lists_like(lists: pa.ListArray, fields: Sequence[pa.Array], kind: pa.StructType) -> pa.ListArray:
    """Return lists as long as these, of structures with these fields."""
    cast = [column.cast(field.type) for column, field in zip(fields, kind, strict=True)]
    offsets = pc.subtract(lists.offsets, lists.offsets[0])
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(cast, kind.names))


def keys_in_rows(lists: pa.ListArray, name: str) -> pa.Array:
    """Return for each item of the lists the text of a field behind the number of its row."""
    rows = pc.list_parent_indices(lists).cast(pa.string())
    return pc.binary_join_element_wise(rows, pc.struct_field(lists.flatten(), name), " ")


def _span_fields() -> list[tuple[str, pa.DataType]]:
    offsets = [("start", pa.int64()), ("end", pa.int64())]
    return [*offsets, *((name, pa.string()) for name in ("label", "id", "text"))]


def _line_schema(span: pa.StructType) -> pa.Schema:
    lists = {"spans": pa.list_(span), "arguments": pa.list_(ARGUMENT_TYPE)}
    return pa.schema({**dict.fromkeys(TEXTS, pa.string()), **lists, "seconds": pa.float64()})
