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

from miyar.article import ID, SURROGATE, Article, text_faults, text_sha256
from miyar.errors import DataError, Problem, UsageError, quoted
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.results.result import CONTROLS, LABEL_CONTROL
from miyar.labelstudio.tasks.task import OBJECT
from miyar.offsets import ASTRAL, STAND_IN, stand_in
from miyar.records import TASKS, read_json
from miyar.scheme import Scheme

Task = Mapping[str, Any]
REMEDY = "make the tasks again with miyar convert-articles"
DIGEST = re.compile(r"[0-9a-f]{64}")
FIELDS = frozenset({"data", "predictions"})
PREDICTION_FIELDS = frozenset({"model_version", "result", "score"})


def read_task_file(path: Path, scheme: Scheme) -> tuple[Task, ...]:
    """Return the tasks of a file as convert-articles writes it.

    Raises UsageError for another file, DataError with everything that is wrong in the tasks.
    """
    try:
        tasks = read_json(path, TASKS)
    except DataError as error:
        found = "; ".join(f"{one.where.removeprefix(f'{path}: ')}: {one.found}" for one in error.problems[:3])
        raise UsageError(f"{path}: not a file of tasks: {found}; {REMEDY}") from error
    except UsageError as error:
        raise UsageError(f"{error}; expected a file of tasks: {REMEDY}") from error
    if not all("data" in task for task in tasks):
        raise UsageError(f"{path}: not a list of tasks with “data”; {REMEDY}")
    if not tasks:
        raise UsageError(f"{path}: no task in it; {REMEDY}")
    problems = [
        problem for number, task in enumerate(tasks) for problem in _problems(path, number, task, scheme)
    ]
    problems += [*_repeated(path, tasks), *_other_schemes(path, tasks, scheme)]
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
    if not SURROGATE.search(data["text"]) and not _is_encodable(task):
        yield Problem("lone_surrogate", where, "half a character in some field", "whole characters", REMEDY)
    for check in CHECKS:
        yield from check(where, data, scheme)
    for field in sorted(set(task) - FIELDS):
        expected = "data and predictions only: annotations are made by people"
        yield Problem("bad_task", where, f"the field {quoted(field)}", expected, REMEDY)
    if ID.fullmatch(data["article"]) and not any(text_faults(data["text"])):
        yield from _suggestion_problems(where, task, Article(data["article"], data["text"]), scheme)


def _is_encodable(task: Task) -> bool:
    """Return whether a task can be sent: one lone surrogate makes the whole project unexportable."""
    try:
        json.dumps(task, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


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


CHECKS: tuple[Callable[[str, Task, Scheme], Iterator[Problem]], ...] = (_id, _text, _digest)
"""To add a rule for a task's data, write a function that yields its problems and add it here."""


def _repeated(path: Path, tasks: Sequence[Task]) -> Iterator[Problem]:
    ids = [str(task["data"].get("article")) for task in tasks if isinstance(task["data"], dict)]
    counts = Counter(identity.casefold() for identity in ids)
    for identity in dict.fromkeys(ids):
        if counts[identity.casefold()] > 1:
            found = f"{counts[identity.casefold()]} tasks for it (upper and lower case count as equal)"
            yield Problem("article_twice", f"{path}: {identity}", found, "one task per article", REMEDY)


def _other_schemes(path: Path, tasks: Sequence[Task], scheme: Scheme) -> Iterator[Problem]:
    """Yield a problem per other scheme, however many tasks were made with it."""
    data = (task["data"] for task in tasks if isinstance(task["data"], dict))
    found = Counter(str(value["scheme"]) for value in data if isinstance(value.get("scheme"), str))
    for signature, count in found.items():
        if signature != scheme.signature:
            remedy = f"{REMEDY}, or name the scheme of the tasks with --config"
            said = f"{count} tasks of the scheme {quoted(signature)}"
            yield Problem("other_scheme", str(path), said, scheme.signature, remedy)


def _suggestion_problems(where: str, task: Task, article: Article, scheme: Scheme) -> Iterator[Problem]:
    predictions = task.get("predictions", [])
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
        fields = sorted(set(prediction) - PREDICTION_FIELDS)
        if not isinstance(name, str) or not name or not isinstance(results, list) or fields:
            found = f"a prediction of {quoted(name)} with {', '.join(fields) or 'no name or no results'}"
            yield Problem("bad_suggestion", where, found, "model_version, result and maybe a score", REMEDY)
        elif not _is_share(prediction.get("score", 0)):
            found = f"the score {quoted(prediction['score'])}"
            yield Problem("bad_suggestion", f"{where}, {name}", found, "a number from 0 to 1", REMEDY)
        else:
            yield from _result_problems(f"{where}, {name}", results, article, scheme)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _result_problems(
    where: str, results: Sequence[Any], article: Article, scheme: Scheme
) -> Iterator[Problem]:
    """Yield what the import would refuse, and what the page would lose or break on."""
    conversion = Conversion(Article(article.id, stand_in(article.text)), scheme, where)
    conversion.add(results)
    yield from (reject.problem for reject in conversion.rejects)
    known = [value for value in results if isinstance(value, dict)]
    for result in known:
        if result.get("type") in ["labels", "textarea"]:
            yield from _place_problems(where, result)
        elif result.get("type") != "relation":
            found = f"the type {quoted(result.get('type'))}"
            yield Problem("no_type", where, found, "labels, textarea or relation", REMEDY)
    yield from _relation_problems(where, [value for value in known if value.get("type") == "relation"])


def _place_problems(where: str, result: Mapping[str, Any]) -> Iterator[Problem]:
    """Check what the page silently loses: an id behind a #, results of controls or objects it has not."""
    if "#" in str(result.get("id")):
        found = f"the id {quoted(result.get('id'))}"
        yield Problem("bad_region_id", where, found, "an id without #", REMEDY)
    if result.get("from_name") in tuple(CONTROLS):
        found = f"a region of the control {quoted(result.get('from_name'))}, which the page has no more"
        yield Problem("other_control", where, found, LABEL_CONTROL, REMEDY)
    if result.get("to_name") != OBJECT:
        found = f"to_name {quoted(result.get('to_name'))}"
        yield Problem("other_object", where, found, OBJECT, REMEDY)


def _relation_problems(where: str, relations: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Check the directions, and that there is one relation per pair: the page keeps only one."""
    for relation in relations:
        if relation.get("direction") not in ["right", "left"]:
            found = f"the direction {quoted(relation.get('direction'))}"
            yield Problem("no_direction", where, found, "right or left", REMEDY)
    pairs = Counter(frozenset((str(one.get("from_id")), str(one.get("to_id")))) for one in relations)
    for pair, count in pairs.items():
        if count > 1:
            found = f"{count} relations between {' and '.join(sorted(pair))}"
            yield Problem("relation_twice", where, found, "one relation with several roles", REMEDY)
