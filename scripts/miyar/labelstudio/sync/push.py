"""Brings tasks to their projects, so that each holds every article once, whatever happens on the way.

An import is all or nothing on the server, but a client may never hear of it; so before anything is sent
again the server is asked, and at the end what it has is compared with what was to be there.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from miyar.errors import DataError, MiyarError, Problem, quoted
from miyar.labelstudio.server.accounts import new_login, sign_up
from miyar.labelstudio.server.answers import GoneError, NoAnswerError, TooLargeError
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Login
from miyar.labelstudio.server.remote import Project, Setup, same_setup
from miyar.labelstudio.sync.chunks import chunks
from miyar.labelstudio.sync.doubles import OvertakenError, delete_empty, leftovers, settle
from miyar.labelstudio.sync.plan import Order, Place, Step, Target, planned_steps
from miyar.labelstudio.sync.projects import Annotator, description, family, named_annotators
from miyar.labelstudio.tasks.file import Task, article_id
from miyar.terminal import say, tracked

SENDS = 3
# Seconds between questions whether a doubtful request arrived: the server needs well under one for the
# heaviest chunk. What arrives later still makes idle copies, which are removed.
PAUSES = (1.0, 2.0, 4.0)

AGAIN = "Run the same command again: what arrived is not sent twice."

Announce = Callable[[Login], None]


def places(studio: Studio, order: Order, taken: Iterable[str] = ()) -> list[Place]:
    """Return the projects of an order as they are on the server, and those that are still to be made.

    New annotators get no name that is `taken` on another server. Raises OvertakenError where one of the
    projects is deleted meanwhile.
    """
    title, there = order.setup.title, studio.projects()
    left = leftovers(studio, there, title)
    projects = [project for project in there if project not in left]
    members = family(projects, title)
    shared = [member for member in members if member.annotator is None]
    if order.emails and shared:
        [one] = shared
        raise MiyarError(
            f"--project {quoted(title)}: is one project for all, as start-studio makes it: "
            f"{studio.url}/projects/{one.project.id}",
            "leave --annotators out to send the tasks there, or choose another title for projects of their "
            "own; what was labelled there is pulled by its title as before",
        )
    if not order.emails and len(shared) != len(members):
        raise MiyarError(
            f"--project {quoted(title)}: its articles lie in annotators' projects; "
            "name the annotators with --annotators"
        )
    if not order.emails:
        return [_place(studio, None, shared[0].project if shared else None)]
    annotators = {member.annotator.name: member.annotator for member in members if member.annotator}
    annotators |= {a.name: a for a in named_annotators(projects, order.emails, studio.accounts(), taken)}
    known = {member.annotator.name: member.project for member in members if member.annotator}
    return [_place(studio, annotator, known.get(name)) for name, annotator in annotators.items()]


def carry_out(studio: Studio, order: Order, targets: Sequence[Target], announce: Announce) -> list[Project]:
    """Do what is planned and return the projects; `announce` gets each new login before it is made.

    Raises OvertakenError where another push made the same projects at once, before anything is sent, or
    where a project is deleted meanwhile; DataError where a project does not hold in the end what was sent,
    or is not set up as asked.
    """
    try:
        _delete_leftovers(studio, order)
        ready = [_with_account(studio, target, announce) for target in targets if target.named]
        projects = [_project(studio, target) for target in ready]
        made = [one for one, target in zip(projects, ready, strict=True) if target.place.project is None]
        settle(studio, made)
        for project, target in zip(projects, ready, strict=True):
            _fill(studio, project, target)
        _delete_leftovers(studio, order)  # where a request was repeated on its way, and arrived late
        _compare_setups(studio, projects)
    except (DataError, OvertakenError):
        raise
    except GoneError as error:
        raise OvertakenError(str(error)) from error
    except MiyarError as error:
        raise MiyarError(*str(error).split("\n"), AGAIN) from error
    return projects


def _delete_leftovers(studio: Studio, order: Order) -> None:
    for project in leftovers(studio, studio.projects(), order.setup.title):
        delete_empty(studio, project)


def _place(studio: Studio, annotator: Annotator | None, project: Project | None) -> Place:
    try:
        return Place(annotator, project, studio.tasks(project.id, suggestions=True) if project else ())
    except GoneError as error:
        raise OvertakenError(str(error)) from error


def _fill(studio: Studio, project: Project, target: Target) -> None:
    gone, renewed = target.of("remove", "replace"), target.of("update")
    for step in tracked(gone, f"{project.setup.title}: removing", len(gone)):
        _remove(studio, step)
    for step in tracked(renewed, f"{project.setup.title}: updating", len(renewed)):
        if step.task:
            studio.update_task(_idle(studio, step), step.task["data"])
    tasks = [step.task for step in target.of("create", "replace") if step.task]
    pieces = list(chunks(tasks, lambda task: len(json.dumps(task))))
    for chunk in tracked(pieces, f"{project.setup.title}: sending", len(pieces)):
        _send(studio, project, chunk)
    _compare(studio, project, [step.task for step in target.steps if step.task])


def _with_account(studio: Studio, target: Target, announce: Announce) -> Target:
    """Return the target with an annotator who has an account; a new one's password is told first."""
    annotator = target.place.annotator
    if annotator is None or annotator.account is not None:
        return target
    annotator = annotator._replace(account=_signed_up(studio, annotator.email, announce))
    title = target.setup.title.removesuffix(f" {annotator.name}")
    setup = replace(target.setup, description=description(title, annotator))
    return target._replace(place=target.place._replace(annotator=annotator), setup=setup)


