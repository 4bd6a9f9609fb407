"""A mapping is drafted from what an export and its labelling configuration hold, with how often."""

import json
from pathlib import Path
from typing import Any

from miyar.labelstudio.exports.draft import drafted
from miyar.labelstudio.exports.finding import find_exports
from miyar.scheme import Scheme

PAGE = """<View>
  <Labels name="ner" toName="t"><Label value="Person"/><Label value="Ship"/></Labels>
  <Labels name="events" toName="t"><Label value="هجوم" alias="Attack!"/></Labels>
  <Relations><Relation value="near"/></Relations>
  <Text name="t" value="$body"/>
</View>"""


def region(control: str, *labels: str) -> dict[str, Any]:
    return {"id": "r", "from_name": control, "type": "labels", "value": {"labels": list(labels)}}


def relation(labels: Any) -> dict[str, Any]:
    return {"from_id": "r", "to_id": "s", "type": "relation", "labels": labels}


def export(folder: Path, *results: dict[str, Any]) -> Path:
    tasks: list[dict[str, Any]] = [
        {
            "id": number,
            "data": {"doc_id": f"d{number}", "body": "نص" * 9, "title": "t", "n": 1},
            "annotations": [],
        }
        for number in (1, 2)
    ]
    tasks[0]["annotations"] = [{"id": 1, "result": list(results)}]
    path = folder / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_names_are_drafted_with_how_often_they_occur(tmp_path: Path, scheme: Scheme) -> None:
    (tmp_path / "page.xml").write_text(PAGE, encoding="utf-8")
    results = [
        *(region("ner", "Person"), region("ner", "Person", "Chief"), region("events", "Attack!")),
        *(relation(["by"]), relation(["by", "at"]), relation([]), relation(None)),
        *({"from_name": "topic", "type": "choices", "value": {"choices": ["war"]}},) * 2,
    ]
    found = drafted(find_exports([export(tmp_path, *results)]), tmp_path / "page.xml", scheme)
    assert (
        found.mapping
        == """\
# What the names of this project mean; false leaves out.
[data]
text = "body"
id = "doc_id"
metadata = { title = "title" }

[labels."ner"]
"Person" = "Person"  # 2
"Chief" = "Chief"  # 1
"Ship" = "Ship"  # 0

[labels."events"]
"Attack!" = "Attack"  # 1

[controls]  # the code of an attribute, or false
"topic" = false  # 2

[roles]  # the code of a role, or false
"by" = "by"  # 2
"" = false  # 2
"at" = "at"  # 1
"near" = "near"  # 0
"""
    )
    assert (
        found.scheme
        == """\
# Made from the labels of a project.
version = "1.0.0"
[entities."Person"]
name = "Person"
[entities."Chief"]
name = "Chief"
[entities."Ship"]
name = "Ship"
[triggers."Attack"]
name = "Attack!"
[roles."by"]
name = "by"
[roles."at"]
name = "at"
[roles."near"]
name = "near"
"""
    )


def test_names_that_the_scheme_knows_need_no_other(tmp_path: Path, scheme: Scheme) -> None:
    results = [region("entity", "PER", "شخص", "gpe"), relation(["المكان", "VICTIM"])]
    found = drafted(find_exports([export(tmp_path, *results)]), None, scheme)
    assert found.scheme is None
    assert (
        """\
"PER" = "PERS"  # 1
"شخص" = "PERS"  # 1
"gpe" = "GPE"  # 1

[roles]  # the code of a role, or false
"المكان" = "PLACE"  # 1
"VICTIM" = false  # 1
"""
        in found.mapping
    )
