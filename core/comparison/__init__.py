"""How sure one can be that a model is better than another: intervals, tests, ties, and how many rows it takes.

Takes scores per fold or per data set, or predictions for the same rows; gives numbers with their formulas' sources.
Knows no metric and no model.
"""

from __future__ import annotations

from .bayes import Chances, signed_rank
from .folds import Interval, Pair, Scores, compare_pair, holm, in_order, interval, not_separated, tied_with_best
from .resampling import Resampled, bootstrap, compare_rows, resample_rows
from .rows import Needed, rows_needed
from .several import RankedPair, Several, compare_many

__all__ = [
    "Chances",
    "Interval",
    "Needed",
    "Pair",
    "RankedPair",
    "Resampled",
    "Scores",
    "Several",
    "bootstrap",
    "compare_many",
    "compare_pair",
    "compare_rows",
    "holm",
    "in_order",
    "interval",
    "not_separated",
    "resample_rows",
    "rows_needed",
    "signed_rank",
    "tied_with_best",
]
