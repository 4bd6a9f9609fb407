"""Annotations as a Hugging Face dataset on disk, and the gold read back from any of its forms.

The folder holds `data/annotations-<digest>.parquet` with typed features, the same as `annotations.jsonl`,
the scheme's `labels.toml`, and a dataset card that tells `datasets.load_dataset(DIR)` where the data are.
The digest is there because that library keeps a cache by folder name and file names: without it, it
gives the content that another folder of the same name, or the same folder earlier, had.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from miyar.annotation import STATUSES, Annotation, read_annotations
from miyar.article import METADATA_FIELDS, Article
from miyar.errors import DataError, Problem, UsageError
from miyar.scheme import Scheme, one_of
from miyar.spantable import SPAN_TYPE, Views, views_of

DATA, JSON_LINES, MARK = "data", "annotations.jsonl", "import.json"
SPLIT = "annotations"
BATCH = 1_000


def features(scheme: Scheme) -> Any:
    """Return the dataset's `datasets.Features`: labels, roles and status are ClassLabels of the scheme."""
    from datasets import ClassLabel, Features, List, Value

    text = Value("string")
    attributes = {attribute.code: text for attribute in scheme.attributes}
    label = ClassLabel(names=[label.code for label in scheme.labels])
    offsets = {"start": Value("int32"), "end": Value("int32")}
    span = {"id": text, **offsets, "label": label, "text": text, **attributes}
    columns = {
        "article": text,
        "sha256": text,
        "text": text,
        **dict.fromkeys(METADATA_FIELDS, text),
        "annotator": text,
        "status": ClassLabel(names=list(STATUSES)),
        "spans": List(span),
        "scheme": text,
        "created": text,
        "seconds": Value("float64"),
    }
    if scheme.roles:
        role = ClassLabel(names=[role.code for role in scheme.roles])
        columns["arguments"] = List({"trigger": text, "entity": text, "role": role})
    return Features(columns)


def write_dataset(
    folder: Path, annotations: Iterable[Annotation], articles: Mapping[str, Article], scheme: Scheme
) -> Counter[str]:
    """Write the data of a dataset folder, in batches, and return the number of spans per label."""
    (folder / DATA).mkdir()
    parquet = folder / DATA / "annotations.parquet"
    schema, indices = features(scheme).arrow_schema, _indices(scheme)
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
        f"    path: {DATA}/{_parquet(folder).name}",
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


def read_gold(path: Path, scheme: Scheme, annotator: str | None = None) -> Views:
    """Return one view per article from a dataset folder or an annotation JSON Lines file.

    Skipped articles are left out. Raises DataError where an article has several annotations and no
    annotator is chosen, where a label is not the scheme's, and where nothing is left.
    """
    table = _gold_table(path)
    annotators = sorted(set(table["annotator"].to_pylist()))
    if annotator is not None:
        if annotator not in annotators:
            raise UsageError(f"{path}: no annotator {annotator!r}; {one_of(annotator, annotators)}")
        table = table.filter(pa.compute.equal(table["annotator"], annotator))
    table = table.filter(pa.compute.equal(table["status"], "finished"))
    problems = [*_several_views(path, table, annotators), *_no_views(path, table)]
    if problems:
        raise DataError(problems)
    views = _views(path, table, scheme)
    unknown = views.codes[len(scheme.labels) :]
    if unknown:
        codes, remedy = [label.code for label in scheme.labels], "name the scheme of the gold with --config"
        raise DataError(
            Problem("unknown_label", str(path), code, one_of(code, codes), remedy) for code in unknown
        )
    return views


def gold_annotations(path: Path, annotator: str | None = None) -> tuple[Annotation, ...]:
    """Return the finished annotations of a dataset folder or a JSON Lines file, of one annotator if named."""
    file = path / JSON_LINES if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: not an annotation JSON Lines file nor a folder with {JSON_LINES}")
    return tuple(
        annotation
        for annotation in read_annotations(file)
        if annotation.status == "finished" and annotator in (None, annotation.annotator)
    )


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


def _gold_table(path: Path) -> pa.Table:
    """Return the columns that scoring needs, with labels and status as codes and `length` of the text."""
    if path.is_file():
        return _json_table(path)
    return _parquet_table(_parquet(path))


def _parquet(folder: Path) -> Path:
    found = sorted((folder / DATA).glob("annotations-*.parquet"))
    if len(found) != 1:
        expected = f"a dataset folder ({DATA}/annotations-….parquet) or an annotation JSON Lines file"
        raise UsageError(f"{folder}: not {expected}")
    return found[0]


def _parquet_table(file: Path) -> pa.Table:
    try:
        table = pq.read_table(file, columns=["article", "sha256", "annotator", "status", "spans", "text"])
        described = json.loads((table.schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (pa.ArrowException, KeyError, ValueError) as error:
        found, expected = f"{type(error).__name__}: {error}", "a dataset that import-annotations made"
        raise DataError([Problem("not_a_dataset", str(file), found, expected, "import it again")]) from error
    spans = table["spans"].combine_chunks()
    flat = spans.flatten()
    span_features = described["spans"].get("feature", described["spans"])
    labels = _decoded(flat.field("label"), span_features["label"]["names"])
    coded = pa.StructArray.from_arrays(
        [flat.field("start"), flat.field("end"), labels], ["start", "end", "label"]
    )
    return pa.table(
        {
            **{name: table[name] for name in ("article", "sha256", "annotator")},
            "status": _decoded(table["status"].combine_chunks(), described["status"]["names"]),
            "spans": pa.ListArray.from_arrays(spans.offsets, coded).cast(pa.list_(SPAN_TYPE)),
            "length": pa.compute.utf8_length(table["text"]),
        }
    )


def _decoded(indices: pa.Array, names: Sequence[str]) -> pa.Array:
    return pa.array(names, pa.string()).take(indices)


def _json_table(file: Path) -> pa.Table:
    annotations = list(read_annotations(file))
    columns: dict[str, Any] = {
        name: [getattr(annotation, name) for annotation in annotations]
        for name in ("article", "sha256", "annotator", "status")
    }
    spans = [[span.to_dict() for span in annotation.spans] for annotation in annotations]
    columns["spans"] = pa.array(spans, pa.list_(SPAN_TYPE))
    columns["length"] = pa.nulls(len(annotations), pa.int64())
    return pa.table(columns)


def _several_views(path: Path, table: pa.Table, annotators: Sequence[str]) -> Iterator[Problem]:
    times = Counter(table["article"].to_pylist())
    several = [article for article, count in times.items() if count > 1]
    if several:
        found = f"{len(several)} articles with several annotations, such as {several[0]}"
        remedy = f"adjudicate, or say whose view is the reference: --annotator {annotators[0]}"
        yield Problem("not_gold", str(path), found, "one annotation per article", remedy)


def _no_views(path: Path, table: pa.Table) -> Iterator[Problem]:
    if not table.num_rows:
        yield Problem("no_gold", str(path), "no finished annotation", "at least one annotated article")


def _views(path: Path, table: pa.Table, scheme: Scheme) -> Views:
    lengths = table["length"].combine_chunks()
    return views_of(
        path.resolve().name,
        table["article"].to_pylist(),
        table["sha256"].to_pylist(),
        table["spans"].combine_chunks(),
        [label.code for label in scheme.labels],
        None if lengths.null_count else np.asarray(lengths, dtype=np.int64),
    )
