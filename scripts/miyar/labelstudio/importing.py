"""Imports exports: every annotation that counts becomes an Annotation, everything else is accounted for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from miyar.annotation import Annotation, Status
from miyar.article import Article
from miyar.errors import DataError, Problem, quoted
from miyar.labelstudio.exports import AnnotatorKey, Export, Task, pseudonyms, read_tasks
from miyar.labelstudio.ledger import Ledger
from miyar.labelstudio.regions import Conversion
from miyar.labelstudio.results import Reject, kind_of, role_names
from miyar.labelstudio.selection import Selection
from miyar.offsets import stand_in
from miyar.scheme import Scheme

OTHER_SCHEME = "task_of_another_scheme"
OF_SKIPPED = "region_of_a_skipped_annotation_left_out"


@dataclass(slots=True)
class Import:
    """An import under way; its counts are complete when `annotations` has been exhausted.

    `views` counts annotations by annotator and status, `tasks` tasks by export, `labelled` are the
    articles that have an annotation.
    """

    exports: Sequence[Export]
    articles: Mapping[str, Article]
    scheme: Scheme
    annotators: Mapping[AnnotatorKey, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    selection: Selection = field(default_factory=Selection)
    tasks: Counter[str] = field(default_factory=Counter)
    views: Counter[tuple[str, str]] = field(default_factory=Counter)
    labelled: set[str] = field(default_factory=set)

    def annotations(self) -> Iterator[Annotation]:
        """Yield the annotations that count, in the order of the exports.

        The exports are read twice: first to choose the annotations, then to convert the chosen ones.
        """
        self._select()
        self.annotators = pseudonyms((slot.annotator for slot in self.selection.chosen), self.exports)
        for export in self.exports:
            for task in read_tasks(export):
                self.tasks[str(export.path)] += 1
                yield from self._task(task)

    def _select(self) -> None:
        """Choose the annotations; what is wrong with any of the files is reported for all of them."""
        problems: list[Problem] = []
        for export in self.exports:
            try:
                for task in read_tasks(export):
                    problems.extend(self.selection.offer(task))
            except DataError as error:
                problems.extend(error.problems)
        if problems:
            raise DataError(problems)

    @property
    def problems(self) -> list[Problem]:
        """Return what could not be imported."""
        return [reject.problem for reject in self.rejects]

    def _task(self, task: Task) -> Iterator[Annotation]:
        chosen = [annotation for annotation in task.annotations if self.selection.take(task, annotation)]
        for value in task.broken_annotations:
            where = f"{task.where}, annotations"
            problem = Problem("bad_annotation", where, quoted(value), "an annotation as an object")
            self.rejects.append(Reject(problem, "other", value))
        unfit = _task_problem(task, self.articles)
        if unfit:
            self._reject(unfit, chosen)
            return
        if task.data.get("scheme") not in (None, self.scheme.signature):
            self.notes[OTHER_SCHEME] += 1
        for annotation in chosen:
            broken = _annotation_problem(task, annotation)
            if broken:
                self._reject(broken, [annotation])
            else:
                yield self._annotation(task, annotation)

    def _annotation(self, task: Task, value: Mapping[str, Any]) -> Annotation:
        article = self.articles[task.data["article"]]
        conversion = Conversion(article, self.scheme, _where(task, value))
        skipped = bool(value.get("was_cancelled"))
        conversion.add([] if skipped else _results(value))
        if skipped:
            self.notes[OF_SKIPPED] += len(_results(value))
        self.ledger.add(conversion.ledger)
        self.rejects.extend(conversion.rejects)
        self.notes.update(conversion.notes)
        seconds = value.get("lead_time")
        annotator = self.annotators[task.key(value)]
        status: Status = "skipped" if skipped else "finished"
        self.views[annotator, status] += 1
        self.labelled.add(article.id)
        return Annotation(
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

    def _reject(self, problem: Problem, annotations: Sequence[Mapping[str, Any]]) -> None:
        """Put whole annotations aside, without e-mail addresses, and count what was in them."""
        self.rejects.append(Reject(problem, "other", [_without_account(value) for value in annotations]))
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


def _where(task: Task, annotation: Mapping[str, Any]) -> str:
    return f"{task.where}, annotation {annotation.get('id')}"


FIELDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "result": ((list, NoneType), "a list of results"),
    "lead_time": ((int, float, NoneType), "a number of seconds"),
    "created_at": ((str, NoneType), "a point in time in quotes"),
    "id": ((int, NoneType), "a whole number"),
}


def _annotation_problem(task: Task, annotation: Mapping[str, Any]) -> Problem | None:
    """Return why an annotation cannot be what Label Studio writes."""
    for name, (types, expected) in FIELDS.items():
        value = annotation.get(name)
        if isinstance(value, bool) or not isinstance(value, types):
            return Problem("bad_annotation", _where(task, annotation), f"{name} {quoted(value)}", expected)
    return None


def _task_problem(task: Task, articles: Mapping[str, Article]) -> Problem | None:
    """Return why a task's annotations cannot be read against the texts of record."""
    identity = task.data.get("article")
    if not isinstance(identity, str):
        return Problem(
            "no_article", task.where, "no “article” in its data", "a task made by miyar convert-articles"
        )
    article = articles.get(identity)
    if article is None:
        remedy = "name the folder that has it with --articles"
        return Problem("unknown_article", task.where, quoted(identity), "the id of an article", remedy)
    scheme, digest, text = (task.data.get(name) for name in ("scheme", "sha256", "text"))
    if not isinstance(scheme, str | None):
        return Problem("bad_scheme", task.where, f"scheme {quoted(scheme)}", "the scheme's version in quotes")
    if digest != article.sha256:
        found = f"{identity} with sha256 {str(digest)[:12]}…"
        remedy = "restore the text that was labelled; a changed text needs an id of its own"
        return Problem(
            "article_changed", task.where, found, f"{article.sha256[:12]}…, of the article", remedy
        )
    if text != stand_in(article.text):
        found = f"{identity} with another text in the task"
        return Problem("task_text", task.where, found, "the article's text as convert-articles writes it")
    return None
