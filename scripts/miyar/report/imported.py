"""What an import left out by rule, and what in it is worth a look, one line each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from miyar.errors import in_number, in_words, quoted
from miyar.labelstudio.exports.dataset import Imported
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.remarks import Remark
from miyar.labelstudio.exports.selection import TOLERANCE, moment
from miyar.report.table import first_few
from miyar.scheme import Outcome


def import_summary(imported: Imported) -> Iterator[str]:
    """Yield the lines of an import."""
    plan, tally = imported
    annotations, articles = sum(tally.views.values()), len(tally.labelled)
    yield f"{in_number(annotations, 'annotation')} of {in_number(articles, 'article')}"
    unlabelled = sorted(plan.articles.keys() - tally.labelled)
    if unlabelled:
        without = in_number(len(unlabelled), "article")
        yield f"{without} without an annotation: {first_few(unlabelled)}"
    left_out = {reason: count for reason, count in plan.selection.left_out.items() if count}
    if left_out:
        yield "annotations left out: " + ", ".join(f"{n} {reason}" for reason, n in left_out.items())
    for export in plan.exports:
        yield from ahead_of_time(export)
    for note, count in tally.notes.items():
        if count:
            yield f"note: {count} × {note}{_examples(tally.examples.get(note, ()), count)}"
    for (kind, code, became), count in sorted(tally.applied.items(), key=str):
        yield f"changed: {count} × {quoted(code)} of {kind}: {_now(became)}"
    if tally.again:
        labels = in_number(len(tally.open_problems), "label")
        yield f"to label again: {labels} in {in_number(len(tally.again), 'annotation')}"
    if tally.rejects:
        yield f"not imported: {in_words(tally.rejects.counts)}"
    if tally.emptied:
        places = first_few(tally.emptied)
        yield f"annotations left out, since all in them was refused: {len(tally.emptied)}: {places}"


def _examples(remarks: Sequence[Remark], count: int) -> str:
    """Return where a note comes from: the first articles, with text and annotator, and one address."""
    if not remarks:
        return ""
    places = [f"{one.place} ({one.annotator})" if one.annotator else one.place for one in remarks]
    more = ["…"] if count > len(remarks) else []
    address = next((f"; the first: {one.address}" for one in remarks if one.address), "")
    return f": {', '.join([*places, *more])}{address}"


def ahead_of_time(export: Export) -> Iterator[str]:
    """Yield a line where a batch claims to be of the future: some clock is wrong, or was."""
    now = datetime.now(UTC)
    for said, clock in ((export.as_of, "its server"), (export.pulled, "the machine that pulled it")):
        if moment(said) > now + TOLERANCE:
            yield f"note: {export.path}: of the future by the clock of {clock}: {said}, here {now:%F %T}"


def _now(became: Outcome) -> str:
    codes = [code or "nothing" for code in became]
    return f"now {codes[0]}" if len(codes) == 1 else f"{' or '.join(codes)}, to label again"
