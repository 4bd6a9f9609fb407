"""Agreement beyond chance: Krippendorff's alphas, and Cohen's kappa on tokens that somebody labelled.

An alpha is 1 - D_o/D_e, made from coincidences: how often two annotators' values meet in one place. Each of
the m annotators of a place meets the m - 1 others with the weight 1/(m - 1). It is undefined where only one
value occurs, since then nothing could differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from miyar.bio import Projection, projected, token_spans
from miyar.matching import Numbers
from miyar.spantable import Column, SpanTable, first_of_same
from miyar.tokens import TokenTable


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with what it was made from: places that at least two annotators saw; None: undefined."""

    value: float | None
    places: int

    def to_dict(self) -> dict[str, object]:
        """Return both."""
        return {"value": self.value, "n": self.places}


class Seen(NamedTuple):
    """One annotator's spans of a layer, with the indices of the articles that they finished."""

    articles: Column
    spans: SpanTable


def nominal_alpha(views: Sequence[Seen], labels: int) -> Coefficient:
    """Return Krippendorff's nominal alpha on the labels of extents that at least two annotators marked.

    A place is an extent of an article, its values the labels that annotators gave it. Who gave one extent
    two labels has the first in the order of the scheme. Source: Krippendorff 2019, chapter 12.
    """
    extents = [_first_labels(one.spans) for one in views]
    article, start, end, label = (np.concatenate(column) for column in zip(*extents, strict=True))
    first = first_of_same(article, start, end)
    counts = np.zeros((len(first), labels))
    np.add.at(counts, (first, label), 1)
    counts = counts[counts.sum(axis=1) >= 2]
    return Coefficient(_alpha(_coincidences(counts)), len(counts))


def unitizing_alpha(views: Sequence[Seen], tokens: TokenTable, labels: int) -> Coefficient:
    """Return Krippendorff's unitizing alpha, uα, of typed units on word tokens; gaps are a value too.

    Units are the spans of the comparison view: outermost ones, at most one for a token. Coincidences are
    lengths of intersections in tokens; in what is expected, a unit never meets itself, and a gap's tokens
    not themselves: ε_cc = ℓ(ℓ_c² - Σ len²)/(ℓ² - ΣΣ len²), for gaps Σ len in place of Σ len²
    (Krippendorff, Mathet, Bouvry and Widlöcher 2016). Only articles that at least two annotators finished.
    """
    per_article = np.zeros(len(tokens.lengths), dtype=np.int64)
    for one in views:
        per_article[one.articles] += 1
    shared = per_article[tokens.article] >= 2
    of_token = per_article[tokens.article][shared]
    counts = np.zeros((int(shared.sum()), labels + 1))
    squares = np.zeros(labels + 1)
    for one in views:
        tags, units = _tags(one, tokens)
        saw = np.isin(tokens.article[shared], one.articles)
        np.add.at(counts, (np.flatnonzero(saw), tags[shared][saw]), 1)
        mine = per_article[units.article] >= 2
        lengths = (units.end - units.start)[mine].astype(np.float64)
        squares[1:] += np.bincount(units.label[mine], lengths**2, minlength=labels)
    observed = _coincidences(counts)
    squares[0] = counts[:, 0].sum()
    return Coefficient(_alpha(observed, squares), len(of_token))


def token_kappa(one: Seen, other: Seen, tokens: TokenTable, labels: int) -> Coefficient:
    """Return Cohen's kappa of two annotators on the tokens that at least one of them labelled.

    Tokens that neither labelled would make any two people agree.
    """
    both = np.isin(tokens.article, np.intersect1d(one.articles, other.articles))
    ours, theirs = (_tags(seen, tokens)[0][both] for seen in (one, other))
    kept = (ours > 0) | (theirs > 0)
    table = np.bincount(ours[kept] * (labels + 1) + theirs[kept], minlength=(labels + 1) ** 2)
    shares = table.reshape(labels + 1, labels + 1) / max(int(kept.sum()), 1)
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    defined = kept.any() and chance < 1
    value = (float(np.trace(shares)) - chance) / (1 - chance) if defined else None
    return Coefficient(value, int(kept.sum()))


def _first_labels(spans: SpanTable) -> tuple[Column, Column, Column, Column]:
    order = np.lexsort((spans.label, spans.end, spans.start, spans.article))
    columns = [column[order] for column in (spans.article, spans.start, spans.end, spans.label)]
    first = first_of_same(*columns[:3]) == np.arange(len(order))
    article, start, end, label = (column[first] for column in columns)
    return article, start, end, label


class _Flat(NamedTuple):
    """A number for each token, 0 outside and 1 + label inside, and the units in tokens."""

    tags: Column
    units: SpanTable


def _tags(seen: Seen, tokens: TokenTable) -> _Flat:
    projection: Projection = projected(seen.spans, tokens)
    units = token_spans(projection, tokens)
    before = np.searchsorted(tokens.article, units.article)
    tags = np.zeros(len(tokens.article) + 1, dtype=np.int64)
    np.add.at(tags, before + units.start, units.label + 1)
    np.add.at(tags, before + units.end, -(units.label + 1))
    return _Flat(np.cumsum(tags)[:-1], units)


def _coincidences(counts: Numbers) -> Numbers:
    """Return how often two values meet, (values, values), from how many gave each place each value."""
    weights = 1 / (counts.sum(axis=1, keepdims=True) - 1)
    met: Numbers = (counts * weights).T @ counts
    met[np.diag_indices_from(met)] -= (counts * weights).sum(axis=0)
    return met


def _alpha(observed: Numbers, alone: Numbers | None = None) -> float | None:
    """Return 1 - D_o/D_e; `alone` is by value what meets itself by chance, by default each place itself."""
    by_value, total = observed.sum(axis=0), observed.sum()
    own = by_value if alone is None else alone
    free = total**2 - own.sum()
    expected = total - (total * (by_value**2 - own) / free).sum() if free > 0 else 0.0
    if expected <= 0:
        return None
    return float(1 - (total - np.trace(observed)) / expected)


Coefficients = Mapping[str, Coefficient]
