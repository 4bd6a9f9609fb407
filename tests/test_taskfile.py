"""A file of tasks goes to the server as convert-articles wrote it, or not at all."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from command import run
from conftest import ROOT
from converting import field, region, relation
from miyar.article import Article, text_sha256
from miyar.errors import DataError, MiyarError, UsageError
from miyar.labelstudio.tasks.file import Task, article_id, read_task_file, suggestions
from miyar.scheme import Scheme
from pushing import SOURCE, Value, plain, suggested, written

Change = Callable[[Value], object]


def read(folder: Path, scheme: Scheme, *tasks: Any) -> tuple[Task, ...]:
    return read_task_file(written(folder / "tasks.json", *tasks), scheme)


def refusal(folder: Path, scheme: Scheme, *tasks: Any) -> DataError:
    with pytest.raises(DataError) as refused:
        read(folder, scheme, *tasks)
    return refused.value


def codes(folder: Path, scheme: Scheme, *tasks: Any) -> list[str]:
    return [problem.code for problem in refusal(folder, scheme, *tasks).problems]


def data(**changes: Any) -> Change:
    return lambda value: value["data"].update(changes)


def text(changed: str) -> Change:
    """Return a change of the text whose sha256 is right, as far as it has one."""
    digest = text_sha256(changed.encode(errors="replace").decode())
    return data(text=changed, sha256=digest)


def result(number: int, **changes: Any) -> Change:
    """Return a change of one result of the suggestion; None takes a field away."""

    def change(value: Value) -> None:
        found = value["predictions"][0]["result"][number]
        found.update(changes)
        for name in [name for name, new in changes.items() if new is None]:
            del found[name]

    return change


def place(number: int, **changes: Any) -> Change:
    return lambda value: value["predictions"][0]["result"][number]["value"].update(changes)


def more(*added: Any) -> Change:
    return lambda value: value["predictions"][0]["result"].extend(added)


def prediction(**changes: Any) -> Change:
    return lambda value: value["predictions"][0].update(changes)


TRIGGER, PERSON, LINK, FIRST, LAST = 0, 1, 4, 5, -1

IN_DATA: list[tuple[str, Change]] = [
    ("bad_task", lambda value: value["data"].pop("sha256")),
    ("bad_task", data(text=7)),
    ("bad_task", data(scheme=None)),
    ("bad_task", lambda value: value.update(annotations=[])),
    ("bad_task", lambda value: value.update(data=[])),
    ("bad_id", data(article=".a")),
    ("bad_id", data(article="مقال")),
    ("bad_id", data(article="a" * 101)),
    ("empty_text", text(" \n")),
    ("byte_order_mark", text("\ufeffهاجم")),
    ("carriage_return", text("هاجم\r\nمسلحون")),
    ("control_character", text("هاجم\0مسلحون")),
    ("lone_surrogate", text("هاجم \ud83d مسلحون")),
    ("task_text", text("هاجم 🙂 مسلحون")),
    ("other_digest", data(sha256="0" * 64)),
    ("other_digest", data(sha256=text_sha256(SOURCE.text).upper())),
    ("other_digest", data(text="□", sha256="short")),
    ("other_scheme", data(scheme="1.0.0#00000000")),
]

IN_SUGGESTIONS: list[tuple[str, Change]] = [
    ("not_blind", lambda value: value["data"].pop("blind")),
    ("not_blind", data(blind=True)),
    ("not_blind", data(blind=0)),
    ("bad_suggestion", lambda value: value.update(predictions={"result": []})),
    ("bad_suggestion", lambda value: value.update(predictions=["rules"])),
    ("bad_suggestion", prediction(model_version="")),
    ("bad_suggestion", prediction(model_version=None)),
    ("bad_suggestion", prediction(result={})),
    ("no_id", result(LINK - 1, id=17)),
    ("not_one_label", place(PERSON, labels=["PERS", "ORG"])),
    ("unknown_label", place(PERSON, labels=["شخص"])),
    ("no_trigger_and_entity", place(PERSON, labels=["ATTACK"])),
    ("bad_offsets", place(PERSON, end=999)),
    ("bad_offsets", place(PERSON, start=-1)),
    ("bad_offsets", place(PERSON, start=9, end=5)),
    ("bad_offsets", place(PERSON, start="5")),
    ("bad_offsets", place(PERSON, start=5.0)),
    ("other_text", place(PERSON, text="سلاح")),
    ("only_white_space", more(region(SOURCE.text, " ", "PERS", "space"))),
    ("id_twice", more(region(SOURCE.text, "هاجم", "ORG", "p"))),
    ("bad_value", place(LINK, text=["Geneva"])),
    ("attribute_not_allowed", more(field("value", ["5"], "p"))),
    ("missing_region", more(field("link", ["Q1"], "nowhere"))),
    ("unknown_control", result(LINK, from_name="note")),
    ("missing_region", more(relation("t", "nowhere", labels=["الفاعل"]))),
    ("missing_region", more(relation("nowhere", "p", labels=["الفاعل"]))),
    ("unknown_role", result(LAST, labels=["VICTIM"])),
    ("no_role", result(LAST, labels=None)),
    ("no_role", result(LAST, labels=[])),
    ("no_trigger_and_entity", more(relation("p", "f", labels=["الفاعل"]))),
    ("relation_twice", more(relation("t", "p", labels=["الهدف"]))),
    ("relation_twice", more(relation("p", "t", labels=["الفاعل"]))),
    ("no_direction", result(LAST, direction=None)),
    ("no_direction", result(LAST, direction="bi")),
    ("bad_region_id", more(region(SOURCE.text, "قرب", "LOC", "a#b"))),
    ("other_object", result(PERSON, to_name="title")),
    ("other_control", result(PERSON, from_name="entity")),
    ("no_type", result(LINK, type=None)),
    ("no_type", result(LINK, type="choices")),
    ("unknown_control", more("text")),
]


def test_tasks_with_and_without_suggestions_are_taken(tmp_path: Path, scheme: Scheme) -> None:
    one, two = plain("a", scheme, title="عنوان"), suggested("b", scheme)
    found = read(tmp_path, scheme, one, two)
    assert list(found) == [one, two]
    assert [article_id(task) for task in found] == ["a", "b"]
    assert [len(suggestions(task)) for task in found] == [0, 1]


def test_the_demo_corpus_is_taken_as_convert_articles_writes_it(
    tmp_path: Path, scheme: Scheme, demo_articles: dict[str, Article], capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = tmp_path / "tasks.json"
    assert run(capsys, "convert-articles", ROOT / "corpus" / "articles", "-o", tasks).status == 0
    assert {article_id(task) for task in read_task_file(tasks, scheme)} == set(demo_articles)


def test_suggestions_are_taken_as_convert_articles_writes_them(
    tmp_path: Path, scheme: Scheme, demo_articles: dict[str, Article], capsys: pytest.CaptureFixture[str]
) -> None:
    tasks, views = tmp_path / "tasks.json", tmp_path / "predictions.jsonl"
    span = {"start": 0, "end": 3, "label": "PERS"}
    lines = [json.dumps({"article": name, "spans": [span]}) for name in demo_articles]
    views.write_text("\n".join(lines), encoding="utf-8")
    command = ("convert-articles", ROOT / "corpus" / "articles", "--suggest", views, "-o", tasks)
    assert run(capsys, *command).status == 0
    found = read_task_file(tasks, scheme)
    assert [bool(suggestions(task)) for task in found] == [task["data"]["blind"] is False for task in found]
    assert any(suggestions(task) for task in found)


def test_the_sha256_of_a_text_with_stand_ins_is_not_of_the_text_itself(
    tmp_path: Path, scheme: Scheme
) -> None:
    (found,) = read(tmp_path, scheme, plain("a", scheme, "هاجم 🙂 مسلحون"))
    assert found["data"]["text"] == "هاجم □ مسلحون"


@pytest.mark.parametrize(("code", "change"), IN_DATA)
def test_a_task_that_breaks_the_contract_is_refused(
    code: str, change: Change, tmp_path: Path, scheme: Scheme
) -> None:
    value = plain("a", scheme)
    change(value)
    assert codes(tmp_path, scheme, value) == [code]


@pytest.mark.parametrize(("code", "change"), IN_SUGGESTIONS)
def test_a_suggestion_that_the_page_would_lose_or_break_on_is_refused(
    code: str, change: Change, tmp_path: Path, scheme: Scheme
) -> None:
    value = deepcopy(suggested("a", scheme))
    change(value)
    assert code in codes(tmp_path, scheme, value)


@pytest.mark.parametrize(
    "change",
    [
        data(title="عاجل \ud83d"),
        lambda value: value["data"].update({"\ud83d": "x"}),
        prediction(model_version="rules\ud83d"),
        result(LINK, meta={"note": "\ud83d"}),
    ],
    ids=["metadata", "field", "name", "meta"],
)
def test_a_lone_surrogate_anywhere_is_refused(change: Change, tmp_path: Path, scheme: Scheme) -> None:
    value = suggested("a", scheme)
    change(value)
    assert codes(tmp_path, scheme, value)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("no_type", result(LINK, type=["textarea"])),
        ("no_direction", result(LAST, direction=["right"])),
    ],
)
def test_a_type_or_direction_that_is_a_list_is_refused(
    code: str, change: Change, tmp_path: Path, scheme: Scheme
) -> None:
    value = suggested("a", scheme)
    change(value)
    assert code in codes(tmp_path, scheme, value)


@pytest.mark.parametrize("nothing", [{}, "", 0, False])
def test_predictions_of_another_shape_are_refused_though_they_are_empty(
    nothing: Any, tmp_path: Path, scheme: Scheme
) -> None:
    assert codes(tmp_path, scheme, plain("a", scheme) | {"predictions": nothing}) == ["bad_suggestion"]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_refused(number: float, tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(MiyarError):
        read(tmp_path, scheme, plain("a", scheme, score=number))


def test_an_article_that_is_given_twice_is_refused_whatever_its_case(tmp_path: Path, scheme: Scheme) -> None:
    assert codes(tmp_path, scheme, plain("a", scheme), plain("b", scheme), plain("a", scheme)) == [
        "article_twice"
    ]
    assert codes(tmp_path, scheme, plain("a", scheme), plain("A", scheme)) == ["article_twice"] * 2


def test_all_problems_of_all_tasks_are_reported_together(tmp_path: Path, scheme: Scheme) -> None:
    first, second, third = plain("a", scheme), suggested("b", scheme), plain("c", scheme)
    first["data"].update(article=".a", scheme="0.1#0", sha256="")
    place(PERSON, end=999)(second)
    result(LAST, labels=["VICTIM"])(second)
    third["drafts"] = []
    refused = refusal(tmp_path, scheme, first, second, third)
    assert [problem.code for problem in refused.problems] == [
        "bad_id",
        "other_digest",
        "bad_offsets",
        "refused_region",
        "unknown_role",
        "bad_task",
        "other_scheme",
    ]


def test_a_problem_says_which_task_article_and_region_and_what_to_do(tmp_path: Path, scheme: Scheme) -> None:
    value = suggested("b", scheme)
    place(PERSON, end=999)(value)
    said = str(refusal(tmp_path, scheme, plain("a", scheme), value))
    for words in ("tasks.json: task 2 (b)", "rules@1", "region p", "Nothing was sent."):
        assert words in said


@pytest.mark.parametrize("content", ["{", "{}", "[]", "[1]", "[{}]", '"text"', "\ufeff[]", b"\xff"])
def test_another_file_is_refused_with_what_to_do(
    content: str | bytes, tmp_path: Path, scheme: Scheme
) -> None:
    file = tmp_path / "tasks.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError, match=r"tasks\.json: .*miyar convert-articles"):
        read_task_file(file, scheme)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(UsageError, match=r"missing\.json: cannot be read(.*)expected a file of tasks"):
        read_task_file(tmp_path / "missing.json", scheme)
