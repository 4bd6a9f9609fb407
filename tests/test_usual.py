"""Both lanes of the import make the same of everything; what is usual takes the fast one."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imported import Import
from miyar.annotation import Argument, Span
from miyar.article import Article
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.results.result import CONTROLS
from miyar.labelstudio.results.usual import Lane
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme
from test_regions_properties import JUNK

ARTICLE = Article("a", "هاجم مسلحون الثكنة في جنيف أمس وقتلوا 8 جنود")
WORDS = [match.span() for match in re.finditer(r"\S+", ARTICLE.text)]
LABELS = ("PERS", "GPE", "DATE", "CARDINAL", "ATTACK", "DIE")
VALUES = {"CARDINAL": {"value": "8"}, "DATE": {"value": "2024-05"}, "GPE": {"link": "Q71"}}


@st.composite
def annotated(draw: st.DrawFn, scheme: Scheme, unsaid: bool = True) -> list[dict[str, Any]]:
    """Draw the results of spans on words, some with values, and arguments between them, some unsaid."""
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
        if unsaid and one["type"] == "relation" and draw(st.sampled_from([True, False, False])):
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
def exported(
    draw: st.DrawFn, scheme: Scheme, changes: bool = True, unsaid: bool = True
) -> list[dict[str, Any]]:
    """Draw the tasks of an export, with a few changes in any place unless there are to be none."""
    annotations = [
        {
            "id": number,
            "completed_by": draw(st.sampled_from([1, 2])),
            "result": draw(annotated(scheme, unsaid)),
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


def outcome(path: Path, scheme: Scheme) -> Any:
    """Return all that an import says of an export."""
    imported = Import(find_exports([path]), {ARTICLE.id: ARTICLE}, scheme)
    try:
        found = list(imported.annotations())
    except Exception as error:
        return repr(error)
    return (
        [one.to_dict() for one in found],
        [entry.to_dict() for entry in imported.ledger.entries()],
        imported.rejects.first,
        {note: count for note, count in imported.notes.items() if count},
        imported.views,
        imported.labelled,
        imported.selection.left_out,
        imported.emptied,
    )


@settings(max_examples=300)
@given(data=st.data())
def test_both_lanes_make_the_same(
    scheme: Scheme, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "lanes.json"
    path.write_text(json.dumps(data.draw(exported(scheme))), encoding="utf-8")
    fast = outcome(path, scheme)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lane, "taken", lambda lane, raw: None)
        assert outcome(path, scheme) == fast


@given(data=st.data())
def test_what_is_usual_takes_the_fast_lane(scheme: Scheme, data: st.DataObject) -> None:
    found = data.draw(annotated(scheme))
    annotation = {"id": 1, "completed_by": 1, "result": found}
    value = {"id": 1, **task(ARTICLE, scheme, ""), "annotations": [annotation]}
    labels = {one["id"]: one["value"]["labels"][0] for one in found if one["type"] == "labels"}
    relations = [(one, _ends(one, labels, scheme)) for one in found if one["type"] == "relation"]
    joined = [
        (scheme.role(name) if name else scheme.implied_role(*ends), ends)
        for one, ends in relations
        for name in one.get("labels", [None])
    ]
    taken = Lane({ARTICLE.id: ARTICLE}, scheme).taken(json.dumps(value, ensure_ascii=False).encode())
    assert (taken is not None) == all(role is not None and role.allows(*ends) for role, ends in joined)


def _ends(relation: dict[str, Any], labels: dict[str, str], scheme: Scheme) -> tuple[str, str]:
    ends = sorted(
        (labels[relation["from_id"]], labels[relation["to_id"]]), key=lambda code: str(scheme.layer(code))
    )
    return ends[1], ends[0]
