"""How sure one can be of a single answer: sets of classes and intervals of numbers that hold the truth so often.

Takes out-of-fold predictions; gives, for every held-out row, the set or interval that the rows of the other folds call
for, and how often the truth was in it. Where new rows are like these ones, what the rows of all folds call for holds
the truth about as often as was asked for, whatever the model. Quick enough for a page to ask.

References
----------
.. [1] Vovk (2012). Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence 74, 9-28.
   doi:10.1007/s10472-013-9368-4
.. [2] Barber, Candès, Ramdas, Tibshirani (2021). Predictive inference with the jackknife+. Annals of Statistics 49,
   486-507. doi:10.1214/20-AOS1965
.. [3] Sadinle, Lei, Wasserman (2019). Least ambiguous set-valued classifiers with bounded error levels. Journal of the
   American Statistical Association 114, 223-234. doi:10.1080/01621459.2017.1395341
.. [4] Angelopoulos, Bates (2023). Conformal prediction: a gentle introduction. Foundations and Trends in Machine
   Learning 16, 494-591. doi:10.1561/2200000101
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.held_out import HeldOut, Mask, Share
from core.metrics.judged import Judged, predicted_given, rows_given, scores_given
from core.records import Problem

Floats = NDArray[np.floating[Any]]
MOST_RANGES = 4  # ranges of predicted numbers that are judged each by itself
BEYOND = 10  # rows of a range that are to lie beyond its limit, else the limit hangs on a few


@dataclass(frozen=True, eq=False)
class Certainty:
    """What sets or intervals were called for, and how often they held the truth.

    Attributes
    ----------
    reason : str
        Why there are none; empty where there are.
    level : float
        How often the truth is to be in them.
    held : HeldOut or None
    inside : ndarray of shape (n,)
        Whether the truth was in them, by held-out row.
    sets : ndarray of shape (n, classes) or None
        The classes of each row's set, which is never empty: the likeliest is always in it.
    low, high : ndarray of shape (n,) or None
        The interval of each row, infinite where too few rows are asked to bound it.
    limits : tuple of float
        For new rows, from all folds: how unlikely a class may be (of each class where each is by itself), or how far
        the truth may be from the prediction (of each range where each is by itself).
    edges : tuple of float
        What parts the ranges of predicted numbers, each of which is up to an edge and with it; empty where all are
        judged together.
    """

    reason: str = ""
    level: float = 0.9
    held: HeldOut | None = None
    inside: Mask = field(default_factory=lambda: np.empty(0, bool))
    sets: Mask | None = None
    low: Floats | None = None
    high: Floats | None = None
    limits: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()

    def _held(self) -> HeldOut:
        assert self.held is not None  # nothing is asked where there is a reason
        return self.held

    @property
    def coverage(self) -> Share:
        """How often the truth was inside."""
        return self._held().share(self.inside)

    def of_class(self, code: int) -> Share:
        """How often it was, for the rows of one class."""
        return self._held().share(self.inside, self._held().predictions.actual == code)

    def of_size(self, size: int) -> Share:
        """How many of the sets have so many classes."""
        assert self.sets is not None
        return self._held().share(self.sets.sum(axis=1) == size)

    @property
    def mean_size(self) -> float:
        """The mean number of classes in a set, or the mean width of an interval."""
        if self.sets is not None:
            return float(np.average(self.sets.sum(axis=1), weights=self._held().weights))
        assert self.low is not None and self.high is not None
        return float(np.average(self.high - self.low, weights=self._held().weights))


def certainty(held: HeldOut, problem: Problem, level: float = 0.9, *, apart: bool = False) -> Certainty:
    """The sets or intervals that the rows of the other folds call for, and whether they hold the truth.

    A class is in a row's set where it is no more unlikely there than all but the most unlikely ``1 - level`` of the
    true classes were in other folds' rows [3]_; an interval reaches as far as all but the largest ``1 - level`` of the
    other folds' misses [2]_. Each fold's rows are judged by those of the others (cross-conformal, [1]_).

    Parameters
    ----------
    held : HeldOut
    problem : Problem
    level : float
        Between 0 and 1.
    apart : bool
        Whether the truth is to be inside so often for the rows of every class, or of every range of predicted numbers,
        and not only for all of them (Mondrian, [1]_). Ranges are quarters of the rows, fewer where there are few rows.

    Returns
    -------
    Certainty

    Raises
    ------
    ValueError
        If `level` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1.")
    judged = Judged(held.predictions, problem)
    given = scores_given if problem.classes else predicted_given
    if reason := rows_given(judged) or held.reason or given(judged):
        return Certainty(reason, level)
    if not problem.classes:
        return _intervals(held, judged, level, apart)
    strange = _strangeness(judged)
    if strange is None:
        return Certainty("This model's decision scores do not rank the classes.", level)
    return _sets(held, judged, strange, level, apart)


def _strangeness(judged: Judged) -> Floats | None:
    """How little each class suits each row, shape (n, classes)."""
    if judged.leanings is None:
        return None
    if not judged.binary:
        return -judged.leanings
    columns = [judged.leanings, -judged.leanings]
    if judged.probabilities is not None:
        columns = [judged.leanings, 1 - judged.leanings]
    return -np.column_stack(columns if judged.positive == 0 else columns[::-1])


