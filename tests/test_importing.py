"""Imports: every annotation that counts comes out, everything else is accounted for."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import miyar
from conftest import ROOT
from imported import Import
from marked import Marked, marked
from miyar.annotation import Annotation, read_annotations
from miyar.article import Article
from miyar.errors import quoted
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.importing import OTHER_SCHEME
from miyar.labelstudio.results.ledger import Kind
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme

CASES = ROOT / "tests" / "cases" / "invalid"
SOURCES = [
    Path(miyar.__file__).parent / name
    for name in (
        "validation.py",
        "labelstudio/results/regions.py",
        "labelstudio/results/faults.py",
        "labelstudio/exports/importing.py",
        "labelstudio/exports/faults.py",
    )
]
SOURCE = marked(
    "[هاجم]ATTACK:t [مسلحون]PERS:p 🙂 [الثكنة]FAC:f في [جنيف]GPE:g@Q71",
    "t AGENT p",
    "t TARGET f",
    "t PLACE f",
)


def article(source: Marked = SOURCE, identity: str = "a") -> Article:
    return Article(identity, source.text)


def submitted(scheme: Scheme, source: Marked = SOURCE, user: Any = 1, **changes: Any) -> dict[str, Any]:
    found = results(source.spans, source.arguments, article(source), scheme)
    known = {
        "created_at": "2026-11-22T11:00:00Z",
        "updated_at": "2026-11-22T12:00:00.000000Z",
        "lead_time": 2.5,
    }
    return {"id": 1, "completed_by": user, "was_cancelled": False, **known, "result": found, **changes}


def labelled(scheme: Scheme, /, *annotations: Any, of: Article | None = None, **data: Any) -> dict[str, Any]:
    made = task(of or article(), scheme, "")
    kept = {name: value for name, value in {**made["data"], **data}.items() if value is not None}
    return {"id": 1, "data": kept, "annotations": list(annotations), "drafts": []}


def export(path: Path, *tasks: Any) -> Path:
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def begun(scheme: Scheme, *paths: Path, known: tuple[Article, ...] = (), one_server: bool = False) -> Import:
    return Import(find_exports(paths, one_server), {one.id: one for one in known or (article(),)}, scheme)


def codes(imported: Import) -> list[str]:
    return [problem.code for problem in imported.problems]


def fates(imported: Import, kind: Kind) -> dict[str, int]:
    entry = next(entry for entry in imported.ledger.entries() if entry.kind == kind)
    return {fate: count for fate, count in entry.fates.items() if count}


# golden cases: the file's name is the problem


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_case_reports_its_own_problem(path: Path, tmp_path: Path, scheme: Scheme) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    known = Article("case", case["text"])
    value = case.get("task") or labelled(scheme, submitted(scheme, result=case["results"]), of=known)
    imported = begun(scheme, export(tmp_path / "export.json", value), known=(known,))
    list(imported.annotations())
    assert codes(imported) == [*case.get("besides", []), path.stem]
    assert sum(entry.came_in for entry in imported.ledger.entries()) > 0
    assert all(problem.found and problem.expected and problem.remedy for problem in imported.problems)


def test_every_problem_that_an_import_can_report_has_a_golden_case() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    reported = set(re.findall(r'(?:Fault|Problem)\(\s*"(\w+)"', sources))
    reported |= set(re.findall(r'code = "(\w+)" if \w+ else "\w+"', sources))
    reported |= set(re.findall(r'code = "\w+" if \w+ else "(\w+)"', sources))
    assert reported == {path.stem for path in CASES.glob("*.json")}


# what comes out


def test_a_finished_annotation_comes_out_whole(tmp_path: Path, scheme: Scheme) -> None:
    imported = begun(scheme, export(tmp_path / "export.json", labelled(scheme, submitted(scheme))))
    assert list(imported.annotations()) == [
        Annotation(
            article="a",
            sha256=article().sha256,
            annotator="A1",
            spans=SOURCE.spans,
            arguments=SOURCE.arguments,
            scheme=scheme.signature,
            created="2026-11-22T11:00:00Z",
            seconds=2.5,
        )
    ]
    assert imported.problems == []
    assert (fates(imported, "entities"), fates(imported, "triggers")) == ({"out": 3}, {"out": 1})
    assert (fates(imported, "arguments"), fates(imported, "attributes")) == ({"out": 3}, {"out": 1})


def test_an_annotation_without_spans_is_a_result(tmp_path: Path, scheme: Scheme) -> None:
    empty = submitted(scheme, result=[], lead_time=None)
    (annotation,) = begun(scheme, export(tmp_path / "e.json", labelled(scheme, empty))).annotations()
    assert (annotation.status, annotation.spans, annotation.seconds) == ("finished", (), None)


@pytest.mark.parametrize("result", [{}, "text", 5])
def test_a_result_that_is_no_list_is_a_problem_and_not_an_empty_annotation(
    tmp_path: Path, scheme: Scheme, result: Any
) -> None:
    imported = begun(scheme, export(tmp_path / "e.json", labelled(scheme, submitted(scheme, result=result))))
    list(imported.annotations())
    assert imported.problems


@pytest.mark.parametrize("annotations", [[5], ["text"], {"1": {}}])
def test_what_is_no_annotation_is_a_problem(tmp_path: Path, scheme: Scheme, annotations: Any) -> None:
    value = {**labelled(scheme), "annotations": annotations}
    imported = begun(scheme, export(tmp_path / "e.json", value))
    list(imported.annotations())
    assert imported.problems


def test_the_demo_corpus_comes_back_as_it_was_written(
    tmp_path: Path, scheme: Scheme, demo_articles: dict[str, Article]
) -> None:
    paths, written = [], []
    for file in sorted((ROOT / "corpus" / "annotations" / "demo").glob("*.jsonl")):
        views = list(read_annotations(file))
        tasks = []
        for view in views:
            of = demo_articles[view.article]
            found = results(view.spans, view.arguments, of, scheme)
            tasks.append(labelled(scheme, submitted(scheme, result=found), of=of))
        paths.append(export(tmp_path / f"{file.stem}.json", *tasks))
        written += views
    imported = begun(scheme, *paths, known=tuple(demo_articles.values()))
    read = list(imported.annotations())
    assert imported.problems == []
    assert [(v.article, v.annotator, v.spans) for v in read] == [
        (v.article, v.annotator, v.spans) for v in written
    ]
    assert [set(view.arguments) for view in read] == [set(view.arguments) for view in written]


# skipped, cancelled, repeated, drafts


def test_a_skipped_article_comes_out_as_skipped_and_without_spans(tmp_path: Path, scheme: Scheme) -> None:
    skipped = submitted(scheme, was_cancelled=True)
    (annotation,) = begun(scheme, export(tmp_path / "e.json", labelled(scheme, skipped))).annotations()
    assert (annotation.status, annotation.spans, annotation.arguments) == ("skipped", (), ())


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path, scheme: Scheme) -> None:
    value = labelled(
        scheme,
        submitted(scheme, id=1, result=[]),
        submitted(scheme, id=2, result=[], updated_at="2026-11-22T12:00:01.000000Z"),
        submitted(scheme, id=3, was_cancelled=True, updated_at="2026-11-23T12:00:00.000000Z"),
        submitted(scheme, id=4, user=2),
    )
    value["drafts"] = [{"id": 1, "result": submitted(scheme)["result"]}]
    imported = begun(scheme, export(tmp_path / "e.json", value))
    read = list(imported.annotations())
    assert [(view.annotator, len(view.spans)) for view in read] == [("A1", 0), ("A2", 4)]
    assert imported.selection.left_out == {"repeated": 1, "skipped_beside_finished": 1, "draft": 1}
    assert fates(imported, "entities") == {"out": 3}


# annotators


def test_pseudonyms_are_given_in_order_and_mean_one_file(tmp_path: Path, scheme: Scheme) -> None:
    one = export(
        tmp_path / "1.json", labelled(scheme, submitted(scheme, user=5), submitted(scheme, user={"id": 3}))
    )
    two = export(tmp_path / "2.json", labelled(scheme, submitted(scheme, user=3)))
    imported = begun(scheme, one, two)
    assert [view.annotator for view in imported.annotations()] == ["A2", "A1", "A3"]
    assert {
        (Path(k.source).name.partition("#")[0], k.user): name for k, name in imported.annotators.items()
    } == {
        ("1.json", "3"): "A1",
        ("1.json", "5"): "A2",
        ("2.json", "3"): "A3",
    }


def test_on_one_server_the_latest_of_all_files_counts(tmp_path: Path, scheme: Scheme) -> None:
    one = export(tmp_path / "1.json", labelled(scheme, submitted(scheme, updated_at="2026-11-23")))
    two = export(tmp_path / "2.json", labelled(scheme, submitted(scheme, result=[], updated_at="2026-11-22")))
    imported = begun(scheme, one, two, one_server=True)
    (annotation,) = imported.annotations()
    assert (annotation.annotator, len(annotation.spans)) == ("A1", 4)
    assert imported.selection.left_out["repeated"] == 1


def test_the_manifests_pseudonyms_are_used(tmp_path: Path, scheme: Scheme) -> None:
    mapping = {"server": "studio", "annotators": {"7": "A2"}}
    (tmp_path / "manifest.json").write_text(json.dumps(mapping), encoding="utf-8")
    value = labelled(scheme, submitted(scheme, user=7), submitted(scheme, user=8))
    imported = begun(scheme, export(tmp_path / "export.json", value))
    assert [view.annotator for view in imported.annotations()] == ["A2", "A1"]


# the task and its article


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"article": None}, "no_article"),
        ({"article": 5}, "no_article"),
        ({"article": "b"}, "unknown_article"),
        ({"sha256": "0" * 64}, "article_changed"),
        ({"sha256": None}, "article_changed"),
        ({"text": SOURCE.text}, "task_text"),
        ({"text": "غيره"}, "task_text"),
        ({"text": None}, "task_text"),
    ],
)
def test_a_task_that_does_not_fit_its_article_is_quarantined_whole(
    tmp_path: Path, scheme: Scheme, data: Mapping[str, Any], code: str
) -> None:
    annotation = submitted(scheme)
    imported = begun(scheme, export(tmp_path / "e.json", labelled(scheme, annotation, **data)))
    assert list(imported.annotations()) == []
    assert codes(imported) == [code]
    assert fates(imported, "entities") == {"quarantined": 3}
    assert fates(imported, "arguments") == {"quarantined": 3}
    assert imported.rejects.first[0].result == [annotation]


@pytest.mark.parametrize("data", [None, [], "text", {}])
def test_a_task_without_data_has_no_article(tmp_path: Path, scheme: Scheme, data: Any) -> None:
    value = {**labelled(scheme, submitted(scheme)), "data": data}
    imported = begun(scheme, export(tmp_path / "e.json", value))
    assert list(imported.annotations()) == []
    assert codes(imported) == ["no_article"]


def test_tasks_without_an_article_are_not_taken_for_repetitions(tmp_path: Path, scheme: Scheme) -> None:
    one, other = submitted(scheme, id=1), submitted(scheme, id=2)
    tasks = [{**labelled(scheme, value, article=None), "id": value["id"]} for value in (one, other)]
    imported = begun(scheme, export(tmp_path / "e.json", *tasks))
    list(imported.annotations())
    assert codes(imported) == ["no_article", "no_article"]
    assert [reject.result for reject in imported.rejects.first] == [[one], [other]]


def test_a_problem_is_found_by_file_task_annotation_and_region(tmp_path: Path, scheme: Scheme) -> None:
    annotation = submitted(scheme, id=17)
    annotation["result"][0]["value"]["labels"] = ["NOBODY"]
    path = export(tmp_path / "e.json", {**labelled(scheme, annotation), "id": 12})
    imported = begun(scheme, path)
    list(imported.annotations())
    assert (
        imported.problems[0].where == f"{path}: task 12 (a), annotation 17 of A1, region t {quoted('هاجم')}"
    )


def test_good_tasks_come_out_beside_bad_ones(tmp_path: Path, scheme: Scheme) -> None:
    good, bad = labelled(scheme, submitted(scheme)), labelled(scheme, submitted(scheme), article="b")
    imported = begun(scheme, export(tmp_path / "e.json", bad, good))
    assert [view.article for view in imported.annotations()] == ["a"]
    assert codes(imported) == ["unknown_article"]
    assert fates(imported, "entities") == {"out": 3, "quarantined": 3}


def test_another_version_of_the_scheme_is_a_note_and_kept(tmp_path: Path, scheme: Scheme) -> None:
    value = labelled(scheme, submitted(scheme), scheme="0.9.0#00000000")
    imported = begun(scheme, export(tmp_path / "e.json", value))
    (annotation,) = imported.annotations()
    assert annotation.scheme == "0.9.0#00000000"
    assert imported.notes[OTHER_SCHEME] == 1


def test_a_task_without_a_scheme_gets_the_one_it_was_read_with(tmp_path: Path, scheme: Scheme) -> None:
    imported = begun(scheme, export(tmp_path / "e.json", labelled(scheme, submitted(scheme), scheme=None)))
    assert [view.scheme for view in imported.annotations()] == [scheme.signature]
    assert not imported.notes[OTHER_SCHEME]


def test_tasks_are_counted_per_file(tmp_path: Path, scheme: Scheme) -> None:
    paths = [export(tmp_path / f"{n}.json", *[labelled(scheme) for _ in range(n)]) for n in (1, 2)]
    imported = begun(scheme, *paths)
    assert list(imported.annotations()) == []
    assert [imported.tasks[str(path)] for path in paths] == [1, 2]
