"""skore's report, two processes: one `CrossValidationReport` per model and the summary of its metrics.

The summary is skore's own selection: accuracy, precision, recall, ROC AUC, log loss and Brier score, no F1.
"""

from __future__ import annotations

import warnings

import skore
from child import compete, contest, each, estimator

given = contest()


def accuracy(model: dict) -> float:
    """One model over the folds."""
    report = skore.CrossValidationReport(estimator(model), given.X, given.y, splitter=given.splits, n_jobs=2)
    summary = report.metrics.summarize().frame()
    return summary.filter(like="mean").filter(like="accuracy", axis=0).iloc[0, 0]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    skore.configuration.show_progress = False
    compete(lambda: each(given.models, accuracy))
