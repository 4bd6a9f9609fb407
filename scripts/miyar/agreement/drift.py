"""Whether agreement rises or falls with time: the rank correlation of an article's time with its F1."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from miyar.dataset import Annotators

FEWEST = 10


class Drift(NamedTuple):
    """Spearman's ρ over n articles with its two-sided p, and the mean F1 of the first and the last third."""

    rho: float
    p: float
    articles: int
    first_third: float
    last_third: float

    def to_dict(self) -> dict[str, float]:
        """Return the fields under their names."""
        return self._asdict()


def drift(annotators: Annotators, f1: Mapping[str, float]) -> Drift | None:
    """Return the trend of articles' F1; None where fewer than FEWEST articles have a time, or all are alike.

    An article's time is that of its last view. ρ and p are SciPy's.
    """
    times = _times(annotators)
    known = sorted((times[article], article) for article in f1 if article in times)
    if len(known) < FEWEST:
        return None
    values = np.array([f1[article] for _, article in known])
    order = np.array([time.timestamp() for time, _ in known])
    if np.ptp(values) == 0 or np.ptp(order) == 0:
        return None
    from scipy.stats import spearmanr  # half a second, which most runs need not wait

    found = spearmanr(order, values)
    third = len(values) // 3
    means = float(values[:third].mean()), float(values[-third:].mean())
    return Drift(float(found.statistic), float(found.pvalue), len(values), *means)


def _times(annotators: Annotators) -> dict[str, datetime]:
    latest: dict[str, datetime] = {}
    for name, views in annotators.views.items():
        for article, created in zip(views.articles.ids, annotators.created[name], strict=True):
            moment = _moment(created)
            if moment and moment > latest.get(article, datetime.min.replace(tzinfo=UTC)):
                latest[article] = moment
    return latest


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
