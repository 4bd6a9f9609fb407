"""What people read: scores and ledgers as text, Markdown or JSON."""

from miyar.report.format import Format
from miyar.report.ledger import render_ledger
from miyar.report.scores import FORMATS, render_scores

__all__ = ["FORMATS", "Format", "render_ledger", "render_scores"]
