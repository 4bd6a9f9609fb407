"""What people read: scores and ledgers as text, Markdown or JSON."""

from miyar.report.batch import Progress, render_batch, render_progress
from miyar.report.comparison import render_comparison
from miyar.report.format import Format
from miyar.report.gate import render_verdict
from miyar.report.ledger import render_ledger
from miyar.report.plan import render_plan
from miyar.report.scores import FORMATS, render_scores
from miyar.report.table import first_few

__all__ = [
    "FORMATS",
    "Format",
    "Progress",
    "first_few",
    "render_batch",
    "render_comparison",
    "render_ledger",
    "render_plan",
    "render_progress",
    "render_scores",
    "render_verdict",
]
