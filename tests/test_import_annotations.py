"""The command import-annotations: all or nothing is written, and the ledger is shown."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import miyar.cli
from conftest import ROOT
from marked import marked
from miyar.annotation import Annotation, Argument, read_annotations
from miyar.article import Article
from miyar.dataset import JSON_LINES, MARK
from miyar.errors import DataError, MiyarError, UsageError
from miyar.labelstudio.exports.export import HOW_TO_EXPORT
from miyar.labelstudio.results.ledger import FATES, KINDS
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme

SOURCE = marked(
    "[هاجم]ATTACK:t [مسلحون]PERS:p 🙂 [الثكنة]FAC:f في [جنيف]GPE:g@Q71", "t AGENT p", "t TARGET f"
)
A = Article("a", SOURCE.text)
COMMAND = "import-annotations"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory with the articles of these tests in `articles`."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(A.text, encoding="utf-8")
    (tmp_path / "articles" / "b.txt").write_text("قال محمد", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def labelled(scheme: Scheme, article: Article = A, identity: int = 1, **changes: Any) -> dict[str, Any]:
    found = results(SOURCE.spans, SOURCE.arguments, A, scheme) if article is A else []
    annotation = {
        "id": identity,
        "completed_by": 1,
        "was_cancelled": False,
        "lead_time": 2.5,
        "result": found,
    }
    annotation |= {"created_at": "2026-11-22T11:00:00Z", "updated_at": "2026-11-22T12:00:00.000000Z"}
    return {"id": identity, **task(article, scheme, ""), "annotations": [annotation | changes], "drafts": []}


def faulty(scheme: Scheme) -> dict[str, Any]:
    """Return a task with one unknown label, on the end of two relations."""
    value = labelled(scheme)
    value["annotations"][0]["result"][0]["value"]["labels"] = ["NOBODY"]
    return value


def export(path: Path, *tasks: Any) -> Path:
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def call(*arguments: str | Path) -> Result:
    given = [COMMAND, *map(str, arguments), "--articles", "articles", "-o", "dataset"]
    return CliRunner().invoke(miyar.cli.app, [*given, "--config", str(ROOT / "annotation_config")])


def imported(folder: Path = Path("dataset")) -> list[Annotation]:
    return list(read_annotations(folder / JSON_LINES))


def entries(folder: Path = Path()) -> set[str]:
    return {path.name for path in folder.iterdir()}


def ledger_rows(stdout: str) -> dict[str, list[int]]:
    rows = (line.split() for line in stdout.splitlines())
    return {row[0]: [int(cell) for cell in row[1:]] for row in rows if row and row[0] in KINDS}


def refusal(result: Result, kind: type[MiyarError] = DataError) -> MiyarError:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, kind), result.exception
    return result.exception


def codes(error: MiyarError) -> list[str]:
    assert isinstance(error, DataError)
    return [problem.code for problem in error.problems]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# what is made


def without_role(scheme: Scheme) -> dict[str, Any]:
    """Return a task with an arrow whose role was chosen and one whose role the ends imply."""
    value = labelled(scheme)
    *_, chosen, implied = value["annotations"][0]["result"]
    assert chosen["labels"]
    del implied["labels"]
    return value


def test_roles_that_nobody_chose_are_counted_apart_from_chosen_ones(work: Path, scheme: Scheme) -> None:
    result = call(export(work / "export.json", without_role(scheme)))
    assert result.exit_code == 0, result.output
    assert ledger_rows(result.stdout)["arguments"] == [2, 1, 1, 0, 0, 0]
    (annotation,) = imported()
    assert annotation.arguments == (Argument("t", "p", "AGENT"), Argument("t", "f", "PLACE", implied=True))
    assert "2; 1 with a role that nobody chose" in (work / "dataset" / "README.md").read_text("utf-8")


def test_arrows_of_a_version_before_the_rule_are_refused_without_a_role(work: Path, scheme: Scheme) -> None:
    value = without_role(scheme)
    value["data"]["scheme"] = "1.0.0#a8e1a47a"
    assert codes(refusal(call(export(work / "export.json", value)))) == ["no_role"]


def test_a_dataset_folder_is_made(work: Path, scheme: Scheme) -> None:
    result = call(export(work / "export.json", labelled(scheme)))
    assert result.exit_code == 0, result.output
    assert entries(work / "dataset") == {"README.md", JSON_LINES, "data", "labels.toml", MARK}
    assert parquet(work).is_file()
    assert entries() == {"articles", "export.json", "dataset"}
    (annotation,) = imported()
    assert (annotation.article, annotation.annotator, annotation.seconds) == ("a", "A1", 2.5)
    assert (annotation.spans, annotation.arguments) == (SOURCE.spans, SOURCE.arguments)


def test_the_ledger_is_on_stdout_and_balances(work: Path, scheme: Scheme) -> None:
    value = labelled(scheme)
    found = value["annotations"][0]["result"]
    found += [{**found[0], "id": "again"}, {**found[-1], "labels": ["AGENT", "الهدف"]}]
    result = call(export(work / "export.json", value))
    rows = ledger_rows(result.stdout)
    assert list(rows) == list(KINDS)
    assert all(row[0] == sum(row[1:]) for row in rows.values())
    assert rows["triggers"] == [2, 1, 0, 1, 0]
    assert rows["arguments"] == [4, 3, 0, 1, 0]
    assert "dataset: dataset" in result.stderr
    assert scheme.signature in result.stderr


def test_the_manifest_says_where_everything_came_from(work: Path, scheme: Scheme) -> None:
    value = labelled(scheme)
    value["drafts"] = [{"id": 1}]
    path = export(work / "export.json", value)
    assert call(path).exit_code == 0
    manifest = json.loads((work / "dataset" / MARK).read_text(encoding="utf-8"))
    (source,) = manifest["exports"]
    assert (source["file"], source["tasks"], len(source["sha256"])) == (f"{work.name}/export.json", 1, 64)
    [annotator] = manifest["annotators"]
    assert annotator["source"].startswith(f"{work.name}/export.json#")
    assert (annotator["user"], annotator["pseudonym"]) == ("1", "A1")
    assert manifest["annotations"] == [{"annotator": "A1", "status": "finished", "count": 1}]
    assert manifest["left_out"] == {"draft": 1}
    assert manifest["scheme"] == scheme.signature
    assert all(line["in"] == sum(line[fate] for fate in FATES) for line in manifest["ledger"])


def test_what_is_left_out_and_worth_a_look_is_said_on_stderr(work: Path, scheme: Scheme) -> None:
    value = labelled(scheme)
    (annotation,) = value["annotations"]
    value["annotations"].append({**annotation, "id": 2, "result": annotation["result"][:1]})
    for relation in annotation["result"][-2:]:
        relation["from_id"], relation["to_id"] = relation["to_id"], relation["from_id"]
    annotation["id"] = 3
    result = call(export(work / "export.json", value))
    assert "annotations left out: 1 repeated" in result.stderr
    assert "2 × drawn_reversed" in result.stderr


def test_two_files_are_two_annotators_and_with_one_server_one(work: Path, scheme: Scheme) -> None:
    paths = [export(work / f"{n}.json", labelled(scheme, identity=n)) for n in (1, 2)]
    assert call(*paths).exit_code == 0
    assert [annotation.annotator for annotation in imported()] == ["A1", "A2"]
    result = call(*paths, "--one-server")
    assert [annotation.annotator for annotation in imported()] == ["A1"]
    assert "1 repeated" in result.stderr


def test_an_export_of_skipped_articles_only_is_a_dataset(work: Path, scheme: Scheme) -> None:
    result = call(export(work / "export.json", labelled(scheme, was_cancelled=True, result=[])))
    assert result.exit_code == 0, result.output
    assert [annotation.status for annotation in imported()] == ["skipped"]


def test_an_export_without_annotations_makes_no_dataset(work: Path) -> None:
    error = refusal(call(export(work / "export.json")))
    assert codes(error) == ["no_annotations"]
    assert "drafts do not count" in str(error)


def test_a_second_run_takes_the_place_of_the_first(work: Path, scheme: Scheme) -> None:
    assert call(export(work / "export.json", labelled(scheme))).exit_code == 0
    assert call(export(work / "export.json", labelled(scheme, result=[]))).exit_code == 0
    assert [annotation.spans for annotation in imported()] == [()]
    assert entries() == {"articles", "export.json", "dataset"}


def test_the_same_exports_make_the_same_files(work: Path, scheme: Scheme) -> None:
    path = export(work / "export.json", labelled(scheme))
    made = []
    for _ in range(2):
        assert call(path).exit_code == 0
        made.append({f: (work / "dataset" / f).read_bytes() for f in (JSON_LINES, MARK, "README.md")})
    assert made[0] == made[1]


def test_the_hugging_face_library_loads_what_was_made(work: Path, scheme: Scheme) -> None:
    import datasets

    assert call(export(work / "export.json", labelled(scheme))).exit_code == 0
    (row,) = datasets.Dataset.from_parquet(
        str(parquet(work)), cache_dir=str(work / "cache"), keep_in_memory=True
    )
    assert [span["text"] for span in row["spans"]] == [span.text for span in SOURCE.spans]
    assert row["text"] == A.text
    assert [span["link"] for span in row["spans"]] == [None, None, None, "Q71"]


# what fails leaves nothing


def test_what_cannot_be_imported_stops_the_run_and_leaves_nothing(work: Path, scheme: Scheme) -> None:
    error = refusal(
        call(export(work / "export.json", faulty(scheme), labelled(scheme, Article("b", "قال محمد"))))
    )
    assert codes(error) == ["unknown_label", "refused_region", "refused_region"]
    assert "Nothing was written" in str(error)
    assert "--quarantine" in str(error)
    assert entries() == {"articles", "export.json"}


def test_a_failed_run_leaves_the_dataset_of_the_last_one(work: Path, scheme: Scheme) -> None:
    assert call(export(work / "export.json", labelled(scheme))).exit_code == 0
    refusal(call(export(work / "export.json", faulty(scheme))))
    assert [annotation.spans for annotation in imported()] == [SOURCE.spans]
    assert entries() == {"articles", "export.json", "dataset"}


def test_the_problems_of_all_exports_are_reported_together(work: Path, scheme: Scheme) -> None:
    paths = [export(work / f"{n}.json", {**faulty(scheme), "id": n}) for n in (1, 2)]
    error = refusal(call(*paths))
    assert codes(error).count("unknown_label") == 2
    assert all(str(path) in str(error) for path in paths)


def test_all_files_that_are_no_exports_are_reported_together(work: Path) -> None:
    (work / "1.csv").write_text("annotation_id,lead_time\n1,2\n", encoding="utf-8")
    (work / "2.json").write_text('[{"id": 1', encoding="utf-8")
    error = refusal(call("1.csv", "2.json", "missing.json"))
    assert codes(error) == ["csv_export", "not_json", "unreadable"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"id": 1', "annotation_id,lead_time\n1,2\n", None])
def test_what_is_no_export_is_refused_with_the_way_to_get_one(work: Path, content: str | None) -> None:
    before = entries()
    if content is not None:
        (work / "export.json").write_text(content, encoding="utf-8")
        before |= {"export.json"}
    error = refusal(call("export.json"))
    assert HOW_TO_EXPORT in str(error)
    assert "export.json" in str(error)
    assert entries() == before


def test_an_export_given_twice_is_refused(work: Path, scheme: Scheme) -> None:
    path = export(work / "export.json", labelled(scheme))
    refusal(call(path, Path("articles") / ".." / "export.json"), UsageError)
    assert entries() == {"articles", "export.json"}


def test_a_folder_of_somebody_elses_is_not_replaced(work: Path, scheme: Scheme) -> None:
    (work / "dataset").mkdir()
    (work / "dataset" / "thesis.txt").write_text("mine", encoding="utf-8")
    refusal(call(export(work / "export.json", labelled(scheme))), UsageError)
    assert entries(work / "dataset") == {"thesis.txt"}
    assert entries() == {"articles", "export.json", "dataset"}


def test_a_changed_text_of_record_is_refused(work: Path, scheme: Scheme) -> None:
    path = export(work / "export.json", labelled(scheme))
    (work / "articles" / "a.txt").write_text(A.text + "\n", encoding="utf-8")
    assert codes(refusal(call(path))) == ["article_changed"]
    assert entries() == {"articles", "export.json"}


# quarantine


def test_the_bad_parts_are_taken_aside_and_the_rest_is_imported(work: Path, scheme: Scheme) -> None:
    value = faulty(scheme)
    unknown = labelled(scheme, Article("c", "نص"), identity=2)
    result = call(export(work / "export.json", value, unknown), "--quarantine", "aside.jsonl")
    assert result.exit_code == 0, result.output
    (annotation,) = imported()
    assert annotation.spans == SOURCE.spans[1:]
    assert annotation.arguments == ()
    aside = lines(work / "aside.jsonl")
    assert [line["problem"]["code"] for line in aside] == [
        "unknown_label",
        "refused_region",
        "refused_region",
        "unknown_article",
    ]
    found = value["annotations"][0]["result"]
    assert [line["result"] for line in aside] == [found[0], *found[-2:], unknown["annotations"]]
    assert "not imported: 4 problems" in result.stderr
    assert ledger_rows(result.stdout)["arguments"] == [2, 0, 0, 0, 2]


def test_a_quarantine_without_anything_to_take_aside_is_empty(work: Path, scheme: Scheme) -> None:
    result = call(export(work / "export.json", labelled(scheme)), "--quarantine", "aside.jsonl")
    assert result.exit_code == 0, result.output
    assert (work / "aside.jsonl").read_text(encoding="utf-8") == ""


def test_a_quarantine_that_cannot_be_written_leaves_no_dataset_without_it(work: Path, scheme: Scheme) -> None:
    (work / "folder").mkdir()
    refusal(call(export(work / "export.json", faulty(scheme)), "--quarantine", "folder"), MiyarError)
    assert entries() == {"articles", "export.json", "folder"}


def test_a_quarantine_does_not_make_up_for_a_broken_export(work: Path) -> None:
    (work / "export.json").write_text("[", encoding="utf-8")
    refusal(call("export.json", "--quarantine", "aside.jsonl"))
    assert entries() == {"articles", "export.json"}


def unknown(value: dict[str, Any]) -> dict[str, Any]:
    """Return a task of which every region has an unknown label."""
    for result in value["annotations"][0]["result"]:
        if result["type"] == "labels":
            result["value"]["labels"] = ["NOBODY"]
    return value


def test_an_annotation_of_which_all_was_refused_is_not_finished_with_nothing(
    work: Path, scheme: Scheme
) -> None:
    tasks = (unknown(labelled(scheme)), labelled(scheme, Article("b", "قال محمد"), identity=2))
    result = call(export(work / "export.json", *tasks), "--quarantine", "aside.jsonl")
    assert result.exit_code == 0
    assert [(one.article, one.spans) for one in imported()] == [("b", ())]
    assert "annotations left out, since all in them was refused: 1: " in result.stderr
    assert "export.json: task 1 (a), annotation 1" in result.stderr
    assert json.loads((work / "dataset" / MARK).read_text())["left_out"] == {"all_refused": 1}


def test_where_nothing_is_left_nothing_is_written(work: Path, scheme: Scheme) -> None:
    path = export(work / "export.json", unknown(labelled(scheme)))
    error = refusal(call(path, "--quarantine", "aside.jsonl"))
    assert "of 1 annotations everything was refused" in str(error)
    assert "1 no_annotations" in str(error)
    assert entries() == {"articles", "export.json"}


def test_what_is_taken_aside_has_no_e_mail(work: Path, scheme: Scheme) -> None:
    value = labelled(scheme, Article("c", "نص"), completed_by={"id": 1, "email": "ann@example.com"})
    path = export(work / "export.json", value, labelled(scheme, identity=2))
    assert call(path, "--quarantine", "aside.jsonl").exit_code == 0
    assert "ann@example.com" not in (work / "aside.jsonl").read_text(encoding="utf-8")


def test_e_mails_do_not_get_into_the_dataset(work: Path, scheme: Scheme) -> None:
    value = labelled(scheme, completed_by={"id": 1, "email": "ann@example.com", "first_name": "Ann"})
    result = call(export(work / "export.json", value))
    files = (path for path in (work / "dataset").rglob("*") if path.is_file())
    assert not any(b"example.com" in path.read_bytes() for path in files)
    assert "example.com" not in result.output


# whatever an annotation's fields hold, the outcome is clean

ODD_FIELDS: dict[str, list[Any]] = {
    "id": [None, "x", 1.5, [], {}],
    "completed_by": [None, "x", [], {}, 1.5],
    "lead_time": [None, "x", "2.5", [], True],
    "created_at": [None, 5, {}],
    "updated_at": [None, 5, []],
    "was_cancelled": [None, 0, 1, "x"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, odd in ODD_FIELDS.items() for value in odd]
)
def test_odd_fields_of_an_annotation_are_imported_or_refused(
    work: Path, scheme: Scheme, name: str, value: Any
) -> None:
    result = call(export(work / "export.json", labelled(scheme, **{name: value})))
    assert result.exit_code == 0 or isinstance(result.exception, DataError), repr(result.exception)


@pytest.mark.parametrize("value", [5, [], {}, True])
def test_an_odd_scheme_of_a_task_is_imported_or_refused(work: Path, scheme: Scheme, value: Any) -> None:
    made = labelled(scheme)
    made["data"]["scheme"] = value
    result = call(export(work / "export.json", made))
    assert result.exit_code == 0 or isinstance(result.exception, DataError), repr(result.exception)


@pytest.mark.parametrize("value", [None, 5, "x", {}, [None]])
def test_odd_drafts_are_counted_or_refused(work: Path, scheme: Scheme, value: Any) -> None:
    result = call(export(work / "export.json", {**labelled(scheme), "drafts": value}))
    assert result.exit_code == 0 or isinstance(result.exception, DataError), repr(result.exception)


# exit status


def status(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("miyar.cli.signal.signal", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["miyar", *arguments])
    with pytest.raises(SystemExit) as ended:
        miyar.cli.main(COMMAND)
    return int(str(ended.value.code))


def test_the_exit_status_says_whose_fault_it_is(
    work: Path, scheme: Scheme, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = export(work / "good.json", labelled(scheme)), export(work / "bad.json", faulty(scheme))
    rest = ("--articles", "articles", "-o", "dataset", "--config", str(ROOT / "annotation_config"))
    assert status(monkeypatch, str(bad), *rest) == 1
    assert status(monkeypatch, str(good), str(good), *rest) == 2
    assert status(monkeypatch, str(good), "--articles", "nowhere", *rest[2:]) == 2
    assert status(monkeypatch, str(good)) == 2
    assert capsys.readouterr().out == ""
    assert status(monkeypatch, str(good), *rest) == 0
    assert re.search(r"^entities +3 +3 ", capsys.readouterr().out, re.MULTILINE)


def parquet(work: Path) -> Path:
    [found] = (work / "dataset" / "data").glob("*.parquet")
    return found


# messages lead to the place in the page


def pulled(work: Path, *tasks: Any, name: str = "batch", **changes: str) -> Path:
    """Write a batch of a server that is known, and return its folder."""
    folder = work / name
    folder.mkdir()
    export(folder / "A1.json", *tasks)
    manifest = {
        "server": "label-studio-1",
        "url": "https://label.example.org",
        "annotators": {"1": "A1"},
        "projects": [{"file": "A1.json", "id": 7, "title": "News A1"}],
        **changes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_problem_names_text_annotator_address_and_remedy(work: Path, scheme: Scheme) -> None:
    value = {**labelled(scheme), "project": 7}
    found = value["annotations"][0]["result"]
    relation = next(one for one in found if one["type"] == "relation")
    relation["labels"] = []
    typed = next(one for one in found if one["type"] == "textarea")
    typed["value"]["text"] = ["بحيرة"]
    error = refusal(call(pulled(work, value)))
    assert isinstance(error, DataError)
    bad_value, no_role = sorted(error.problems, key=lambda problem: problem.code)
    assert (bad_value.code, no_role.code) == ("bad_value", "no_role")
    for problem, texts in ((bad_value, ["جنيف", "بحيرة"]), (no_role, ["هاجم", "مسلحون"])):
        told = str(problem)
        assert all(f"\u2068{text}\u2069" in told for text in texts)
        assert "annotation 1 of A1" in told
        assert problem.address == "https://label.example.org/projects/7/data?task=1"
        assert told.endswith(f"\n    at:       {problem.address}")
        assert problem.remedy


def test_a_relation_to_a_refused_region_still_names_both_texts(work: Path, scheme: Scheme) -> None:
    error = refusal(call(export(work / "export.json", faulty(scheme))))
    assert isinstance(error, DataError)
    places = [problem.where for problem in error.problems if problem.code == "refused_region"]
    assert len(places) == 2
    assert all("\u2068هاجم\u2069" in place for place in places)
    assert ["\u2068مسلحون\u2069" in place for place in places] == [True, False]


def test_without_a_pull_there_is_no_address(work: Path, scheme: Scheme) -> None:
    error = refusal(call(export(work / "export.json", {**faulty(scheme), "project": 7})))
    assert isinstance(error, DataError)
    assert {problem.address for problem in error.problems} == {""}
    assert "\n    at: " not in str(error)


def test_spans_that_are_cut_badly_are_noted_and_counted(work: Path, scheme: Scheme) -> None:
    cut = marked("[قتل]DIE" + "ا في [ألما آتا،]GPE أمس")
    (work / "articles" / "c.txt").write_text(cut.text, encoding="utf-8")
    article = Article("c", cut.text)
    value = {**labelled(scheme, article, 3), "project": 7}
    value["annotations"][0]["result"] = results(cut.spans, cut.arguments, article, scheme)
    result = call(pulled(work, {**labelled(scheme), "project": 7}, value))
    assert result.exit_code == 0, result.output
    address = "https://label.example.org/projects/7/data?task=3"
    assert f"note: 1 × cut_word: c “\u2068قتل\u2069” (A1); the first: {address}" in result.stderr
    assert (
        f"note: 1 × edge_punctuation: c “\u2068ألما آتا،\u2069” (A1); the first: {address}" in result.stderr
    )
    manifest = json.loads((work / "dataset" / MARK).read_text(encoding="utf-8"))
    assert manifest["notes"] == {"cut_word": 1, "edge_punctuation": 1}


def test_a_role_between_ends_that_it_does_not_allow_is_noted_with_its_article(
    work: Path, scheme: Scheme
) -> None:
    value = labelled(scheme)
    relation = next(one for one in value["annotations"][0]["result"] if one["type"] == "relation")
    relation["labels"] = ["TIME"]
    result = call(export(work / "export.json", value))
    assert "note: 1 × end_not_allowed: TIME from ATTACK to PERS: a (A1)" in result.stderr


def test_what_only_holds_changes_takes_the_place_of_a_whole_only_when_asked(
    work: Path, scheme: Scheme
) -> None:
    b = Article("b", "قال محمد")
    first = pulled(work, labelled(scheme), name="1", asked="2026-05-01T10:00:00+00:00")
    later = pulled(
        work, labelled(scheme, b, 2), name="2", asked="2026-05-02T10:00:00+00:00", since="annotations/1"
    )
    assert call(first).exit_code == 0
    refused = call(later)
    assert isinstance(refused.exception, UsageError)
    said = str(refused.exception)
    assert "dataset: was made of 1/A1.json too" in said
    assert "only what changed since annotations/1" in said
    assert "--partial" in said
    assert [one.article for one in imported()] == ["a"]
    both = call(first, later)
    assert (both.exit_code, "dataset: dataset (in place of an earlier one)" in both.stderr) == (0, True)
    assert [one.article for one in imported()] == ["b", "a"]
    assert call(later, "--partial").exit_code == 0
    assert [one.article for one in imported()] == ["b"]
    assert call(later).exit_code == 0  # it holds all that the earlier one was made of
