"""The charts of what a model's number hangs on, and of what it costs: an entry each."""

from __future__ import annotations

from .entry import BOTH, Chart
from .studies import costs, luck, rows_curve, techniques

ENTRIES = (
    Chart(
        "rows_curve",
        "Score over rows",
        rows_curve,
        frozenset({"study"}),
        BOTH,
        "Where the solid line still climbs at its end, more rows may help; the band is where it may well lie.",
        several=True,
    ),
    Chart(
        "techniques",
        "Score by division",
        techniques,
        frozenset({"study"}),
        BOTH,
        "Each line is a way to divide the rows: the mark is the score that it gives, the bar where that may well lie.",
    ),
    Chart(
        "luck",
        "What luck would score",
        luck,
        frozenset({"study"}),
        BOTH,
        "Grey is what the model scores when the answers are shuffled; the line is its score with the true ones.",
    ),
    Chart(
        "costs",
        "Score against cost",
        costs,
        frozenset({"costs"}),
        BOTH,
        "The further up and to the left, the more for less; models on the line have nobody better and cheaper.",
        several=True,
    ),
)
