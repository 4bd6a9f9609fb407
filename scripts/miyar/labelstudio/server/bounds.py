"""How large an answer may be, and how late its end: a client's own timeout is only for the next bytes.

The bounds are of its body; a header may have 100 kB by the library that reads it.
"""

import ssl
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from miyar.errors import MiyarError, quoted

TIMES = 10  # a whole answer may take so many times what the server may be silent
ENCODED = (b"content-encoding", b"content-length", b"transfer-encoding")
PACKED, STEP = ("gzip", "deflate"), 1 << 20
ACCEPTED = {"Accept-Encoding": "gzip"}


def trusted() -> ssl.SSLContext:
    """Return the certificates to trust: the machine's own, or those that SSL_CERT_FILE names."""
    return ssl.create_default_context()


class BoundError(MiyarError):
    """An answer beyond its bounds; it is not asked for again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an answer may take: seconds without a byte, and mebibytes after decompression."""

    silence: float
    mebibytes: float

    @property
    def seconds(self) -> float:
        """Return how long a whole answer may take."""
        return TIMES * self.silence


class BoundedTransport(httpx.BaseTransport):
    """Sends requests as httpx does, and breaks off answers that go beyond their bounds with BoundError."""

    def __init__(self, bounds: Bounds) -> None:
        self._inner = httpx.HTTPTransport(verify=trusted(), trust_env=False)
        self._bounds = bounds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request; its body is read, and decompressed, within the bounds."""
        deadline = time.monotonic() + self._bounds.seconds
        answer = self._inner.handle_request(request)
        headers = [pair for pair in answer.headers.raw if pair[0].lower() not in ENCODED]
        stream = _Body(answer, self._bounds, deadline)
        return httpx.Response(
            answer.status_code, headers=headers, stream=stream, extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


@dataclass(slots=True)
class _Body(httpx.SyncByteStream):
    answer: httpx.Response
    bounds: Bounds
    deadline: float

    def __iter__(self) -> Iterator[bytes]:
        came, most = 0, self.bounds.mebibytes * 2**20
        for part in self._unpacked():
            came += len(part)
            if came > most:
                raise BoundError(
                    f"the answer is larger than {self.bounds.mebibytes:g} MiB; "
                    "if that is right, raise the bound with --max-answer"
                )
            if time.monotonic() > self.deadline:
                raise BoundError(
                    f"the answer was not whole after {self.bounds.seconds:g} s; "
                    f"if that is right, raise the bound with --timeout (a {TIMES}th of it)"
                )
            yield part

    def _unpacked(self) -> Iterator[bytes]:
        """Yield the body in pieces of STEP bytes at the most: a few packed bytes may be very many."""
        encoding = self.answer.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding == "identity":
            yield from self.answer.iter_raw()
            return
        if encoding not in PACKED:
            raise BoundError(f"the answer is packed by {quoted(encoding)}, which was not asked for")
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            for part in self.answer.iter_raw():
                rest = part
                while rest:
                    yield inflate.decompress(rest, STEP)
                    rest = inflate.unconsumed_tail
            yield inflate.flush()
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error

    def close(self) -> None:
        self.answer.close()
