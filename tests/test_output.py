import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from miyar.errors import MiyarError, UsageError
from miyar.output import private_file, refuse_overlap, write_json, write_json_lines, written, written_folder

MARK = "mark.txt"
# permission bits do not bind root, but nobody makes files here
UNWRITABLE = Path("/proc/miyar/out")


def fill(folder: Path, content: str) -> None:
    with written_folder(folder, MARK) as part:
        (part / MARK).write_text(content, encoding="utf-8")


def break_off(path: Path, error: Exception) -> None:
    with written(path) as file:
        file.write("half")
        raise error


def break_off_folder(folder: Path) -> None:
    with written_folder(folder, MARK) as part:
        (part / MARK).write_text("half", encoding="utf-8")
        raise ZeroDivisionError


def test_a_file_has_what_was_written_and_the_usual_mode(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    path = tmp_path / "new" / "a.txt"
    with written(path) as file:
        file.write("سطر\nآخر\n")
        assert not path.exists()
    assert path.read_bytes() == "سطر\nآخر\n".encode()
    assert path.stat().st_mode == usual.stat().st_mode
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        break_off(path, ZeroDivisionError())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_raises_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    fill(folder, "old")
    with pytest.raises(ZeroDivisionError):
        break_off_folder(folder)
    assert (folder / MARK).read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_an_earlier_run_made_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    fill(folder, "old")
    (folder / "left over").touch()
    fill(folder, "new")
    assert [path.name for path in folder.iterdir()] == [MARK]
    assert (folder / MARK).read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", "new")
    assert (tmp_path / "out" / MARK).is_file()


def test_a_foreign_folder_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("ten years", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{tmp_path}: exists.*holds no {MARK}.*-o"):
        fill(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists"):
        fill(tmp_path / "out", "new")


def test_a_link_to_a_folder_is_followed_or_refused_but_leaves_no_litter(tmp_path: Path) -> None:
    fill(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to("real")
    try:
        fill(tmp_path / "link", "new")
    except MiyarError:
        assert (tmp_path / "link" / MARK).read_text(encoding="utf-8") == "old"
    else:
        assert (tmp_path / "link" / MARK).read_text(encoding="utf-8") == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"real", "link"}


@pytest.mark.parametrize(
    "opened",
    [written, private_file, lambda path: written_folder(path, MARK)],
    ids=["written", "private_file", "written_folder"],
)
def test_a_place_that_cannot_be_written_to_is_named(
    opened: Callable[[Path], AbstractContextManager[Any]],
) -> None:
    message = f"{UNWRITABLE}: cannot be written: .*choose a folder"
    with pytest.raises(MiyarError, match=message), opened(UNWRITABLE):
        pytest.fail("the block must not begin")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(MiyarError, match=r"a\.txt: is not a file and cannot be replaced"):
        write_json(tmp_path / "a.txt", {})
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(MiyarError, match=r"a\.txt: cannot be written: .*free some room"):
        break_off(tmp_path / "a.txt", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert list(tmp_path.iterdir()) == []


def test_a_private_file_is_its_owners_alone_even_where_others_could_read_it_before(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old and longer", encoding="utf-8")
    path.chmod(0o666)
    with private_file(path) as file:
        file.write("new")
        [part] = tmp_path.glob(".token.*")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == "new"


def test_an_output_never_takes_the_place_of_an_input(tmp_path: Path) -> None:
    articles, export, dataset = tmp_path / "articles", tmp_path / "batch" / "a.json", tmp_path / "ds"
    articles.mkdir()
    for inputs, outputs in (
        ([export], (export,)),  # the same file
        ([export], (export.parent,)),  # a folder around it, which would be replaced
        ([articles], (articles,)),
        ([articles], (articles / "metadata.jsonl",)),  # would be read as a part of it
        ([None], (dataset, dataset / "bad.jsonl")),  # one output within another
    ):
        with pytest.raises(UsageError, match="would overwrite"):
            refuse_overlap(inputs, *outputs)
    refuse_overlap([articles, export, None], dataset, tmp_path / "bad.jsonl", None)
    refuse_overlap([articles], articles / "tasks.json", tmp_path / "bad.jsonl")
    refuse_overlap([tmp_path], dataset, tmp_path / "bad.jsonl")


def test_a_device_is_not_replaced_and_a_link_is_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is not a file"):
        write_json(tmp_path / "pipe", {})
    (tmp_path / "goal.json").write_text("old", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(tmp_path / "goal.json")
    write_json(tmp_path / "link.json", [])
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "goal.json").read_text(encoding="utf-8") == "[]\n"


def test_json_is_readable_and_keeps_its_arabic(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "ألماز"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "name": "ألماز"\n}\n'


def test_json_lines_have_one_value_each_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert write_json_lines(path, ({"n": n, "text": "سطر\nآخر"} for n in range(2))) == 2
    assert path.read_text(encoding="utf-8").splitlines() == [
        '{"n": 0, "text": "سطر\\nآخر"}',
        '{"n": 1, "text": "سطر\\nآخر"}',
    ]


def test_what_json_cannot_say_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json_lines(tmp_path / "a.jsonl", [{"n": 1}, {"n": float("nan")}])
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, sys, pathlib
sys.path.insert(0, sys.argv[1])
from miyar.output import written, written_folder
with written_folder(pathlib.Path(sys.argv[2]) / "out", "mark.txt") as part:
    with (part / "export.json").open("w") as file, written(pathlib.Path(sys.argv[2]) / "a.txt") as other:
        print("half", file=file, flush=True)
        print("half", file=other, flush=True)
        print(part.stat().st_mode & 0o77, (part / ".gitignore").read_text().strip())
        sys.stdout.flush()
        os.kill(os.getpid(), 9)
"""


def test_what_a_killed_run_leaves_is_private_ignored_and_taken_away_by_the_next(tmp_path: Path) -> None:
    scripts = str(Path(__file__).parents[1] / "scripts")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, scripts, str(tmp_path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (-9, "0 *\n")
    assert len(list(tmp_path.iterdir())) == 2
    fill(tmp_path / "out", "new")
    write_json(tmp_path / "a.txt", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MARK]


def test_what_another_run_is_making_stays(tmp_path: Path) -> None:
    with written_folder(tmp_path / "out", MARK) as part, written(tmp_path / "a.txt") as file:
        fill(tmp_path / "out", "the quicker one")
        write_json(tmp_path / "a.txt", 1)
        file.write("later")
        (part / MARK).write_text("later", encoding="utf-8")
    assert (tmp_path / "out" / MARK).read_text(encoding="utf-8") == "later"
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "later"


def test_a_folder_that_was_taken_away_before_the_new_one_came_is_put_back(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    (tmp_path / "out").replace(tmp_path / ".out.1.old")
    with pytest.raises(ZeroDivisionError):
        break_off_folder(tmp_path / "out")
    assert (tmp_path / "out" / MARK).read_text(encoding="utf-8") == "old"


def test_a_folder_may_have_its_own_ignored_files(tmp_path: Path) -> None:
    with written_folder(tmp_path / "out", MARK) as part:
        (part / ".gitignore").write_text("own\n", encoding="utf-8")
    assert (tmp_path / "out" / ".gitignore").read_text(encoding="utf-8") == "own\n"
