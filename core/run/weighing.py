"""How much rows count in a fit: which ones take part, and what is handed to a model's ``fit``.

Takes a pipeline and samples, gives arguments. A model declares nothing: whether it takes weights is read off its fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.records import Samples
from core.run.members import members

if TYPE_CHECKING:
    import numpy as np

MARK, UNWEIGHTED = "fit without weights", "Its fit does not take weights: each row counts the same there."
_NAME = "sample_weight"


def counting(samples: Samples, rows: np.ndarray) -> np.ndarray:
    """Those of some rows that count: a row of weight 0 takes no part, as if it were not there.

    Raises
    ------
    ValueError
        If none does.
    """
    if samples.weights is None:
        return rows
    kept: np.ndarray = rows[samples.weights[rows] > 0]
    if not len(kept):
        raise ValueError("all rows that it would learn from have the weight 0")
    return kept


def fit_arguments(pipeline: Any, samples: Samples, rows: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """What ``fit`` is told beside rows and answers, and what a person should know about it.

    Only the model itself is told: gaps are filled and columns scaled with each row counting the same.
    """
    if samples.weights is None:
        return {}, ()
    name = weight_parameter(pipeline)
    if not name:
        return {}, (UNWEIGHTED,)
    told = [f"{title}: {UNWEIGHTED}" for title, each in members(pipeline[-1]) if not weight_parameter(each)]
    return {name: samples.weights[rows]}, tuple(told)


def weight_parameter(estimator: Any) -> str:
    """Under which name an estimator's ``fit`` takes weights; empty where it, or one that it is made of, takes none."""
    from sklearn.utils.validation import has_fit_parameter

    if hasattr(estimator, "steps"):
        step, last = estimator.steps[-1]
        within = weight_parameter(last)
        return within and f"{step}__{within}"
    if named := [each for _, each in members(estimator)]:  # which are all told, or none is
        told = all(has_fit_parameter(each, _NAME) for each in named) and any(map(weight_parameter, named))
        return _NAME if told else ""
    parts = [each for each in estimator.get_params(deep=False).values() if hasattr(each, "fit")]
    return _NAME if has_fit_parameter(estimator, _NAME) and all(map(weight_parameter, parts)) else ""


def weighed(samples: Samples, rows: np.ndarray) -> np.ndarray | None:
    """How much some rows count in scores; None where all count the same."""
    if samples.weights is None:
        return None
    found: np.ndarray = samples.weights[rows]
    return found
