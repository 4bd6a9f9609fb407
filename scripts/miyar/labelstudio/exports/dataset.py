"""Writes what an import gives as a dataset folder, with what is needed to make the same one again."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import miyar
from miyar.article import write_articles
from miyar.dataset import MARK, write_card, write_dataset
from miyar.errors import DataError, Problem, in_number
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.importing import Import
from miyar.labelstudio.exports.tally import Tally, begun_tally
from miyar.labelstudio.results.ledger import Ledger
from miyar.output import write_json, write_json_lines, written, written_folder
from miyar.scheme import changes_digest
from miyar.terminal import tracked

HOW_TO_GO_ON = (
    "Nothing was written: correct these places in Label Studio and export again, "
    "or take them aside with --quarantine FILE. Codes of an earlier scheme need a [changes] table in "
    "labels.toml."
)
ARTICLES = "articles"
HOW_TO_LIST = "Nothing was written: have what people have to decide again listed with --again FILE."


class Imported(NamedTuple):
    """An import and what became of everything in it."""

    plan: Import
    tally: Tally


class LooseEndsError(DataError):
    """Something cannot be imported, or people have to decide it, and there is no file for it."""

    def __init__(self, imported: Imported, problems: Sequence[Problem], outcome: str, counts: Counter[str]):
        super().__init__(problems, outcome, counts)
        self.imported = imported


@dataclass(frozen=True, slots=True)
class Files:
    """Where a dataset folder goes, with the scheme's folder, and what cannot be imported or is open.

    `own_texts` says that the folder gets the articles too; `facts` are lines of the card.
    """

    output: Path
    config: Path
    quarantine: Path | None = None
    again: Path | None = None
    own_texts: bool = False
    facts: Sequence[str] = ()


def write_imported(plan: Import, files: Files) -> Imported:
    """Write the dataset folder of an import; all or nothing is written.

    Raises LooseEndsError with everything that cannot be imported, unless there is a quarantine for it, and
    with everything that people have to decide again, unless there is a list for it; DataError where nothing
    is left.
    """
    with written_folder(files.output, mark=MARK) as folder, _opened(files.quarantine) as aside:
        tally = begun_tally(plan, aside)
        imported = Imported(plan, tally)
        outcomes = tracked(plan.outcomes(), "importing", None)
        stream = (annotation for outcome in outcomes for annotation in tally.counted(outcome))
        labels = write_dataset(folder, stream, plan.articles, plan.scheme)
        _refuse_loose_ends(imported, files)
        if not tally.views:
            nothing = _nothing(imported)
            counts = tally.rejects.counts + Counter([nothing.code])
            raise DataError([nothing, *tally.problems], counts=counts)
        if files.own_texts:
            write_articles(plan.articles.values(), folder / ARTICLES)
        facts = [*files.facts, *_facts(imported, labels)]
        write_card(folder, files.output.name, facts, plan.scheme, files.config)
        write_json(folder / MARK, _manifest(imported))
        if files.again:
            write_json_lines(files.again, (one.to_dict() for one in tally.again))
    return imported


def _opened(file: Path | None) -> AbstractContextManager[IO[str] | None]:
    return written(file) if file else nullcontext()


def _refuse_loose_ends(imported: Imported, files: Files) -> None:
    tally = imported.tally
    rejected, waiting = tally.rejects and not files.quarantine, tally.again and not files.again
    if not rejected and not waiting:
        return
    problems = [*(tally.problems if rejected else []), *(tally.open_problems if waiting else [])]
    ways_on = [*([HOW_TO_GO_ON] if rejected else []), *([HOW_TO_LIST] if waiting else [])]
    counts = tally.rejects.counts if rejected else Counter[str]()
    waits = Counter(problem.code for problem in tally.open_problems) if waiting else Counter[str]()
    raise LooseEndsError(imported, problems, " ".join(ways_on), counts + waits)


def _nothing(imported: Imported) -> Problem:
    paths = [str(export.path) for export in imported.plan.exports]
    where, emptied = ", ".join(paths), len(imported.tally.emptied)
    if imported.tally.rejects:
        of = f"of {emptied} annotations " if emptied else ""
        found = f"nothing is left: {of}everything was refused"
        remedy = (
            "name the scheme that they were made with by --config, or mend what is refused; for a project "
            "that miyar did not make, draft what its names mean: "
            f"miyar import-annotations {shlex.join(paths)} --draft mapping"
        )
        return Problem("no_annotations", where, found, "at least one annotation", remedy)
    remedy = "label and submit first; drafts do not count"
    return Problem("no_annotations", where, "no submitted annotation", "at least one", remedy)


def _facts(imported: Imported, labels: Counter[str]) -> list[str]:
    plan, tally = imported
    per_annotator = ", ".join(
        f"{who}: {count} {status}" for (who, status), count in sorted(tally.views.items())
    )
    per_label = ", ".join(f"{label.code} {labels[label.code]}" for label in plan.scheme.labels)
    return [
        f"Scheme {plan.scheme.signature}; exports: {len(plan.exports)}; miyar {miyar.__version__}.",
        f"Annotations: {per_annotator or 'none'}.",
        f"Spans: {per_label}.",
        "Annotators are pseudonyms.",
        *_facts_of_roles(tally.ledger),
        *_facts_of_changes(imported),
    ]


def _facts_of_roles(ledger: Ledger) -> Iterator[str]:
    implied, chosen = (ledger.count("arguments", fate) for fate in ("implied", "out"))
    if implied:
        yield (
            f"Arguments: {implied + chosen}; {implied} with a role that nobody chose (`implied`), as "
            "`labels.toml` says what a relation without one means."
        )


def _facts_of_changes(imported: Imported) -> Iterator[str]:
    plan, tally = imported
    if tally.applied:
        changes = changes_digest(plan.scheme.changes)
        yield f"Labels of earlier schemes were translated by the changes {changes} in `labels.toml`."
    if tally.again:
        count = len(tally.open_problems)
        annotations = in_number(len(tally.again), "annotation")
        yield f"Left out: {in_number(count, 'label')} of {annotations}, for people to label again."


def _manifest(imported: Imported) -> dict[str, Any]:
    """Return what is needed to make the same dataset again, and what became of everything."""
    plan, tally = imported
    return {
        "miyar": miyar.__version__,
        "scheme": plan.scheme.signature,
        "exports": [_source(export, tally.tasks) for export in plan.exports],
        "annotators": [
            {"source": key.source, "user": key.user, "pseudonym": name}
            for key, name in plan.annotators.items()
        ],
        "annotations": [
            {"annotator": who, "status": status, "count": count}
            for (who, status), count in sorted(tally.views.items())
        ],
        "ledger": [entry.to_dict() for entry in tally.ledger.entries()],
        "changes": _changes(imported),
        "left_out": dict(plan.selection.left_out + Counter(all_refused=len(tally.emptied))),
        "notes": {note: count for note, count in tally.notes.items() if count},
    }


def _source(export: Export, tasks: Mapping[str, int]) -> dict[str, Any]:
    return {"file": export.name, "sha256": export.sha256, "tasks": tasks[str(export.path)]}


def _changes(imported: Imported) -> dict[str, Any]:
    """Return which changes of the scheme there were, and how often each was applied; null for nothing."""
    applied = [
        {"kind": kind, "from": code, "to": list(became), "count": count}
        for (kind, code, became), count in sorted(imported.tally.applied.items(), key=str)
    ]
    return {"digest": changes_digest(imported.plan.scheme.changes), "applied": applied}
