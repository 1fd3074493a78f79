"""Several models on several data sets: average ranks, Friedman's test, and what sets two models apart after it.

References
----------
.. [1] Demšar (2006). Statistical comparisons of classifiers over multiple data sets. JMLR 7, 1-30.
.. [2] Iman, Davenport (1980). Approximations of the critical region of the Friedman statistic. Communications in
   Statistics 9, 571-595.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .bayes import Chances, signed_rank
from .folds import holm

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RankedPair:
    """Two models on several data sets, `a` the one with the better average rank.

    Attributes
    ----------
    apart : float
        How far apart the average ranks are, 0 or more.
    nemenyi : float
        p value where all pairs are compared.
    chances : Chances
        Of the Bayesian signed-rank test.
    """

    a: str
    b: str
    apart: float
    nemenyi: float
    chances: Chances


@dataclass(frozen=True, slots=True)
class Several:
    """What several data sets say about several models.

    Attributes
    ----------
    ranks : mapping of str to float
        Average rank of each model, the best (lowest) first.
    data_sets, left_out : int
        Data sets that took part, and those that did not because a score is missing.
    friedman, friedman_p : float
        Friedman's chi-square with ``models - 1`` degrees of freedom, not corrected for ties as in [1]_.
    iman_davenport, iman_davenport_p : float or None, float
        F with ``models - 1`` and ``(models - 1) · (data sets - 1)`` degrees of freedom. None where all data sets rank
        the models alike, for which it would be infinite.
    critical_difference : float
        Nemenyi's: average ranks further apart than this are separated at `level`.
    control : str
        The model that the others are held against.
    holm : mapping of str to float
        Each other model's p value against the control, adjusted by Holm.
    pairs : tuple of RankedPair
    groups : tuple of tuple of str
        Models that lie within the critical difference of each other; the largest such groups of two and more.
    """

    ranks: Mapping[str, float]
    data_sets: int
    left_out: int
    friedman: float
    friedman_p: float
    iman_davenport: float | None
    iman_davenport_p: float
    critical_difference: float
    level: float
    control: str
    holm: Mapping[str, float]
    pairs: tuple[RankedPair, ...]
    groups: tuple[tuple[str, ...], ...]


def compare_many(
    scores: pd.DataFrame,
    *,
    greater_is_better: bool = True,
    rope: float = 0.01,
    level: float = 0.95,
    control: str = "",
    leave_out: bool = False,
    seed: int = 0,
) -> Several:
    """Compare several models by their scores on several data sets [1]_.

    Parameters
    ----------
    scores : DataFrame of shape (data sets, models)
        One score of each model on each data set; columns are the models' names.
    greater_is_better : bool
        False for errors and losses.
    rope : float
        Region of practical equivalence of the signed-rank test, in the unit of the scores.
    level : float
        E.g. 0.95.
    control : str
        The model that others are held against; empty takes the one with the best average rank.
    leave_out : bool
        Whether data sets with a missing score are left out; otherwise they are refused.
    seed : int
        Of the signed-rank test.

    Returns
    -------
    Several

    Raises
    ------
    ValueError
        If there are fewer than two models or data sets, a name occurs twice, a score is missing and `leave_out` is not
        set, or there is no such control.
    """
    whole = _whole(scores, leave_out)
    values = whole.to_numpy(dtype=float)
    ranks = np.mean([_ranks(row if not greater_is_better else -row) for row in values], axis=0)
    order = np.argsort(ranks, kind="stable")
    names = [str(whole.columns[place]) for place in order]
    average = dict(zip(names, (float(ranks[place]) for place in order), strict=True))
    if control and control not in average:
        raise ValueError(f"There is no model {control!r} to hold the others against.")
    sets, error = len(values), math.sqrt(len(names) * (len(names) + 1) / (6 * len(values)))
    columns = {name: values[:, place].tolist() for name, place in zip(names, order, strict=True)}
    likely = partial(signed_rank, rope=rope, greater_is_better=greater_is_better, seed=seed)
    critical = _critical_difference(len(names), error, level)
    return Several(
        average,
        sets,
        len(scores) - sets,
        *_friedman(list(average.values()), sets),
        critical,
        level,
        control or names[0],
        _against(average, control or names[0], error),
        tuple(
            RankedPair(
                a,
                b,
                average[b] - average[a],
                _nemenyi((average[b] - average[a]) / error, len(names)),
                likely(columns[a], columns[b]),
            )
            for a, b in itertools.combinations(names, 2)
        ),
        _groups(names, list(average.values()), critical),
    )


def _whole(scores: pd.DataFrame, leave_out: bool) -> pd.DataFrame:
    """The data sets on which every model has a score."""
    if scores.shape[1] < 2 or not scores.columns.is_unique:
        raise ValueError("At least two models of different names are needed to compare them.")
    known = scores.astype(float).map(math.isfinite)
    lacking = ~known.all(axis=1)
    if lacking.any() and not leave_out:
        row = scores.index[lacking.to_numpy()][0]
        model = scores.columns[~known.loc[row].to_numpy()][0]
        raise ValueError(f"There is no score of {model!r} on {row!r}: leave that data set or that model out.")
    whole = scores[~lacking]
    if len(whole) < 2:
        raise ValueError(f"At least 2 data sets with a score of every model are needed; there are {len(whole)}.")
    return whole


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 for the smallest; of equal values each has the mean of their ranks."""
    from scipy.stats import rankdata

    size = np.abs(values).max() or 1.0
    ranks: np.ndarray = rankdata(np.round(values / size, 12))
    return ranks


def _friedman(ranks: Sequence[float], sets: int) -> tuple[float, float, float | None, float]:
    """Friedman's chi-square and Iman and Davenport's F [2]_, each with its p value."""
    from scipy.special import chdtrc, fdtrc

    models = len(ranks)
    spread = math.fsum(each**2 for each in ranks) - models * (models + 1) ** 2 / 4
    square = max(0.0, 12 * sets / (models * (models + 1)) * spread)
    p_value = float(chdtrc(models - 1, square))
    left = sets * (models - 1) - square
    if left < 1e-9:
        return square, p_value, None, 0.0
    ratio = (sets - 1) * square / left
    return square, p_value, ratio, float(fdtrc(models - 1, (models - 1) * (sets - 1), ratio))


def _critical_difference(models: int, error: float, level: float) -> float:
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(level, models, math.inf)) / math.sqrt(2) * error


def _nemenyi(apart: float, models: int) -> float:
    """p value of a difference of average ranks, in standard errors, among so many models."""
    from scipy.stats import studentized_range

    return float(studentized_range.sf(apart * math.sqrt(2), models, math.inf)) if apart else 1.0


def _against(ranks: Mapping[str, float], control: str, error: float) -> dict[str, float]:
    """Every other model's p value against the control, adjusted by Holm."""
    from scipy.special import ndtr

    others = [name for name in ranks if name != control]
    adjusted = holm([2 * float(ndtr(-abs(ranks[name] - ranks[control]) / error)) for name in others])
    return {name: p for name, p in zip(others, adjusted, strict=True) if p is not None}


def _groups(names: Sequence[str], ranks: Sequence[float], critical: float) -> tuple[tuple[str, ...], ...]:
    """The largest runs of models, by their rank, that lie within the critical difference."""
    found: list[tuple[int, int]] = []
    for first in range(len(names)):
        last = max(each for each in range(first, len(names)) if ranks[each] - ranks[first] < critical)
        if last > first and not (found and found[-1][1] >= last):
            found.append((first, last))
    return tuple(tuple(names[first : last + 1]) for first, last in found)
