"""Work in pieces that are bounded in number and in weight."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

MOST, HEAVIEST = 500, 8_000_000


def chunks(items: Iterable[T], weight: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield the items in order, in lists of at most 500 and of at most 8 million in weight.

    An item that is heavier than that is a chunk of its own.
    """
    chunk: list[T] = []
    total = 0
    for item in items:
        own = weight(item)
        if chunk and (len(chunk) == MOST or total + own > HEAVIEST):
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += own
    if chunk:
        yield chunk
