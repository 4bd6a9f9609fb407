"""A connection goes to the address that was given and nowhere else."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import LEGACY
from miyar.errors import MiyarError
from miyar.labelstudio.server.accounts import access_token, has_open_sign_up
from miyar.labelstudio.server.client import connect
from miyar.labelstudio.server.process import Login


class Handler(BaseHTTPRequestHandler):
    """Notes what it hears, and sends everybody elsewhere."""

    heard: list[str]
    elsewhere: str

    def do_GET(self) -> None:
        self.heard.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(308)
        self.send_header("Location", f"{self.elsewhere}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(elsewhere: str) -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server that redirects to another, and what it heard."""
    heard: list[str] = []
    kind = type("Handler", (Handler,), {"heard": heard, "elsewhere": elsewhere})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


@pytest.fixture
def redirecting() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server that redirects, and what was heard where it redirects to."""
    with ExitStack() as stack:
        other, heard = stack.enter_context(listening("http://127.0.0.1:9"))
        address, _ = stack.enter_context(listening(other))
        yield address, heard


def test_a_token_does_not_follow_a_redirect(redirecting: tuple[str, list[str]]) -> None:
    address, heard = redirecting
    with closing(connect(address, LEGACY)) as studio:
        with pytest.raises(MiyarError, match="redirects: give the address"):
            studio.projects()
        with pytest.raises(MiyarError, match="redirects: give the address"):
            studio.import_tasks(1, [{"data": {"text": "نص"}}])
    assert heard == []


def test_a_password_does_not_follow_a_redirect(redirecting: tuple[str, list[str]]) -> None:
    address, heard = redirecting
    for ask in (
        lambda: access_token(address, Login("amal@example.org", "secret")),
        lambda: has_open_sign_up(address),
    ):
        with pytest.raises(MiyarError, match="redirects to another address"):
            ask()
    assert heard == []
