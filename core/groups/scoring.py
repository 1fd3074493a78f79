"""Any score by group, with an interval, and a mark where too few rows stand behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.diagnostics.shares import share_interval
from core.groups.grouping import Grouping
from core.held_out import HeldOut, Mask
from core.metrics import METRICS, score
from core.metrics.judged import Judged
from core.predictions import taken
from core.profile.values import Codes, Floats
from core.records import Predictions, Problem

FEWEST_ROWS, FEWEST_OF_CLASS = 30, 10
WIDEST = 0.3  # of a score's whole range: a wider interval says next to nothing
RESAMPLES, MOST_DRAWN = 200, 20_000
FEW, WIDE = "too few rows to say", "too wide an interval to say"
ALL = "All rows"


def by_group(
    held: HeldOut,
    problem: Problem,
    groups: Grouping,
    metric: str,
    *,
    units: Codes | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """A model's score for all held-out rows and for each group of them.

    Intervals are of 95 %, by resampling rows (percentile bootstrap, Efron 1979), which tells what other rows would have
    come to. Where there are folds, other training rows are allowed for as in `core.comparison.interval`: Nadeau and
    Bengio (2003) put the variance of a mean at ``(1 / J + test / train) · s²`` with the variance s² of the group's
    score over the folds; the rows stand for the first term, and the second widens the interval. A hold-out tells
    nothing of that. Where no resample differs, as where all of few rows are named right, the interval of so many right
    ones of as many (Wilson) takes their place.

    Parameters
    ----------
    held : HeldOut
    problem : Problem
    groups : Grouping
        Of the held-out rows.
    metric : str
        A name of `METRICS`.
    units : ndarray of shape (n,), optional
        What is drawn as a whole, such as the person that a row belongs to; the row where it is not given.
    resamples : int
    seed : int

    Returns
    -------
    DataFrame
        Columns ``group`` (first `ALL`), ``rows`` (each counted once), ``score``, ``low``, ``high`` (None where not
        defined), ``enough`` (whether enough rows stand behind it) and ``reason`` (why there is no score, or why it says
        nothing).
    """
    units = held.predictions.rows if units is None else units
    random = np.random.default_rng(seed)
    masks = [(ALL, np.ones(len(units), bool))]
    masks += [(label, groups.codes == code) for code, label in enumerate(groups.labels)]
    rows = [
        {"group": label, **_scored(held, problem, among, metric, units, resamples, random)} for label, among in masks
    ]
    return pd.DataFrame(rows).astype({"score": float, "low": float, "high": float})


def _scored(
    held: HeldOut, problem: Problem, among: Mask, metric: str, units: Codes, resamples: int, random: Any
) -> dict[str, Any]:
    part = taken(held.predictions, np.flatnonzero(among))
    rows = len(np.unique(part.rows))
    value, reason = score(metric, part, problem)
    low = high = None
    if value is not None:
        training = _training(held, problem, among, metric)
        low, high = _interval(value, part, problem, metric, units[among], resamples, random, training)
    told = reason or _too_little(metric, min(rows, len(np.unique(units[among]))), low, high)
    told = told or _too_few_of_class(metric, part, problem)
    return {"rows": rows, "score": value, "low": low, "high": high, "enough": not told, "reason": told}


def _too_little(metric: str, rows: int, low: float | None, high: float | None) -> str:
    """Why a score is not to be read; empty where it is."""
    if rows < FEWEST_ROWS or low is None or high is None:
        return FEW
    entry = METRICS[metric]
    bounded = entry.low is not None and entry.high is not None
    return WIDE if bounded and high - low > WIDEST * (entry.high - entry.low) else ""  # type: ignore[operator]


def _too_few_of_class(metric: str, part: Predictions, problem: Problem) -> str:
    """Why a score that tells classes apart is not to be read where one of two has hardly a row; empty where it is."""
    if len(problem.classes) != 2 or not METRICS[metric].conditions:
        return ""
    return FEW if np.bincount(part.actual.astype(int), minlength=2).min() < FEWEST_OF_CLASS else ""


def _training(held: HeldOut, problem: Problem, among: Mask, metric: str) -> float:
    """The variance of a group's score that other training rows would bring; 0 where nothing tells of it."""
    if held.halved or len(held.names) < 2:
        return 0.0
    of_folds = [among & (held.parts == part) for part in range(len(held.names))]
    found = [
        score(metric, taken(held.predictions, np.flatnonzero(each)), problem)[0] for each in of_folds if each.any()
    ]
    known = [each for each in found if each is not None]
    test = len(held.parts) / len(held.names) / len(np.unique(held.predictions.rows))
    return test / (1 - test) * float(np.var(known, ddof=1)) if len(known) > 1 and test < 1 else 0.0


def _interval(
    value: float,
    part: Predictions,
    problem: Problem,
    metric: str,
    units: Codes,
    resamples: int,
    random: Any,
    training: float,
) -> tuple[float | None, float | None]:
    if len(units) > MOST_DRAWN:  # of which the interval is wider than it would be: on the safe side
        kept = np.sort(random.choice(len(units), MOST_DRAWN, replace=False))
        part, units = taken(part, kept), units[kept]
    different, code = np.unique(units, return_inverse=True)
    weights = np.ones(len(units)) if part.weights is None else part.weights
    drawn = []
    for _ in range(resamples):
        times = np.bincount(random.integers(0, len(different), len(different)), minlength=len(different))[code]
        again, _reason = score(metric, replace(part, weights=weights * times), problem)
        drawn += [] if again is None else [again]
    if len(drawn) < resamples // 2:
        return None, None
    low, high = (float(each) for each in np.quantile(drawn, (0.025, 0.975)))
    entry = METRICS[metric]
    if high - low < 1e-12 and entry.low == 0 and entry.high == 1:
        low, high = share_interval(value * (worth := _fewest(part, problem)), worth) or (low, high)
    elif training and (spread := float(np.var(drawn))):
        wider = (1 + training / spread) ** 0.5
        low, high = (_within(value + wider * (end - value), entry.low, entry.high) for end in (low, high))
    return min(low, value), max(high, value)


def _within(value: float, low: float | None, high: float | None) -> float:
    return max(value if low is None else low, min(value, value if high is None else high))


def _fewest(part: Predictions, problem: Problem) -> float:
    """The smallest number of rows that a share could be of: of a class, called so or so in truth, that has any."""
    if not problem.classes:
        return float(len(part.rows))
    counts = Judged(replace(part, weights=None), problem).confusion
    each: Floats = np.concatenate([counts.sum(axis=0), counts.sum(axis=1)])
    return float(each[each > 0].min())
