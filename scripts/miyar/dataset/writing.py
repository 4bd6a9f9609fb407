"""Annotations as a Hugging Face dataset on disk.

The folder holds `data/annotations-<digest>.parquet` with typed features, the same as `annotations.jsonl`,
the scheme's `labels.toml`, and a dataset card that tells `datasets.load_dataset(DIR)` where the data are.
The digest is there because that library keeps a cache by folder name and file names: without it, it
gives the content that another folder of the same name, or the same folder earlier, had.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from miyar.annotation import STATUSES, Annotation
from miyar.article import METADATA_FIELDS, Article
from miyar.dataset.columns import Columns, argument_columns, lists_of, span_columns
from miyar.dataset.features import arrow_schema
from miyar.dataset.layout import DATA, JSON_LINES, SPLIT, parquet_file
from miyar.scheme import Scheme

BATCH = 1_000
ENCODER = msgspec.json.Encoder()


def write_dataset(
    folder: Path, annotations: Iterable[Annotation], articles: Mapping[str, Article], scheme: Scheme
) -> Counter[str]:
    """Write the data of a dataset folder, in batches, and return the number of spans per label."""
    (folder / DATA).mkdir()
    parquet = folder / DATA / "annotations.parquet"
    schema = arrow_schema(scheme)
    counts = Counter[str]()
    stream = iter(annotations)
    with pq.ParquetWriter(parquet, schema) as table, (folder / JSON_LINES).open("wb") as lines:
        while batch := list(islice(stream, BATCH)):
            lines.write(ENCODER.encode_lines(batch))
            spans = span_columns(batch, scheme)
            table.write_table(_table(batch, spans, articles, scheme, schema))
            counts.update({one["values"]: one["counts"] for one in spans["label"].value_counts().to_pylist()})
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


def _table(
    batch: Sequence[Annotation],
    spans: Columns,
    articles: Mapping[str, Article],
    scheme: Scheme,
    schema: pa.Schema,
) -> pa.Table:
    """Return annotations as rows: with the text and metadata of the article, and codes as ClassLabels."""
    of = [articles[annotation.article] for annotation in batch]
    labels = [label.code for label in scheme.labels]
    roles = [role.code for role in scheme.roles]
    arguments = argument_columns(batch)
    plain = ("article", "sha256", "annotator", "scheme", "created", "seconds")
    columns: dict[str, Any] = {
        **{name: [getattr(annotation, name) for annotation in batch] for name in plain},
        **{name: [article.metadata.get(name) for article in of] for name in METADATA_FIELDS},
        "text": [article.text for article in of],
        "status": [STATUSES.index(annotation.status) for annotation in batch],
        "spans": lists_of(
            {**spans, "label": _classes(spans["label"], labels)},
            schema.field("spans").type.value_type,
            [len(annotation.spans) for annotation in batch],
        ),
    }
    if roles:
        columns["arguments"] = lists_of(
            {**arguments, "role": _classes(arguments["role"], roles)},
            schema.field("arguments").type.value_type,
            [len(annotation.arguments) for annotation in batch],
        )
    return pa.table({name: columns[name] for name in schema.names}, schema)


def _classes(codes: pa.Array, names: Sequence[str]) -> pa.Array:
    """Return what ClassLabels store in place of codes; raises ValueError for a code that is none of them."""
    indices = pc.index_in(codes, value_set=pa.array(names, pa.string()))
    if indices.null_count:
        raise ValueError(f"a code is none of {', '.join(names)}")
    return indices
