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
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from miyar.annotation import STATUSES, Annotation
from miyar.article import METADATA_FIELDS, Article
from miyar.dataset.columns import encoded, line_table, lists_like
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
    schema = arrow_schema(scheme)
    counts = Counter[str]()
    stream = iter(annotations)

    def write(batch: Sequence[Annotation], text: bytes) -> None:
        lines.write(text)
        read = line_table(text, scheme)
        table.write_table(_table(batch, read, articles, scheme, schema))
        codes = pc.struct_field(read["spans"].combine_chunks().flatten(), "label")
        counts.update({one["values"]: one["counts"] for one in codes.value_counts().to_pylist()})

    with (
        pq.ParquetWriter(parquet, schema) as table,
        (folder / JSON_LINES).open("wb") as lines,
        ThreadPoolExecutor(1) as beside,  # Arrow works outside the interpreter's lock
    ):
        written: Future[None] | None = None
        while batch := list(islice(stream, BATCH)):
            text = encoded(batch)
            if written:
                written.result()
            written = beside.submit(write, batch, text)
        if written:
            written.result()
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
    read: pa.Table,
    articles: Mapping[str, Article],
    scheme: Scheme,
    schema: pa.Schema,
) -> pa.Table:
    """Return annotations as rows: with the text and metadata of the article, and codes as ClassLabels."""
    of = [articles[annotation.article] for annotation in batch]
    labels, roles = [label.code for label in scheme.labels], [role.code for role in scheme.roles]
    columns: dict[str, Any] = {
        **{name: read[name] for name in ("article", "sha256", "annotator", "scheme", "created", "seconds")},
        **{name: [article.metadata.get(name) for article in of] for name in METADATA_FIELDS},
        "text": [article.text for article in of],
        "status": _classes(read["status"], STATUSES),
        "spans": _coded(read["spans"], "label", labels, schema.field("spans").type),
    }
    if roles:
        columns["arguments"] = _coded(read["arguments"], "role", roles, schema.field("arguments").type)
    return pa.table({name: columns[name] for name in schema.names}, schema)


def _coded(column: pa.ChunkedArray, coded: str, names: Sequence[str], kind: pa.ListType) -> pa.ListArray:
    """Return a column of lists as the dataset has it, with one field as what ClassLabels store."""
    lists = column.combine_chunks()
    flat = lists.flatten()
    fields = {field.name: pc.struct_field(flat, field.name) for field in kind.value_type}
    fields[coded] = _classes(fields[coded], names)
    if "implied" in fields:  # JSON Lines have it only where it is true
        fields["implied"] = pc.fill_null(fields["implied"], False)
    return lists_like(lists, list(fields.values()), kind.value_type)


def _classes(codes: pa.Array | pa.ChunkedArray, names: Sequence[str]) -> pa.Array | pa.ChunkedArray:
    """Return what ClassLabels store in place of codes; raises ValueError for a code that is none of them."""
    indices = pc.index_in(codes, value_set=pa.array(names, pa.string()))
    if indices.null_count:
        raise ValueError(f"a code is none of {', '.join(names)}")
    return indices
