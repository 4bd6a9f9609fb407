"""What is worth a look in a project's tasks: counted and named while they are pulled."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from miyar.labelstudio.exports.selection import moment
from miyar.labelstudio.results.result import CONTROLS

NEWER_DRAFT = "a draft newer than its annotation: unsubmitted changes are not imported"
DRAFT_ONLY = "a draft that was never submitted"
CHANGED = "an annotation changed by somebody other than its author"
FOREIGN = "an annotation by somebody else than the project's annotator"
FOREIGN_DRAFT = "a draft by somebody else than the project's annotator, who saw the article there"
TWO_LAYERS = "a region with an entity and a trigger label, which nobody may have meant"
TOO_FEW = "fewer annotators than wanted"
TOO_MANY = "more annotators than wanted"
TWICE = "several tasks for the article"


@dataclass(slots=True)
class Survey:
    """Counts over the tasks of one project that were seen; `account` is whose project it is, if anybody's.

    `notes` holds article ids by what was noticed about them, `seconds` the time of each finished annotation.
    """

    account: int | None
    wanted: int = 1
    tasks: int = 0
    drafts: int = 0
    finished: int = 0
    skipped: int = 0
    users: Counter[int] = field(default_factory=Counter)
    schemes: Counter[str] = field(default_factory=Counter)
    guidelines: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    latest: str = ""
    _seen: set[str] = field(default_factory=set)

    def see(self, task: Mapping[str, Any]) -> None:
        """Take in one task of an export."""
        data, article = task.get("data") or {}, str((task.get("data") or {}).get("article"))
        annotations: Sequence[Mapping[str, Any]] = task.get("annotations") or []
        drafts: Sequence[Mapping[str, Any]] = task.get("drafts") or []
        self.tasks += 1
        self.drafts += len(drafts)
        self.schemes[str(data.get("scheme"))] += 1
        self.guidelines[str(data.get("guidelines"))] += 1
        for annotation in annotations:
            self._annotation(annotation)
        if not annotations:
            self.missing.append(article)
        for note in self._notes(article, annotations, drafts):
            self.notes.setdefault(note, []).append(article)
        self._seen.add(article)

    @property
    def seconds_per_article(self) -> float | None:
        """Return the median time of a finished annotation, None where there is none."""
        return median(self.seconds) if self.seconds else None

    def _annotation(self, annotation: Mapping[str, Any]) -> None:
        user, skipped = annotation.get("completed_by"), bool(annotation.get("was_cancelled"))
        if isinstance(user, int):
            self.users[user] += 1
        self.skipped += skipped
        self.finished += not skipped
        seconds = annotation.get("lead_time")
        if not skipped and isinstance(seconds, int | float):
            self.seconds.append(float(seconds))
        self.latest = max(self.latest, str(annotation.get("updated_at") or ""))

    def _notes(
        self,
        article: str,
        annotations: Sequence[Mapping[str, Any]],
        drafts: Sequence[Mapping[str, Any]],
    ) -> Iterator[str]:
        submitted = {value.get("id"): moment(value.get("updated_at")) for value in annotations}
        loose = [draft for draft in drafts if draft.get("annotation") not in submitted]
        if any(moment(d.get("updated_at")) > submitted[d["annotation"]] for d in drafts if d not in loose):
            yield NEWER_DRAFT
        if loose:
            yield DRAFT_ONLY
        if any(_changed_by_another(annotation) for annotation in annotations):
            yield CHANGED
        if self.account is not None and any(a.get("completed_by") != self.account for a in annotations):
            yield FOREIGN
        if self.account is not None and any(d.get("user") not in (None, self.account) for d in drafts):
            yield FOREIGN_DRAFT
        if any(_has_two_layers(annotation) for annotation in annotations):
            yield TWO_LAYERS
        people = {annotation.get("completed_by") for annotation in annotations}
        if len(people) != self.wanted:
            yield TOO_FEW if len(people) < self.wanted else TOO_MANY
        if article in self._seen:
            yield TWICE


def _changed_by_another(annotation: Mapping[str, Any]) -> bool:
    author, editor = annotation.get("completed_by"), annotation.get("updated_by")
    return editor is not None and editor != author


def _has_two_layers(annotation: Mapping[str, Any]) -> bool:
    """Return whether a region has labels of both controls, as pages with one for each layer allowed."""
    results = annotation.get("result")
    regions = [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
    ids = [{str(one.get("id")) for one in regions if one.get("from_name") == name} for name in CONTROLS]
    return bool(set.intersection(*ids))
