"""Where a model is right and where it errs: confusion, curves and residuals from stored predictions.

Takes `Predictions` and their `Problem`; gives long frames to draw or to show. numpy and pandas only, quick enough for
the dashboard to call. A frame that cannot be made is empty, and ``frame.attrs["reason"]`` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.metrics.judged import Judged, predicted_given, rows_given, scores_given, several_classes_present
from core.metrics.ranking import Ranking
from core.records import Predictions, Problem

Floats = NDArray[np.floating[Any]]

# More points than this cannot be told apart on a screen.
CURVE_POINTS = 500
_ANY = Ranking(np.array([True, False]), np.array([1.0, 0.0]))  # to read a curve's columns off where there is no curve


def confusion(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """Count rows by actual and predicted class, each once: what people look for here is rows, not weights.

    Parameters
    ----------
    predictions : Predictions
        Of a classification problem with K classes.
    problem : Problem

    Returns
    -------
    DataFrame of shape (K * K, 4)
        Columns ``actual``, ``predicted`` (classes), ``count`` and ``share``: of the rows of that actual class, 0 where
        it has none. In the order of the classes, the predicted class moving fastest. ``attrs["weighted"]`` says whether
        metrics weight the rows.
    """
    counts = Judged(replace(predictions, weights=None), problem).confusion
    size = len(problem.classes)
    totals = np.repeat(counts.sum(axis=1), size)
    classes = pd.Index(problem.classes)
    frame = pd.DataFrame(
        {
            "actual": classes.repeat(size),
            "predicted": classes[np.tile(np.arange(size), size)],
            "count": counts.ravel(),
            "share": counts.ravel() / np.maximum(totals, 1),
        }
    )
    frame.attrs["weighted"] = predictions.weights is not None
    return frame


def roc(predictions: Predictions, problem: Problem, points: int = CURVE_POINTS) -> pd.DataFrame:
    """Receiver operating characteristic: rows found against false alarms, over all thresholds.

    Parameters
    ----------
    predictions : Predictions
        With probabilities or decision scores.
    problem : Problem
    points : int
        A curve with more points is thinned to this many, evenly along its length. Each piece left out then spans at
        most ``2 / (points - 1)`` from end to end, so with 500 points the area under the drawn curve moves by less than
        0.001; ``auc`` is computed before thinning.

    Returns
    -------
    DataFrame
        Columns ``curve`` (the positive class, or each class of several against the rest), ``fpr``, ``tpr``,
        ``threshold`` (a row counts as the class from this score on; infinite at the origin) and ``auc``. Classes
        without a row here, or with all rows, have no curve.
    """
    return _curves(predictions, problem, points, "roc_auc", _roc).rename(columns={"roc_auc": "auc"})


def precision_recall(predictions: Predictions, problem: Problem, points: int = CURVE_POINTS) -> pd.DataFrame:
    """Precision against recall, over all thresholds.

    Parameters
    ----------
    predictions : Predictions
        With probabilities or decision scores.
    problem : Problem
    points : int
        See `roc`; ``average_precision`` is computed before thinning.

    Returns
    -------
    DataFrame
        Columns ``curve``, ``recall``, ``precision``, ``threshold``, ``average_precision`` and ``chance`` (the share of
        the class, which is the precision of guessing). To be drawn as steps: between two points there is nothing.
    """
    frame = _curves(predictions, problem, points, "average_precision", _precision_recall)
    judged = Judged(predictions, problem)
    shares = judged.support / (judged.total or 1)
    frame["chance"] = frame["curve"].map(dict(zip(problem.classes, shares, strict=True))).astype(float)
    return frame


def residuals(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """What was predicted and by how much it was missed.

    Parameters
    ----------
    predictions : Predictions
        Of a regression problem.
    problem : Problem

    Returns
    -------
    DataFrame of shape (n, 4)
        Columns ``row`` (position in the table), ``actual``, ``predicted`` and ``residual``, which is actual -
        predicted: above 0 where the prediction was too low. Rows without a finite prediction are left out, and the
        reason says how many.
    """
    finite = np.isfinite(predictions.predicted)
    actual, predicted = predictions.actual[finite], predictions.predicted[finite]
    columns = {"row": predictions.rows[finite], "actual": actual, "predicted": predicted}
    frame = pd.DataFrame({**columns, "residual": actual - predicted})
    return _with_reason(frame, predicted_given(Judged(predictions, problem)))


def _curves(
    predictions: Predictions, problem: Problem, points: int, area: str, trace: Callable[[Ranking], dict[str, Floats]]
) -> pd.DataFrame:
    """One curve per class that can be told from the others, one below the other."""
    judged = Judged(predictions, problem)
    reason = rows_given(judged) or scores_given(judged) or several_classes_present(judged)
    if reason:
        empty = {"curve": pd.Series(dtype=object)} | {each: pd.Series(dtype=float) for each in (*trace(_ANY), area)}
        return _with_reason(pd.DataFrame(empty), reason)
    frames = [_thinned(pd.DataFrame(trace(each)), points) for each in judged.rankings.values()]
    for code, ranking, frame in zip(judged.rankings, judged.rankings.values(), frames, strict=True):
        frame.insert(0, "curve", [problem.classes[code]] * len(frame))
        frame[area] = getattr(ranking, area)
    return pd.concat(frames, ignore_index=True)


def _with_reason(frame: pd.DataFrame, reason: str | None) -> pd.DataFrame:
    if reason:
        frame.attrs["reason"] = reason
    return frame


def _roc(ranking: Ranking) -> dict[str, Floats]:
    thresholds = np.append(np.inf, ranking.thresholds)
    return {"fpr": ranking.false_alarm_rate, "tpr": ranking.recall, "threshold": thresholds}


def _precision_recall(ranking: Ranking) -> dict[str, Floats]:
    """Up to where all are found; from there on, more alarms only lower the precision."""
    until = int(np.argmax(ranking.recall == 1.0)) + 1
    thresholds = np.append(np.inf, ranking.thresholds)
    return {"recall": ranking.recall[:until], "precision": ranking.precision[:until], "threshold": thresholds[:until]}


def _thinned(curve: pd.DataFrame, points: int) -> pd.DataFrame:
    """At most `points` points of a path, evenly spaced along it (city-block length), ends included."""
    if len(curve) <= points:
        return curve
    steps = np.abs(np.diff(curve.iloc[:, :2].to_numpy(), axis=0)).sum(axis=1)
    length = np.append(0.0, np.cumsum(steps))
    wanted = np.linspace(0.0, length[-1], points)[:-1]
    keep = np.unique(np.append(np.searchsorted(length, wanted, side="right") - 1, len(curve) - 1))
    return curve.iloc[keep].reset_index(drop=True)
