"""A pull from a real server: everything as it came, and nobody's address."""

import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from command import Done, run
from converting import region
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.accounts import access_token, new_login, sign_up
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import Server
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.sync.projects import Annotator, description
from miyar.scheme import Scheme
from pushing import SOURCE, Value, annotate, ask, draft, made, on, plain, project, tasks_of

pytestmark = pytest.mark.server

Capture = pytest.CaptureFixture[str]
SPAN = [region(SOURCE.text, "جنيف", "GPE")]


class Person(NamedTuple):
    """An annotator of these tests, signed in."""

    account: int
    email: str
    studio: Studio


@pytest.fixture(scope="module")
def people(server: Server, owner: Studio) -> Iterator[list[Person]]:
    found = []
    for email in ("pull-a@example.org", "pull-b@example.org"):
        login = new_login(email)
        sign_up(server.url, owner.invitation(), login)
        studio = connect(server.url, access_token(server.url, login))
        found.append(Person(studio.me(), email, studio))
    yield found
    for person in found:
        person.studio.close()


def pull(capsys: Capture, server: Server, title: str, folder: Path, *options: object) -> Done:
    return run(capsys, "pull-annotations", *on(server, title), "-o", folder, *options)


def stored(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def articles(file: Path) -> list[str]:
    return sorted(task["data"]["article"] for task in stored(file))


def skip(studio: Studio, task: int) -> None:
    ask(studio, "POST", f"api/tasks/{task}/annotations/", {"result": [], "was_cancelled": True})


def annotation(owner: Studio, task: int) -> int:
    """Return the one annotation of a task."""
    (found,) = ask(owner, "GET", f"api/tasks/{task}/annotations/")
    return int(found["id"])


def bare(task: Value) -> Value:
    """Return a task as it is exported, without who made its drafts."""
    drafts = [
        {name: value for name, value in one.items() if name not in ("user", "created_username")}
        for one in task["drafts"]
    ]
    return {**task, "drafts": drafts}


@pytest.fixture(scope="module")
def fates(owner: Studio, scheme: Scheme, people: list[Person]) -> str:
    """Make a project with one task of each fate, and return its title."""
    title, names = (
        "fates",
        ["finished", "skipped", "empty", "unopened", "drafted", "edited", "both", "redrafted"],
    )
    made(owner, title, render_config(scheme), *(plain(name, scheme) for name in names))
    ids = {name: one.id for name, one in tasks_of(owner, title).items()}
    one, other = (person.studio for person in people)
    annotate(one, ids["finished"], SPAN, 12.5)
    skip(one, ids["skipped"])
    annotate(one, ids["empty"], (), 1.0)
    draft(one, ids["drafted"], SPAN)
    annotate(one, ids["edited"], SPAN, 8.0)
    ask(other, "PATCH", f"api/annotations/{annotation(owner, ids['edited'])}/", {"result": []})
    annotate(one, ids["both"], SPAN, 30.0)
    annotate(other, ids["both"], SPAN, 40.0)
    annotate(one, ids["redrafted"], SPAN, 2.0)
    draft(one, ids["redrafted"], (), annotation(owner, ids["redrafted"]))
    return title


def test_a_batch_holds_what_the_server_gives_and_who_is_who_apart(
    owner: Studio,
    server: Server,
    scheme: Scheme,
    people: list[Person],
    fates: str,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    folder = tmp_path / "annotations" / "1"
    done = pull(capsys, server, fates, folder)
    assert done.status == 0
    assert sorted(file.name for file in folder.iterdir()) == [
        ".annotators.json",
        ".gitignore",
        "export.json",
        "manifest.json",
    ]

    owner.export(project(owner, fates).id, tmp_path / "raw.json")
    raw = stored(tmp_path / "raw.json")
    assert people[0].email in json.dumps(raw)
    assert [bare(task) for task in stored(folder / "export.json")] == [bare(task) for task in raw]
    drafts = [one for task in stored(folder / "export.json") for one in task["drafts"]]
    assert [one["user"] for one in drafts] == [people[0].account] * 2

    manifest = stored(folder / "manifest.json")
    (about,) = manifest["projects"]
    assert about["sha256"] == hashlib.sha256((folder / "export.json").read_bytes()).hexdigest()
    assert (about["tasks"], about["finished"], about["skipped"], about["drafts"]) == (8, 6, 1, 2)
    assert about["schemes"] == {scheme.signature: 8}
    assert manifest["server"] == owner.name()
    assert manifest["annotators"] == {str(person.account): f"A{n}" for n, person in enumerate(people, 1)}
    assert manifest["label_studio"] == owner.version()

    private = folder / ".annotators.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stored(private) == {str(person.account): person.email for person in people}
    for file in (folder / "export.json", folder / "manifest.json"):
        assert "@" not in file.read_text(encoding="utf-8")
    assert "@" not in done.out + done.err


def test_what_is_worth_a_look_is_said_and_kept(
    server: Server, fates: str, tmp_path: Path, capsys: Capture
) -> None:
    done = pull(capsys, server, fates, tmp_path / "1")
    (about,) = stored(tmp_path / "1" / "manifest.json")["projects"]
    assert about["notes"] == {
        "fewer annotators than wanted": ["unopened", "drafted"],
        "a draft that was never submitted": ["drafted"],
        "an annotation changed by somebody other than its author": ["edited"],
        "more annotators than wanted": ["both"],
        "a draft newer than its annotation: unsubmitted changes are not imported": ["redrafted"],
    }
    for note, names in about["notes"].items():
        assert f"note: {fates}: {len(names)} × {note}: {', '.join(names)}" in done.err


def test_the_status_counts_what_is_there(server: Server, fates: str, capsys: Capture) -> None:
    done = run(capsys, "project-status", *on(server, fates), "--format", "json")
    assert done.status == 0
    (found,) = json.loads(done.out)
    numbers = {"articles": 8, "finished": 6, "skipped": 1, "drafts": 2, "seconds_per_article": 10.25}
    assert {name: found[name] for name in numbers} == numbers
    assert found["missing"] == ["unopened", "drafted"]
    assert found["annotator"] is found["email"] is None


def test_only_what_changed_since_an_earlier_batch_is_pulled(
    owner: Studio,
    server: Server,
    scheme: Scheme,
    people: list[Person],
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("miyar.labelstudio.sync.batch.LOOK_BACK", timedelta(0))
    title, studio = "pull: since", people[0].studio
    names = ("idle", "old", "again", "new", "skipped")
    made(owner, title, render_config(scheme), *(plain(name, scheme) for name in names))
    ids = {name: one.id for name, one in tasks_of(owner, title).items()}
    for name in ("again", "old"):
        annotate(studio, ids[name], SPAN)
    pull(capsys, server, title, tmp_path / "1")
    annotate(studio, ids["new"], SPAN)
    skip(studio, ids["skipped"])
    ask(studio, "PATCH", f"api/annotations/{annotation(owner, ids['again'])}/", {"result": []})
    assert pull(capsys, server, title, tmp_path / "2", "--since", tmp_path / "1").status == 0
    changed = set(articles(tmp_path / "2" / "export.json"))
    assert {"new", "again", "skipped"} <= changed
    assert "idle" not in changed
    newest = stored(tmp_path / "2" / "manifest.json")["projects"][0]["newest"]
    assert pull(capsys, server, title, tmp_path / "4", "--since", "2099-01-01").status == 0
    assert articles(tmp_path / "4" / "export.json") == []
    (about,) = stored(tmp_path / "4" / "manifest.json")["projects"]
    assert about["newest"] == newest


def test_annotators_keep_their_names_over_batches(
    owner: Studio, server: Server, scheme: Scheme, people: list[Person], tmp_path: Path, capsys: Capture
) -> None:
    title, (first, second) = "pull: names", people
    made(owner, title, render_config(scheme), plain("a", scheme), plain("b", scheme))
    ids = {name: one.id for name, one in tasks_of(owner, title).items()}
    annotate(second.studio, ids["a"])
    pull(capsys, server, title, tmp_path / "1")
    annotate(first.studio, ids["b"])
    pull(capsys, server, title, tmp_path / "2")
    names = [stored(tmp_path / number / "manifest.json")["annotators"] for number in ("1", "2")]
    assert names == [
        {str(second.account): "A1"},
        {str(first.account): "A2", str(second.account): "A1"},
    ]


def own_project(owner: Studio, scheme: Scheme, title: str, name: str, person: Person) -> None:
    """Make an annotator's own project with one article."""
    known = description(title, Annotator(name, person.account))
    number = owner.create_project(Setup(f"{title} {name}", render_config(scheme), description=known))
    owner.import_tasks(number, [plain("a", scheme)])


def test_each_annotators_project_is_a_file_of_its_own(
    owner: Studio, server: Server, scheme: Scheme, people: list[Person], tmp_path: Path, capsys: Capture
) -> None:
    title = "pull: own"
    for name, person in zip(("A8", "A9"), people, strict=True):
        own_project(owner, scheme, title, name, person)
    annotate(people[0].studio, tasks_of(owner, f"{title} A8")["a"].id, SPAN)
    annotate(people[0].studio, tasks_of(owner, f"{title} A9")["a"].id, SPAN)
    done = pull(capsys, server, title, tmp_path / "1")
    assert done.status == 0
    names = sorted(file.name for file in (tmp_path / "1").iterdir())
    assert names == [".annotators.json", ".gitignore", "A8.json", "A9.json", "manifest.json"]
    assert stored(tmp_path / "1" / "manifest.json")["annotators"] == {
        str(people[0].account): "A8",
        str(people[1].account): "A9",
    }
    assert f"note: {title} A9: 1 × an annotation by somebody else than the project's annotator: a" in done.err
    status = json.loads(run(capsys, "project-status", *on(server, title), "--format", "json").out)
    assert [(one["annotator"], one["email"], one["finished"]) for one in status] == [
        ("A8", people[0].email, 1),
        ("A9", people[1].email, 1),
    ]


def test_the_status_says_where_somebody_was_in_anothers_project(
    owner: Studio, server: Server, scheme: Scheme, people: list[Person], capsys: Capture
) -> None:
    title, (first, second) = "pull: blind", people
    for name, person in zip(("A6", "A7"), people, strict=True):
        own_project(owner, scheme, title, name, person)
    quiet = run(capsys, "project-status", *on(server, title))
    assert "note" not in quiet.err
    draft(second.studio, tasks_of(owner, f"{title} A6")["a"].id, SPAN)
    number = tasks_of(owner, f"{title} A7")["a"].id
    annotate(second.studio, number, SPAN)
    (theirs,) = ask(owner, "GET", f"api/tasks/{number}/annotations/")
    ask(first.studio, "PATCH", f"api/annotations/{theirs['id']}/", {"result": []})
    noisy = run(capsys, "project-status", *on(server, title))
    assert f"note: {title} A6: 1 × a draft by somebody else than the project's annotator" in noisy.err
    assert f"note: {title} A7: 1 × an annotation changed by somebody other than its author: a" in noisy.err


def test_one_pseudonym_never_stands_for_two_annotators(
    owner: Studio, server: Server, scheme: Scheme, people: list[Person], tmp_path: Path, capsys: Capture
) -> None:
    """The first batch named somebody A1, and then a push made another one's project A1."""
    earlier = {"server": owner.name(), "annotators": {str(people[0].account): "A1"}, "projects": []}
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "manifest.json").write_text(json.dumps(earlier), encoding="utf-8")
    own_project(owner, scheme, "pull: clash", "A1", people[1])
    annotate(people[1].studio, tasks_of(owner, "pull: clash A1")["a"].id, SPAN)
    if pull(capsys, server, "pull: clash", tmp_path / "2").status == 0:
        names = stored(tmp_path / "2" / "manifest.json")["annotators"]
        assert names[str(people[1].account)] != "A1"


def test_a_folder_that_is_no_batch_is_left_alone(
    server: Server, fates: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all I have", encoding="utf-8")
    done = pull(capsys, server, fates, tmp_path / "mine")
    assert done.status == 2
    assert "was not made by this command" in done.err
    assert [file.name for file in tmp_path.rglob("*")] == ["mine", "thesis.txt"]


def test_a_project_that_is_not_there_leaves_no_folder(
    server: Server, fates: str, tmp_path: Path, capsys: Capture
) -> None:
    done = pull(capsys, server, "pull: nowhere", tmp_path / "1")
    assert (done.status, "not on this server; there are: " in done.err, fates in done.err) == (1, True, True)
    assert list(tmp_path.iterdir()) == []


def test_the_account_of_an_annotator_may_be_gone(
    owner: Studio, server: Server, scheme: Scheme, people: list[Person], tmp_path: Path, capsys: Capture
) -> None:
    gone = people[0]._replace(account=987654)
    own_project(owner, scheme, "pull: gone", "A7", gone)
    assert pull(capsys, server, "pull: gone", tmp_path / "1").status == 0
    assert stored(tmp_path / "1" / "manifest.json")["annotators"] == {"987654": "A7"}
    done = run(capsys, "project-status", *on(server, "pull: gone"))
    assert (done.status, "account deleted" in done.out) == (0, True)


def test_an_empty_project_is_a_batch_without_tasks(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    made(owner, "pull: empty", render_config(scheme))
    assert pull(capsys, server, "pull: empty", tmp_path / "1").status == 0
    assert stored(tmp_path / "1" / "export.json") == []


def test_a_task_that_others_made_is_pulled_as_it_is(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    value: Value = {"data": {"text": "نص 🙂", "n": 0.1, "big": 10**15, "list": [None, True, {"a": "\u2028"}]}}
    made(owner, "pull: others", render_config(scheme), value)
    assert pull(capsys, server, "pull: others", tmp_path / "1").status == 0
    assert stored(tmp_path / "1" / "export.json")[0]["data"] == value["data"]
