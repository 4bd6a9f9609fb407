"""Predictions are read with every fault named; nothing is dropped in silence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from miyar.errors import DataError, UsageError
from miyar.predictions import Missing, Policy, Predictions, Unknown, read_predictions
from miyar.scheme import Scheme
from miyar.spantable import SPAN_TYPE, Views, views_of

GOOD = {"start": 0, "end": 4, "label": "GPE"}


@pytest.fixture
def gold(scheme: Scheme) -> Views:
    none = pa.array([[], []], pa.list_(SPAN_TYPE))
    codes = [label.code for label in scheme.labels]
    return views_of("gold", ["one", "two"], ["1" * 64, "2" * 64], none, codes, np.array([10, 20]))


def written(folder: Path, *lines: object) -> Path:
    file = folder / "predictions.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return file


def line(article: str, *spans: Any, **more: Any) -> dict[str, Any]:
    return {"article": article, "spans": list(spans), **more}


def refused(file: Path, gold: Views, scheme: Scheme) -> dict[str, str]:
    with pytest.raises(DataError) as error:
        read_predictions(file, gold, scheme)
    return {problem.code: str(problem) for problem in error.value.problems}


def test_articles_that_do_not_fit_are_reported_all_at_once(
    tmp_path: Path, gold: Views, scheme: Scheme
) -> None:
    file = written(tmp_path, line("one", sha256="f" * 64), line("one"), line("three"))
    problems = refused(file, gold, scheme)
    assert set(problems) == {"other_text", "article_twice", "unknown_article", "missing_article"}
    assert f"{file}:3: three" in problems["unknown_article"]
    assert "--unknown ignore" in problems["unknown_article"]
    assert "no line for two" in problems["missing_article"]
    assert "--missing empty" in problems["missing_article"]
    assert f"the first is {file}:1" in problems["article_twice"]
    assert "run the extractor on the gold's articles" in problems["other_text"]


def test_policy_charges_the_missing_and_counts_the_unknown(
    tmp_path: Path, gold: Views, scheme: Scheme
) -> None:
    file = written(tmp_path, line("two", GOOD), line("three", GOOD))
    read = read_predictions(file, gold, scheme, Policy(Missing.EMPTY, Unknown.IGNORE))
    assert read.counts == {"missing_article": 1, "unknown_article": 1}
    assert read.views.spans.article.tolist() == [1]


@pytest.mark.parametrize(
    ("span", "code", "words"),
    [
        ({**GOOD, "label": "CITY"}, "unknown_label", "label 'CITY': expected"),
        ({**GOOD, "label": "GPEE"}, "unknown_label", "did you mean GPE?"),
        ({**GOOD, "label": None}, "unknown_label", "no label"),
        ({**GOOD, "label": "\ud800"}, "unknown_label", "label '\\ud800'"),
        ({**GOOD, "end": 11}, "bad_offsets", "0 ≤ start < end ≤ 10"),
        ({**GOOD, "start": 5}, "bad_offsets", "'start': 5"),
        ({**GOOD, "start": 4}, "bad_offsets", "'start': 4"),
        ({**GOOD, "start": -1}, "bad_offsets", "'start': -1"),
        ({**GOOD, "start": "0"}, "bad_offsets", "'start': '0'"),
        ({**GOOD, "start": 0.5}, "bad_offsets", "'start': 0.5"),
        ({**GOOD, "start": True}, "bad_offsets", "'start': True"),
        ({"label": "GPE"}, "bad_offsets", "'start': None"),
        ("a text", "bad_offsets", "'a text'"),
        (None, "bad_offsets", "None"),
        ({**GOOD, "end": 2**70}, "bad_offsets", str(2**70)),
    ],
)
def test_faulty_spans_are_charged_and_listed(
    tmp_path: Path, gold: Views, scheme: Scheme, span: Any, code: str, words: str
) -> None:
    read = read_predictions(written(tmp_path, line("one", GOOD, span), line("two")), gold, scheme)
    assert len(read.views.spans) == 2
    assert read.counts == {code: 1}
    [fault] = read.faults
    assert fault.code == code
    assert "one, spans[1]" in fault.where
    assert words.replace(": expected", "") in str(fault)


def test_identical_spans_are_collapsed_but_not_unreadable_ones(
    tmp_path: Path, gold: Views, scheme: Scheme
) -> None:
    unreadable = {"start": "x", "end": 4, "label": "GPE"}
    spans = (GOOD, GOOD, {**GOOD, "label": "NEW"}, {**GOOD, "label": "OTHER"}, unreadable, unreadable)
    read = read_predictions(written(tmp_path, line("one", *spans), line("two", GOOD)), gold, scheme)
    assert read.counts == {"unknown_label": 2, "bad_offsets": 2, "collapsed": 1}
    assert len(read.views.spans) == 6  # GOOD, NEW, OTHER, two unreadable ones, GOOD of the second article


def test_what_is_no_prediction_is_refused_with_its_line(tmp_path: Path, gold: Views, scheme: Scheme) -> None:
    file = written(tmp_path, {"spans": []}, {"article": "one"}, [1])
    file.write_text(file.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_predictions(file, gold, scheme)
    found = [(problem.where, problem.code) for problem in error.value.problems]
    assert found == [
        (f"{file}:1", "no_article"),
        (f"{file}:2", "no_spans"),
        (f"{file}:3", "no_article"),
        (f"{file}:4", "bad_json"),
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"spans": [], "mentions": [{"text": "دمشق", "label": "GPE"}]}, "no_offsets"),
        ({"spans": [], "sha256": 5}, "bad_sha256"),
        ({"spans": [], "arguments": 5}, "no_arguments"),
    ],
)
def test_other_shapes_are_refused(
    tmp_path: Path, gold: Views, scheme: Scheme, more: dict[str, Any], code: str
) -> None:
    assert code in refused(written(tmp_path, {"article": "one", **more}, line("two")), gold, scheme)


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path, gold: Views, scheme: Scheme) -> None:
    file = tmp_path / "deep.jsonl"
    file.write_text("[" * 100_000 + "\n", encoding="utf-8")
    assert set(refused(file, gold, scheme)) == {"bad_json"}


@pytest.mark.parametrize("text", ["x", 'name = "a"', 'name = "a"\nrelease = "1"\nlearnt_from = 5'])
def test_a_broken_release_is_refused(tmp_path: Path, gold: Views, scheme: Scheme, text: str) -> None:
    file = written(tmp_path, line("one"), line("two"))
    (tmp_path / "release.toml").write_text(text, encoding="utf-8")
    assert set(refused(file, gold, scheme)) == {"bad_release"}


def test_a_folder_without_predictions_is_a_wrong_call(tmp_path: Path, gold: Views, scheme: Scheme) -> None:
    with pytest.raises(UsageError, match=r"predictions\.jsonl"):
        read_predictions(tmp_path, gold, scheme)


@pytest.mark.parametrize(("leave_one_out", "learnt"), [("false", {"1" * 64}), ("true", set())])
def test_release_says_what_was_learnt_from(
    tmp_path: Path, gold: Views, scheme: Scheme, leave_one_out: str, learnt: set[str]
) -> None:
    written(tmp_path, line("one"), line("two"))
    (tmp_path / "release.toml").write_text(
        f'name = "mine"\nrelease = "7"\nleave_one_out = {leave_one_out}\nlearnt_from = ["{"1" * 64}"]\n',
        encoding="utf-8",
    )
    read: Predictions = read_predictions(tmp_path, gold, scheme)
    assert read.views.name == "mine@7"
    assert read.learnt_from == learnt
