"""Agreement of annotators: of all pairs together, of each pair, of each article, and beyond chance."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from miyar.agreement.alpha import Coefficient, Seen, nominal_alpha, token_kappa, unitizing_alpha
from miyar.agreement.disagreements import Disagreement, disagreements
from miyar.agreement.drift import Drift, drift
from miyar.agreement.habits import Habit, habits
from miyar.agreement.pairs import Pair, pair_tables, pairs, pooled
from miyar.dataset import Annotators
from miyar.errors import DataError, Problem
from miyar.matching import Numbers
from miyar.resampling import F1, Resamples, effective_articles, few_articles, ratios, totals
from miyar.scheme import Scheme
from miyar.scoring import Choices, Measure, Table
from miyar.scoring.compute import signature
from miyar.scoring.measures import MICRO, measure
from miyar.scoring.slices import LAYER as SLICES
from miyar.tokens import TokenTable, token_table

STRICT = ("entities", "strict")
NO_TEXTS = "the annotations have no texts: give the articles (--articles)"


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators: how many articles both finished, their measures, and kappa where there are texts."""

    name: str
    articles: int
    layers: Mapping[str, Mapping[str, Measure]]
    token_kappa: Coefficient | None

    def to_dict(self) -> dict[str, object]:
        """Return the pair, unrounded."""
        kappa = self.token_kappa.to_dict() if self.token_kappa else None
        return {
            "articles": self.articles,
            "layers": _layers_dict(self.layers),
            "kappa_on_annotated_tokens": kappa,
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """All measures of agreement; precision, recall and F1 are one number, since both ways are counted.

    `finished` and `skipped` count articles by annotator, `empty` finished ones without a span; `single` are
    articles that one annotator only finished. `worst` has the articles by strict F1 of entities, lowest
    first. `alphas` are made of entities. `left_out` says why something is not there.
    """

    articles: int
    finished: Mapping[str, int]
    skipped: Mapping[str, int]
    empty: Mapping[str, int]
    single: int
    layers: Mapping[str, Mapping[str, Measure]]
    slices: Mapping[str, Measure]
    pairs: tuple[PairAgreement, ...]
    alphas: Mapping[str, Coefficient]
    worst: Mapping[str, float]
    found: tuple[Disagreement, ...] = field(repr=False, default=())
    left_out: Mapping[str, str] = field(default_factory=dict)
    effective_articles: float = 0.0
    drift: Drift | None = None

    @property
    def habits(self) -> list[Habit]:
        """Return what one annotator does more often than the others, the clearest first."""
        return habits(self.found)

    @property
    def classes(self) -> Counter[tuple[str, str]]:
        """Return how many disagreements there are by layer and class."""
        return Counter((one.layer, one.kind) for one in self.found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is to be said of all intervals, where there are any."""
        interval = self.layers["entities"]["strict"].micro.interval
        if interval is None or not interval.bounds:
            return ()
        return few_articles(self.articles, self.effective_articles)

    def to_dict(self) -> dict[str, object]:
        """Return the agreement as JSON, unrounded; the disagreements as counts."""
        return {
            "articles": self.articles,
            "finished": dict(self.finished),
            "skipped": dict(self.skipped),
            "finished_empty": dict(self.empty),
            "single": self.single,
            "warnings": list(self.warnings),
            "layers": _layers_dict(self.layers),
            "slices": {name: one.to_dict() for name, one in self.slices.items()},
            "alphas": {name: one.to_dict() for name, one in self.alphas.items()},
            "pairs": {one.name: one.to_dict() for one in self.pairs},
            "worst": dict(self.worst),
            "disagreements": {
                f"{layer} {kind}": number for (layer, kind), number in sorted(self.classes.items())
            },
            "habits": [one.to_dict() for one in self.habits],
            "drift": self.drift.to_dict() if self.drift else None,
            "left_out": dict(self.left_out),
        }


def agreement(annotators: Annotators, scheme: Scheme, choices: Choices | None = None) -> Agreement:
    """Return how far annotators agree, from all pairs on the articles that both finished.

    Raises DataError where no article was finished by two. A choice of a label map or of the comparison view
    has no meaning here: spans are compared as they are.
    """
    chosen = choices or Choices(comparison=False)
    found = list(pairs(annotators))
    if not found:
        raise DataError([_no_pairs(annotators)])
    tables = [pair_tables(pair, scheme, chosen) for pair in found]
    shared = np.unique(np.concatenate([pair.rows for pair in found]))
    parts = [(np.searchsorted(shared, pair.rows), made) for pair, made in zip(found, tables, strict=True)]
    together = list(pooled(len(shared), parts))
    signed = _signed(annotators, scheme, chosen, len(shared))
    measured = _measures(together, chosen, signed)
    ids = [annotators.articles.ids[row] for row in shared.tolist()]
    texts = annotators.articles.texts
    tokens = None if texts is None else token_table(texts)
    seen = _seen(annotators, scheme)
    strict = next(one for one in together if (one.layer, one.name) == STRICT)
    by_article = _worst(ids, strict.counts[:, MICRO])
    return Agreement(
        articles=len(shared),
        finished={name: len(rows) for name, rows in annotators.rows.items()},
        skipped=dict(annotators.skipped),
        empty={name: _empty(annotators, name) for name in annotators.views},
        single=len(annotators.articles) - len(shared),
        layers={layer: made for layer, made in measured.items() if layer != SLICES},
        slices=measured.get(SLICES, {}),
        pairs=tuple(
            _pair(pair, made, chosen, signed, seen, tokens, len(scheme.entities))
            for pair, made in zip(found, tables, strict=True)
        ),
        alphas=_alphas(list(seen.values()), tokens, len(scheme.entities)),
        worst=by_article,
        found=tuple(one for pair in found for one in disagreements(pair, scheme)),
        left_out={} if tokens else {"unitizing alpha, kappa": NO_TEXTS},
        effective_articles=effective_articles(strict.counts[:, MICRO]),
        drift=drift(annotators, by_article),
    )


def _no_pairs(annotators: Annotators) -> Problem:
    names = ", ".join(annotators.views)
    found = f"no article that two annotators finished (annotators: {names})"
    remedy = "give articles to two annotators: push-tasks --per-article 2"
    return Problem("no_pairs", "annotations", found, "articles with two finished views", remedy)


def _measures(
    tables: Sequence[Table], choices: Choices, signed: Mapping[str, str]
) -> dict[str, dict[str, Measure]]:
    resampled: Sequence[Numbers | None] = [None] * len(tables)
    if choices.samples:
        resamples = Resamples(len(tables[0].counts), choices.samples, choices.seed)
        resampled = totals(resamples, *(table.counts for table in tables))
    found: dict[str, dict[str, Measure]] = {}
    for table, values in zip(tables, resampled, strict=True):
        made = measure(table, values, signature(table, signed), choices.level)
        found.setdefault(table.layer, {})[table.name] = made
    return found


def _signed(annotators: Annotators, scheme: Scheme, choices: Choices, articles: int) -> dict[str, str]:
    """Return the choices as signatures name them."""
    views = "+".join(f"{name}:{views.digest}" for name, views in annotators.views.items())
    boot = {"boot": str(choices.samples), "seed": str(choices.seed)} if choices.samples else {"boot": "0"}
    return {"annotations": views, "labels": scheme.signature, "articles": str(articles), **boot}


def _pair(
    pair: Pair,
    tables: Sequence[Table],
    choices: Choices,
    signed: Mapping[str, str],
    seen: Mapping[str, Seen],
    tokens: TokenTable | None,
    labels: int,
) -> PairAgreement:
    own = {**signed, "pair": f"{pair.one}+{pair.other}", "articles": str(len(pair.rows))}
    layers = _measures([one for one in tables if one.layer != SLICES], choices, own)
    kappa = token_kappa(seen[pair.one], seen[pair.other], tokens, labels) if tokens else None
    return PairAgreement(pair.name, len(pair.rows), layers, kappa)


def _seen(annotators: Annotators, scheme: Scheme) -> dict[str, Seen]:
    """Return each annotator's entities, the first of the scheme's labels, at the indices of all articles."""
    entities = len(scheme.entities)

    def of(name: str) -> Seen:
        views, rows = annotators.views[name], annotators.rows[name]
        spans = views.spans.where(
            views.spans.label < entities
        )  # entities are the first of the scheme's labels
        return Seen(rows, type(spans)(rows[spans.article], spans.start, spans.end, spans.label))

    return {name: of(name) for name in annotators.views}


def _alphas(seen: Sequence[Seen], tokens: TokenTable | None, labels: int) -> dict[str, Coefficient]:
    nominal = {"nominal alpha on agreed extents": nominal_alpha(seen, labels)}
    return (
        nominal if tokens is None else {"unitizing alpha": unitizing_alpha(seen, tokens, labels), **nominal}
    )


def _worst(ids: Sequence[str], counts: Numbers) -> dict[str, float]:
    """Return the F1 of each article that has spans, the lowest first."""
    f1 = ratios(counts)[:, F1]
    order = [row for row in np.argsort(f1, kind="stable").tolist() if not np.isnan(f1[row])]
    return {ids[row]: float(f1[row]) for row in order}


def _empty(annotators: Annotators, name: str) -> int:
    views = annotators.views[name]
    return len(views.articles) - len(np.unique(views.spans.article))


def _layers_dict(layers: Mapping[str, Mapping[str, Measure]]) -> dict[str, object]:
    return {layer: {name: one.to_dict() for name, one in made.items()} for layer, made in layers.items()}
