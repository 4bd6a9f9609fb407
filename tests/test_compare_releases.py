"""The command compare-releases, as a user runs it, on the demo corpus and two lexicons."""

import json
import re
from pathlib import Path

import pytest

from command import run
from conftest import ROOT
from miyar.comparison import Difference, Finding, Power, Significance
from miyar.comparison.counts import NOT_THE_SAME
from miyar.report.differences import about, ends, points, sentence
from miyar.scoring import PRF, Bounds, Interval

ARTICLES = ROOT / "corpus" / "articles"
GOLD = ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl"
ARABIC = re.compile("[\u0600-\u06ff]")

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def lexicons(tmp_path: Path, capsys: Capture) -> tuple[Path, Path]:
    """Give the predictions of two lexicons: A1's other articles, and all of A2's."""
    learnt = {"one": (GOLD, "--leave-one-out"), "two": (GOLD.with_name("A2.jsonl"),)}
    for name, options in learnt.items():
        folder = tmp_path / name
        done = run(capsys, "run-extractor", "lexicon", ARTICLES, "--gold", *options, "-o", folder)
        assert done.status == 0
    return tmp_path / "one", tmp_path / "two"


def test_text(lexicons: tuple[Path, Path], capsys: Capture) -> None:
    done = run(capsys, "compare-releases", GOLD, *lexicons, "--articles", ARTICLES)
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("Compared with lexicon@1 (")
    assert lines[0].endswith("on A1.jsonl, 4 articles")
    head, first, second = lines[2:5]
    assert re.split(" {2,}", head.strip()) == [
        "F1",
        "change",
        "95 % interval",
        "p",
        "fixed",
        "broken",
        "entities, strict",
    ]
    # 32 of 129 found with 38 predictions: 64/167
    assert first.split()[:2] == ["A", "38.3"]
    assert second.split()[:2] == ["B", "87.7"]
    assert "nothing can be said: no interval (spans in 4 articles, 10 are" in done.out
    assert "few articles" not in done.out  # a warning about intervals, of which there are none
    words = " ".join(done.out.split())
    assert f"WARNING: lexicon@1 ({lexicons[1]}) learnt from 4 of these 4 articles." in words
    assert "own counts equal seqeval's" in done.err


def test_text_fits_80_columns_with_arabic_last_and_isolated(
    lexicons: tuple[Path, Path], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lexicons[0].parent)
    done = run(capsys, "compare-releases", GOLD, "one", "two", "--articles", ARTICLES)
    lines = [line for line in done.out.splitlines() if not line.startswith("miyar:")]
    assert max(map(len, lines)) <= 80
    arabic = [line for line in lines if ARABIC.search(line)]
    quoted = [line for line in arabic if "\u2068" in line]
    assert len(quoted) >= 5
    assert all(line.endswith("\u2069”") and not ARABIC.search(line.partition("\u2068")[0]) for line in quoted)
    names = [line for line in arabic if line not in quoted]
    assert len(names) >= 10
    assert not any(
        re.search("[0-9]", line[found.start() :]) for line in names if (found := ARABIC.search(line))
    )


def test_markdown(lexicons: tuple[Path, Path], capsys: Capture) -> None:
    done = run(capsys, "compare-releases", GOLD, *lexicons, *lexicons[1:], "--format", "markdown")
    assert "| A | 38.3 |  |  |  |  |  | lexicon@1" in done.out
    assert done.out.count("| B | 87.7 | +49.4 | – |") == 1
    assert done.out.count("| C | 87.7 | +49.4 | – |") == 1
    assert "#### C: lexicon@1" in done.out
    assert "- Left out: comparison: the gold has no texts" in done.out


def test_json_has_every_measure_of_the_score(lexicons: tuple[Path, Path], capsys: Capture) -> None:
    arguments = (*lexicons, "--articles", ARTICLES, "--format", "json")
    compared = json.loads(run(capsys, "compare-releases", GOLD, *arguments).out)
    scores = json.loads(run(capsys, "score-extractors", GOLD, *arguments).out)
    layers = compared["systems"][0]["layers"]
    for layer, measures in scores[1]["layers"].items():
        for name, measure in measures.items():
            assert layers[layer][name]["micro"]["system"] == measure["micro"]
    micro = layers["entities"]["strict"]["micro"]
    assert micro["difference"]["f1"] == micro["system"]["f1"] - micro["baseline"]["f1"]
    assert micro["p_holm"] == micro["p"]
    assert micro["power"] is None


