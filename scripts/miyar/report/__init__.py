"""What people read: scores as text, Markdown or JSON."""

from miyar.report.scores import FORMATS, Format, render_scores

__all__ = ["FORMATS", "Format", "render_scores"]
