"""The dataset opens with the Hugging Face library offline, and reads back as gold."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import ROOT
from marked import marked
from miyar.annotation import Annotation, Argument, read_annotations
from miyar.article import Article
from miyar.dataset import read_gold, write_card, write_dataset
from miyar.dataset.layout import parquet_file
from miyar.errors import DataError, UsageError
from miyar.output import written_folder
from miyar.scheme import Scheme

STORY = marked("قال [محمد [علي]PERS]OCC إن [هجوما]ATTACK:t وقع في [مايو]DATE:d=2024-05", "t TIME d")


@pytest.fixture
def articles() -> dict[str, Article]:
    return {
        "story": Article("story", STORY.text, {"title": "عنوان", "desk": 7}),
        "empty": Article("empty", "لا شيء"),
    }


@pytest.fixture
def dataset(tmp_path: Path, articles: dict[str, Article], scheme: Scheme) -> Path:
    spans, arguments = STORY.spans, STORY.arguments
    story, empty = articles["story"].sha256, articles["empty"].sha256
    annotations = (
        Annotation("story", story, "A1", spans=spans, arguments=arguments, scheme="1", seconds=2.5),
        Annotation("story", story, "A2", status="skipped", spans=()),
        Annotation("empty", empty, "A1", spans=()),
        Annotation("empty", empty, "A2", spans=()),
    )
    return write(tmp_path / "made", annotations, articles, scheme)


def write(
    folder: Path, annotations: tuple[Annotation, ...], articles: Mapping[str, Article], scheme: Scheme
) -> Path:
    with written_folder(folder, mark="manifest.json") as part:
        write_dataset(part, annotations, articles, scheme)
        write_card(part, "made", ["machine-written"], scheme, ROOT / "annotation_config")
    return folder


def test_load_dataset_opens_it_offline_with_typed_features(
    dataset: Path, tmp_path: Path, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import ClassLabel, load_dataset

    loaded = load_dataset(str(dataset), split="annotations", cache_dir=str(tmp_path / "cache"))
    spans = loaded.features["spans"].feature
    assert isinstance(spans["label"], ClassLabel)
    assert spans["label"].names == [label.code for label in scheme.labels]
    assert loaded.features["arguments"].feature["role"].names == [role.code for role in scheme.roles]
    assert loaded.features["status"].names == ["finished", "skipped"]
    row = loaded[0]
    assert (row["text"], row["title"], row["annotator"], row["seconds"]) == (STORY.text, "عنوان", "A1", 2.5)
    read = [(s["start"], s["end"], spans["label"].int2str(s["label"]), s["value"]) for s in row["spans"]]
    assert read == [(s.start, s.end, s.label, s.attributes.get("value")) for s in STORY.spans]
    assert all(row["text"][s["start"] : s["end"]] == s["text"] for s in row["spans"])
    assert loaded["status"] == [0, 1, 0, 0]


def test_load_dataset_never_gives_the_content_of_another_folder_or_of_yesterday(
    tmp_path: Path, articles: dict[str, Article], scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    one = Annotation("empty", articles["empty"].sha256, "A1", spans=())
    two = Annotation("story", articles["story"].sha256, "A1", spans=())
    cache = str(tmp_path / "cache")
    for place, annotations in (("here", (one,)), ("there", (one, two)), ("here", (two,))):
        folder = tmp_path / place / "dataset"
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, annotations, articles, scheme)
        loaded = load_dataset(str(folder), split="annotations", cache_dir=cache)
        assert loaded["article"] == [annotation.article for annotation in annotations]


def test_json_lines_and_parquet_give_the_same_gold(dataset: Path, scheme: Scheme) -> None:
    from_parquet = read_gold(dataset, scheme, "A1")
    from_lines = read_gold(dataset / "annotations.jsonl", scheme, "A1")
    assert from_parquet.digest == from_lines.digest
    assert from_parquet.articles.ids == ("story", "empty")
    assert len(from_parquet.spans) == len(STORY.spans)
    assert from_parquet.articles.lengths is not None
    assert from_parquet.articles.lengths.tolist() == [len(STORY.text), len("لا شيء")]


def test_several_views_are_not_gold(dataset: Path, scheme: Scheme) -> None:
    with pytest.raises(
        DataError, match=r"1 article with several annotations, such as empty(.|\n)*--annotator A1"
    ):
        read_gold(dataset, scheme)


def test_unknown_annotator_is_a_wrong_call(dataset: Path, scheme: Scheme) -> None:
    with pytest.raises(UsageError, match="no annotator 'A7'; one of A1, A2"):
        read_gold(dataset, scheme, "A7")


def test_skipped_articles_are_not_gold(dataset: Path, scheme: Scheme) -> None:
    assert read_gold(dataset, scheme, "A2").articles.ids == ("empty",)


def test_labels_of_another_scheme_are_refused(dataset: Path, scheme: Scheme) -> None:
    lines = (dataset / "annotations.jsonl").read_text(encoding="utf-8").replace('"OCC"', '"OFFICE"')
    other = dataset.parent / "other.jsonl"
    other.write_text(lines, encoding="utf-8")
    with pytest.raises(DataError, match="OFFICE"):
        read_gold(other, scheme, "A1")


def test_what_is_no_gold_is_a_wrong_call(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(UsageError, match="not a dataset folder"):
        read_gold(tmp_path, scheme)


def test_no_finished_annotation_is_no_gold(
    tmp_path: Path, articles: dict[str, Article], scheme: Scheme
) -> None:
    skipped = Annotation("empty", articles["empty"].sha256, "A1", status="skipped", spans=())
    folder = write(tmp_path / "skipped", (skipped,), articles, scheme)
    with pytest.raises(DataError, match="no finished annotation"):
        read_gold(folder, scheme)


def test_a_scheme_of_entities_only_makes_a_dataset(
    tmp_path: Path, articles: dict[str, Article], scheme: Scheme
) -> None:
    flat = Scheme("1", "ar", scheme.entities)
    annotation = Annotation("empty", articles["empty"].sha256, "A1", spans=())
    folder = write(tmp_path / "flat", (annotation,), articles, flat)
    assert read_gold(folder, flat).articles.ids == ("empty",)
    assert len(list((folder / "data").glob("annotations-*.parquet"))) == 1


def with_implied(articles: Mapping[str, Article]) -> Annotation:
    """Return the story with an argument that nobody chose the role of, after one that somebody did."""
    person = next(span.id for span in STORY.spans if span.label == "PERS")
    arguments = (Argument("t", person, "AGENT"), Argument("t", "d", "TIME", implied=True))
    return Annotation("story", articles["story"].sha256, "A1", spans=STORY.spans, arguments=arguments)


def test_roles_that_nobody_chose_are_marked_in_lines_and_columns(
    tmp_path: Path, articles: dict[str, Article], scheme: Scheme
) -> None:
    annotation = with_implied(articles)
    folder = write(tmp_path / "implied", (annotation,), articles, scheme)
    [line] = (folder / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
    assert [one.get("implied") for one in json.loads(line)["arguments"]] == [None, True]
    assert tuple(read_annotations(folder / "annotations.jsonl")) == (annotation,)
    [column] = pq.read_table(parquet_file(folder))["arguments"].to_pylist()
    assert [one["implied"] for one in column] == [False, True]


def test_a_dataset_from_before_implied_roles_reads_as_ever(
    tmp_path: Path, articles: dict[str, Article], scheme: Scheme
) -> None:
    folder = write(tmp_path / "old", (with_implied(articles),), articles, scheme)
    now = read_gold(folder, scheme)
    file = parquet_file(folder)
    table = pq.read_table(file)
    [row] = table["arguments"].to_pylist()
    kind = pa.list_(pa.struct([("trigger", pa.string()), ("entity", pa.string()), ("role", pa.int64())]))
    column = pa.array([[{name: one[name] for name in ("trigger", "entity", "role")} for one in row]], kind)
    table = table.set_column(table.schema.get_field_index("arguments"), "arguments", column)
    added = b', "implied": {"dtype": "bool", "_type": "Value"}'
    described = table.schema.metadata[b"huggingface"].replace(added, b"")
    assert b"implied" not in described
    pq.write_table(table.replace_schema_metadata({"huggingface": described}), file)
    assert read_gold(folder, scheme).digest == now.digest


def test_what_was_written_reads_back_the_same(dataset: Path) -> None:
    read = tuple(read_annotations(dataset / "annotations.jsonl"))
    assert read[0].spans == STORY.spans
    assert read[0].arguments == STORY.arguments
    lines = (dataset / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [annotation.to_dict() for annotation in read]
