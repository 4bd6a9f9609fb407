"""Blind annotators on a real server: accounts, projects of their own, and passwords that are told once."""

import os
import pty
import re
import stat
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from conftest import ROOT
from miyar.commands.options import setup
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.accounts import access_token, new_login, sign_up
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import Login, Server
from miyar.labelstudio.sync.plan import Order
from miyar.labelstudio.sync.push import carry_out
from miyar.labelstudio.sync.sites import checked_plan, sites
from miyar.labelstudio.tasks.file import read_task_file
from miyar.scheme import Configured, Scheme
from pushing import annotate, made, on, plain, project, push, tasks_of, written

Capture = pytest.CaptureFixture[str]
server_test = pytest.mark.server
NOBODY = Server("http://127.0.0.1:9", Login("", ""), Path("nowhere"), None)  # type: ignore[arg-type]


def file_of(folder: Path, scheme: Scheme, count: int) -> Path:
    return written(folder / f"{count}.json", *(plain(f"a-{number}", scheme) for number in range(count)))


def logins(file: Path) -> list[Login]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Login(*line.split("\t")) for line in lines]


@pytest.fixture(scope="module")
def known(server: Server, owner: Studio) -> list[Login]:
    """Return the logins of two people who have accounts."""
    found = [new_login(email) for email in ("amal@example.org", "badr@example.org")]
    for login in found:
        sign_up(server.url, owner.invitation(), login)
    return found


@pytest.fixture
def team(known: list[Login]) -> str:
    return ",".join(login.email for login in known)


def own_projects(owner: Studio, title: str) -> list[str]:
    """Return the titles of the annotators' projects under a title."""
    found = [one.setup.title for one in owner.projects()]
    return sorted(name for name in found if re.fullmatch(rf"{re.escape(title)} A[0-9]+", name))


