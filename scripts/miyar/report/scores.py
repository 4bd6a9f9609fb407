"""Scores as a table for the terminal, as Markdown, or as JSON; only here numbers are rounded."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from miyar.guidelines import markdown_cell
from miyar.report.format import Format
from miyar.scheme import Scheme
from miyar.scoring import PRF, Macro, Measure, Score

UNDEFINED = "–"
# The Arabic names stand last in their line: in front of numbers they would turn their order round.
HEAD = ("", "precision", "recall", "F1", "TP", "predicted", "support", "")
WIDTH = 100
FAULTS = ("bad_offsets", "unknown_label")


class Row(NamedTuple):
    """One line of a table, rounded; `heavy` sets the averages apart."""

    cells: tuple[str, ...]
    heavy: bool = False


def render_scores(scores: Sequence[Score], scheme: Scheme, form: Format) -> str:
    """Return the scores in one of the formats; several extractors come one after another."""
    return FORMATS[form](scores, scheme)


def _json(scores: Sequence[Score], scheme: Scheme) -> str:
    values = [score.to_dict() for score in scores]
    return json.dumps(
        values[0] if len(values) == 1 else values, ensure_ascii=False, indent=2, allow_nan=False
    )


def _markdown(scores: Sequence[Score], scheme: Scheme) -> str:
    return "\n\n".join("\n".join(_markdown_lines(score, scheme)) for score in scores)


def _markdown_lines(score: Score, scheme: Scheme) -> Iterator[str]:
    yield f"### {score.extractor} on {score.corpus}"
    yield ""
    for layer, measures in score.layers.items():
        yield f"| {' | '.join((layer, *HEAD[1:]))} |"
        yield f"|---|{'---:|' * (len(HEAD) - 2)}---|"
        for row in _rows(measures, scheme):
            cells = [f"**{cell}**" if row.heavy and cell else markdown_cell(cell) for cell in row.cells]
            yield f"| {' | '.join(cells)} |"
        yield ""
        yield from (f"- {note}" for note in _notes(score))
        yield from (f"- `{measure.signature}`" for measure in measures.values())


def _text(scores: Sequence[Score], scheme: Scheme) -> str:
    out = StringIO()
    console = Console(file=out, width=min(WIDTH, Console().width), color_system=None)
    for score in scores:
        console.print(f"{score.extractor} on {score.corpus}, {score.articles} articles", markup=False)
        for layer, measures in score.layers.items():
            console.print(_table(layer, measures, scheme))
        for note in _notes(score):
            console.print(note, markup=False, soft_wrap=True)
        for measures in score.layers.values():
            for measure in measures.values():
                console.print(measure.signature, markup=False, soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _table(layer: str, measures: Mapping[str, Measure], scheme: Scheme) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(layer)
    for name in HEAD[1:-1]:
        table.add_column(name, justify="right")
    table.add_column()
    rows = list(_rows(measures, scheme))
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        ends = following is not None and following.heavy and not row.heavy
        table.add_row(*map(Text, row.cells), end_section=ends)
    return table


def _rows(measures: Mapping[str, Measure], scheme: Scheme) -> Iterator[Row]:
    """Yield a row per label of the strict measure, then its averages, then the other measures."""
    names = {label.code: label.name for label in scheme.labels}
    for measure in measures.values():
        for code, prf in measure.labels.items():
            yield Row((code, *_prf(prf), names.get(code, "unknown label")))
    for name, measure in measures.items():
        yield Row((f"micro, {name}", *_prf(measure.micro), ""), heavy=True)
        if measure.macro:
            yield Row((f"macro, {name}", *_macro(measure.macro), "", "", "", ""), heavy=True)


def _prf(prf: PRF) -> tuple[str, ...]:
    ratios = (prf.precision, prf.recall, prf.f1)
    return (*map(_percent, ratios), *map(str, (prf.tp, prf.predicted, prf.gold)))


def _macro(macro: Macro) -> tuple[str, ...]:
    return tuple(map(_percent, (macro.precision, macro.recall, macro.f1)))


def _percent(ratio: float | None) -> str:
    return UNDEFINED if ratio is None else f"{100 * ratio:.1f}"


def _notes(score: Score) -> Iterator[str]:
    """Yield what a reader has to know to trust the numbers."""
    yield "Percent; TP: start, end and label as in the gold; –: undefined (0 in the macro average)."
    charged, other = (
        ", ".join(f"{count} {code}" for code, count in score.charged.items() if (code in FAULTS) == faulty)
        for faulty in (True, False)
    )
    if charged:
        yield f"Faulty spans, charged: {charged}."
    if other:
        yield f"Left out or taken as empty: {other}."
    if score.unscored:
        yield f"Not scored in this version: {score.unscored} predicted spans with trigger labels."
    if score.seen:
        yield f"WARNING: the extractor learnt from {score.seen} of these {score.articles} articles."


FORMATS: Mapping[Format, Callable[[Sequence[Score], Scheme], str]] = {
    Format.TEXT: _text,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
}
"""To add a format, name it in Format and give its function here."""
