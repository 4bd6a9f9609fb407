"""What people read: fitted to a terminal, rounded only here, Arabic never in front of numbers."""

import json
import re
from dataclasses import replace

import pytest

from miyar.labelstudio.results.ledger import Fate, Ledger
from miyar.predictions import Predictions
from miyar.report.format import Format
from miyar.report.ledger import render_ledger
from miyar.report.scores import render_scores
from miyar.scheme import Scheme
from miyar.scoring import Score, score
from spans import views

ARABIC = re.compile("[\u0600-\u06ff]")


@pytest.fixture
def worked(scheme: Scheme) -> Score:
    gold = views([[(0, 5, "PERS"), (6, 9, "GPE")], [(0, 3, "GPE")]], scheme)
    read = views([[(0, 5, "PERS"), (6, 9, "NOVEL")], [(0, 3, "GPE")]], scheme, "predictions")
    charged = Predictions(read, counts={"unknown_label": 1})
    return score(gold, charged, scheme)


def test_text_has_a_row_per_label_and_the_averages(worked: Score, scheme: Scheme) -> None:
    text = render_scores([worked], scheme, Format.TEXT)
    rows = {line.split("  ")[0]: line.split() for line in text.splitlines()}
    # GPE: 1 of 1 predicted is right, 1 of 2 in the gold was found; F1 = 2 / 3
    assert rows["GPE"][1:8] == ["100.0", "50.0", "66.7", "–", "1", "1", "2"]
    assert rows["LOC"][1:8] == ["–", "–", "–", "–", "0", "0", "0"]
    assert rows["?"][1:8] == ["0.0", "–", "0.0", "–", "0", "1", "0"]
    assert rows["micro, strict"][2:9] == ["66.7", "66.7", "66.7", "–", "2", "3", "3"]
    assert "Faulty, charged: 1 unknown_label." in text
    assert text.splitlines()[0] == "predictions on gold, 2 articles: micro F1 66.7 (no interval), support 3"
    assert "No intervals: nothing has spans in 10 articles or more." in text
    assert "few articles" not in text
    assert text.count("miyar:0.1.0|measure:strict|layer:entities|") == 1


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_arabic_stands_behind_the_numbers_of_its_line(worked: Score, scheme: Scheme, form: Format) -> None:
    for line in render_scores([worked], scheme, form).splitlines():
        arabic = ARABIC.search(line)
        assert arabic is None or not re.search("[0-9]", line[arabic.start() :])


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_tables_fit_the_terminal(
    worked: Score, scheme: Scheme, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    table = [
        line for line in render_scores([worked], scheme, Format.TEXT).splitlines() if ARABIC.search(line)
    ]
    assert len(table) >= len(scheme.entities)
    assert max(map(len, table)) <= columns


def test_json_is_not_rounded(worked: Score, scheme: Scheme) -> None:
    value = json.loads(render_scores([worked], scheme, Format.JSON))
    assert value["layers"]["entities"]["strict"]["micro"]["f1"] == 2 * 2 / (3 + 3)
    assert value["charged"] == {"unknown_label": 1}
    several = json.loads(render_scores([worked, worked], scheme, Format.JSON))
    assert several == [value, value]


def test_ledger_in_three_formats() -> None:
    ledger = Ledger()
    ledger.receive("entities", 3)
    ledger.settle("entities", "out", 2)
    ledger.settle("entities", "collapsed")
    assert "entities          3    2             0          1            0" in render_ledger(
        ledger, Format.TEXT
    )
    assert "| entities | 3 | 2 | 0 | 1 | 0 |" in render_ledger(ledger, Format.MARKDOWN)
    first = json.loads(render_ledger(ledger, Format.JSON))[0]
    assert first == {
        "kind": "entities",
        "in": 3,
        "out": 2,
        "implied": 0,
        "trimmed_away": 0,
        "collapsed": 1,
        "quarantined": 0,
        "dropped": 0,
        "again": 0,
        "left_out": 0,
    }


@pytest.mark.parametrize("fate", ["dropped", "again"])
def test_the_ledger_shows_what_changes_of_the_scheme_did_where_they_did_something(fate: Fate) -> None:
    ledger = Ledger()
    ledger.receive("entities", 1_000_000)
    ledger.settle("entities", "out", 999_999)
    without = render_ledger(Ledger(), Format.TEXT)
    ledger.settle("entities", fate)
    text = render_ledger(ledger, Format.TEXT)
    assert fate not in without
    assert text.splitlines()[0].split()[-1] == fate
    assert text.splitlines()[1].split()[-1] == "1"
    assert max(map(len, text.splitlines())) <= 80
    assert render_ledger(ledger, Format.MARKDOWN).splitlines()[0].endswith(f"| quarantined | {fate} |")


def test_an_unbalanced_ledger_is_a_bug() -> None:
    ledger = Ledger()
    ledger.receive("arguments")
    with pytest.raises(RuntimeError, match="the import lost something"):
        render_ledger(ledger, Format.TEXT)


def test_several_extractors_stand_side_by_side_before_the_details(worked: Score, scheme: Scheme) -> None:
    other = replace(worked, extractor="second")
    lines = render_scores([worked, other], scheme, Format.TEXT).splitlines()
    assert lines[0] == "2 extractors on gold, 2 articles: micro, strict"
    assert [re.split(" {2,}", line.strip()) for line in lines[2:4]] == [
        ["66.7", "66.7", "66.7", "–", "2", "3", "3", name] for name in ("predictions", "second")
    ]
    heads = [line for line in lines[4:] if " on gold, 2 articles: micro F1 66.7" in line]
    assert [head.split()[0] for head in heads] == ["predictions", "second"]
    markdown = render_scores([worked, other], scheme, Format.MARKDOWN)
    assert "|  | 66.7 | 66.7 | 66.7 | – | 2 | 3 | 3 | second |" in markdown


def test_what_was_only_mended_is_not_called_left_out(worked: Score, scheme: Scheme) -> None:
    charged = {"trimmed": 1, "collapsed": 2, "unknown_article": 3, "bad_offsets": 4}
    text = render_scores([replace(worked, charged=charged)], scheme, Format.TEXT)
    assert (
        "Scored all the same: 1 trimmed of white space at its edges, 2 given twice and counted once." in text
    )
    assert "Left out or taken as empty: 3 unknown_article." in text
    assert "Faulty, charged: 4 bad_offsets." in text
