"""What stands in for a model whose ``fit`` takes no weights, among others that do."""

from __future__ import annotations

from typing import Any, Self

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


class Unweighted(Pipeline):  # type: ignore[misc]
    """A model that is not told how much rows count, where scikit-learn's ensembles would tell all or none."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn from rows (rows, columns) and their targets, each counting the same."""
        super().fit(X, y)
        return self


def hearing(estimator: Any) -> Any:
    """An unfitted model so that its ``fit`` may be given weights."""
    return estimator if has_fit_parameter(estimator, "sample_weight") else Unweighted([("model", estimator)])
