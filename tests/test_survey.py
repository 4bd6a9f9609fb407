"""What is worth a look in a pull, and since when it is to be: on tasks made by hand."""

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.errors import UsageError
from miyar.labelstudio.server.remote import ServerTask
from miyar.labelstudio.sync.batch import LOOK_BACK, known_pseudonyms, since_when
from miyar.labelstudio.sync.chunks import HEAVIEST, MOST, chunks
from miyar.labelstudio.sync.survey import (
    CHANGED,
    DRAFT_ONLY,
    FOREIGN,
    FOREIGN_DRAFT,
    NEWER_DRAFT,
    TOO_FEW,
    TOO_MANY,
    TWICE,
    TWO_LAYERS,
    Survey,
)
from miyar.report.batch import Progress, render_progress
from miyar.report.format import Format

Value = dict[str, Any]
EARLY, LATE = "2026-05-01T10:00:00Z", "2026-05-01T10:00:00.500000Z"


def annotation(identity: int = 1, **changes: Any) -> Value:
    made = {"id": identity, "completed_by": 3, "updated_by": 3, "updated_at": EARLY, "lead_time": 10.0}
    return {**made, "was_cancelled": False, **changes}


def by_another(identity: int) -> Value:
    return annotation(identity, completed_by=4, updated_by=4)


def of(region: str, control: str) -> Value:
    return {"id": region, "from_name": control}


def drafted(to: int | None, updated: str = LATE) -> Value:
    return {"annotation": to, "updated_at": updated, "user": "amal@example.org"}


def task(*annotations: Value, drafts: list[Value] | None = None, article: str = "a") -> Value:
    data = {"article": article, "scheme": "1.0.0#1", "guidelines": "g"}
    return {"data": data, "annotations": list(annotations), "drafts": drafts or []}


def seen(*tasks: Value, account: int | None = None, wanted: int = 1) -> Survey:
    survey = Survey(account, wanted)
    for one in tasks:
        survey.see(one)
    return survey


def noted(*tasks: Value, account: int | None = None, wanted: int = 1) -> list[str]:
    return sorted(seen(*tasks, account=account, wanted=wanted).notes)


@pytest.mark.parametrize(
    ("value", "notes"),
    [
        (task(annotation()), []),
        (task(annotation(), drafts=[drafted(1, LATE)]), [NEWER_DRAFT]),
        (task(annotation(updated_at=LATE), drafts=[drafted(1, EARLY)]), []),
        (task(annotation(), drafts=[drafted(1, EARLY)]), []),
        (
            task(annotation(updated_at=LATE), drafts=[drafted(1, EARLY), drafted(1, "2026-05-02T00:00:00Z")]),
            [NEWER_DRAFT],
        ),
        (task(annotation(), drafts=[drafted(None, EARLY)]), [DRAFT_ONLY]),
        (task(annotation(), drafts=[drafted(99)]), [DRAFT_ONLY]),
        (task(drafts=[drafted(None)]), [DRAFT_ONLY, TOO_FEW]),
        (task(annotation(), drafts=[drafted(None), drafted(1)]), [DRAFT_ONLY, NEWER_DRAFT]),
        (task(annotation(updated_by=5)), [CHANGED]),
        (task(annotation(updated_by=None)), []),
        (task(annotation(completed_by=None, updated_by=5)), [CHANGED]),
        (task(), [TOO_FEW]),
        (task(annotation(1), by_another(2)), [TOO_MANY]),
        (task(annotation(1), annotation(2)), []),
        (task(annotation(was_cancelled=True)), []),
        (task(annotation(lead_time=None)), []),
        (task(annotation(result=[of("r", "entity"), of("r", "trigger")])), [TWO_LAYERS]),
        (task(annotation(result=[of("r", "entity"), of("s", "trigger"), of("r", "value"), 7])), []),
    ],
)
def test_what_is_worth_a_look_is_noted(value: Value, notes: list[str]) -> None:
    assert noted(value) == sorted(notes)


def test_the_notes_name_the_articles() -> None:
    survey = seen(task(article="a"), task(annotation(), article="b"), task(article="c"))
    assert survey.notes == {TOO_FEW: ["a", "c"]}
    assert survey.missing == ["a", "c"]


