"""Of several pulls the latest by its server's time counts, also where it shows that something was deleted."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.errors import UsageError
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.reading import read_tasks
from miyar.labelstudio.exports.selection import Selection, moment
from miyar.report.imported import ahead_of_time

PULLED = "2026-11-23T00:00:00+00:00"


def annotation(identity: int, updated: str = "2026-11-20T10:00:00Z") -> dict[str, Any]:
    return {"id": identity, "completed_by": 2, "result": [], "updated_at": updated}


def batch(folder: Path, asked: str, annotations: list[dict[str, Any]], article: str = "a") -> Path:
    folder.mkdir()
    task = {"id": 1, "project": 5, "data": {"article": article}, "annotations": annotations}
    (folder / "A1.json").write_text(json.dumps([task]), encoding="utf-8")
    manifest = {"server": "s", "annotators": {"2": "A1"}, "asked": asked, "pulled": PULLED}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def chosen(*folders: Path) -> tuple[list[int], Selection]:
    """Return the ids of the annotations that count, as an import chooses them in two passes."""
    exports, selection = find_exports(folders), Selection()
    for task in (task for export in exports for task in read_tasks(export)):
        assert selection.offer(task) == []
    again = (task for export in exports for task in read_tasks(export))
    taken = [value["id"] for number, task in enumerate(again) for value in selection.counting(task, number)]
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


def test_what_no_pull_made_is_neither_earlier_nor_later(tmp_path: Path) -> None:
    later = batch(tmp_path / "1", "2026-11-21T12:00:00+00:00", [annotation(1)])
    by_hand = batch(tmp_path / "2", "", [annotation(2)])
    (by_hand / MANIFEST).write_text('{"server": "s", "annotators": {"2": "A1"}}', encoding="utf-8")
    taken, selection = chosen(later, by_hand)
    assert taken == [2]
    assert selection.left_out - Counter() == {"repeated": 1}


def test_two_files_of_one_pull_are_of_one_moment(tmp_path: Path) -> None:
    one = batch(tmp_path / "1", "2026-11-21T12:00:00+00:00", [annotation(1)])
    other = {"id": 2, "project": 5, "data": {"article": "a"}, "annotations": [annotation(2)]}
    (one / "A2.json").write_text(json.dumps([other]), encoding="utf-8")
    taken, selection = chosen(one)
    assert taken == [2]
    assert selection.left_out - Counter() == {"repeated": 1}


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


def at(seconds: int) -> str:
    return (datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()


class Server(NamedTuple):
    """What a server went through: its annotations after each second, and the pulls, with their clocks."""

    states: Sequence[Mapping[int, int]]
    pulls: Sequence[tuple[int, int]]


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """Draw a history: an annotation is made or changed, or deleted, each second; pulls have skewed clocks."""
    states: list[Mapping[int, int]] = [{}]
    for now in range(1, draw(st.integers(2, 8))):
        identity = draw(st.integers(1, 3))
        others = {one: when for one, when in states[-1].items() if one != identity}
        deleted = identity in states[-1] and draw(st.booleans())
        states.append(others if deleted else others | {identity: now})
    when = st.lists(st.integers(0, len(states) - 1), min_size=2, max_size=4, unique=True)
    return Server(states, [(now, draw(st.integers(-900, 900))) for now in draw(when)])


def pulled(server: Server, folder: Path, told: bool) -> list[Path]:
    """Write the batches of a history, of servers that tell their time or of those that do not."""
    folders = []
    for number, (now, skew) in enumerate(server.pulls):
        made = [
            {**annotation(one, at(when)), "completed_by": one} for one, when in server.states[now].items()
        ]
        path = batch(folder / str(number), at(now), made)
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8")) | {"pulled": at(now + skew)}
        manifest |= {"asked": at(now) if told else None}
        (path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        folders.append(path)
    return folders


@given(servers(), st.booleans())
def test_a_skewed_clock_of_a_client_decides_nothing(server: Server, told: bool) -> None:
    with TemporaryDirectory() as name:
        folders = pulled(server, Path(name), told)
        exports, selection = find_exports(folders), Selection()
        tasks = [task for export in exports for task in read_tasks(export)]
        refused = [problem for task in tasks for problem in selection.offer(task)]
    kept = {int(slot.annotator.user): one.rank.updated for slot, one in selection.chosen.items()}
    latest = server.states[max(now for now, _ in server.pulls)]
    if told:
        assert not refused
        assert kept == {one: moment(at(when)) for one, when in latest.items()}
    elif not refused:  # what was not deleted is never replaced by what was before it
        shown = [(one["id"], moment(one["updated_at"])) for task in tasks for one in task.annotations]
        assert all(kept.get(one, when) >= when for one, when in shown)


def test_the_order_of_batches_is_the_servers_not_the_clients(tmp_path: Path) -> None:
    first = batch(tmp_path / "1", at(100), [annotation(1, at(50))])
    second = batch(tmp_path / "2", at(200), [annotation(1, at(150))])
    ahead = json.loads((first / MANIFEST).read_text(encoding="utf-8")) | {"pulled": at(9999)}
    (first / MANIFEST).write_text(json.dumps(ahead), encoding="utf-8")
    for order in ((first, second), (second, first)):
        assert [export.path.parent for export in find_exports(order)] == [second, first]
        _, selection = chosen(*order)
        assert selection.left_out["pulled_again_later"] == 1


@pytest.mark.parametrize(
    ("asked", "earlier", "later"),
    [
        ((100, 100), [annotation(1, at(50))], [annotation(2, at(60))]),
        ((100, 200), [annotation(1, at(150))], [annotation(1, at(120))]),
        ((100, 200), [annotation(1, at(250))], []),
    ],
)
def test_batches_whose_order_cannot_be_told_are_refused(
    tmp_path: Path, asked: tuple[int, int], earlier: list[Any], later: list[Any]
) -> None:
    first = batch(tmp_path / "1", at(asked[0]), earlier)
    second = batch(tmp_path / "2", at(asked[1]), later)
    for order in ((first, second), (second, first)):
        selection = Selection()
        tasks = [task for export in find_exports(order) for task in read_tasks(export)]
        assert [p.code for task in tasks for p in selection.offer(task)] == ["batches_without_order"]


NOON = "2026-05-01T12:00:00"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"asked": f"{NOON}Z"}, "2026-05-01T12:00:00.000000+00:00"),
        ({"asked": f"{NOON}Z", "newest": f"{NOON}.5Z"}, "2026-05-01T12:00:00.500000+00:00"),
        ({"asked": f"{NOON}Z", "newest": f"{NOON}.5+03:00"}, "2026-05-01T12:00:00.000000+00:00"),
        ({"pulled": PULLED, "newest": "2026-05-01T15:00:00.5+03:00"}, "2026-05-01T12:00:00.500000+00:00"),
        ({"pulled": PULLED}, "2026-05-01T12:00:02.000000+00:00"),
        ({"pulled": PULLED, "task": f"{NOON}.75Z"}, "2026-05-01T12:00:02.000000+00:00"),
        ({"pulled": PULLED, "task": "2026-05-01T12:00:03Z"}, "2026-05-01T12:00:03.000000+00:00"),
        ({}, ""),
    ],
)
def test_the_moment_of_a_batch_is_the_latest_that_its_server_knew_of(
    tmp_path: Path, said: dict[str, str], expected: str
) -> None:
    """Nothing but a change that a file shows is known of a batch by an earlier miyar, which did not ask."""
    task: dict[str, Any] = {"id": 1, "data": {}, "updated_at": said.get("task")}
    task |= {"annotations": [annotation(1, "2026-05-01T12:00:02Z")]}
    (tmp_path / "A1.json").write_text(json.dumps([task]), encoding="utf-8")
    projects = [{"file": "A1.json", "newest": said.get("newest")}, {"file": "A2.json", "newest": at(0)}]
    told = {"asked": said.get("asked"), "pulled": said.get("pulled"), "projects": projects}
    manifest = {"server": "s", "annotators": {"2": "A1"}, **told}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    [export] = find_exports([tmp_path / "A1.json"])
    assert export.as_of == expected


def test_a_batch_of_the_future_is_named(tmp_path: Path) -> None:
    [now] = find_exports([batch(tmp_path / "1", at(100), [annotation(1)])])
    assert list(ahead_of_time(now)) == []
    future = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    [ahead] = find_exports([batch(tmp_path / "2", future, [annotation(1)])])
    [said] = ahead_of_time(ahead)
    assert "of the future by the clock of its server" in said
