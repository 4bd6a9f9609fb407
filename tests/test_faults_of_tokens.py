"""A token that expires, is revoked or reset in the middle of a push: what is done stays, the rest follows."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx
import jwt
import pytest
from label_studio_sdk.tokens.client_ext import TokensClientExt

from command import run
from faulty import CHUNK, FIXTURES, IMPORT, User, Work, until
from miyar.labelstudio.server.accounts import access_token, new_login, sign_up
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import Login, Server
from proxy import Fault, running_proxy

pytestmark = [pytest.mark.server, pytest.mark.slow]

Capture = pytest.CaptureFixture[str]
task_file, work, user, quick = FIXTURES
REFRESH = "/api/token/refresh/"
# what the SDK does with an access token that has expired, which takes five minutes
EXPIRED = """
from label_studio_sdk.tokens.client_ext import TokensClientExt
TokensClientExt._is_valid_jwt_token = lambda self, token, raise_if_expired=False: raise_if_expired
"""


@pytest.fixture
def login(owner: Studio) -> Login:
    login = new_login(f"pusher{len(owner.accounts())}@example.com")
    sign_up(owner.url, owner.invitation(), login)
    return login


@pytest.fixture
def pusher(owner: Studio, login: Login, tmp_path: Path) -> User:
    return with_token(owner.url, access_token(owner.url, login), tmp_path / "token")


def with_token(url: str, token: str, file: Path) -> User:
    file.write_text(token, encoding="utf-8")
    file.chmod(0o600)
    return User(url, file)


def test_an_expired_access_token_is_renewed_in_the_middle_of_a_push(
    work: Work, pusher: User, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        TokensClientExt,
        "_is_valid_jwt_token",
        lambda self, token, raise_if_expired=False: raise_if_expired,
    )
    with running_proxy(pusher.url) as proxy:
        done = run(capsys, "push-tasks", *work.arguments, *pusher.at(proxy.url).options)
    assert done.status == 0, done.err
    assert proxy.heard("POST", REFRESH) > proxy.heard("POST", IMPORT)
    assert work.is_whole()


def test_an_access_token_that_expires_on_its_way_or_by_another_clock_is_renewed(
    work: Work, pusher: User, server: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK goes by this machine's clock; here it never sees that its token has expired."""
    answer = httpx.post(f"{server.url}{REFRESH}", json={"refresh": pusher.token}).raise_for_status()
    settings = (server.data / ".env").read_text(encoding="utf-8").splitlines()
    [secret] = [line.removeprefix("SECRET_KEY=") for line in settings if line.startswith("SECRET_KEY=")]
    claims = jwt.decode(answer.json()["access"], secret, algorithms=["HS256"])
    old = jwt.encode({**claims, "exp": datetime.now(UTC) - timedelta(seconds=1)}, secret, algorithm="HS256")
    monkeypatch.setattr(TokensClientExt, "_is_valid_jwt_token", lambda *_, **__: True)
    monkeypatch.setattr(
        TokensClientExt, "_set_access_token", lambda self, _: setattr(self, "_access_token", old)
    )
    done = run(capsys, "push-tasks", *work.arguments, *pusher.options)
    assert done.status == 0, done.err
    assert work.is_whole()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("action", ["refuse", "cut"])
def test_a_token_that_cannot_be_renewed_at_once_is_renewed_later(
    action: Literal["refuse", "cut"], work: Work, pusher: User, capsys: Capture
) -> None:
    with running_proxy(pusher.url, Fault(action, REFRESH, "POST")) as proxy:
        done = run(capsys, "push-tasks", *work.arguments, *pusher.at(proxy.url).options)
    assert done.status == 0, done.err
    assert work.is_whole()


def test_a_push_whose_personal_token_is_revoked_is_completed_with_a_new_one(
    work: Work, pusher: User, login: Login, capsys: Capture
) -> None:
    answer = httpx.post(f"{pusher.url}{REFRESH}", json={"refresh": pusher.token}).raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access']}"}

    def replaced() -> str:
        body = {"refresh": pusher.token}
        httpx.post(f"{pusher.url}/api/token/blacklist/", json=body, headers=headers).raise_for_status()
        return access_token(pusher.url, login)

    push_while(work, pusher, replaced, capsys, before=EXPIRED)


def test_a_push_whose_legacy_token_is_reset_is_completed_with_the_new_one(
    work: Work, pusher: User, owner: Studio, tmp_path: Path, capsys: Capture
) -> None:
    days = owner.sdk.jwt_settings.get().api_token_ttl_days
    settings = {"api_tokens_enabled": True, "api_token_ttl_days": days}
    owner.sdk.jwt_settings.update(**settings, legacy_api_tokens_enabled=True)
    try:
        with closing(connect(pusher.url, pusher.token)) as studio:
            old: str = studio.sdk.users.get_token().token
        legacy = with_token(pusher.url, old, tmp_path / "legacy")
        assert legacy.run("push-tasks", *work.arguments, "--check").status == 0
        headers = {"Authorization": f"Token {old}"}

        def replaced() -> str:
            address = f"{pusher.url}/api/current-user/reset-token/"
            new: str = httpx.post(address, headers=headers).raise_for_status().json()["token"]
            return new

        push_while(work, legacy, replaced, capsys)
    finally:
        owner.sdk.jwt_settings.update(**settings, legacy_api_tokens_enabled=False)


def push_while(
    work: Work, user: User, replaced: Callable[[], str], capsys: Capture, before: str = ""
) -> None:
    """Push with a token that is replaced after the first chunk, and push again with the new one."""
    hanging = Fault("hang", IMPORT, "POST")
    with running_proxy(user.url, hanging) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments, before=before)
        until(lambda: proxy.heard("POST", IMPORT) == 1 and work.held == CHUNK)
        new = replaced()
        proxy.release(hanging)
        done = user.end(process)
    assert done.status == 1
    assert "status 401" in done.err
    assert "the server does not accept the token: make a new one" in done.err
    assert "LABEL_STUDIO_API_KEY" in done.err
    assert work.held == CHUNK
    user.token_file.write_text(new, encoding="utf-8")
    done = run(capsys, "push-tasks", *work.arguments, *user.options)
    assert done.status == 0, done.err
    assert new not in done.out + done.err
    assert work.is_whole()
