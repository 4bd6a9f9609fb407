"""Annotations of several people, written as marked Arabic, and read as a file of them is read."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from marked import Marked
from miyar.annotation import Annotation, Span
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


TEXT = "زار سامي دمشق ثم حلب"
WORDS = ((0, 3), (4, 8), (9, 13), (14, 16), (17, 20))
LABELS = ("PERS", "ORG", "GPE")


def of(*spans: tuple[int, int, str]) -> Marked:
    made = (Span(f"s{n}", start, end, label, TEXT[start:end]) for n, (start, end, label) in enumerate(spans))
    return Marked(TEXT, tuple(made))


# spans of whole words, nested, crossing, equal extents with two labels
SPANS = st.builds(
    lambda ends, label: (WORDS[min(ends)][0], WORDS[max(ends)][1], label),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.sampled_from(LABELS),
)
SOURCES = st.lists(SPANS, max_size=5, unique=True).map(lambda spans: of(*spans))
VIEWS = st.integers(1, 4).flatmap(
    lambda articles: st.lists(
        st.lists(SOURCES, min_size=articles, max_size=articles), min_size=2, max_size=3
    ).map(
        lambda rows: {
            f"A{who}": {f"a{number}": one for number, one in enumerate(row)}
            for who, row in enumerate(rows, start=1)
        }
    )
)
