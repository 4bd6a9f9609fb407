"""Writes articles as a folder of texts with their metadata."""

from collections.abc import Iterable
from pathlib import Path

from miyar.article.model import Article
from miyar.article.reading import METADATA_FILE
from miyar.output import write_json_lines


def write_articles(articles: Iterable[Article], folder: Path) -> None:
    """Write each text byte for byte to `<id>.txt`, and a line of metadata for each."""
    folder.mkdir(exist_ok=True)
    known = list(articles)
    for article in known:
        (folder / f"{article.id}.txt").write_bytes(article.text.encode("utf-8"))
    lines = ({"id": one.id, **one.metadata, "sha256": one.sha256} for one in known)
    write_json_lines(folder / METADATA_FILE, lines)
