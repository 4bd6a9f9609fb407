"""A proxy on loopback that fails to order: what becomes of a client when its server or network does."""

import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

PART = 64 * 1024
SECONDS = 600  # for an answer of the server
OF_ONE_CONNECTION = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the n-th request that matches, counted from 1; None is every one.

    refuse  `status`, and the server never hears of it
    lose    the server does it, the client gets 502
    hang    the server does it, the client gets the answer `seconds` later, or once it is released
    cut     the server does it, half of the body comes and the connection ends (an empty answer: at once)
    delay   the server hears of it `seconds` later, or once it is released, even if the client has given up
    """

    action: Literal["refuse", "lose", "hang", "cut", "delay"]
    path: str = ""  # a pattern, found anywhere in path?query
    method: str = ""  # a pattern for the whole method; none is any
    nth: int | None = 1
    status: int = 502
    seconds: float = 60

    def matches(self, method: str, path: str) -> bool:
        return bool(re.search(self.path, path) and re.fullmatch(self.method or ".*", method))


class Proxy:
    """A running proxy: its address, what it was asked, and what it is to do wrong."""

    def __init__(self, url: str, *faults: Fault) -> None:
        self.url = url
        self.log: list[tuple[str, str]] = []  # method and path?query, as they came
        self.closing = False
        self._lock = threading.Lock()
        self._gates: dict[Fault, threading.Event] = {}
        self.script(*faults)

    def script(self, *faults: Fault) -> None:
        """Forget the faults so far for these, which count from here."""
        with self._lock:
            self._seen = dict.fromkeys(faults, 0)

    def hear(self, method: str, path: str) -> Fault | None:
        """Log a request and return its fault, the first where it has several."""
        with self._lock:
            self.log.append((method, path))
            matching = [fault for fault in self._seen if fault.matches(method, path)]
            for fault in matching:
                self._seen[fault] += 1
            return next((fault for fault in matching if fault.nth in (None, self._seen[fault])), None)

    def heard(self, method: str, path: str) -> int:
        """Return how many requests have come whose method is this one and whose path the pattern is in."""
        with self._lock:
            return sum(verb == method and bool(re.search(path, at)) for verb, at in self.log)

    def hold(self, fault: Fault) -> bool:
        """Wait for as long as a fault says, or until it is released; return whether to go on."""
        gate = self._gate(fault)
        return not self.closing and (not gate.wait(fault.seconds) or not self.closing)

    def release(self, fault: Fault) -> None:
        """Let go at once of what a fault delays or keeps hanging."""
        self._gate(fault).set()

    def close(self) -> None:
        """Let nothing go on that is held."""
        self.closing = True
        for fault in list(self._gates):
            self.release(fault)

    def _gate(self, fault: Fault) -> threading.Event:
        with self._lock:
            return self._gates.setdefault(fault, threading.Event())


@contextmanager
def running_proxy(target_url: str, *faults: Fault) -> Iterator[Proxy]:
    """Pass requests on to a server until the block ends; a hanging one then ends without an answer."""
    with _Listener(("127.0.0.1", 0), _Handler) as listener:
        listener.target = urlsplit(target_url).netloc
        listener.proxy = Proxy(f"http://127.0.0.1:{listener.server_port}", *faults)
        threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield listener.proxy
        finally:
            listener.proxy.close()
            listener.shutdown()


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128
    target: str
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Drop the client where it or the server has gone; show errors of our own."""
        if not isinstance(sys.exception(), OSError | HTTPException):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.proxy.hear(self.command, self.path)
        action = fault.action if fault else None
        if fault and action == "refuse":
            self.send_error(fault.status, "refused by the proxy")
        elif not fault or action != "delay" or self.server.proxy.hold(fault):
            with closing(HTTPConnection(self.server.target, timeout=SECONDS)) as connection:
                answer = self._forward(connection, body)
                if action == "lose":
                    while answer.read(PART):
                        pass
                    self.send_error(502, "lost by the proxy")
                elif action == "cut":
                    self._cut(answer)
                elif not fault or action != "hang" or self.server.proxy.hold(fault):
                    self._pass_on(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _forward(self, connection: HTTPConnection, body: bytes) -> HTTPResponse:
        """Ask under the client's own Host, by which the server judges referers and makes redirects."""
        headers = dict(_lasting(self.headers.items())) | {"Connection": "close"}
        connection.request(self.command, self.path, body or None, headers)
        return connection.getresponse()

    def _pass_on(self, answer: HTTPResponse) -> None:
        chunked = answer.length is None
        self._head(answer, [("Transfer-Encoding", "chunked")] if chunked else [])
        while part := answer.read(PART):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        self.wfile.write(b"0\r\n\r\n" if chunked else b"")

    def _cut(self, answer: HTTPResponse) -> None:
        unsized = answer.length is None
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(answer, file, PART)
            if size := file.tell():
                self._head(answer, [("Content-Length", str(size))] if unsized else [])
                file.truncate(size // 2)
                file.seek(0)
                shutil.copyfileobj(file, self.wfile, PART)

    def _head(self, answer: HTTPResponse, own: Headers) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in [*_lasting(answer.getheaders()), *own, ("Connection", "close")]:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Leave stderr alone: the proxy has its own log."""


def _lasting(headers: Headers) -> Headers:
    """Return the headers that are not about the connection they came on."""
    return [(name, value) for name, value in headers if name.lower() not in OF_ONE_CONNECTION]
