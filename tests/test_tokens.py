"""The access token: from the environment or a private file, and never shown again."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Done, run
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.scheme import Scheme
from pushing import ask, plain, written

Capture = pytest.CaptureFixture[str]
SECRET = "s3cret-t0ken"  # noqa: S105 - no token of anybody
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def file(tmp_path: Path, scheme: Scheme) -> Path:
    return written(tmp_path / "tasks.json", plain("a", scheme))


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once where nobody answers."""
    monkeypatch.setattr("miyar.labelstudio.server.answers.FIRST_PAUSE", 0.001)


def private(path: Path, token: str = SECRET, mode: int = 0o600) -> Path:
    path.write_text(token, encoding="utf-8")
    path.chmod(mode)
    return path


def checked(capsys: Capture, url: str, file: Path, *options: object) -> Done:
    return run(capsys, "push-tasks", file, "--url", url, "--project", "tokens", "--check", *options)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610, 0o602])
def test_a_token_file_that_others_may_use_is_refused(
    mode: int, file: Path, tmp_path: Path, capsys: Capture
) -> None:
    token = private(tmp_path / "token", mode=mode)
    done = checked(capsys, NOBODY, file, "--token-file", token)
    assert done.status == 2
    assert f"chmod 600 {token}" in done.err
    assert SECRET not in done.out + done.err


def test_a_token_file_without_a_token_is_refused(file: Path, tmp_path: Path, capsys: Capture) -> None:
    for token in (tmp_path / "missing", tmp_path, private(tmp_path / "token", " \n")):
        token.chmod(0o700) if token.is_dir() else None
        done = checked(capsys, NOBODY, file, "--token-file", token)
        assert done.status == 2
        assert "--token-file" in done.err


def test_without_a_token_both_ways_to_give_one_are_said(
    file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", " ")
    done = checked(capsys, NOBODY, file)
    assert done.status == 2
    for words in ("LABEL_STUDIO_API_KEY", "--token-file", "Account & Settings"):
        assert words in done.err


@pytest.mark.parametrize("command", ["push-tasks", "pull-annotations", "project-status"])
def test_no_argument_takes_a_token(command: str, capsys: Capture) -> None:
    done = run(capsys, command, "--token", SECRET)
    assert done.status == 2
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize("rest", ["\nsecond line", "\r\nsecond line", " رمز", "\0"])
def test_what_cannot_be_a_token_is_refused(rest: str, file: Path, tmp_path: Path, capsys: Capture) -> None:
    done = checked(capsys, NOBODY, file, "--token-file", private(tmp_path / "token", SECRET + rest))
    assert done.status == 2
    assert SECRET not in done.out + done.err


# on a server


@pytest.fixture
def legacy(owner: Studio) -> Iterator[str]:
    """Let the server accept legacy tokens, and give the owner's."""
    settings = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": True}
    ask(owner, "POST", "api/jwt/settings", settings)
    yield ask(owner, "GET", "api/current-user/token")["token"]
    ask(owner, "POST", "api/jwt/settings", settings | {"legacy_api_tokens_enabled": False})


def spoilt(token: str) -> str:
    return token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")


@pytest.mark.server
def test_a_personal_token_is_taken_from_the_environment(
    server: Server, owner: Studio, file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", (server.data / TOKEN_FILE).read_text(encoding="utf-8"))
    assert checked(capsys, server.url, file).status == 0


@pytest.mark.server
def test_a_legacy_token_is_taken_where_the_server_takes_it(
    server: Server, legacy: str, file: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert len(legacy) == 40
    assert checked(capsys, server.url, file, "--token-file", private(tmp_path / "token", legacy)).status == 0


@pytest.mark.server
@pytest.mark.parametrize("kind", ["no token", "spoilt", "legacy"])
def test_a_token_that_the_server_does_not_take_is_said_and_not_shown(
    kind: str, server: Server, owner: Studio, file: Path, tmp_path: Path, capsys: Capture
) -> None:
    token = SECRET
    if kind == "spoilt":
        token = spoilt((server.data / TOKEN_FILE).read_text(encoding="utf-8"))
    if kind == "legacy":
        token = "0123456789" * 4
    done = checked(capsys, server.url, file, "--token-file", private(tmp_path / "token", token))
    assert done.status == 1
    for words in ("does not accept the token", "Account & Settings", "LABEL_STUDIO_API_KEY"):
        assert words in done.err
    assert token not in done.out + done.err


@pytest.mark.server
@pytest.mark.parametrize("rest", ["\nsecond line", "\0", " two words"])
def test_a_token_of_several_lines_is_not_shown(
    rest: str, server: Server, file: Path, tmp_path: Path, capsys: Capture
) -> None:
    done = checked(capsys, server.url, file, "--token-file", private(tmp_path / "token", SECRET + rest))
    assert done.status in (1, 2)
    assert SECRET not in done.out + done.err


@pytest.mark.server
def test_no_output_and_no_log_holds_the_token(
    server: Server,
    owner: Studio,
    file: Path,
    tmp_path: Path,
    capsys: Capture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    token = (server.data / TOKEN_FILE).read_text(encoding="utf-8")
    options = ("--url", server.url, "--project", "tokens: log", "--token-file", server.data / TOKEN_FILE)
    said = ""
    for command in (
        ("push-tasks", file, *options),
        ("project-status", *options),
        ("pull-annotations", *options, "-o", tmp_path / "batch"),
        (
            "pull-annotations",
            *options[:2],
            "--project",
            "tokens: missing",
            *options[4:],
            "-o",
            tmp_path / "other",
        ),
        ("push-tasks", file, *options, "--timeout", 0.0001),
    ):
        done = run(capsys, *command)
        said += done.out + done.err
    assert "http" in caplog.text
    for secret in (token, token.rpartition(".")[2], "Bearer"):
        assert secret not in said + caplog.text
    for path in (tmp_path / "batch").iterdir():
        assert token not in path.read_text(encoding="utf-8")