def _sets(held: HeldOut, judged: Judged, strange: Floats, level: float, apart: bool) -> Certainty:
    actual, classes = judged.actual.astype(int), strange.shape[1]
    kinds = actual if apart else np.zeros(len(actual), int)
    of_class = np.arange(classes) if apart else np.zeros(classes, int)
    own = strange[np.arange(len(actual)), actual]
    limits = _limits(held, own, kinds, int(of_class[-1]) + 1, level)
    sets = strange <= limits[held.parts][:, of_class]
    sets[np.arange(len(sets)), strange.argmin(axis=1)] = True
    inside = sets[np.arange(len(sets)), actual]
    return Certainty("", level, held, inside, sets, limits=_of_all(held, own, kinds, int(of_class[-1]) + 1, level))


def _intervals(held: HeldOut, judged: Judged, level: float, apart: bool) -> Certainty:
    said, misses = judged.predicted, judged.misses
    edges = _edges(said, level, held.parts) if apart else np.empty(0)
    kinds = np.searchsorted(edges, said)
    reach = _limits(held, misses, kinds, len(edges) + 1, level)[held.parts, kinds]
    limits = _of_all(held, misses, kinds, len(edges) + 1, level)
    return Certainty(
        "",
        level,
        held,
        misses <= reach,
        low=said - reach,
        high=said + reach,
        limits=limits,
        edges=tuple(edges.tolist()),
    )


def _edges(said: Floats, level: float, parts: NDArray[np.intp]) -> Floats:
    """What parts predicted numbers into ranges of about as many rows, each with enough of them; else nothing.

    Enough whichever part is judged by the others: what says the same number for all rows of a part has none.
    """
    ranges = min(MOST_RANGES, int(len(said) * (1 - level) / BEYOND))
    edges: Floats = np.unique(np.quantile(said, np.arange(1, ranges) / max(ranges, 1), method="inverted_cdf"))
    edges = np.extract(edges < said.max(), edges)
    counts = np.zeros((len(edges) + 1, parts.max() + 1))
    np.add.at(counts, (np.searchsorted(edges, said), parts), 1)
    of_others = (counts.sum(axis=1, keepdims=True) - counts).min()
    return edges if (of_others + 1) * (1 - level) >= 1 else np.empty(0)


def _limits(held: HeldOut, values: Floats, kinds: NDArray[np.intp], count: int, level: float) -> Floats:
    """The limit of each part from the rows of its others, kind by kind, shape (parts, kinds)."""
    order = np.argsort(values, kind="stable")
    sorted_values, weights, sorted_kinds = values[order], held.weights[order], kinds[order]
    found = np.empty((len(held.names), count))
    for part in range(len(held.names)):
        asked = held.others(part)[order]
        for kind in range(count):
            found[part, kind] = _quantile(sorted_values, weights * (asked & (sorted_kinds == kind)), level)
    return found


def _of_all(held: HeldOut, values: Floats, kinds: NDArray[np.intp], count: int, level: float) -> tuple[float, ...]:
    """The limit of each kind from the rows of all parts."""
    found = []
    for kind in range(count):
        of_kind = np.flatnonzero(kinds == kind)
        order = of_kind[np.argsort(values[of_kind], kind="stable")]
        found.append(_quantile(values[order], held.weights[order], level))
    return tuple(found)


def _quantile(values: Floats, weights: Floats, level: float) -> float:
    """The smallest of some rising values that so many of them and one more row do not exceed.

    The ``⌈(n + 1) level⌉``-th of n [4]_, or with weights the same for a new row of the mean weight; infinite where that
    is more than there are.
    """
    whole, rows = float(weights.sum()), np.count_nonzero(weights)
    if not rows:
        return np.inf
    needed = level * (whole + whole / rows)
    reached = np.cumsum(weights)
    place = int(np.searchsorted(reached, needed * (1 - 1e-12)))
    return float(values[place]) if place < len(values) else np.inf


def table(found: Certainty, problem: Problem, most: int = 1_000) -> pd.DataFrame:
    """A row for each of the least certain held-out rows: those whose truth was missed, then the largest sets.

    Returns
    -------
    DataFrame
        Columns ``row`` (position in the table), ``actual``, ``predicted``, and ``set`` (its classes) with ``size``, or
        ``low`` and ``high``; ``inside`` says whether the truth is.
    """
    held = found.held
    if held is None:
        return pd.DataFrame()
    given = held.predictions
    width = np.zeros(len(given.rows)) if found.sets is None else found.sets.sum(axis=1)
    first = np.lexsort((-width, found.inside))[:most]
    columns: dict[str, Any] = {"row": given.rows[first], "actual": given.actual[first]}
    columns["predicted"] = given.predicted[first]
    if found.low is not None and found.high is not None:
        columns |= {"low": found.low[first], "high": found.high[first]}
    if found.sets is not None:
        classes = np.array([str(each) for each in problem.classes], object)
        columns |= {name: classes[np.asarray(columns[name], int)] for name in ("actual", "predicted")}
        columns["set"] = [" or ".join(classes[each]) for each in found.sets[first]]
        columns["size"] = width[first]
    return pd.DataFrame({**columns, "inside": found.inside[first]})
