"""Projects and tasks as a server has them, free of the SDK's types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

ANNOTATORS_PER_TASK = "maximum_annotations"
SETTINGS: Mapping[str, Any] = {
    "show_instruction": False,  # they would open on each load, over keys that stay armed
    "show_skip_button": True,
    "enable_empty_annotation": True,
    ANNOTATORS_PER_TASK: 1,
}


@dataclass(frozen=True, slots=True)
class Setup:
    """What a project shows its annotators, and how it behaves.

    `suggestions` says whether predictions are shown in the label stream.
    """

    title: str
    config: str
    instruction: str = ""
    description: str = ""
    suggestions: bool = False
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SETTINGS))

    def fields(self) -> dict[str, Any]:
        """Return the set-up under the server's names."""
        return {
            "title": self.title,
            "description": self.description,
            "label_config": self.config,
            "expert_instruction": self.instruction,
            "show_collab_predictions": self.suggestions,
            **self.settings,
        }


class Project(NamedTuple):
    """A project on the server."""

    id: int
    setup: Setup


class ServerTask(NamedTuple):
    """A task as the server lists it; `annotations` counts submitted and skipped ones, `skipped` the latter.

    `suggestions` are its predictions, where the listing was asked for them.
    """

    id: int
    data: Mapping[str, Any]
    updated: str
    annotations: int
    drafted: bool
    suggestions: Sequence[Mapping[str, Any]] = ()
    skipped: int = 0

    @property
    def finished(self) -> bool:
        """Return whether somebody has submitted an annotation."""
        return self.annotations > self.skipped

    @property
    def touched(self) -> bool:
        """Return whether somebody has worked on the task."""
        return self.annotations > 0 or self.drafted


def project_from(found: Any) -> Project:
    """Return a project of the SDK."""
    setup = Setup(
        title=str(found.title or ""),
        config=str(found.label_config or ""),
        instruction=str(found.expert_instruction or ""),
        description=str(found.description or ""),
        suggestions=bool(found.show_collab_predictions),
        settings={name: getattr(found, name) for name in SETTINGS},
    )
    return Project(int(found.id), setup)


def task_from(found: Any) -> ServerTask:
    """Return a task of the SDK."""
    predictions = found.predictions if isinstance(found.predictions, list) else []
    return ServerTask(
        id=int(found.id),
        data=found.data if isinstance(found.data, dict) else {},
        updated=found.updated_at.isoformat(),
        annotations=int(found.total_annotations or 0) + int(found.cancelled_annotations or 0),
        drafted=bool(found.draft_exists),
        suggestions=[_plain(prediction) for prediction in predictions],
        skipped=int(found.cancelled_annotations or 0),
    )


def _plain(prediction: Any) -> dict[str, Any]:
    value = prediction if isinstance(prediction, dict) else prediction.model_dump()
    return {name: value.get(name) for name in ("model_version", "result")}


def same_config(one: str, other: str) -> bool:
    """Return whether two configurations are the same; the server takes white space off their ends."""
    return one.strip() == other.strip()


def same_setup(one: Setup, other: Setup) -> bool:
    """Return whether two projects are set up the same."""
    return same_config(one.config, other.config) and replace(one, config="") == replace(other, config="")
