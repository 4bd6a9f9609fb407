"""Reads a gate file.

[[non_inferiority]]            # no row may be worse by `margin` or more
name = "no label worse"        # optional; trade-offs and reports use it
measure = "entities.strict"    # or by = "source": the slices of a field
of = "labels"                  # "micro" (default), "macro", "labels", or ["PERS", "GPE"]
margin = "1 %"                 # the interval of the difference of F1 lies above -1 point
undecided = "pass"             # of a row without interval; "fail" by default

[[floor]]                      # F1 is at least `f1`
by = "source"
f1 = "60 %"
on = "interval"                # the lower end of the interval; "point" by default: F1 itself

[[trade_off]]                  # a row may lose more than its rule allows
excuses = ["no label worse"]   # only these rules
measure = "entities.strict"
of = ["WEAPON"]
margin = "5 %"                 # but less than this, on the interval,
for = { measure = "triggers.trig_c", of = "micro", gain = "1 %" }   # where this gains more, on the interval
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from miyar.comparison.counts import Rows
from miyar.comparison.gatechecks import (
    GAINER,
    RULES,
    TRADE_OFF,
    RulePlace,
    gate_problems,
    interval_problems,
    places,
    subject,
)
from miyar.comparison.rules import Floor, Gate, NonInferiority, On, Rule, TradeOff, Undecided, rate
from miyar.errors import DataError, Problem
from miyar.records import read_bytes

NOT_JUDGED = "Nothing was judged."


def check_gate(path: Path, intervals: bool) -> None:
    """Raise DataError with all that is wrong in a gate file, as far as that is to be seen without counts."""
    document = _document(path)
    problems = list(gate_problems(document, str(path)))
    if not intervals:
        problems += interval_problems(places(document, str(path)))
    if problems:
        raise DataError(problems, NOT_JUDGED)


def read_gate(path: Path, measures: Mapping[str, Rows]) -> Gate:
    """Return the rules of a gate file for the measures that there are; raises DataError with all problems."""
    document = _document(path)
    problems = list(gate_problems(document, str(path), measures))
    if problems:
        raise DataError(problems, NOT_JUDGED)
    found = places(document, str(path))
    return Gate(
        tuple(_rule(place) for place in found if place.kind in RULES),
        tuple(_trade_off(place) for place in found if place.kind == TRADE_OFF),
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            [Problem("bad_toml", str(path), str(error), "rules in TOML (UTF-8)")], NOT_JUDGED
        ) from error


def _rule(place: RulePlace) -> Rule:
    table, about = place.table, subject(place.table)
    undecided = Undecided(table.get("undecided", Undecided.FAIL))
    if place.kind == NonInferiority.kind:
        return NonInferiority(place.name, about, rate(table["margin"]), undecided)
    return Floor(place.name, about, rate(table["f1"]), On(table.get("on", On.POINT)), undecided)


def _trade_off(place: RulePlace) -> TradeOff:
    table, gainer = place.table, place.table[GAINER]
    return TradeOff(
        place.name,
        tuple(table["excuses"]),
        subject(table),
        rate(table["margin"]),
        subject(gainer),
        rate(gainer.get("gain", 0.0)),
    )
