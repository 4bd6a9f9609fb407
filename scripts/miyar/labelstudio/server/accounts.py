"""Accounts and their tokens, made by HTTP as the server's own pages do; the API cannot."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from miyar.errors import MiyarError
from miyar.labelstudio.server.answers import asked, read
from miyar.labelstudio.server.process import Login

if TYPE_CHECKING:
    import httpx

SIGN_UP = "/user/signup/"
CLOSED, EXISTS = 403, 409
SILENCE, LARGEST_PAGE = 60, 64  # seconds, MiB


def new_login(email: str) -> Login:
    """Return a login with a random password, not yet known to any server."""
    return Login(email, secrets.token_urlsafe(12))


def sign_up(url: str, invitation: str, login: Login) -> None:
    """Make the account of a login; the invitation is that of the server's organisation."""
    with _session(url) as session:
        _submit(session, f"{SIGN_UP}?token={invitation}", login, f"make the account {login.email}")


def access_token(url: str, login: Login) -> str:
    """Log in and return a new personal access token; the server shows each user one, once."""
    with _session(url) as session:
        _submit(session, "/user/login/", login, f"log in as {login.email}")
        with asked("ask for an access token"):
            answer = session.post("/api/token/")
            if answer.status_code == EXISTS:
                raise MiyarError(
                    f"{url}: {login.email} has an access token already, which the server shows only once; "
                    "revoke it on the page under Account & Settings, or give it yourself"
                )
            answer.raise_for_status()
        token: str = answer.json()["token"]
        return token


def has_open_sign_up(url: str) -> bool:
    """Return whether anybody may make an account: a form without an address is not refused outright."""

    def is_open() -> bool:
        with _session(url) as session:
            answer = _sent(session, SIGN_UP, {})
        if answer.status_code == CLOSED:
            return False
        answer.raise_for_status()
        return True

    return read("ask whether sign-up is open", is_open)


@contextmanager
def _session(url: str) -> Iterator["httpx.Client"]:
    import httpx

    from miyar.labelstudio.server.bounds import ACCEPTED, BoundedTransport, Bounds

    def stay(answer: httpx.Response) -> None:
        if not answer.has_redirect_location:
            return
        following = answer.url.join(answer.headers["Location"])
        if (following.scheme, following.netloc) != (origin.scheme, origin.netloc):
            raise MiyarError(f"{url}: redirects to another address; give that one with --url")

    origin = httpx.URL(url)
    with httpx.Client(
        base_url=url,
        follow_redirects=True,
        headers=ACCEPTED,
        timeout=SILENCE,
        transport=BoundedTransport(Bounds(SILENCE, LARGEST_PAGE)),
        trust_env=False,
        event_hooks={"response": [stay]},
    ) as session:
        yield session


def _submit(session: "httpx.Client", path: str, login: Login, action: str) -> None:
    """Send a form of the server's pages; a page that shows the form again refused it."""
    with asked(action):
        answer = _sent(session, path, {"email": login.email, "password": login.password})
        answer.raise_for_status()
    if answer.url.path == path.partition("?")[0]:
        raise MiyarError(
            f"{session.base_url}: the server refused the account {login.email}; "
            "the address may be taken, or the password wrong"
        )


def _sent(session: "httpx.Client", path: str, form: dict[str, str]) -> "httpx.Response":
    """Return the answer to a form; without the token of its page the server answers 403 to anything."""
    session.get(path).raise_for_status()
    token = session.cookies.get("csrftoken", "")
    return session.post(
        path, data={**form, "csrfmiddlewaretoken": token}, headers={"Referer": str(session.base_url)}
    )
