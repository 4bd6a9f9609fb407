"""Some of the articles, chosen by a list."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from miyar.article.model import Article
from miyar.errors import DataError, Problem, UsageError, quoted
from miyar.records import LISTED, Line, ListedArticle, read_lines

SHAPE = LISTED.shape


def chosen_articles(articles: Sequence[Article], path: Path) -> tuple[Article, ...]:
    """Return the articles that a JSON Lines file names in its field "article", in their own order.

    Named twice is chosen once: a list may have a line per annotator. Raises DataError with all lines that
    name none of the articles, or one with another sha256, and where nothing is named.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give JSON Lines with {SHAPE}")
    by_id = {article.id: article for article in articles}
    lines = list(read_lines(path, LISTED))
    problems = [problem for line in lines for problem in _line_problems(line, by_id)]
    if problems or not lines:
        raise DataError(problems or [Problem("no_articles", str(path), "no line", SHAPE)])
    named = {line.record.article for line in lines if isinstance(line, Line)}
    return tuple(article for article in articles if article.id in named)


def _line_problems(line: Line[ListedArticle] | Problem, by_id: Mapping[str, Article]) -> Iterator[Problem]:
    if isinstance(line, Problem):
        yield line
        return
    identity, digest = line.record.article, line.record.sha256
    article = by_id.get(identity)
    if article is None:
        remedy = "name the folder that has it, or take the line out"
        yield Problem(
            "unknown_article", line.where, quoted(identity), "the id of one of the articles", remedy
        )
    elif digest not in (None, article.sha256):
        found = f"{identity} with sha256 {quoted(digest, 12)}"
        remedy = "restore the text that was labelled; a changed text needs an id of its own"
        expected = f"{article.sha256[:12]}…, of the article"
        yield Problem("article_changed", line.where, found, expected, remedy)
