"""What can be wrong in a gate file: its tables, the keys in them, and the rows that they name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from miyar.comparison.counts import SLICES, Rows
from miyar.comparison.rules import PER_CENT, On, Subject, Undecided, rate
from miyar.errors import Problem
from miyar.scheme import one_of

RULES = ("non_inferiority", "floor")
TRADE_OFF, GAINER = "trade_off", "for"
KINDS = (*RULES, TRADE_OFF)

Table = Mapping[str, Any]
Measures = Mapping[str, Rows]


class RulePlace(NamedTuple):
    """A table of the file: its kind and its number among those of its kind."""

    file: str
    kind: str
    number: int
    table: Table

    @property
    def where(self) -> str:
        """Return the place for a person."""
        return f"{self.file}: [[{self.kind}]] {self.number}"

    @property
    def name(self) -> str:
        """Return the table's name, which is its kind and number where it gives none."""
        return str(self.table.get("name", f"{self.kind} {self.number}"))


class Value(NamedTuple):
    """What a key may hold: the type, how that is said, and the choices if only some texts will do."""

    fits: Callable[[Any], bool]
    expected: str
    choices: tuple[str, ...] = ()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _is_rate(value: object) -> bool:
    if isinstance(value, str):
        return PER_CENT.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


TEXT = Value(_is_text, "a text in quotes")
AMOUNT = Value(_is_rate, 'a rate such as "1 %", which is one point of F1, or 0.01')
LEVEL = Value(_is_rate, 'a rate such as "60 %", or 0.6')
SUBJECT = {
    "measure": TEXT,
    "by": TEXT,
    "of": Value(lambda value: _is_text(value) or _is_texts(value), '"micro", "labels", … or ["LABEL", …]'),
}
RULE = {"name": TEXT, **SUBJECT, "undecided": Value(_is_text, '"fail" or "pass"', tuple(Undecided))}
KEYS: Mapping[str, Mapping[str, Value]] = {
    "non_inferiority": {**RULE, "margin": AMOUNT},
    "floor": {**RULE, "f1": LEVEL, "on": Value(_is_text, '"point" or "interval"', tuple(On))},
    TRADE_OFF: {
        "name": TEXT,
        "excuses": Value(_is_texts, '["NAME", …], the names of rules'),
        **SUBJECT,
        "margin": AMOUNT,
        GAINER: Value(lambda value: isinstance(value, dict), '{ measure = "…", of = "…", gain = 0.0 }'),
    },
    GAINER: {**SUBJECT, "gain": AMOUNT},
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "non_inferiority": ("margin",),
    "floor": ("f1",),
    TRADE_OFF: ("excuses", "margin", GAINER),
    GAINER: (),
}


def gate_problems(document: Table, file: str, measures: Measures | None = None) -> Iterator[Problem]:
    """Yield everything that is wrong in a parsed gate file, also in the rows where the measures are given."""
    for key in sorted(document.keys() - {*KINDS}):
        yield Problem("unknown_key", file, key, one_of(key, KINDS))
    for kind in KINDS:
        yield from _not_tables(document.get(kind, []), kind, file)
    found = places(document, file)
    if not any(place.kind in RULES for place in found):
        yield Problem("no_rules", file, "no rule", "[[non_inferiority]] or [[floor]]")
    sound = []
    for place in found:
        problems = [*_table_problems(place.where, place.table, place.kind)]
        if not problems and measures is not None:
            problems = [*_row_problems(place, measures)]
            sound += [] if problems else [place]
        yield from problems
    yield from _name_problems(found)
    if measures is not None:
        yield from _trade_off_problems(sound, found, measures)


def interval_problems(found: Sequence[RulePlace]) -> Iterator[Problem]:
    """Yield the tables that ask for intervals, where there are none."""
    for place in found:
        if place.kind != "floor" or place.table.get("on") == On.INTERVAL:
            expected = "intervals, which this rule goes by"
            yield Problem("no_intervals", place.where, "--samples 0", expected, "leave --samples out")


def places(document: Table, file: str) -> tuple[RulePlace, ...]:
    """Return the tables of the file, rules first."""
    listed = {kind: document.get(kind, []) for kind in KINDS}
    return tuple(
        RulePlace(file, kind, number, table)
        for kind, tables in listed.items()
        if isinstance(tables, list)
        for number, table in enumerate(tables, start=1)
        if isinstance(table, dict)
    )


def subject(table: Table) -> Subject:
    """Return which rows a table is about: micro, or of slices all, where it does not say."""
    of = table.get("of", SLICES if "by" in table else "micro")
    measure = f"{SLICES}.{table['by']}" if "by" in table else table["measure"]
    return Subject(measure, of if isinstance(of, str) else tuple(of))


def _not_tables(value: object, kind: str, file: str) -> Iterator[Problem]:
    wrong = [one for one in value if not isinstance(one, dict)] if isinstance(value, list) else [value]
    for one in wrong:
        yield Problem("not_a_table", f"{file}: {kind}", repr(one), f"tables, each headed [[{kind}]]")


