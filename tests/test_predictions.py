"""Predictions are read with every fault named; nothing is dropped in silence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from miyar.article import text_sha256
from miyar.errors import DataError, UsageError
from miyar.predictions import Missing, Policy, Predictions, Unknown, read_predictions
from miyar.scheme import Scheme
from miyar.spantable import SPAN_TYPE, Articles, Views, views_of

GOOD = {"start": 0, "end": 4, "label": "GPE"}


@pytest.fixture
def gold(scheme: Scheme) -> Views:
    none = pa.array([[], []], pa.list_(SPAN_TYPE))
    codes = [label.code for label in scheme.labels]
    articles = Articles(("one", "two"), ("1" * 64, "2" * 64), np.array([10, 20]))
    return views_of("gold", articles, none, codes)


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
        ({**GOOD, "label": None, "entity_group": "GPE"}, "unknown_label", "but “entity_group”"),
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
    assert [(problem.where, problem.code) for problem in error.value.problems] == [
        (f"{file}:{number}", "bad_prediction") for number in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"mentions": [{"text": "دمشق", "label": "GPE"}]}, "no_offsets", ""),
        ({"spans": [], "sha256": 5}, "bad_prediction", ": sha256"),
        ({"spans": [], "arguments": 5}, "bad_prediction", ": arguments"),
        ({"spans": [{**GOOD, "label": "\ud800"}]}, "bad_prediction", ": spans[0].label"),
        ({"spans": [], "note": "\ude00"}, "bad_prediction", ": note"),
    ],
)
def test_other_shapes_are_refused(
    tmp_path: Path, gold: Views, scheme: Scheme, more: dict[str, Any], code: str, place: str
) -> None:
    file = written(tmp_path, {"article": "one", **more}, line("two"))
    assert f"{file}:1{place}: " in refused(file, gold, scheme)[code]


def test_one_json_list_and_fenced_lines_are_read(tmp_path: Path, gold: Views, scheme: Scheme) -> None:
    good = [line("one", GOOD), line("two")]
    file = tmp_path / "x.jsonl"
    for text in (json.dumps(good, indent=1), "```json\n" + "\n".join(map(json.dumps, good)) + "\n```\n"):
        file.write_text(text, encoding="utf-8")
        assert len(read_predictions(file, gold, scheme).views.spans) == 1


# text against offsets, white space at edges


@pytest.fixture
def with_text(scheme: Scheme) -> Views:
    none = pa.array([[]], pa.list_(SPAN_TYPE))
    text = "🙂🙂\n\n\nزار سالم\u00a0 مدينة ألماز"
    codes = [label.code for label in scheme.labels]
    articles = Articles(("one",), (text_sha256(text),), np.array([len(text)]), (text,))
    return views_of("gold", articles, none, codes)


def brought(text: str, name: str, counted: Any) -> dict[str, Any]:
    start = text.index(name)
    return {
        "start": counted(text[:start]),
        "end": counted(text[: start + len(name)]),
        "label": "GPE",
        "text": name,
    }


@pytest.mark.parametrize(
    ("counted", "cause"),
    [
        (lambda before: len(before) + 1, "shifted by +1"),
        (lambda before: len(before) - 2, "shifted by -2"),
        (lambda before: len(before.encode("utf-16-le")) // 2, "counted in UTF-16 units"),
        (lambda before: len(before.encode()), "counted in bytes"),
        (lambda before: len(before.replace("\n", "\r\n")), "count each line break as two"),
    ],
)
def test_spans_that_bring_another_text_are_charged_and_the_cause_is_named(
    tmp_path: Path, with_text: Views, scheme: Scheme, counted: Any, cause: str
) -> None:
    (text,) = with_text.articles.texts or ()
    spans = [brought(text, name, counted) for name in ("سالم", "ألماز")]
    read = read_predictions(written(tmp_path, line("one", *spans)), with_text, scheme)
    assert sum(read.counts.values()) == 2
    assert set(read.counts) <= {"other_text", "bad_offsets"}
    assert all(cause in fault.remedy for fault in read.faults)
    assert not read.views.inside.any()


def test_a_text_that_is_covered_or_missing_is_fine(tmp_path: Path, with_text: Views, scheme: Scheme) -> None:
    (text,) = with_text.articles.texts or ()
    good = brought(text, "سالم", len)
    spans = [good, {**good, "label": "PERS", "text": None}, {**good, "label": "ORG", "text": 5}]
    read = read_predictions(written(tmp_path, line("one", *spans)), with_text, scheme)
    assert (read.counts, read.faults) == ({}, ())


def test_white_space_at_edges_is_trimmed_and_counted(
    tmp_path: Path, with_text: Views, scheme: Scheme
) -> None:
    # the name is [9, 13), a no-break space and a blank follow
    spans = [{"start": 8, "end": 15, "label": "PERS"}, {"start": 13, "end": 15, "label": "PERS"}]
    read = read_predictions(written(tmp_path, line("one", *spans)), with_text, scheme)
    assert read.counts == {"only_white_space": 1, "trimmed": 1}
    assert (read.views.spans.start[0], read.views.spans.end[0]) == (9, 13)
    assert read.views.inside.tolist() == [True, False]


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path, gold: Views, scheme: Scheme) -> None:
    file = tmp_path / "deep.jsonl"
    file.write_text("[" * 100_000 + "\n", encoding="utf-8")
    assert set(refused(file, gold, scheme)) == {"bad_prediction"}


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
