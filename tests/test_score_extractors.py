"""score-extractors as a user runs it: layers, maps, slices, errors, and scores computed again."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command import run
from conftest import ROOT
from miyar.annotation import read_annotations

ARTICLES = ROOT / "corpus" / "articles"
GOLD = ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl"
OTHER = ROOT / "corpus" / "annotations" / "demo" / "A2.jsonl"

ARABIC = re.compile("[\u0600-\u06ff]")
Capture = pytest.CaptureFixture[str]
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """Return what annotator A2 said, as if an extractor had: spans, arguments and attributes."""
    return as_predictions(tmp_path / "second.jsonl")


def as_predictions(file: Path, change: Change = lambda line: None) -> Path:
    lines = []
    for annotation in read_annotations(OTHER):
        row = {span.id: number for number, span in enumerate(annotation.spans)}
        line = {
            "article": annotation.article,
            "sha256": annotation.sha256,
            "spans": [
                {"start": s.start, "end": s.end, "label": s.label, "attributes": dict(s.attributes)}
                for s in annotation.spans
            ],
            "arguments": [
                {"trigger": row[a.trigger], "entity": row[a.entity], "role": a.role}
                for a in annotation.arguments
            ],
        }
        change(line)
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    file.write_text("".join(lines), encoding="utf-8")
    return file


def scored(capsys: Capture, *arguments: object) -> dict[str, Any]:
    done = run(capsys, "score-extractors", *arguments, "--format", "json")
    assert done.status == 0, done.err
    value: dict[str, Any] = json.loads(done.out)
    return value


def test_every_layer_is_scored(predictions: Path, capsys: Capture) -> None:
    value = scored(capsys, GOLD, predictions, "--articles", ARTICLES)
    assert {layer: list(measures) for layer, measures in value["layers"].items()} == {
        "entities": ["strict", "untyped", "partial", "type", "nesting"],
        "triggers": ["trig_i", "trig_c"],
        "arguments": [
            f"{name}{attached}{conditional}"
            for conditional in ("", "_conditional")
            for attached in ("", "_attached")
            for name in ("arg_i", "arg_c")
        ],
        "attributes": ["value", "link"],
        "comparison": ["default", "strict"],
    }
    assert value["left_out"] == {}
    for measures in value["layers"].values():
        for name, measure in measures.items():
            micro = measure["micro"]
            assert 0 < (micro["share"] if "share" in micro else micro["f1"]) <= 1, name
            assert "spans in" in str(micro["interval"]["why_none"])
            assert f"|measure:{name}|" in measure["signature"]


def test_what_has_no_texts_or_is_not_wanted_is_left_out_and_said(predictions: Path, capsys: Capture) -> None:
    without = scored(capsys, GOLD, predictions)
    assert without["left_out"] == {"comparison": "the gold has no texts: give the articles (--articles)"}
    unwanted = scored(capsys, GOLD, predictions, "--articles", ARTICLES, "--no-comparison")
    assert unwanted["left_out"] == {"comparison": "not asked for"}
    assert "comparison" not in unwanted["layers"]


def test_errors_are_written_and_add_up(predictions: Path, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "errors.jsonl"
    value = scored(capsys, GOLD, predictions, "--articles", ARTICLES, "--errors", file)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for layer in ("entities", "triggers"):
        errors = value["errors"][layer]
        main = value["layers"][layer]["strict" if layer == "entities" else "trig_c"]["micro"]
        sides = {"gold": main["gold"], "predicted": main["predicted"]}
        for side, total in sides.items():
            by_label = errors[side].values()
            assert sum(count for counts in by_label for count in counts.values()) == total
            assert sum(counts["right"] for counts in by_label) == main["tp"]
            wrong = [line for line in lines if line["layer"] == layer and line[side]]
            assert len(wrong) == total - main["tp"]
    assert {line["extractor"] for line in lines} == {"second"}
    assert all(line["gold"] is None or line["gold"]["text"] for line in lines)


def test_a_map_is_named_and_what_it_drops_is_counted(predictions: Path, capsys: Capture) -> None:
    value = scored(capsys, GOLD, predictions, "--map", "conll")
    strict = value["layers"]["entities"]["strict"]
    assert list(strict["labels"]) == ["ORG", "LOC", "PER", "MISC"]
    assert "|map:conll|" in strict["signature"]
    assert value["dropped_by_map"]["gold"]["spans"] > 0
    assert "triggers" not in value["layers"]
    assert value["left_out"]["triggers"] == "the inventory has no triggers"
    refused = run(capsys, "score-extractors", GOLD, predictions, "--map", "conl")
    assert refused.status == 2
    assert "did you mean conll?" in refused.err


def test_a_stored_score_is_verified_and_a_changed_digit_is_found(
    predictions: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "scores.json"
    value = scored(capsys, GOLD, predictions, "--articles", ARTICLES, "--samples", 200, "--seed", 7)
    file.write_text(json.dumps(value), encoding="utf-8")
    same = run(capsys, "score-extractors", "--verify", file)
    assert same.status == 0
    assert "second on A1.jsonl: the same to the last digit" in same.out
    file.write_text(json.dumps({**value, "warnings": ["all is well"]}), encoding="utf-8")
    edited = run(capsys, "score-extractors", "--verify", file)
    assert (edited.status, "warnings" in edited.err) == (1, True)
    precision = value["layers"]["entities"]["strict"]["micro"]["precision"]
    value["layers"]["entities"]["strict"]["micro"]["precision"] = precision + 1e-16
    file.write_text(json.dumps(value).replace(repr(precision), repr(precision + 2e-16), 1), encoding="utf-8")
    changed = run(capsys, "score-extractors", "--verify", file)
    assert changed.status == 1
    assert "layers.entities.strict.micro.precision" in changed.err
    assert "The score is not the same." in changed.err


def test_a_score_is_verified_where_its_inputs_lie_now(
    predictions: Path, tmp_path: Path, capsys: Capture
) -> None:
    file, moved = tmp_path / "scores.json", tmp_path / "moved" / "second.jsonl"
    file.write_text(json.dumps(scored(capsys, GOLD, predictions)), encoding="utf-8")
    moved.parent.mkdir()
    predictions.rename(moved)
    lost = run(capsys, "score-extractors", "--verify", file)
    assert lost.status == 2
    found = run(capsys, "score-extractors", "--verify", file, GOLD, moved)
    assert (found.status, "the same to the last digit" in found.out) == (0, True)
    as_predictions(moved, lambda line: line["spans"].pop())
    other = run(capsys, "score-extractors", "--verify", file, GOLD, moved)
    assert other.status == 1
    assert "signature" in other.err


def test_moved_texts_are_named_and_choices_are_not_taken_again(
    predictions: Path, tmp_path: Path, capsys: Capture
) -> None:
    texts, moved, file = tmp_path / "texts", tmp_path / "moved", tmp_path / "scores.json"
    shutil.copytree(ARTICLES, texts)
    file.write_text(json.dumps(scored(capsys, GOLD, predictions, "--articles", texts)), encoding="utf-8")
    texts.rename(moved)
    assert run(capsys, "score-extractors", "--verify", file).status == 2
    assert run(capsys, "score-extractors", "--verify", file, "--articles", moved).status == 0
    refused = run(capsys, "score-extractors", "--verify", file, "--seed", 9, "--by", "source")
    assert refused.status == 2
    assert "leave out seed, by" in refused.err


def test_signatures_of_slices_name_what_they_depend_on(
    predictions: Path, tmp_path: Path, capsys: Capture
) -> None:
    texts = tmp_path / "texts"
    shutil.copytree(ARTICLES, texts)
    signatures = []
    for _ in range(2):
        value = scored(capsys, GOLD, predictions, "--articles", texts, "--by", "source")
        signatures.append(value["slices"]["source"]["signature"])
        metadata = (texts / "metadata.jsonl").read_text(encoding="utf-8").replace("demo wire", "demo daily")
        (texts / "metadata.jsonl").write_text(metadata, encoding="utf-8")
    assert signatures[0] != signatures[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "[bad_json]"),
        ("[]", "[no_score]"),
        ('{"a": 1}', "[no_score]"),
        ('{"layers": {}}', "no “\u2068inputs\u2069”"),
        ('{"layers": {}, "inputs": {"gold": "a", "predictions": "b", "colour": 1}}', "inputs.colour"),
        ('{"layers": {}, "inputs": {"gold": "a", "predictions": "b", "seed": true}}', "inputs.seed"),
    ],
)
def test_what_is_no_score_cannot_be_verified(
    content: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "scores.json"
    file.write_text(content, encoding="utf-8")
    done = run(capsys, "score-extractors", "--verify", file)
    assert done.status == 1
    assert words in done.err


def test_skipped_articles_are_said(predictions: Path, tmp_path: Path, capsys: Capture) -> None:
    gold = tmp_path / "gold.jsonl"
    skipped = {"article": "later", "sha256": "0" * 64, "annotator": "A1", "status": "skipped", "spans": []}
    gold.write_text(GOLD.read_text(encoding="utf-8") + json.dumps(skipped) + "\n", encoding="utf-8")
    done = run(capsys, "score-extractors", gold, predictions)
    assert done.status == 0
    assert f"{gold}: 1 skipped, which are not gold" in done.err


def test_the_scheme_of_the_gold_goes_before_that_of_the_place(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold, here = tmp_path / "gold", tmp_path / "annotation_config"
    for folder, label in ((gold, "TOWN"), (here, "CITY")):
        folder.mkdir()
        (folder / "labels.toml").write_text(f'version = "1.0.0"\n[entities.{label}]\n', encoding="utf-8")
    span = {"id": "s", "start": 0, "end": 4, "label": "TOWN"}
    line = {"article": "a", "sha256": "0", "annotator": "gold", "spans": [span]}
    for file in (gold / "annotations.jsonl", tmp_path / "p.jsonl"):
        file.write_text(json.dumps(line) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    own = run(capsys, "score-extractors", "gold/annotations.jsonl", "p.jsonl", "--samples", 0)
    assert own.status == 0
    assert "TOWN" in own.out
    assert "note: annotation_config has another scheme" in own.err
    named = run(capsys, "score-extractors", "gold/annotations.jsonl", "p.jsonl", "--config", here)
    assert named.status == 1
    assert "note: gold has another scheme" in named.err


def test_gold_and_predictions_are_needed(capsys: Capture) -> None:
    for arguments in ((), (GOLD,)):
        done = run(capsys, "score-extractors", *arguments)
        assert done.status == 2
        assert "needs GOLD and at least one PREDICTIONS" in done.err


def test_faults_of_arguments_and_values_are_charged_and_listed(tmp_path: Path, capsys: Capture) -> None:
    def spoil(line: dict[str, Any]) -> None:
        if line["article"] == "taxi-strike":
            line["arguments"] = [*line["arguments"], {"trigger": 99, "entity": 0, "role": "AGENT"}]
            line["spans"][0]["attributes"] = {"colour": "red"}

    clean, spoilt = as_predictions(tmp_path / "clean.jsonl"), as_predictions(tmp_path / "spoilt.jsonl", spoil)
    before, after = (scored(capsys, GOLD, path) for path in (clean, spoilt))
    arg_c = [value["layers"]["arguments"]["arg_c"]["micro"] for value in (before, after)]
    assert arg_c[1]["predicted"] == arg_c[0]["predicted"] + 1
    assert arg_c[1]["tp"] == arg_c[0]["tp"]
    assert after["charged"] == {"bad_argument": 1, "bad_value": 1}
    done = run(capsys, "score-extractors", GOLD, spoilt)
    assert done.status == 0
    assert "taxi-strike, arguments[" in done.err
    assert "[bad_argument]" in done.err
    assert "an attribute of the scheme: value, link" in done.err


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_text_of_a_full_score_fits_and_arabic_stands_last(
    columns: int, predictions: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = run(capsys, "score-extractors", GOLD, predictions, "--articles", ARTICLES)
    tables, _, _ = done.out.partition("\nPercent;")
    assert max(map(len, tables.splitlines())) <= columns
    for line in tables.splitlines():
        arabic = ARABIC.search(line)
        assert arabic is None or not re.search("[0-9]", line[arabic.start() :])
    rows = {line.split("  ")[0] for line in tables.splitlines()}
    for name in ("micro, strict", "partial", "inner", "Trig-I", "Arg-I+ given Trig-C", "micro, default"):
        assert name in rows
