"""What can become of a request, in words without headers, which may hold cookies and tokens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import TypeVar

from miyar.errors import MiyarError, quoted
from miyar.terminal import say

T = TypeVar("T")

TRIES = 4
FIRST_PAUSE = 1.0  # seconds; doubled from try to try
NOT_DONE = frozenset({400, 401, 403, 404, 405, 409, 414, 422})
SIGN_IN_AGAIN = (
    "the server does not accept the token: make a new one under Account & Settings, "
    "give it in LABEL_STUDIO_API_KEY or with --token-file, and run the command again"
)


class NoAnswerError(MiyarError):
    """A request without a proper answer: the server may have done what was asked, or may still do it."""


class GoneError(MiyarError):
    """A request about something that the server does not have, or has no longer."""


class TooLargeError(MiyarError):
    """A request that the server, or a proxy in front of it, does not take because of its size."""


@contextmanager
def asked(action: str) -> Iterator[None]:
    """Turn a failed request into a message; NoAnswerError where nobody can tell what the server did."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError
    from label_studio_sdk.core.parse_error import ParsingError

    from miyar.labelstudio.server.bounds import BoundError

    try:
        yield
    except BoundError as error:
        raise BoundError(f"could not {action}: {error}") from None
    except ApiError as error:
        raise _failure(action, error.status_code or 0, error.body) from None
    except httpx.HTTPStatusError as error:
        raise _failure(action, error.response.status_code, "") from None
    except httpx.ConnectError as error:
        raise NoAnswerError(
            f"could not {action}: nobody answers at {error.request.url.netloc.decode()}"
        ) from None
    except httpx.TimeoutException:
        raise NoAnswerError(f"could not {action}: no answer in time") from None
    except httpx.RequestError as error:
        # its own words may quote a header, and so the token
        raise NoAnswerError(f"could not {action}: the connection broke ({type(error).__name__})") from None
    except ParsingError as error:
        raise _other_answer(action, error.body) from None
    except JSONDecodeError as error:
        # the SDK reads any answer to its own request for an access token as JSON, a proxy's error page too
        raise _other_answer(action, error.doc) from None
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # a list, null or an object without its fields, where the block takes something from the answer
        raise _other_answer(action, f"{type(error).__name__}: {error}") from None


def read(action: str, ask: Callable[[], T]) -> T:
    """Return what a request gives that changes nothing on the server, asking again where it failed."""

    def once() -> T:
        with asked(action):
            return ask()

    return repeated(once)


def repeated(ask: Callable[[], T]) -> T:
    """Return what a question gives that changes nothing on the server, asking again where it failed."""
    pause = FIRST_PAUSE
    for _ in range(TRIES - 1):
        try:
            return ask()
        except NoAnswerError as error:
            say(f"{error}; asking again")
            time.sleep(pause)
            pause *= 2
    return ask()


def _other_answer(action: str, came: object) -> NoAnswerError:
    return NoAnswerError(f"could not {action}: the answer is not one of Label Studio's: {quoted(came)}")


def _failure(action: str, status: int, body: object) -> MiyarError:
    detail = _detail(body)
    message = f"could not {action}: status {status}{detail and ': '}{detail}"
    if status == 413:
        return TooLargeError(message, "raise the limit of the proxy (nginx: client_max_body_size)")
    if status == 404:
        return GoneError(message)
    if 300 <= status < 400:
        return MiyarError(message, "the server redirects: give the address that it redirects to with --url")
    if status == 401:
        return MiyarError(message, SIGN_IN_AGAIN)
    return MiyarError(message) if status in NOT_DONE else NoAnswerError(message)


def _detail(body: object) -> str:
    """Return what the server said, as far as it is short: an error page is not."""
    if not isinstance(body, dict):
        return ""
    said = body.get("validation_errors") or body.get("detail") or ""
    return quoted(said, 300) if said else ""
