"""Files and folders that appear whole or not at all.

Everything is written to a temporary name beside its goal and renamed at the end, so a stopped run
leaves no half file, and a repeated run replaces what the first one made.
"""

import errno
import fcntl
import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from miyar.errors import MiyarError, UsageError

EVERYTHING = "*\n"  # ignored by git


@contextmanager
def written(path: Path, mode: int | None = None) -> Iterator[IO[str]]:
    """Open a UTF-8 text file that gets its name only when the block ends without an error.

    Its permissions are `mode`, or what the umask leaves.

    Raises MiyarError where the folder cannot be written to.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is not a file and cannot be replaced by one; choose another place")
    path = path.resolve()  # a link keeps pointing at the file
    with _named_failure(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _take_leftovers_away(path)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with _named_full_disk(path), os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
        part.chmod(0o666 & ~_umask() if mode is None else mode)
        with _named_failure(path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def written_folder(folder: Path, mark: str) -> Iterator[Path]:
    """Give a new empty folder that takes the place of `folder` when the block ends without an error.

    `mark` is the name of a file that the block writes: an existing folder is replaced only if it holds
    that file, that is, if an earlier run made it. Raises UsageError for any other folder with content.
    """
    refuse_foreign(folder, mark)
    folder = folder.resolve()  # a link keeps pointing at the folder
    with _named_failure(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _take_leftovers_away(folder)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part"))
    held = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        ignore = (
            part / ".gitignore"
        )  # what is half made may hold addresses, and lies beside what is committed
        ignore.write_text(EVERYTHING, encoding="utf-8")
        with _named_full_disk(folder):
            yield part
        if ignore.read_text(encoding="utf-8") == EVERYTHING:
            ignore.unlink()
        part.chmod(0o777 & ~_umask())
        with _named_failure(folder):
            _swap(part, folder)
    finally:
        os.close(held)
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def private_file(path: Path) -> Iterator[IO[str]]:
    """Open a UTF-8 text file that only its owner may read, from its first byte on, and that appears whole."""
    with written(path, mode=0o600) as file:
        yield file


def write_json(path: Path, value: Any) -> None:
    """Write a value as readable JSON."""
    with written(path) as file:
        json.dump(value, file, ensure_ascii=False, indent=2, allow_nan=False)
        file.write("\n")


def write_json_lines(path: Path, values: Iterable[Any]) -> int:
    """Write one compact JSON value per line and return how many there were."""
    count = 0
    with written(path) as file:
        for value in values:
            file.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
    return count


def add_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write new files into a folder, which may hold others: all of them, or none.

    Raises UsageError, which names them all, where something lies in their places.
    """
    in_the_way = {path for name in texts for path in _in_the_way(folder, folder / name)}
    if in_the_way:
        raise UsageError(
            f"{folder}: would replace what lies there: {', '.join(map(str, sorted(in_the_way)))}; "
            "choose another folder, or move these away; nothing was written"
        )
    if not folder.exists():
        with written_folder(folder, mark=next(iter(texts))) as part:
            _write_all(part, texts)
        return
    made = {path for name in texts for path in _below(folder, folder / name) if not path.exists()}
    try:
        _write_all(folder, texts)
    except BaseException:
        for path in sorted(made, reverse=True):  # what is inside of a folder comes before it
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _in_the_way(folder: Path, goal: Path) -> Iterator[Path]:
    """Yield the goal if there is something, and what should be a folder around it and is none."""
    if os.path.lexists(goal):
        yield goal
    around = [folder, *(path for path in _below(folder, goal) if path != goal)]
    yield from (path for path in around if os.path.lexists(path) and not path.is_dir())


def _below(folder: Path, goal: Path) -> list[Path]:
    """Return the goal and the folders between."""
    return [path for path in (goal, *goal.parents) if folder in path.parents]


def _write_all(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        with written(folder / name) as file:
            file.write(text)


READ_FROM_FOLDERS = frozenset(
    {"metadata.jsonl", "predictions.jsonl", "release.toml", "annotations.jsonl", "labels.toml", "import.json"}
)


def refuse_overlap(inputs: Iterable[Path | None], *outputs: Path | None) -> None:
    """Raise UsageError where an output would take the place of an input or of another output."""
    sources = [path for path in inputs if path]
    for output in filter(None, outputs):
        others = [*sources, *(other for other in outputs if other and other is not output)]
        for other in others:
            if _destroys(output.resolve(), other.resolve()):
                raise UsageError(f"{output}: would overwrite {other} or a part of it; choose another place")


def _destroys(output: Path, other: Path) -> bool:
    """Return whether the output is the other, is a folder around it, or would be read as a part of it."""
    read_as_part = output.parent == other and (output.suffix == ".txt" or output.name in READ_FROM_FOLDERS)
    return output == other or output in other.parents or read_as_part


def leads_outside(file: Path, folder: Path) -> bool:
    """Return whether a file of a folder is a link to something outside of it."""
    return file.is_symlink() and not file.resolve().is_relative_to(folder.resolve())


def refuse_foreign(folder: Path, mark: str) -> None:
    """Raise UsageError for a folder with content that an earlier run of the same command did not make."""
    if not folder.exists() or (folder.is_dir() and ((folder / mark).exists() or not any(folder.iterdir()))):
        return
    raise UsageError(
        f"{folder}: exists and was not made by this command (it holds no {mark}); "
        "give an empty or a new folder with -o"
    )


def in_place_of_earlier(folder: Path, mark: str) -> str:
    """Return what to say of a folder that takes the place of one of an earlier run; else nothing."""
    return " (in place of an earlier one)" if (folder / mark).exists() else ""


def _take_leftovers_away(goal: Path) -> None:
    """Remove what killed runs left beside a goal; a run that goes on holds a lock on what it makes."""
    old = sorted(goal.parent.glob(f".{glob.escape(goal.name)}.*.old"))
    if old and not goal.exists():  # killed between taking the old folder away and putting the new one there
        old.pop().replace(goal)
    for part in [*old, *goal.parent.glob(f".{glob.escape(goal.name)}.*.part")]:
        with suppress(OSError):
            descriptor = os.open(part, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(part) if part.is_dir() else part.unlink()
            finally:
                os.close(descriptor)


def _swap(part: Path, folder: Path) -> None:
    """Put `part` in the place of `folder`; the old content goes only when the new one stands."""
    if not folder.exists():
        part.replace(folder)
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".old"))
    folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _named_full_disk(path: Path) -> Iterator[None]:
    """Name the file for want of room alone: any other error of the block is about something else."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        with _named_failure(path):
            raise


@contextmanager
def _named_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MiyarError(
            f"{path}: cannot be written: {error.strerror or error}; "
            "choose a folder that you may write to, or free some room"
        ) from error
