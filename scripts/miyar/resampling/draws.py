"""Which articles each resample has, and in which ones two systems change places: the same for one seed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from miyar.resampling.counts import Numbers

SAMPLES = 1000
SWAPS = 10_000
SEED = 12345
BLOCK = 1 << 21  # weights held at once, 16 MB


@dataclass(frozen=True, slots=True)
class Resamples:
    """Bootstrap resamples of articles, drawn with replacement: iterating yields blocks of weights.

    A block has shape (rows, articles) and says how often each resample has each article; the blocks' rows add
    up to `samples`, and every iteration yields the same ones. The k-th article of a resample is
    ⌊articles · ⌊x/2³²⌋ / 2³²⌋, x being the next raw 64-bit output of PCG64(seed): NumPy promises that
    stream over its versions, and does not promise what Generator makes of it.
    """

    articles: int
    samples: int = SAMPLES
    seed: int = SEED

    def __post_init__(self) -> None:
        _check_sizes(self.articles, self.samples)

    def __iter__(self) -> Iterator[Numbers]:
        stream = np.random.PCG64(self.seed)
        half = np.uint64(32)
        for rows in _block_rows(self.articles, self.samples):
            drawn = stream.random_raw(rows * self.articles) >> half
            places = ((drawn * np.uint64(self.articles)) >> half).astype(np.int64)
            places += np.repeat(np.arange(rows) * self.articles, self.articles)
            weights = np.bincount(places, minlength=rows * self.articles)
            yield weights.reshape(rows, self.articles).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Swaps:
    """Random choices of the articles in which two systems change places: iterating yields blocks of 0 and 1.

    A block has shape (rows, articles), 1 where the systems are swapped; every iteration yields the same ones.
    A row takes ⌈articles/64⌉ raw outputs of PCG64(seed), article k the bit k mod 64 (lowest first) of the
    ⌊k/64⌋-th.
    """

    articles: int
    swaps: int = SWAPS
    seed: int = SEED

    def __post_init__(self) -> None:
        _check_sizes(self.articles, self.swaps)

    def __iter__(self) -> Iterator[Numbers]:
        stream = np.random.PCG64(self.seed)
        words = -(-self.articles // 64)
        for rows in _block_rows(self.articles, self.swaps):
            octets = stream.random_raw(rows * words).astype("<u8").view(np.uint8)
            bits = np.unpackbits(octets, bitorder="little").reshape(rows, words * 64)
            yield bits[:, : self.articles].astype(np.float64)


def totals(weights: Iterable[Numbers], *counts: Numbers) -> list[Numbers]:
    """Return for each counts array its sums in each resample, of shape (samples, classes, 4).

    Every array gets the same resamples, which makes differences between systems paired.
    """
    blocks = [[np.tensordot(block, table, axes=1) for table in counts] for block in weights]
    return [np.concatenate(rows) for rows in zip(*blocks, strict=True)]


def _check_sizes(articles: int, rows: int) -> None:
    if articles < 0 or rows < 1:
        raise ValueError(f"{rows} resamples of {articles} articles cannot be drawn")


def _block_rows(articles: int, rows: int) -> Iterator[int]:
    """Yield how many rows each block has, so that memory stays flat."""
    step = max(1, BLOCK // max(articles, 1))
    for start in range(0, rows, step):
        yield min(step, rows - start)
