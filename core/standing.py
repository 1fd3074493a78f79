"""A model's place on the leaderboard, as plain values. Knows nothing of where they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's place on the leaderboard.

    Attributes
    ----------
    baseline : bool
        Whether it only guesses.
    marks : tuple of str
        See `core.records.Outcome`.
    mean, spread : float or None
        Of the metric over the finished folds, and their standard deviation.
    low, high : float or None
        Bounds of the mean at 95 %, see `core.comparison.interval`.
    train : float or None
        Mean on the training rows.
    undefined : str
        Why there is no mean.
    fit_seconds, predict_seconds : float or None
        Means over the finished folds.
    reused, reused_folds : bool, int
        Whether all finished folds were taken from an earlier run, and how many were.
    ranked : bool
        Whether the model is done and its score defined.
    tied : bool
        Whether it is the best, or cannot be told from it.
    rank : int or None
    """

    id: str
    name: str
    title: str
    baseline: bool
    state: str
    reason: str = ""
    marks: tuple[str, ...] = ()
    folds_done: int = 0
    folds: int = 0
    mean: float | None = None
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    train: float | None = None
    undefined: str = ""
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    size_bytes: int | None = None
    progress: float = 0.0
    reused: bool = False
    reused_folds: int = 0
    ranked: bool = False
    tied: bool = False
    rank: int | None = None


# What a leaderboard tells of each model: whether it is ranked, its rank tells.
COLUMNS = tuple(each.name for each in fields(Standing) if each.name != "ranked")


def nobody_wins(rows: Iterable[Standing]) -> bool:
    """Whether guessing is the best of all, or cannot be told from it: then no model has won anything.

    Where nothing could tell skill from luck, no row having a `low`, only a higher score counts.
    """
    known = [each for each in rows if each.rank is not None]
    judged = any(each.low is not None for each in known)
    return any(each.baseline and (each.rank == 1 or (judged and each.tied)) for each in known)


def placed(rows: Iterable[Standing], *, greater_is_better: bool) -> tuple[Standing, ...]:
    """The rows with their ranks, the best first: of equals the quicker one, and what has no rank last."""
    sign = -1.0 if greater_is_better else 1.0

    def order(row: Standing) -> tuple[bool, float, float]:
        value, seconds = row.mean, row.fit_seconds
        return not row.ranked, math.inf if value is None else sign * value, math.inf if seconds is None else seconds

    ordered = sorted(rows, key=order)
    return tuple(replace(row, rank=place) if row.ranked else row for place, row in enumerate(ordered, 1))
