"""Plain scikit-learn in a peer's environment, one process: how much of the peer's time is its scikit-learn's."""

from __future__ import annotations

import warnings

from child import compete, contest, each, estimator, metrics
from sklearn.model_selection import cross_validate

given = contest()


def accuracy(model: dict) -> float:
    """One model over the folds."""
    plain = estimator(model)
    found = cross_validate(plain, given.X, given.y, cv=given.splits, scoring=metrics(plain, given.y), n_jobs=1)
    return found["test_accuracy"].mean()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compete(lambda: each(given.models, accuracy))
