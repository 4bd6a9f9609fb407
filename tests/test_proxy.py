"""The proxy passes everything on as it is, and fails as it was told and no other way."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx
import pytest

from miyar.labelstudio.server.accounts import access_token, new_login, sign_up
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import Server
from proxy import PART, Fault, Proxy, running_proxy

WHOLE = b"0123456789" * 1000


class Target(ThreadingHTTPServer):
    """A server that remembers what reached it, and keeps back the end of /slow until it may go."""

    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.heard: list[tuple[str, str, bytes]] = []
        self.may_end = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Target
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append((self.command, self.path, body))
        getattr(self, self.path.strip("/").partition("?")[0] or "whole")()

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def whole(self) -> None:
        self.send(200, WHOLE)

    def empty(self) -> None:
        self.send_response(204)
        self.end_headers()

    def chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE) * 20 + b"0\r\n\r\n")

    def broken(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE))
        self.close_connection = True

    def slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10 * PART))
        self.end_headers()
        self.wfile.write(bytes(9 * PART))
        self.wfile.write(bytes(PART if self.server.may_end.wait(10) else 0))
        self.close_connection = True

    def login(self) -> None:
        host = self.headers["Host"]
        cookies = [("Set-Cookie", "csrftoken=a; Path=/"), ("Set-Cookie", "sessionid=b; Path=/")]
        self.send(302, b"", *cookies, ("Location", f"http://{host}/shown"))

    def shown(self) -> None:
        self.send(200, f"{self.headers['Cookie']} {self.headers['X-Own']}".encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.may_end.set()
        server.shutdown()


@pytest.fixture
def proxy(target: Target) -> Iterator[Proxy]:
    with running_proxy(target.url) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, trust_env=False, timeout=10) as session:
        yield session


def test_requests_and_answers_pass_unchanged(target: Target, proxy: Proxy, client: httpx.Client) -> None:
    assert client.post("/?a=1&b=%D8%B9", content=b"sent").content == WHOLE
    assert client.patch("/").headers["Content-Length"] == str(len(WHOLE))
    assert client.head("/").headers["Content-Length"] == str(len(WHOLE))
    assert client.delete("/empty").status_code == 204
    assert client.get("/chunks").content == WHOLE * 20
    assert target.heard[0] == ("POST", "/?a=1&b=%D8%B9", b"sent")
    assert proxy.log == [(method, path) for method, path, _ in target.heard]
    assert len(proxy.log) == 5


def test_cookies_headers_and_redirects_stay_at_the_proxy(proxy: Proxy, client: httpx.Client) -> None:
    answer = client.get("/login", headers={"X-Own": "kept"}, follow_redirects=True)
    assert str(answer.url) == f"{proxy.url}/shown"
    assert answer.text == "csrftoken=a; sessionid=b kept"


def test_a_big_answer_comes_while_the_server_still_sends(target: Target, client: httpx.Client) -> None:
    with client.stream("GET", "/slow") as answer:
        parts = answer.iter_raw()
        assert next(parts)
        assert not target.may_end.is_set()
        target.may_end.set()
        assert sum(map(len, parts)) > 8 * PART


def test_an_answer_that_the_server_breaks_off_does_not_look_whole(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/broken")


def test_a_server_that_is_gone_is_gone_for_the_client(client: httpx.Client, target: Target) -> None:
    target.shutdown()
    target.socket.close()
    with pytest.raises(httpx.TransportError):
        client.get("/")


@pytest.mark.parametrize(("action", "heard"), [("refuse", 0), ("lose", 1)])
def test_a_refused_request_is_not_done_and_a_lost_one_is(
    action: Literal["refuse", "lose"], heard: int, target: Target, proxy: Proxy, client: httpx.Client
) -> None:
    proxy.script(Fault(action))
    answer = client.post("/", content=b"sent")
    assert (answer.status_code, len(target.heard)) == (502, heard)
    assert WHOLE not in answer.content
    assert client.post("/").content == WHOLE


@pytest.mark.parametrize(("path", "size"), [("/", len(WHOLE)), ("/chunks", 20 * len(WHOLE))])
def test_half_of_a_cut_answer_comes(path: str, size: int, proxy: Proxy, client: httpx.Client) -> None:
    proxy.script(Fault("cut"))
    came: list[bytes] = []
    with client.stream("GET", path) as answer:
        assert int(answer.headers["Content-Length"]) == size
        with pytest.raises(httpx.RemoteProtocolError):
            came.extend(answer.iter_raw())
    assert b"".join(came) == (WHOLE * 20)[: size // 2]


def test_nothing_of_a_cut_empty_answer_comes(target: Target, proxy: Proxy, client: httpx.Client) -> None:
    proxy.script(Fault("cut"))
    with pytest.raises(httpx.RemoteProtocolError):
        client.delete("/empty")
    assert len(target.heard) == 1


def test_a_hanging_answer_comes_late(target: Target, proxy: Proxy, client: httpx.Client) -> None:
    proxy.script(Fault("hang", seconds=0.3))
    start = time.monotonic()
    assert client.get("/").content == WHOLE
    assert time.monotonic() - start >= 0.3


def test_a_client_may_give_up_on_what_is_done_and_on_what_is_done_later(
    target: Target, proxy: Proxy, client: httpx.Client
) -> None:
    proxy.script(Fault("hang", path="hang"), Fault("delay", path="delay", seconds=0.4))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/?hang", timeout=0.2)
    assert [path for _, path, _ in target.heard] == ["/?hang"]
    with pytest.raises(httpx.ReadTimeout):
        client.get("/?delay", timeout=0.2)
    assert len(target.heard) == 1
    deadline = time.monotonic() + 5
    while len(target.heard) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [path for _, path, _ in target.heard] == ["/?hang", "/?delay"]


@pytest.mark.parametrize(("action", "heard"), [("hang", 1), ("delay", 0)])
def test_the_end_of_the_proxy_ends_what_hangs(
    action: Literal["hang", "delay"], heard: int, target: Target
) -> None:
    with ThreadPoolExecutor() as pool:
        with running_proxy(target.url, Fault(action)) as proxy:
            asked = pool.submit(httpx.get, proxy.url, trust_env=False, timeout=30)
            while not proxy.log or len(target.heard) < heard:
                time.sleep(0.01)
        with pytest.raises(httpx.RemoteProtocolError):
            asked.result(timeout=5)
    assert len(target.heard) == heard


def test_a_rule_counts_the_requests_that_match_it(proxy: Proxy, client: httpx.Client) -> None:
    proxy.script(Fault("refuse", path=r"/\?page=\d$", method="GET", nth=2), Fault("lose", path="x", nth=None))
    asked = ["/?page=1", "/", "/?page=22", "/?page=2", "/?page=3", "/?x", "/?x"]
    assert [client.get(path).status_code for path in asked] == [200, 200, 200, 502, 200, 502, 502]
    proxy.script(Fault("refuse", method="POST"))
    assert client.get("/").status_code == 200
    assert [client.post("/").status_code for _ in range(2)] == [502, 200]


def test_of_many_requests_at_once_the_nth_fails_alone(
    target: Target, proxy: Proxy, client: httpx.Client
) -> None:
    proxy.script(Fault("refuse", nth=20))
    with ThreadPoolExecutor(20) as pool:
        statuses = [answer.status_code for answer in pool.map(client.get, ["/"] * 60)]
    assert (statuses.count(200), statuses.count(502)) == (59, 1)
    assert (len(proxy.log), len(target.heard)) == (60, 59)


@pytest.mark.server
def test_label_studio_lets_people_and_the_sdk_in_through_it(server: Server, owner: Studio) -> None:
    login = new_login("proxied@example.com")
    with running_proxy(server.url) as proxy:
        sign_up(proxy.url, owner.invitation(), login)
        with closing(connect(proxy.url, access_token(proxy.url, login))) as studio:
            assert studio.accounts()[studio.me()] == login.email
    assert ("POST", "/user/login/") in proxy.log
