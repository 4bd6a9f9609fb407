"""Imports exports: each task gives what is in it by itself, and all of it comes out or is accounted for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from miyar.annotation import Annotation, Status
from miyar.article import Article
from miyar.errors import DataError, Problem, quoted
from miyar.labelstudio.exports.export import HOW_TO_EXPORT, AnnotatorKey, Export, ExportedTask, pseudonyms
from miyar.labelstudio.exports.faults import annotation_problem, place, task_problem, version_of
from miyar.labelstudio.exports.foreign import LEFT_OUT_KEY, Translator
from miyar.labelstudio.exports.reading import raw_tasks, read_heads, task_of
from miyar.labelstudio.exports.remarks import Placed, Remark, remarks_on_edges, some_at_once
from miyar.labelstudio.exports.selection import AnnotationPlace, Selection
from miyar.labelstudio.results.changes import Translation
from miyar.labelstudio.results.ledger import Ledger
from miyar.labelstudio.results.reannotation import Reannotation
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.results.remedies import REMEDIES
from miyar.labelstudio.results.result import Reject, kind_of, role_names
from miyar.labelstudio.results.revision import Applied, Revision
from miyar.labelstudio.results.usual import Lane, Usual
from miyar.scheme import Scheme, changes_after

OTHER_SCHEME = "task_of_another_scheme"
NO_SCHEME = "task_without_a_scheme_read_with_this_one"
OF_SKIPPED = "region_of_a_skipped_annotation_left_out"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task gives: its annotations that count, and what became of all that is in them.

    `applied` are the codes of earlier schemes that were translated, `again` what people have to decide
    again. `emptied` are the places of annotations of which all was refused: they are left out, since they
    are not finished with nothing. `notes` count what is worth a look, `remarks` are examples of each note;
    `address` is where a browser shows the task.
    """

    export: Export
    address: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    applied: Counter[Applied] = field(default_factory=Counter)
    again: list[Reannotation] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def note(self, remark: Remark, count: int = 1) -> None:
        """Count what is worth a look, and keep where it is."""
        if count:
            self.notes[remark.code] += count
            self.remarks.append(remark)


