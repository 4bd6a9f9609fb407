"""Label Studio tasks: what an article looks like on the server, and spans as its page stores them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.guidelines import guidelines_file
from miyar.labelstudio.results.result import BYLINE, LABEL_CONTROL
from miyar.offsets import stand_in
from miyar.scheme import Configured, Scheme

OBJECT = "text"
SHOWN_METADATA = ("title", "source", "published")


def task(article: Article, scheme: Scheme, guidelines: str) -> dict[str, Any]:
    """Return the task of an article; `guidelines` is the digest of the text that annotators read."""
    shown = {name: article.metadata[name] for name in SHOWN_METADATA if article.metadata.get(name)}
    byline = " · ".join(str(shown[name]) for name in ("source", "published") if name in shown)
    return {
        "data": {
            "text": stand_in(article.text),
            "article": article.id,
            "sha256": article.sha256,
            "scheme": scheme.signature,
            "guidelines": guidelines,
            **shown,
            **({BYLINE: byline} if byline else {}),
        }
    }


def tasks_of(articles: Iterable[Article], configured: Configured) -> list[dict[str, Any]]:
    """Return the tasks of articles, stamped with the versions of scheme and guidelines."""
    guidelines = guidelines_file(configured.folder, configured.scheme.language)
    version = digest(guidelines.read_text(encoding="utf-8")) if guidelines else "none"
    return [task(article, configured.scheme, version) for article in articles]


def results(
    spans: Iterable[Span], arguments: Iterable[Argument], article: Article, scheme: Scheme
) -> list[dict[str, Any]]:
    """Return spans and arguments as the results of a Label Studio annotation or prediction.

    Several arguments between the same two spans become one relation with several roles, since the page
    keeps only one relation per pair.
    """
    regions = [result for span in spans for result in _region(span, article, scheme)]
    return regions + list(_relations(arguments, scheme))


def with_suggestion(
    value: Mapping[str, Any], model_version: str, suggested: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a task with a prediction that annotators will see when they open it."""
    prediction = {"model_version": model_version, "result": suggested}
    return {**value, "data": {**value["data"], "blind": False}, "predictions": [prediction]}


def kept_blind(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task whose annotators see no suggestion though others do: what they are compared with."""
    return {**value, "data": {**value["data"], "blind": True}}


def digest(text: str) -> str:
    """Return 8 hexadecimal digits that name a version of the guidelines."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _region(span: Span, article: Article, scheme: Scheme) -> Iterator[dict[str, Any]]:
    if scheme.label(span.label) is None:
        raise ValueError(f"span {span.id} has the unknown label {span.label}")
    place = {"start": span.start, "end": span.end}
    covered = stand_in(article.text[span.start : span.end])
    yield _result(span.id, LABEL_CONTROL, "labels", {**place, "text": covered, "labels": [span.label]})
    for name, value in span.attributes.items():
        yield _result(span.id, name, "textarea", {**place, "text": [value]})


def _result(identity: str, control: str, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": identity, "from_name": control, "to_name": OBJECT, "type": kind, "value": value}


def _relations(arguments: Iterable[Argument], scheme: Scheme) -> Iterator[dict[str, Any]]:
    """Yield a relation for each pair of spans; one whose role nobody chose says none."""
    names = {role.code: role.name for role in scheme.roles}
    by_pair: dict[tuple[str, str], list[Argument]] = {}
    for argument in arguments:
        by_pair.setdefault((argument.trigger, argument.entity), []).append(argument)
    for (trigger, entity), found in by_pair.items():
        implied = len(found) == 1 and found[0].implied
        labels = {} if implied else {"labels": [names[argument.role] for argument in found]}
        yield {"from_id": trigger, "to_id": entity, "type": "relation", "direction": "right", **labels}
