"""What scikit-learn says of predictions, called for a metric's entry as a person would call it on the rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.preprocessing import label_binarize

from core.catalogue import resolve
from core.metrics import METRICS, Metric

# What differs from call to call: which class is spoken of, which of two numbers is meant, what is handed over.
OF_POSITIVE = ("precision", "recall", "f1", "f_half", "f2", "jaccard")
OF_NEGATIVE = ("specificity", "npv")
OF_TWO_CLASSES = (*OF_POSITIVE, *OF_NEGATIVE, "likelihood_ratio_positive", "likelihood_ratio_negative", "roc_auc_start")
PART = {"likelihood_ratio_positive": 0, "likelihood_ratio_negative": 1}
ONE_BY_ONE = ("roc_auc", "roc_auc_weighted", "average_precision", "average_precision_weighted")
WHOLE = ("log_loss", "d2_log_loss")  # of all classes' probabilities, two or more
LARGER = {"top_2_accuracy": 2, "top_3_accuracy": 3}  # need more classes than these
DECISIONS = ("hinge_loss",)


def defined(metric: Metric, classes: int, *, positive: bool, probable: bool = True) -> bool:
    """Whether there is a number on rows of all classes."""
    if metric.name in OF_TWO_CLASSES and not positive:
        return False
    if metric.name in DECISIONS and probable:
        return False
    return classes > LARGER.get(metric.name, 0)


def said(
    metric: Metric,
    actual: np.ndarray,
    predicted: np.ndarray,
    given: np.ndarray | None,
    positive: int | None,
    weights: np.ndarray | None = None,
) -> float:
    """scikit-learn's number.

    Parameters
    ----------
    given : ndarray or None
        Probabilities (n, classes), or decision scores (n,) or (n, classes).
    positive : int or None
        Code of the positive class of two.
    """
    function, options = resolve(metric.sklearn), dict(metric.options)
    if weights is not None and metric.weighted:
        options["sample_weight"] = weights
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if metric.needs == "predicted":
            return _of_names(metric, function, actual, predicted, positive, options)
        assert given is not None
        return float(_of_ranks(metric, function, actual, given, positive, options))


def _of_names(metric: Metric, function: Any, actual: Any, predicted: Any, positive: Any, options: Any) -> float:
    if metric.name in OF_POSITIVE:
        options["pos_label"] = positive
    if metric.name in OF_NEGATIVE:
        options["pos_label"] = 1 - positive
    if metric.name in PART:
        return float(function(actual, predicted, labels=[1 - positive, positive], **options)[PART[metric.name]])
    return float(function(actual, predicted, **options))


def _of_ranks(metric: Metric, function: Any, actual: Any, given: Any, positive: Any, options: Any) -> Any:
    labels = list(range(given.shape[1] if given.ndim == 2 else 2))
    if metric.name in WHOLE or metric.name in LARGER:
        return function(actual, given, **options, labels=labels)
    if positive is None:
        if metric.name in ONE_BY_ONE:
            options.pop("multi_class", None)  # decision scores do not sum to 1, as it would have them
            return function(label_binarize(actual, classes=labels), given, **options)
        return function(actual, given, **options, labels=labels)
    column = given[:, positive] if given.ndim == 2 else given if positive == 1 else -given
    return function(actual == positive, column, **options)


def score_of(name: str, *args: Any) -> float:
    """The same for a metric's name."""
    return said(METRICS[name], *args)
