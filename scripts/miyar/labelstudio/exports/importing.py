"""Imports exports: every annotation that counts becomes an Annotation, everything else is accounted for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from miyar.annotation import Annotation, Status
from miyar.article import Article
from miyar.errors import DataError, Problem, quoted
from miyar.labelstudio.exports.export import AnnotatorKey, Export, Slot, Task, pseudonyms
from miyar.labelstudio.exports.faults import annotation_problem, place, task_problem, version_of
from miyar.labelstudio.exports.foreign import LEFT_OUT_KEY, Translator
from miyar.labelstudio.exports.reading import raw_tasks, read_heads, task_of
from miyar.labelstudio.exports.selection import Rank, Selection, moment
from miyar.labelstudio.results.changes import Translation
from miyar.labelstudio.results.ledger import Ledger
from miyar.labelstudio.results.reannotation import Reannotation
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.results.rejects import Rejects
from miyar.labelstudio.results.result import Reject, kind_of, role_names
from miyar.labelstudio.results.revision import Applied, Revision
from miyar.labelstudio.results.usual import Lane, Usual
from miyar.scheme import Scheme, changes_after

OTHER_SCHEME = "task_of_another_scheme"
PARTIAL = "partial_pull_without_an_earlier_one_of_its_server"
NO_SCHEME = "task_without_a_scheme_read_with_this_one"
OF_SKIPPED = "region_of_a_skipped_annotation_left_out"


@dataclass(slots=True)
class Import:
    """An import under way; its counts are complete when `annotations` has been exhausted.

    `views` counts annotations by annotator and status, `tasks` tasks by export, `labelled` are the
    articles that have an annotation, `applied` the codes of earlier schemes that were translated, `again`
    what people have to decide again. `translator` reads exports of projects that miyar did not make.
    `emptied` are the places of annotations of which all was refused: they are left out, since they are not
    finished with nothing.
    """

    exports: Sequence[Export]
    articles: Mapping[str, Article]
    scheme: Scheme
    translator: Translator | None = None
    annotators: Mapping[AnnotatorKey, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    rejects: Rejects = field(default_factory=Rejects)
    notes: Counter[str] = field(default_factory=Counter)
    selection: Selection = field(default_factory=Selection)
    tasks: Counter[str] = field(default_factory=Counter)
    views: Counter[tuple[str, str]] = field(default_factory=Counter)
    labelled: set[str] = field(default_factory=set)
    applied: Counter[Applied] = field(default_factory=Counter)
    again: list[Reannotation] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)

    def annotations(self) -> Iterator[Annotation]:
        """Yield the annotations that count, in the order of the exports.

        The exports are read twice: first to choose the annotations, then to convert the chosen ones.
        """
        self._select()
        self.annotators = pseudonyms((slot.annotator for slot in self.selection.chosen), self.exports)
        lane = Lane(self.articles, self.scheme)
        for export in self.exports:
            for task in self.translator.tasks(export) if self.translator else ():
                self.tasks[str(export.path)] += 1
                yield from self._task(task)
            for raw in () if self.translator else raw_tasks(export):
                self.tasks[str(export.path)] += 1
                usual = lane.taken(raw)
                yield from self._usual(export, usual) if usual else self._task(task_of(export, raw))

    def _select(self) -> None:
        """Choose the annotations; what is wrong with any of the files is reported for all of them."""
        problems: list[Problem] = []
        for export in self.exports:
            try:
                for task in self._heads(export):
                    problems.extend(self.selection.offer(task))
            except DataError as error:
                problems.extend(error.problems)
        if problems:
            raise DataError(problems)
        self.notes[PARTIAL] += sum(_lacks_its_start(export, self.exports) for export in self.exports)

    def _heads(self, export: Export) -> Iterator[Task]:
        return self.translator.tasks(export) if self.translator else read_heads(export)

    @property
    def problems(self) -> list[Problem]:
        """Return what could not be imported, the first of it if there is very much."""
        return self.rejects.problems

    @property
    def open_problems(self) -> list[Problem]:
        """Return what people have to decide again, as problems."""
        return [problem for one in self.again for problem in one.problems()]

    def _usual(self, export: Export, usual: Usual) -> Iterator[Annotation]:
        """Yield the annotations that count of a task in which nothing is unusual."""
        article = usual.article
        if self.selection.outdated(export, usual.task.project, article.id):
            return
        for value, converted in usual.annotations:
            key = AnnotatorKey(export.source, str(value.completed_by))
            rank = Rank(finished=True, updated=moment(value.updated_at), id=value.id)
            if not self.selection.take_ranked(Slot(article.id, key), rank):
                continue
            for kind, count in converted.counts.items():
                self.ledger.receive(kind, count)
                self.ledger.settle(kind, "out", count)
            self.notes.update(converted.notes)
            annotator = self.annotators[key]
            self.views[annotator, "finished"] += 1
            self.labelled.add(article.id)
            yield Annotation(
                article=article.id,
                sha256=article.sha256,
                annotator=annotator,
                spans=converted.spans,
                arguments=converted.arguments,
                scheme=self.scheme.signature,
                created=value.created_at,
                seconds=value.lead_time,
            )

    def _task(self, task: Task) -> Iterator[Annotation]:
        chosen = [annotation for annotation in task.annotations if self.selection.take(task, annotation)]
        for value in task.broken_annotations:
            where = f"{task.where}, annotations"
            problem = Problem("bad_annotation", where, quoted(value), "an annotation as an object")
            self.rejects.add(Reject(problem, "other", value))
        unfit = task_problem(task, self.articles, self.scheme)
        if unfit:
            self._reject(unfit, chosen)
            return
        self._note_scheme(task)
        for annotation in chosen:
            broken = annotation_problem(task, annotation)
            if broken:
                self._reject(broken, [annotation])
            else:
                yield from self._annotation(task, annotation)

    def _note_scheme(self, task: Task) -> None:
        made_with = task.data.get("scheme")
        if made_with is None and self.scheme.changes:
            self.notes[NO_SCHEME] += 1
        elif made_with not in (None, self.scheme.signature):
            self.notes[OTHER_SCHEME] += 1

    def _annotation(self, task: Task, value: Mapping[str, Any]) -> Iterator[Annotation]:
        article = self.articles[task.data["article"]]
        skipped = bool(value.get("was_cancelled"))
        revision = self._revision(task, value, article)
        conversion = Conversion(article, self.scheme, place(task, value))
        conversion.add(revision.results)
        if skipped:
            self.notes[OF_SKIPPED] += len(_results(value))
        self.ledger.add(conversion.ledger)
        left_out = 0 if skipped else value.get(LEFT_OUT_KEY, 0)
        self.ledger.receive("other", left_out)
        self.ledger.settle("other", "left_out", left_out)
        self.rejects.extend(conversion.rejects)
        self.notes.update(conversion.notes)
        if conversion.rejects and not conversion.spans:
            self.emptied.append(place(task, value))
            return
        seconds = value.get("lead_time")
        annotator = self.annotators[task.key(value)]
        status: Status = "skipped" if skipped else "finished"
        self.views[annotator, status] += 1
        self.labelled.add(article.id)
        yield Annotation(
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

    def _revision(self, task: Task, value: Mapping[str, Any], article: Article) -> Revision:
        """Return an annotation's results in the codes of this scheme; of a skipped one there are none."""
        made_with = task.data.get("scheme") or self.scheme.signature
        changes = changes_after(version_of(made_with), self.scheme.changes)
        revision = Revision(article, Translation(self.scheme, changes))
        revision.add([] if value.get("was_cancelled") else _results(value))
        self.ledger.add(revision.ledger)
        self.applied.update(revision.applied)
        open_parts = (tuple(revision.spans), tuple(revision.arguments), tuple(revision.attributes))
        if any(open_parts):
            who, schemes = self.annotators[task.key(value)], (made_with, self.scheme.signature)
            named = (article.id, article.sha256, who, *schemes, place(task, value))
            self.again.append(Reannotation(*named, *open_parts))
        return revision

    def _reject(self, problem: Problem, annotations: Sequence[Mapping[str, Any]]) -> None:
        """Put whole annotations aside, without e-mail addresses, and count what was in them."""
        self.rejects.add(Reject(problem, "other", [_without_account(value) for value in annotations]))
        left_out = sum(value.get(LEFT_OUT_KEY, 0) for value in annotations)
        self.ledger.receive("other", left_out)
        self.ledger.settle("other", "left_out", left_out)
        for result in (result for value in annotations for result in _results(value)):
            kind = kind_of(result, self.scheme)
            count = len(role_names(result)) if kind == "arguments" else 1
            self.ledger.receive(kind, count)
            self.ledger.settle(kind, "quarantined", count)


def _results(annotation: Mapping[str, Any]) -> list[Any]:
    results = annotation.get("result")
    return results if isinstance(results, list) else []


def _without_account(annotation: Mapping[str, Any]) -> dict[str, Any]:
    user = annotation.get("completed_by")
    identity = user.get("id") if isinstance(user, dict) else user
    return {**annotation, "completed_by": identity if isinstance(identity, int) else None}


def _lacks_its_start(export: Export, exports: Sequence[Export]) -> bool:
    """Return whether an export has only what changed, and nothing before it is imported with it."""
    before = (other.source == export.source and other.as_of < export.as_of for other in exports)
    return bool(export.since) and not any(before)
