"""A request that is refused for its old access token is sent again with a new one, once."""

from collections.abc import Sequence

import httpx
import pytest

from miyar.labelstudio.server.renewal import Renewal

URL = "http://studio.example.org"
REFUSED, FINE = httpx.Response(401), httpx.Response(200, json=[])


def sent(answers: Sequence[httpx.Response], authorization: str = "Bearer old") -> list[tuple[str, str, str]]:
    """Return method, path and authorization or body of what is sent, given what is answered to each."""
    flow = Renewal(URL, "personal").auth_flow(
        httpx.Request("GET", f"{URL}/api/projects", headers={"Authorization": authorization})
    )
    found, waiting = [], list(answers)
    request = next(flow)
    while True:
        said = request.headers.get("Authorization") or request.read().decode()
        found.append((request.method, request.url.path, said))
        try:
            request = flow.send(waiting.pop(0))
        except StopIteration:
            assert not waiting
            return found


FIRST = ("GET", "/api/projects", "Bearer old")
RENEWAL = ("POST", "/api/token/refresh/", '{"refresh":"personal"}')


def test_a_refused_request_is_sent_again_with_a_new_token() -> None:
    new = httpx.Response(200, json={"access": "new"})
    again = ("GET", "/api/projects", "Bearer new")
    assert sent([REFUSED, new, FINE]) == [FIRST, RENEWAL, again]
    assert sent([REFUSED, new, REFUSED]) == [FIRST, RENEWAL, again]


@pytest.mark.parametrize("answer", [FINE, httpx.Response(403), httpx.Response(500)])
def test_any_other_answer_is_the_answer(answer: httpx.Response) -> None:
    assert sent([answer]) == [FIRST]


def test_a_token_of_the_old_kind_is_not_renewed() -> None:
    assert sent([REFUSED], "Token old") == [("GET", "/api/projects", "Token old")]


@pytest.mark.parametrize(
    "renewed",
    [
        httpx.Response(401, json={"access": "new"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"access": ""}),
        httpx.Response(200, json={}),
        httpx.Response(200, text="[" * 100_000),
    ],
)
def test_where_no_token_is_given_the_request_is_not_sent_again(renewed: httpx.Response) -> None:
    assert sent([REFUSED, renewed]) == [FIRST, RENEWAL]
