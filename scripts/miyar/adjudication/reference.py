"""Each annotator scored against the gold that was made of their views: how good a person is at the task."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from miyar.dataset import Annotators
from miyar.predictions import Predictions
from miyar.scheme import Scheme
from miyar.scoring import Choices, Score, score
from miyar.spantable import Views, of_articles


def human_reference(
    gold: Views, annotators: Annotators, scheme: Scheme, choices: Choices
) -> Mapping[str, Score]:
    """Return the score of each annotator on the articles of the gold that they finished."""
    found = {}
    place = {identity: row for row, identity in enumerate(gold.articles.ids)}
    for name, views in annotators.views.items():
        both = [(place[one], row) for row, one in enumerate(views.articles.ids) if one in place]
        if both:
            rows, own = np.array(sorted(both), dtype=np.int64).T
            of_gold = of_articles(gold, rows)
            theirs = replace(of_articles(views, own), name=name, articles=of_gold.articles)
            found[name] = score(of_gold, Predictions(theirs), scheme, choices)
    return found
