"""From which score on a case is flagged: sorted once, so that every cut-off is looked up and not counted.

Takes out-of-fold predictions of a yes-or-no question; gives counts and money at any cut-off. A case is flagged from the
cut-off on. Quick enough for a page: a cut-off costs a search, other costs a multiplication.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.decisions.costs import CASES, Costs, Counts, Floats
from core.diagnostics.shares import share_interval
from core.held_out import HeldOut, Mask, Share
from core.metrics.judged import Judged, rows_given, scores_given, two_class_problem
from core.records import Problem

CURVE_POINTS = 400
PROBABILITY, SCORE = "probability", "decision score"


class Weighing:
    """A model's held-out rows by how strongly they lean to the positive class.

    Parameters
    ----------
    held : HeldOut
    problem : Problem

    Attributes
    ----------
    reason : str
        Why no cut-off can be chosen from these rows; empty where one can. Without one nothing else is to be asked.
    on : str
        What the cut-off is on: ``"probability"``, or ``"decision score"`` where the model gives no probabilities.
    default : float
        The cut-off that is used when nobody chose one.
    leanings : ndarray of shape (n,)
        What the cut-off is on, for each held-out row: the larger, the more it leans to the positive class.
    cut_offs : ndarray of shape (m + 1,)
        Every cut-off that makes a difference, falling: above all scores, between every two, below all.
    hits, alarms : ndarray of shape (m + 1,)
        Weights of the rows flagged from each cut-off on, of the positive class and of the other one.
    """

    def __init__(self, held: HeldOut, problem: Problem) -> None:
        judged = Judged(held.predictions, problem)
        self.held, self.problem = held, problem
        needed = two_class_problem(judged) or rows_given(judged) or scores_given(judged)
        self.reason = needed or held.reason
        self.on = SCORE if held.predictions.probabilities is None else PROBABILITY
        self.default = 0.0 if held.predictions.probabilities is None else 0.5
        if needed or judged.leanings is None:
            return
        self.leanings = judged.leanings.astype(float)
        self._order = np.argsort(-self.leanings, kind="stable")
        self._scores = self.leanings[self._order]
        self._truth = (judged.actual == judged.positive)[self._order]
        self._weights = held.weights[self._order]
        self._last = np.append(np.flatnonzero(np.diff(self._scores)), len(self._scores) - 1)
        self._thresholds = self._scores[self._last]
        self.cut_offs = _between(self._thresholds)
        self.hits = _counted(self._truth * self._weights, self._last)
        self.alarms = _counted(~self._truth * self._weights, self._last)
        self._named = (judged.predicted == judged.positive)[self._order]

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest cut-off that are worth drawing."""
        if self.on == PROBABILITY:
            return 0.0, 1.0
        return float(self._scores[-1]), float(self._scores[0])

    def counts(self, cut_off: float) -> Counts:
        """How many cases come to which end at a cut-off, over all parts; found by one search."""
        flagged = int(np.searchsorted(-self._thresholds, -cut_off, side="right"))
        hits, alarms = float(self.hits[flagged]), float(self.alarms[flagged])
        return Counts(hits, alarms, float(self.hits[-1]) - hits, float(self.alarms[-1]) - alarms)

    def flagged(self, cut_off: float) -> Mask:
        """Which of the held-out rows are flagged, in their own order, shape (n,)."""
        flags: Mask = self.leanings >= cut_off
        return flags

    def money(self, costs: Costs) -> Floats:
        """What comes of 1,000 cases at every one of `cut_offs`, shape (m + 1,)."""
        counts = Counts(self.hits, self.alarms, self.hits[-1] - self.hits, self.alarms[-1] - self.alarms)
        found: Floats = CASES * costs.money(counts) / (self.hits[-1] + self.alarms[-1])
        return found

    def best(self, costs: Costs, leaving: NDArray[np.bool_] | None = None) -> float:
        """The cut-off at which most money comes of the rows, of equals the one that flags fewest.

        Parameters
        ----------
        costs : Costs
        leaving : ndarray of shape (n,), optional
            Rows that are not asked, in the order of the held-out rows.
        """
        asked = np.ones(len(self._order), bool) if leaving is None else ~leaving[self._order]
        worth = np.where(self._truth, costs.stake_yes, -costs.stake_no) * self._weights
        gained = _counted(worth * asked, self._last)
        near = gained.max() - 1e-12 * np.abs(gained).max()  # what rounding may have parted
        return self._beside(int(np.argmax(gained >= near)), asked)

    def _beside(self, place: int, asked: NDArray[np.bool_]) -> float:
        """The cut-off at a place, in the middle between the scores of rows that were asked."""
        begin = 0 if place == 0 else int(self._last[place - 1]) + 1
        above, below = asked[:begin][::-1], asked[begin:]
        if not above.any() or not below.any():
            return -np.inf if above.any() else np.inf
        nearest = [begin - 1 - int(above.argmax()), begin + int(below.argmax())]
        return float(_between(self._scores[nearest])[1])

    @cached_property
    def _parts(self) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_], Floats, Floats]]:
        """Of each part the truth, what the model itself named positive, the scores and the weights."""
        parts = self.held.parts[self._order]
        masks = [parts == part for part in range(len(self.held.names))]
        return [(self._truth[m], self._named[m], self._scores[m], self._weights[m]) for m in masks]

    def of(self, part: int, cut_off: float | None) -> Counts:
        """The counts of one part at a cut-off; None stands for what the model itself calls the positive class."""
        truth, named, scores, weights = self._parts[part]
        flags = named if cut_off is None else scores >= cut_off
        ends = (flags & truth, flags & ~truth, ~flags & truth, ~flags & ~truth)
        return Counts(*(float(weights[each].sum()) for each in ends))

    def share(self, part: float, whole: float) -> Share:
        """A share of weights with its interval, from how many rows one unit of weight is worth."""
        if whole <= 0:
            return Share(None, None, None, 0)
        value = min(1.0, part / whole)
        rows = whole * self._worth
        low, high = share_interval(value * rows, rows) or (None, None)
        return Share(value, low, high, round(rows))

    @cached_property
    def _worth(self) -> float:
        return self.held.worth(np.ones(len(self.held.parts), bool)) / float(self.held.weights.sum())

    def curve(self, costs: Costs, points: int = CURVE_POINTS) -> pd.DataFrame:
        """Money against the cut-off, and against how many are flagged.

        Returns
        -------
        DataFrame
            Columns ``cut_off`` (rising; the outermost at `bounds`), ``flagged`` (share of the cases), ``money`` (per
            1,000 cases) and ``found`` (share of the positive class, not a number where it has no row). Thinned to at
            most so many points, evenly along both, the best among them.
        """
        money, total = self.money(costs), self.hits[-1] + self.alarms[-1]
        low, high = self.bounds
        keep = _thinned(len(money), self.cut_offs, int(np.argmax(money)), points)
        with np.errstate(invalid="ignore"):
            found = self.hits / self.hits[-1] if self.hits[-1] else np.full(len(money), np.nan)
        columns = {
            "cut_off": np.clip(self.cut_offs, low, high),
            "flagged": (self.hits + self.alarms) / total,
            "money": money,
            "found": found,
        }
        return pd.DataFrame({name: values[keep][::-1] for name, values in columns.items()})


def _between(falling: Floats) -> Floats:
    """The middle between every two of some falling scores, and what lies above and below all of them.

    Where nothing lies between two, the upper one: a case is flagged from the cut-off on.
    """
    middle = falling[:-1] + (falling[1:] - falling[:-1]) / 2
    middle = np.where(middle > falling[1:], middle, falling[:-1])
    return np.concatenate([[np.inf], middle, [-np.inf]])


def _counted(values: Floats, last: NDArray[np.intp]) -> Floats:
    """The running sum at the last row of each score, from 0 on."""
    return np.append(0.0, np.cumsum(values)[last])


def _thinned(size: int, cut_offs: Floats, best: int, points: int) -> NDArray[np.intp]:
    """Places of a curve to keep: half of them even by rank, half even by cut-off."""
    if size <= points:
        return np.arange(size)
    by_rank = np.linspace(0, size - 1, points // 2).round().astype(int)
    inner = cut_offs[1:-1]
    wanted = np.linspace(inner[0], inner[-1], points // 2 - 2)
    by_value = 1 + np.clip(np.searchsorted(-inner, -wanted), 0, len(inner) - 1)
    return np.unique(np.concatenate([by_rank, by_value, [best]]))