def test_schemes_and_guidelines_are_counted() -> None:
    other = task(annotation())
    other["data"] |= {"scheme": "1.1.0#2", "guidelines": "h"}
    survey = seen(task(annotation()), task(annotation(), article="b"), other)
    assert survey.schemes == {"1.0.0#1": 2, "1.1.0#2": 1}
    assert survey.guidelines == {"g": 2, "h": 1}


@pytest.mark.parametrize(("wanted", "notes"), [(1, [TOO_MANY]), (2, []), (3, [TOO_FEW])])
def test_how_many_annotations_are_wanted_is_what_the_project_says(wanted: int, notes: list[str]) -> None:
    assert noted(task(annotation(1), by_another(2)), wanted=wanted) == notes


def test_an_annotation_in_another_annotators_project_is_noted() -> None:
    assert noted(task(annotation(completed_by=3)), account=3) == []
    assert noted(task(annotation(completed_by=4, updated_by=4)), account=3) == [FOREIGN]
    assert noted(task(annotation(completed_by=None, updated_by=None)), account=3) == [FOREIGN]
    assert noted(task(annotation(completed_by=4, updated_by=4)), account=None) == []


def test_a_draft_in_another_annotators_project_is_noted() -> None:
    own, others = ({**drafted(None), "user": user} for user in (3, 4))
    assert noted(task(drafts=[own]), account=3) == sorted([DRAFT_ONLY, TOO_FEW])
    assert noted(task(drafts=[others]), account=3) == sorted([DRAFT_ONLY, FOREIGN_DRAFT, TOO_FEW])
    assert noted(task(drafts=[others]), account=None) == sorted([DRAFT_ONLY, TOO_FEW])


def test_an_article_in_two_tasks_is_noted() -> None:
    assert noted(task(annotation()), task(annotation())) == [TWICE]
    assert noted(task(annotation()), task(annotation(), article="b")) == []


def test_finished_skipped_and_drafts_are_counted() -> None:
    survey = seen(
        task(annotation(lead_time=10), article="a"),
        task(annotation(lead_time=20.5), annotation(2, completed_by=4, lead_time=40), article="b"),
        task(annotation(was_cancelled=True, lead_time=999, updated_at=LATE), article="c"),
        task(drafts=[drafted(None)], article="d"),
    )
    assert (survey.tasks, survey.finished, survey.skipped, survey.drafts) == (4, 3, 1, 1)
    assert survey.missing == ["d"]
    assert survey.users == {3: 3, 4: 1}
    assert survey.seconds_per_article == 20.5
    assert survey.schemes == {"1.0.0#1": 4}
    assert seen().seconds_per_article is None


@pytest.mark.parametrize("value", [{}, {"data": None}, {"data": {}, "annotations": None, "drafts": None}])
def test_a_task_of_somebody_else_is_counted_too(value: Value) -> None:
    survey = seen(value)
    assert (survey.tasks, survey.missing) == (1, ["None"])


def test_a_row_of_the_status_is_one_line_however_long_the_address() -> None:
    email = "somebody.with-a-long-name@newsroom.example.org"
    table = render_progress([Progress("News A1", "A1", email, seen(task(annotation())))], Format.TEXT)
    assert len(table.splitlines()) == 2
    assert email in table


# since when

RIYADH = timezone(timedelta(hours=3))


def batch(folder: Path, value: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(value), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00+03:00", datetime(2026, 5, 1, 10, tzinfo=RIYADH)),
        ("2026-05-01T10:00:00.5+00:00", datetime(2026, 5, 1, 10, 0, 0, 500000, tzinfo=UTC)),
        ("20260501T100000Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1).astimezone()),
        ("2026-05-01T10:00", datetime(2026, 5, 1, 10).astimezone()),
    ],
)
def test_a_date_or_a_moment_is_read_here_where_it_says_nothing_else(since: str, found: datetime) -> None:
    assert since_when(since).moment == found


def test_a_date_is_one_of_the_place_where_the_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Riyadh")
    time.tzset()
    try:
        assert since_when("2026-05-01").moment == datetime(2026, 5, 1, tzinfo=RIYADH)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "01.05.2026", "10:00", ".", "/", "x\0y"])
def test_what_is_no_moment_is_refused(since: str) -> None:
    with pytest.raises(UsageError, match=r"--since.*a date, a moment, or the folder of an earlier pull"):
        since_when(since)