@dataclass(frozen=True, slots=True)
class Import:
    """What every task is read with: which annotations count, whose they are, texts, scheme, a mapping."""

    exports: Sequence[Export]
    articles: Mapping[str, Article]
    scheme: Scheme
    translator: Translator | None
    selection: Selection
    annotators: Mapping[AnnotatorKey, str]

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what each task gives, in the order of the exports, with what is worth a look in it."""
        for several in some_at_once(self._outcomes()):
            self.look_at_edges(several)
            yield from several

    def look_at_edges(self, outcomes: Sequence[Outcome]) -> None:
        """Note where the spans of outcomes do not begin and end as the guidelines say."""
        placed = [
            (one, Placed(annotation, one.address)) for one in outcomes for annotation in one.annotations
        ]
        for number, remark in remarks_on_edges([one for _, one in placed], self.articles):
            placed[number][0].note(remark)

    def _outcomes(self) -> Iterator[Outcome]:
        lane = Lane(self.articles, self.scheme)
        number = 0
        for export in self.exports:
            for task in self.translator.tasks(export) if self.translator else raw_tasks(export):
                usual = lane.taken(task) if isinstance(task, bytes) else None
                if usual:
                    yield self._usual(export, usual, number)
                else:
                    read = task_of(export, task) if isinstance(task, bytes) else task
                    yield self.outcome(read, number)
                number += 1

    def outcome(self, task: ExportedTask, number: int) -> Outcome:
        """Return what a task gives; `number` is its place among all tasks of the exports."""
        made = Outcome(task.export, task.address)
        chosen = self.selection.counting(task, number)
        for value in task.broken_annotations:
            where = f"{task.where}, annotations"
            problem = Problem(
                "bad_annotation", where, quoted(value), "an annotation as an object", HOW_TO_EXPORT
            )
            made.rejects.append(_told(Reject(problem, "other", value), task))
        unfit = task_problem(task, self.articles, self.scheme)
        if unfit:
            self._reject(made, task, unfit, chosen)
            return made
        self._note_scheme(made, task)
        for annotation in chosen:
            broken = annotation_problem(annotation, self._place(task, annotation))
            if broken:
                self._reject(made, task, broken, [annotation])
            else:
                self._annotation(made, task, annotation)
        return made

    def _usual(self, export: Export, usual: Usual, number: int) -> Outcome:
        """Return what a task gives in which nothing is unusual."""
        task, article = usual.task, usual.article
        made = Outcome(export, export.address(task.project, task.id))
        for index, (value, converted) in enumerate(usual.annotations):
            if AnnotationPlace(number, index) not in self.selection.places:
                continue
            implied = sum(argument.implied for argument in converted.arguments)
            made.ledger.settle("arguments", "implied", implied)
            for kind, count in converted.counts.items():
                made.ledger.receive(kind, count)
                made.ledger.settle(kind, "out", count - (implied if kind == "arguments" else 0))
            annotator = self.annotators[AnnotatorKey(export.source, str(value.completed_by))]
            for note, count in converted.notes.items():
                made.note(Remark(note, annotator, article.id, made.address), count)
            annotation = Annotation(
                article=article.id,
                sha256=article.sha256,
                annotator=annotator,
                spans=converted.spans,
                arguments=converted.arguments,
                scheme=self.scheme.signature,
                created=value.created_at,
                seconds=value.lead_time,
            )
            made.annotations.append(annotation)
        return made

    def _note_scheme(self, made: Outcome, task: ExportedTask) -> None:
        made_with = task.data.get("scheme")
        if made_with is None and self.scheme.changes:
            made.note(Remark(NO_SCHEME, "", task.data["article"], made.address))
        elif made_with not in (None, self.scheme.signature):
            made.note(Remark(OTHER_SCHEME, "", task.data["article"], made.address))

    def _annotation(self, made: Outcome, task: ExportedTask, value: Mapping[str, Any]) -> None:
        article = self.articles[task.data["article"]]
        skipped = bool(value.get("was_cancelled"))
        revision = self._revision(made, task, value, article)
        where, implies = self._place(task, value), self._implies_roles(task)
        conversion = Conversion(article, self.scheme, where, implies)
        conversion.add(revision.results)
        annotator = self.annotators[task.key(value)]
        noted = [(OF_SKIPPED, len(_results(value)) if skipped else 0), *conversion.notes.items()]
        for note, count in noted:
            made.note(Remark(note, annotator, article.id, made.address), count)
        made.ledger.add(conversion.ledger)
        _leave_out(made.ledger, 0 if skipped else value.get(LEFT_OUT_KEY, 0))
        made.rejects.extend(_told(reject, task, annotator) for reject in conversion.rejects)
        if conversion.rejects and not conversion.spans:
            made.emptied.append(self._place(task, value))
            return
        seconds = value.get("lead_time")
        status: Status = "skipped" if skipped else "finished"
        annotation = Annotation(
            article=article.id,
            sha256=article.sha256,
            annotator=annotator,
            status=status,
            spans=conversion.spans,
            arguments=conversion.arguments,
            scheme=task.data.get("scheme") or self.scheme.signature,
            created=value.get("created_at"),
            seconds=None if seconds is None else float(seconds),
        )
        made.annotations.append(annotation)

    def _implies_roles(self, task: ExportedTask) -> bool:
        """Return whether the annotators were told what a relation without a role means."""
        made_with = task.data.get("scheme") or self.scheme.signature
        return self.translator is None and self.scheme.implies_roles(version_of(made_with))

    def _revision(
        self, made: Outcome, task: ExportedTask, value: Mapping[str, Any], article: Article
    ) -> Revision:
        """Return an annotation's results in the codes of this scheme; of a skipped one there are none."""
        made_with = task.data.get("scheme") or self.scheme.signature
        changes = changes_after(version_of(made_with), self.scheme.changes)
        revision = Revision(article, Translation(self.scheme, changes))
        revision.add([] if value.get("was_cancelled") else _results(value))
        made.ledger.add(revision.ledger)
        made.applied.update(revision.applied)
        open_parts = (tuple(revision.spans), tuple(revision.arguments), tuple(revision.attributes))
        if any(open_parts):
            who, schemes = self.annotators[task.key(value)], (made_with, self.scheme.signature)
            named = (article.id, article.sha256, who, *schemes, self._place(task, value))
            made.again.append(Reannotation(*named, *open_parts))
        return revision

    def _place(self, task: ExportedTask, value: Mapping[str, Any]) -> str:
        return place(task, value, self.annotators[task.key(value)])

    def _reject(
        self, made: Outcome, task: ExportedTask, problem: Problem, annotations: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put whole annotations aside, without e-mail addresses, and count what was in them."""
        aside = [_without_account(value) for value in annotations]
        made.rejects.append(_told(Reject(problem, "other", aside), task))
        _leave_out(made.ledger, sum(value.get(LEFT_OUT_KEY, 0) for value in annotations))
        for result in (result for value in annotations for result in _results(value)):
            kind = kind_of(result, self.scheme)
            count = len(role_names(result)) if kind == "arguments" else 1
            made.ledger.receive(kind, count)
            made.ledger.settle(kind, "quarantined", count)


def begun_import(
    exports: Sequence[Export],
    articles: Mapping[str, Article],
    scheme: Scheme,
    translator: Translator | None = None,
) -> Import:
    """Return an import with the annotations that count chosen, one for each annotator and article.

    Raises DataError with what is wrong with any of the files, for all of them.
    """
    selection, problems = Selection(), list[Problem]()
    for export in exports:
        try:
            for task in translator.tasks(export) if translator else read_heads(export):
                problems.extend(selection.offer(task))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(problems)
    annotators = pseudonyms((slot.annotator for slot in selection.chosen), exports)
    return Import(exports, articles, scheme, translator, selection, annotators)


def _told(reject: Reject, task: ExportedTask, annotator: str = "") -> Reject:
    """Return what was refused with what to do about it, where, and whose it is."""
    problem = reject.problem
    remedy = problem.remedy or REMEDIES[problem.code]
    told = replace(problem, remedy=remedy, address=task.address)
    return reject._replace(problem=told, annotator=annotator)


def _leave_out(ledger: Ledger, count: int) -> None:
    ledger.receive("other", count)
    ledger.settle("other", "left_out", count)


def _results(annotation: Mapping[str, Any]) -> list[Any]:
    results = annotation.get("result")
    return results if isinstance(results, list) else []


def _without_account(annotation: Mapping[str, Any]) -> dict[str, Any]:
    user = annotation.get("completed_by")
    identity = user.get("id") if isinstance(user, dict) else user
    return {**annotation, "completed_by": identity if isinstance(identity, int) else None}
