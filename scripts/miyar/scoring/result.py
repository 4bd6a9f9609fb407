"""The score of one extractor on one gold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from miyar.bio import Losses
from miyar.errors import in_number
from miyar.resampling import few_articles
from miyar.scoring.diagnosis import Diagnosis
from miyar.scoring.model import Measure
from miyar.scoring.slices import Gap


@dataclass(frozen=True, slots=True)
class Slices:
    """Strict entities by the values of a field, and how far each value is from all the others.

    `gaps` has the largest first; `too_small` the support of the values that are counted together.
    """

    measure: Measure
    gaps: Mapping[str, Gap]
    too_small: Mapping[str, int]

    def __repr__(self) -> str:
        """Return each slice on a line of its own, the one that is furthest from the others first."""
        lines = [f"{name} {self.measure.labels[name]!r}" for name in self.gaps]
        return "Slices(\n  " + "\n  ".join(lines) + "\n)"

    def to_dict(self) -> dict[str, object]:
        """Return the slices, unrounded."""
        gaps = {name: gap.to_dict() for name, gap in self.gaps.items()}
        return {**self.measure.to_dict(), "gaps": gaps, "too_small": dict(self.too_small)}


@dataclass(frozen=True, slots=True)
class Score:
    """All measures of one extractor on one gold, by layer and name, and the strict entities in slices.

    `charged` counts the faults of the predictions and what was left out, `dropped` what the label map left
    out of either side, `seen` the gold's articles that the extractor learnt from, `flattened` what the
    comparison view made of either side. `left_out` says why a layer is not there, `errors` what each span's
    outcome is, `effective_articles` how many articles of one length say as much, `inputs` what a command was
    given to compute it. `seqeval_seconds` is what holding our counts against seqeval's took, and is not part
    of the score.
    """

    corpus: str
    extractor: str
    articles: int
    charged: Mapping[str, int]
    dropped: Mapping[str, Mapping[str, int]]
    seen: int
    layers: Mapping[str, Mapping[str, Measure]]
    slices: Mapping[str, Slices] = field(default_factory=dict)
    flattened: Mapping[str, Losses] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Diagnosis] = field(default_factory=dict, compare=False)
    inputs: Mapping[str, object] = field(default_factory=dict, compare=False)
    effective_articles: float = 0.0
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
            "dropped_by_map": {side: dict(counts) for side, counts in self.dropped.items()},
            "articles_learnt_from": self.seen,
            "flattened": {side: losses._asdict() for side, losses in self.flattened.items()},
            "left_out": dict(self.left_out),
            "effective_articles": self.effective_articles,
            "warnings": list(self.warnings),
            "layers": layers,
            "slices": {name: one.to_dict() for name, one in self.slices.items()},
            "errors": {layer: one.to_dict() for layer, one in self.errors.items()},
            **({"inputs": dict(self.inputs)} if self.inputs else {}),
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is to be said of all intervals, where there are any."""
        return few_articles(self.articles, self.effective_articles) if self.has_intervals else ()

    @property
    def has_intervals(self) -> bool:
        """Return whether any number has an interval."""
        measures = [one for found in self.layers.values() for one in found.values()]
        measures += [one.measure for one in self.slices.values()]
        numbers = [number for one in measures for number in (one.micro, one.macro, *one.labels.values())]
        return any(number and number.interval and number.interval.bounds for number in numbers)

    def __repr__(self) -> str:
        """Return the micro average of each measure, a line each."""
        lines = [
            f"{layer} {name}: {measure.micro!r}"
            for layer, measures in self.layers.items()
            for name, measure in measures.items()
        ]
        head = f"Score({self.extractor} on {self.corpus}, {in_number(self.articles, 'article')}"
        return "\n  ".join([head, *lines]) + "\n)"
