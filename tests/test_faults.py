"""Whatever is killed or fails during a push, the next one leaves every article on the server once."""

import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from command import run
from faulty import (
    AGAIN,
    CHUNK,
    CREATION,
    FIXTURES,
    IMPORT,
    LAST,
    LISTING,
    NUMBER,
    User,
    Work,
    kill,
    until,
    write_tasks,
)
from miyar.labelstudio.server.accounts import access_token
from miyar.labelstudio.server.client import connect_as_owner
from miyar.labelstudio.server.process import DATABASE, LOGIN_FILE, TOKEN_FILE, Login, Server, running_server
from miyar.labelstudio.sync import push
from proxy import Fault, running_proxy

pytestmark = [pytest.mark.server, pytest.mark.slow]

Capture = pytest.CaptureFixture[str]
task_file, work, user, quick = FIXTURES


@pytest.mark.parametrize(
    ("fault", "held"),
    [
        (Fault("hang", CREATION, "POST"), 0),
        (Fault("delay", IMPORT, "POST", nth=2), CHUNK),
        (Fault("hang", IMPORT, "POST", nth=2), 2 * CHUNK),
        (Fault("delay", LISTING, "GET"), NUMBER),
    ],
    ids=["after the project", "before the second chunk", "after the second chunk", "before reading back"],
)
def test_a_push_killed_anywhere_is_completed_by_the_next(
    fault: Fault, held: int, work: Work, user: User, capsys: Capture
) -> None:
    with running_proxy(user.url, fault) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: bool(proxy.heard(fault.method, fault.path)) and work.held == held)
        kill(process)
    done = run(capsys, "push-tasks", *work.arguments, *user.options)
    assert done.status == 0, done.err
    assert work.is_whole()


def test_what_a_killed_push_had_sent_may_arrive_during_the_next(work: Work, user: User) -> None:
    annotations = work.begin()
    late, reading_back = Fault("delay", IMPORT, "POST", nth=3), Fault("delay", LISTING, "GET", nth=2)
    with running_proxy(user.url, late) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: proxy.heard("POST", IMPORT) == 3)
        kill(process)
        assert work.held == NUMBER - LAST + 2
        proxy.script(reading_back)
        listed = proxy.heard("GET", LISTING)
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: proxy.heard("GET", LISTING) == listed + 2)
        assert work.is_whole()
        proxy.release(late)
        until(lambda: work.held == NUMBER + LAST - 2)
        proxy.release(reading_back)
        done = user.end(process)
    assert done.status == 0, done.err
    assert work.is_whole()
    assert work.annotations == annotations


def test_what_a_killed_push_had_sent_may_arrive_after_the_next(
    work: Work, user: User, capsys: Capture
) -> None:
    late = Fault("delay", IMPORT, "POST", nth=3)
    with running_proxy(user.url, late) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: proxy.heard("POST", IMPORT) == 3)
        kill(process)
        assert run(capsys, "push-tasks", *work.arguments, *user.options).status == 0
        assert work.is_whole()
        annotations = work.annotate(work.tasks[-1])
        proxy.release(late)
        until(lambda: work.held == NUMBER + LAST)
    done = run(capsys, "push-tasks", *work.arguments, *user.options)
    assert done.status == 0, done.err
    assert work.is_whole()
    assert work.annotations == annotations


def test_an_empty_project_from_a_late_request_is_deleted(work: Work, user: User, capsys: Capture) -> None:
    late = Fault("delay", CREATION, "POST")
    with running_proxy(user.url, late) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: proxy.heard("POST", CREATION) == 1)
        kill(process)
        assert run(capsys, "push-tasks", *work.arguments, *user.options).status == 0
        proxy.release(late)
        until(lambda: len(work.projects) == 2)
    first, second = sorted(work.projects)
    checked = run(capsys, "push-tasks", *work.arguments, *user.options, "--check")
    assert (checked.status, sorted(work.projects)) == (0, [first, second])
    done = run(capsys, "push-tasks", *work.arguments, *user.options)
    assert done.status == 0, done.err
    assert f"({second}), an empty double" in done.err
    assert work.projects == [first]
    assert work.is_whole()


@pytest.mark.usefixtures("quick")
def test_a_push_to_a_server_that_is_killed_says_so_and_is_completed_after_its_restart(
    work: Work, user: User, server: Server, tmp_path: Path, capsys: Capture
) -> None:
    data = copied(server, tmp_path / "data")
    hanging = Fault("hang", IMPORT, "POST", nth=2)
    with running_server(data) as first, closing(connect_as_owner(first)) as owner:
        work = replace(work, owner=owner)
        annotations = work.begin()
        with running_proxy(first.url, hanging) as proxy:
            process = user.at(proxy.url).start("push-tasks", *work.arguments)
            until(lambda: proxy.heard("POST", IMPORT) == 2)
            os.killpg(first.process.pid, signal.SIGKILL)
            first.process.wait()
            done = user.end(process)
        assert done.status == 1
        assert "could not import 500 tasks: the connection broke" in done.err
        assert AGAIN in done.err
        gone = run(capsys, "push-tasks", *work.arguments, *user.at(first.url).options)
        assert gone.status == 1
        assert "nobody answers at" in gone.err
    with running_server(data) as second, closing(connect_as_owner(second)) as owner:
        work = replace(work, owner=owner)
        assert work.held in (CHUNK + 2, 2 * CHUNK + 2)
        assert work.annotations == annotations
        done = run(capsys, "push-tasks", *work.arguments, *user.at(second.url).options)
        assert done.status == 0, done.err
        assert work.is_whole()
        assert work.annotations == annotations


