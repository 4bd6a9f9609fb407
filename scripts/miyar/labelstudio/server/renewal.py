"""An access token, which lives for five minutes, is renewed when the server no longer takes it.

The SDK renews it too, but by this machine's clock: a token also expires on its way, under a long upload,
or by the server's clock alone.
"""

from collections.abc import Generator
from typing import Annotated

import httpx
import msgspec

ASCII = msgspec.Meta(pattern=r"^[!-~]+$")


class AccessToken(msgspec.Struct):
    """What a server gives for a refresh token."""

    access: Annotated[str, ASCII]


class Renewal(httpx.Auth):
    """Sends what was refused for its access token once more with a new one; a refusal changed nothing."""

    def __init__(self, url: str, token: str) -> None:
        self._address, self._token = f"{url}/api/token/refresh/", token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request, and where need be one for a token and the request again.

        Where no token is given, the answer to that is the answer.
        """
        answer = yield request
        bearer = request.headers.get("Authorization", "").startswith("Bearer ")
        if answer.status_code != httpx.codes.UNAUTHORIZED or not bearer:
            return
        wish = {"refresh": self._token}
        renewed = yield httpx.Request("POST", self._address, json=wish, extensions=request.extensions)
        renewed.read()
        if renewed.status_code == httpx.codes.OK and (access := _access(renewed)):
            request.headers["Authorization"] = f"Bearer {access}"
            yield request


def _access(answer: httpx.Response) -> str | None:
    """Return the access token in an answer, None where it is a page or another thing."""
    try:
        return msgspec.json.decode(answer.content, type=AccessToken).access
    except (ValueError, RecursionError):
        return None