def held(owner: Studio, *titles: str) -> Counter[str]:
    """Count how often each article is in these projects."""
    return Counter(article for title in titles for article in tasks_of(owner, title))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--per-article", 2), "need --annotators"),
        (("--annotators", "a@x.org,b@x.org", "--per-article", 3), "expected 1 to 2"),
        (("--annotators", "a@x.org,b@x.org", "--per-article", 0), "expected 1 to 2"),
        (("--passwords", "file"), "need --annotators"),
        (("--annotators", "a@x.org", "--share", 0.5), "give both"),
        (("--annotators", "a@x.org,A@X.org"), "each one's e-mail address once"),
        (("--annotators", "a@x.org,,b@x.org"), "each one's e-mail address once"),
        (("--annotators", "amal"), "each one's e-mail address once"),
        (("--annotators", "a@x.org,b@x.org", "--share", 1.5), "--share"),
        (("--annotators", "a@x.org", "--project", "x" * 46), "3 to 45 characters"),
    ],
)
def test_odd_numbers_and_addresses_are_refused_before_the_server_is_asked(
    options: tuple[object, ...], words: str, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    done = push(capsys, NOBODY, file_of(tmp_path, scheme, 1), "News", *options)
    assert done.status == 2
    assert words in done.err


@pytest.mark.parametrize("email", ["a@b", "a b@x.org", "@x.org", "a@", "a@x..org", "أمل@x.org"])
def test_an_address_that_the_server_would_refuse_half_way_is_refused_before_anything_is_made(
    email: str, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    options = ("--annotators", f"good@x.org,{email}")
    done = push(capsys, NOBODY, file_of(tmp_path, scheme, 1), "News", *options)
    assert done.status == 2
    assert f"--annotators good@x.org,{email}" in done.err


def test_the_passwords_do_not_take_the_place_of_the_tasks(
    scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    file = file_of(tmp_path, scheme, 1)
    done = push(capsys, NOBODY, file, "News", "--annotators", "a@x.org", "--passwords", file)
    assert done.status == 2
    assert "would overwrite" in done.err


@server_test
def test_each_annotator_gets_an_account_a_project_and_a_fair_part(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title, passwords = 'team، "1"', tmp_path / "passwords"
    team = ("--annotators", "one@example.org, two@example.org", "--per-article", 2, "--share", 0.5)
    file = file_of(tmp_path, scheme, 10)
    passwords.write_text("earlier@example.org\tkept\n", encoding="utf-8")
    done = push(capsys, server, file, title, *team, "--passwords", passwords)
    assert done.status == 0
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    earlier, *found = logins(passwords)
    assert earlier == Login("earlier@example.org", "kept")
    assert [login.email for login in found] == ["one@example.org", "two@example.org"]
    for login in found:
        assert login.password not in done.out + done.err
        with closing(connect(server.url, access_token(server.url, login))) as studio:
            assert owner.accounts()[studio.me()] == login.email
    own = own_projects(owner, title)
    assert len(own) == 2
    counts = held(owner, *own)
    assert sorted(counts.values()) == [1] * 5 + [2] * 5
    assert [len(tasks_of(owner, name)) for name in own] in ([7, 8], [8, 7])
    for name in own:
        assert re.search(
            rf"{name[-2:]} \w+@example\.org: {server.url}/projects/{project(owner, name).id}/", done.err
        )

    before = {name: tasks_of(owner, name) for name in own}
    more = push(capsys, server, file_of(tmp_path, scheme, 16), title, *team)
    assert more.status == 0
    for name in own:
        after = tasks_of(owner, name)
        assert {article: after[article] for article in before[name]} == before[name]
    assert set(held(owner, *own)) == {f"a-{number}" for number in range(16)}


@server_test
def test_without_a_terminal_or_a_file_for_passwords_nothing_is_made(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    accounts, projects = owner.accounts(), owner.projects()
    done = push(capsys, server, file_of(tmp_path, scheme, 2), "mute", "--annotators", "mute@example.org")
    assert done.status == 2
    assert "mute@example.org" in done.err
    assert "--passwords FILE" in done.err
    assert (owner.accounts(), owner.projects()) == (accounts, projects)


@server_test
def test_on_a_terminal_a_password_is_shown_once_and_lets_its_owner_in(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path
) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, ROOT / "scripts" / "push_tasks.py", file_of(tmp_path, scheme, 2)]
    options = [*on(server, "terminal"), "--annotators", "terminal@example.org"]
    process = subprocess.Popen(
        [*map(str, command), *map(str, options)], stdout=subprocess.PIPE, stderr=slave, text=True
    )
    out, _ = process.communicate(timeout=60)
    os.close(slave)
    shown = os.read(master, 1_000_000).decode()
    os.close(master)
    assert process.returncode == 0, shown
    (password,) = re.findall(r"terminal@example\.org +password: (\S+)", shown)
    assert shown.count(password) == 1
    assert password not in out
    assert access_token(server.url, Login("terminal@example.org", password))


@server_test
def test_who_has_an_account_keeps_it_and_its_password(
    owner: Studio, server: Server, scheme: Scheme, known: list[Login], tmp_path: Path, capsys: Capture
) -> None:
    accounts = owner.accounts()
    done = push(capsys, server, file_of(tmp_path, scheme, 2), "known", "--annotators", "Amal@Example.org")
    assert done.status == 0
    assert "password" not in done.err
    assert owner.accounts() == accounts
    assert access_token(server.url, known[0])


@server_test
def test_no_article_is_lost_where_an_annotator_has_left(
    owner: Studio, server: Server, scheme: Scheme, team: str, tmp_path: Path, capsys: Capture
) -> None:
    push(capsys, server, file_of(tmp_path, scheme, 2), "left", "--annotators", team)
    push(capsys, server, file_of(tmp_path, scheme, 8), "left", "--annotators", team.split(",")[1])
    assert set(held(owner, *own_projects(owner, "left"))) == {f"a-{number}" for number in range(8)}


@server_test
def test_a_project_that_start_studio_made_takes_a_push_without_annotators(
    owner: Studio, server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    config = Configured(scheme, ROOT / "annotation_config")
    first = Order(read_task_file(file_of(tmp_path, scheme, 1), scheme), setup(config, "mix: studio"))
    (targets,), problems = checked_plan(sites([owner], first), first, update_config=True)
    assert problems == []
    carry_out(owner, first, targets, lambda login: None)
    done = push(capsys, server, file_of(tmp_path, scheme, 3), "mix: studio")
    assert (done.status, "done: 2 tasks sent" in done.err) == (0, True)
    assert set(tasks_of(owner, "mix: studio")) == {"a-0", "a-1", "a-2"}


@server_test
def test_one_project_for_all_and_projects_of_annotators_do_not_mix(
    owner: Studio, server: Server, scheme: Scheme, team: str, tmp_path: Path, capsys: Capture
) -> None:
    file, options = file_of(tmp_path, scheme, 1), ("--annotators", team)
    made(owner, "mix: shared", render_config(scheme))
    done = push(capsys, server, file, "mix: shared", *options)
    assert (done.status, "is one project for all, as start-studio makes it" in done.err) == (1, True)
    assert f"{server.url}/projects/{project(owner, 'mix: shared').id}" in done.err
    assert "leave --annotators out to send the tasks there, or choose another title" in done.err
    push(capsys, server, file, "mix: own", *options)
    done = push(capsys, server, file, "mix: own")
    assert (done.status, "annotators' projects" in done.err) == (1, True)


@server_test
def test_a_text_that_one_annotator_worked_on_stops_the_push_to_all(
    owner: Studio, server: Server, scheme: Scheme, team: str, tmp_path: Path, capsys: Capture
) -> None:
    title, options = "all stop", ("--annotators", team, "--per-article", 2)
    push(capsys, server, written(tmp_path / "1.json", plain("a", scheme)), title, *options)
    own = own_projects(owner, title)
    annotate(owner, tasks_of(owner, own[1])["a"].id)
    before = {name: tasks_of(owner, name) for name in own}
    new = written(tmp_path / "2.json", plain("a", scheme, "نص آخر"), plain("b", scheme))
    done = push(capsys, server, new, title, *options)
    assert done.status == 1
    assert f"project {own[1]}: " in done.err
    assert {name: tasks_of(owner, name) for name in own} == before


@server_test
def test_passwords_are_not_added_to_a_file_that_holds_something_else(
    server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    victim = tmp_path / "article.txt"
    victim.write_text("قال الوزير إن\n", encoding="utf-8")
    options = ("--annotators", "victim@example.org", "--passwords", victim)
    done = push(capsys, server, file_of(tmp_path, scheme, 1), "victim", *options)
    assert done.status == 2
    assert "holds something else" in done.err
    assert victim.read_text(encoding="utf-8") == "قال الوزير إن\n"
