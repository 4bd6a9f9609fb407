"""Exports drawn at random, usual ones and such as somebody changed somewhere."""

import re
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.labelstudio.results.result import CONTROLS
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
ARTICLE = Article("a", "هاجم مسلحون الثكنة في جنيف أمس وقتلوا 8 جنود")
WORDS = [match.span() for match in re.finditer(r"\S+", ARTICLE.text)]
LABELS = ("PERS", "GPE", "DATE", "CARDINAL", "ATTACK", "DIE")
VALUES = {"CARDINAL": {"value": "8"}, "DATE": {"value": "2024-05"}, "GPE": {"link": "Q71"}}


@st.composite
def annotated(draw: st.DrawFn, scheme: Scheme) -> list[dict[str, Any]]:
    """Draw the results of spans on words, some with values, and arguments between them."""
    places = draw(
        st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(LABELS)), max_size=6, unique=True)
    )
    spans = [
        Span(f"r{number}", start, end, label, attributes=VALUES.get(label, {}) if draw(st.booleans()) else {})
        for number, ((start, end), label) in enumerate(places)
    ]
    triggers = [span.id for span in spans if scheme.layer(span.label) == "triggers"]
    entities = [span.id for span in spans if scheme.layer(span.label) == "entities"]
    arguments = [
        Argument(trigger, entity, draw(st.sampled_from(["AGENT", "PLACE", "TIME"])))
        for trigger in triggers
        for entity in entities
        if draw(st.booleans())
    ]
    found = results(spans, arguments, ARTICLE, scheme)
    if draw(st.booleans()):
        found = as_before(found, scheme)
    for one in found:
        if one["type"] == "relation" and draw(st.sampled_from([True, False, False])):
            del one["labels"]
    for one in found:
        if one["type"] == "relation" and draw(st.booleans()):
            one["from_id"], one["to_id"] = one["to_id"], one["from_id"]
            one["direction"] = draw(st.sampled_from(["right", "left", "bi"]))
    return found


def as_before(found: list[dict[str, Any]], scheme: Scheme) -> list[dict[str, Any]]:
    """Return results as a page with a control for each layer gave them."""
    controls = {layer: control for control, layer in CONTROLS.items()}
    return [
        {**one, "from_name": controls[scheme.layer(one["value"]["labels"][0]) or "entities"]}
        if one["type"] == "labels"
        else one
        for one in found
    ]


@st.composite
def exported(draw: st.DrawFn, scheme: Scheme, changes: bool = True) -> list[dict[str, Any]]:
    """Draw the tasks of an export, with a few changes in any place unless there are to be none."""
    annotations = [
        {
            "id": number,
            "completed_by": draw(st.sampled_from([1, 2])),
            "result": draw(annotated(scheme)),
            "was_cancelled": draw(st.sampled_from([False, False, True])),
            "lead_time": draw(st.sampled_from([None, 2, 2.5])),
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": draw(st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"])),
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    tasks = [{"id": 1, **task(ARTICLE, scheme, ""), "annotations": annotations, "drafts": []}]
    for _ in range(draw(st.sampled_from([0, 0, 1, 2])) if changes else 0):
        _change(draw, tasks[0])
    return tasks


def _change(draw: st.DrawFn, value: Any) -> None:
    """Replace, remove or repeat something somewhere in a value."""
    while isinstance(value, dict | list) and value:
        key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        if isinstance(value[key], dict | list) and value[key] and draw(st.sampled_from([True, True, False])):
            value = value[key]
            continue
        what = draw(st.sampled_from(["replace", "remove", "repeat"]))
        if what == "replace":
            value[key] = draw(JUNK)
        elif what == "repeat" and isinstance(value, list):
            value.append(deepcopy(value[key]))
        else:
            del value[key]
        return
