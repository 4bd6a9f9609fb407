"""How far annotators agree on the articles that they share, and what they disagree on.

>>> from miyar.agreement import agreement
>>> agreement(read_annotators([path], scheme), scheme).layers["entities"]["strict"].micro.f1
"""

from miyar.agreement.disagreements import CLASSES, Disagreement
from miyar.agreement.drift import Drift
from miyar.agreement.habits import Habit
from miyar.agreement.measuring import Agreement, PairAgreement, agreement

__all__ = ["CLASSES", "Agreement", "Disagreement", "Drift", "Habit", "PairAgreement", "agreement"]
