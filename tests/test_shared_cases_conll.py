"""Faults that were met in the field: token files and encodings. The inputs are not part of the project."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command import Done, run
from conftest import case
from miyar.annotation import read_annotations
from miyar.article import first_difference, read_articles
from miyar.dataset import JSON_LINES

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def remedies(done: Done) -> list[str]:
    return re.findall(r"to do: +(.*)", done.err)


def done_as_told(capsys: Capture, remedy: str, folder: str) -> Done:
    name, *arguments = shlex.split(remedy.replace("DIR", folder))
    assert name == "miyar"
    return run(capsys, *arguments)


def spans(folder: Path) -> list[tuple[int, int, str, str | None]]:
    (annotation,) = read_annotations(folder / "gold" / JSON_LINES)
    return [(span.start, span.end, span.label, span.text) for span in annotation.spans]


def texts(folder: Path) -> dict[str, str]:
    return {article.id: article.text for article in read_articles([folder])}


def prediction(folder: Path) -> dict[str, Any]:
    line: dict[str, Any] = json.loads((folder / "predictions.jsonl").read_text(encoding="utf-8"))
    return line


def test_all_labels_refused(work: Path, capsys: Capture) -> None:
    file = case("all_labels_refused") / "ann.txt"
    done = run(capsys, "import-conll", file, "-o", "c", "--quarantine", "q.jsonl")
    assert (done.status, list(work.iterdir())) == (1, [])
    assert "all entities were taken aside: 2 labels that are no codes, 2 tags that are none" in done.err
    assert "nothing but O" not in done.err
    assert done.err.count(f"{file}:") == 4


def test_comment_sign_eats_hashtags(work: Path, capsys: Capture) -> None:
    file = case("comment_sign_eats_hashtags") / "tweets.conll"
    done = run(capsys, "import-conll", file, "--comments", "#", "-o", "c", "--format", "json")
    assert done.status == 0
    record = json.loads(done.out)
    assert record["lines"] == {"token": 5, "comment": 1}
    assert record["notes"] == {"token_like_comment": 3}
    assert [span[2:] for span in spans(work / "c")] == [("LOC", "#صنعاء"), ("PER", "#سالم"), ("LOC", "عدن")]


def test_short_cp1256(work: Path, capsys: Capture) -> None:
    folder = case("short_cp1256")
    refused = run(capsys, "convert-articles", folder / "inbox", "-o", "t.json")
    assert refused.status == 1
    assert len(set(remedies(refused))) == 1
    assert remedies(refused)[0].endswith("--encoding cp1256")
    assert done_as_told(capsys, remedies(refused)[0], "out").status == 0
    for name, text in texts(work / "out").items():
        assert text.encode("cp1256") == (folder / "inbox" / f"{name}.txt").read_bytes()


def test_short_cp1256_in_a_token_file(work: Path, capsys: Capture) -> None:
    file = case("short_cp1256") / "tags.txt"
    refused = run(capsys, "import-conll", file, "-o", "c")
    assert refused.status == 1
    assert "it looks like cp1256" in refused.err
    if not shutil.which("iconv"):
        pytest.skip("iconv is not installed")
    (work / "utf8").mkdir()
    command = remedies(refused)[0].removeprefix("convert the file: ").replace("DIR", "utf8")
    subprocess.run(["sh", "-c", command], check=True)
    assert run(capsys, "import-conll", "utf8/tags.txt", "-o", "c").status == 0
    assert spans(work / "c") == [(4, 8, "PER", "سالم")]


@pytest.mark.parametrize("command", ["convert-articles", "clean-articles"])
def test_utf16_without_mark(work: Path, capsys: Capture, command: str) -> None:
    folder = case("utf16_without_mark") / "inbox"
    refused = run(capsys, command, folder, "-o", "made")
    assert (refused.status, list(work.iterdir())) == (1, [])
    assert "looks like UTF-16 without its mark" in refused.err
    assert "NULs in every second byte" in refused.err
    (remedy,) = remedies(refused)
    assert remedy.endswith("--encoding utf-16-le")
    assert done_as_told(capsys, remedy, "out").status == 0
    assert texts(work / "out")["a1"].startswith("وصل وزير الخارجية ")


def test_white_space_at_edges(work: Path, capsys: Capture) -> None:
    file = case("white_space_at_edges") / "n.txt"
    done = run(capsys, "import-conll", file, "-o", "c", "--format", "json")
    assert spans(work / "c") == [(8, 11, "LOC", "عدن")]
    assert json.loads(done.out)["notes"] == {"trimmed": 1}
    run(capsys, "import-conll", file, "-o", "p", "--predictions", "s@1")
    assert prediction(work / "p")["spans"] == [{"start": 8, "end": 11, "label": "LOC"}]


def test_text_differs_somewhere(work: Path, capsys: Capture) -> None:
    folder = case("text_differs_somewhere")
    assert run(capsys, "import-conll", folder / "gold" / "x.txt", "-o", "c").status == 0
    system = run(capsys, "import-conll", folder / "system" / "x.txt", "-o", "p", "--predictions", "s@1")
    assert system.status == 0
    words = first_difference(prediction(work / "p")["text"], texts(work / "c" / "articles")["x"])
    assert "in token 4" in words
    assert "U+064E ARABIC FATHA more" in words


def test_lone_surrogate_in_metadata(work: Path, capsys: Capture) -> None:
    file = case("lone_surrogate_in_metadata") / "scraped.jsonl"
    assert run(capsys, "clean-articles", file, "-o", "out").status == 0
    (article,) = read_articles([work / "out"])
    assert article.metadata["author"] == "\ufffd كاتب"
    (change,) = (work / "out" / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(change)["put"] == "U+FFFD"
