"""Batch folders: what a pull may replace, what it takes from earlier ones, what an import asks of them."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from imported import Import
from miyar.article import Article
from miyar.errors import DataError, UsageError
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.tally import PARTIAL
from miyar.labelstudio.server.remote import Project, ServerTask, Setup
from miyar.labelstudio.sync.batch import LOOK_BACK, Since, refuse_other_batch
from miyar.labelstudio.sync.projects import Annotator, Member
from miyar.labelstudio.sync.pull import _owners
from miyar.scheme import Scheme

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def listed(updated: datetime, drafted: bool = False) -> ServerTask:
    return ServerTask(1, {}, updated.isoformat(), 0, drafted)


def batch(folder: Path, **said: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "A1.json").write_text("[]", encoding="utf-8")
    project = {"title": "News A1", "file": "A1.json", "sha256": hashlib.sha256(b"[]").hexdigest()}
    manifest = {"server": "s", "annotators": {}, "since": None, "projects": [project], **said}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        (listed(NOON), True),
        (listed(NOON - LOOK_BACK), True),
        (listed(NOON - LOOK_BACK - timedelta(seconds=1)), False),
        (listed(NOON - timedelta(days=9), drafted=True), True),
    ],
)
def test_what_may_have_changed_since_a_batch_is_wanted(task: ServerTask, wanted: bool) -> None:
    assert Since("1", newest={5: NOON}).wants(task, 5) is wanted


def test_all_of_a_project_that_the_earlier_batch_did_not_have_is_wanted() -> None:
    assert Since("1", newest={5: NOON}).wants(listed(NOON - timedelta(days=900)), 6)
    assert not Since("2026-05-01", NOON).wants(listed(NOON - timedelta(days=900)), 6)


@pytest.mark.parametrize(
    ("known", "owners", "names"),
    [
        ({}, {2: "A1", 3: "A2"}, {2: "A1", 3: "A2"}),
        ({3: "A1"}, {2: "A1", 3: "A2"}, {3: "A1", 2: "A3"}),
        ({2: "A5"}, {2: "A1", 3: "A2"}, {2: "A5", 3: "A2"}),
        ({7: "A2"}, {2: "A1", 3: "A2"}, {7: "A2", 2: "A1", 3: "A3"}),
    ],
)
def test_a_name_of_an_earlier_batch_stays_and_stands_for_one_person(
    known: dict[int, str], owners: dict[int, str], names: dict[int, str]
) -> None:
    setup = Setup("News", "")
    members = [
        Member(Project(n, setup), Annotator(name, account))
        for n, (account, name) in enumerate(owners.items())
    ]
    assert _owners(members, known) == names
    assert len(set(names.values())) == len(names)


def test_only_a_whole_pull_of_the_same_projects_is_replaced(tmp_path: Path) -> None:
    whole = batch(tmp_path / "whole")
    refuse_other_batch(whole, "s", ["News A1", "News A2"], None)
    refuse_other_batch(tmp_path / "new", "s", ["News A1"], Since("2026-05-01", NOON))
    by_hand = batch(tmp_path / "by hand")
    (by_hand / MANIFEST).write_text('{"server": "s", "annotators": {}}', encoding="utf-8")
    for folder, server, titles, since in (
        (whole, "other", ["News A1"], None),
        (whole, "s", ["Other A1"], None),
        (whole, "s", ["News A1"], Since("2026-05-01", NOON)),
        (batch(tmp_path / "part", since="2026-05-01"), "s", ["News A1"], None),
        (by_hand, "s", ["News A1"], None),
    ):
        with pytest.raises(UsageError, match="holds another batch, or a part of one"):
            refuse_other_batch(folder, server, titles, since)


def test_a_batch_of_another_server_says_nothing_about_since_when() -> None:
    with pytest.raises(UsageError, match="was pulled from another server"):
        refuse_other_batch(Path("new"), "s", [], Since("1", newest={}, server="other"))


def test_an_export_that_is_not_what_was_pulled_is_refused(tmp_path: Path) -> None:
    folder = batch(tmp_path / "1")
    assert len(find_exports([folder])) == 1
    (folder / "A1.json").write_text("[ ]", encoding="utf-8")
    with pytest.raises(DataError, match=r"export_changed(.|\n)*restore it, or pull again"):
        find_exports([folder])


def test_an_export_that_is_gone_from_its_batch_is_missed(tmp_path: Path, scheme: Scheme) -> None:
    folder = batch(tmp_path / "1")
    (folder / "A1.json").unlink()
    with pytest.raises(DataError, match="unreadable"):
        list(Import(find_exports([folder]), {}, scheme).annotations())


def test_a_part_of_a_batch_without_what_was_before_it_is_noted(tmp_path: Path, scheme: Scheme) -> None:
    first = batch(tmp_path / "1", asked="2026-05-01T10:00:00+00:00")
    elsewhere = batch(tmp_path / "elsewhere", server="other", asked="2026-05-01T10:00:00+00:00")
    later = batch(tmp_path / "2", asked="2026-05-02T10:00:00+00:00", since="1")
    (later / "A1.json").write_text("[\n]", encoding="utf-8")
    digest = hashlib.sha256(b"[\n]").hexdigest()
    manifest = json.loads((later / MANIFEST).read_text(encoding="utf-8"))
    manifest["projects"][0]["sha256"] = digest
    (later / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    articles = {"a": Article("a", "نص")}
    for folders, count in (([later], 1), ([first, later], 0), ([elsewhere, later], 1)):
        imported = Import(find_exports(folders), articles, scheme)
        assert list(imported.annotations()) == []
        assert imported.notes[PARTIAL] == count