def _signed_up(studio: Studio, email: str, announce: Announce) -> int:
    """Make an account and return its number; one that another push made at once is as good."""
    login = new_login(email)
    announce(login)
    try:
        sign_up(studio.url, studio.invitation(), login)
        refused = None
    except MiyarError as error:
        refused = error
    accounts = {email.casefold(): account for account, email in studio.accounts().items()}
    if email.casefold() not in accounts:
        raise refused or MiyarError(f"{studio.url}: has no account {email} after it was made")
    if isinstance(refused, NoAnswerError):
        say(f"{email}: has an account, but the answer got lost: this may not be its password")
    elif refused:
        say(f"{email}: has just got an account from somebody else: this is not its password")
    return accounts[email.casefold()]


def _project(studio: Studio, target: Target) -> Project:
    """Return the target's project, made or brought up to date."""
    setup, known = target.setup, target.place.project
    if known is None:
        try:
            return Project(studio.create_project(setup), setup)
        except NoAnswerError as error:
            say(f"{error}; asking the server whether it was made")
            made = _made(studio, setup.title)
            if made is None:  # it is not asked for again: a second one of its title is in everybody's way
                raise
            return made
    if target.state == "update":
        studio.update_project(known.id, setup)
    return Project(known.id, setup)


def _made(studio: Studio, title: str) -> Project | None:
    """Return the project of a title once the server has it, None where that does not happen."""
    for pause in PAUSES:
        time.sleep(pause)
        found = [project for project in studio.projects() if project.setup.title == title]
        if found:
            return min(found)
    return None


def _remove(studio: Studio, step: Step) -> None:
    """Delete the task of a step that nobody has worked on; another push may have done so at once."""
    with suppress(GoneError):
        studio.delete_task(_idle(studio, step))


def _idle(studio: Studio, step: Step) -> int:
    """Return the task of a step, if nobody has begun to work on it since the plan was made."""
    if step.known is None:
        raise ValueError(f"the step for {step.article} has no task")
    if studio.task(step.known.id).touched:
        raise MiyarError(f"task {step.known.id} ({step.article}): somebody has just begun to work on it")
    return step.known.id


def _send(studio: Studio, project: Project, chunk: Sequence[Task]) -> None:
    """Send a chunk; after a doubtful request it is sent again only if the server does not have it.

    Where a proxy in front of the server does not take so much at once, it goes in halves.
    """
    for attempt in range(1, SENDS + 1):
        try:
            studio.import_tasks(project.id, chunk)
            return
        except TooLargeError:
            if len(chunk) == 1:
                raise
            for half in (chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]):
                _send(studio, project, half)
            return
        except NoAnswerError as error:
            say(f"{error}; asking the server what arrived")
            if _arrived(studio, project, chunk):
                return
            if attempt == SENDS:
                raise


def _arrived(studio: Studio, project: Project, chunk: Sequence[Task]) -> bool:
    """Return whether a chunk is there after all; a server that was cut off may need a while for it."""
    wanted = {article_id(task) for task in chunk}
    for pause in PAUSES:
        time.sleep(pause)
        there = {str(known.data.get("article")) for known in studio.tasks(project.id)}
        if wanted <= there:
            return True
    return False


def _compare(studio: Studio, project: Project, tasks: Sequence[Task]) -> None:
    """Read back what the project holds: there must be nothing left to do.

    A request that was given up and sent again may have been carried out twice: the copies that nobody
    has worked on are removed.
    """
    steps = planned_steps(tasks, studio.tasks(project.id, suggestions=True))
    copies = [step for step in steps if step.action == "remove"]
    for step in tracked(copies, f"{project.setup.title}: removing copies", len(copies)):
        _remove(studio, step)
    problems = [
        Problem(
            "not_as_sent",
            f"project {project.setup.title}: {step.article}",
            f"{step.action} would still be needed: {step.reason}",
            "the task as it was sent",
            "see in Label Studio who changed it, then push again",
        )
        for step in steps
        if step.action not in ("skip", "remove")
    ]
    if problems:
        raise DataError(problems, AGAIN)


def _compare_setups(studio: Studio, projects: Sequence[Project]) -> None:
    """Read back how the projects are set up."""
    there = {project.id: project.setup for project in studio.projects()}
    titles = Counter(setup.title for setup in there.values())
    problems = [
        Problem(
            "project_twice",
            f"project {project.setup.title}",
            f"{titles[project.setup.title]} projects of this title: somebody else has pushed it meanwhile",
            "one project",
            f"of {_addresses(studio, there, project.setup.title)} delete the one that nobody has worked in, "
            "then push again",
        )
        for project in projects
        if titles[project.setup.title] > 1
    ]
    problems += [
        Problem(
            "not_as_set_up",
            f"project {project.setup.title}",
            "another labelling page, instruction or setting than was sent",
            "the project as it was set up",
            "see in Label Studio who changed it, then push again",
        )
        for project in projects
        if project.id not in there or not same_setup(there[project.id], project.setup)
    ]
    if problems:
        raise DataError(problems, AGAIN)


def _addresses(studio: Studio, there: Mapping[int, Setup], title: str) -> str:
    """Return where the projects of a title can be deleted."""
    ids = [identity for identity, setup in there.items() if setup.title == title]
    return " and ".join(f"{studio.url}/projects/{identity}/settings/danger-zone" for identity in ids)
