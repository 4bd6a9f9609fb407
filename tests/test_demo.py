"""The demo goes the whole way on a real server, twice into the same folder."""

import json
import subprocess
import sys
from operator import itemgetter
from pathlib import Path

import pytest

from conftest import ROOT
from miyar.annotation import Annotation, read_annotations

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_run_demo(tmp_path: Path) -> None:
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / "run_demo.py", "-o", tmp_path / "demo"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "micro, strict" in done.stdout
    assert "WARNING" not in done.stdout
    for path in (
        "tasks.json",
        "dataset",
        "score.json",
        "predictions/lexicon@1",
        "annotations/demo",
        "corpus/gold",
    ):
        assert (tmp_path / "demo" / path).exists()
        assert str(tmp_path / "demo" / path) in done.stdout
    score = json.loads((tmp_path / "demo" / "score.json").read_text(encoding="utf-8"))
    assert score["articles"] == 4
    gold = {file.name: file.read_bytes() for file in (tmp_path / "demo" / "corpus" / "gold").iterdir()}
    assert gold == {file.name: file.read_bytes() for file in (ROOT / "corpus" / "gold").iterdir()}
    assert score["layers"]["entities"]["strict"]["micro"]["gold"] == 132
    back = list(read_annotations(tmp_path / "demo" / "dataset" / "annotations.jsonl"))
    sent = [a for name in ("A1", "A2") for a in read_annotations(demo_view(name))]
    by_view = itemgetter(0, 1)
    assert sorted(map(contents, back), key=by_view) == sorted(map(contents, sent), key=by_view)
    for data in ("studio", "studio-2"):  # what was labelled in the first one is kept
        assert (tmp_path / "demo" / data / "label_studio.sqlite3").exists()
    card = (tmp_path / "demo" / "dataset" / "README.md").read_text(encoding="utf-8")
    assert "machine-written" in card


def contents(annotation: Annotation) -> tuple[str, str, object, object]:
    return annotation.article, annotation.annotator, annotation.spans, set(annotation.arguments)


def demo_view(name: str) -> Path:
    return ROOT / "corpus" / "annotations" / "demo" / f"{name}.jsonl"
