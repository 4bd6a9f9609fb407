"""What a push will do, article by article, found by comparing a file of tasks with what a server has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

from miyar.errors import Problem
from miyar.labelstudio.server.remote import ANNOTATORS_PER_TASK, Project, ServerTask, Setup, same_setup
from miyar.labelstudio.sync.projects import Annotator, description, project_title
from miyar.labelstudio.tasks.assignment import assigned, seeded_share
from miyar.labelstudio.tasks.file import Task, article_id, suggestions

Action = Literal["create", "update", "replace", "remove", "skip", "refuse"]
ACTIONS: tuple[Action, ...] = get_args(Action)
SHOWN = ("text", "sha256")


class Step(NamedTuple):
    """What happens to one article; `known` is the task on the server, `task` the one in the file."""

    action: Action
    article: str
    reason: str
    task: Task | None = None
    known: ServerTask | None = None

    def problem(self, project: str) -> Problem:
        """Return a refused step as a problem."""
        where = f"project {project}: task {self.known.id if self.known else '?'} ({self.article})"
        return Problem("refused", where, self.reason, *REMEDIES[self.reason])


LABELLED_TWICE = "two tasks of it have been worked on"
CHANGED = "the text changed after it was worked on"
REMEDIES: Mapping[str, tuple[str, str]] = {
    LABELLED_TWICE: (
        "one task of it",
        "delete one of the two in Label Studio, after a look at what is in them",
    ),
    CHANGED: (
        "the text as it was worked on",
        "restore that text, or give the new one an id of its own",
    ),
}
KEPT = "worked on under an earlier version; its record stays"


@dataclass(frozen=True, slots=True)
class Order:
    """What a push is to bring about.

    Without e-mail addresses one project holds all tasks. With them each annotator has a project, and
    `per_article` annotators label each article of a seeded share of the articles, one the rest.
    """

    tasks: Sequence[Task]
    setup: Setup
    emails: Sequence[str] = ()
    per_article: int = 1
    share: float = 1.0
    seed: int = 0


class Place(NamedTuple):
    """Where tasks go: a project and what it holds, or one that has still to be made."""

    annotator: Annotator | None
    project: Project | None
    there: Sequence[ServerTask]


class Target(NamedTuple):
    """What happens in one place; `strangers` counts its tasks of other files, which stay as they are.

    `stale` counts unfinished tasks that keep the record of another scheme.
    """

    place: Place
    setup: Setup
    steps: Sequence[Step]
    strangers: int
    stale: int = 0

    @property
    def named(self) -> bool:
        """Return whether the push is to change the place: not the project of somebody who is not named."""
        return self.place.annotator is None or bool(self.place.annotator.email)

    def of(self, *actions: Action) -> list[Step]:
        """Return the steps of these kinds."""
        return [step for step in self.steps if step.action in actions]

    @property
    def state(self) -> str:
        """Return whether the project is to be made, to be set up anew, or stays as it is."""
        if not self.named:
            return "not named"
        if self.place.project is None:
            return "create"
        return "as it is" if same_setup(self.place.project.setup, self.setup) else "update"

    @property
    def problems(self) -> list[Problem]:
        """Return the refused steps."""
        return [step.problem(self.setup.title) for step in self.of("refuse")]


def planned(order: Order, places: Sequence[Place]) -> list[Target]:
    """Return what happens in each place; an article that an earlier push placed stays where it is."""
    if not order.emails:
        return [_target(order, place, order.tasks) for place in places]
    ids, placed = [article_id(task) for task in order.tasks], _placed(places)
    doubled = {identity for identity, names in placed.items() if 1 < order.per_article <= len(names)}
    several = seeded_share(ids, order.share, order.seed, "several annotators", doubled)
    wanted = {identity: order.per_article if identity in several else 1 for identity in ids}
    named = [place.annotator.name for place in places if place.annotator and place.annotator.email]
    who = assigned(wanted, named, placed, order.seed)
    return [
        _target(order, place, [task for task in order.tasks if place.annotator.name in who[article_id(task)]])
        for place in places
        if place.annotator
    ]


def _placed(places: Iterable[Place]) -> dict[str, set[str]]:
    placed: dict[str, set[str]] = {}
    for annotator, known in ((place.annotator, known) for place in places for known in place.there):
        if annotator:
            placed.setdefault(str(known.data.get("article")), set()).add(annotator.name)
    return placed


def _target(order: Order, place: Place, tasks: Sequence[Task]) -> Target:
    ours = {article_id(task) for task in tasks}
    steps = planned_steps(tasks, place.there)
    renewed = {step.known.id for step in steps if step.known and step.action not in ("skip", "refuse")}
    kept = [known for known in place.there if known.id not in renewed]
    return Target(
        place=place,
        setup=_setup(order, place, tasks),
        steps=steps,
        strangers=sum(str(known.data.get("article")) not in ours for known in place.there),
        stale=sum(not known.finished and known.data.get("scheme") != _scheme(order) for known in kept),
    )


def _scheme(order: Order) -> str | None:
    return next((task["data"].get("scheme") for task in order.tasks), None)


def _setup(order: Order, place: Place, tasks: Sequence[Task]) -> Setup:
    """Return what the project should be like.

    Suggestions once shown stay shown; what a lead wrote or set on a project of their own stays.
    """
    shown = any(suggestions(task) for task in tasks) or any(known.suggestions for known in place.there)
    setup = replace(order.setup, suggestions=shown)
    if place.project:
        there = place.project.setup
        settings = {**setup.settings, ANNOTATORS_PER_TASK: there.settings[ANNOTATORS_PER_TASK]}
        setup = replace(setup, settings=settings, description=there.description)
    if not place.annotator:
        return setup
    title = project_title(order.setup.title, place.annotator.name)
    return replace(setup, title=title, description=description(order.setup.title, place.annotator))


def planned_steps(tasks: Iterable[Task], there: Iterable[ServerTask]) -> list[Step]:
    """Return what to do with each article of the file, and with copies of it that nobody has worked on."""
    copies: dict[str, list[ServerTask]] = {}
    for known in there:
        copies.setdefault(str(known.data.get("article")), []).append(known)
    return [step for task in tasks for step in _steps(task, copies.get(article_id(task), []))]


def as_sent(task: Task, known: ServerTask) -> bool:
    """Return whether the server has a task just as the file has it."""
    return dict(known.data) == dict(task["data"]) and _same_suggestions(task, known)


def _steps(task: Task, copies: Sequence[ServerTask]) -> Iterator[Step]:
    """Yield the step of an article and the removal of its idle copies; one worked on is the one to keep."""
    article = article_id(task)
    if not copies:
        yield Step("create", article, "not there yet", task)
        return
    kept, *others = sorted(copies, key=lambda known: (not known.touched, known.id))
    if others and others[0].touched:
        yield Step("refuse", article, LABELLED_TWICE, task, others[0])
        return
    for idle in others:
        yield Step("remove", article, "a second task of it that nobody has worked on", None, idle)
    yield _step(task, kept)


def _step(task: Task, known: ServerTask) -> Step:
    article = article_id(task)
    if as_sent(task, known):
        return Step("skip", article, "there already", task, known)
    if _shown(task["data"]) != _shown(known.data):
        if known.touched:
            return Step("refuse", article, CHANGED, task, known)
        return Step("replace", article, "the text changed; nobody has worked on it", task, known)
    if known.touched:
        return Step("skip", article, KEPT, task, known)
    if not _same_suggestions(task, known):
        return Step("replace", article, "other suggestions; nobody has worked on it", task, known)
    return Step("update", article, "other metadata, scheme or guidelines", task, known)


def _shown(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(data.get(name) for name in SHOWN)


def _same_suggestions(task: Task, known: ServerTask) -> bool:
    return _by_name(suggestions(task)) == _by_name(known.suggestions)


def _by_name(predictions: Iterable[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    found = [(str(value.get("model_version")), value.get("result")) for value in predictions]
    return sorted(found, key=lambda pair: pair[0])
