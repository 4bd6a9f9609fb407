"""Which line of a predictions file belongs to which article of the gold."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from miyar.article import first_difference
from miyar.errors import DataError, Problem
from miyar.predictions.lines import ArticleLine
from miyar.predictions.model import Missing, Policy, Unknown
from miyar.spantable import Views


class Matched(NamedTuple):
    """One line, or None, per article of the gold, and the counts of what the policy allowed."""

    lines: tuple[ArticleLine | None, ...]
    counts: Counter[str]


class Known(NamedTuple):
    """What the gold has of an article: its sha256 and its text, where they are there."""

    sha256: str | None
    text: str | None


def matched_lines(lines: Sequence[ArticleLine], gold: Views, file: Path, policy: Policy) -> Matched:
    """Return the gold's articles with their lines; raises DataError for all that do not fit."""
    by_article: dict[str, ArticleLine] = {}
    texts = gold.articles.texts or (None,) * len(gold.articles)
    known = dict(zip(gold.articles.ids, map(Known, gold.articles.sha256s, texts), strict=True))
    problems: list[Problem] = []
    counts = Counter[str]()
    for line in lines:
        if line.article not in known and policy.unknown is Unknown.IGNORE:
            counts["unknown_article"] += 1
        else:
            problems.extend(_line_problems(line, by_article.get(line.article), known))
            by_article.setdefault(line.article, line)
    absent = [article for article in gold.articles.ids if article not in by_article]
    if policy.missing is Missing.EMPTY:
        counts["missing_article"] = len(absent)
    else:
        problems.extend(_missing(file, article) for article in absent)
    if problems:
        raise DataError(problems)
    return Matched(tuple(by_article.get(article) for article in gold.articles.ids), counts)


def _line_problems(
    line: ArticleLine, first: ArticleLine | None, known: Mapping[str, Known]
) -> Iterator[Problem]:
    if line.article not in known:
        expected = "an article of the gold (is this one not labelled yet?)"
        remedy = "leave such articles out, counted, with --unknown ignore"
        yield Problem("unknown_article", line.where, line.article, expected, remedy)
        return
    if first:
        expected = f"one line per article; the first is {first.where}"
        yield Problem("article_twice", line.where, line.article, expected, "join the lines or drop one")
    digest, text = known[line.article]
    if digest and line.sha256 and line.sha256 != digest:
        found = f"{line.article} with sha256 {line.sha256[:12]}…"
        parts = first_difference(line.text, text) if line.text is not None and text is not None else ""
        found += f"; the texts part {parts}" if parts else ""
        expected, remedy = f"the gold's text, {digest[:12]}…", "run the extractor on the gold's articles"
        yield Problem("other_text", line.where, found, expected, remedy)


def _missing(file: Path, article: str) -> Problem:
    remedy = "run the extractor on it, or charge it as empty with --missing empty"
    return Problem("missing_article", str(file), f"no line for {article}", "a line per gold article", remedy)
