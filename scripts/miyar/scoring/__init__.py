"""How good predictions are against the gold.

>>> from miyar.scoring import score
>>> score(gold, predictions, scheme).layers["entities"]["strict"].micro.f1
"""

from miyar.scoring.compute import Choices, Counted, count, score
from miyar.scoring.diagnosis import NOTHING, Diagnosis
from miyar.scoring.model import PRF, Bounds, Interval, Macro, Measure, Share
from miyar.scoring.result import Score, Slices
from miyar.scoring.sides import CHARGED
from miyar.scoring.slices import MIN_SUPPORT, Gap
from miyar.scoring.table import Table

__all__ = [
    "CHARGED",
    "MIN_SUPPORT",
    "NOTHING",
    "PRF",
    "Bounds",
    "Choices",
    "Counted",
    "Diagnosis",
    "Gap",
    "Interval",
    "Macro",
    "Measure",
    "Score",
    "Share",
    "Slices",
    "Table",
    "count",
    "score",
]
