"""A pull that is killed leaves nothing half, and one whose requests fail is whole in the end."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from command import run
from faulty import EXPORT, FIXTURES, LISTING, NUMBER, User, Work, kill, until
from miyar.commands.options import load_scheme
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.sync.download import PIECE
from proxy import Fault, running_proxy

pytestmark = [pytest.mark.server, pytest.mark.slow]

Capture = pytest.CaptureFixture[str]
task_file, _, user, quick = FIXTURES
Action = Literal["refuse", "lose", "cut"]
READ = ("/api/version", "/api/users", "/api/organizations", "/api/projects/?[?]", LISTING)


@pytest.fixture(scope="module")
def pushed(owner: Studio, task_file: Path) -> Work:
    """Give work that lies on the server, in three chunks of a pull, with an annotation."""
    work = Work(owner, "faults of pulls", task_file, load_scheme(None))
    work.begin()
    work.owner.import_tasks(work.project, work.tasks[2:])
    return work


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def is_whole(folder: Path, work: Work) -> bool:
    """Return whether a batch holds each article once, and the server's annotations."""
    tasks: list[dict[str, Any]] = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    articles = [task["data"]["article"] for task in tasks]
    return (
        len(articles) == len(set(articles)) == NUMBER == manifest["projects"][0]["tasks"]
        and {t["data"]["article"]: len(t["annotations"]) for t in tasks if t["annotations"]}
        == {article: len(found) for article, found in work.annotations.items()}
        and sorted(file.name for file in folder.iterdir())
        == [".annotators.json", ".gitignore", "export.json", "manifest.json"]
    )


def test_a_killed_pull_leaves_nothing_half_and_can_be_repeated(
    pushed: Work, user: User, tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["--project", pushed.title, "-o"]
    first, second = tmp_path / "batches" / "1", tmp_path / "batches" / "2"
    assert run(capsys, "pull-annotations", *arguments, first, *user.options).status == 0
    before = contents(first)
    pushed.annotate(pushed.tasks[1])
    with running_proxy(user.url, Fault("delay", EXPORT, "GET", nth=2)) as proxy:
        process = user.at(proxy.url).start("pull-annotations", *arguments, first)
        until(lambda: proxy.heard("GET", EXPORT) == 2)
        kill(process)
    assert contents(first) == before
    since = [second, "--since", first]
    assert run(capsys, "pull-annotations", *arguments, *since, *user.options).status == 0
    done = run(capsys, "pull-annotations", *arguments, first, *user.options)
    assert done.status == 0, done.err
    assert is_whole(first, pushed)
    manifests = [json.loads((folder / MANIFEST).read_text(encoding="utf-8")) for folder in (first, second)]
    assert manifests[0]["annotators"] == manifests[1]["annotators"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("action", "at_export"), [("refuse", "lose"), ("cut", "cut")])
def test_a_pull_asks_again_where_an_answer_does_not_come(
    action: Action, at_export: Action, pushed: Work, user: User, tmp_path: Path, capsys: Capture
) -> None:
    faults = [Fault(action, path, "GET") for path in READ] + [Fault(at_export, EXPORT, "GET", nth=2)]
    with running_proxy(user.url, *faults) as proxy:
        options = user.at(proxy.url).options
        done = run(capsys, "pull-annotations", "--project", pushed.title, "-o", tmp_path / "1", *options)
    assert done.status == 0, done.err
    assert proxy.heard("GET", EXPORT) == -(-NUMBER // PIECE) + 1
    assert all(proxy.heard("GET", path) > 1 for path in READ)
    assert is_whole(tmp_path / "1", pushed)


@pytest.mark.usefixtures("quick")
def test_a_pull_gives_up_waiting_and_asks_again(
    pushed: Work, user: User, tmp_path: Path, capsys: Capture
) -> None:
    with running_proxy(user.url, Fault("hang", EXPORT, "GET")) as proxy:
        options = [*user.at(proxy.url).options, "--timeout", 3]
        done = run(capsys, "pull-annotations", "--project", pushed.title, "-o", tmp_path / "1", *options)
    assert done.status == 0, done.err
    assert "no answer in time; asking again" in done.err
    assert is_whole(tmp_path / "1", pushed)


@pytest.mark.usefixtures("quick")
def test_a_pull_that_cannot_go_on_says_why_and_leaves_what_was_there(
    pushed: Work, user: User, tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["--project", pushed.title, "-o", tmp_path / "1"]
    assert run(capsys, "pull-annotations", *arguments, *user.options).status == 0
    before = contents(tmp_path / "1")
    with running_proxy(user.url, Fault("cut", EXPORT, "GET", nth=None)) as proxy:
        done = run(capsys, "pull-annotations", *arguments, *user.at(proxy.url).options)
    assert done.status == 1
    assert f"could not export project {pushed.project}: the connection broke" in done.err
    assert contents(tmp_path / "1") == before
    assert [file.name for file in tmp_path.iterdir()] == ["1"]
