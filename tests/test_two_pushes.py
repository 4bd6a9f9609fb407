"""Two pushes at once, killed or not: every article once, one project and one name for each annotator.

MIYAR_ROUNDS says how often two are killed, MIYAR_SEED when.
"""

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from faulty import FIXTURES, User, kill
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Project, Setup
from miyar.labelstudio.sync.doubles import _without_old_quarrels, excluded, leftovers
from miyar.labelstudio.sync.projects import Annotator, description, family, family_title, owner
from miyar.scheme import Scheme
from pushing import articles_of, plain, written

_, _, user, _ = FIXTURES

ROUNDS = int(os.environ.get("MIYAR_ROUNDS", "5"))
SEED = int(os.environ.get("MIYAR_SEED", time.time_ns() % 1_000_000))
ARTICLES = 60


class People:
    """A title with the annotators that it is pushed for, and what its file holds."""

    def __init__(
        self, folder: Path, scheme: Scheme, emails: Sequence[str] = (), articles: int = ARTICLES
    ) -> None:
        self.title = f"Two {uuid4().hex[:8]}"
        self.emails = emails or [f"{name}-{uuid4().hex[:6]}@example.org" for name in "ab"]
        self.ids = [f"a-{number}" for number in range(articles)]
        self.file = written(folder / f"{self.title}.json", *(plain(one, scheme) for one in self.ids))
        self.folder = folder

    def start(self, user: User) -> subprocess.Popen[str]:
        passwords = self.folder / f"{uuid4().hex}.txt"
        who = ["--annotators", ",".join(self.emails), "--passwords", passwords]
        return user.start("push-tasks", self.file, "--project", self.title, *who)


def check(owner_of_all: Studio, titles: Iterable[People]) -> None:
    """Fail where an article is not there once, or a person has not one project and one name."""
    there = owner_of_all.projects()
    people = {(whose.name, whose.account) for project in there if (whose := owner(project))}
    names, accounts = (Counter(column) for column in zip(*people, strict=True))
    for one in titles:
        members = family(there, one.title)
        # Other projects of the server may be at odds with each other: tests of pulls make such ones.
        assert all(member.annotator for member in members)
        assert {names[member.annotator.name] for member in members if member.annotator} == {1}
        assert {accounts[member.annotator.account] for member in members if member.annotator} == {1}
        assert sum(family_title(project) == one.title for project in there) == len(members)
        assert len(members) == len(one.emails)
        held = [task for member in members for task in owner_of_all.tasks(member.project.id)]
        assert articles_of(held) == sorted(one.ids)


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("articles", [ARTICLES, 2_500])
def test_two_first_pushes_at_once_make_one_project_for_each(
    articles: int, tmp_path: Path, scheme: Scheme, user: User, owner: Studio
) -> None:
    """Many articles go in several chunks, so that the one who plans again finds half of them there."""
    one = People(tmp_path, scheme, articles=articles)
    for ended in [user.end(process) for process in [one.start(user) for _ in range(2)]]:
        assert ended.status == 0, ended.err
    check(owner, [one])


@pytest.mark.server
@pytest.mark.slow
def test_two_titles_at_once_give_nobody_two_names(
    tmp_path: Path, scheme: Scheme, user: User, owner: Studio
) -> None:
    titles = [People(tmp_path, scheme), People(tmp_path, scheme)]
    titles.append(People(tmp_path, scheme, titles[0].emails))
    for ended in [user.end(process) for process in [one.start(user) for one in titles]]:
        assert ended.status == 0, ended.err
    check(owner, titles)


@pytest.mark.server
@pytest.mark.slow
def test_two_pushes_killed_anywhere_are_completed_by_the_next(
    tmp_path: Path, scheme: Scheme, user: User, owner: Studio
) -> None:
    print(f"MIYAR_SEED={SEED} MIYAR_ROUNDS={ROUNDS}")
    source = random.Random(SEED)  # noqa: S311
    for _ in range(ROUNDS):
        titles = [People(tmp_path, scheme)]
        if source.random() < 0.5:
            titles.append(People(tmp_path, scheme))
        processes = [(titles * 2)[number].start(user) for number in range(2)]
        for process in sorted(processes, key=lambda _: source.random()):
            time.sleep(source.uniform(0.5, 3.5))
            kill(process)
        for one in titles:
            ended = user.end(one.start(user))
            assert ended.status == 0, ended.err
        check(owner, titles)


def project(identity: int, title: str, name: str = "", account: int = 0, config: str = "<View/>") -> Project:
    if not name:
        return Project(identity, Setup(title, config))
    return Project(
        identity, Setup(f"{title} {name}", config, "", description(title, Annotator(name, account)))
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (project(1, "News"), project(2, "News"), True),
        (project(1, "News"), project(2, "Other"), False),
        (project(1, "News"), project(2, "News", "A1", 5), True),
        (project(1, "News", "A1", 5), project(2, "News", "A1", 5), True),
        (project(1, "News", "A1", 5), project(2, "News", "A2", 6), False),
        (project(1, "News", "A1", 5), project(2, "Other", "A1", 5), False),
        (project(1, "News", "A1", 5), project(2, "Other", "A1", 6), True),
        (project(1, "News", "A1", 5), project(2, "Other", "A2", 5), True),
        (project(1, "News", "A1", 5), project(2, "Other"), False),
    ],
)
def test_projects_exclude_each_other(one: Project, other: Project, expected: bool) -> None:
    assert excluded(one, other) == excluded(other, one) == expected


def test_who_had_two_names_before_may_have_another_project() -> None:
    """Two projects of other titles that exclude each other were there; whatever is made excludes one."""
    there = [project(1, "X", "A25", 5), project(2, "Y", "A26", 5), made := project(3, "Z", "A26", 5)]
    assert [one.id for one in _without_old_quarrels([made], there)] == [3]
    there = [project(1, "X", "A25", 5), made := project(3, "Z", "A26", 5)]
    assert [one.id for one in _without_old_quarrels([made], there)] == [1, 3]


class Held:
    """Stands for a server in which some projects hold tasks."""

    def __init__(self, *full: int) -> None:
        self.full = full

    def tasks(self, project: int, data: bool = True) -> list[int]:
        return [1] if project in self.full else []


@pytest.mark.parametrize(
    ("projects", "full", "expected"),
    [
        ([project(1, "News"), project(2, "News")], [], [2]),
        ([project(1, "News"), project(2, "News")], [2], [1]),
        ([project(1, "News"), project(2, "News")], [1, 2], []),
        ([project(1, "News"), project(2, "News", config="<View>own</View>")], [1], []),
        ([project(1, "News", "A1", 5), project(2, "News", "A1", 5)], [], [2]),
        ([project(1, "Other", "A1", 6), project(2, "News", "A1", 5)], [], [2]),
        ([project(1, "News", "A1", 5), project(2, "Other", "A1", 6)], [], []),
        ([project(1, "News", "A1", 5), project(2, "Other", "A1", 6)], [2], [1]),
        ([project(1, "News"), project(2, "News"), project(3, "News")], [], [2, 3]),
    ],
)
def test_what_a_killed_push_leaves_is_known_by_being_empty_and_second(
    projects: list[Project], full: list[int], expected: list[int]
) -> None:
    found = leftovers(Held(*full), projects, "News")  # type: ignore[arg-type]
    assert [one.id for one in found] == expected
