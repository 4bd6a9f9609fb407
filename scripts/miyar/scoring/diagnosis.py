"""What is wrong with each span of a layer: error classes, label confusion, and lines for other tools."""

from collections.abc import Iterator
from dataclasses import dataclass

from miyar.predictions import Predictions
from miyar.scoring.outcomes import PARTICLE, WORDS, Outcomes, confusion, counts, error_lines, outcomes
from miyar.scoring.sides import CHARGED, Sides
from miyar.spantable import Column, Views

NOTHING = "–"


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """The outcome of each span of one layer; `names` are the codes that its labels mean.

    Without texts (`texts` is None) a boundary is not told to be a particle's, and no line shows its text.
    """

    names: tuple[str, ...]
    outcomes: Outcomes
    articles: tuple[str, ...]
    texts: tuple[str, ...] | None

    def __repr__(self) -> str:
        """Return how many gold and predicted spans have which outcome."""
        shown = ", ".join(f"{word} {gold}/{predicted}" for word, (gold, predicted) in self.totals().items())
        return f"Diagnosis(gold/predicted: {shown})"

    def lines(self) -> Iterator[dict[str, object]]:
        """Yield one object per wrong pair and per wrong span without one, by article and place."""
        return error_lines(self.outcomes, self.articles, self.names, self.texts)

    def to_dict(self) -> dict[str, object]:
        """Return the counts by label, of both sides, and the confusion."""
        by_gold, by_predicted = counts(self.outcomes)
        return {
            "gold": self._by_label(by_gold),
            "predicted": self._by_label(by_predicted),
            "confusion": self.confusion(),
        }

    def confusion(self) -> dict[str, dict[str, int]]:
        """Return for each gold label how often it was paired with which predicted one, or with NOTHING."""
        labels = [*self.names, NOTHING]
        return {
            name: {other: int(number) for other, number in zip(labels, row, strict=True) if number}
            for name, row in zip(labels, confusion(self.outcomes), strict=True)
            if row.any()
        }

    def totals(self) -> dict[str, tuple[int, int]]:
        """Return per class how many gold and how many predicted spans have it."""
        by_gold, by_predicted = counts(self.outcomes)
        columns = zip(by_gold.sum(axis=0).tolist(), by_predicted.sum(axis=0).tolist(), strict=True)
        return dict(zip(WORDS, columns, strict=True))

    def _by_label(self, table: Column) -> dict[str, dict[str, int | None]]:
        unknown = {WORDS[PARTICLE]: None} if self.texts is None else {}
        return {
            name: {**dict(zip(WORDS, row.tolist(), strict=True)), **unknown}
            for name, row in zip(self.names, table, strict=True)
            if row.any()
        }


def diagnoses(sides: Sides, gold: Views, predictions: Predictions) -> dict[str, Diagnosis]:
    """Return the diagnosis of entities and, where the inventory has them, of triggers."""
    made = {"entities": (*sides.inventory.entities, CHARGED), "triggers": sides.inventory.triggers}
    found = {}
    for layer, names in made.items():
        if names:
            ours, theirs = getattr(sides.gold, layer), getattr(sides.predicted, layer)
            spans = (ours.as_given(gold), theirs.as_given(predictions.views))
            result = outcomes(*spans, len(names), gold.articles.texts, ~theirs.inside)
            found[layer] = Diagnosis(names, result, gold.articles.ids, gold.articles.texts)
    return found
