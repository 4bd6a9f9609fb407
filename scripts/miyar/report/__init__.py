"""What people read: scores and ledgers as text, Markdown or JSON."""

from miyar.report.batch import Progress, render_batch, render_progress
from miyar.report.format import Format
from miyar.report.ledger import render_ledger
from miyar.report.plan import render_plan
from miyar.report.scores import FORMATS, render_scores

__all__ = [
    "FORMATS",
    "Format",
    "Progress",
    "render_batch",
    "render_ledger",
    "render_plan",
    "render_progress",
    "render_scores",
]
