"""The expert's words, each with a plain definition: what a person may want to know who meets them on a page."""

from __future__ import annotations

TERMS: tuple[tuple[str, str], ...] = (
    ("Baseline, guessing", "A model that does not look at the columns: it says the most frequent class, or the mean."),
    ("Held-out rows", "Rows that a model did not learn from and is judged on: how it does on its own says little."),
    (
        "Fold",
        "One division of the rows into those to learn from and those to judge on. With five folds every row is judged "
        "once, by a model that has not seen it.",
    ),
    ("Mean and spread", "The score averaged over the folds, and the standard deviation of the folds’ scores."),
    (
        "95 % interval",
        "Where the mean score may well lie for other rows of the same kind. It is wider than the spread suggests, as "
        "folds share rows that they learn from (Nadeau and Bengio 2003); of a single fold it comes from drawing its "
        "held-out rows again and again (bootstrap).",
    ),
    (
        "Tied, sharing a place",
        "Models whose scores on the same folds do not differ by more than luck explains: corrected t tests against the "
        "best, with Holm’s correction for how many models there are. “1=” is a first place that is shared.",
    ),
    ("Sealed rows, exam", "Rows set aside before anything else. They say, after the choice, what it is worth."),
    ("Learning by heart, overfitting", "Doing far better on rows learned from than on others: noise was learned."),
    ("Underfitting", "Doing poorly on both: the model is too simple, or the columns say too little."),
    ("Class weights", "Rows of rare classes count more while a model learns, so that it does not overlook them."),
    ("Precision", "Of the rows that were called a class, the share that is of it."),
    ("Recall", "Of the rows that are of a class, the share that was called so: how many were found."),
    ("Cut-off, threshold", "The probability from which on a row is called positive. Lower finds more and errs more."),
    ("Calibrated", "What a model says to happen in 80 of 100 cases does happen in about 80 of 100."),
    ("Importance", "How much worse a model does when a column’s values are shuffled among the rows."),
    ("Pareto front", "Models that no other beats in both, score and cost."),
    ("Seed", "The number that decides everything random: the same seed gives the same folds and the same models."),
)
