"""A PostgreSQL of one's own for tests: on loopback, behind a password, stopped when the block ends."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import unavailable
from miyar.errors import MiyarError
from miyar.labelstudio.server.process import HOST, free_port

DEBIAN = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "postgres")
MISSING = "PostgreSQL is not installed (Debian: apt install postgresql)"
START_SECONDS, STOP_SECONDS = 60, 15
READY_LINE = 7  # of postmaster.pid, from 0: where PostgreSQL says how far it has come


@dataclass(frozen=True)
class PostgreSQL:
    """A running PostgreSQL; its user may do everything in it."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def settings(self) -> Mapping[str, str]:
        """Return what Label Studio wants in its environment to use this database."""
        return {
            "DJANGO_DB": "default",
            "POSTGRE_HOST": self.host,
            "POSTGRE_PORT": str(self.port),
            "POSTGRE_NAME": self.database,
            "POSTGRE_USER": self.user,
            "POSTGRE_PASSWORD": self.password,
        }


@contextmanager
def running_postgres(folder: Path) -> Iterator[PostgreSQL]:
    """Make a database in an empty folder and give it when it answers; stop it when the block ends.

    PostgreSQL refuses to run as root. Root hands the folder to another user, who must be able to enter
    it: pytest's temporary folders are closed to everybody else, one that tempfile makes in /tmp will do.
    """
    binaries, runner = programs(), _runner()
    if runner:
        os.chown(folder, runner["user"], runner["group"])
    database = PostgreSQL(HOST, free_port(), "postgres", "miyar", secrets.token_urlsafe(12))
    _make(binaries, folder, database, runner)
    process = _start(binaries, folder, database, runner)
    try:
        _await(process, folder)
        yield database
    finally:
        _stop(process)


def programs() -> Path:
    """Return the folder of initdb and postgres; Debian keeps them off the PATH, one folder per version."""
    on_path = shutil.which("initdb")
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    folders += [Path(on_path).resolve().parent] if on_path else []
    complete = [folder for folder in folders if all((folder / name).exists() for name in PROGRAMS)]
    return complete[-1] if complete else unavailable(MISSING)


def _runner() -> dict[str, Any]:
    """Return subprocess's parameters for the user to run as, none where we are not root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _make(binaries: Path, folder: Path, database: PostgreSQL, runner: dict[str, Any]) -> None:
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(database.password, encoding="utf-8")
    if runner:
        os.chown(password, runner["user"], runner["group"])
    command: list[str | Path] = [
        binaries / "initdb",
        "--pgdata",
        folder / "data",
        "--username",
        database.user,
    ]
    command += ["--pwfile", password, "--auth", "scram-sha-256"]
    command += ["--encoding", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **runner)
    password.unlink()
    if done.returncode:
        raise MiyarError(f"initdb could not make a database in {folder}: {done.stderr.strip()}")


def _start(
    binaries: Path, folder: Path, database: PostgreSQL, runner: dict[str, Any]
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": database.host,
        "port": database.port,
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
    }
    command: list[str | Path] = [binaries / "postgres", "-D", folder / "data"]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **runner,
        )


def _await(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        state = folder / "data" / "postmaster.pid"
        lines = state.read_text(encoding="utf-8").splitlines() if state.exists() else []
        if len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready":
            return
        time.sleep(0.02)
    words = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
    raise MiyarError(f"PostgreSQL did not come up: {words}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it without waiting for its clients, then ever more rudely; its children follow it."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(sign)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
