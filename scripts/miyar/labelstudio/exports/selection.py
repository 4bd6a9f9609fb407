"""One annotation is chosen per annotator and article; how many were left out, and why, is counted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from miyar.errors import Problem
from miyar.labelstudio.exports.export import Export, ExportedTask, Slot

NEVER = datetime.min.replace(tzinfo=UTC)
TOLERANCE = timedelta(minutes=1)  # between two clocks that are right


class View(NamedTuple):
    """An article in a project: what a later pull shows anew."""

    source: str
    project: str
    article: str


class Shown(NamedTuple):
    """The export that shows a view as it was last, and when each of its annotations was changed, by id."""

    export: Export
    changed: Mapping[Any, Any]


class AnnotationPlace(NamedTuple):
    """Where an annotation is: the number of its task among all tasks, and its number in the task."""

    task: int
    annotation: int


class Rank(NamedTuple):
    """What decides between annotations of one slot: finished first, then the latest, then the highest id."""

    finished: bool
    updated: datetime
    id: int


class Chosen(NamedTuple):
    """The annotation that counts for a slot; of two that are the same, the first."""

    rank: Rank
    place: AnnotationPlace


@dataclass
class Selection:
    """Which annotation counts for each slot, and how many were left out, by reason.

    `offered` counts the tasks. `sources` says where each annotation, known by the server's unique id, was
    met first; `shown` how each view was last.
    """

    chosen: dict[Slot, Chosen] = field(default_factory=dict)
    offered: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    sources: dict[str, str] = field(default_factory=dict)
    shown: dict[View, Shown] = field(default_factory=dict)

    def offer(self, task: ExportedTask) -> list[Problem]:
        """Weigh a task's annotations against those before; return what keeps them from being told apart.

        Later pulls have to be offered first: what they show takes the place of what earlier ones did.
        """
        number, self.offered = self.offered, self.offered + 1
        if task.export.as_of:
            self.shown.setdefault(_view(task), Shown(task.export, _changed(task)))
        if self._outdated(task):
            self.left_out["pulled_again_later"] += len(task.annotations)
            return list(self._out_of_order(task))
        self.left_out["draft"] += len(task.drafts)
        problems: list[Problem] = []
        for place, annotation in enumerate(task.annotations):
            problems.extend(self._of_two_sources(task, annotation))
            slot, new = task.slot(annotation), Chosen(_rank(annotation), AnnotationPlace(number, place))
            known = self.chosen.setdefault(slot, new)
            if known is new:
                continue
            kept, dropped = (new, known) if new.rank > known.rank else (known, new)
            beside = kept.rank.finished and not dropped.rank.finished
            self.left_out["skipped_beside_finished" if beside else "repeated"] += 1
            self.chosen[slot] = kept
        return problems

    @cached_property
    def places(self) -> frozenset[AnnotationPlace]:
        """Return where the annotations are that count; to be asked when all tasks were offered."""
        return frozenset(one.place for one in self.chosen.values())

    def counting(self, task: ExportedTask, number: int) -> list[Mapping[str, Any]]:
        """Return the annotations of a task, the one with this number among all, that count."""
        every = enumerate(task.annotations)
        return [annotation for index, annotation in every if AnnotationPlace(number, index) in self.places]

    def _outdated(self, task: ExportedTask) -> bool:
        """Return whether a later pull has this task too, perhaps without annotations that were deleted."""
        shown = self.shown.get(_view(task))
        as_of, folder = task.export.as_of, task.export.path.parent
        return bool(as_of) and shown is not None and shown.export.path.parent != folder

    def _out_of_order(self, task: ExportedTask) -> Iterator[Problem]:
        """Yield a problem where a pull has what the later one should show, or neither is the later one."""
        later, changed = self.shown[_view(task)], _changed(task)
        unknown = later.export.as_of == task.export.as_of and changed != later.changed
        unseen = any(
            moment(when) > moment(later.changed.get(one, later.export.as_of)) for one, when in changed.items()
        )
        if not (unknown or unseen):
            return
        found = f"other annotations than in {later.export.path}, and neither is the later one by server time"
        remedy = "leave one of them out, or pull the project again into a new folder and import that alone"
        yield Problem("batches_without_order", task.where, found, "batches whose order is certain", remedy)

    def _of_two_sources(self, task: ExportedTask, annotation: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem where two sources have one annotation: its author would agree with themselves."""
        unique, source = annotation.get("unique_id"), task.export.source
        if not isinstance(unique, str) or self.sources.setdefault(unique, source) == source:
            return
        where = f"{task.where}, annotation {annotation.get('id')}"
        found, expected = f"an annotation that {self.sources[unique]} has too", "each annotation once"
        remedy = "the files are exports of one project: name the newest, or say so with --one-server"
        yield Problem("annotation_twice", where, found, expected, remedy)


def _view(task: ExportedTask) -> View:
    return View(task.export.source, str(task.value.get("project")), str(task.data.get("article")))


def _changed(task: ExportedTask) -> dict[Any, Any]:
    """Return when each annotation of a task was changed, by its id."""
    return {str(one.get("id")): one.get("updated_at") for one in task.annotations}


def _rank(annotation: Mapping[str, Any]) -> Rank:
    identity = annotation.get("id")
    return Rank(
        finished=not annotation.get("was_cancelled"),
        updated=moment(annotation.get("updated_at")),
        id=identity if isinstance(identity, int) else 0,
    )


def moment(value: Any) -> datetime:
    """Return a point in time; as text, a full second would sort behind its own fractions."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return NEVER
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
