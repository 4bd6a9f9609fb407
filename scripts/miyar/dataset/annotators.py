"""The views of all annotators over one table of articles: what agreement and adjudication work on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from miyar.article import Article
from miyar.dataset.gold import checked_views, with_articles
from miyar.dataset.table import annotation_table
from miyar.errors import DataError, Problem
from miyar.scheme import Scheme
from miyar.spantable import Articles, Column, Views, article_table, of_articles


@dataclass(frozen=True, slots=True)
class Annotators:
    """The finished views of each annotator, in order of the articles' ids.

    `articles` are all that somebody finished; `rows` has for each annotator the indices of theirs among
    them, in the order of their view. `skipped` counts the articles that each annotator skipped, `created` has
    when each view was made, as the server says it.
    """

    articles: Articles
    views: Mapping[str, Views]
    rows: Mapping[str, Column]
    skipped: Mapping[str, int]
    created: Mapping[str, tuple[str | None, ...]]


def read_annotators(paths: Sequence[Path], scheme: Scheme) -> Annotators:
    """Return the views of all annotators of dataset folders and annotation JSON Lines files.

    Raises DataError as `checked_views`, where an annotator has two views of an article, where two views of an
    article are of different texts, and where nobody finished anything.
    """
    tables = [annotation_table(path, scheme) for path in paths]
    problems = [*_problems(paths, tables)]
    if problems:
        raise DataError(problems)
    table = pa.concat_tables(tables)
    finished = table.filter(pc.equal(table["status"], "finished")).sort_by("article").combine_chunks()
    views = checked_views(paths[0], finished, scheme)
    _, first, of_row = np.unique(np.array(views.articles.ids), return_index=True, return_inverse=True)
    names = np.array(finished["annotator"].to_pylist())
    rows = {name: np.flatnonzero(names == name) for name in sorted(set(names.tolist()))}
    created = finished["created"].to_pylist()
    return Annotators(
        of_articles(views, first).articles,
        {name: of_articles(views, chosen) for name, chosen in rows.items()},
        {name: of_row[chosen] for name, chosen in rows.items()},
        Counter(table.filter(pc.equal(table["status"], "skipped"))["annotator"].to_pylist()),
        {name: tuple(created[row] for row in chosen.tolist()) for name, chosen in rows.items()},
    )


def with_texts(annotators: Annotators, articles: Sequence[Article]) -> Annotators:
    """Return the annotators with texts and metadata of record; raises DataError as `with_articles`."""
    views = {name: with_articles(one, articles) for name, one in annotators.views.items()}
    known = {article.id: article for article in articles}
    return replace(
        annotators, articles=article_table([known[name] for name in annotators.articles.ids]), views=views
    )


def _problems(paths: Sequence[Path], tables: Sequence[pa.Table]) -> Iterator[Problem]:
    """Yield what keeps views from being compared."""
    first: dict[tuple[str, str], Path] = {}
    digests: dict[str, str] = {}
    for path, table in zip(paths, tables, strict=True):
        columns = (table[name].to_pylist() for name in ("article", "annotator", "sha256"))
        for article, annotator, digest in zip(*columns, strict=True):
            if (article, annotator) in first:
                found = (
                    f"a second view of {article} by {annotator}; the first is in {first[article, annotator]}"
                )
                expected, remedy = "one view per article and annotator", "name each batch once"
                yield Problem("view_twice", str(path), found, expected, remedy)
            first.setdefault((article, annotator), path)
            if digests.setdefault(article, digest) != digest:
                found = f"{article} with another text than in another view"
                expected = f"the text with sha256 {digests[article][:12]}…"
                yield Problem("other_text", str(path), found, expected, "annotate one text of record")
    if not any(pc.any(pc.equal(table["status"], "finished")).as_py() for table in tables):
        where = ", ".join(map(str, paths))
        yield Problem("no_views", where, "no finished annotation", "at least one annotated article")
