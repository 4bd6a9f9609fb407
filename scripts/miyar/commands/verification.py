"""Computes stored scores again from their inputs and compares them to the last digit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from miyar.commands.inputs import Inputs, inputs_of, read_inputs
from miyar.commands.options import load_scheme
from miyar.errors import DataError, Problem, UsageError
from miyar.records import SCORE, SCORES, decode_value, read_json
from miyar.scoring import score
from miyar.terminal import show

SHOWN = 20
NOT_THERE = "(not there)"
OUTCOME = "The score is not the same."
NOT_COMPARED = ("inputs", "corpus", "extractor")  # names, which change with the places of the files


class Places(NamedTuple):
    """Where the inputs of scores lie now, as far as they have moved; as many predictions as scores."""

    gold: Path | None = None
    predictions: Sequence[Path] = ()
    articles: tuple[Path, ...] = ()
    training: Path | None = None


class Difference(NamedTuple):
    """A place in a score's JSON with what is stored and what was computed."""

    place: str
    stored: object
    computed: object


def verify(file: Path, config: Path | None, places: Places) -> None:
    """Print whether the scores of a file are the same when computed again; raises DataError where not.

    They are computed from the inputs that they name, with their options; `places` say where those lie now.
    """
    stored = _stored_scores(file)
    inputs = _located(file, stored, places)
    problems = []
    for value, given in zip(stored, inputs, strict=True):
        try:
            scheme = load_scheme(config, given.gold).scheme
            read = read_inputs(given, scheme)
        except (UsageError, OSError) as error:
            raise UsageError(f"{error}; name the inputs of {file} where they lie now") from error
        again = score(read.gold, read.predictions[0], scheme, given.choices, read.training)
        computed = json.loads(json.dumps(again.to_dict()))
        found = list(differences(_compared(value), _compared(computed)))
        problems += [_problem(file, one) for one in found[:SHOWN]]
        name = f"{again.extractor} on {again.corpus}"
        if found:
            show(f"{name}: {len(found)} of {_size(_compared(computed))} values differ")
        else:
            values = _size(_compared(computed))
            show(f"{name}: the same to the last digit, all {values} values but {', '.join(NOT_COMPARED)}")
    if problems:
        raise DataError(problems, OUTCOME)


def differences(stored: Any, computed: Any, place: str = "") -> Iterator[Difference]:
    """Yield where two JSON values differ; a number is the same only if its last digit is."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        for name in dict.fromkeys([*stored, *computed]):
            old, new = (side.get(name, NOT_THERE) for side in (stored, computed))
            yield from differences(old, new, f"{place}.{name}".lstrip("."))
    elif isinstance(stored, list) and isinstance(computed, list) and len(stored) == len(computed):
        for number, (old, new) in enumerate(zip(stored, computed, strict=True)):
            yield from differences(old, new, f"{place}[{number}]")
    elif stored != computed or type(stored) is not type(computed):
        yield Difference(place, stored, computed)


def _stored_scores(file: Path) -> list[dict[str, Any]]:
    values = read_json(file, SCORES)
    return values if isinstance(values, list) else [values]


def _located(file: Path, stored: Sequence[dict[str, Any]], places: Places) -> list[Inputs]:
    """Return the inputs of each score, at the places that were given, if any were."""
    read = [decode_value(value, SCORE, f"{file}: score {n}") for n, value in enumerate(stored, start=1)]
    problems = [problem for one in read for problem in one.problems]
    if problems or not stored:
        raise DataError(problems or [Problem(SCORE.code, str(file), "no score", SCORE.shape)], OUTCOME)
    inputs = [inputs_of(one.record.inputs) for one in read if one.record]
    if places.predictions and len(places.predictions) != len(inputs):
        raise UsageError(f"{file} has {len(inputs)} scores: name as many PREDICTIONS, or none")
    predictions = places.predictions or [path for one in inputs for path in one.predictions]
    return [
        replace(
            one,
            gold=places.gold or one.gold,
            predictions=(path,),
            articles=places.articles or one.articles,
            training=places.training or one.training,
        )
        for one, path in zip(inputs, predictions, strict=True)
    ]


def _compared(score: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in score.items() if name not in NOT_COMPARED}


def _problem(file: Path, difference: Difference) -> Problem:
    found = f"{difference.place}: {json.dumps(difference.stored)} is stored"
    return Problem("not_the_same", str(file), found, f"{json.dumps(difference.computed)}, as computed now")


def _size(value: Any) -> int:
    """Return how many values a JSON value holds that hold no others."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if parts is None else sum(map(_size, parts))
