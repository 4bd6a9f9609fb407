"""Accounts and their tokens, made by HTTP as the server's own pages do; the API cannot."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from miyar.errors import MiyarError
from miyar.labelstudio.answers import asked
from miyar.labelstudio.server import Login

if TYPE_CHECKING:
    import httpx

SIGN_UP = "/user/signup/"


def new_login(email: str) -> Login:
    """Return a login with a random password, not yet known to any server."""
    return Login(email, secrets.token_urlsafe(12))


def sign_up(url: str, invitation: str, login: Login) -> None:
    """Make the account of a login; the invitation is that of the server's organisation."""
    with _session(url) as session:
        _submit(session, f"{SIGN_UP}?token={invitation}", login)


def access_token(url: str, login: Login) -> str:
    """Log in and return a new personal access token; the server shows each user one, once."""
    with _session(url) as session:
        _submit(session, "/user/login/", login)
        with asked("ask for an access token"):
            answer = session.post("/api/token/").raise_for_status()
        token: str = answer.json()["token"]
        return token


def has_open_sign_up(url: str) -> bool:
    """Return whether anybody may make an account: a form without an address is not refused outright."""
    with _session(url) as session, asked("ask whether sign-up is open"):
        return session.post(SIGN_UP, data={}).status_code != 403


@contextmanager
def _session(url: str) -> Iterator["httpx.Client"]:
    import httpx

    with httpx.Client(base_url=url, follow_redirects=True, timeout=60, trust_env=False) as session:
        yield session


def _submit(session: "httpx.Client", path: str, login: Login) -> None:
    """Send a form of the server's pages; a page that shows the form again refused it."""
    page = path.partition("?")[0]
    with asked(f"open {page}"):
        session.get(path).raise_for_status()
    form = {
        "email": login.email,
        "password": login.password,
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    with asked(f"log in as {login.email}"):
        answer = session.post(path, data=form, headers={"Referer": str(session.base_url)})
        answer.raise_for_status()
    if answer.url.path == page:
        raise MiyarError(f"{session.base_url}: the server refused the account {login.email}")
