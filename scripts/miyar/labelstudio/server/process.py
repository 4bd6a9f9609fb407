"""A Label Studio server of one's own: a child process on loopback, with its own data, closed to the world.

Telemetry, version check, Sentry and open sign-up are off. A taken port is refused first, since Label
Studio would move to the next one without a word.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from miyar.errors import MiyarError, UsageError
from miyar.output import private_file

HOST = "127.0.0.1"
ADMIN = "admin@example.com"
LOGIN_FILE, TOKEN_FILE, LOG_FILE, LOCK_FILE = "login.json", "token", "label-studio.log", "lock"
DATABASE, KEY_FILE = "label_studio.sqlite3", ".env"  # their names are Label Studio's
START_SECONDS = 300
STOP_SECONDS = 15
CLOSED = {
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
}
INSTALL = (
    "Label Studio is not installed: pip install 'miyar[studio]' "
    "(in a checkout: pip install -e '.[studio]'), or put a label-studio command on the PATH"
)


@dataclass(frozen=True, slots=True)
class Login:
    """The account of the one who owns a server."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    login: Login
    data: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running_server(
    data: Path, port: int | None = None, *, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start Label Studio and give it when it answers; stop it when the block ends, however it ends.

    The first start with an empty `data` folder takes half a minute. `settings` are Label Studio's own
    environment variables for this server, such as a database; what closes it to the world stays.
    Raises UsageError for a taken port and where Label Studio is not installed, MiyarError where it does
    not come up.
    """
    command = label_studio_command()
    port = free_port() if port is None else port
    refuse_taken_port(port)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)  # the database holds addresses, labels and the token that opens sign-up
    with _locked(data) as lock:
        _write_key(data)
        login = _login(data)
        process = _start(command, data, port, _environment(data, login, settings or {}), lock)
        server = Server(f"http://{HOST}:{port}", login, data, process)
        try:
            _await(server)
            yield server
        finally:
            _stop(process)


@contextmanager
def _locked(data: Path) -> Iterator[int]:
    """Keep a second server off the same data; gives the descriptor that holds the lock.

    The server inherits it, so that the lock lasts as long as the server, whatever becomes of this process.
    """
    with (data / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"{data}: a server is open on this data already; use that one, or choose another --data"
            ) from error
        yield lock.fileno()


def label_studio_command() -> list[str]:
    """Return the command that is Label Studio: beside this Python, or else on the PATH."""
    beside = Path(sys.executable).parent / "label-studio"
    found = str(beside) if beside.is_file() else shutil.which("label-studio")
    if not found:
        raise UsageError(INSTALL)
    return [found]


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken_port(port: int) -> None:
    """Raise UsageError where somebody listens on a port, on loopback or on every address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"port {port} of {HOST} cannot be used: {error}; "
                "choose another with --port, or leave --port out for a free one"
            ) from error


def _login(data: Path) -> Login:
    """Return the login that the data folder's server was made with, or a new one with a random password."""
    file = data / LOGIN_FILE
    if file.is_file():
        try:
            return Login(**json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise MiyarError(
                f"{file}: holds no login; restore it, or start with another --data folder"
            ) from error
    login = Login(ADMIN, secrets.token_urlsafe(12))
    with private_file(file) as stream:
        json.dump({"email": login.email, "password": login.password}, stream)
    return login


def _write_key(data: Path) -> None:
    """Give new data the key that signs its tokens.

    Label Studio's own may begin with a dollar sign, which it reads back as something else: after a restart
    no token is valid any more.
    """
    if not (data / KEY_FILE).exists():
        with private_file(data / KEY_FILE) as stream:
            stream.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")


def _start(
    command: list[str], data: Path, port: int, environment: Mapping[str, str], lock: int
) -> subprocess.Popen[bytes]:
    arguments = ["start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with private_file(data / LOG_FILE) as log:
        return subprocess.Popen(  # noqa: S603 - the command was looked up by us
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            pass_fds=(lock,),
        )


def _environment(data: Path, login: Login, settings: Mapping[str, str]) -> Mapping[str, str]:
    """Return the child's environment: ours, without settings for another Label Studio, and these."""
    ours = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    return (
        ours
        | dict(settings)
        | CLOSED
        | {
            "LABEL_STUDIO_BASE_DATA_DIR": str(data.resolve()),
            "LABEL_STUDIO_USERNAME": login.email,
            "LABEL_STUDIO_PASSWORD": login.password,
        }
    )


def _is_setting(name: str) -> bool:
    return name.startswith(("LABEL_STUDIO_", "HEARTEX_", "POSTGRE_")) or name in {
        "DJANGO_DB",
        "SECRET_KEY",
        *CLOSED,
    }


def _await(server: Server) -> None:
    import httpx

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise MiyarError(f"Label Studio stopped while starting; {_last_words(server)}")
        try:
            if httpx.get(f"{server.url}/health", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.25)
    raise MiyarError(f"Label Studio did not answer within {START_SECONDS} s; {_last_words(server)}")


def _last_words(server: Server) -> str:
    log = server.data / LOG_FILE
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    return "\n    ".join([f"the last lines of {log}:", *lines])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and what it started; the child has a session of its own, so Ctrl-C reaches us first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
