"""A project's tasks as raw exports, in pieces: server and client stay flat, a broken one is repeated."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from miyar.errors import DataError, MiyarError
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.reading import read_tasks
from miyar.labelstudio.server.answers import NoAnswerError, repeated
from miyar.labelstudio.server.client import Studio

PIECE = 150  # tasks; their ids stand in the address, for which many proxies allow 4 kB


def downloaded(studio: Studio, project: int, tasks: Sequence[int], part: Path) -> Iterator[Mapping[str, Any]]:
    """Yield tasks with annotations and drafts as the server exports them; `part` holds one piece at a time.

    Tasks that were deleted meanwhile are left out. Raises MiyarError where an export is not what was asked.
    """
    for first in range(0, len(tasks), PIECE):
        piece = tasks[first : first + PIECE]
        repeated(lambda: _download(studio, project, piece, part))  # noqa: B023 - called at once
        yield from (task.value for task in read_tasks(Export(part, "")))
    part.unlink(missing_ok=True)


def _download(studio: Studio, project: int, tasks: Sequence[int], part: Path) -> None:
    """Write the export of some tasks; raises NoAnswerError where it is not whole."""
    studio.export(project, part, tasks)
    try:
        came = [task.value.get("id") for task in read_tasks(Export(part, ""))]
    except DataError as error:
        raise NoAnswerError(f"the download of project {project} broke off") from error
    if not all(isinstance(one, int) for one in came):
        raise MiyarError(f"{studio.url}: exports tasks of project {project} without their ids")
    if len(came) != len(set(came)) or set(came) - set(tasks):
        raise MiyarError(f"{studio.url}: exports other tasks of project {project} than those asked for")
    if missing := set(tasks) - set(came):
        there = {task.id for task in studio.tasks(project, data=False)}
        if missing & there:
            raise NoAnswerError(f"the download of project {project} lacks {len(missing)} tasks")
