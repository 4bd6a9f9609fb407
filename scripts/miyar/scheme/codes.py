"""Codes that are not known, and what was meant by them."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from miyar.errors import Problem

CLOSE = 0.75

Tables = Mapping[str, Any]


def one_of(found: str, allowed: Iterable[str]) -> str:
    """Return "one of A, B, C", with a guess at what was meant."""
    close = get_close_matches(found, list(allowed), n=1, cutoff=CLOSE)
    meant = f" (did you mean {close[0]}?)" if close else ""
    return f"one of {', '.join(sorted(allowed))}{meant}"


def unknown_codes(where: str, codes: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each code that is not known."""
    for code in codes:
        if code not in known:
            yield Problem("unknown_code", where, str(code), one_of(str(code), known))
