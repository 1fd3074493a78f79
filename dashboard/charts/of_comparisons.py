"""The charts of whether a model is better than another: an entry each."""

from __future__ import annotations

from .entry import BOTH, Chart
from .statistics import chances, critical_difference, three_ways

ENTRIES = (
    Chart(
        "chances",
        "Chance to be better",
        chances,
        frozenset({"decided"}),
        BOTH,
        "Along a line: how likely its model is better. Where both of two have a low chance, either will do.",
    ),
    Chart(
        "three_ways",
        "Which of the two is better",
        three_ways,
        frozenset({"decided"}),
        BOTH,
        "The longer a part of the bar, the more likely it is what holds in truth.",
    ),
    Chart(
        "critical_difference",
        "Average rank over several tables",
        critical_difference,
        frozenset({"decided"}),
        BOTH,
        "Further left is better; models on one thick line cannot be told apart.",
    ),
)
