"""What a score is: counts, ratios, measures with their signature. No arithmetic over spans is done here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from miyar.matching import Counts


@dataclass(frozen=True, slots=True)
class PRF:
    """Counts with precision tp/predicted, recall tp/gold and F1 2tp/(predicted+gold).

    A ratio is None where its denominator is 0: undefined, not 0.
    """

    tp: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Return tp / predicted."""
        return _ratio(self.tp, self.predicted)

    @property
    def recall(self) -> float | None:
        """Return tp / gold."""
        return _ratio(self.tp, self.gold)

    @property
    def f1(self) -> float | None:
        """Return 2 tp / (predicted + gold), the harmonic mean of precision and recall."""
        return _ratio(2 * self.tp, self.predicted + self.gold)

    def to_dict(self) -> dict[str, float | int | None]:
        """Return counts and ratios, unrounded."""
        ratios = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"tp": self.tp, "predicted": self.predicted, "gold": self.gold} | ratios


@dataclass(frozen=True, slots=True)
class Macro:
    """Unweighted means over the labels with gold support; F1 is the mean of the labels' F1s.

    A label that is never predicted counts with precision 0. All are None when no label has support.
    """

    labels: tuple[str, ...]
    precision: float | None
    recall: float | None
    f1: float | None

    def to_dict(self) -> dict[str, object]:
        """Return the means, unrounded, and the labels that they are over."""
        means = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**means, "labels": list(self.labels)}


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to count on one layer: micro, and per label where labels count."""

    signature: str
    micro: PRF
    macro: Macro | None = None
    labels: Mapping[str, PRF] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the measure as the score's JSON has it."""
        typed = (
            {
                "macro": self.macro.to_dict(),
                "labels": {code: prf.to_dict() for code, prf in self.labels.items()},
            }
            if self.macro
            else {}
        )
        return {"signature": self.signature, "micro": self.micro.to_dict(), **typed}


@dataclass(frozen=True, slots=True)
class Score:
    """All measures of one extractor on one gold.

    `charged` counts the faults of the predictions and what was left out, `unscored` the predicted spans of
    layers that are not scored, `seen` the gold's articles that the extractor learnt from. `seqeval_seconds`
    is what holding our counts against seqeval's took, and is not part of the score.
    """

    corpus: str
    extractor: str
    articles: int
    charged: Mapping[str, int]
    unscored: int
    seen: int
    layers: Mapping[str, Mapping[str, Measure]]
    seqeval_seconds: float = field(default=0.0, compare=False)

    def to_dict(self) -> dict[str, object]:
        """Return the score as JSON has it; what depends on the machine is left out."""
        layers = {
            layer: {name: measure.to_dict() for name, measure in measures.items()}
            for layer, measures in self.layers.items()
        }
        return {
            "corpus": self.corpus,
            "extractor": self.extractor,
            "articles": self.articles,
            "charged": dict(self.charged),
            "unscored_spans": self.unscored,
            "articles_learnt_from": self.seen,
            "layers": layers,
        }


def prfs(table: Counts) -> list[PRF]:
    """Return the counts of each label with their ratios."""
    columns = (table.tp.tolist(), table.predicted.tolist(), table.gold.tolist())
    return [PRF(*row) for row in zip(*columns, strict=True)]


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
