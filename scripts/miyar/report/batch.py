"""What a pull brought, and how far annotators are, a line per project."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from miyar.errors import plain
from miyar.labelstudio.sync.batch import Batch
from miyar.labelstudio.sync.checking import Finding, count_in_words
from miyar.labelstudio.sync.survey import Survey
from miyar.report.format import Format
from miyar.report.table import first_few, render_table

BATCH_HEAD = ("file", "tasks", "finished", "skipped", "drafts", "")
PROGRESS_HEAD = ("", "articles", "finished", "skipped", "missing", "drafts", "s/article", "")


class Progress(NamedTuple):
    """How far one project is, and whose it is, if it is somebody's."""

    title: str
    annotator: str
    email: str
    survey: Survey
    findings: Sequence[Finding] = ()


def render_batch(batch: Batch, form: Format) -> str:
    """Return what was pulled in one of the formats; JSON is the manifest."""
    if form is Format.JSON:
        return json.dumps(batch.manifest(), ensure_ascii=False, indent=2)
    rows = [
        (
            p.file,
            *map(str, (p.survey.tasks, p.survey.finished, p.survey.skipped, p.survey.drafts)),
            p.project.setup.title,
        )
        for p in batch.projects
    ]
    return render_table(BATCH_HEAD, rows, form)


def render_progress(found: Sequence[Progress], form: Format) -> str:
    """Return how far the annotators are; JSON names the articles that are missing."""
    if form is Format.JSON:
        return json.dumps([_record(progress) for progress in found], ensure_ascii=False, indent=2)
    return render_table(PROGRESS_HEAD, [_row(progress) for progress in found], form)


def _row(progress: Progress) -> tuple[str, ...]:
    seen = progress.survey
    seconds = seen.seconds_per_article
    return (
        progress.annotator or "all",
        *map(str, (seen.tasks, seen.finished, seen.skipped, len(seen.missing), seen.drafts)),
        "–" if seconds is None else f"{seconds:.0f}",
        progress.email or progress.title,
    )


def _record(progress: Progress) -> dict[str, object]:
    seen = progress.survey
    return {
        "title": progress.title,
        "annotator": progress.annotator or None,
        "email": progress.email or None,
        "articles": seen.tasks,
        "finished": seen.finished,
        "skipped": seen.skipped,
        "drafts": seen.drafts,
        "missing": seen.missing,
        "seconds_per_article": seen.seconds_per_article,
        "latest": seen.latest or None,
        "notes": seen.notes,
        "to_mend": [finding.to_dict() for finding in progress.findings],
    }


def findings_by_annotator(found: Sequence[Progress]) -> Iterator[str]:
    """Yield what is to be mended, a block for each annotator of each project, what is nobody's first."""
    for progress in found:
        by_annotator: dict[str, list[Finding]] = {}
        for finding in sorted(progress.findings, key=lambda one: (one.annotator, one.is_note)):
            by_annotator.setdefault(finding.annotator, []).append(finding)
        for annotator, findings in by_annotator.items():
            who = annotator or "tasks"
            yield "\n".join(
                [f"{plain(progress.title)}, {plain(who)}: {count_in_words(findings)}"]
                + [f"{'note: ' * one.is_note}{one.problem}" for one in findings]
            )


def survey_notes(title: str, survey: Survey, but: str = "") -> Iterator[str]:
    """Yield what is worth a look in a project, a line for each kind of it but one."""
    for note, articles in survey.notes.items():
        if note != but:
            yield f"note: {title}: {len(articles)} × {note}: {first_few(articles)}"
