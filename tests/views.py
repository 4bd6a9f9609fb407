"""Annotations of several people, written as marked Arabic, and read as a file of them is read."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from marked import Marked
from miyar.annotation import Annotation
from miyar.article import Article
from miyar.dataset import Annotators, read_annotators, with_texts
from miyar.scheme import Scheme

View = Mapping[str, Marked]
"""One annotator's marked sources by the ids of the articles."""


def annotation(identity: str, annotator: str, source: Marked, created: str | None = None) -> Annotation:
    return Annotation(
        article=identity,
        sha256=Article(identity, source.text).sha256,
        annotator=annotator,
        spans=source.spans,
        arguments=source.arguments,
        created=created,
    )


def written(path: Path, annotations: Sequence[Annotation]) -> Path:
    path.write_bytes(msgspec.json.Encoder().encode_lines(annotations))
    return path


def annotators_of(views: Mapping[str, View], scheme: Scheme, texts: bool = True) -> Annotators:
    """Return what several people made of the same articles."""
    lines = [annotation(one, who, source) for who, view in views.items() for one, source in view.items()]
    articles = {one: Article(one, source.text) for view in views.values() for one, source in view.items()}
    with tempfile.TemporaryDirectory() as folder:
        read = read_annotators([written(Path(folder) / "annotations.jsonl", lines)], scheme)
    return with_texts(read, list(articles.values())) if texts else read
