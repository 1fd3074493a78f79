"""Where models say the same: two by two, on the rows that both were asked about.

Takes the predictions of several models of one run; gives a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from core.diagnostics.held import Held, empty, repeats
from core.diagnostics.shares import share_interval
from core.records import Problem

COLUMNS = ("model_a", "model_b", "agree", "low", "high", "both", "only_a", "only_b", "none", "count")


def agreement(models: Mapping[str, Held], problem: Problem) -> pd.DataFrame:
    """How far every two models agree.

    Parameters
    ----------
    models : mapping of str to Held
        By what people call them, of the same run.
    problem : Problem

    Returns
    -------
    DataFrame
        A line per pair, ``model_a`` and ``model_b``: ``agree`` is the share of rows on which both say the same, for
        numbers the correlation of their errors (missing where one of them errs by the same everywhere); ``low`` and
        ``high`` bound the share. ``both``, ``only_a``, ``only_b`` and ``none`` are shares of the rows that were named
        right; for numbers, an error up to the median of both models' errors counts as right. ``count`` are the rows.
    """
    lines = [_pair(a, b, models[a], models[b], problem) for a, b in combinations(models, 2)]
    known = [each for each in lines if each is not None]
    if not known:
        reason = "Needs two models." if len(models) < 2 else "No two models were asked about the same rows."
        return empty(COLUMNS, reason, texts=("model_a", "model_b"))
    return pd.DataFrame(known, columns=list(COLUMNS))


def _pair(a: str, b: str, one: Held, other: Held, problem: Problem) -> tuple[Any, ...] | None:
    """One pair's line; None where they have no row in common."""
    folds = [fold for fold in one.folds if fold in other.folds and _same(one, other, fold)]
    if not folds:
        return None
    actual, first, second = (
        np.concatenate([getattr(held.folds[fold], name) for fold in folds])
        for held, name in ((one, "actual"), (one, "predicted"), (other, "predicted"))
    )
    if problem.classes:
        agree = first == second
        right = first == actual, second == actual
        times = repeats(one.whole)
        low, high = share_interval(agree.sum() / times, len(agree) / times) or (np.nan, np.nan)
        level = float(agree.mean())
    else:
        sound = np.isfinite(first) & np.isfinite(second)
        if not sound.any():
            return None
        off = (actual - first)[sound], (actual - second)[sound]
        actual = actual[sound]
        limit = np.median(np.abs(np.concatenate(off)))
        right = np.abs(off[0]) <= limit, np.abs(off[1]) <= limit
        level, low, high = _correlation(*off), np.nan, np.nan
    both, only_a, only_b = (
        float(np.mean(each)) for each in (right[0] & right[1], right[0] & ~right[1], right[1] & ~right[0])
    )
    none = float(np.mean(~right[0] & ~right[1]))
    return a, b, level, low, high, both, only_a, only_b, none, len(actual)


def _same(one: Held, other: Held, fold: int) -> bool:
    """Whether both were asked about the same rows of a fold; some of them, where there are any."""
    rows = one.folds[fold].rows
    return len(rows) > 0 and np.array_equal(rows, other.folds[fold].rows)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's; nan where one does not vary."""
    if len(first) < 2 or any(np.ptp(each) <= 1e-9 * np.abs(each).max() for each in (first, second)):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
