"""One annotation's results, translated from an earlier version of the scheme before they are converted.

A region is known by (id, layer), as everywhere. What refers to a region that was dropped goes with it,
what refers to one that people have to decide waits with it; a role is treated alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from miyar.article import Article
from miyar.labelstudio.results.changes import Standing, Translation, standing
from miyar.labelstudio.results.ledger import Fate, Kind, Ledger
from miyar.labelstudio.results.reannotation import OpenArgument, OpenAttribute, OpenSpan
from miyar.labelstudio.results.result import (
    CONTROLS,
    LABEL_CONTROL,
    label_of,
    role_names,
    typed_text,
)
from miyar.offsets import Range, trim
from miyar.scheme import Layer, Outcome
from miyar.validation import Candidate, first_fault


class Applied(NamedTuple):
    """A change that was applied to a code."""

    kind: Kind
    code: str
    became: Outcome


class Half(NamedTuple):
    """A region under one of the controls: what became of it, its labels now, and the text that it covers."""

    standing: Standing
    labels: Outcome
    text: str | None


class RelationEnds(NamedTuple):
    """What became of a relation's ends, and whether one can be the trigger and the other the entity."""

    standing: Standing
    readable: bool


@dataclass(slots=True)
class Revision:
    """What becomes of one annotation's results: those to convert, the ledger of the others, open ones."""

    article: Article
    translation: Translation
    results: list[Any] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    applied: Counter[Applied] = field(default_factory=Counter)
    spans: list[OpenSpan] = field(default_factory=list)
    arguments: list[OpenArgument] = field(default_factory=list)
    attributes: list[OpenAttribute] = field(default_factory=list)
    _halves: dict[tuple[str, Layer], Half] = field(default_factory=dict)

    def add(self, results: Sequence[Any]) -> None:
        """Take in the results: regions first, since attributes and relations refer to them."""
        if not self.translation.changes:
            self.results.extend(results)
            return
        layers = [self._layer(result) for result in results]
        for result, layer in zip(results, layers, strict=True):
            if layer:
                self._region(result, layer)
        for result, layer in zip(results, layers, strict=True):
            if not layer:
                self._rest(result)

    def _rest(self, result: Any) -> None:
        if not isinstance(result, dict):
            self.results.append(result)
        elif result.get("type") == "relation":
            self._relation(result)
        elif self._is_attribute(result):
            self._attribute(result)
        else:
            self.results.append(result)

    # regions

    def _layer(self, result: Any) -> Layer | None:
        """Return the layer of a region, None for another result and for a label that nobody knows."""
        if not isinstance(result, dict) or result.get("type") != "labels":
            return None
        name, code = result.get("from_name"), label_of(result)
        if name == LABEL_CONTROL:
            return self.translation.layer(code) if code else None
        return CONTROLS.get(name) if isinstance(name, str) else None

    def _region(self, result: Mapping[str, Any], layer: Layer) -> None:
        value, code = result.get("value"), label_of(result)
        if not isinstance(value, dict) or code is None:
            self._keep(result, layer, (None,))
            return
        found = self.translation.code(code, layer)
        now = standing(found)
        place = self._place(result, layer, found) if now == "again" else None
        if now == "again" and place is None:
            now, found = "kept", (_first(found),)
        else:
            self._count(layer, code, found)
        if now == "kept":
            self._keep({**result, "value": {**value, "labels": list(found)}}, layer, found)
            return
        self._note(result, layer, Half(now, found, self._covered(value)))
        self._settle(layer, now)
        if place:
            text = self.article.text[place.start : place.end]
            self.spans.append(OpenSpan(result["id"], *place, text, code, found))

    def _keep(self, result: Mapping[str, Any], layer: Layer, labels: Outcome) -> None:
        self._note(result, layer, Half("kept", labels, self._covered(result.get("value"))))
        self.results.append(result)

    def _place(self, result: Mapping[str, Any], layer: Layer, found: Outcome) -> Range | None:
        """Return where a span is that people have to decide.

        None: it is faulty whatever its label is, and conversion will say why.
        """
        value = result["value"]
        bounds = (value.get("start"), value.get("end"))
        candidate = Candidate(result.get("id"), layer, *bounds, [_first(found)], value.get("text"))
        if first_fault(candidate, self.article, self.translation.scheme):
            return None
        return trim(self.article.text, candidate.start, candidate.end)

    def _covered(self, value: Any) -> str | None:
        """Return the text that a region's value covers, None where it is no place in the article."""
        start, end = (value.get(name) if isinstance(value, dict) else None for name in ("start", "end"))
        if type(start) is not int or type(end) is not int or start < 0:
            return None
        return self.article.text[start:end].strip() or None

    def _note(self, result: Mapping[str, Any], layer: Layer, half: Half) -> None:
        """Note what became of a region; of two with one id nobody knows which one is meant."""
        identity = result.get("id")
        if isinstance(identity, str):
            known = self._halves.get((identity, layer), half)
            labels = (*known.labels, *half.labels)
            self._halves[identity, layer] = Half(_joint([known.standing, half.standing]), labels, half.text)

    def _of(self, region: Any) -> dict[Layer, Half]:
        if not isinstance(region, str):
            return {}
        return {
            layer: self._halves[region, layer]
            for layer in CONTROLS.values()
            if (region, layer) in self._halves
        }

    def _text(self, region: Any) -> str | None:
        return next((half.text for half in self._of(region).values()), None)

    # attributes

    def _is_attribute(self, result: Mapping[str, Any]) -> bool:
        name = result.get("from_name")
        if not isinstance(name, str) or name in CONTROLS:
            return False
        known = self.translation.scheme.attribute(name) is not None
        return known or (result.get("type") == "textarea" and self._attribute_outcome(name) != (name,))

    def _attribute_outcome(self, name: str) -> Outcome:
        return self.translation.code(name, "attributes")

    def _attribute(self, result: Mapping[str, Any]) -> None:
        name, region = result["from_name"], result.get("id")
        found = self._attribute_outcome(name)
        now = _first_of(standing(found), self._carrier(region, found))
        if now == "again" and not self._of(region):
            self.results.append({**result, "from_name": _first(found)})  # conversion misses the region
            return
        if now == standing(found):
            self._count("attributes", name, found)
        if now == "kept":
            self.results.append({**result, "from_name": found[0]})
        elif typed_text(result.get("value")) == "":
            self._settle("attributes", "trimmed_away")
        else:
            self._settle("attributes", now)
            if now == "again":
                value = result.get("value")
                typed = value.get("text") if isinstance(value, dict) else value
                self.attributes.append(OpenAttribute(region, self._text(region), name, typed, found))

    def _carrier(self, region: Any, found: Outcome) -> Standing:
        """Return what became of the half of a region that carries a value.

        A half that stays and can carry the attribute keeps the value; otherwise it was the other's.
        """
        halves = self._of(region).values()
        attributes = [self.translation.scheme.attribute(code) for code in found if code is not None]
        carriers = {label for attribute in attributes if attribute for label in attribute.on}
        if any(half.standing == "kept" and carriers.intersection(half.labels) for half in halves):
            return "kept"
        lost = [half.standing for half in halves if half.standing != "kept"]
        return _joint(lost) if lost else "kept"

    # relations

    def _relation(self, result: Mapping[str, Any]) -> None:
        first, second = result.get("from_id"), result.get("to_id")
        ends, names, kept = self._ends(first, second), role_names(result), list[Any]()
        for name in names:
            found = self._role(name, ends)
            own = standing(found) if isinstance(name, str) else "kept"
            now = _first_of(own, ends.standing)
            if now == own:
                self._count("arguments", name, found)
            if now == "kept":
                kept.append(found[0])
                continue
            self._settle("arguments", now)
            if now == "again":
                texts = (self._text(first), self._text(second))
                self.arguments.append(OpenArgument(first, second, *texts, name, found))
        if kept:
            self.results.append(result if kept == names else {**result, "labels": kept})

    def _role(self, name: Any, ends: RelationEnds) -> tuple[Any, ...]:
        """Return what a role can be now; nobody decides the role of a relation that is none."""
        if not isinstance(name, str):
            return (name,)
        found = self.translation.role(name)
        return (name,) if standing(found) == "again" and not ends.readable else found

    def _ends(self, first: Any, second: Any) -> RelationEnds:
        """Return what became of the two ends; of two readings nobody knows which one is meant."""
        a, b = self._of(first), self._of(second)
        readings = [
            _first_of(one["triggers"].standing, other["entities"].standing)
            for one, other in ([(a, b)] if first == second else [(a, b), (b, a)])
            if "triggers" in one and "entities" in other
        ]
        if readings:
            return RelationEnds(_joint(readings), readable=True)
        return RelationEnds(_first_of(*map(_remaining, (a, b))), readable=False)

    # bookkeeping

    def _settle(self, kind: Kind, fate: Fate) -> None:
        self.ledger.receive(kind)
        self.ledger.settle(kind, fate)

    def _count(self, kind: Kind, code: str, became: Outcome) -> None:
        if became != (code,):
            self.applied[Applied(kind, code, became)] += 1


def _first(found: Outcome) -> str:
    return next(code for code in found if code is not None)


def _remaining(halves: Mapping[Layer, Half]) -> Standing:
    """Return what became of a region as a whole: it is kept as long as one half is."""
    standings = [half.standing for half in halves.values()]
    return "kept" if not standings or "kept" in standings else _joint(standings)


def _joint(standings: Collection[Standing]) -> Standing:
    """Return what became of one of several, nobody knows which: where they differ, people decide."""
    return next(iter(standings)) if len(set(standings)) == 1 else "again"


def _first_of(*standings: Standing) -> Standing:
    """Return what becomes of what depends on all of these: dropped before again before kept."""
    return min(standings, key=("dropped", "again", "kept").index)
