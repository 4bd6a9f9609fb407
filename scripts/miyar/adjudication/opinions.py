"""What several annotators made of one article, ready to be compared: spans as keys, not as rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from miyar.dataset import Annotators
from miyar.spantable import Views


class Key(NamedTuple):
    """What makes two spans the same."""

    start: int
    end: int
    label: str

    def to_dict(self) -> dict[str, Any]:
        """Return the span as decisions write it."""
        return self._asdict()


class Joint(NamedTuple):
    """An argument, its ends as spans."""

    trigger: Key
    entity: Key
    role: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """One annotator's view of an article: the attributes of each span, and the arguments."""

    spans: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    arguments: frozenset[Joint] = frozenset()


@dataclass(frozen=True, slots=True)
class Opinions:
    """All finished views of an article, by annotator; `text` is None where it is not known."""

    article: str
    sha256: str
    text: str | None
    of: Mapping[str, Opinion]


def opinions(annotators: Annotators) -> Iterator[Opinions]:
    """Yield the opinions of each article that somebody finished, in the order of the ids."""
    articles = annotators.articles
    found: list[dict[str, Opinion]] = [{} for _ in articles.ids]
    for name, views in annotators.views.items():
        rows = annotators.rows[name].tolist()
        for row, opinion in zip(rows, _opinions_of(views), strict=True):
            found[row][name] = opinion
    for row, of in enumerate(found):
        text = None if articles.texts is None else articles.texts[row]
        yield Opinions(articles.ids[row], str(articles.sha256s[row]), text, of)


def _opinions_of(views: Views) -> Iterator[Opinion]:
    """Yield a view's opinion of each of its articles."""
    spans, arguments = views.spans, views.arguments
    places = zip(spans.start.tolist(), spans.end.tolist(), spans.label.tolist(), strict=True)
    keys = [Key(start, end, views.codes[label]) for start, end, label in places]
    values = {code: column.to_pylist() for code, column in views.attributes.items()}
    by_article: list[dict[Key, dict[str, str]]] = [{} for _ in views.articles.ids]
    for row, (article, key) in enumerate(zip(spans.article.tolist(), keys, strict=True)):
        known = by_article[article].setdefault(key, {})
        for code, column in values.items():
            value = column[row]
            if value is not None:  # of a span that stands twice the first value in alphabetical order
                known[code] = min(value, known.get(code, value))
    joints: list[set[Joint]] = [set() for _ in views.articles.ids]
    columns = (arguments.article, arguments.trigger, arguments.entity, arguments.role)
    for article, trigger, entity, role in zip(*(column.tolist() for column in columns), strict=True):
        joints[article].add(Joint(keys[trigger], keys[entity], views.roles[role]))
    for of_spans, of_arguments in zip(by_article, joints, strict=True):
        yield Opinion(of_spans, frozenset(of_arguments))
