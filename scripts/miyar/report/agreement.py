"""Agreement as text, Markdown or JSON: the answer first, then by label, by pair, and what to look at."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from miyar.agreement import CLASSES, Agreement, Habit, PairAgreement
from miyar.report.blocks import bounds, label_names, measure_name, percent
from miyar.report.format import Format
from miyar.report.page import Heading, Lines, Numbers, Part, render_page
from miyar.report.table import first_few
from miyar.scheme import Scheme
from miyar.scoring import PRF, Measure

MAIN = (("entities", "strict"), ("triggers", "trig_c"), ("arguments", "arg_c"))
SHOWN_ARTICLES, SHOWN_CONFUSIONS, SHOWN_HABITS = 5, 10, 10
UNDEFINED = "–"


def render_agreement(found: Agreement, scheme: Scheme, form: Format) -> str:
    """Return the agreement in one of the formats."""
    if form is Format.JSON:
        return json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    return render_page(_parts(found, scheme), form)


def _parts(found: Agreement, scheme: Scheme) -> Iterator[Part]:
    strict = found.layers["entities"]["strict"]
    interval = bounds(strict.micro.interval, "f1")
    known = "" if interval == UNDEFINED else f" ({interval})"
    yield Heading(f"Agreement: F1 {_f1(strict.micro)}{known} of entities, {found.articles} articles")
    yield Lines(tuple(_facts(found)))
    yield Numbers(("all pairs", "F1", "interval", "both", "spans", ""), tuple(_measures(found)))
    names = label_names(scheme, strict.signature + "|map:none|")
    yield from _by_class(found, names)
    for field, measure in found.slices.items():
        yield Heading(f"Entities by {field}", 2)
        yield Numbers((field, *_HEAD), tuple((code, *_row(one), "") for code, one in measure.labels.items()))
    if len(found.pairs) > 1:
        yield Heading("By pair", 2)
        yield Numbers(
            ("pair", "articles", "strict", "interval", "Trig-C", "Arg-C", "κ", ""),
            tuple(map(_pair, found.pairs)),
        )
    yield from _coefficients(found)
    yield from _disagreements(found)
    yield from _worst(found)
    if found.habits:
        yield Heading("What one does more often than the others", 2)
        yield Lines(tuple(map(_habit, found.habits[:SHOWN_HABITS])))
    if found.drift:
        one = found.drift
        yield Heading("Over time", 2)
        line = (
            f"Spearman's ρ of an article's time with its F1: {one.rho:+.2f}, p {one.p:.3f}, "
            f"{one.articles} articles; mean F1 of the first third {percent(one.first_third)}, "
            f"of the last {percent(one.last_third)}"
        )
        yield Lines((line,))


_HEAD = ("F1", "interval", "both", "spans", "")


def _facts(found: Agreement) -> Iterator[str]:
    finished = ", ".join(
        f"{name} {count} ({found.empty[name]} of them empty, {found.skipped.get(name, 0)} skipped)"
        for name, count in found.finished.items()
    )
    yield f"Finished: {finished}. Articles that only one finished are not compared: {found.single}."
    yield "Each pair is counted both ways: precision, recall and F1 are one number. Intervals: over articles."
    yield from found.warnings
    yield from (f"{what}: left out, since {why}" for what, why in found.left_out.items())


def _measures(found: Agreement) -> Iterator[tuple[str, ...]]:
    for layer, measures in found.layers.items():
        for name, measure in measures.items():
            if measure.micro.gold:
                yield (f"{layer}, {measure_name(name)}", *_row(measure.micro), "")


def _by_class(found: Agreement, names: Mapping[str, str]) -> Iterator[Part]:
    for layer, name in MAIN:
        measure = found.layers.get(layer, {}).get(name)
        if measure and measure.micro.gold:
            yield Heading(f"{layer.capitalize()}, {measure_name(name)}", 2)
            rows = [
                (code, *_row(one), names.get(code, "")) for code, one in measure.labels.items() if one.gold
            ]
            yield Numbers((layer, *_HEAD), tuple(rows))


def _row(one: PRF) -> tuple[str, ...]:
    name = "share" if one.interval and "share" in one.interval.bounds else "f1"
    return (_f1(one), bounds(one.interval, name), f"{one.tp / 2:g}", str(one.gold))


def _f1(one: PRF) -> str:
    return percent(one.f1)


def _pair(one: PairAgreement) -> tuple[str, ...]:
    strict = one.layers["entities"]["strict"].micro
    others = (_micro(one.layers, layer, name) for layer, name in MAIN[1:])
    kappa = one.token_kappa.value if one.token_kappa else None
    shown = UNDEFINED if kappa is None else f"{kappa:.3f}"
    return (one.name, str(one.articles), _f1(strict), bounds(strict.interval, "f1"), *others, shown, "")


def _micro(layers: Mapping[str, Mapping[str, Measure]], layer: str, name: str) -> str:
    measure = layers.get(layer, {}).get(name)
    return _f1(measure.micro) if measure else UNDEFINED


def _coefficients(found: Agreement) -> Iterator[Part]:
    rows = [
        (name, UNDEFINED if one.value is None else f"{one.value:.3f}", str(one.places), "")
        for name, one in found.alphas.items()
    ]
    if len(found.pairs) == 1 and found.pairs[0].token_kappa:
        kappa = found.pairs[0].token_kappa
        value = UNDEFINED if kappa.value is None else f"{kappa.value:.3f}"
        rows.append(("Cohen's kappa on annotated tokens", value, str(kappa.places), ""))
    yield Heading("Beyond chance, entities", 2)
    yield Numbers(("coefficient", "value", "n", ""), tuple(rows))


def _disagreements(found: Agreement) -> Iterator[Part]:
    if not found.found:
        return
    layers = list(dict.fromkeys(layer for layer, _ in found.classes))
    yield Heading("Disagreements", 2)
    rows = [
        (kind.replace("_", " "), *(str(found.classes[layer, kind] or "") for layer in layers), "")
        for kind in CLASSES
        if any(found.classes[layer, kind] for layer in layers)
    ]
    yield Numbers(("class", *layers, ""), tuple(rows))
    confused = Counter(
        " / ".join(sorted((one.ones["label"], one.others["label"])))
        for one in found.found
        if one.kind in ("label", "label_and_boundary") and one.ones and one.others
    )
    if confused:
        common = confused.most_common(SHOWN_CONFUSIONS)
        yield Numbers(
            ("one label or the other", "times", ""), tuple((both, str(n), "") for both, n in common)
        )


def _worst(found: Agreement) -> Iterator[Part]:
    lowest = [(article, percent(f1), "") for article, f1 in list(found.worst.items())[:SHOWN_ARTICLES]]
    if lowest:
        yield Heading("Articles that agree least", 2)
        yield Numbers(("article", "F1", ""), tuple(lowest))
    nothing = [name for name, count in found.finished.items() if count and count == found.empty[name]]
    if nothing:
        yield Lines((f"finished everything empty: {first_few(nothing)}",))


def _habit(one: Habit) -> str:
    return (
        f"{one.annotator} {one.habit} {one.label}: {one.own} times, the partners {one.others} (p {one.p:.3f})"
    )
