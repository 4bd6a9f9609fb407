"""Faults that were met in the field: gold, predictions, exports, metadata. Their inputs lie elsewhere."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from command import Done, run
from conftest import case
from miyar.annotation import read_annotations
from miyar.dataset import JSON_LINES
from miyar.dataset.layout import parquet_file

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_dataset_says_what_every_version_of_datasets_reads(here: Path, capsys: Capture) -> None:
    folder = case("datasets_before_4")
    assert run(capsys, "import-conll", folder / "gold.conll", "-o", "c").status == 0
    metadata = pq.read_schema(parquet_file(here / "c" / "gold")).metadata[b"huggingface"]
    spans = json.loads(metadata)["info"]["features"]["spans"]
    assert isinstance(spans, list)
    assert [
        (one.start, one.end, one.label)
        for one in next(read_annotations(here / "c" / "gold" / JSON_LINES)).spans
    ]


def test_spans_as_lists_are_refused_by_their_place(here: Path, capsys: Capture) -> None:
    folder = case("gold_spans_as_lists")
    gold, articles, config = (folder / name for name in ("gold.jsonl", "articles", "annotation_config"))
    calls = (
        ("score-extractors", gold, folder / "predictions.jsonl", "--articles", articles),
        ("run-extractor", "lexicon", articles, "--gold", gold, "-o", "x"),
    )
    for call in calls:
        done = run(capsys, *call, "--config", config)
        assert done.status == 1
        assert f"{gold}:1: spans[0]: a list" in done.err
        assert "[bad_annotation]" in done.err
        assert '"start": 0, "end": 5' in done.err


def test_half_a_character_in_metadata_is_mended_or_named(here: Path, capsys: Capture) -> None:
    folder = case("lone_surrogate_in_metadata")
    assert run(capsys, "clean-articles", folder / "scraped.jsonl", "-o", "out").status == 0
    assert "\ufffd" in (here / "out" / "metadata.jsonl").read_text(encoding="utf-8")
    assert (here / "out" / "changes.jsonl").read_text(encoding="utf-8").count("\n") == 1
    named = run(
        capsys,
        *("score-extractors", folder / "gold.jsonl", folder / "predictions.jsonl", "--by", "author"),
        *("--articles", folder / "scraped.jsonl", "--samples", 0, "--format", "json"),
    )
    assert named.status == 1
    assert "author: half a character" in named.err


@pytest.mark.parametrize("name", ["export.json", "third_party.json"])
def test_nothing_is_made_of_annotations_of_which_all_was_refused(
    name: str, here: Path, capsys: Capture
) -> None:
    folder = case("quarantine_empties_gold")
    done = run(
        capsys,
        *("import-annotations", folder / name, "--articles", folder / "articles", "-o", "d"),
        *("--quarantine", "q.jsonl", "--config", folder / "annotation_config"),
    )
    assert done.status == 1
    assert "[no_annotations]" in done.err
    assert list(here.iterdir()) == []


def contradicting(capsys: Capture, gold: str, predictions: str) -> Done:
    folder = case("text_contradicts_offsets")
    return run(
        capsys,
        *("score-extractors", folder / gold, folder / predictions, "--articles", folder / "articles"),
        *("--config", folder / "annotation_config", "--samples", 0),
    )


def test_a_text_that_contradicts_its_offsets_is_said(capsys: Capture) -> None:
    refused = contradicting(capsys, "gold_shifted.jsonl", "predictions.jsonl")
    assert refused.status == 1
    assert "2 problems: 2 other_text" in refused.err
    assert "the offsets are shifted by +1" in refused.err
    charged = contradicting(capsys, "gold.jsonl", "predictions_shifted.jsonl")
    assert charged.status == 0
    assert charged.err.count("[other_text]") == charged.err.count("shifted by +1") == 2
    white = contradicting(capsys, "gold_white_space.jsonl", "predictions.jsonl")
    assert white.status == 1
    assert "[only_white_space]" in white.err


def test_a_refusal_says_where_two_texts_part(here: Path, capsys: Capture) -> None:
    folder = case("text_differs_somewhere")
    assert run(capsys, "import-conll", folder / "gold" / "x.txt", "-o", "c").status == 0
    system = ("import-conll", folder / "system" / "x.txt", "-o", "p", "--predictions", "s@1")
    assert run(capsys, *system).status == 0
    done = run(capsys, "score-extractors", "c/gold", "p")
    assert done.status == 1
    assert "in token 4" in done.err
    assert "ARABIC FATHA more" in done.err


def test_other_shapes_of_json_are_read_or_named(here: Path, capsys: Capture) -> None:
    folder = case("unclear_json_shapes")
    config, articles = ("--config", folder / "annotation_config"), ("--articles", folder / "articles")
    scored = ("score-extractors", folder / "gold.jsonl", folder / "predictions_array.json", "--samples", 0)
    assert run(capsys, *scored, *articles, *config).status == 0  # one JSON list is read
    lines = run(capsys, "convert-articles", folder / "articles.jsonl", "-o", "t.json", *config)
    assert lines.status == 1
    for words in ("1: text: text is null", "2: id: id is the number", "3: id: id is true"):
        assert f"articles.jsonl:{words}" in lines.err
    assert (
        run(capsys, "import-annotations", folder / "export.ndjson", *articles, "-o", "d", *config).status == 0
    )
    storage = run(capsys, "import-annotations", folder / "storage", *articles, "-o", "e", *config)
    assert storage.status == 2
    assert "files of a target storage" in storage.err


def test_white_space_at_edges_decides_nothing(here: Path, capsys: Capture) -> None:
    folder = case("white_space_at_edges")
    call = ("import-annotations", folder / "export.json", "--articles", folder / "articles", "-o", "d")
    assert run(capsys, *call, "--config", folder / "annotation_config").status == 0
    assert run(capsys, "import-conll", folder / "n.txt", "-o", "c").status == 0
    for gold in ("d", "c/gold"):
        [annotation] = read_annotations(here / gold / JSON_LINES)
        assert [(span.start, span.end, span.label) for span in annotation.spans] == [(8, 11, "LOC")]
        for predictions in ("predictions_trimmed.jsonl", "predictions_blank.jsonl"):
            done = run(
                capsys,
                *("score-extractors", gold, folder / predictions, "--samples", 0, "--format", "json"),
            )
            assert json.loads(done.out)["layers"]["entities"]["strict"]["micro"]["f1"] == 1
            assert json.loads(done.out)["charged"] == ({"trimmed": 1} if "blank" in predictions else {})
