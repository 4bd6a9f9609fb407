"""A change of the scheme through the commands: labels on the way, the list for people, tasks made of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from command import Done, run
from marked import marked
from miyar.annotation import read_annotations
from miyar.article import Article
from miyar.dataset import JSON_LINES, MARK, read_gold
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme, read_scheme

Capture = pytest.CaptureFixture[str]
BEFORE = """
version = "1.0.0"
[entities.LOC]
[entities.PLACE]
[entities.WEAPON]
[triggers.ATTACK]
[roles.SITE]
name = "المكان"
"""
AFTER = """
version = "2.0.0"
[entities.GPE]
[entities.FAC]
[triggers.ATTACK]
[roles.SITE]
name = "المكان"
[changes."2.0.0"]
LOC = "GPE"
PLACE = ["GPE", "FAC"]
WEAPON = []
"""
TEXTS = {
    "a": marked("[هاجم]ATTACK:t مسلحون [الثكنة]PLACE:p في [جنيف]LOC:g", "t SITE p", "t SITE g"),
    "b": marked("زار محمد [جنيف]LOC ومعه [مسدس]WEAPON"),
    "c": marked("لا شيء هنا"),
}


def scheme_in(folder: Path, source: str) -> Scheme:
    folder.mkdir()
    (folder / "labels.toml").write_text(source, encoding="utf-8")
    return read_scheme(folder / "labels.toml")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with three articles, an export of the old scheme, and the new scheme."""
    before = scheme_in(tmp_path / "old", BEFORE)
    scheme_in(tmp_path / "new", AFTER)
    (tmp_path / "articles").mkdir()
    tasks: list[dict[str, Any]] = []
    for number, (identity, source) in enumerate(TEXTS.items(), start=1):
        (tmp_path / "articles" / f"{identity}.txt").write_text(source.text, encoding="utf-8")
        article = Article(identity, source.text)
        found = results(source.spans, source.arguments, article, before)
        annotation = {"id": number, "completed_by": 1, "was_cancelled": False, "result": found}
        tasks.append({"id": number, **task(article, before, ""), "annotations": [annotation]})
    (tmp_path / "export.json").write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(capsys: Capture, *options: object, config: str = "new") -> Done:
    given = ("export.json", "--articles", "articles", "-o", "dataset", "--config", config)
    return run(capsys, "import-annotations", *given, *options)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_labels_for_people_stop_an_import_that_has_no_list_for_them(work: Path, capsys: Capture) -> None:
    before = {path.name for path in work.iterdir()}
    done = imported(capsys)
    assert (done.status, done.out) == (1, "")
    for words in (
        "PLACE",
        "GPE or FAC, as people decide",
        "2 label_again",
        "Nothing was written",
        "--again FILE",
    ):
        assert words in done.err
    assert {path.name for path in work.iterdir()} == before


def test_an_import_translates_drops_and_lists_and_every_line_balances(work: Path, capsys: Capture) -> None:
    export = (work / "export.json").read_bytes()
    done = imported(capsys, "--again", "again.jsonl")
    assert done.status == 0, done.err
    table = [line.split() for line in done.out.splitlines()]
    assert table[0][-2:] == ["dropped", "again"]
    rows = {row[0]: list(map(int, row[1:])) for row in table[1:]}
    assert rows["entities"] == [4, 2, 0, 0, 0, 1, 1]
    assert rows["arguments"] == [2, 1, 0, 0, 0, 0, 1]
    assert all(row[0] == sum(row[1:]) for row in rows.values())
    assert max(map(len, done.out.splitlines())) <= 80
    views = list(read_annotations(work / "dataset" / JSON_LINES))
    assert [[(s.text, s.label) for s in view.spans] for view in views] == [
        [("هاجم", "ATTACK"), ("جنيف", "GPE")],
        [("جنيف", "GPE")],
        [],
    ]
    assert {view.scheme.partition("#")[0] for view in views} == {"1.0.0"}
    assert (work / "export.json").read_bytes() == export
    assert read_gold(work / "dataset", read_scheme(work / "new" / "labels.toml")).codes == (
        "GPE",
        "FAC",
        "ATTACK",
    )
    assert "changed: 1 × “\u2068PLACE\u2069” of entities: GPE or FAC, to label again" in done.err
    assert "to label again: 2 labels in 1 annotation" in done.err


def test_the_dataset_says_what_was_changed_and_what_is_left_out(work: Path, capsys: Capture) -> None:
    assert imported(capsys, "--again", "again.jsonl").status == 0
    manifest = json.loads((work / "dataset" / MARK).read_text(encoding="utf-8"))
    assert len(manifest["changes"]["digest"]) == 8
    assert manifest["changes"]["applied"] == [
        {"kind": "entities", "from": "LOC", "to": ["GPE"], "count": 2},
        {"kind": "entities", "from": "PLACE", "to": ["GPE", "FAC"], "count": 1},
        {"kind": "entities", "from": "WEAPON", "to": [None], "count": 1},
    ]
    entities = manifest["ledger"][0]
    assert (entities["dropped"], entities["again"]) == (1, 1)
    card = (work / "dataset" / "README.md").read_text(encoding="utf-8")
    assert manifest["changes"]["digest"] in card
    assert "Left out: 2 labels of 1 annotation" in card


def test_a_scheme_without_changes_records_none(work: Path, capsys: Capture) -> None:
    done = imported(capsys, "--again", "again.jsonl", config="old")
    assert done.status == 0, done.err
    assert "again" not in done.out
    assert (work / "again.jsonl").read_text(encoding="utf-8") == ""
    manifest = json.loads((work / "dataset" / MARK).read_text(encoding="utf-8"))
    assert manifest["changes"] == {"digest": "", "applied": []}


