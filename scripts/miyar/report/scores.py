"""Scores as tables for the terminal, as Markdown, or as JSON; only in reports numbers are rounded."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from miyar.errors import in_number, plain
from miyar.guidelines import markdown_cell
from miyar.report.blocks import RATIOS, Block, blocks, prf_cells
from miyar.report.format import Format
from miyar.report.notes import HEADLINE, extractor_name, heading, notes, warnings
from miyar.report.table import render_table
from miyar.scheme import Scheme
from miyar.scoring import Score

WIDTH, FULL_WIDTH = 110, 80
NARROW = ("interval", "TP", "its interval")


def render_scores(scores: Sequence[Score], scheme: Scheme, form: Format) -> str:
    """Return the scores in one of the formats; several extractors stand side by side first."""
    return FORMATS[form](scores, scheme)


def _json(scores: Sequence[Score], scheme: Scheme) -> str:
    values = [score.to_dict() for score in scores]
    return json.dumps(
        values[0] if len(values) == 1 else values, ensure_ascii=False, indent=2, allow_nan=False
    )


def _markdown(scores: Sequence[Score], scheme: Scheme) -> str:
    parts = ["\n".join(_markdown_lines(score, scores, scheme)) for score in scores]
    if len(scores) > 1:
        parts.insert(0, f"### {markdown_cell(_title(scores))}\n\n{_side_by_side(scores, Format.MARKDOWN)}")
    return "\n\n".join(parts)


def _markdown_lines(score: Score, scores: Sequence[Score], scheme: Scheme) -> Iterator[str]:
    yield f"### {markdown_cell(heading(score, scores))}"
    yield ""
    yield from (f"**{warning}**\n" for warning in warnings(score))
    for block in blocks(score, scheme):
        yield f"| {' | '.join(map(markdown_cell, block.head))} |"
        yield f"|---|{'---:|' * (len(block.head) - 2)}---|"
        for row in block.rows:
            cells = [
                f"**{markdown_cell(cell)}**" if row.heavy and cell else markdown_cell(cell)
                for cell in row.cells
            ]
            yield f"| {' | '.join(cells)} |"
        yield ""
    yield from (f"- {markdown_cell(note)}" for note in notes(score))


def _text(scores: Sequence[Score], scheme: Scheme) -> str:
    out = StringIO()
    terminal = Console()
    narrow = terminal.is_terminal or "COLUMNS" in os.environ
    console = Console(file=out, width=min(WIDTH, terminal.width) if narrow else WIDTH, color_system=None)
    if len(scores) > 1:
        overview = f"{plain(_title(scores))}\n{_side_by_side(scores, Format.TEXT)}\n"
        console.print(overview, markup=False, soft_wrap=True)
    for score in scores:
        console.print(plain(heading(score, scores)), markup=False, soft_wrap=True)
        for warning in warnings(score):
            console.print(warning, markup=False, soft_wrap=True)
        hidden = NARROW if console.width < FULL_WIDTH else ()
        for block in blocks(score, scheme):
            console.print(_table(block, hidden))
            console.print()
        if hidden:
            console.print(f"Not shown in a terminal of {console.width} columns: {', '.join(hidden)}.")
        for note in notes(score):
            console.print(plain(note), markup=False, soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _title(scores: Sequence[Score]) -> str:
    first = scores[0]
    count = in_number(first.articles, "article")
    return f"{len(scores)} extractors on {first.corpus}, {count}: micro, strict"


def _side_by_side(scores: Sequence[Score], form: Format) -> str:
    """Return a row per extractor, in the order in which they were given."""
    rows = []
    for score in scores:
        micro = score.layers[HEADLINE[0]][HEADLINE[1]].micro
        rows.append(("", *prf_cells(micro), extractor_name(score, scores)))
    return render_table(("", *RATIOS), rows, form)


def _table(block: Block, hidden: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [place for place, name in enumerate(block.head) if name not in hidden]
    first, *numbers, last = (block.head[place] for place in shown)
    table.add_column(first, overflow="fold")
    for place, name in zip(shown[1:-1], numbers, strict=True):
        widest = max([len(name), *(len(row.cells[place]) for row in block.rows if place < len(row.cells))])
        table.add_column(name, justify="right", no_wrap=True, min_width=widest)
    table.add_column(last)
    for row, following in zip(block.rows, [*block.rows[1:], None], strict=True):
        ends = following is not None and following.heavy and not row.heavy
        cells = (*row.cells, *[""] * (len(block.head) - len(row.cells)))
        table.add_row(*(Text(plain(cells[place])) for place in shown), end_section=ends)
    return table


FORMATS: Mapping[Format, Callable[[Sequence[Score], Scheme], str]] = {
    Format.TEXT: _text,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
}
"""To add a format, name it in Format and give its function here."""
