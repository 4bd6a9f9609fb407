"""Imports exports: every annotation that counts becomes an Annotation, everything else is accounted for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from miyar.annotation import Annotation
from miyar.article import Article
from miyar.errors import Problem, quoted
from miyar.labelstudio.exports import AnnotatorKey, Export, Selection, Task, pseudonyms, read_tasks
from miyar.labelstudio.ledger import Ledger
from miyar.labelstudio.regions import Conversion, Reject, kind_of
from miyar.offsets import stand_in
from miyar.scheme import Scheme

OTHER_SCHEME = "scheme_of_another_version"


@dataclass(slots=True)
class Import:
    """An import under way; its counts are complete when `annotations` has been exhausted."""

    exports: Sequence[Export]
    articles: Mapping[str, Article]
    scheme: Scheme
    annotators: Mapping[AnnotatorKey, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    selection: Selection = field(default_factory=Selection)
    tasks: Counter[str] = field(default_factory=Counter)

    def annotations(self) -> Iterator[Annotation]:
        """Yield the annotations that count, in the order of the exports.

        The exports are read twice: first to choose the annotations, then to convert the chosen ones.
        """
        for export in self.exports:
            for task in read_tasks(export):
                self.selection.offer(task)
        self.annotators = pseudonyms((key for _, key in self.selection.chosen), self.exports)
        for export in self.exports:
            for task in read_tasks(export):
                self.tasks[str(export.path)] += 1
                yield from self._task(task)

    @property
    def problems(self) -> list[Problem]:
        """Return what could not be imported."""
        return [reject.problem for reject in self.rejects]

    def _task(self, task: Task) -> Iterator[Annotation]:
        problem = _task_problem(task, self.articles)
        chosen = [a for a in task.annotations if self.selection.take(task, a)]
        if problem:
            self._reject_task(problem, task, chosen)
            return
        if task.data.get("scheme") not in (None, self.scheme.signature):
            self.notes[OTHER_SCHEME] += 1
        for annotation in chosen:
            yield self._annotation(task, annotation)

    def _annotation(self, task: Task, value: Mapping[str, Any]) -> Annotation:
        article = self.articles[task.data["article"]]
        conversion = Conversion(article, self.scheme, f"{task.where}, annotation {value.get('id')}")
        skipped = bool(value.get("was_cancelled"))
        conversion.add([] if skipped else _results(value))
        self.ledger.add(conversion.ledger)
        self.rejects.extend(conversion.rejects)
        self.notes.update(conversion.notes)
        seconds = value.get("lead_time")
        return Annotation(
            article=article.id,
            sha256=article.sha256,
            annotator=self.annotators[task.key(value)],
            status="skipped" if skipped else "finished",
            spans=conversion.spans,
            arguments=conversion.arguments,
            scheme=task.data.get("scheme") or self.scheme.signature,
            created=value.get("created_at"),
            seconds=None if seconds is None else float(seconds),
        )

    def _reject_task(self, problem: Problem, task: Task, chosen: Sequence[Mapping[str, Any]]) -> None:
        self.rejects.append(Reject(problem, "other", list(chosen)))
        for result in (result for value in chosen for result in _results(value)):
            kind = kind_of(result, self.scheme)
            roles = result.get("labels") if kind == "arguments" else None
            count = max(1, len(roles)) if isinstance(roles, list) else 1
            self.ledger.receive(kind, count)
            self.ledger.settle(kind, "quarantined", count)


def _results(annotation: Mapping[str, Any]) -> list[Any]:
    results = annotation.get("result")
    return results if isinstance(results, list) else []


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
    digest, text = task.data.get("sha256"), task.data.get("text")
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
