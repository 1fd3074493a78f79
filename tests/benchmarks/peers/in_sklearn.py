"""Plain scikit-learn in a peer's environment, one process: how much of the peer's time is its scikit-learn's."""

from __future__ import annotations

import warnings

from child import compete, contest, each, estimator
from sklearn.model_selection import cross_validate

given = contest()
several = len(set(given.y)) > 2
suffix = "_macro" if several else ""
METRICS = (
    "accuracy",
    *(name + suffix for name in ("precision", "recall", "f1")),
    "roc_auc_ovr" if several else "roc_auc",
)


def accuracy(model: dict) -> float:
    """One model over the folds."""
    found = cross_validate(estimator(model), given.X, given.y, cv=given.splits, scoring=METRICS, n_jobs=1)
    return found["test_accuracy"].mean()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compete(lambda: each(given.models, accuracy))
