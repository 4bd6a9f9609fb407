"""Tasks and projects as the SDK gives them become ours."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from miyar.labelstudio.server.remote import ServerTask, task_from

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def task(**changes: Any) -> ServerTask:
    known = {"id": 7, "data": {"article": "a"}, "updated_at": NOON, "predictions": [], "draft_exists": False}
    return task_from(
        SimpleNamespace(**known, **{"total_annotations": 0, "cancelled_annotations": 0, **changes})
    )


@pytest.mark.parametrize(
    ("finished", "skipped", "annotations"),
    [(None, None, 0), (0, 0, 0), (2, None, 2), (None, 1, 1), (2, 1, 3)],
)
def test_annotations_are_finished_and_skipped_ones(
    finished: int | None, skipped: int | None, annotations: int
) -> None:
    made = task(total_annotations=finished, cancelled_annotations=skipped)
    assert (made.annotations, made.skipped) == (annotations, skipped or 0)
