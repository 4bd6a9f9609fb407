"""A server of one's own: it comes up closed to the world, says what hinders it, and always goes away."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from command import run
from conftest import ROOT, unavailable
from miyar.errors import MiyarError, UsageError
from miyar.labelstudio.server import process as servers
from miyar.labelstudio.server.accounts import access_token, has_open_sign_up
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import HOST, Login, Server, refuse_taken_port, running_server

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_with_what_to_do(taken_port: int, tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(UsageError, match=rf"port {taken_port} of 127\.0\.0\.1 cannot be used.*--port"):
        refuse_taken_port(taken_port)


def test_start_studio_does_not_move_to_the_next_port(
    taken_port: int, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "label_studio_command", lambda: ["never-started"])
    done = run(capsys, "start-studio", "--port", taken_port, "--data", tmp_path / "data")
    assert done.status == 2
    assert f"port {taken_port}" in done.err
    assert not (tmp_path / "data").exists()


def test_a_missing_label_studio_is_said_with_how_to_install_it(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(capsys, "start-studio", "--data", tmp_path / "data")
    assert done.status == 2
    assert "pip install 'miyar[studio]'" in done.err


def test_a_server_that_does_not_come_up_shows_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "label-studio"
    script.write_text("#!/bin/sh\necho the database is broken\nexit 3\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(servers, "label_studio_command", lambda: [str(script)])
    with (
        pytest.raises(MiyarError, match=r"stopped while starting(.|\n)*the database is broken"),
        running_server(tmp_path / "data"),
    ):
        pytest.fail("it cannot come up")


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        ('{"a": 1}', (), "not a file of tasks"),
        ("[{}]", (), "not a list of tasks"),
        ("{", (), "not a file of tasks"),
        ("[]", ("--project", "x"), "3 to 50 characters"),
    ],
)
def test_what_cannot_become_a_project_is_refused_before_the_server_starts(
    content: str, arguments: tuple[str, ...], words: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "tasks.json").write_text(content, encoding="utf-8")
    done = run(
        capsys, "start-studio", "--tasks", tmp_path / "tasks.json", "--data", tmp_path / "data", *arguments
    )
    assert done.status == 2
    assert words in done.err
    assert not (tmp_path / "data").exists()


def test_a_broken_login_is_named(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "label_studio_command", lambda: ["never-started"])
    (tmp_path / "login.json").write_text("", encoding="utf-8")
    done = run(capsys, "start-studio", "--data", tmp_path)
    assert done.status == 1
    assert f"{tmp_path / 'login.json'}: holds no login" in done.err


@pytest.mark.server
def test_it_is_bound_to_loopback_and_closed(server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    done = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        listening = [row.split()[1] for row in done.stdout.splitlines()[1:] if row.split()[3] == "0A"]
        assert [address for address in listening if address.endswith(f":{port:04X}")] == [
            f"0100007F:{port:04X}"
        ]
    assert not has_open_sign_up(server.url)


@pytest.mark.server
def test_secrets_are_readable_by_their_owner_only(server: Server, owner: Studio) -> None:
    for name in ("login.json", "token", "label-studio.log"):
        assert stat.S_IMODE((server.data / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert server.login.password not in " ".join(process_arguments(server.process.pid))


def process_arguments(pid: int) -> list[str]:
    file = Path(f"/proc/{pid}/cmdline")
    return file.read_text().split("\0") if file.exists() else []


def test_new_data_get_a_key_that_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    for number in range(50):
        data = tmp_path / str(number)
        data.mkdir()
        servers._write_key(data)
        written = (data / ".env").read_text(encoding="utf-8")
        assert re.fullmatch(r"SECRET_KEY=[A-Za-z0-9_-]{60,}\n", written)
        servers._write_key(data)
        assert (data / ".env").read_text(encoding="utf-8") == written
        assert stat.S_IMODE((data / ".env").stat().st_mode) == 0o600


@pytest.mark.server
def test_a_second_server_is_kept_off_the_same_data(server: Server) -> None:
    with (
        pytest.raises(UsageError, match="a server is open on this data already"),
        running_server(server.data),
    ):
        pytest.fail("it must not start")


@pytest.mark.server
def test_failures_say_what_was_asked_without_secrets(server: Server) -> None:
    with pytest.raises(MiyarError, match=r"refused the account nobody@example\.com"):
        access_token(server.url, Login("nobody@example.com", "wrong-password"))
    studio = connect(server.url, "not-a-token")
    with pytest.raises(MiyarError, match="could not list the projects") as error:
        studio.projects()
    studio.close()
    assert "cookie" not in str(error.value).lower()


def heed_signals() -> None:
    """Undo in a child what a job in the background and nohup hand down: signals that are ignored."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_DFL)


@pytest.mark.server
@pytest.mark.slow
def test_start_studio_opens_a_project_once_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    tasks, data = tmp_path / "tasks.json", tmp_path / "data"
    script = ROOT / "scripts"
    subprocess.run(
        [sys.executable, script / "convert_articles.py", ROOT / "corpus" / "articles", "-o", tasks],
        check=True,
    )
    command: list[str | Path] = [sys.executable, script / "start_studio.py"]
    command += ["--data", data, "--tasks", tasks, "--project", "mine"]
    for sign, status, words in (
        (signal.SIGINT, 0, r"create +4 +0 +0 .*mine"),
        (signal.SIGTERM, 143, r"as it is +0 +0 +4 .*mine"),
    ):
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=heed_signals,
        )
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert httpx.get(f"{address}/health").status_code == 200
        login = json.loads((data / "login.json").read_text(encoding="utf-8"))
        assert process.stdout.readline().split()[-1] == login["email"]
        os.kill(process.pid, sign)
        _, err = process.communicate(timeout=60)
        assert process.returncode == status
        assert re.search(words, err)
        deadline = time.monotonic() + 10
        while reachable(address) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not reachable(address)


@pytest.mark.server
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_start_that_is_broken_off_leaves_no_server(sign: signal.Signals, tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        unavailable("no /proc here to see child processes in")
    script = ROOT / "scripts" / "start_studio.py"
    process = subprocess.Popen(
        [sys.executable, script, "--data", tmp_path / "data"],
        stderr=subprocess.DEVNULL,
        preexec_fn=heed_signals,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (tmp_path / "data" / "label-studio.log").exists() or not children.read_text():
        assert process.poll() is None
        time.sleep(0.05)
    [child] = children.read_text().split()
    process.send_signal(sign)
    assert process.wait(timeout=60) in (129, 130, 143)
    assert not Path(f"/proc/{child}").exists()


def reachable(address: str) -> bool:
    try:
        httpx.get(f"{address}/health", timeout=1)
    except httpx.TransportError:
        return False
    return True
