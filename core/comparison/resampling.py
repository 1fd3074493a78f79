"""What one set of held-out rows bears out: rows are drawn again and again, and every model is scored on each drawing.

It tells how much of a score, or of a difference, is due to which rows happened to be held out. What would come of other
training rows it cannot tell: the models stay as they are.

References
----------
.. [1] Efron, Tibshirani (1993). An introduction to the bootstrap, ch. 13.
.. [2] Hesterberg (2015). What teachers should know about the bootstrap. The American Statistician 69, 371-386:
   percentile intervals of few rows are too narrow, and are widened as Student's t is beside the normal distribution.
.. [3] McNemar (1947). Note on the sampling error of the difference between correlated proportions or percentages.
   Psychometrika 12, 153-157: only rows that two models answer differently tell one from the other.
.. [4] Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
   Statistical Association 22, 209-212.
.. [5] Korn, Graubard (1998). Confidence intervals for proportions with small expected number of positive counts
   estimated from survey data. Survey Methodology 24, 193-201: such formulas, with the rows that a variance is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.records import Predictions

from .folds import Interval, Pair

DRAWS, FEWEST_DRAWS = 1000, 300
WORK = 20_000_000  # rows times drawings that one model is scored on at most; of very many rows there are fewer drawings
DEFINED = 0.9  # share of the drawings on which a score must be defined

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Resampled:
    """Every model's score on the same drawings of the rows.

    Attributes
    ----------
    rows : int
        Rows that count.
    scores : mapping of str to float
        Of each model that has one, on the rows as they are.
    draws : mapping of str to ndarray of shape (drawings,)
        Its scores on the drawings; NaN where one is not defined.
    differing : mapping of (str, str) to int
        Rows about which two models, in the order of `scores`, say something different.
    """

    rows: int
    scores: Mapping[str, float]
    draws: Mapping[str, Floats]
    differing: Mapping[tuple[str, str], int]


def resample_rows(
    predictions: Mapping[str, Predictions],
    score: Callable[[Predictions], float | None],
    *,
    said: Callable[[Predictions], NDArray[Any]] = lambda predictions: predictions.predicted,
    draws: int = DRAWS,
    seed: int = 0,
) -> Resampled:
    """Score models on rows that are drawn with replacement, the same drawings for all.

    Parameters
    ----------
    predictions : mapping of str to Predictions
        Models to what they said of the same rows; a model with other rows than the first is left out.
    score : callable
        From predictions to a number, or None where it is not defined; heeds ``weights``, in which a row that was drawn
        twice counts twice.
    said : callable
        What of the predictions the score sees, shape (n,) or (n, k).
    draws : int
        Drawings; fewer where there are very many rows.
    seed : int

    Returns
    -------
    Resampled
        Empty without predictions.
    """
    first = next(iter(predictions.values()), None)
    if first is None:
        return Resampled(0, {}, {}, {})
    counting = np.ones(len(first.rows), bool) if first.weights is None else first.weights > 0
    same = {name: each for name, each in predictions.items() if np.array_equal(each.rows, first.rows)}
    scores = {name: value for name, each in same.items() if (value := score(each)) is not None}
    rows = int(counting.sum())
    rng = np.random.default_rng(seed)
    found = {name: np.full(max(min(draws, FEWEST_DRAWS), min(draws, WORK // max(rows, 1))), np.nan) for name in scores}
    for place in range(len(next(iter(found.values()), ()))):
        times = np.bincount(rng.integers(0, rows, rows), minlength=rows)
        for name, values in found.items():
            value = score(_drawn(same[name], counting, times))
            values[place] = np.nan if value is None else value
    names = list(scores)
    differing = {
        (a, b): _differing(said(same[a]), said(same[b]), counting)
        for place, a in enumerate(names)
        for b in names[place + 1 :]
    }
    return Resampled(rows, scores, found, differing)


def _drawn(predictions: Predictions, counting: NDArray[np.bool_], times: NDArray[np.int_]) -> Predictions:
    """Predictions in which rows count as often as they were drawn."""
    weights = np.zeros(len(counting))
    weights[counting] = times if predictions.weights is None else times * predictions.weights[counting]
    return replace(predictions, weights=weights)


def _differing(a: NDArray[Any], b: NDArray[Any], counting: NDArray[np.bool_]) -> int:
    if a.shape != b.shape:
        return int(counting.sum())
    unlike = (a != b).reshape(len(a), -1).any(axis=1)
    return int((unlike & counting).sum())


def bootstrap(
    resampled: Resampled,
    name: str,
    level: float = 0.95,
    *,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Interval:
    """Where a model's score may lie, given how it varies with the rows it is judged on.

    The percentile interval [1]_, widened for few rows [2]_. Of a score with two ends it reaches at least as far as
    Wilson's interval [4]_ for as many rows as the drawings' variance is worth [5]_: where errors are few, drawings with
    more of them than there were are too rare (in a simulation intervals of 30 rows held the truth 92 % of the time).

    Returns
    -------
    Interval
        Without `low` and `high` where the score is not defined on a tenth of the drawings, or the same on all: a model
        that errs nowhere on few rows is not known to be perfect.
    """
    if name not in resampled.scores:
        return Interval(None, None, None, 0)
    draws = _defined(resampled.draws[name])
    score = resampled.scores[name]
    if len(draws) == 0 or np.ptp(draws) <= 1e-12 * np.abs(draws).max():
        return Interval(score, None, None, 1)
    low, high = (float(each) for each in np.quantile(draws, _tails(level, resampled.rows)))
    least, most = bounds
    if least is not None and most is not None and least < score < most:
        far = _wilson((score - least) / (most - least), float(draws.std()) / (most - least), level, resampled.rows)
        low, high = min(low, least + (most - least) * far[0]), max(high, least + (most - least) * far[1])
    return Interval(score, low if least is None else max(least, low), high if most is None else min(most, high), 1)


def compare_rows(
    resampled: Resampled,
    a: str,
    b: str,
    *,
    rope: float = 0.01,
    greater_is_better: bool = True,
    level: float = 0.95,
) -> Pair:
    """Compare two models on the same held-out rows.

    The interval is that of `bootstrap` for the difference; the p value the smallest ``1 - level`` at which it excludes
    0, and no smaller than ``2 · 0.5 ** m`` where the two say something different about m rows only: no test of which of
    two is right on m rows can come below that [3]_. The probabilities are the shares of the drawings beyond, within and
    below ``±rope``.

    Returns
    -------
    Pair
        With one fold, and no `t`. Everything but the difference is None where it is not defined on a tenth of the
        drawings.

    Raises
    ------
    KeyError
        If one of the two has no score.
    """
    sign = 1.0 if greater_is_better else -1.0
    difference = sign * (resampled.scores[a] - resampled.scores[b])
    differing = resampled.differing.get((a, b), resampled.differing.get((b, a), 0))
    if differing == 0:
        return Pair(0.0, 0.0, 0.0, None, 1.0, 0.0, 1.0, 0.0, 1)
    draws = _defined(sign * (resampled.draws[a] - resampled.draws[b]))
    if len(draws) == 0:
        return Pair(difference, None, None, None, None, None, None, None, 1)
    least = min(1.0, 2 * 0.5**differing)
    p_value = max(least, _p_value(draws, resampled.rows))
    low, high = (float(each) for each in np.quantile(draws, _tails(level, resampled.rows)))
    if p_value >= 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    above, below = (min(float(np.mean(each > rope)), 1 - least / 2) for each in (draws, -draws))
    return Pair(difference, low, high, None, p_value, above, max(0.0, 1 - above - below), below, 1)


def _defined(draws: Floats) -> Floats:
    """The drawings with a score; none where too many have none."""
    known = draws[np.isfinite(draws)]
    return known if len(known) >= DEFINED * len(draws) else known[:0]


def _tails(level: float, rows: int) -> tuple[float, float]:
    """The shares below and above which drawings are left out, see [2]_."""
    from scipy.special import ndtr, stdtrit

    if rows < 2:
        return 0.0, 1.0
    tail = float(ndtr(-np.sqrt(rows / (rows - 1)) * stdtrit(rows - 1, (1 + level) / 2)))
    return tail, 1 - tail


def _wilson(share: float, error: float, level: float, rows: int) -> tuple[float, float]:
    """The ends of Wilson's interval for a share with this standard error, see [4]_ and [5]_."""
    from scipy.special import ndtri

    tail, _ = _tails(level, rows)
    if not tail:
        return 0.0, 1.0
    reach, worth = float(-ndtri(tail)), share * (1 - share) / error**2
    whole = 1 + reach**2 / worth
    centre = (share + reach**2 / (2 * worth)) / whole
    half = reach / whole * float(np.sqrt(error**2 + reach**2 / (4 * worth**2)))
    return centre - half, centre + half


def _p_value(draws: Floats, rows: int) -> float:
    """The level at which the interval of a difference just touches 0, turned round."""
    from scipy.special import ndtri, stdtr

    if rows < 2:
        return 1.0
    least = min(float(np.mean(draws <= 0)), float(np.mean(draws >= 0)))
    share = min(0.5, max(least, 1 / (len(draws) + 1)))
    return min(1.0, 2 * float(stdtr(rows - 1, ndtri(share) * np.sqrt((rows - 1) / rows))))
