"""Whatever a server answers, a command ends with a message: nothing of an answer is trusted."""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from label_studio_sdk.core.api_error import ApiError

from conftest import LEGACY
from miyar.errors import MiyarError, quoted
from miyar.labelstudio.server import answers
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.sync.download import downloaded

SEED = int(os.environ.get("MIYAR_SEED", time.time_ns() % 10**9))
ROUNDS = int(os.environ.get("MIYAR_ANSWERS", "400"))
WHEN = "2026-01-01T00:00:00Z"
PROJECT = {
    "id": 5,
    "title": "News",
    "label_config": "<View/>",
    "expert_instruction": "",
    "description": "",
    "show_collab_predictions": False,
    "show_instruction": True,
    "show_skip_button": True,
    "enable_empty_annotation": True,
    "maximum_annotations": 1,
}
TASK = {
    "id": 1,
    "data": {"article": "a", "text": "نص"},
    "updated_at": WHEN,
    "total_annotations": 0,
    "cancelled_annotations": 0,
    "draft_exists": False,
    "drafts": [],
    "predictions": [],
    "project": 5,
}
EXPORTED = [{"id": 1, "data": {"article": "a"}, "annotations": [], "drafts": []}]
CALLS: Mapping[str, tuple[Callable[[Studio, Path], object], Any]] = {
    "version": (lambda studio, _: studio.version(), {"release": "1.23.2"}),
    "time": (lambda studio, _: studio.time(), {"release": "1.23.2"}),
    "name": (lambda studio, _: studio.name(), [{"id": 1, "created_at": WHEN, "title": "x"}]),
    "me": (lambda studio, _: studio.me(), {"id": 1, "email": "a@b.org"}),
    "accounts": (lambda studio, _: studio.accounts(), [{"id": 1, "email": "a@b.org"}]),
    "invitation": (lambda studio, _: studio.invitation(), {"token": "t", "invite_url": "/u"}),
    "projects": (lambda studio, _: studio.projects(), {"count": 1, "results": [PROJECT]}),
    "create": (lambda studio, _: studio.create_project(Setup("News", "<View/>")), PROJECT),
    "tasks": (lambda studio, _: studio.tasks(5), {"tasks": [TASK], "total": 1}),
    "task": (lambda studio, _: studio.task(1), TASK),
    "import": (lambda studio, _: studio.import_tasks(5, [{"data": {}}]), {"task_ids": [1]}),
    "export": (lambda studio, path: list(downloaded(studio, 5, [1], path / "part.json")), EXPORTED),
}
OTHERS: list[Any] = [
    None,
    [],
    {},
    "",
    "text",
    0,
    -1,
    1.5,
    True,
    [None],
    {"detail": 1},
    [[]],
    "\ud800",
    10**30,
]
STATUSES = (200, 200, 200, 201, 204, 400, 404, 409, 413, 500, 502)


RIGHT_PROJECTS = json.dumps(CALLS["projects"][1]).encode()


class Answer:
    """What the server says next, to whatever is asked."""

    body: bytes = b"{}"
    status: int = 200


class Handler(BaseHTTPRequestHandler):
    """Gives the same answer to every request."""

    answer: Answer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        last = self.answer.body == RIGHT_PROJECTS and "page=2" in self.path
        body = b'{"count": 1, "results": []}' if last else self.answer.body
        self.send_response(self.answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names are the library's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Studio, Answer]]:
    """Give a connection to a server, and what it answers; nothing is asked twice."""
    monkeypatch.setattr(answers, "TRIES", 1)
    answer = Answer()
    kind = type("Handler", (Handler,), {"answer": answer})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        with closing(connect(f"http://127.0.0.1:{made.server_port}", LEGACY, timeout=10)) as studio:
            yield studio, answer
        made.shutdown()


def broken(value: Any, source: random.Random) -> Any:
    """Return an answer with one thing in it of another kind, gone, or doubled."""
    if not isinstance(value, dict | list) or not value or source.random() < 0.3:
        return source.choice(OTHERS)
    place = source.choice([*value] if isinstance(value, dict) else range(len(value)))
    copy = value.copy()
    if source.random() < 0.3:
        del copy[place]
    elif isinstance(copy, list) and source.random() < 0.2:
        copy.append(copy[place])
    else:
        copy[place] = broken(copy[place], source)
    return copy


def as_sent(value: Any, source: random.Random) -> bytes:
    """Return the bytes of an answer, which may break off or be no JSON at all."""
    body = json.dumps(value).encode()
    kind = source.random()
    if kind < 0.1:
        return body[: source.randrange(len(body))]
    if kind < 0.15:
        return b"<html><title>502</title></html>"
    return body + b"\xff" if kind < 0.2 else b"[" * 5000 if kind < 0.22 else body


@pytest.mark.parametrize("name", CALLS)
def test_a_right_answer_is_taken(name: str, server: tuple[Studio, Answer], tmp_path: Path) -> None:
    studio, answer = server
    ask, right = CALLS[name]
    answer.body = json.dumps(right).encode()
    assert ask(studio, tmp_path) is not None


def test_a_wrong_answer_ends_in_a_message(server: tuple[Studio, Answer], tmp_path: Path) -> None:
    studio, answer = server
    source = random.Random(SEED)  # noqa: S311
    print(f"MIYAR_SEED={SEED} MIYAR_ANSWERS={ROUNDS}")
    refused = 0
    for _ in range(ROUNDS):
        ask, right = CALLS[source.choice([*CALLS])]
        answer.status, answer.body = source.choice(STATUSES), as_sent(broken(right, source), source)
        said = ""
        try:
            ask(studio, tmp_path)
        except MiyarError as error:
            said = str(error)
        refused += bool(said)
        assert LEGACY not in said
    assert refused > ROUNDS / 3


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        *((status, MiyarError, "") for status in (400, 403, 405, 409, 414, 422)),
        *((status, MiyarError, "with --url") for status in (300, 301, 308, 399)),
        (401, MiyarError, "make a new one"),
        (404, answers.GoneError, ""),
        (413, answers.TooLargeError, "client_max_body_size"),
        *((status, answers.NoAnswerError, "") for status in (0, 299, 408, 423, 429, 500, 502, 503, 504)),
    ],
)
def test_a_status_says_whether_the_server_may_have_done_it(
    status: int, kind: type[MiyarError], remedy: str
) -> None:
    with pytest.raises(MiyarError) as caught, answers.asked("count the projects"):
        raise ApiError(status_code=status, body={"detail": "it says why"})
    assert type(caught.value) is kind
    said = str(caught.value)
    assert f"could not count the projects: status {status}: {quoted('it says why')}" in said
    assert remedy in said
    assert ("\n" in said) is bool(remedy)
