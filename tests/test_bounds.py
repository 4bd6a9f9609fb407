"""An answer without an end fills neither memory nor disk, and nobody waits for it for ever."""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from command import run
from conftest import LEGACY
from miyar.labelstudio.server.bounds import BoundedTransport, BoundError, Bounds
from miyar.labelstudio.server.client import Studio, connect

Sent = Iterator[bytes]
MIB, SILENCE = 2**20, 0.2


def endless() -> Sent:
    """Yield a JSON text that does not end."""
    yield b'"'
    while True:
        yield b"x" * 2**16


def dripping() -> Sent:
    """Yield a byte at a time, each in time."""
    while True:
        yield b" "
        time.sleep(SILENCE / 4)


def packed(data: bytes) -> bytes:
    """Return data as gzip packs them."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


SMALL = packed(b'"' + b"x" * 16 * MIB)


def bomb() -> Sent:
    """Yield little that becomes much."""
    yield SMALL


@pytest.fixture
def answering() -> Iterator[Callable[..., str]]:
    """Give what starts a server that answers everything with this, and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(body: Callable[[], Sent], **headers: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                try:
                    for part in body():
                        self.wfile.write(part)
                except OSError:
                    pass  # the other side has had enough

            do_POST = do_GET  # noqa: N815 - the name is the library's

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        made.daemon_threads = True
        threading.Thread(target=made.serve_forever, daemon=True).start()
        servers.append(made)
        return f"http://127.0.0.1:{made.server_port}"

    yield start
    for one in servers:
        one.shutdown()
        one.socket.close()


CALLS: dict[str, Callable[[Studio, Path], object]] = {
    "in memory": lambda studio, _: studio.projects(),
    "on disk": lambda studio, folder: studio.export(1, folder / "export.json"),
    "of a page": lambda studio, _: studio.time(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (endless, {}, "larger than 1 MiB; if that is right, raise the bound with --max-answer"),
        (bomb, {"Content_Encoding": "gzip"}, "larger than 1 MiB"),
        (
            bomb,
            {"Content_Encoding": "gzip, gzip"},
            "gzip, gzip\u2069”, which was not asked for",
        ),
        (dripping, {}, "not whole after 2 s; if that is right, raise the bound with --timeout"),
    ],
)
def test_an_answer_ends_at_its_bounds(
    body: Callable[[], Sent],
    headers: dict[str, str],
    said: str,
    call: Callable[[Studio, Path], object],
    answering: Callable[..., str],
    tmp_path: Path,
) -> None:
    began = time.monotonic()
    url = answering(body, **headers)
    with (
        closing(connect(url, LEGACY, SILENCE, largest=1)) as studio,
        pytest.raises(BoundError) as caught,
    ):
        call(studio, tmp_path)
    assert said in str(caught.value)
    assert time.monotonic() - began < 30
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= MIB


def test_the_bounds_are_options(
    answering: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", LEGACY)
    options = ["--url", answering(endless), "--project", "News", "--max-answer", "0.5"]
    done = run(capsys, "project-status", *options)
    assert (done.status, "larger than 0.5 MiB" in done.err) == (1, True)


def test_a_header_in_any_letters_is_no_harm(answering: Callable[..., str], tmp_path: Path) -> None:
    title = "أخبار".encode().decode("latin-1")  # as the library sends it
    with closing(connect(answering(lambda: iter([b"[]"]), X_Title=title), LEGACY, 10)) as studio:
        studio.export(1, tmp_path / "export.json")
    assert (tmp_path / "export.json").read_bytes() == b"[]"


@pytest.mark.parametrize("length", [0, 1, MIB])
def test_what_is_within_the_bounds_comes_as_it_is(
    length: int, answering: Callable[..., str], tmp_path: Path
) -> None:
    body = packed(b"x" * length)
    url = answering(lambda: iter([body]), Content_Encoding="gzip", Content_Length=str(len(body)))
    with closing(connect(url, LEGACY, 10, largest=1)) as studio:
        studio.export(1, tmp_path / "export.json")
    assert (tmp_path / "export.json").read_bytes() == b"x" * length


class Noting(httpx.SyncByteStream):
    """A body of some parts that notes when it is closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from [b"x" * MIB] * 3

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("largest", [1, 10])
def test_an_answer_gives_its_connection_back_whether_it_is_whole_or_broken_off(largest: int) -> None:
    body, transport = Noting(), BoundedTransport(Bounds(SILENCE, largest))
    transport._inner = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))  # type: ignore[assignment]
    with httpx.Client(transport=transport) as client, suppress(BoundError):
        assert len(client.get("http://studio.example.org").content) == 3 * MIB
    assert body.closed
