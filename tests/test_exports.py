"""Exports: what is one, whose annotations it holds, and which of them count."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miyar.errors import DataError, UsageError
from miyar.labelstudio.exports.export import (
    HOW_TO_EXPORT,
    AnnotatorKey,
    Export,
    ExportedTask,
    pseudonyms,
)
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.reading import read_tasks
from miyar.labelstudio.exports.selection import Selection

TASK = {"id": 1, "data": {"article": "a", "text": "نص"}, "annotations": []}


def made(path: Path, *tasks: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def manifest(folder: Path, value: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps(value), encoding="utf-8")


def task(
    *annotations: Mapping[str, Any], article: str = "a", source: str = "x.json", drafts: int = 0
) -> ExportedTask:
    data, unsent = {"article": article}, [{"id": number} for number in range(drafts)]
    value = {"id": 1, "data": data, "annotations": list(annotations), "drafts": unsent}
    return ExportedTask(Export(Path(source), source), value)


def by(
    user: Any, identity: int = 1, at: str = "2026-11-22T12:00:00.000000Z", skipped: bool = False
) -> dict[str, Any]:
    return {"id": identity, "completed_by": user, "updated_at": at, "was_cancelled": skipped, "result": []}


def chosen_of(*tasks: ExportedTask) -> tuple[list[int], dict[str, int]]:
    selection = Selection()
    for one in tasks:
        selection.offer(one)
    taken = [value["id"] for number, one in enumerate(tasks) for value in selection.counting(one, number)]
    return taken, {reason: count for reason, count in selection.left_out.items() if count}


# what is an export


def test_the_tasks_of_an_export_come_one_by_one_with_their_place(tmp_path: Path) -> None:
    path = made(tmp_path / "export.json", TASK, {**TASK, "id": 2, "extra": 0.5})
    tasks = list(read_tasks(Export(path, "x")))
    assert [one.where for one in tasks] == [f"{path}: task 1 (a)", f"{path}: task 2 (a)"]
    assert tasks[1].value["extra"] == 0.5
    assert tasks[0].data == TASK["data"]


def test_an_export_without_tasks_is_one(tmp_path: Path) -> None:
    assert list(read_tasks(Export(made(tmp_path / "export.json"), "x"))) == []


def test_white_space_before_the_list_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(" \n\t" + json.dumps([TASK]), encoding="utf-8")
    assert len(list(read_tasks(Export(path, "x")))) == 1


CSV = "annotation_id,annotator,article,created_at,entity,id,lead_time,text\n1,2,a,2026,[],1,0.5,نص\n"
JSON_MIN = [{"id": 1, "text": "نص", "article": "a", "entity": [], "annotator": 1, "annotation_id": 1}]
NO_EXPORTS: Mapping[str, tuple[bytes, str]] = {
    "csv": (CSV.encode(), "csv_export"),
    "csv without times": (b"annotation_id,article\n1,a\n", "csv_export"),
    "csv without ids": (b"article,lead_time\na,0.5\n", "csv_export"),
    "csv with a byte order mark": (b"\xef\xbb\xbf" + CSV.encode(), "csv_export"),
    "json_min": (json.dumps(JSON_MIN).encode(), "json_min_export"),
    "one object": (json.dumps({"id": 1, "annotations": []}).encode(), "not_an_export"),
    "half a character": (rb'[{"id": 1, "data": {"text": "\ud83d ....."}, "annotations": []}]', "not_json"),
    "lists without end": (b"[" * 100_000, "not_json"),
    "tasks to import": (json.dumps([{"data": {"text": "x"}}]).encode(), "not_an_export"),
    "predictions": (b'{"article": "a", "spans": []}\n{"article": "b", "spans": []}\n', "not_an_export"),
    "a list of numbers": (b"[1, 2]", "not_an_export"),
    "conll": ("-DOCSTART- -X- O\nمحمد -X- _ B-PERS\n".encode(), "not_json"),
    "nothing": (b"", "not_json"),
    "a text": ("قال محمد".encode(), "not_json"),
    "a zip archive": (b"PK\x03\x04\x14\x00\r\x00\x08\x08\n", "not_json"),
    "truncated in a task": (json.dumps([TASK, TASK]).encode()[:-20], "not_json"),
    "truncated after a task": (json.dumps([TASK]).encode()[:-1] + b",", "not_json"),
    "something behind the list": (json.dumps([TASK]).encode() + b"x", "not_json"),
    "not UTF-8": (b'[{"id": 1, "data": {"text": "\xe9"}, "annotations": []}]', "not_json"),
}


@pytest.mark.parametrize(("content", "code"), NO_EXPORTS.values(), ids=NO_EXPORTS)
def test_what_is_no_export_is_refused_with_the_way_to_get_one(
    tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        list(read_tasks(Export(path, "x")))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert str(path) in str(refused.value)
    assert HOW_TO_EXPORT in str(refused.value)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_refused_and_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as refused:
        list(read_tasks(Export(tmp_path / name, "x")))
    assert [problem.code for problem in refused.value.problems] == ["unreadable"]
    assert HOW_TO_EXPORT in str(refused.value)


def test_an_export_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([TASK]).encode())
    assert len(list(read_tasks(Export(path, "x")))) == 1


def test_a_target_storage_is_named(tmp_path: Path) -> None:
    (tmp_path / "1217").write_text(json.dumps({"id": 1, "result": [], "task": TASK}), encoding="utf-8")
    with pytest.raises(UsageError, match="files of a target storage"):
        find_exports([tmp_path])


@pytest.mark.parametrize("content", ['{"id": 1}', '{"result": []}', '{"task": 1}', '"result" "task"'])
def test_other_files_are_not_taken_for_those_of_a_target_storage(tmp_path: Path, content: str) -> None:
    (tmp_path / "1217").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="no export in this folder"):
        find_exports([tmp_path])


@pytest.mark.parametrize("between", ["\n", "\r\n", " "])
def test_one_task_a_line_is_an_export_too(tmp_path: Path, between: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(between.join([json.dumps(TASK, ensure_ascii=False)] * 3), encoding="utf-8", newline="")
    assert [one.value for one in read_tasks(Export(path, "x"))] == [TASK] * 3


# who annotated


@pytest.mark.parametrize("user", [2, {"id": 2}, {"id": 2, "email": "a@example.com", "first_name": ""}])
def test_an_annotator_is_known_by_the_id_in_whatever_shape(user: Any) -> None:
    assert task().key(by(user)) == AnnotatorKey("x.json", "2")


def test_people_of_whom_only_the_e_mail_is_known_are_not_one() -> None:
    keys = {task().key(by({"email": f"{name}@example.com"})) for name in "ab"}
    assert len(keys) == 2


def test_a_user_id_means_something_only_in_its_file(tmp_path: Path) -> None:
    paths = [made(tmp_path / name, {**TASK, "id": name}) for name in ("one.json", "two.json")]
    assert len({export.source for export in find_exports(paths)}) == 2


def test_on_one_server_a_user_id_is_one_person(tmp_path: Path) -> None:
    paths = [made(tmp_path / name, {**TASK, "id": name}) for name in ("one.json", "two.json")]
    assert len({export.source for export in find_exports(paths, one_server=True)}) == 1


def test_a_manifest_names_the_server_and_the_annotators(tmp_path: Path) -> None:
    manifest(tmp_path, {"server": "studio", "annotators": {"2": "A7"}})
    paths = [made(tmp_path / name, {**TASK, "id": name}) for name in ("one.json", "two.json")]
    assert [(export.source, export.pseudonyms) for export in find_exports(paths)] == [
        ("studio", {"2": "A7"})
    ] * 2


BAD_MANIFESTS: tuple[Any, ...] = (
    *([], {}, "text"),
    {"server": "s"},
    {"annotators": {}},
    {"server": "s", "annotators": [1]},
    {"server": "s", "annotators": {"2": 7}},
    {"server": None, "annotators": {}},
    {"server": "s", "annotators": {"2": "jane@example.org"}},
    {"server": "s", "annotators": {"2": ""}},
    {"server": "s", "annotators": {"2": "\ud800"}},
)


@pytest.mark.parametrize("value", BAD_MANIFESTS)
def test_a_faulty_manifest_is_refused_with_its_shape(tmp_path: Path, value: Any) -> None:
    manifest(tmp_path, value)
    with pytest.raises(DataError, match="annotators") as refused:
        find_exports([made(tmp_path / "export.json", TASK)])
    assert [problem.code for problem in refused.value.problems] == ["bad_manifest"]


@pytest.mark.parametrize("name", ["../other.json", "/etc/passwd", "a\0b", "", ".hidden"])
def test_a_manifest_names_files_of_its_own_folder_only(tmp_path: Path, name: str) -> None:
    manifest(tmp_path, {"server": "s", "annotators": {}, "projects": [{"file": name}]})
    with pytest.raises(DataError, match=r"projects\[0\]\.file"):
        find_exports([made(tmp_path / "export.json", TASK)])


def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"\xff{")
    with pytest.raises(DataError, match="bad_manifest"):
        find_exports([made(tmp_path / "export.json", TASK)])


def test_a_file_given_twice_is_refused_however_it_is_written(tmp_path: Path) -> None:
    path = made(tmp_path / "export.json", TASK)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.json").symlink_to(path)
    for other in (path, tmp_path / "folder" / ".." / "export.json", tmp_path / "link.json"):
        with pytest.raises(UsageError, match=r"export\.json"):
            find_exports([path, other])


def test_a_copy_of_an_export_is_no_second_annotator(tmp_path: Path) -> None:
    paths = [made(tmp_path / name, TASK) for name in ("one.json", "copy.json")]
    with pytest.raises(UsageError, match=r"one\.json and .*copy\.json"):
        find_exports(paths)


@pytest.mark.parametrize(
    "manifests",
    [
        ({"server": "s", "annotators": {"2": "A1"}}, {"server": "t", "annotators": {"3": "A1"}}),
        ({"server": "s", "annotators": {"2": "A1"}}, {"server": "s", "annotators": {"2": "A2"}}),
        ({"server": "s", "annotators": {"2": "A1", "3": "A1"}},),
    ],
)
def test_pseudonyms_that_clash_are_refused(tmp_path: Path, manifests: tuple[Any, ...]) -> None:
    paths = [made(tmp_path / str(n) / "export.json", {**TASK, "id": n}) for n in range(len(manifests))]
    for path, value in zip(paths, manifests, strict=True):
        manifest(path.parent, value)
    with pytest.raises(DataError, match="pseudonym_clash"):
        pseudonyms([], find_exports(paths))


def test_the_sha256_is_the_files(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b"abc")
    [export] = find_exports([path])
    # FIPS 180-2, example B.1
    assert export.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# pseudonyms


def named(exports: list[Export], *keys: tuple[str, str]) -> list[str]:
    names = pseudonyms((AnnotatorKey(*key) for key in keys), exports)
    return [names[AnnotatorKey(*key)] for key in keys]


def test_pseudonyms_follow_the_order_of_files_and_then_of_numbers() -> None:
    exports = [Export(Path("b.json"), "b"), Export(Path("a.json"), "a")]
    keys = (("a", "1"), ("b", "10"), ("b", "9"), ("a", "2"))
    assert named(exports, *keys) == ["A3", "A2", "A1", "A4"]


def test_the_same_user_id_in_two_files_is_two_annotators() -> None:
    exports = [Export(Path("a.json"), "a"), Export(Path("b.json"), "b")]
    assert named(exports, ("a", "1"), ("b", "1")) == ["A1", "A2"]


def test_the_manifests_pseudonym_wins_and_is_given_to_nobody_else() -> None:
    exports = [Export(Path("a.json"), "s", {"5": "A1", "7": "Zaynab"}), Export(Path("b.json"), "b")]
    assert named(exports, ("s", "1"), ("s", "5"), ("s", "7"), ("b", "1")) == ["A2", "A1", "Zaynab", "A3"]


@settings(deadline=None)
@given(
    users=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 30).map(str)), unique=True),
    known=st.dictionaries(st.integers(1, 30).map(str), st.sampled_from(["A1", "A2", "A9", "B"]), max_size=3),
)
def test_everybody_has_one_pseudonym_and_the_order_of_annotations_does_not_matter(
    users: list[tuple[str, str]], known: dict[str, str]
) -> None:
    apart = {name: user for user, name in known.items()}
    exports = [
        Export(Path("a.json"), "a", {user: name for name, user in apart.items()}),
        Export(Path("b.json"), "b"),
    ]
    names = named(exports, *users)
    assert len(set(names)) == len(users)
    assert named(exports, *users[::-1]) == names[::-1]


# which annotation counts


@pytest.mark.parametrize(
    ("annotations", "taken", "left_out"),
    [
        ([by(1, 1)], [1], {}),
        ([by(1, 1), by(2, 2)], [1, 2], {}),
        ([by(1, 1, "2026-01-02"), by(1, 2, "2026-01-01")], [1], {"repeated": 1}),
        ([by(1, 1), by(1, 2)], [2], {"repeated": 1}),
        ([by(1, 2), by(1, 1)], [2], {"repeated": 1}),
        ([by(1, 9), by(1, 10)], [10], {"repeated": 1}),
        ([by(1, 1), by(1, 2), by(1, 3)], [3], {"repeated": 2}),
        ([by(1, 1, skipped=True)], [1], {}),
        ([by(1, 1), by(1, 2, "2027-01-01", skipped=True)], [1], {"skipped_beside_finished": 1}),
        ([by(1, 2, "2027-01-01", skipped=True), by(1, 1)], [1], {"skipped_beside_finished": 1}),
        ([by(1, 1), by({"id": 1, "email": "a@example.com"}, 2)], [2], {"repeated": 1}),
    ],
)
def test_the_latest_finished_annotation_counts(
    annotations: list[dict[str, Any]], taken: list[int], left_out: dict[str, int]
) -> None:
    assert chosen_of(task(*annotations)) == (taken, left_out)


def test_of_two_skipped_annotations_one_counts_and_the_other_is_beside_nothing_finished() -> None:
    taken, left_out = chosen_of(task(by(1, 1, skipped=True), by(1, 2, skipped=True)))
    assert taken == [2]
    assert sum(left_out.values()) == 1
    assert "skipped_beside_finished" not in left_out


def test_the_latest_is_the_latest_also_in_a_whole_second() -> None:
    whole, later = "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.500000Z"
    assert chosen_of(task(by(1, 2, whole), by(1, 1, later)))[0] == [1]


def test_drafts_are_never_used_and_counted() -> None:
    assert chosen_of(task(by(1), drafts=2)) == ([1], {"draft": 2})


def test_one_annotator_has_one_annotation_of_an_article_over_all_tasks_and_files() -> None:
    tasks = [task(by(1, 1)), task(by(1, 2)), task(by(1, 3), article="b"), task(by(1, 4), source="y.json")]
    assert chosen_of(*tasks) == ([2, 3, 4], {"repeated": 1})


def test_an_annotation_that_is_there_twice_counts_once() -> None:
    assert chosen_of(task(by(1, 1)), task(by(1, 1))) == ([1], {"repeated": 1})


OFFERED = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.integers(1, 2), st.sampled_from(["2026-01-01", "2026-01-02"]), st.booleans()
    ),
    max_size=12,
)


@settings(deadline=None)
@given(OFFERED)
def test_every_annotation_is_chosen_or_left_out_for_a_reason(
    offered: list[tuple[str, int, str, bool]],
) -> None:
    values = [
        (article, by(user, number, at, skipped))
        for number, (article, user, at, skipped) in enumerate(offered, 1)
    ]
    taken, left_out = chosen_of(*(task(value, article=article) for article, value in values))
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for article, value in values:
        slot = (article, value["completed_by"])
        best[slot] = max(
            best.get(slot, value),
            value,
            key=lambda v: (not v["was_cancelled"], v["updated_at"], v["id"]),
        )
    assert sorted(taken) == sorted(value["id"] for value in best.values())
    assert len(taken) + sum(left_out.values()) == len(offered)


def test_the_same_project_exported_twice_is_no_second_annotator(tmp_path: Path) -> None:
    annotation = {"id": 1, "completed_by": 2, "result": [], "unique_id": "45a31d46"}
    selection = Selection()
    offered = [
        selection.offer(ExportedTask(export, {**TASK, "annotations": [annotation]}))
        for export in (Export(tmp_path / "a.json", "a"), Export(tmp_path / "b.json", "b"))
    ]
    assert [[problem.code for problem in problems] for problems in offered] == [[], ["annotation_twice"]]


def test_exports_of_the_same_name_in_folders_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    paths = [made(tmp_path / name / "batch" / "e.json", {**TASK, "id": name}) for name in "xy"]
    assert len({export.source for export in find_exports(paths)}) == 2


@pytest.mark.parametrize("user", ["jane@example.org", {"email": "jane@example.org"}, ["jane@example.org"]])
def test_no_address_becomes_a_key(tmp_path: Path, user: Any) -> None:
    key = ExportedTask(Export(tmp_path / "a.json", "a"), TASK).key({"id": 1, "completed_by": user})
    assert "jane" not in key.user


def test_links_out_of_a_batch_are_not_followed(tmp_path: Path) -> None:
    made(tmp_path / "elsewhere.json", TASK)
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "A1.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UsageError, match="links to files outside of the folder that was named"):
        find_exports([folder])
    assert len(find_exports([folder / "A1.json"])) == 1
