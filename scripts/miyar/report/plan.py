"""What a push is going to do, a line per project."""

import json
from collections.abc import Sequence

from miyar.labelstudio.sync.plan import Action, Target
from miyar.report.format import Format
from miyar.report.table import render_table

HEAD = ("project", "create", "update", "skip", "refuse", "remove", "others", "")
COLUMNS: tuple[tuple[Action, ...], ...] = (
    ("create",),
    ("update", "replace"),
    ("skip",),
    ("refuse",),
    ("remove",),
)


def render_plan(targets: Sequence[Target], form: Format) -> str:
    """Return the plan in one of the formats; JSON has every article with its reason."""
    if form is Format.JSON:
        return json.dumps([_record(target) for target in targets], ensure_ascii=False, indent=2)
    return render_table(HEAD, [_row(target) for target in targets], form)


def _row(target: Target) -> tuple[str, ...]:
    counts = [str(len(target.of(*actions))) for actions in COLUMNS]
    annotator = target.place.annotator
    title = f"{annotator.name} {annotator.email}" if annotator else target.setup.title
    return (target.state, *counts, str(target.strangers), title)


def _record(target: Target) -> dict[str, object]:
    annotator = target.place.annotator
    return {
        "title": target.setup.title,
        "project": target.state,
        "annotator": annotator.name if annotator else None,
        "others": target.strangers,
        "steps": [{"article": s.article, "action": s.action, "reason": s.reason} for s in target.steps],
    }