def test_a_quarantine_does_not_make_up_for_a_list_nor_a_list_for_a_quarantine(
    work: Path, capsys: Capture
) -> None:
    made = json.loads((work / "export.json").read_text(encoding="utf-8"))
    made[1]["annotations"][0]["result"][0]["value"]["labels"] = ["NOBODY"]
    (work / "export.json").write_text(json.dumps(made), encoding="utf-8")
    without = imported(capsys)
    assert "3 problems: 2 label_again, 1 unknown_label" in without.err
    assert "--quarantine FILE" in without.err
    assert "--again FILE" in without.err
    for option, code in (
        ("--quarantine", "2 problems: 2 label_again"),
        ("--again", "1 problem: 1 unknown_label"),
    ):
        done = imported(capsys, option, "file.jsonl")
        assert (done.status, done.out) == (1, "")
        assert code in done.err.splitlines()[-1]
        assert not (work / "dataset").exists()
        assert not (work / "file.jsonl").exists()
    assert imported(capsys, "--quarantine", "bad.jsonl", "--again", "again.jsonl").status == 0
    assert (len(lines(work / "bad.jsonl")), len(lines(work / "again.jsonl"))) == (1, 1)


def test_a_list_that_cannot_be_written_leaves_no_dataset_without_it(work: Path, capsys: Capture) -> None:
    (work / "folder").mkdir()
    assert imported(capsys, "--again", "folder").status != 0
    assert not (work / "dataset").exists()
    assert imported(capsys, "--again", "export.json").status == 2


def test_the_list_becomes_tasks_of_its_articles_and_their_labels_take_its_place(
    work: Path, capsys: Capture
) -> None:
    assert imported(capsys, "--again", "again.jsonl").status == 0
    (line,) = lines(work / "again.jsonl")
    assert (line["article"], line["annotator"], line["scheme"][:6], line["to"][:6]) == (
        "a",
        "A1",
        "1.0.0#",
        "2.0.0#",
    )
    made = run(
        capsys, "convert-articles", "articles", "--only", "again.jsonl", "-o", "tasks.json", "--config", "new"
    )
    assert made.status == 0, made.err
    assert "1 task: tasks.json" in made.err
    (value,) = json.loads((work / "tasks.json").read_text(encoding="utf-8"))
    assert (value["data"]["article"], value["data"]["scheme"]) == ("a", line["to"])
    after = read_scheme(work / "new" / "labels.toml")
    source = marked("[هاجم]ATTACK:t مسلحون [الثكنة]FAC:p في [جنيف]GPE:g", "t SITE p", "t SITE g")
    found = results(source.spans, source.arguments, Article("a", source.text), after)
    again = {"id": 9, "completed_by": 1, "was_cancelled": False, "result": found, "updated_at": "2026-12-01"}
    (work / "second.json").write_text(
        json.dumps([{"id": 1, **value, "annotations": [again]}]), encoding="utf-8"
    )
    done = imported(capsys, "second.json", "--one-server")
    assert done.status == 0, done.err
    view = next(one for one in read_annotations(work / "dataset" / JSON_LINES) if one.article == "a")
    assert [span.label for span in view.spans] == ["ATTACK", "FAC", "GPE"]
    assert view.scheme == line["to"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"article": "nowhere"}\n{"article": "a"}\n', "1 unknown_article"),
        ('{"article": 5}\n', "1 no_article"),
        ('{"id": "a"}\n', "1 no_article"),
        ('{"article": "a", "sha256": "0000"}\n', "1 article_changed"),
        ("[]\n{\n", "2 no_article"),
        ("", "1 no_articles"),
    ],
)
def test_a_list_that_names_no_article_is_refused(
    work: Path, capsys: Capture, content: str, code: str
) -> None:
    (work / "only.jsonl").write_text(content, encoding="utf-8")
    done = run(
        capsys, "convert-articles", "articles", "--only", "only.jsonl", "-o", "t.json", "--config", "new"
    )
    assert done.status == 1
    assert code in done.err
    assert "only.jsonl" in done.err
    assert not (work / "t.json").exists()


def test_a_list_that_is_not_there_is_a_wrong_call(work: Path, capsys: Capture) -> None:
    done = run(
        capsys, "convert-articles", "articles", "--only", "only.jsonl", "-o", "t.json", "--config", "new"
    )
    assert done.status == 2
    assert "there is no such file" in done.err
    (work / "only.jsonl").write_text('{"article": "a"}\n', encoding="utf-8")
    same = ("-o", "only.jsonl", "--config", "new")
    assert run(capsys, "convert-articles", "articles", "--only", "only.jsonl", *same).status == 2


def test_chosen_articles_keep_their_suggestions(work: Path, capsys: Capture) -> None:
    spans = {"a": [{"start": 0, "end": 4, "label": "ATTACK"}], "b": [], "c": []}
    predicted = [json.dumps({"article": identity, "spans": found}) for identity, found in spans.items()]
    (work / "p.jsonl").write_text("\n".join(predicted), encoding="utf-8")
    (work / "only.jsonl").write_text(
        '{"article": "c"}\n{"article": "a"}\n{"article": "a"}\n', encoding="utf-8"
    )
    options = ("--only", "only.jsonl", "--suggest", "p.jsonl", "--blind-share", "0", "-o", "t.json")
    assert run(capsys, "convert-articles", "articles", *options, "--config", "new").status == 0
    made = json.loads((work / "t.json").read_text(encoding="utf-8"))
    assert [(one["data"]["article"], len(one["predictions"][0]["result"])) for one in made] == [
        ("a", 1),
        ("c", 0),
    ]
