"""Spans and arguments of many articles as columns: what scoring, agreement and extractors work on in bulk."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from miyar.article import Article

T = TypeVar("T")

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

ABSENT = -1
OWN_FIELDS = ("id", "sha256")  # of an article's metadata, which have columns of their own
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

    def where(self, kept: Mask | Column) -> "SpanTable":
        """Return the spans at which `kept` is true, or those of these rows."""
        return SpanTable(self.article[kept], self.start[kept], self.end[kept], self.label[kept])


@dataclass(frozen=True, slots=True)
class ArgumentTable:
    """n arguments as columns of shape (n,): index of the article, rows of both ends, index of the role.

    A row or a role is ABSENT where it is none.
    """

    article: Column
    trigger: Column
    entity: Column
    role: Column

    def __len__(self) -> int:
        return len(self.article)

    def where(self, kept: Mask | Column) -> "ArgumentTable":
        """Return the arguments at which `kept` is true, or those of these rows."""
        return ArgumentTable(self.article[kept], self.trigger[kept], self.entity[kept], self.role[kept])


def no_arguments() -> ArgumentTable:
    """Return a table without arguments."""
    none: Column = np.zeros(0, dtype=np.int64)
    return ArgumentTable(none, none, none, none)


@dataclass(frozen=True, slots=True)
class Articles:
    """n articles as columns: what labels of any number of sources refer to.

    `lengths` has the number of code points of each text; lengths and texts are None where the texts are not
    there. `metadata` has per field a value, or None, for each article.
    """

    ids: tuple[str, ...]
    sha256s: tuple[str | None, ...]
    lengths: Column | None = None
    texts: tuple[str, ...] | None = None
    metadata: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Views:
    """One view per article as columns; `codes` and `roles` are what the indices of labels and roles mean.

    An index or offset ABSENT is a label or an offset that is missing or of the wrong type. `attributes` has
    per code a string, or null, for each span. `skipped` counts the articles that the annotators skipped,
    which are not here. `own` has the text that each span brings, until it was held against the texts;
    `trimmed` counts the spans that had white space at their edges. `decisions` says of each span of an
    adjudicated gold how it was decided.
    """

    name: str
    articles: Articles
    codes: tuple[str, ...]
    spans: SpanTable
    roles: tuple[str, ...] = ()
    arguments: ArgumentTable = field(default_factory=no_arguments)
    attributes: Mapping[str, pa.Array] = field(default_factory=dict)
    skipped: int = 0
    own: tuple[str | None, ...] | None = None
    trimmed: int = 0
    decisions: tuple[str, ...] | None = None

    @property
    def inside(self) -> Mask:
        """Return which spans are ranges in their text, as far as its length is known; shape (spans,)."""
        spans, lengths = self.spans, self.articles.lengths
        inside = (spans.start >= 0) & (spans.end > spans.start)
        return inside if lengths is None else inside & (spans.end <= lengths[spans.article])

    def length_at(self, row: int) -> int | None:
        """Return the length of the text in which a span lies, None where it is not known."""
        lengths = self.articles.lengths
        return None if lengths is None else int(lengths[self.spans.article[row]])

    @property
    def digest(self) -> str:
        """Return 8 hexadecimal digits of what is labelled, whatever its order and its file format were."""
        spans, arguments = self.spans, self.arguments
        used, label = _alphabetical(self.codes, spans.label)
        roles, role = _alphabetical(self.roles, arguments.role)
        rank = _ranks(self.articles.ids)
        columns = (rank[spans.article], spans.start, spans.end, label)
        articles = sorted(zip(self.articles.ids, self.articles.sha256s, strict=True), key=itemgetter(0))
        digest = hashlib.sha256(json.dumps([articles, used, roles]).encode())
        digest.update(_sorted_rows(columns))
        ends = [_taken(column, end) for end in (arguments.trigger, arguments.entity) for column in columns]
        digest.update(_sorted_rows((rank[arguments.article], *ends, role)))
        for code in sorted(self.attributes):
            values, index = _dictionary(self.attributes[code])
            has = index != ABSENT
            if values:
                digest.update(json.dumps([code, values]).encode())
                digest.update(_sorted_rows((*(column[has] for column in columns), index[has])))
        return digest.hexdigest()[:8]


def article_table(articles: Sequence[Article]) -> Articles:
    """Return articles with their texts, and each field of metadata that one of them has, as text."""
    fields = dict.fromkeys(
        name for article in articles for name in article.metadata if name not in OWN_FIELDS
    )
    return Articles(
        tuple(article.id for article in articles),
        tuple(article.sha256 for article in articles),
        np.array([len(article.text) for article in articles], dtype=np.int64),
        tuple(article.text for article in articles),
        {name: tuple(_as_text(article.metadata.get(name)) for article in articles) for name in fields},
    )


def views_of(name: str, articles: Articles, lists: pa.ListArray, codes: Sequence[str], **more: Any) -> Views:
    """Return views from one Arrow list of SPAN_TYPE per article; `more` are further fields of Views.

    Label codes that are not among `codes` are put behind them, in order of appearance; a missing label
    or offset has the index ABSENT.
    """
    flat = lists.flatten()
    labels = pc.struct_field(flat, "label")
    all_codes = with_others(codes, labels)
    spans = SpanTable(
        article=np.asarray(pc.list_parent_indices(lists), dtype=np.int64),
        start=integers(pc.struct_field(flat, "start")),
        end=integers(pc.struct_field(flat, "end")),
        label=indices_in(labels, all_codes),
    )
    return Views(name, articles, all_codes, spans, **more)


def of_articles(views: Views, chosen: Column) -> Views:
    """Return the views of these articles, given by their indices, each once, in their order."""
    place = np.full(len(views.articles), ABSENT)
    place[chosen] = np.arange(len(chosen))
    rows = _kept_rows(place, views.spans.article)
    spans = views.spans.where(rows)
    moved = np.full(len(views.spans) + 1, ABSENT)
    moved[rows] = np.arange(len(rows))
    arguments = views.arguments.where(_kept_rows(place, views.arguments.article))
    return replace(
        views,
        articles=_some_articles(views.articles, chosen.tolist()),
        spans=replace(spans, article=place[spans.article]),
        arguments=ArgumentTable(
            place[arguments.article], moved[arguments.trigger], moved[arguments.entity], arguments.role
        ),
        attributes={code: column.take(pa.array(rows)) for code, column in views.attributes.items()},
        own=_some(views.own, rows),
        decisions=_some(views.decisions, rows),
    )


def with_others(codes: Sequence[str], found: pa.Array) -> tuple[str, ...]:
    """Return the codes, and behind them those of `found` that are not among them."""
    known = set(codes)
    return (*codes, *(code for code in pc.unique(found).drop_null().to_pylist() if code not in known))


def indices_in(found: pa.Array, codes: Sequence[str]) -> Column:
    """Return for each text its place among the codes, or ABSENT."""
    return integers(pc.index_in(found, value_set=pa.array(codes, pa.string())))


def integers(column: pa.Array) -> Column:
    """Return an Arrow column as integers, null as ABSENT."""
    return np.asarray(pc.fill_null(column.cast(pa.int64()), ABSENT), dtype=np.int64)


def first_of_same(*columns: Column) -> Column:
    """Return for each row of the columns the first row that is the same."""
    order = np.lexsort(columns[::-1])  # stable: of the same ones the first stands first
    begins = begins_run([column[order] for column in columns])
    first: Column = np.empty_like(order)
    first[order] = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
    return first


def begins_run(columns: Sequence[Column]) -> Mask:
    """Return where sorted rows differ from the row before."""
    begins = np.ones(len(columns[0]), dtype=bool)
    begins[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return begins


def smallest_of_same(values: pa.Array, first: Column) -> pa.Array:
    """Return for each row the first value, in alphabetical order, of the rows that have one `first`."""
    distinct, index = _dictionary(values)
    ranks = np.where(index == ABSENT, len(distinct), index)
    smallest = np.full(len(ranks), len(distinct))
    np.minimum.at(smallest, first, ranks)
    return pa.array([*distinct, None], pa.string()).take(pa.array(smallest[first]))


def _kept_rows(place: Column, articles: Column) -> Column:
    """Return the rows whose article has a place, in the order of the places."""
    kept = np.flatnonzero(place[articles] != ABSENT)
    order: Column = kept[np.argsort(place[articles][kept], kind="stable")]
    return order


def _some(column: Sequence[T] | None, rows: Column) -> tuple[T, ...] | None:
    return None if column is None else tuple(column[row] for row in rows.tolist())


def _some_articles(articles: Articles, chosen: Sequence[int]) -> Articles:
    def some(column: Sequence[T]) -> tuple[T, ...]:
        return tuple(column[index] for index in chosen)

    return Articles(
        some(articles.ids),
        some(articles.sha256s),
        None if articles.lengths is None else articles.lengths[chosen],
        None if articles.texts is None else some(articles.texts),
        {name: some(values) for name, values in articles.metadata.items()},
    )


def _alphabetical(codes: Sequence[str], indices: Column) -> tuple[list[str], Column]:
    """Return the codes in use in alphabetical order, and the indices as places among them."""
    used = sorted({codes[index] for index in np.unique(indices) if index != ABSENT})
    place = {code: number for number, code in enumerate(used)}
    return used, np.array([*(place.get(code, ABSENT) for code in codes), ABSENT])[indices]


def _dictionary(values: pa.Array) -> tuple[list[str], Column]:
    """Return the distinct values in alphabetical order, and for each its place, or ABSENT for null."""
    distinct = sorted(pc.unique(values).drop_null().to_pylist())
    return distinct, indices_in(values, distinct)


def _sorted_rows(columns: Sequence[Column]) -> bytes:
    rows = np.lexsort(columns[::-1])
    return b"".join(column[rows].astype("<i8").tobytes() for column in columns)


def _taken(column: Column, rows: Column) -> Column:
    """Return the column at the rows, ABSENT where there is no row."""
    return np.append(column, ABSENT)[rows]


def _ranks(names: Sequence[str]) -> Column:
    """Return for each name its place in alphabetical order."""
    order = sorted(range(len(names)), key=names.__getitem__)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)
