"""The ledger of an import: in = out + trimmed away + collapsed + quarantined, per kind."""

import json
from collections.abc import Callable, Mapping, Sequence

from miyar.labelstudio.ledger import FATES, Entry, Ledger
from miyar.report.format import Format

HEAD = ("", "in", *(fate.replace("_", " ") for fate in FATES))
WIDTHS = (10, 7, *(len(name) for name in HEAD[2:]))


def render_ledger(ledger: Ledger, form: Format) -> str:
    """Return the ledger in one of the formats; raises RuntimeError where it does not balance."""
    return FORMATS[form](list(ledger.entries()))


def _json(entries: Sequence[Entry]) -> str:
    return json.dumps([entry.to_dict() for entry in entries], indent=2)


def _markdown(entries: Sequence[Entry]) -> str:
    lines = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *map(_cells, entries)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(entries: Sequence[Entry]) -> str:
    lines = [HEAD, *map(_cells, entries)]
    return "\n".join("  ".join([first.ljust(WIDTHS[0]), *_right(cells)]) for first, *cells in lines)


def _right(cells: Sequence[str]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, WIDTHS[1:], strict=True)]


def _cells(entry: Entry) -> tuple[str, ...]:
    return (entry.kind, str(entry.came_in), *(str(entry.fates[fate]) for fate in FATES))


FORMATS: Mapping[Format, Callable[[Sequence[Entry]], str]] = {
    Format.TEXT: _text,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
}
