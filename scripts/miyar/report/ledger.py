"""The ledger of an import: what came in, per kind, is the sum of its fates.

Some fates come of what a scheme or a mapping says and not every one does: as text and Markdown they are
shown where there are any.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from miyar.labelstudio.results.ledger import FATES, Entry, Fate, Ledger
from miyar.report.format import Format

SOMETIMES: tuple[Fate, ...] = ("implied", "dropped", "again", "left_out")
KIND_WIDTH, IN_WIDTH = 10, 7


def render_ledger(ledger: Ledger, form: Format) -> str:
    """Return the ledger in one of the formats; raises RuntimeError where it does not balance."""
    return FORMATS[form](list(ledger.entries()))


def _json(entries: Sequence[Entry]) -> str:
    return json.dumps([entry.to_dict() for entry in entries], indent=2)


def _markdown(entries: Sequence[Entry]) -> str:
    head, *rows = _table(entries)
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(entries: Sequence[Entry]) -> str:
    head, *rows = _table(entries)
    widths = (IN_WIDTH, *map(len, head[2:]))
    return "\n".join("  ".join([row[0].ljust(KIND_WIDTH), *_right(row[1:], widths)]) for row in (head, *rows))


def _right(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]


def _table(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Return head and rows."""
    fates = [fate for fate in FATES if fate not in SOMETIMES or any(entry.fates[fate] for entry in entries)]
    head = ("", "in", *(fate.replace("_", " ") for fate in fates))
    return [head, *((entry.kind, str(entry.came_in), *_counts(entry, fates)) for entry in entries)]


def _counts(entry: Entry, fates: Sequence[Fate]) -> list[str]:
    return [str(entry.fates[fate]) for fate in fates]


FORMATS: Mapping[Format, Callable[[Sequence[Entry]], str]] = {
    Format.TEXT: _text,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
}