def test_slices_are_compared_where_they_are_the_same_for_all(
    lexicons: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text('[[floor]]\nby = "nesting"\nf1 = 0.1\n', encoding="utf-8")
    slices = ("--by", "nesting", "--by", "seen", "--min-support", 1)
    arguments = (*lexicons, "--articles", ARTICLES, *slices, "--gate", gate, "--format", "json")
    value = json.loads(run(capsys, "compare-releases", GOLD, *arguments).out)
    found = value["systems"][0]["layers"]["slices"]
    assert list(found) == ["nesting"]
    assert set(found["nesting"]["slices"]) == {"flat", "inner", "outer"}
    assert found["nesting"]["slices"]["flat"]["family"] == "slices"
    # one lexicon knew the other articles, one all of them: what each has seen are different spans
    assert value["left_out"]["slices.seen"] == NOT_THE_SAME
    judged = value["gate"]["systems"][0]["rules"][0]
    assert {row["row"] for row in judged["rows"]} == {"flat", "inner", "outer"}


def test_changes_are_written_for_each_span(
    lexicons: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "changes.jsonl"
    arguments = (*lexicons, "--articles", ARTICLES, "--changes", file, "--format", "json")
    done = run(capsys, "compare-releases", GOLD, *arguments)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert f"{len(lines)} spans: {file}" in done.err
    [system] = json.loads(done.out)["systems"]
    entities = system["changes"]["entities"]
    for change in ("fixed", "broken", "still_wrong", "still_right"):
        found = [line for line in lines if (line["layer"], line["change"]) == ("entities", change)]
        assert len(found) == entities[change]
    micro = system["layers"]["entities"]["strict"]["micro"]
    in_gold = entities["in_gold"]
    assert in_gold["still_right"] + in_gold["broken"] == micro["baseline"]["tp"]
    assert in_gold["still_right"] + in_gold["fixed"] == micro["system"]["tp"]
    places = [(line["article"], line["start"], line["end"]) for line in lines]
    assert places == sorted(places)
    for line in lines:
        text = (ARTICLES / f"{line['article']}.txt").read_text(encoding="utf-8")
        assert line["text"] == text[line["start"] : line["end"]]
        assert line["before"] + line["text"] + line["after"] in text


GATE = """
[[floor]]
name = "floor"
measure = "entities.strict"
f1 = {floor}
[[non_inferiority]]
measure = "entities.strict"
of = "labels"
margin = 0.01
undecided = "pass"
"""


@pytest.mark.parametrize(("floor", "status", "verdict"), [(0.5, 0, "passed"), (0.95, 1, "FAILED")])
def test_the_gate_decides_the_exit_status(
    floor: float, status: int, verdict: str, lexicons: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text(GATE.format(floor=floor), encoding="utf-8")
    arguments = ("compare-releases", GOLD, *lexicons, "--articles", ARTICLES, "--gate", gate)
    text = run(capsys, *arguments)
    assert text.status == status
    assert text.out.startswith(f"Gate {verdict}: A1.jsonl, 4 articles")
    assert "undecided, which passes: spans in 4 articles, 10 are needed" in text.out
    assert "ORG: 5 broken" in text.out
    markdown = run(capsys, *arguments, "--format", "markdown")
    assert markdown.status == status
    assert markdown.out.startswith(f"### Gate {verdict}")
    as_json = run(capsys, *arguments, "--format", "json")
    assert as_json.status == status
    assert json.loads(as_json.out)["gate"]["passed"] is (status == 0)


def test_what_is_wrong_in_a_gate_is_said_before_anything_is_compared(
    lexicons: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text('[[floor]]\nby = "source"\n[[floor]]\nmeasure = "entities.strict"\nf1 = 2\n', "utf-8")
    done = run(capsys, "compare-releases", GOLD, *lexicons, "--gate", gate)
    assert (done.status, done.out) == (2, "")
    assert f"{gate}: [[floor]] 1: no f1 [missing_key]" in done.err
    assert f"{gate}: [[floor]] 2 f1: 2 [bad_number]" in done.err
    assert "comparing" not in done.err


def test_problems_of_all_predictions_are_reported_together(tmp_path: Path, capsys: Capture) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text("{\n", encoding="utf-8")
    done = run(capsys, "compare-releases", GOLD, tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    assert done.status == 1
    assert "2 problems: 2 bad_prediction" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--gate", "nowhere.toml"), "--gate nowhere.toml: no such file"),
        (("--changes", GOLD), "would overwrite"),
        (("--map", "nowhere"), "no such map"),
        (("--level", "2"), "--level"),
    ],
)
def test_wrong_calls_exit_with_2(
    options: tuple[object, ...], words: str, lexicons: tuple[Path, Path], capsys: Capture
) -> None:
    done = run(capsys, "compare-releases", GOLD, *lexicons, *options)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


# --- words and figures -------------------------------------------------------------------------------------


def difference(
    low: float, high: float, p: float = 0.001, holm: float = 0.002, articles_needed: int = 1871
) -> Difference:
    bounds = {"f1": Bounds(low, high)}
    return Difference(
        PRF(8, 10, 10),
        PRF(9, 10, 10),
        40,
        same=False,
        interval=Interval(0.95, bounds),
        significance=Significance(p, holm, "systems", 3),
        power=Power(0.011, 0.0312, 0.01, articles_needed),
    )


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            difference(0.0021, 0.2),
            "better: the 95 % interval of the difference, [+0.21, +20.00], lies above 0.",
        ),
        (
            difference(-0.2, -0.01),
            "worse: the 95 % interval of the difference, [-20.00, -1.00], lies below 0.",
        ),
        (
            difference(0.01, 0.2, holm=0.07),
            "no difference shown: the 95 % interval of the difference, [+1.00, +20.00], lies on one side of "
            "0, but p is 0.070 after Holm over 3 systems; this corpus shows differences of 3.1 points with "
            "80 % power; for 1 point about 1,900 articles would be needed.",
        ),
        (
            difference(-0.01, 0.2),
            "no difference shown: the 95 % interval of the difference, [-1.00, +20.00], holds 0; this corpus "
            "shows differences of 3.1 points with 80 % power; for 1 point about 1,900 articles would be "
            "needed.",
        ),
    ],
)
def test_what_can_be_said(one: Difference, words: str) -> None:
    assert sentence("entities", one, 0.95) == f"entities: {words}"


def test_an_interval_that_touches_0_holds_it() -> None:
    assert difference(0, 0.2).finding is Finding.NOT_SHOWN
    assert difference(-0.2, 0).finding is Finding.NOT_SHOWN


def test_figures() -> None:
    assert [points(one) for one in (0.1, -0.001, -0.0001, 0.0, None)] == ["+10.0", "-0.1", "0.0", "0.0", "–"]
    assert [about(one) for one in (7, 99, 101, 1871, 123_456)] == ["7", "99", "100", "1,900", "120,000"]
    assert (ends(Bounds(-0.01, 0.023)), ends(None)) == ("[-1.0, +2.3]", "–")