def listed(moment: str, drafted: bool = False) -> ServerTask:
    return ServerTask(1, {}, moment, 0, drafted)


def test_an_earlier_batch_stands_for_the_newest_task_of_each_project(tmp_path: Path) -> None:
    newest = {4: "2026-05-03T00:00:00+00:00", 5: "2026-05-02T23:00:00-03:00"}
    projects = [{"id": number, "newest": moment} for number, moment in newest.items()]
    folder = batch(tmp_path / "1", {"server": "s1", "annotators": {"3": "A1"}, "projects": projects})
    since = since_when(str(folder))
    assert since.newest == {4: datetime(2026, 5, 3, tzinfo=UTC), 5: datetime(2026, 5, 3, 2, tzinfo=UTC)}
    early, late = "2026-05-02T12:00:00Z", "2026-05-03T01:00:00Z"
    assert [since.wants(listed(early), number) for number in (4, 5, 6)] == [False, False, True]
    assert [since.wants(listed(late), number) for number in (4, 5)] == [True, False]
    assert since.wants(listed(early, drafted=True), 4)
    assert since.wants(listed((since.newest[4] - LOOK_BACK).isoformat()), 4)


def test_a_moment_stands_for_all_projects() -> None:
    since = since_when("2026-05-03T00:00:00Z")
    assert since.wants(listed("2026-05-03T00:00:00Z"), 4)
    assert not since.wants(listed("2026-05-02T23:59:59.9Z"), 4)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"projects": []},
        {"server": "s1", "annotators": {}, "projects": [{}]},
        {"projects": [{"newest": "?"}]},
    ],
)
def test_a_folder_that_is_no_earlier_pull_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--since"):
        since_when(str(batch(tmp_path / "1", value)))


# who is who


def test_pseudonyms_are_those_of_the_manifests_beside_the_batch(tmp_path: Path) -> None:
    batch(tmp_path / "1", {"server": "s1", "annotators": {"3": "A1", "4": "A2"}})
    batch(tmp_path / "2", {"server": "s1", "annotators": {"5": "A3"}})
    batch(tmp_path / "other", {"server": "s2", "annotators": {"3": "A7", "9": "A8"}})
    batch(tmp_path / "deeper" / "3", {"server": "s1", "annotators": {"8": "A9"}})
    known = {3: "A1", 4: "A2", 5: "A3"}
    assert known_pseudonyms(tmp_path / "2", "s1", None) == known
    assert known_pseudonyms(tmp_path / "new", "s1", None) == known
    assert known_pseudonyms(tmp_path / "new", "s3", None) == {}


@pytest.mark.parametrize(
    "value",
    [
        [],
        1,
        {},
        {"server": "s1"},
        {"server": "s1", "annotators": {"x": "A1"}},
        {"server": "s1", "annotators": []},
    ],
)
def test_a_manifest_of_another_kind_is_passed_over(value: object, tmp_path: Path) -> None:
    batch(tmp_path / "1", value)
    batch(tmp_path / "2", {"server": "s1", "annotators": {"5": "A3"}})
    assert known_pseudonyms(tmp_path / "new", "s1", None) == {5: "A3"}


def test_the_folder_of_a_batch_may_be_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(tmp_path / "1", {"server": "s1", "annotators": {"5": "A3"}})
    monkeypatch.chdir(tmp_path / "1")
    assert known_pseudonyms(Path(), "s1", None) == {5: "A3"}


# in pieces


@given(st.lists(st.integers(0, 9_000_000), max_size=60))
def test_pieces_are_whole_in_order_and_bounded(weights: list[int]) -> None:
    pieces = list(chunks(weights, lambda weight: weight))
    assert [weight for piece in pieces for weight in piece] == weights
    assert all(piece and (sum(piece) <= HEAVIEST or len(piece) == 1) for piece in pieces)
    for one, other in pairwise(pieces):
        assert sum(one) + other[0] > HEAVIEST


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (MOST, [MOST]), (2 * MOST + 1, [MOST, MOST, 1])])
def test_pieces_have_at_most_so_many(count: int, sizes: list[int]) -> None:
    assert [len(piece) for piece in chunks(range(count), lambda _: 0)] == sizes
