"""How good predictions are against the gold.

>>> from miyar.scoring import score
>>> score(gold, predictions, scheme).layers["entities"]["strict"].micro.f1
"""

from miyar.scoring.compute import CHARGED, score
from miyar.scoring.model import PRF, Macro, Measure, Score

__all__ = ["CHARGED", "PRF", "Macro", "Measure", "Score", "score"]
