"""How each metric is computed from what is asked of one set of predictions.

Takes `Judged`, where the metric's conditions hold; gives the number that scikit-learn gives.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.metrics.judged import Judged, within_bounds


def accuracy(judged: Judged) -> float:
    """The share of rows named right."""
    return min(1.0, float(np.trace(judged.confusion) / judged.total))  # sums of weights are rounded


def balanced_accuracy(judged: Judged) -> float:
    """The mean recall over the classes that occur."""
    return float(judged.recall[judged.support > 0].mean())


def matthews(judged: Judged) -> float:
    """The R_K statistic (Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006), from counts."""
    counts = judged.confusion.astype(float)
    truth, said = counts.sum(axis=1), counts.sum(axis=0)
    rows = said.sum()  # of a single class named, that class's own, so that the spread is 0 and not what rounding leaves
    spread = (rows**2 - truth @ truth) * (rows**2 - said @ said)
    return float((np.trace(counts) * rows - truth @ said) / np.sqrt(spread)) if spread > 0 else 0.0


def of_positive(of: str) -> Callable[[Judged], float]:
    """The positive class's value of `Judged`'s figure per class."""
    return lambda judged: float(getattr(judged, of)[judged.positive])


def macro(of: str) -> Callable[[Judged], float]:
    """Plain mean over the classes that occur as truth or prediction."""
    return lambda judged: float(getattr(judged, of)[judged.occurring].mean())


def by_support(of: str) -> Callable[[Judged], float]:
    """Mean over the classes, weighted by their rows."""
    return lambda judged: float(np.average(getattr(judged, of), weights=judged.support))


def ranked(of: str) -> Callable[[Judged], float]:
    """`Ranking`'s figure for the positive class, or of each class against the rest, averaged plainly."""
    return lambda judged: float(np.mean([getattr(ranking, of) for ranking in judged.rankings.values()]))


def log_loss(judged: Judged) -> float:
    """The mean surprise at the actual class."""
    given = within_bounds(judged.probabilities)
    least = np.finfo(given.dtype).eps
    own = given[np.arange(len(given)), judged.actual.astype(np.int64)]
    return -judged.mean(np.log(np.clip(own, least, 1 - least)))


def brier(judged: Judged) -> float:
    """The mean squared error of the probabilities."""
    if judged.binary:
        given = within_bounds(judged.leanings)
        truth = (judged.actual == judged.positive).astype(given.dtype)
        return judged.mean(np.square(truth - given) + np.square((1 - truth) - (1 - given))) / 2
    errors = within_bounds(judged.probabilities).copy()
    errors[np.arange(len(errors)), judged.actual.astype(np.int64)] -= 1
    return judged.mean(np.square(errors).sum(axis=1))


def r2(judged: Judged) -> float:
    """The share of the variation that is predicted."""
    around = judged.sum(np.square(judged.actual - judged.mean(judged.actual)))
    missed = judged.sum(np.square(judged.misses))
    return 1 - missed / around if around else float(missed == 0)  # squares of tiny numbers may vanish


def mape(judged: Judged) -> float:
    """The mean error as a share of the actual value."""
    return judged.mean(judged.misses / np.maximum(np.abs(judged.actual), np.finfo(np.float64).eps))


def mae(judged: Judged) -> float:
    """The mean miss."""
    return judged.mean(judged.misses)


def median_absolute_error(judged: Judged) -> float:
    """The median miss."""
    return judged.median(judged.misses)


def rmse(judged: Judged) -> float:
    """The root of the mean squared miss."""
    return float(np.sqrt(judged.mean(np.square(judged.misses))))
