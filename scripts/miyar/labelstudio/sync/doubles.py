"""Projects that exclude each other, since two pushes made them at once: the one that came first counts.

No server of this kind has a lock. So a push makes its projects, waits until those of others would be seen,
and takes back what came second before anything is sent to it. What a push that was killed in between leaves
is empty, and the next push takes it away.
"""

import time
from collections.abc import Iterable, Sequence

from miyar.errors import MiyarError
from miyar.labelstudio.server.answers import GoneError
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Project, same_setup
from miyar.labelstudio.sync.projects import family_title, owner
from miyar.terminal import say

SETTLED = 1.0  # seconds; a server shows a new project within a small part of one
QUIET, LONGEST_WAIT = 3.0, 200  # seconds between two looks, more than a chunk takes; looks


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
    ids, rivals = {project.id for project in there}, _without_old_quarrels(made, there)
    lost = [project for project in made if project.id not in ids or _before(studio, project, rivals)]
    for project in lost:
        delete_empty(studio, project)
    if lost:
        titles = ", ".join(sorted(project.setup.title for project in lost))
        raise OvertakenError(f"another push came first with {titles}; what this one made is taken back")


def _without_old_quarrels(made: Sequence[Project], there: Sequence[Project]) -> list[Project]:
    """Return the projects but for those of other titles that exclude each other, whatever this push does."""
    own = {project.id for project in made}
    titles = {family_title(project) for project in made}
    others = [project for project in there if project.id not in own and family_title(project) not in titles]
    quarrels = {one.id for one in others if any(one.id != two.id and excluded(one, two) for two in others)}
    return [project for project in there if project.id not in quarrels]


def quiet(studio: Studio, title: str) -> None:
    """Wait until nobody sends to the projects of a title any more: a plan from half a push would differ."""
    before: dict[int, int] | None = None
    for _ in range(LONGEST_WAIT):
        projects = [one for one in studio.projects() if family_title(one) == title]
        now = {one.id: _held(studio, one) for one in projects}
        if now == before:
            return
        before = now
        time.sleep(QUIET)


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
        and not _held(studio, project)
    ]


def _before(studio: Studio, project: Project, there: Iterable[Project]) -> list[Project]:
    """Return what excludes a project and came before it; one that has tasks comes before one without."""
    others = [other for other in there if other.id != project.id and excluded(project, other)]
    rank = _rank(studio, project) if others else ()
    return [other for other in others if _rank(studio, other) < rank]


def delete_empty(studio: Studio, project: Project) -> None:
    """Delete a project in which nothing is; one that is gone, or has got tasks meanwhile, is left alone."""
    try:
        if _held(studio, project):
            return
        studio.delete_project(project.id)
    except GoneError:
        return
    say(f"deleted: project {project.setup.title} ({project.id}), an empty double")


def _rank(studio: Studio, project: Project) -> tuple[bool, int]:
    return not _held(studio, project), project.id


def _held(studio: Studio, project: Project) -> int:
    """Return how many tasks a project holds; one that another push has just taken back holds none."""
    try:
        return len(studio.tasks(project.id, data=False))
    except GoneError:
        return 0
