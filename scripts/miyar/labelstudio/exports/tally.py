"""What became of all tasks of an import: the sum of what each of them gives."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from miyar.annotation import Annotation
from miyar.errors import Problem
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.importing import Import, Outcome
from miyar.labelstudio.exports.remarks import Remark
from miyar.labelstudio.results.ledger import Ledger
from miyar.labelstudio.results.reannotation import Reannotation
from miyar.labelstudio.results.rejects import Rejects
from miyar.labelstudio.results.revision import Applied

EXAMPLES = 3
PARTIAL = "partial_pull_without_an_earlier_one_of_its_server"


@dataclass(slots=True)
class Tally:
    """Counts of outcomes: `tasks` by export, `views` by annotator and status, the others as an Outcome's.

    `labelled` are the articles that have an annotation, `examples` the first remarks for each note.
    """

    rejects: Rejects = field(default_factory=Rejects)
    ledger: Ledger = field(default_factory=Ledger)
    notes: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    views: Counter[tuple[str, str]] = field(default_factory=Counter)
    labelled: set[str] = field(default_factory=set)
    applied: Counter[Applied] = field(default_factory=Counter)
    again: list[Reannotation] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    examples: dict[str, list[Remark]] = field(default_factory=dict)

    def counted(self, outcome: Outcome) -> Sequence[Annotation]:
        """Count what a task gives, and return its annotations."""
        self.tasks[str(outcome.export.path)] += 1
        self.ledger.add(outcome.ledger)
        self.rejects.extend(outcome.rejects)
        self.notes.update(outcome.notes)
        for remark in outcome.remarks:
            known = self.examples.setdefault(remark.code, [])
            if len(known) < EXAMPLES:
                known.append(remark)
        self.applied.update(outcome.applied)
        self.again.extend(outcome.again)
        self.emptied.extend(outcome.emptied)
        for annotation in outcome.annotations:
            self.views[annotation.annotator, annotation.status] += 1
            self.labelled.add(annotation.article)
        return outcome.annotations

    @property
    def problems(self) -> list[Problem]:
        """Return what could not be imported, the first of it if there is very much."""
        return self.rejects.problems

    @property
    def open_problems(self) -> list[Problem]:
        """Return what people have to decide again, as problems."""
        return [problem for one in self.again for problem in one.problems()]


def begun_tally(plan: Import, aside: IO[str] | None = None) -> Tally:
    """Return the tally of an import before its first task; what is refused goes into the file too."""
    return Tally(Rejects(aside), notes=Counter({PARTIAL: len(without_start(plan.exports))}))


def without_start(exports: Sequence[Export]) -> list[Export]:
    """Return the exports that have only what changed, where nothing before it is imported with them."""
    return [export for export in exports if _lacks_its_start(export, exports)]


def _lacks_its_start(export: Export, exports: Sequence[Export]) -> bool:
    """Return whether there is only a part of its server's work, and no earlier part with it."""
    before = (other.source == export.source and other.as_of < export.as_of for other in exports)
    return bool(export.since) and not any(before)
