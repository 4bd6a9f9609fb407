"""What keeps a whole task, or a whole annotation, from being imported."""

import shlex
from collections.abc import Mapping
from types import NoneType
from typing import Any

from miyar.article import Article
from miyar.errors import Problem, quoted
from miyar.labelstudio.exports.export import HOW_TO_EXPORT, ExportedTask
from miyar.offsets import stand_in
from miyar.scheme import Scheme, version_number

OWN_TASKS = "name the scheme that the tasks were made with by --config, or restore data.scheme in the export"
FIELDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "result": ((list, NoneType), "a list of results"),
    "lead_time": ((int, float, NoneType), "a number of seconds"),
    "created_at": ((str, NoneType), "a point in time in quotes"),
    "id": ((int, NoneType), "a whole number"),
}


def task_problem(task: ExportedTask, articles: Mapping[str, Article], scheme: Scheme) -> Problem | None:
    """Return why a task's annotations cannot be read against the texts of record."""
    identity = task.data.get("article")
    if not isinstance(identity, str):
        expected = "a task made by miyar convert-articles"
        return Problem("no_article", task.where, "no “article” in its data", expected, how_to_draft(task))
    article = articles.get(identity)
    if article is None:
        remedy = "name the folder that has it with --articles"
        return Problem("unknown_article", task.where, quoted(identity), "the id of an article", remedy)
    unfit = _scheme_problem(task, scheme)
    if unfit:
        return unfit
    digest, text = (task.data.get(name) for name in ("sha256", "text"))
    if digest != article.sha256:
        found = f"{identity} with sha256 {str(digest)[:12]}…"
        remedy = "restore the text that was labelled; a changed text needs an id of its own"
        return Problem(
            "article_changed", task.where, found, f"{article.sha256[:12]}…, of the article", remedy
        )
    if text != stand_in(article.text):
        found = f"{identity} with another text in the task"
        expected = "the article's text as convert-articles writes it"
        remedy = "name the texts that the tasks were made from with --articles"
        return Problem("task_text", task.where, found, expected, remedy)
    return None


def how_to_draft(task: ExportedTask) -> str:
    """Return the call that drafts what the names of a foreign project mean."""
    call = f"miyar import-annotations {shlex.quote(str(task.export.path))} --draft mapping"
    return f"for a project that miyar did not make, draft what its names mean: {call}"


def version_of(scheme: str) -> str:
    """Return the version in a scheme's signature."""
    return scheme.partition("#")[0]


def place(task: ExportedTask, annotation: Mapping[str, Any], annotator: str) -> str:
    """Return where an annotation is and whose, for messages."""
    return f"{task.where}, annotation {annotation.get('id')} of {annotator}"


def annotation_problem(annotation: Mapping[str, Any], where: str) -> Problem | None:
    """Return why an annotation cannot be what Label Studio writes."""
    for name, (types, expected) in FIELDS.items():
        value = annotation.get(name)
        if isinstance(value, bool) or not isinstance(value, types):
            return Problem("bad_annotation", where, f"{name} {quoted(value)}", expected, HOW_TO_EXPORT)
    return None


def _scheme_problem(task: ExportedTask, scheme: Scheme) -> Problem | None:
    """Return why a task's labels cannot be read with the scheme; an earlier version's can."""
    made_with = task.data.get("scheme")
    if made_with is None:
        return None
    if not isinstance(made_with, str):
        found = f"scheme {quoted(made_with)}"
        return Problem("bad_scheme", task.where, found, "the scheme's version in quotes", OWN_TASKS)
    version, own = version_number(version_of(made_with)), version_number(scheme.version)
    if version is not None and own is not None and version > own:
        found, expected = f"labels of scheme {quoted(made_with)}", f"at most {scheme.version}, the scheme's"
        remedy = f"name the folder of the labels.toml of version {version_of(made_with)} with --config"
        return Problem("newer_scheme", task.where, found, expected, remedy)
    if version is None and scheme.changes and version_of(made_with) != scheme.version:
        found = f"scheme {quoted(made_with)}"
        expected = "a version in numbers, such as 1.2.0, which says what changed after it"
        return Problem("bad_scheme", task.where, found, expected, OWN_TASKS)
    return None
