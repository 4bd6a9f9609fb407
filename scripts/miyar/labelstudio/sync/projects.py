"""The projects that hold one set of articles: one for all, or one per annotator, known by its description.

On the free server every user sees and may change everything, so blind annotators get projects of their
own. Which project is whose stands in its description on the server: nothing has to be kept elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from miyar.errors import MiyarError, UsageError, quoted
from miyar.labelstudio.server.remote import Project

SHORTEST_TITLE, LONGEST_TITLE = 3, 50
_DESCRIPTION = re.compile(
    r"miyar: (?P<title>.+), annotator (?P<name>A[1-9][0-9]*), account (?P<account>[0-9]+)"
)


class Annotator(NamedTuple):
    """Who a project belongs to: a pseudonym, and the account on this server, None where it is to be made."""

    name: str
    account: int | None
    email: str = ""


class Member(NamedTuple):
    """A project of a family; a project for all has no annotator."""

    project: Project
    annotator: Annotator | None


def checked_title(title: str, annotated: bool = False) -> str:
    """Return a title that the server will take, with room for the annotators' names if there are any."""
    longest = LONGEST_TITLE - (len(" A999") if annotated else 0)
    if not SHORTEST_TITLE <= len(title) <= longest or not title.isprintable() or title != title.strip():
        raise UsageError(
            f"--project {quoted(title)}: give a title of {SHORTEST_TITLE} to {longest} characters"
        )
    return title


def project_title(title: str, name: str) -> str:
    """Return the title of an annotator's own project."""
    return f"{title} {name}"


def description(title: str, annotator: Annotator) -> str:
    """Return the description by which an annotator's project is known."""
    return f"miyar: {title}, annotator {annotator.name}, account {annotator.account}"


def family(projects: Iterable[Project], title: str) -> tuple[Member, ...]:
    """Return the projects with this title, or the annotators' projects under it, in their order.

    Raises MiyarError where it is not clear which projects are meant.
    """
    projects = list(projects)
    shared = [Member(p, None) for p in projects if p.setup.title == title and not owner(p)]
    own = [Member(p, owner(p)) for p in projects if owner(p) and family_title(p) == title]
    names = [member.annotator.name for member in own if member.annotator]
    _refuse_unmarked(projects, title)
    if len(shared) > 1 or len(set(names)) != len(names) or (shared and own):
        found = ", ".join(
            f"{member.project.setup.title!r} ({member.project.id})" for member in [*shared, *own]
        )
        raise MiyarError(
            f"--project {quoted(title)}: several projects could be meant: {found}; "
            "rename or delete one of them in Label Studio"
        )
    return tuple(shared or sorted(own, key=lambda member: (len(_name(member)), _name(member))))


def _refuse_unmarked(projects: Iterable[Project], title: str) -> None:
    """Raise MiyarError for a project that is named as an annotator's and does not say whose it is."""
    pattern = re.compile(rf"{re.escape(title)} A[1-9][0-9]*")
    for project in projects:
        if pattern.fullmatch(project.setup.title) and not owner(project):
            example = description(title, Annotator(project.setup.title.rpartition(" ")[2], 0))
            raise MiyarError(
                f"project {project.setup.title!r} ({project.id}): is named as an annotator's project of "
                f"{title!r}, but its description does not say whose; in Label Studio rename it, or restore "
                f"the description “{example}” with the number of the annotator's account"
            )


def existing_family(projects: Iterable[Project], title: str) -> tuple[Member, ...]:
    """Return the projects of a title; raises MiyarError, with the titles there are, where there is none."""
    projects = list(projects)
    found = family(projects, title)
    if not found:
        titles = sorted({family_title(project) for project in projects})
        there = ", ".join(map(quoted, titles)) or "none"
        raise MiyarError(f"--project {quoted(title)}: not on this server; there are: {there}")
    return found


def named_annotators(
    projects: Iterable[Project],
    emails: Sequence[str],
    accounts: Mapping[int, str],
    taken: Iterable[str] = (),
) -> tuple[Annotator, ...]:
    """Return the annotators with the pseudonyms that they have on this server, or the next free ones.

    Pseudonyms that are taken elsewhere are not given.
    """
    owners = [whose for project in projects if (whose := owner(project))]
    names = {whose.account: whose.name for whose in owners}
    free = next_names([*(whose.name for whose in owners), *taken])
    known = {email.casefold(): account for account, email in accounts.items()}
    found = [(email, known.get(email.casefold())) for email in emails]
    return tuple(Annotator(names.get(account) or next(free), account, email) for email, account in found)


def next_names(taken: Iterable[str]) -> Iterator[str]:
    """Yield the pseudonyms A1, A2, … that are not taken."""
    names = frozenset(taken)
    return (name for number in count(1) if (name := f"A{number}") not in names)


def owner(project: Project) -> Annotator | None:
    """Return whose project it is by its description, None for one of all."""
    match = _DESCRIPTION.search(project.setup.description)
    return Annotator(match["name"], int(match["account"])) if match else None


def family_title(project: Project) -> str:
    """Return the title under which a project was pushed, without its annotator's name."""
    match = _DESCRIPTION.search(project.setup.description)
    return match["title"] if match else project.setup.title


def _name(member: Member) -> str:
    return member.annotator.name if member.annotator else ""
