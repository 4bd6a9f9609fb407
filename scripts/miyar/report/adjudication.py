"""What an adjudication comes to: how much of the gold was agreed, how much decided, and what is open."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from miyar.adjudication import Adjudication, second_opinions
from miyar.report.blocks import bounds, percent
from miyar.report.format import Format
from miyar.report.table import first_few, render_table
from miyar.scoring import Score

KINDS = ("spans", "value", "argument")
HEAD = ("", "in gold", "unanimous", "majority", "adjudicated", "")
PEOPLE = ("against the gold", "articles", "P", "R", "F1", "interval", "Trig-C", "Arg-C", "")
OTHERS = (("triggers", "trig_c"), ("arguments", "arg_c"))
CONFLICTS = ("conflicts", "decided", "open", "")


def render_adjudication(found: Adjudication, reference: Mapping[str, Score], form: Format) -> str:
    """Return the counts, and each annotator's score against the gold, in one of the formats."""
    if form is Format.JSON:
        people = {name: one.to_dict()["layers"] for name, one in reference.items()}
        return json.dumps({**_counts(found), "annotators": people}, ensure_ascii=False, indent=2)
    tables = [
        render_table(HEAD, _gold_rows(found), form),
        render_table(CONFLICTS, _conflict_rows(found), form),
    ]
    if reference:
        tables.append(render_table(PEOPLE, [_person(name, one) for name, one in reference.items()], form))
    line = f"{len(found.finished)} of {len(found.merges)} articles are gold"
    return "\n\n".join([line, *tables])


def adjudication_notes(found: Adjudication, reopened: Sequence[str]) -> Iterator[str]:
    """Yield what is worth a look, one line each."""
    if found.single:
        yield f"{len(found.single)} articles of one annotator are left out: {first_few(found.single)}"
    if reopened:
        yield f"open again, and taken out of the gold: {len(reopened)}: {first_few(reopened)}"
    if found.idle:
        articles = sorted({one.article for one in found.idle})
        yield f"{len(found.idle)} decisions answer no conflict of today: {first_few(articles)}"
    lost = sum(one.lost for one in found.merges)
    if lost:
        yield f"{lost} arguments went with an end that was not taken"
    both = list(second_opinions(found.decisions))
    if both:
        share = percent(sum(both) / len(both))
        yield f"adjudicators took the same in {sum(both)} of {len(both)} conflicts ({share} %)"


def _decided(found: Adjudication) -> dict[str, Counter[str]]:
    """Return how the parts of the gold were decided."""
    finished = found.finished
    return {
        "spans": Counter(str(span.verdict.decision) for one in finished for span in one.spans),
        "arguments": Counter(str(one.verdict.decision) for merge in finished for one in merge.arguments),
    }


def _gold_rows(found: Adjudication) -> list[tuple[str, ...]]:
    return [
        (layer, str(words.total()), *(str(words[word]) for word in HEAD[2:5]), "")
        for layer, words in _decided(found).items()
    ]


def _asked(found: Adjudication) -> dict[str, tuple[int, int]]:
    """Return how many conflicts of each kind are decided, and how many open."""
    decided = Counter(str(conflict.kind) for one in found.merges for conflict, _ in one.settled)
    waiting = Counter(str(conflict.kind) for _, conflict in found.open)
    return {kind: (decided[kind], waiting[kind]) for kind in KINDS}


def _conflict_rows(found: Adjudication) -> list[tuple[str, ...]]:
    return [(kind, *map(str, counts), "") for kind, counts in _asked(found).items()]


def _person(name: str, one: Score) -> tuple[str, ...]:
    entities = one.layers["entities"]["strict"].micro
    others = (one.layers.get(layer, {}).get(measure) for layer, measure in OTHERS)
    shown = (percent(measure.micro.f1) if measure else "–" for measure in others)
    ratios = map(percent, (entities.precision, entities.recall, entities.f1))
    return (name, str(one.articles), *ratios, bounds(entities.interval, "f1"), *shown, "")


def _counts(found: Adjudication) -> dict[str, Any]:
    reasons = Counter(decision.reason or "none" for one in found.merges for _, decision in one.settled)
    return {
        "articles": {"all": len(found.merges), "gold": len(found.finished), "single": len(found.single)},
        "gold": {layer: dict(words) for layer, words in _decided(found).items()},
        "conflicts": {kind: {"decided": one, "open": other} for kind, (one, other) in _asked(found).items()},
        "decisions": {"idle": len(found.idle), "by_reason": dict(reasons)},
    }
