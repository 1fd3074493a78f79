"""Several classes, and what each mistake costs: the class that costs least is called, not the likeliest.

Nothing is chosen on the rows but which class would do for all of them, so nothing need be kept apart but for that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.decisions.costs import CASES, Floats
from core.decisions.judging import Judgement
from core.held_out import HeldOut
from core.metrics.judged import Judged, probabilities_given, rows_given
from core.records import Problem


def cheapest(probabilities: Floats, matrix: Floats) -> NDArray[np.intp]:
    """The class that is expected to cost least, ``argmin_j Σ_i p(i) C(i, j)`` (Elkan 2001, formula 1).

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
        As they are: where they are off, so is the choice.
    matrix : ndarray of shape (classes, classes)
        See `core.decisions.costs.check_matrix`.

    Returns
    -------
    ndarray of shape (n,)
        Class codes; of equals the likelier class.
    """
    expected = np.round(probabilities @ matrix, 12)
    least = expected <= expected.min(axis=1, keepdims=True)
    codes: NDArray[np.intp] = np.where(least, probabilities, -1.0).argmax(axis=1)
    return codes


def judge_matrix(held: HeldOut, problem: Problem, matrix: Floats, test_fraction: float, repeats: int = 1) -> Judgement:
    """What it is worth to call the class that costs least.

    Parameters
    ----------
    held : HeldOut
    problem : Problem
    matrix : ndarray of shape (classes, classes)
    test_fraction, repeats
        See `core.decisions.judging.judge`.

    Returns
    -------
    Judgement
        In ``folds`` the columns ``fold``, ``chosen``, ``default`` (the class that the model names) and ``constant``
        (always the class that was cheapest on the other folds), per 1,000 cases; above 0 gained, below 0 lost.
        ``attrs["changed"]`` is how many of the rows are called otherwise, ``attrs["rows"]`` of how many.
    """
    judged = Judged(held.predictions, problem)
    needed = None if problem.classes else "There are no classes to tell apart: a number is predicted."
    if reason := needed or rows_given(judged) or probabilities_given(judged):
        return Judgement(reason)
    assert judged.probabilities is not None
    called = cheapest(judged.probabilities, matrix)
    paid = {"chosen": matrix[judged.actual, called], "default": matrix[judged.actual, judged.predicted]}
    rows = []
    for part, name in enumerate(held.names):
        here, weights = held.parts == part, held.weights
        others = held.others(part) if not held.reason else ~here
        constant = int(np.argmin(weights[others] @ matrix[judged.actual[others]])) if others.any() else 0
        costs = {**paid, "constant": matrix[judged.actual, constant]}
        rows.append({"fold": name} | {key: -CASES * _mean(each[here], weights[here]) for key, each in costs.items()})
    folds = pd.DataFrame(rows)
    folds.attrs.update(changed=int((called != judged.predicted).sum()), rows=len(called))
    bounds = (-CASES * float(matrix.max()), -CASES * float(matrix.min()))
    fraction = 0.0 if held.halved else test_fraction
    return Judgement(folds=folds, test_fraction=fraction, repeats=repeats, bounds=bounds)


def _mean(values: Floats, weights: Floats) -> float:
    return float(np.average(values, weights=weights))
