"""Scikit-learn's examination of a network: all its epochs where a check asks how well it learns, else a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.base import clone

HOW_WELL = {"check_classifiers_train", "check_regressors_train", "check_class_weight_classifiers"}
FEW = 3  # epochs; what else is asked, a network does in these as in all


def examine(estimator: Any, check: Callable[[Any], None]) -> None:
    """Put an estimator to one of scikit-learn's checks."""
    name = getattr(check, "func", check).__name__
    check(estimator if name in HOW_WELL else clone(estimator).set_params(max_epochs=min(FEW, estimator.max_epochs)))
