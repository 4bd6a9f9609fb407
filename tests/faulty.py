"""Commands as processes of their own, which can be killed, and what a server holds after it all."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from command import Done
from conftest import ROOT
from miyar.article import Article
from miyar.commands.options import load_scheme, setup
from miyar.labelstudio.server import answers
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.labelstudio.sync import push
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Configured, Scheme

NUMBER, CHUNK = 1004, 500  # three chunks, the last one small
LAST = NUMBER % CHUNK
IMPORT, LISTING, EXPORT, CREATION = "/import", r"/api/tasks/?\?", r"/export\?", "/api/projects/?$"
AGAIN = "Run the same command again: what arrived is not sent twice."
SECONDS = 180  # until something awaited has to have happened
LABELLED = {
    "id": "r1",
    "from_name": "span",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 3, "text": "نصّ", "labels": ["PERS"]},
}

Annotations = Mapping[str, Sequence[Sequence[object]]]  # by article


@dataclass(frozen=True)
class User:
    """Somebody at a command line, with a server's address and a token, which nothing printed may hold."""

    url: str
    token_file: Path

    @property
    def token(self) -> str:
        return self.token_file.read_text(encoding="utf-8")

    @property
    def options(self) -> Sequence[object]:
        """Return what names server and token to a command in this process."""
        return ["--url", self.url, "--token-file", self.token_file]

    def at(self, url: str) -> "User":
        return replace(self, url=url)

    def start(self, command: str, *arguments: object, before: str = "") -> subprocess.Popen[str]:
        """Start a command as its script does, after some Python that changes what it works with."""
        code = f"{before}\nfrom miyar.cli import main\nmain({command!r})"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "scripts"),
            "LABEL_STUDIO_URL": self.url,
            "LABEL_STUDIO_API_KEY": self.token,
        }
        script = ROOT / "scripts" / f"{command.replace('-', '_')}.py"
        program = ["-c", code] if before else [str(script)]
        return subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def end(self, process: subprocess.Popen[str]) -> Done:
        """Wait for a command; whatever became of it, it shows neither a traceback nor the token."""
        out, err = process.communicate(timeout=SECONDS)
        assert "Traceback" not in err, err
        assert self.token not in out + err
        return Done(process.returncode, out, err)

    def run(self, command: str, *arguments: object, before: str = "") -> Done:
        return self.end(self.start(command, *arguments, before=before))


@dataclass(frozen=True)
class Work:
    """A file of tasks, the project that it goes to, and how the server's owner sees that."""

    owner: Studio
    title: str
    file: Path
    configured: Configured

    @cached_property
    def tasks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.file.read_text(encoding="utf-8"))
        return found

    @property
    def arguments(self) -> Sequence[object]:
        return [self.file, "--project", self.title]

    def begin(self) -> Annotations:
        """Make the project with its first two tasks, annotate the first and return the annotation."""
        project = self.owner.create_project(setup(self.configured, self.title))
        self.owner.import_tasks(project, self.tasks[:2])
        return self.annotate(self.tasks[0])

    def annotate(self, task: Mapping[str, Any]) -> Annotations:
        """Annotate the article of a task, and return all annotations that the server has then."""
        article = task["data"]["article"]
        [known] = [one for one in self.owner.tasks(self.project) if one.data["article"] == article]
        self.owner.annotate(known.id, [LABELLED], 7.5, str(uuid4()))
        found = self.annotations
        assert article in found
        return found

    @property
    def projects(self) -> list[int]:
        return [project.id for project in self.owner.projects() if project.setup.title == self.title]

    @property
    def project(self) -> int:
        [project] = self.projects
        return project

    @property
    def held(self) -> int:
        """Return how many tasks the server holds, -1 without the project."""
        return len(self.owner.tasks(self.project, data=False)) if self.projects else -1

    @property
    def annotations(self) -> Annotations:
        """Return what the server has of people's work."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "export.json"
            self.owner.export(self.project, file)
            exported: list[Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        names = ("id", "unique_id", "result", "completed_by", "lead_time", "updated_at")
        return {
            task["data"]["article"]: [tuple(one[name] for name in names) for one in task["annotations"]]
            for task in exported
            if task["annotations"]
        }

    def is_whole(self) -> bool:
        """Return whether each article is there once, as it is in the file, and nothing else."""
        there = [dict(known.data) for known in self.owner.tasks(self.project)]
        by_article = itemgetter("article")
        return sorted(there, key=by_article) == sorted((one["data"] for one in self.tasks), key=by_article)


def write_tasks(file: Path, scheme: Scheme, number: int = NUMBER) -> Path:
    articles = [Article(f"a-{count:04}", f"نصّ رقم {count} ".ljust(200, "ا")) for count in range(number)]
    file.write_text(json.dumps([task(article, scheme, "none") for article in articles]), encoding="utf-8")
    return file


def until(condition: Callable[[], bool]) -> None:
    """Wait for what has to happen."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was awaited did not happen"
        time.sleep(0.05)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a command that has not ended by itself."""
    assert process.poll() is None
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="session")
def task_file(scheme: Scheme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tasks(tmp_path_factory.mktemp("faults") / "tasks.json", scheme)


@pytest.fixture
def work(owner: Studio, task_file: Path) -> Work:
    """Give work whose project is not there yet."""
    return Work(owner, f"faults {uuid4()}", task_file, load_scheme(None))


@pytest.fixture
def user(server: Server, owner: Studio) -> User:
    """Give the server's owner at a command line."""
    return User(server.url, server.data / TOKEN_FILE)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the time that a real server needs to recover out of what runs in this process."""
    monkeypatch.setattr(push, "PAUSES", (0.1, 0.2))
    monkeypatch.setattr(answers, "FIRST_PAUSE", 0.1)


FIXTURES = task_file, work, user, quick
"""A module that uses them names them as its own, where pytest looks for them."""
