"""Projects that exclude each other, since two pushes made them at once: the one that came first counts.

No server of this kind has a lock. So a push makes its projects, waits until those of others would be seen,
and takes back what came second before anything is sent to it. What a push that was killed in between leaves
is empty, and the next push takes it away.
"""

import time
from collections.abc import Iterable, Sequence

from miyar.errors import MiyarError
from miyar.labelstudio.answers import GoneError
from miyar.labelstudio.client import Studio
from miyar.labelstudio.interface import same_setup
from miyar.labelstudio.projects import family_title, owner
from miyar.labelstudio.remote import Project
from miyar.terminal import say

SETTLED = 1.0  # seconds; a server shows a new project within a small part of one


class OvertakenError(MiyarError):
    """Another push was first with what this one made, or took away what it went by: it has to plan again."""


def excluded(one: Project, other: Project) -> bool:
    """Return whether there is room for one of two projects only.

    Two of one title, an annotator's and a shared one under one title, one name of two people or two names
    of one.
    """
    whose, others = owner(one), owner(other)
    if family_title(one) == family_title(other) and (whose is None or others is None or whose == others):
        return True
    if whose is None or others is None:
        return False
    return (whose.name == others.name) != (whose.account == others.account)


def settle(studio: Studio, made: Sequence[Project]) -> None:
    """Wait until the projects just made are alone; raises OvertakenError where others came first.

    What came second is deleted: nothing has been sent to it.
    """
    if not made:
        return
    time.sleep(SETTLED)
    there = studio.projects()
    ids = {project.id for project in there}
    lost = [project for project in made if project.id not in ids or _before(studio, project, there)]
    for project in lost:
        delete_empty(studio, project)
    if lost:
        titles = ", ".join(sorted(project.setup.title for project in lost))
        raise OvertakenError(f"another push came first with {titles}; what this one made is taken back")


def leftovers(studio: Studio, projects: Sequence[Project], title: str) -> list[Project]:
    """Return the empty projects under a title that a push which was killed could not take back.

    One that somebody may have made by hand is left alone: a shared project that is set up otherwise.
    """

    def ours(project: Project, first: Project) -> bool:
        both = owner(project) and owner(first)
        return bool(both) or same_setup(project.setup, first.setup)

    return [
        project
        for project in projects
        if family_title(project) == title
        and any(ours(project, first) for first in _before(studio, project, projects))
        and not _holds_tasks(studio, project)
    ]


def _before(studio: Studio, project: Project, there: Iterable[Project]) -> list[Project]:
    """Return what excludes a project and came before it; one that has tasks comes before one without."""
    others = [other for other in there if other.id != project.id and excluded(project, other)]
    rank = _rank(studio, project) if others else ()
    return [other for other in others if _rank(studio, other) < rank]


def delete_empty(studio: Studio, project: Project) -> None:
    """Delete a project in which nothing is; one that is gone, or has got tasks meanwhile, is left alone."""
    try:
        if _holds_tasks(studio, project):
            return
        studio.delete_project(project.id)
    except GoneError:
        return
    say(f"deleted: project {project.setup.title} ({project.id}), an empty double")


def _rank(studio: Studio, project: Project) -> tuple[bool, int]:
    return not _holds_tasks(studio, project), project.id


def _holds_tasks(studio: Studio, project: Project) -> bool:
    """Return whether a project holds tasks; one that another push has just taken back holds none."""
    try:
        return bool(studio.tasks(project.id, data=False))
    except GoneError:
        return False
