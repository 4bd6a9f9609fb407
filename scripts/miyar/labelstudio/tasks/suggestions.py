"""Predictions as suggestions for annotators; refused as a whole where one of them is faulty.

The server accepts anything, and one dangling relation makes a task that cannot be opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.errors import DataError, Problem, quoted
from miyar.labelstudio.tasks.task import results
from miyar.predictions import (
    ArticleLine,
    Policy,
    checked_predictions,
    prediction_lines,
    predictions_file,
    with_codes,
)
from miyar.scheme import Scheme
from miyar.spanchecks import SPAN_FAULTS
from miyar.spantable import Column, SpanTable, Views, article_table


class Suggestions(NamedTuple):
    """Results by article id, and the name under which annotators see them."""

    model_version: str
    results: Mapping[str, list[dict[str, Any]]]


def suggested_results(path: Path, articles: Sequence[Article], scheme: Scheme) -> Suggestions:
    """Return the predictions of a file as results; raises DataError with every fault in them."""
    file = predictions_file(path)
    lines = with_codes(prediction_lines(file), scheme)
    try:
        predictions = checked_predictions(file, lines, _empty_views(articles), scheme, Policy())
    except DataError as error:  # its remedies are those of scoring
        raise DataError(replace(problem, remedy="") for problem in error.problems) from error
    problems = [replace(fault, remedy="") for fault in predictions.faults if fault.code in SPAN_FAULTS]
    for line in lines:
        problems += [*_attribute_problems(line, scheme), *_argument_problems(line, scheme)]
    if problems:
        raise DataError(problems)
    by_id = {article.id: article for article in articles}
    return Suggestions(
        predictions.views.name, {line.article: _results(line, by_id[line.article], scheme) for line in lines}
    )


def _empty_views(articles: Sequence[Article]) -> Views:
    """Return the articles as a gold without spans, for the checks that reading predictions makes."""
    none: Column = np.zeros(0, dtype=np.int64)
    return Views("articles", article_table(articles), (), SpanTable(none, none, none, none))


def _attribute_problems(line: ArticleLine, scheme: Scheme) -> list[Problem]:
    return [
        Problem(
            "bad_value", f"{line.where}: {line.article}, spans[{number}]", f"{name} {quoted(value)}", expected
        )
        for number, span in enumerate(line.spans)
        if isinstance(span, dict)
        for name, value in _attributes(span).items()
        if (expected := _expected_value(str(span.get("label")), name, value, scheme))
    ]


def _expected_value(label: str, name: str, value: Any, scheme: Scheme) -> str:
    """Return what a value should have been, or an empty text where it is all right."""
    attribute = scheme.attribute(name)
    if attribute is None or label not in attribute.on:
        return f"an attribute that {label} has"
    right = isinstance(value, str) and attribute.canonical(label, value) == value
    return "" if right else attribute.expected(label)


def _attributes(span: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = span.get("attributes") or {}
    return attributes if isinstance(attributes, dict) else {"attributes": attributes}


def _argument_problems(line: ArticleLine, scheme: Scheme) -> list[Problem]:
    expected = "the index of a trigger span, the index of an entity span, and a role of the scheme"
    return [
        Problem(
            "bad_argument", f"{line.where}: {line.article}, arguments[{number}]", repr(argument), expected
        )
        for number, argument in enumerate(line.arguments)
        if not _is_argument(argument, line, scheme)
    ]


def _is_argument(argument: Any, line: ArticleLine, scheme: Scheme) -> bool:
    if not isinstance(argument, dict):
        return False
    layers = [_layer_at(argument.get(end), line, scheme) for end in ("trigger", "entity")]
    return layers == ["triggers", "entities"] and scheme.role(str(argument.get("role"))) is not None


def _layer_at(index: Any, line: ArticleLine, scheme: Scheme) -> str | None:
    if type(index) is not int or not 0 <= index < len(line.spans):
        return None
    span = line.spans[index]
    label = span.get("label") if isinstance(span, dict) else None
    return scheme.layer(label) if isinstance(label, str) else None


def _results(line: ArticleLine, article: Article, scheme: Scheme) -> list[dict[str, Any]]:
    keys = [(span["start"], span["end"], span["label"]) for span in line.spans]
    ids = {key: f"p{number}" for number, key in enumerate(dict.fromkeys(keys))}
    attributes = {key: _attributes(span) for key, span in zip(keys, line.spans, strict=True)}
    spans = [Span(identity, *key, attributes=dict(attributes[key])) for key, identity in ids.items()]
    arguments = dict.fromkeys(
        Argument(ids[keys[a["trigger"]]], ids[keys[a["entity"]]], _role_code(a["role"], scheme))
        for a in line.arguments
    )
    return results(spans, arguments, article, scheme)


def _role_code(name: str, scheme: Scheme) -> str:
    role = scheme.role(name)
    return role.code if role else name
