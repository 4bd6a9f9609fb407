"""Both lanes of the import make the same of everything; what is usual takes the fast one."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporting import ARTICLE, annotated, exported
from imported import Import
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.results.usual import Lane
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Scheme


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
