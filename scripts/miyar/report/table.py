"""A table of numbers for the terminal or as Markdown; texts of people stand last in their line.

In front of numbers an Arabic text would turn their order round.
"""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from miyar.errors import plain
from miyar.guidelines import markdown_cell
from miyar.report.format import Format

Row = Sequence[str]
FEW = 10
UNBROKEN = 1000  # an address or a title stays in one piece; the terminal breaks the line


def render_table(head: Row, rows: Sequence[Row], form: Format) -> str:
    """Return a table whose first and last columns are texts and whose others are numbers."""
    return _markdown(head, rows) if form is Format.MARKDOWN else _text(head, rows)


def first_few(names: Sequence[str]) -> str:
    """Return the first ten names, and whether there are more."""
    return ", ".join([*map(plain, names[:FEW]), *(["…"] if len(names) > FEW else [])])


def _markdown(head: Row, rows: Sequence[Row]) -> str:
    marks = ["---", *["---:"] * (len(head) - 2), "---"]
    return "\n".join(f"| {' | '.join(map(markdown_cell, line))} |" for line in [head, marks, *rows])


def _text(head: Row, rows: Sequence[Row]) -> str:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(head[0])
    for name in head[1:-1]:
        table.add_column(name, justify="right")
    table.add_column(head[-1])
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    out = StringIO()
    Console(file=out, color_system=None, width=UNBROKEN).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
