"""How far numbers would move with other articles: bootstrap intervals, permutation tests, power.

Everything is made from counts per article: float64 of shape (articles, classes, 4) with COLUMNS in the last
axis. Counts are multiples of ½, so their sums are exact in any order and by any BLAS. Callers sort articles
by id; then nothing depends on the order of files.

>>> old, new = totals(Resamples(len(old_counts)), old_counts, new_counts)
>>> change = intervals(ratios(new) - ratios(old), supporting_articles(old_counts + new_counts))
"""

from miyar.resampling.bootstrap import (
    FEW_ARTICLES,
    FEWEST_ARTICLES,
    LEVEL,
    MOST_UNDEFINED,
    Intervals,
    few_articles,
    intervals,
)
from miyar.resampling.counts import (
    COLUMNS,
    F1,
    FOUND,
    GOLD,
    PRECISION,
    PREDICTED,
    RATIOS,
    RECALL,
    TP,
    Mask,
    Numbers,
    Whole,
    macro,
    ratios,
    supporting_articles,
)
from miyar.resampling.draws import SAMPLES, SEED, SWAPS, Resamples, Swaps, totals
from miyar.resampling.ends import (
    Ends,
    Evidence,
    apart_ends,
    difference_ends,
    effective_articles,
    evidence,
    macro_evidence,
    ratio_ends,
)
from miyar.resampling.permutation import PermutationTest, holm, permutation_test
from miyar.resampling.power import POWER, articles_needed, detectable

__all__ = [
    "COLUMNS",
    "F1",
    "FEWEST_ARTICLES",
    "FEW_ARTICLES",
    "FOUND",
    "GOLD",
    "LEVEL",
    "MOST_UNDEFINED",
    "POWER",
    "PRECISION",
    "PREDICTED",
    "RATIOS",
    "RECALL",
    "SAMPLES",
    "SEED",
    "SWAPS",
    "TP",
    "Ends",
    "Evidence",
    "Intervals",
    "Mask",
    "Numbers",
    "PermutationTest",
    "Resamples",
    "Swaps",
    "Whole",
    "apart_ends",
    "articles_needed",
    "detectable",
    "difference_ends",
    "effective_articles",
    "evidence",
    "few_articles",
    "holm",
    "intervals",
    "macro",
    "macro_evidence",
    "permutation_test",
    "ratio_ends",
    "ratios",
    "supporting_articles",
    "totals",
]
