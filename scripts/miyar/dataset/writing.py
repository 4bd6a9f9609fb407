"""Annotations as a Hugging Face dataset on disk.

The folder holds `data/annotations-<digest>.parquet` with typed features, the same as `annotations.jsonl`,
the scheme's `labels.toml`, and a dataset card that tells `datasets.load_dataset(DIR)` where the data are.
The digest is there because that library keeps a cache by folder name and file names: without it, it
gives the content that another folder of the same name, or the same folder earlier, had.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from miyar.annotation import STATUSES, Annotation
from miyar.article import METADATA_FIELDS, Article
from miyar.dataset.features import arrow_schema
from miyar.dataset.layout import DATA, JSON_LINES, SPLIT, parquet_file
from miyar.scheme import Scheme

BATCH = 1_000


def write_dataset(
    folder: Path, annotations: Iterable[Annotation], articles: Mapping[str, Article], scheme: Scheme
) -> Counter[str]:
    """Write the data of a dataset folder, in batches, and return the number of spans per label."""
    (folder / DATA).mkdir()
    parquet = folder / DATA / "annotations.parquet"
    schema, indices = arrow_schema(scheme), _indices(scheme)
    counts = Counter[str]()
    stream = iter(annotations)
    with (
        pq.ParquetWriter(parquet, schema) as table,
        (folder / JSON_LINES).open("w", encoding="utf-8", newline="\n") as lines,
    ):
        while batch := list(islice(stream, BATCH)):
            records = [annotation.to_dict() for annotation in batch]
            lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            rows = [_row(record, articles[record["article"]], indices) for record in records]
            table.write_table(pa.Table.from_pylist(rows, schema))
            counts.update(span.label for annotation in batch for span in annotation.spans)
    with parquet.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()[:8]
    parquet.rename(parquet.with_name(f"annotations-{digest}.parquet"))
    return counts


def write_card(folder: Path, title: str, facts: Sequence[str], scheme: Scheme, config: Path) -> None:
    """Write README.md, which tells the Hugging Face libraries and people what the folder holds."""
    shutil.copyfile(config / "labels.toml", folder / "labels.toml")
    lines = [
        "---",
        f"language: [{scheme.language}]",
        "task_categories: [token-classification]",
        "configs:",
        "- config_name: default",
        "  data_files:",
        f"  - split: {SPLIT}",
        f"    path: {DATA}/{parquet_file(folder).name}",
        "---",
        f"# {title}",
        "",
        "One row per article and annotator. Offsets are Unicode code points, ranges are half-open;",
        "spans may nest. The labels are explained in `labels.toml`.",
        "",
        *(f"- {fact}" for fact in facts),
        "",
        "```python",
        "from datasets import load_dataset",
        f'annotations = load_dataset("PATH/TO/THIS/FOLDER", split="{SPLIT}")',
        "```",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")


class _Indices(NamedTuple):
    """What the ClassLabels of a scheme store in place of codes."""

    labels: Mapping[str, int]
    roles: Mapping[str, int]


def _indices(scheme: Scheme) -> _Indices:
    return _Indices(
        {label.code: index for index, label in enumerate(scheme.labels)},
        {role.code: index for index, role in enumerate(scheme.roles)},
    )


def _row(record: Mapping[str, Any], article: Article, indices: _Indices) -> dict[str, Any]:
    """Return an annotation's JSON object as a row: with the text, with indices, attributes as columns."""
    spans = record["spans"]
    return {
        **record,
        **{name: article.metadata.get(name) for name in METADATA_FIELDS},
        "text": article.text,
        "status": STATUSES.index(record["status"]),
        "spans": [
            {**span, **span.get("attributes", {}), "label": indices.labels[span["label"]]} for span in spans
        ],
        "arguments": [{**a, "role": indices.roles[a["role"]]} for a in record["arguments"]],
    }
