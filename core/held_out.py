"""A model's out-of-fold predictions with the fold of each: what is chosen on some of them is judged on others.

Takes the predictions of each fold; gives them as one, with the part that each belongs to. A number that was chosen on
the rows that it is told of is too good; here every part has its others, in which none of its rows stands. Knows no
model and no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.diagnostics.shares import share_interval
from core.metrics.judged import counting
from core.predictions import joined
from core.records import Predictions, Problem

Mask = NDArray[np.bool_]

FEWEST_PER_HALF = 2  # rows of a hold-out on each side below which one half tells nothing of the other


@dataclass(frozen=True, slots=True)
class Share:
    """So many rows in a hundred, and where that may well lie.

    Attributes
    ----------
    value, low, high : float or None
        None where there is no row to take a share of.
    rows : int
        That it is a share of.
    """

    value: float | None
    low: float | None
    high: float | None
    rows: int


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Out-of-fold predictions in parts.

    Attributes
    ----------
    predictions : Predictions
        All parts one after the other, without rows of weight 0.
    parts : ndarray of shape (n,)
        Which part each row belongs to.
    names : tuple of int
        The fold that each part is, from 1.
    halved : bool
        Whether the parts are the two halves of a single fold.
    reason : str
        Why there are no parts of which one could be judged by the others; empty where there are.
    """

    predictions: Predictions
    parts: NDArray[np.intp]
    names: tuple[int, ...]
    halved: bool = False
    reason: str = ""

    @property
    def weights(self) -> NDArray[np.floating[Any]]:
        """How much each row counts, shape (n,)."""
        given = self.predictions.weights
        return np.ones(len(self.parts)) if given is None else given

    @cached_property
    def _repeated(self) -> bool:
        rows = self.predictions.rows
        return len(np.unique(rows)) < len(rows)

    def others(self, part: int) -> Mask:
        """The rows of other parts, but for those that stand in this part as well (where folds are repeated)."""
        here = self.parts == part
        return ~np.isin(self.predictions.rows, self.predictions.rows[here]) if self._repeated else ~here

    def worth(self, among: Mask) -> float:
        """How many independent rows some rows are worth.

        Repeats of a row tell nothing new, and of rows that weigh differently there are as many as
        ``(Σ w)² / Σ w²`` that weigh the same (Kish 1965, Survey Sampling, section 11.7).
        """
        weights, rows = self.weights[among], self.predictions.rows[among]
        if not len(rows):
            return 0.0
        distinct = len(np.unique(rows)) / len(rows) if self._repeated else 1.0
        return float(weights.sum() ** 2 / (weights @ weights)) * distinct

    def share(self, of: Mask, among: Mask | None = None, level: float = 0.95) -> Share:
        """The share of some rows among others, with its interval (Wilson), both as masks of shape (n,)."""
        among = np.ones(len(self.parts), bool) if among is None else among
        total = self.worth(among)
        if not total:
            return Share(None, None, None, 0)
        weights = self.weights[among]
        value = min(1.0, float(weights @ of[among] / weights.sum()))
        low, high = share_interval(value * total, total, level) or (None, None)
        return Share(value, low, high, int(among.sum()))


def held_out(parts: Mapping[int, Predictions], problem: Problem, seed: int = 0) -> HeldOut:
    """Out-of-fold predictions as one.

    Parameters
    ----------
    parts : mapping of int to Predictions
        By fold, from 0. A single fold (a hold-out) is divided into halves at random, each class by itself.
    problem : Problem
    seed : int
        Decides the halves.

    Returns
    -------
    HeldOut
    """
    kept = {fold: each for fold, given in parts.items() if len((each := counting(given)).rows)}
    if not kept:
        nothing = Predictions(*(np.empty(0, int),) * 3)
        return HeldOut(nothing, np.empty(0, int), (), reason="There are no rows that were held out.")
    whole = joined(list(kept.values()))
    if len(kept) > 1:
        codes = np.repeat(np.arange(len(kept)), [len(each.rows) for each in kept.values()])
        return HeldOut(whole, codes, tuple(fold + 1 for fold in kept))
    halves, rows = _halves(whole, problem, seed), len(whole.rows)
    few = np.bincount(halves, minlength=2).min() < FEWEST_PER_HALF
    told = f"One fold of {rows} rows: too few to choose on one half of them and to judge on the other. Use more folds."
    return HeldOut(whole, halves, (1, 1), True, told if few else "")


def _halves(whole: Predictions, problem: Problem, seed: int) -> NDArray[np.intp]:
    """A half for each row, so that both have as good as the same share of every class."""
    order = np.random.default_rng(seed).permutation(len(whole.rows))
    if problem.classes:
        order = order[np.argsort(whole.actual[order], kind="stable")]
    halves = np.empty(len(order), np.intp)
    halves[order] = np.arange(len(order)) % 2
    return halves
