"""How each metric is computed from what is asked of one set of predictions.

Takes `Judged`, where the metric's conditions hold; gives the number that scikit-learn gives.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.metrics.judged import Judged, within_bounds


def accuracy(judged: Judged) -> float:
    """The share of rows named right."""
    return min(1.0, judged.right / judged.total)  # sums of weights are rounded


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


def error_rate(judged: Judged) -> float:
    """The share of rows named wrong."""
    return max(0.0, 1.0 - accuracy(judged))


def above_chance(judged: Judged) -> float:
    """Balanced accuracy with guessing at 0."""
    chance = 1 / np.count_nonzero(judged.support)
    return float((balanced_accuracy(judged) - chance) / (1 - chance))


def kappa(judged: Judged) -> float:
    """Agreement beyond chance (Cohen 1960, doi:10.1177/001316446002000104)."""
    truth, said = judged.support, judged.named
    by_chance = float(truth @ said) / float(truth.sum())
    return float((judged.right - by_chance) / (truth.sum() - by_chance))


def f_beta(beta: float) -> Callable[[Judged], float]:
    """The positive class's weighted harmonic mean of precision and recall; recall counts beta times as much."""

    def score(judged: Judged) -> float:
        hits = judged.confusion[judged.positive, judged.positive]
        said, truth = judged.named[judged.positive], judged.support[judged.positive]
        return float((1 + beta**2) * hits / (said + beta**2 * truth))

    return score


def of_negative(of: str) -> Callable[[Judged], float]:
    """The value of `Judged`'s figure for the class that is not the positive one of two."""
    return lambda judged: float(getattr(judged, of)[1 - judged.positive])


def likelihood_ratio_positive(judged: Judged) -> float:
    """Recall over the share of false alarms."""
    return float(judged.recall[judged.positive] / _wrong_share(judged, 1 - judged.positive))


def likelihood_ratio_negative(judged: Judged) -> float:
    """The share of misses over specificity."""
    return float(_wrong_share(judged, judged.positive) / judged.recall[1 - judged.positive])


def _wrong_share(judged: Judged, code: int) -> float:
    """The share of a class's rows that were called the other of two, counted and not what rounding leaves."""
    return float(judged.confusion[code, 1 - code] / judged.support[code])


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


def ranked_by_support(of: str) -> Callable[[Judged], float]:
    """`Ranking`'s figure, of each class against the rest, weighted by the rows of the class."""

    def score(judged: Judged) -> float:
        values = [getattr(ranking, of) for ranking in judged.rankings.values()]
        return float(np.average(values, weights=[judged.support[code] for code in judged.rankings]))

    return score


def roc_auc_start(judged: Judged, until: float = 0.1) -> float:
    """The first part of the area, rescaled (McClish 1989, doi:10.1177/0272989X8900900307)."""
    ranking = judged.rankings[judged.positive]
    across, up = ranking.false_alarm_rate, ranking.recall
    stop = int(np.searchsorted(across, until, side="right"))
    across = np.append(across[:stop], until)
    area = np.trapezoid(np.append(up[:stop], np.interp(until, ranking.false_alarm_rate, up)), across)
    least, most = until**2 / 2, until
    return float((1 + (area - least) / (most - least)) / 2)


def among_first(most: int) -> Callable[[Judged], float]:
    """The share of rows whose class has one of the highest scores; of equal ones the later class comes first."""

    def score(judged: Judged) -> float:
        given, own = judged.leanings, judged.actual.astype(np.int64)
        assert given is not None
        of_own = given[np.arange(len(given)), own][:, None]
        before = (given > of_own) | ((given == of_own) & (np.arange(given.shape[1]) > own[:, None]))
        return min(1.0, judged.mean(np.count_nonzero(before, axis=1) < most))

    return score


def hinge_loss(judged: Judged) -> float:
    """The mean distance to the safe side of the border."""
    given, own = judged.leanings, judged.actual.astype(np.int64)
    assert given is not None
    if judged.binary:
        margins = np.where(own == judged.positive, given, -given)
    else:
        others = given.copy()
        others[np.arange(len(given)), own] = -np.inf
        margins = given[np.arange(len(given)), own] - others.max(axis=1)
    return judged.mean(np.maximum(0.0, 1 - margins))


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


def d2_log_loss(judged: Judged) -> float:
    """The part of the surprise of knowing only the class sizes that is explained."""
    sizes = judged.support[judged.support > 0] / judged.total
    return 1 - log_loss(judged) / -float(sizes @ np.log(sizes))


def d2_brier(judged: Judged) -> float:
    """The part of the squared error of knowing only the class sizes that is explained."""
    sizes = judged.support / judged.total
    plain = 1 - float(sizes @ sizes)
    return 1 - brier(judged) / (plain / 2 if judged.binary else plain)
