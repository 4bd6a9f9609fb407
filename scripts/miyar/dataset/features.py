"""The types of a dataset's columns, as Arrow has them and as the Hugging Face libraries read them.

A list of structures is described as `[{…}]`, which every version of `datasets` reads; what version 4 and
later write in its place cannot be read by those before.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from miyar.annotation import STATUSES
from miyar.article import METADATA_FIELDS
from miyar.scheme import Scheme

TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int32": pa.int32(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
}
TEXT = {"dtype": "string", "_type": "Value"}
OFFSET = {"dtype": "int32", "_type": "Value"}
TRUTH = {"dtype": "bool", "_type": "Value"}
SECONDS = {"dtype": "float64", "_type": "Value"}

Feature = dict[str, Any] | list[dict[str, Any]]


def features(scheme: Scheme) -> dict[str, Feature]:
    """Return what each column holds; labels, roles and status are ClassLabels of the scheme."""
    label = _classes([label.code for label in scheme.labels])
    attributes = {attribute.code: TEXT for attribute in scheme.attributes}
    columns: dict[str, Feature] = {
        "article": TEXT,
        "sha256": TEXT,
        "text": TEXT,
        **dict.fromkeys(METADATA_FIELDS, TEXT),
        "annotator": TEXT,
        "status": _classes(STATUSES),
        "spans": [{"id": TEXT, "start": OFFSET, "end": OFFSET, "label": label, "text": TEXT, **attributes}],
        "scheme": TEXT,
        "created": TEXT,
        "seconds": SECONDS,
    }
    if scheme.roles:
        role = _classes([role.code for role in scheme.roles])
        columns["arguments"] = [{"trigger": TEXT, "entity": TEXT, "role": role, "implied": TRUTH}]
    return columns


def arrow_schema(scheme: Scheme) -> pa.Schema:
    """Return the schema of a dataset's Parquet file, with its features for the Hugging Face libraries."""
    columns = features(scheme)
    described = json.dumps({"info": {"features": columns}}, ensure_ascii=False)
    fields = [(name, _arrow_type(feature)) for name, feature in columns.items()]
    return pa.schema(fields, metadata={"huggingface": described})


def _classes(names: Sequence[str]) -> dict[str, Any]:
    return {"names": list(names), "_type": "ClassLabel"}


def _arrow_type(feature: Feature) -> pa.DataType:
    if isinstance(feature, list):
        [item] = feature
        return pa.list_(pa.struct([(name, _arrow_type(part)) for name, part in item.items()]))
    return pa.int64() if feature["_type"] == "ClassLabel" else TYPES[feature["dtype"]]
