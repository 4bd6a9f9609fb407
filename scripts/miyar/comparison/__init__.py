"""How releases of an extractor differ on the same gold, and whether a difference is more than noise.

>>> from miyar.comparison import compare
>>> compare(gold, [old, new], scheme).systems[0].layers["entities"]["strict"].micro.finding
"""

from miyar.comparison.changes import CHANGES, Changes, span_changes
from miyar.comparison.compute import Asked, compare, compare_counts
from miyar.comparison.counts import Counts, Stack, count_systems
from miyar.comparison.gate import judge
from miyar.comparison.gatefile import check_gate, read_gate
from miyar.comparison.model import (
    Comparison,
    Difference,
    Finding,
    MeasureComparison,
    Power,
    Significance,
    System,
    SystemComparison,
)
from miyar.comparison.rules import Floor, Gate, NonInferiority, On, Rule, Subject, TradeOff, Undecided
from miyar.comparison.verdict import Excuse, Judgement, Loss, RuleVerdict, State, SystemVerdict, Verdict

__all__ = [
    "CHANGES",
    "Asked",
    "Changes",
    "Comparison",
    "Counts",
    "Difference",
    "Excuse",
    "Finding",
    "Floor",
    "Gate",
    "Judgement",
    "Loss",
    "MeasureComparison",
    "NonInferiority",
    "On",
    "Power",
    "Rule",
    "RuleVerdict",
    "Significance",
    "Stack",
    "State",
    "Subject",
    "System",
    "SystemComparison",
    "SystemVerdict",
    "TradeOff",
    "Undecided",
    "Verdict",
    "check_gate",
    "compare",
    "compare_counts",
    "count_systems",
    "judge",
    "read_gate",
    "span_changes",
]