def copied(server: Server, data: Path) -> Path:
    """Return a copy of a server's data, which spares a new server its migrations."""
    data.mkdir()
    for name in (".env", LOGIN_FILE, TOKEN_FILE):
        (data / name).write_bytes((server.data / name).read_bytes())
    with (
        closing(sqlite3.connect(server.data / DATABASE)) as source,
        closing(sqlite3.connect(data / DATABASE)) as goal,
    ):
        source.backup(goal)
    (data / TOKEN_FILE).chmod(0o600)
    return data


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("action", ["lose", "cut", "hang"])
def test_a_push_goes_on_after_answers_that_do_not_come(
    action: Literal["lose", "cut", "hang"], work: Work, user: User, capsys: Capture
) -> None:
    places = [(CREATION, "POST", 1), (IMPORT, "POST", 2), (LISTING, "GET", 1)]
    faults = [Fault(action, path, method, nth) for path, method, nth in places]
    with running_proxy(user.url, *faults) as proxy:
        waiting = ["--timeout", 3] if action == "hang" else []
        done = run(capsys, "push-tasks", *work.arguments, *user.at(proxy.url).options, *waiting)
    assert done.status == 0, done.err
    why = {"lose": "status 502", "cut": "the connection broke", "hang": "no answer in time"}[action]
    assert f"could not import 500 tasks: {why}" in done.err
    assert "asking the server what arrived" in done.err
    assert proxy.heard("POST", IMPORT) == 3
    assert work.is_whole()


@pytest.mark.usefixtures("quick")
def test_a_chunk_that_the_server_never_heard_of_is_sent_again(
    work: Work, user: User, capsys: Capture
) -> None:
    annotations = work.begin()
    faults = [Fault("refuse", IMPORT, "POST", nth=2), Fault("refuse", LISTING, "GET")]
    with running_proxy(user.url, *faults) as proxy:
        done = run(capsys, "push-tasks", *work.arguments, *user.at(proxy.url).options)
    assert done.status == 0, done.err
    assert proxy.heard("POST", IMPORT) == 4
    assert work.is_whole()
    assert work.annotations == annotations


@pytest.mark.usefixtures("quick")
def test_a_chunk_that_is_too_large_for_a_proxy_goes_in_halves(
    work: Work, user: User, capsys: Capture
) -> None:
    with running_proxy(user.url, Fault("refuse", IMPORT, "POST", nth=1, status=413)) as proxy:
        done = run(capsys, "push-tasks", *work.arguments, *user.at(proxy.url).options)
        assert done.status == 0, done.err
        assert proxy.heard("POST", IMPORT) == 3 + 2
    assert work.is_whole()


@pytest.mark.parametrize(
    ("fault", "what", "sent"),
    [
        (Fault("refuse", CREATION, "POST", nth=None), "could not create the project", 1),
        (Fault("refuse", IMPORT, "POST", nth=None), "could not import 500 tasks", push.SENDS),
    ],
)
def test_a_push_that_cannot_go_on_says_what_happened_and_what_to_do(
    fault: Fault, what: str, sent: int, work: Work, user: User, capsys: Capture
) -> None:
    with running_proxy(user.url, fault) as proxy:
        done = run(capsys, "push-tasks", *work.arguments, *user.at(proxy.url).options)
        assert done.status == 1
        assert what in done.err
        assert "status 502" in done.err
        assert AGAIN in done.err
        assert proxy.heard("POST", fault.path) == sent
    assert run(capsys, "push-tasks", *work.arguments, *user.options).status == 0
    assert work.is_whole()


def test_passwords_of_accounts_that_a_killed_push_made_are_kept(
    work: Work, user: User, tmp_path: Path, capsys: Capture
) -> None:
    emails = [f"{name}.{work.title[-8:]}@example.com" for name in ("amal", "badr")]
    passwords = tmp_path / "passwords"
    work = replace(work, file=write_tasks(tmp_path / "few.json", work.configured.scheme, 10))
    arguments = [work.file, "--project", work.title[-8:], "--annotators", ",".join(emails), "--passwords"]
    with running_proxy(user.url, Fault("delay", r"/signup/\?token=", "POST", nth=2)) as proxy:
        process = user.at(proxy.url).start("push-tasks", *arguments, passwords)
        until(lambda: proxy.heard("POST", r"/signup/\?token=") == 2)
        kill(process)
    done = run(capsys, "push-tasks", *arguments, passwords, *user.options)
    assert done.status == 0, done.err
    logins = dict(line.split("\t") for line in passwords.read_text(encoding="utf-8").splitlines())
    assert sorted(logins) == emails
    for email, password in logins.items():
        assert access_token(user.url, Login(email, password))
    dealt = [known.data["article"] for project in annotators(work) for known in work.owner.tasks(project)]
    assert sorted(dealt) == sorted(task["data"]["article"] for task in work.tasks)


def annotators(work: Work) -> list[int]:
    return [one.id for one in work.owner.projects() if one.setup.title.startswith(work.title[-8:])]
