"""For whom a model is good: scores by group, the weakest segments, and how groups are treated.

Takes out-of-fold predictions and columns of the table, also such as no model has seen; gives long frames. What too few
rows stand behind is marked, and what was searched for is judged on other rows than it was found on.
"""

from core.groups.fairness import MEASURES, PARITY, fairness, rates
from core.groups.grouping import Grouping, able, grouping
from core.groups.scoring import FEWEST_ROWS, by_group
from core.groups.segments import weakest

__all__ = [
    "FEWEST_ROWS",
    "MEASURES",
    "PARITY",
    "Grouping",
    "able",
    "by_group",
    "fairness",
    "grouping",
    "rates",
    "weakest",
]
