"""The charts of what to do with a model's answers: money, groups, certainty; an entry each."""

from __future__ import annotations

from .deciding import money
from .entry import BOTH, CLASSES, Chart
from .groups import group_scores, segments, treatment
from .sets import coverage, set_sizes

ENTRIES = (
    Chart(
        "money",
        "What a cut-off brings",
        money,
        frozenset({"decided"}),
        CLASSES,
        "The higher the line, the better; the dot is the cut-off that the rows of all folds call for.",
        several=True,
    ),
    Chart(
        "group_scores",
        "Scores by group",
        group_scores,
        frozenset({"decided"}),
        BOTH,
        "Where the bars of two groups overlap, the difference may be luck. Grey: too few rows to say.",
        several=True,
    ),
    Chart(
        "treatment",
        "How groups are treated",
        treatment,
        frozenset({"decided"}),
        CLASSES,
        "Each dot is a group’s share, with where it may lie. Grey: too few rows to say.",
        several=True,
    ),
    Chart(
        "segments",
        "Where it errs most",
        segments,
        frozenset({"decided"}),
        BOTH,
        "A dot is a segment, a ring all other rows. Grey: on rows that took no part in the search it may be luck.",
    ),
    Chart(
        "set_sizes",
        "How many answers are left open",
        set_sizes,
        frozenset({"decided"}),
        CLASSES,
        "One class: the model commits itself. More: it cannot rule the others out.",
    ),
    Chart(
        "coverage",
        "How often the truth was inside",
        coverage,
        frozenset({"decided"}),
        BOTH,
        "The dotted line is what was asked for; a bar that does not reach it falls short.",
    ),
)
