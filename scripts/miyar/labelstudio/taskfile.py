"""A file of tasks on its way to the server; refused as a whole where a task breaks the contract.

The server accepts anything: impossible offsets, unknown labels, and a dangling relation, which makes a
task that no page can open. So the suggestions go through the import's own checks before they are sent.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from miyar.article import ID, Article, text_faults, text_sha256
from miyar.errors import DataError, Problem, UsageError, quoted
from miyar.labelstudio.regions import Conversion
from miyar.labelstudio.tasks import OBJECT
from miyar.offsets import ASTRAL, STAND_IN, stand_in
from miyar.scheme import Scheme

Task = Mapping[str, Any]
REMEDY = "make the tasks again with miyar convert-articles"
DIGEST = re.compile(r"[0-9a-f]{64}")
FIELDS = frozenset({"data", "predictions"})
TYPES = frozenset({"labels", "textarea", "relation"})
DIRECTIONS = frozenset({"right", "left"})


def read_task_file(path: Path, scheme: Scheme) -> tuple[Task, ...]:
    """Return the tasks of a file as convert-articles writes it.

    Raises UsageError for another file, DataError with everything that is wrong in the tasks.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a file of tasks: {error}; {REMEDY}") from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) and "data" in task for task in tasks):
        raise UsageError(f"{path}: not a list of tasks with “data”; {REMEDY}")
    if not tasks:
        raise UsageError(f"{path}: no task in it; {REMEDY}")
    problems = [
        problem for number, task in enumerate(tasks) for problem in _problems(path, number, task, scheme)
    ]
    problems += _repeated(path, tasks)
    if problems:
        raise DataError(problems, "Nothing was sent.")
    return tuple(tasks)


def article_id(task: Task) -> str:
    """Return the article that a task shows."""
    return str(task["data"]["article"])


def suggestions(task: Task) -> Sequence[Mapping[str, Any]]:
    """Return the predictions of a task."""
    found: Sequence[Mapping[str, Any]] = task.get("predictions") or []
    return found


def _problems(path: Path, number: int, task: Task, scheme: Scheme) -> Iterator[Problem]:
    data = task["data"] if isinstance(task["data"], dict) else {}
    where = f"{path}: task {number + 1} ({data.get('article')})"
    wrong = [name for name in ("article", "text", "sha256", "scheme") if not isinstance(data.get(name), str)]
    if wrong:
        yield Problem("bad_task", where, f"no text in {', '.join(wrong)}", "data of a task", REMEDY)
        return
    for check in CHECKS:
        yield from check(where, data, scheme)
    for field in sorted(set(task) - FIELDS):
        expected = "data and predictions only: annotations are made by people"
        yield Problem("bad_task", where, f"the field {quoted(field)}", expected, REMEDY)
    if ID.fullmatch(data["article"]) and not any(text_faults(data["text"])):
        yield from _suggestion_problems(where, task, Article(data["article"], data["text"]), scheme)


def _id(where: str, data: Task, scheme: Scheme) -> Iterator[Problem]:
    if not ID.fullmatch(data["article"]):
        yield Problem("bad_id", where, quoted(data["article"]), "1 to 100 of A-Z a-z 0-9 . _ -", REMEDY)


def _text(where: str, data: Task, scheme: Scheme) -> Iterator[Problem]:
    for fault in text_faults(data["text"]):
        yield Problem(fault.code, f"{where}, offset {fault.offset}", fault.found, fault.expected, REMEDY)
    if ASTRAL.search(data["text"]):
        found = "characters beyond U+FFFF, which the page miscounts"
        yield Problem("task_text", where, found, f"{STAND_IN} in their places", REMEDY)


