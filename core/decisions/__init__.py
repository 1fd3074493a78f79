"""What to do with a model's answer: from which score on to act, which mistake costs what, and what comes of it.

Takes out-of-fold predictions and what mistakes cost; gives cut-offs that were chosen on other rows than they are judged
on, and money with an interval. numpy and pandas only: a page may ask.
"""

from core.decisions.costs import CASES, Costs, Counts, check_matrix, plain_matrix
from core.decisions.judging import RIVALS, Judgement, best_of, judge
from core.decisions.kept import BY_HAND, BY_MONEY, EVERYONE, FROM, NO_ONE, Decision, flags_of, matrix_of
from core.decisions.several import cheapest, judge_matrix
from core.decisions.weighing import PROBABILITY, SCORE, Weighing

__all__ = [
    "BY_HAND",
    "BY_MONEY",
    "CASES",
    "EVERYONE",
    "FROM",
    "NO_ONE",
    "PROBABILITY",
    "RIVALS",
    "SCORE",
    "Costs",
    "Counts",
    "Decision",
    "Judgement",
    "Weighing",
    "best_of",
    "cheapest",
    "check_matrix",
    "flags_of",
    "judge",
    "judge_matrix",
    "matrix_of",
    "plain_matrix",
]
