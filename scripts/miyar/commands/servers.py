"""Servers as several commands reach, start and announce them."""

import os
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from miyar.errors import MiyarError, UsageError
from miyar.labelstudio.server.client import LARGEST, TIMEOUT, Studio, checked_url, connect
from miyar.labelstudio.server.process import DATABASE, Login, Server, running_server
from miyar.terminal import say, waiting

PORTS = {"http": 80, "https": 443}
LONGEST_GREETING = 2.0  # seconds
TOKEN = re.compile("[!-~]+")
TOKEN_VARIABLE = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the name of the variable, as the SDK has it


@contextmanager
def connected(
    url: str, token_file: Path | None, timeout: float = TIMEOUT, largest: float = LARGEST
) -> Iterator[Studio]:
    """Give a connection to a server with the user's token, which no argument and no message ever holds."""
    token = _token(token_file)
    refuse_dead(url)
    with closing(connect(url, token, timeout, largest)) as studio:
        yield studio


@contextmanager
def started(data: Path, port: int | None = None) -> Iterator[Server]:
    """Give a running server, with something to look at while it starts."""
    with ExitStack() as stack:
        first = "" if (data / DATABASE).exists() else " (the first start takes half a minute)"
        with waiting(f"starting Label Studio{first}"):
            server = stack.enter_context(running_server(data, port))
        yield server


def refuse_dead(url: str) -> None:
    """Raise MiyarError at once where nobody listens: only a server that was there is asked again."""
    parts = urlsplit(checked_url(url))
    place = (parts.hostname or "", parts.port or PORTS[parts.scheme])
    try:
        socket.create_connection(place, LONGEST_GREETING).close()
    except OSError as error:
        raise MiyarError(
            f"nobody answers at {parts.netloc}: {error.strerror or error}",
            "start the server (start-studio opens one of your own), or mend --url or LABEL_STUDIO_URL",
        ) from error


def say_login(login: Login) -> None:
    """Show a new account's password, once."""
    say(f"new account: {login.email}  password: {login.password}  (shown only now)")


def _token(file: Path | None) -> str:
    token = _token_of(file) if file else os.environ.get(TOKEN_VARIABLE, "").strip()
    where = f"--token-file {file}" if file else TOKEN_VARIABLE
    if not token:
        raise UsageError(
            f"no access token: set {TOKEN_VARIABLE}, or name a file that holds one with --token-file; "
            "Label Studio shows it under Account & Settings"
        )
    if not TOKEN.fullmatch(token):
        raise UsageError(f"{where}: holds more than an access token; expected one word and nothing else")
    return token


def _token_of(file: Path) -> str:
    try:
        if stat.S_ISFIFO(file.stat().st_mode):
            raise UsageError(f"--token-file {file}: is a pipe; name a file that only you can read")
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError(f"{file}: others may read the token; close it with: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--token-file {file}: cannot be read: {error}") from error
