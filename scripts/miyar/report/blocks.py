"""A score as blocks of rows, rounded: what the text and the Markdown of a report have in common."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from miyar.scheme import Scheme
from miyar.scoring import CHARGED, NOTHING, PRF, Diagnosis, Interval, Macro, Measure, Score, Slices

UNDEFINED = "–"
# The Arabic names stand last in their line: in front of numbers they would turn their order round.
RATIOS = ("P", "R", "F1", "interval", "TP", "pred.", "support", "")
SLICES = ("P", "R", "F1", "interval", "gap", "its interval", "support", "")
SHARES = ("share", "interval", "right", "of", "")
BY_LABEL = {"entities": "strict", "triggers": "trig_c", "arguments": "arg_c", "comparison": "default"}
NAMES = {"trig_i": "Trig-I", "trig_c": "Trig-C", "arg_i": "Arg-I", "arg_c": "Arg-C"}
SHOWN_CONFUSIONS = 10
NO_MAP_SIGNED = "|map:none|"


class Row(NamedTuple):
    """One line of a table, rounded; `heavy` sets the averages apart."""

    cells: tuple[str, ...]
    heavy: bool = False


class Block(NamedTuple):
    """A table: its head, the layer first, and its rows."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]


def blocks(score: Score, scheme: Scheme) -> Iterator[Block]:
    """Yield a table per layer of which something was predicted, then the errors of the entities."""
    names = label_names(scheme, score.layers["entities"]["strict"].signature)
    for layer, measures in score.layers.items():
        ratios = {name: one for name, one in measures.items() if one.kind != "shares"}
        shares = {name: one for name, one in measures.items() if one.kind == "shares"}
        if layer == "entities" or any(one.micro.predicted for one in ratios.values()):
            yield Block((layer, *RATIOS), tuple(_ratio_rows(layer, ratios, names)))
        if any(one.micro.gold for one in shares.values()):
            yield Block((f"{layer} of matches", *SHARES), tuple(_share_rows(shares, names)))
    for name, slices in score.slices.items():
        yield Block((f"by {name}", *SLICES), tuple(_slice_rows(slices)))
    for layer, diagnosis in score.errors.items():
        yield from _error_blocks(layer, diagnosis)


def label_names(scheme: Scheme, signature: str) -> dict[str, str]:
    """Return the names of labels and roles, none under a map: its codes may mean something else."""
    labels = [(label.code, label.name) for label in scheme.labels if NO_MAP_SIGNED in signature]
    roles = [(role.code, role.name) for role in scheme.roles]
    return {code: name for code, name in (*labels, *roles) if code != name}


def measure_name(name: str) -> str:
    """Return the name of a measure as papers write it; + is attached to the trigger."""
    head = name.removesuffix("_conditional").removesuffix("_attached")
    attached = "+" if "_attached" in name else ""
    conditional = " given Trig-C" if name.endswith("_conditional") else ""
    return NAMES.get(head, head) + attached + conditional


def percent(ratio: float | None) -> str:
    """Return a ratio in per cent with one decimal."""
    return UNDEFINED if ratio is None else f"{100 * ratio:.1f}"


def bounds(interval: Interval | None, name: str) -> str:
    """Return the interval of a ratio in per cent."""
    found = interval.bounds.get(name) if interval else None
    return f"{percent(found.low)}–{percent(found.high)}" if found else UNDEFINED


def points(difference: float | None) -> str:
    """Return a difference of ratios in points, with its sign."""
    return UNDEFINED if difference is None else f"{100 * difference:+.1f}"


def point_bounds(interval: Interval | None, name: str) -> str:
    """Return the interval of a difference in points."""
    found = interval.bounds.get(name) if interval else None
    return f"{points(found.low)} to {points(found.high)}" if found else UNDEFINED


def _ratio_rows(layer: str, measures: Mapping[str, Measure], names: Mapping[str, str]) -> Iterator[Row]:
    """Yield a row per label of the layer's main measure and its averages, then the other measures."""
    main = BY_LABEL.get(layer, "")
    for name, measure in sorted(measures.items(), key=lambda one: one[0] != main):
        title = measure_name(name)
        if name == main:
            for code, one in measure.labels.items():
                yield Row((code, *prf_cells(one), names.get(code, "unknown" if code == CHARGED else "")))
            yield Row((f"micro, {title}", *prf_cells(measure.micro), ""), heavy=True)
            if measure.macro:
                yield Row((f"macro, {title}", *_macro(measure.macro), "", "", "", ""), heavy=True)
        elif measure.kind == "classes":
            yield from (Row((code, *prf_cells(one), ""), heavy=True) for code, one in measure.labels.items())
        else:
            yield Row((title, *prf_cells(measure.micro), ""), heavy=True)


def _error_blocks(layer: str, diagnosis: Diagnosis) -> Iterator[Block]:
    """Yield how many spans have which outcome, and which labels were taken for which."""
    totals = diagnosis.totals()
    if any(sum(pair) for word, pair in totals.items() if word != "right"):
        rows = tuple(Row((word.replace("_", " "), *map(str, pair), "")) for word, pair in totals.items())
        yield Block((f"{layer}: outcome", "gold", "predicted", ""), rows)
    confused = sorted(
        (
            (number, gold, other)
            for gold, row in diagnosis.confusion().items()
            for other, number in row.items()
        ),
        key=lambda one: (-one[0], one[1:]),
    )
    rows = tuple(
        Row((f"{gold} → {other}", str(number), ""))
        for number, gold, other in confused
        if gold != other and NOTHING not in (gold, other)
    )
    if rows:
        yield Block((f"{layer}: label taken for another", "pairs", ""), rows[:SHOWN_CONFUSIONS])


def _slice_rows(slices: Slices) -> Iterator[Row]:
    """Yield a row per slice, the one that is furthest from all others first, then what is too small."""
    for name, gap in slices.gaps.items():
        one = slices.measure.labels[name]
        before, behind = ("", name) if _is_right_to_left(name) else (name, "")
        ratios = (*map(percent, (one.precision, one.recall, one.f1)), bounds(one.interval, "f1"))
        apart = (points(gap.f1), point_bounds(gap.interval, "f1"))
        yield Row((before, *ratios, *apart, str(one.gold), behind))
    if slices.too_small:
        values, support = len(slices.too_small), sum(slices.too_small.values())
        yield Row((f"{values} too small", *[""] * 6, str(support), ""), heavy=True)


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _share_rows(measures: Mapping[str, Measure], names: Mapping[str, str]) -> Iterator[Row]:
    for name, measure in measures.items():
        for code, one in measure.labels.items():
            yield Row((f"{name}, {code}", *_share(one), names.get(code, "")))
        yield Row((name, *_share(measure.micro), ""), heavy=True)


def prf_cells(one: PRF) -> tuple[str, ...]:
    """Return the cells under RATIOS but for the last."""
    ratios = map(percent, (one.precision, one.recall, one.f1))
    return (*ratios, bounds(one.interval, "f1"), _tp(one), str(one.predicted), str(one.gold))


def _tp(one: PRF) -> str:
    return f"{one.tp:g}" if one.found is None else f"{one.tp:g}/{one.found:g}"


def _share(one: PRF) -> tuple[str, ...]:
    return (percent(one.precision), bounds(one.interval, "share"), f"{one.tp:g}", str(one.gold))


def _macro(macro: Macro) -> tuple[str, ...]:
    ratios = map(percent, (macro.precision, macro.recall, macro.f1))
    return (*ratios, bounds(macro.interval, "f1"))
