"""Checks while people label: the import's own, with whose it is and where it is in the page."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from command import run
from converting import region
from marked import marked
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Server
from miyar.labelstudio.sync.checking import Check, count_in_words
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme
from pushing import SOURCE, annotate, made, on, plain, project, tasks_of

Capture = pytest.CaptureFixture[str]
URL = "https://label.example.org"
NAMES = {1: "A1", 2: "b@example.org"}
BAD = marked("[قتل]DIE:t" + "ا [مسلحون]PERS:p 🙂 في [ألما آتا،]GPE@Q71 أمس", "t AGENT p")


def labelled(scheme: Scheme, source: Any = BAD, user: int = 1, **changes: Any) -> dict[str, Any]:
    article = Article("a", source.text)
    found = results(source.spans, source.arguments, article, scheme)
    annotation = {"id": 5, "completed_by": user, "was_cancelled": False, "result": found, **changes}
    return {**task(article, scheme, ""), "id": 3, "project": 7, "annotations": [annotation], "drafts": []}


def checked(scheme: Scheme, *tasks: dict[str, Any], texts: tuple[Article, ...] = ()) -> Check:
    check = Check("News A1", URL, scheme, NAMES, {article.id: article for article in texts})
    for value in tasks:
        check.see(value)
    return check


def test_each_mistake_names_annotator_article_text_and_address(scheme: Scheme) -> None:
    value = labelled(scheme)
    relation = next(one for one in value["annotations"][0]["result"] if one["type"] == "relation")
    relation["labels"] = []
    found = checked(scheme, value).findings
    assert [(one.problem.code, one.is_note, one.annotator, one.article) for one in found] == [
        ("no_role", False, "A1", "a"),
        ("cut_word", True, "A1", "a"),
        ("edge_punctuation", True, "A1", "a"),
    ]
    for finding, text in zip(found, ["مسلحون", "قتل", "ألما آتا،"], strict=True):
        assert f"\u2068{text}\u2069" in finding.problem.where
        assert finding.problem.address == f"{URL}/projects/7/data?task=3"
        assert all((finding.problem.found, finding.problem.expected, finding.problem.remedy))
    assert count_in_words(found) == "1 problem, 2 notes"


def test_what_an_import_takes_whole_is_not_mentioned(scheme: Scheme) -> None:
    assert checked(scheme, labelled(scheme, SOURCE)).findings == []
    assert checked(scheme, labelled(scheme, SOURCE), texts=(Article("a", SOURCE.text),)).findings == []
    assert checked(scheme, {**labelled(scheme), "annotations": []}).findings == []
    assert checked(scheme, labelled(scheme, was_cancelled=True)).findings == []
    assert count_in_words([]) == ""


def test_only_the_latest_annotation_of_each_is_looked_at(scheme: Scheme) -> None:
    value = labelled(scheme, updated_at="2026-11-22T12:00:00Z")
    good = labelled(scheme, SOURCE)["annotations"][0]
    later = {**good, "id": 6, "result": [], "updated_at": "2026-11-23T12:00:00Z"}
    value["annotations"].append(later)
    assert checked(scheme, value).findings == []


def test_a_text_that_changed_is_seen_where_the_texts_of_record_are_there(scheme: Scheme) -> None:
    [finding] = checked(scheme, labelled(scheme), texts=(Article("a", "نص آخر"),)).findings
    assert (finding.problem.code, finding.annotator, finding.is_note) == ("article_changed", "", False)


def test_others_in_a_project_go_by_the_names_that_are_known(scheme: Scheme) -> None:
    found = checked(scheme, labelled(scheme, user=2), labelled(scheme, user=3)).findings
    assert {one.annotator for one in found} == {"b@example.org", "user 3"}


def test_a_role_between_other_ends_is_to_be_looked_at(scheme: Scheme) -> None:
    value = labelled(scheme)
    relation = next(one for one in value["annotations"][0]["result"] if one["type"] == "relation")
    relation["labels"] = ["TIME"]
    [finding] = [one for one in checked(scheme, value).findings if one.problem.code == "end_not_allowed"]
    assert (finding.problem.found, finding.is_note) == ("TIME from DIE to PERS", True)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"article": 5}, {"article": "a", "text": "\0"}])
def test_a_task_that_is_none_of_miyars_is_a_finding_and_no_crash(scheme: Scheme, data: Any) -> None:
    found = checked(scheme, {**labelled(scheme), "data": data}).findings
    assert [one.problem.code for one in found] in (["no_article"], ["unknown_article"])


# the command, on a real server


@pytest.fixture(scope="module")
def title(owner: Studio, scheme: Scheme) -> Iterator[str]:
    name = "status: check"
    made(owner, name, render_config(scheme), plain("good", scheme), plain("bad", scheme, BAD.text))
    ids = {article: one.id for article, one in tasks_of(owner, name).items()}
    annotate(owner, ids["good"], [region(SOURCE.text, "جنيف", "GPE")])
    found = results(BAD.spans, BAD.arguments, Article("bad", BAD.text), scheme)
    annotate(
        owner, ids["bad"], [{**one, "labels": []} if one["type"] == "relation" else one for one in found]
    )
    yield name
    owner.delete_project(project(owner, name).id)


@pytest.mark.server
def test_the_status_counts_mistakes_in_one_line_and_names_them_when_asked(
    owner: Studio, server: Server, title: str, capsys: Capture
) -> None:
    plain_status = run(capsys, "project-status", *on(server, title))
    assert plain_status.status == 0
    assert "to mend in what is submitted: 1 problem, 2 notes; --check names them" in plain_status.err
    done = run(capsys, "project-status", *on(server, title), "--check")
    assert done.status == 1
    assert f"{title}, {server.login.email}: 1 problem, 2 notes" in done.out
    address = f"{server.url}/projects/{project(owner, title).id}/data?task={tasks_of(owner, title)['bad'].id}"
    assert done.out.count(f"    at:       {address}") == 3
    assert all(f"\u2068{text}\u2069" in done.out for text in ("مسلحون", "قتل", "ألما آتا،"))
    assert "checked as an import would: 1 problem, 2 notes" in done.err


@pytest.mark.server
def test_the_status_as_json_has_each_finding(server: Server, title: str, capsys: Capture) -> None:
    done = run(capsys, "project-status", *on(server, title), "--format", "json", "--check")
    (found,) = json.loads(done.out)
    assert (done.status, found["finished"]) == (1, 2)
    assert [(one["kind"], one["code"], one["article"]) for one in found["to_mend"]] == [
        ("problem", "no_role", "bad"),
        ("note", "cut_word", "bad"),
        ("note", "edge_punctuation", "bad"),
    ]
    assert all(one["address"].startswith(server.url) and one["remedy"] for one in found["to_mend"])
