"""Spans of many articles as columns: what scoring, agreement and extractors work on in bulk."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

ABSENT = -1
SPAN_TYPE = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string())])


@dataclass(frozen=True, slots=True)
class SpanTable:
    """n spans as four columns of shape (n,): index of the article, start, end, index of the label code."""

    article: Column
    start: Column
    end: Column
    label: Column

    def __len__(self) -> int:
        return len(self.article)

    def where(self, kept: Mask) -> "SpanTable":
        """Return the spans at which `kept` is true."""
        return SpanTable(self.article[kept], self.start[kept], self.end[kept], self.label[kept])


@dataclass(frozen=True, slots=True)
class Views:
    """One view per article as columns; `codes` are the label codes that the spans' indices mean.

    An index or offset ABSENT is a label or an offset that is missing or of the wrong type.
    `lengths` has the number of code points of each text, or is None where the texts are not there.
    """

    name: str
    articles: tuple[str, ...]
    sha256s: tuple[str | None, ...]
    codes: tuple[str, ...]
    spans: SpanTable
    lengths: Column | None = None

    @property
    def digest(self) -> str:
        """Return 8 hexadecimal digits of the content, whatever its order and its file format were."""
        article_rank = _ranks(self.articles)
        used = sorted({self.codes[index] for index in np.unique(self.spans.label) if index != ABSENT})
        place = {code: number for number, code in enumerate(used)}
        label_rank = np.array([*(place.get(code, ABSENT) for code in self.codes), ABSENT])
        spans = self.spans
        columns = (article_rank[spans.article], spans.start, spans.end, label_rank[spans.label])
        rows = np.lexsort(columns[::-1])
        articles = sorted(zip(self.articles, self.sha256s, strict=True), key=itemgetter(0))
        digest = hashlib.sha256(json.dumps([articles, used]).encode())
        for column in columns:
            digest.update(column[rows].astype("<i8").tobytes())
        return digest.hexdigest()[:8]


def views_of(
    name: str,
    articles: Sequence[str],
    sha256s: Sequence[str | None],
    lists: pa.ListArray,
    codes: Sequence[str],
    lengths: Column | None = None,
) -> Views:
    """Return views from one Arrow list of SPAN_TYPE per article.

    Label codes that are not among `codes` are put behind them, in order of appearance; a missing label
    or offset has the index ABSENT.
    """
    flat = lists.flatten()
    labels = pc.struct_field(flat, "label")
    found = pc.unique(labels).drop_null().to_pylist()
    all_codes = (*codes, *(code for code in found if code not in set(codes)))
    spans = SpanTable(
        article=np.asarray(pc.list_parent_indices(lists), dtype=np.int64),
        start=_integers(pc.struct_field(flat, "start")),
        end=_integers(pc.struct_field(flat, "end")),
        label=_integers(pc.index_in(labels, value_set=pa.array(all_codes, pa.string()))),
    )
    return Views(name, tuple(articles), tuple(sha256s), all_codes, spans, lengths)


def _ranks(names: Sequence[str]) -> Column:
    """Return for each name its place in alphabetical order."""
    order = sorted(range(len(names)), key=names.__getitem__)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _integers(column: pa.Array) -> Column:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), ABSENT), dtype=np.int64)
