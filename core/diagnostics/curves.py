"""Curves over all cut-offs: ROC with its spread over folds, precision-recall, gain and lift.

Takes predictions and their problem; gives long frames whose points are points of the curve, never in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.diagnostics.held import Held, with_reason
from core.metrics.judged import Judged, rows_given, scores_given, several_classes_present
from core.metrics.ranking import Ranking
from core.records import Predictions, Problem

Floats = NDArray[np.floating[Any]]

# More points than this cannot be told apart on a screen.
CURVE_POINTS = 500
_ANY = Ranking(np.array([True, False]), np.array([1.0, 0.0]))  # to read a curve's columns off where there is no curve
FIRST = 0.1  # share of the rows, from the top, of which the lift is told


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


def gains(predictions: Predictions, problem: Problem, points: int = CURVE_POINTS) -> pd.DataFrame:
    """What is found when the rows are gone through from the surest down.

    Parameters
    ----------
    predictions : Predictions
        With probabilities or decision scores.
    problem : Problem
    points : int
        See `roc`.

    Returns
    -------
    DataFrame
        Columns ``curve``, ``called`` (share of all rows that are gone through), ``found`` (share of the class among
        them), ``lift`` (found / called, which is 1 for guessing; missing at the start), ``threshold``, ``lift_first``
        (the lift at the last cut-off that calls at most a tenth of the rows, else at the first) and ``chance`` (the
        share of the class).
    """
    frame = _curves(predictions, problem, points, "average_precision", _gains).drop(columns="average_precision")
    judged = Judged(predictions, problem)
    firsts = {problem.classes[code]: _lift_first(each) for code, each in judged.rankings.items()}
    shares = dict(zip(problem.classes, judged.support / (judged.total or 1), strict=True))
    frame["lift_first"] = frame["curve"].map(firsts).astype(float)
    frame["chance"] = frame["curve"].map(shares).astype(float)
    return frame


def roc_over_folds(held: Held, problem: Problem, points: int = CURVE_POINTS) -> pd.DataFrame:
    """The ROC curve of all rows, and around it how far the curves of the folds lie apart.

    Folds are averaged vertically: at each false alarm rate of the curve, mean and standard deviation of the folds' hits
    (Fawcett 2006, doi:10.1016/j.patrec.2005.10.010, section 7).

    Returns
    -------
    DataFrame
        As `roc`, with ``low`` and ``high``, mean - and + standard deviation; both missing with fewer than two curves.
        ``attrs["undefined"]`` has the reason why a fold has no curve, by its number from 1.
    """
    frame = roc(held.whole, problem, points)
    frame[["low", "high"]] = np.nan
    reasons: dict[str, str] = {}
    rankings: list[dict[int, Ranking]] = []
    for fold, part in held.folds.items():
        judged = Judged(part, problem)
        if reason := rows_given(judged) or scores_given(judged) or several_classes_present(judged):
            reasons[str(fold + 1)] = reason
        else:
            rankings.append(judged.rankings)
    for label, places in frame.groupby("curve", sort=False).groups.items():
        code = problem.classes.index(label)
        known = [each[code] for each in rankings if code in each]
        if len(known) > 1:
            across = frame.loc[places, "fpr"].to_numpy()
            lines = np.array([np.interp(across, each.false_alarm_rate, each.recall) for each in known])
            middle, spread = lines.mean(axis=0), lines.std(axis=0, ddof=1)
            frame.loc[places, "low"] = np.clip(middle - spread, 0, 1)
            frame.loc[places, "high"] = np.clip(middle + spread, 0, 1)
    frame.attrs["undefined"] = reasons
    return frame


def _curves(
    predictions: Predictions, problem: Problem, points: int, area: str, trace: Callable[[Ranking], dict[str, Floats]]
) -> pd.DataFrame:
    """One curve per class that can be told from the others, one below the other."""
    judged = Judged(predictions, problem)
    reason = rows_given(judged) or scores_given(judged) or several_classes_present(judged)
    if reason:
        empty = {"curve": pd.Series(dtype=object)} | {each: pd.Series(dtype=float) for each in (*trace(_ANY), area)}
        return with_reason(pd.DataFrame(empty), reason)
    frames = [_thinned(pd.DataFrame(trace(each)), points) for each in judged.rankings.values()]
    for code, ranking, frame in zip(judged.rankings, judged.rankings.values(), frames, strict=True):
        frame.insert(0, "curve", [problem.classes[code]] * len(frame))
        frame[area] = getattr(ranking, area)
    return pd.concat(frames, ignore_index=True)


def _roc(ranking: Ranking) -> dict[str, Floats]:
    thresholds = np.append(np.inf, ranking.thresholds)
    return {"fpr": ranking.false_alarm_rate, "tpr": ranking.recall, "threshold": thresholds}


def _gains(ranking: Ranking) -> dict[str, Floats]:
    called = np.append(0.0, ranking.hits + ranking.alarms)
    called = called / called[-1]
    lift = np.append(np.nan, ranking.recall[1:] / called[1:])
    thresholds = np.append(np.inf, ranking.thresholds)
    return {"called": called, "found": ranking.recall, "lift": lift, "threshold": thresholds}


def _lift_first(ranking: Ranking) -> float:
    """The lift among the surest tenth, at a true cut-off."""
    line = _gains(ranking)
    place = max(1, int(np.searchsorted(line["called"], FIRST, side="right")) - 1)
    return float(line["lift"][place])


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