def _digest(where: str, data: Task, scheme: Scheme) -> Iterator[Problem]:
    """Check the sha256, which is that of the text of record: of this very text, if nothing stands in."""
    digest, text = data["sha256"], data["text"]
    known = STAND_IN not in text and not any(text_faults(text))
    if not DIGEST.fullmatch(digest) or (known and digest != text_sha256(text)):
        found = f"sha256 {quoted(digest)}"
        yield Problem("other_digest", where, found, "the sha256 of the text of record", REMEDY)


def _scheme(where: str, data: Task, scheme: Scheme) -> Iterator[Problem]:
    if data["scheme"] != scheme.signature:
        remedy = f"{REMEDY}, or name the scheme of the tasks with --config"
        yield Problem("other_scheme", where, f"scheme {quoted(data['scheme'])}", scheme.signature, remedy)


CHECKS: tuple[Callable[[str, Task, Scheme], Iterator[Problem]], ...] = (_id, _text, _digest, _scheme)
"""To add a rule for a task's data, write a function that yields its problems and add it here."""


def _repeated(path: Path, tasks: Sequence[Task]) -> Iterator[Problem]:
    ids = [str(task["data"].get("article")) for task in tasks if isinstance(task["data"], dict)]
    counts = Counter(identity.casefold() for identity in ids)
    for identity in dict.fromkeys(ids):
        if counts[identity.casefold()] > 1:
            found = f"{counts[identity.casefold()]} tasks for it (upper and lower case count as equal)"
            yield Problem("article_twice", f"{path}: {identity}", found, "one task per article", REMEDY)


def _suggestion_problems(where: str, task: Task, article: Article, scheme: Scheme) -> Iterator[Problem]:
    predictions = suggestions(task)
    if not isinstance(predictions, list) or not all(isinstance(value, dict) for value in predictions):
        yield Problem(
            "bad_suggestion", where, "predictions of another shape", "a list of predictions", REMEDY
        )
        return
    if predictions and task["data"].get("blind") is not False:
        found = f"suggestions and “blind” {task['data'].get('blind')!r}"
        yield Problem("not_blind", where, found, "“blind” false where suggestions are shown", REMEDY)
    for prediction in predictions:
        name, results = prediction.get("model_version"), prediction.get("result")
        if not isinstance(name, str) or not name or not isinstance(results, list):
            found = f"a prediction of {quoted(name)} without a name or results"
            yield Problem("bad_suggestion", where, found, "model_version and result", REMEDY)
            continue
        yield from _result_problems(f"{where}, {name}", results, article, scheme)


def _result_problems(
    where: str, results: Sequence[Any], article: Article, scheme: Scheme
) -> Iterator[Problem]:
    conversion = Conversion(Article(article.id, stand_in(article.text)), scheme, where)
    conversion.add(results)
    yield from (reject.problem for reject in conversion.rejects)
    pairs = Counter[frozenset[str]]()
    for result in (value for value in results if isinstance(value, dict)):
        if result.get("type") not in TYPES:
            yield Problem(
                "no_type", where, f"the type {quoted(result.get('type'))}", "labels, textarea or relation"
            )
        elif result["type"] == "relation":
            pairs[frozenset((str(result.get("from_id")), str(result.get("to_id"))))] += 1
            if result.get("direction") not in DIRECTIONS:
                found = f"the direction {quoted(result.get('direction'))}"
                yield Problem("no_direction", where, found, "right or left")
        else:
            yield from _place_problems(where, result)
    for pair, count in pairs.items():
        if count > 1:
            found = f"{count} relations between {' and '.join(sorted(pair))}"
            yield Problem(
                "relation_twice", where, found, "one relation with several roles: the page keeps one"
            )


def _place_problems(where: str, result: Mapping[str, Any]) -> Iterator[Problem]:
    """Check what the page silently loses: an id behind a #, a result for another object."""
    if "#" in str(result.get("id")):
        yield Problem("bad_region_id", where, f"the id {quoted(result.get('id'))}", "an id without #")
    if result.get("to_name") != OBJECT:
        yield Problem("other_object", where, f"to_name {quoted(result.get('to_name'))}", OBJECT)
