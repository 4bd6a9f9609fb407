"""Of several pulls the latest counts, also where it shows that something was deleted."""

import json
from pathlib import Path
from typing import Any

import pytest

from miyar.errors import UsageError
from miyar.labelstudio.exportfile import read_tasks
from miyar.labelstudio.exports import find_exports
from miyar.labelstudio.manifest import MANIFEST
from miyar.labelstudio.selection import Selection


def annotation(identity: int, updated: str = "2026-11-20T10:00:00Z") -> dict[str, Any]:
    return {"id": identity, "completed_by": 2, "result": [], "updated_at": updated}


def batch(folder: Path, pulled: str, annotations: list[dict[str, Any]], article: str = "a") -> Path:
    folder.mkdir()
    task = {"id": 1, "project": 5, "data": {"article": article}, "annotations": annotations}
    (folder / "A1.json").write_text(json.dumps([task]), encoding="utf-8")
    manifest = {"server": "s", "annotators": {"2": "A1"}, "pulled": pulled}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def chosen(*folders: Path) -> tuple[list[int], Selection]:
    """Return the ids of the annotations that count, as an import chooses them in two passes."""
    exports, selection = find_exports(folders), Selection()
    for task in (task for export in exports for task in read_tasks(export)):
        assert selection.offer(task) == []
    taken = [
        value["id"]
        for export in exports
        for task in read_tasks(export)
        for value in task.annotations
        if selection.take(task, value)
    ]
    return taken, selection


def test_a_later_pull_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    first = batch(tmp_path / "1", "2026-11-20T12:00:00+00:00", [annotation(1)])
    second = batch(tmp_path / "2", "2026-11-21T12:00:00+00:00", [annotation(2)])
    for order in ((first, second), (second, first)):
        taken, selection = chosen(*order)
        assert taken == [2]
        assert selection.left_out["pulled_again_later"] == 1


def test_an_annotation_deleted_before_the_later_pull_does_not_come_back(tmp_path: Path) -> None:
    first = batch(tmp_path / "1", "2026-11-20T12:00:00+00:00", [annotation(1)])
    second = batch(tmp_path / "2", "2026-11-21T12:00:00+00:00", [])
    assert chosen(first, second)[0] == []


def test_what_a_later_pull_does_not_show_is_kept(tmp_path: Path) -> None:
    first = batch(tmp_path / "1", "2026-11-20T12:00:00+00:00", [annotation(1)])
    second = batch(tmp_path / "2", "2026-11-21T12:00:00+00:00", [annotation(2)], article="b")
    assert sorted(chosen(first, second)[0]) == [1, 2]


def test_a_folder_stands_for_the_exports_in_it(tmp_path: Path) -> None:
    folder = batch(tmp_path / "1", "2026-11-20T12:00:00+00:00", [annotation(1)])
    (folder / ".annotators.json").write_text("{}", encoding="utf-8")
    assert [export.path for export in find_exports([folder])] == [folder / "A1.json"]


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no export in this folder"):
        find_exports([tmp_path])


def test_two_pulls_that_brought_the_same_are_no_copies(tmp_path: Path) -> None:
    first = batch(tmp_path / "1", "2026-11-20T12:00:00+00:00", [annotation(1)])
    second = batch(tmp_path / "2", "2026-11-21T12:00:00+00:00", [annotation(1)])
    assert chosen(first, second)[0] == [1]
    copy = batch(tmp_path / "copy", "2026-11-21T12:00:00+00:00", [annotation(1)])
    with pytest.raises(UsageError, match="given twice"):
        find_exports([second, copy])