def _table_problems(where: str, table: Table, kind: str) -> Iterator[Problem]:
    """Yield unknown and missing keys and values that will not do."""
    keys = KEYS[kind]
    for key in sorted(table.keys() - keys.keys()):
        yield Problem("unknown_key", where, key, one_of(key, keys))
    for key in REQUIRED[kind]:
        if key not in table:
            yield Problem("missing_key", where, f"no {key}", f"{key} = {keys[key].expected}")
    if "measure" in table and "by" in table:
        yield Problem("measure_and_by", where, "both measure and by", "by for slices, else measure")
    elif "measure" not in table and "by" not in table:
        yield Problem("missing_key", where, "no measure", 'measure = "entities.strict", or by = "FIELD"')
    for key in (key for key in keys if key in table):
        yield from _value_problems(f"{where} {key}", table[key], keys[key])
    if isinstance(table.get(GAINER), dict) and GAINER in keys:
        yield from _table_problems(f"{where} {GAINER}", table[GAINER], GAINER)


def _value_problems(where: str, found: Any, value: Value) -> Iterator[Problem]:
    if not value.fits(found):
        yield Problem("wrong_type", where, repr(found), value.expected)
    elif value is AMOUNT and not 0 <= rate(found) < 1:
        expected = 'from 0 to less than 1: 0.01, or "1 %", is one point of F1'
        yield Problem("bad_number", where, repr(found), expected)
    elif value is LEVEL and not 0 <= rate(found) <= 1:
        yield Problem("bad_number", where, repr(found), 'from 0 to 1: 0.6 is the same as "60 %"')
    elif isinstance(found, list) and len(set(found)) != len(found):
        twice = ", ".join(sorted({one for one in found if found.count(one) > 1}))
        yield Problem("named_twice", where, twice, "each once")
    elif value.choices and found not in value.choices:
        yield Problem("unknown_choice", where, repr(found), one_of(found, value.choices))


def _row_problems(place: RulePlace, measures: Measures) -> Iterator[Problem]:
    yield from _subject_problems(place.where, place.table, measures)
    if place.kind == TRADE_OFF:
        yield from _subject_problems(f"{place.where} {GAINER}", place.table[GAINER], measures)


def _subject_problems(where: str, table: Table, measures: Measures) -> Iterator[Problem]:
    """Yield a measure or field that there is not, and rows that it has not."""
    meant = subject(table)
    if meant.measure in measures:
        yield from _of_problems(f"{where} of", meant, measures[meant.measure])
    elif "by" in table:
        fields = [name.removeprefix(f"{SLICES}.") for name in measures if name.startswith(f"{SLICES}.")]
        expected = one_of(table["by"], fields) if fields else "a field that there are slices by"
        yield Problem("unknown_field", f"{where} by", table["by"], expected, f"add --by {table['by']}")
    else:
        yield Problem("unknown_measure", f"{where} measure", meant.measure, one_of(meant.measure, measures))


def _of_problems(where: str, meant: Subject, rows: Rows) -> Iterator[Problem]:
    words = (*rows.averages, *([rows.family] if rows.classes else []))
    if not isinstance(meant.of, str):
        for code in meant.of:
            if code not in rows.classes:
                expected = one_of(code, rows.classes) if rows.classes else one_of(code, words)
                yield Problem("unknown_class", where, f"{code} is none of {meant.measure}", expected)
    elif meant.of not in words:
        remedy = f'name a single one as of = ["{meant.of}"]' if meant.of in rows.classes else ""
        yield Problem("unknown_rows", where, meant.of, one_of(meant.of, words), remedy)


def _name_problems(found: Sequence[RulePlace]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place in found:
        if place.name in seen:
            expected = f"a name of its own; {seen[place.name]} has it too"
            yield Problem("name_twice", f"{place.where} name", place.name, expected)
        seen.setdefault(place.name, f"[[{place.kind}]] {place.number}")


def _trade_off_problems(
    sound: Sequence[RulePlace], found: Sequence[RulePlace], measures: Measures
) -> Iterator[Problem]:
    """Yield names of rules that there are not, and of rules that the trade-off's rows are none of."""
    rules = {place.name: place for place in found if place.kind in RULES}
    for place in sound:
        for name in place.table.get("excuses", ()):
            where = f"{place.where} excuses"
            if name not in rules:
                expected = one_of(name, rules)
                yield Problem("unknown_rule", where, name, expected, "a rule gets its name by name = …")
            elif rules[name] in sound and not _overlap(place.table, rules[name].table, measures):
                expected = f"a rule about {subject(place.table)}"
                yield Problem(
                    "nothing_to_excuse", where, f"{name} is about {subject(rules[name].table)}", expected
                )


def _overlap(one: Table, other: Table, measures: Measures) -> bool:
    left, right = subject(one), subject(other)
    return left.measure == right.measure and bool(left.within(measures) & right.within(measures))
