"""What is worth a look in what is imported: counted, and named by article, annotator and text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from miyar.annotation import Annotation
from miyar.article import Article
from miyar.errors import quoted
from miyar.spanedges import edge_faults
from miyar.spantable import SpanTable

T = TypeVar("T")

AT_ONCE = 500


class Remark(NamedTuple):
    """One thing that is worth a look; `code` names what it is, text and offsets are the span's."""

    code: str
    annotator: str
    article: str
    address: str = ""
    text: str = ""
    start: int = 0
    end: int = 0

    @property
    def place(self) -> str:
        """Return the article and what in it is meant."""
        return " ".join([self.article, *([quoted(self.text)] if self.text else [])])


class Placed(NamedTuple):
    """An annotation, and the address of its task."""

    annotation: Annotation
    address: str


def remarks_on_edges(
    placed: Sequence[Placed], articles: Mapping[str, Article]
) -> Iterator[tuple[int, Remark]]:
    """Yield what is worth a look at the edges of spans, each with the number of its annotation."""
    known = {name: number for number, name in enumerate({one.annotation.article: 0 for one in placed})}
    texts = [articles[name].text for name in known]
    rows = [
        (known[one.annotation.article], span.start, span.end, number)
        for number, one in enumerate(placed)
        for span in one.annotation.spans
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    for row, code in edge_faults(texts, SpanTable(*(columns[:, i] for i in range(4)))):
        article, start, end, number = rows[row]
        annotation, address = placed[number]
        place = (annotation.annotator, annotation.article, address)
        yield number, Remark(code, *place, texts[article][start:end], start, end)


def some_at_once(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in lists, as many in each as are looked at together."""
    every = iter(items)
    while several := list(islice(every, AT_ONCE)):
        yield several
