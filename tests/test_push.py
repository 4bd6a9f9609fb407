"""A push on a real server: every article once, read back, and nothing that people did is lost."""

import json
from pathlib import Path

import pytest

from conftest import ROOT
from miyar.annotation import read_annotations
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Server
from miyar.labelstudio.server.remote import SETTINGS
from miyar.labelstudio.tasks.task import results
from miyar.scheme import Scheme
from pushing import (
    SOURCE,
    Value,
    annotate,
    ask,
    draft,
    made,
    plain,
    project,
    push,
    suggested,
    tasks_of,
    written,
)

pytestmark = pytest.mark.server

Capture = pytest.CaptureFixture[str]


def titles(owner: Studio) -> list[str]:
    return sorted(one.setup.title for one in owner.projects())


def test_a_project_is_made_with_every_article_once(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    file = written(tmp_path / "tasks.json", plain("a", scheme, title="عنوان"), plain("b", scheme))
    done = push(capsys, server, file, "push: new")
    assert done.status == 0
    assert {name: dict(one.data) for name, one in tasks_of(owner, "push: new").items()} == {
        "a": plain("a", scheme, title="عنوان")["data"],
        "b": plain("b", scheme)["data"],
    }
    made = project(owner, "push: new")
    assert f"push: new: {server.url}/projects/{made.id}/data?labeling=1" in done.err
    assert dict(made.setup.settings) == SETTINGS
    assert "الدليل" in made.setup.instruction or "<h" in made.setup.instruction


def test_a_push_can_be_repeated_and_changes_nothing(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title = f'أخبار، "الأولى" <b>&amp; A1 {"x" * 22}'
    assert len(title) == 50
    file = written(tmp_path / "tasks.json", plain("a", scheme), suggested("b", scheme))
    push(capsys, server, file, title)
    before = tasks_of(owner, title)
    done = push(capsys, server, file, title, "--format", "json")
    assert done.status == 0
    (plan,) = json.loads(done.out)
    assert (plan["title"], plan["project"]) == (title, "as it is")
    assert [step["action"] for step in plan["steps"]] == ["skip", "skip"]
    assert tasks_of(owner, title) == before
    assert titles(owner).count(title) == 1


def test_more_articles_come_beside_those_that_are_there(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    made(owner, "push: more", render_config(scheme), plain("a", scheme), plain("b", scheme))
    before = tasks_of(owner, "push: more")
    file = written(tmp_path / "2.json", plain("b", scheme), plain("c", scheme))
    assert push(capsys, server, file, "push: more").status == 0
    after = tasks_of(owner, "push: more")
    assert set(after) == {"a", "b", "c"}
    assert {name: after[name] for name in before} == before


def test_what_nobody_has_worked_on_is_brought_up_to_date(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title, names = "push: changed", "abcd"
    made(owner, title, render_config(scheme), *(plain(name, scheme) for name in names))
    before = tasks_of(owner, title)
    new = [
        plain("a", scheme, title="x"),
        plain("b", scheme, "نص آخر"),
        suggested("c", scheme),
        plain("d", scheme),
    ]
    done = push(capsys, server, written(tmp_path / "2.json", *new), title)
    assert done.status == 0
    after = tasks_of(owner, title)
    assert [dict(after[name].data) for name in names] == [value["data"] for value in new]
    assert after["c"].suggestions == new[2]["predictions"]
    assert after["a"].id == before["a"].id
    assert after["d"] == before["d"]


def test_a_text_that_changed_after_somebody_worked_on_it_stops_the_push_before_anything_is_sent(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title, works = "push: refused", ("annotated", "skipped", "drafted")
    made(owner, title, render_config(scheme), *(plain(name, scheme) for name in (*works, "idle")))
    ids = {name: one.id for name, one in tasks_of(owner, title).items()}
    annotate(owner, ids["annotated"])
    ask(owner, "POST", f"api/tasks/{ids['skipped']}/annotations/", {"result": [], "was_cancelled": True})
    draft(owner, ids["drafted"])
    before = tasks_of(owner, title)
    changed = [plain(name, scheme, "نص آخر") for name in (*works, "idle")]
    done = push(capsys, server, written(tmp_path / "2.json", *changed, plain("new", scheme)), title)
    assert done.status == 1
    for name in works:
        assert (
            f"project {title}: task {ids[name]} ({name}): the text changed after it was worked on" in done.err
        )
    for words in ("3 problems: 3 refused", "Nothing was sent.", "id of its own"):
        assert words in done.err
    assert tasks_of(owner, title) == before


def test_an_article_that_was_worked_on_keeps_its_record(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title = "push: record"
    made(owner, title, render_config(scheme), plain("a", scheme, guidelines="old"))
    annotate(owner, tasks_of(owner, title)["a"].id)
    before = tasks_of(owner, title)
    file = written(tmp_path / "2.json", plain("a", scheme, guidelines="new"), plain("b", scheme))
    assert push(capsys, server, file, title).status == 0
    after = tasks_of(owner, title)
    assert after["a"] == before["a"]
    assert after["b"].data["guidelines"] == "none"


def test_idle_copies_are_removed_and_the_one_that_was_worked_on_stays(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title, value = "push: copies", plain("a", scheme)
    file = written(tmp_path / "tasks.json", value)
    number = made(owner, title, render_config(scheme), value)
    _, third = owner.import_tasks(number, [value, value])
    annotate(owner, third)
    assert push(capsys, server, file, title).status == 0
    assert tasks_of(owner, title)["a"].id == third
    owner.import_tasks(number, [value])
    for task in owner.tasks(number):
        draft(owner, task.id)
    done = push(capsys, server, file, title)
    assert done.status == 1
    assert "two tasks of it have been worked on" in done.err
    assert len(owner.tasks(number)) == 2


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_a_check_and_a_dry_run_change_nothing(
    option: str, owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title = f"push: {option}"
    made(owner, title, render_config(scheme), plain("a", scheme), plain("b", scheme))
    before, accounts, known = tasks_of(owner, title), owner.accounts(), owner.projects()
    values = [plain("a", scheme, "نص آخر"), suggested("b", scheme), plain("c", scheme)]
    new = written(tmp_path / "2.json", *values)
    team = ("--annotators", "nobody@example.org", "--passwords", tmp_path / "passwords")
    for name, options in ((title, ()), ("push: not made", team)):
        done = push(capsys, server, new, name, option, *options)
        assert done.status == 0
        assert done.out.startswith("project") == (option == "--dry-run")
    assert tasks_of(owner, title) == before
    assert (owner.accounts(), owner.projects()) == (accounts, known)
    assert not (tmp_path / "passwords").exists()


def test_suggestions_come_back_as_they_were_sent(
    owner: Studio,
    server: Server,
    scheme: Scheme,
    demo_articles: dict[str, Article],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    title = "push: suggestions"
    file = ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl"
    sent: list[Value] = []
    for view in read_annotations(file):
        article = demo_articles[view.article]
        found = results(view.spans, view.arguments, article, scheme)
        value = plain(article.id, scheme, article.text, blind=False)
        sent.append(value | {"predictions": [{"model_version": "rules@1", "result": found}]})
    assert push(capsys, server, written(tmp_path / "tasks.json", *sent), title).status == 0
    there = tasks_of(owner, title)
    for value in sent:
        assert there[value["data"]["article"]].suggestions == value["predictions"]
    assert project(owner, title).setup.suggestions


def test_suggestions_that_arrive_changed_are_noticed(
    owner: Studio,
    server: Server,
    scheme: Scheme,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = Studio.import_tasks

    def without_suggestions(studio: Studio, number: int, tasks: list[Value]) -> list[int]:
        return send(studio, number, [{"data": task["data"]} for task in tasks])

    monkeypatch.setattr(Studio, "import_tasks", without_suggestions)
    file = written(tmp_path / "tasks.json", plain("a", scheme), suggested("b", scheme))
    done = push(capsys, server, file, "push: lossy")
    assert done.status == 1
    assert "project push: lossy: b: " in done.err
    assert "[not_as_sent]" in done.err
    assert "1 problem" in done.err


def test_a_bad_file_of_tasks_is_refused_before_the_server_is_asked(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    value = suggested("a", scheme)
    value["predictions"][0]["result"][-1]["to_id"] = "nowhere"
    done = push(capsys, server, written(tmp_path / "tasks.json", value), "push: bad")
    assert done.status == 1
    assert "[missing_region]" in done.err
    assert "push: bad" not in titles(owner)


def test_a_project_that_cannot_be_told_from_another_is_refused(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    file, title = written(tmp_path / "tasks.json", plain("a", scheme)), "push: same"
    for _ in range(2):
        made(owner, title, render_config(scheme), plain("b", scheme))
    done = push(capsys, server, file, title)
    assert done.status == 1
    assert "several projects could be meant" in done.err
    assert titles(owner).count(title) == 2


def test_an_emoji_is_stood_in_for_and_the_text_with_it_is_not_sent(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    value = plain("a", scheme, SOURCE.text + " 🙂")
    assert push(capsys, server, written(tmp_path / "tasks.json", value), "push: emoji").status == 0
    there = tasks_of(owner, "push: emoji")["a"].data
    assert there["text"] == SOURCE.text + " □"
    assert there["sha256"] == Article("a", SOURCE.text + " 🙂").sha256
