"""What the scores of folds bear out: intervals, corrected tests, ties.

Folds share training rows, so their scores vary less than the scores of independent trials would; every formula here
corrects for that.

References
----------
.. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine Learning 52, 239-281.
   doi:10.1023/A:1024068626366
.. [2] Corani, Benavoli (2015). A Bayesian approach for comparing cross-validated algorithms on multiple data sets.
   Machine Learning 100, 285-304. doi:10.1007/s10994-015-5486-z
.. [3] Benavoli, Corani, Demšar, Zaffalon (2017). Time for a change: a tutorial for comparing multiple classifiers
   through Bayesian analysis. JMLR 18(77), 1-36.
.. [4] Bouckaert (2003). Choosing between two learning algorithms based on calibrated tests. ICML, 51-58: tests on
   folds that are drawn several times anew claim too much unless their degrees of freedom are brought down.
.. [5] Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
   65-70.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

Scores = Sequence[float | None]

DRAWINGS = 2  # of folds that are drawn several times anew, so many count as independent of each other


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over folds, and where it may well lie.

    Attributes
    ----------
    mean : float or None
        None where no fold has a score.
    low, high : float or None
        None with fewer than two folds, and where all have the same score.
    folds : int
        Folds with a score.
    """

    mean: float | None
    low: float | None
    high: float | None
    folds: int


@dataclass(frozen=True, slots=True)
class Pair:
    """What the same folds, or the same rows, say about two models, a and b.

    Attributes
    ----------
    difference : float
        Mean of a - b over the folds, turned so that it is positive when a is better; of rows that of the two scores.
    low, high : float or None
        Interval of the difference.
    t, p_value : float or None
        Corrected paired t statistic and its two-sided p value. `t` is None as well where all folds show the same
        difference other than 0, for which it would be infinite, and where rows were resampled.
    p_a_better, p_equal, p_b_better : float or None
        Probabilities that a is better by more than the region of practical equivalence, that the two differ by less
        than that, and that b is better by more; they sum to 1.
    folds : int
        Folds in which both have a score. With one, everything but the difference is None; see `compare_pair`.
    """

    difference: float
    low: float | None
    high: float | None
    t: float | None
    p_value: float | None
    p_a_better: float | None
    p_equal: float | None
    p_b_better: float | None
    folds: int


def interval(
    scores: Scores,
    test_fraction: float,
    level: float = 0.95,
    *,
    repeats: int = 1,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Interval:
    """Where the mean score may lie, given how the folds scatter and that they share rows.

    Folds that all have the same score say nothing of how they scatter, so they have a mean and no interval: a model
    that errs nowhere on few rows is not known to be perfect.

    ``mean ± t(J - 1) · sqrt((1 / J + test / train) · s²)`` with the folds' variance s² [1]_; for J see `compare_pair`.

    Parameters
    ----------
    scores : sequence of float or None
        One per fold; None is left out.
    test_fraction : float
        Held-out rows as a share of the rows of one fold, e.g. 0.2 for five folds.
    level : float
        E.g. 0.95.
    repeats : int
        See `compare_pair`.
    bounds : tuple of float or None
        The lowest and highest value that the score can take; the interval is cut there.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If `test_fraction` or `level` is not between 0 and 1.
    """
    _check(test_fraction=test_fraction, level=level)
    known = [each for each in scores if _known(each)]
    if len(known) < 2:
        return Interval(known[0] if known else None, None, None, len(known))
    mean, scale = _mean_and_scale(known, test_fraction, _noise(known), repeats)
    if scale == 0:
        return Interval(mean, None, None, len(known))
    reach = _quantile(level, _degrees(len(known), repeats)) * scale
    low, high = bounds
    return Interval(
        mean,
        mean - reach if low is None else max(low, mean - reach),
        mean + reach if high is None else min(high, mean + reach),
        len(known),
    )


def compare_pair(
    scores_a: Scores,
    scores_b: Scores,
    *,
    test_fraction: float,
    rope: float = 0.01,
    greater_is_better: bool = True,
    level: float = 0.95,
    repeats: int = 1,
    step: float = 0.0,
) -> Pair:
    """Compare two models on the same folds.

    The corrected resampled t test [1]_: the mean difference over ``sqrt((1 / J + test / train) · s²)``, with J - 1
    degrees of freedom. The Bayesian correlated t test [2]_ [3]_ reads the same Student distribution, centred at the
    mean difference with the correlation rho = `test_fraction`, as what is to be believed about the true difference; its
    mass above, within and below ``±rope`` gives the three probabilities. The correction was derived for random
    divisions of the rows and is the usual approximation for k folds.

    Drawing k folds several times anew brings no new rows. With `repeats` all their scores tell how much folds scatter,
    but J is the k folds of one drawing, and the degrees of freedom are those of two drawings, 2 (k - 1) [4]_. That is
    what held in a simulation (see the README), in which 5 times 5 folds taken as 25 claim too much.

    Parameters
    ----------
    scores_a, scores_b : sequence of float or None
        One per fold, of the same folds in the same order. A fold counts where both have a score.
    test_fraction : float
        Held-out rows as a share of the rows of one fold, e.g. 0.2 for five folds.
    rope : float
        Region of practical equivalence: differences up to this, in the metric's unit, do not matter.
    greater_is_better : bool
        False for errors and losses.
    level : float
        Of the interval, e.g. 0.95.
    repeats : int
        How often the folds were drawn anew; 1 is the formula as published.
    step : float
        The least by which two scores of a fold can differ, e.g. one over its rows; 0 where that is not known.

    Returns
    -------
    Pair
        Where all folds show the same difference there is nothing to doubt it with: the interval is that point, the
        p value 1 for a difference of 0 and else 0, and the probabilities are 0 or 1. But two folds of few rows show
        the same difference by luck in every tenth case, so they are taken to differ by a step after all; without one
        they say as little as a single fold.

    Raises
    ------
    ValueError
        If the two have different numbers of folds, no fold has both scores, `rope` is negative, or `test_fraction` or
        `level` is not between 0 and 1.
    """
    _check(test_fraction=test_fraction, level=level)
    if rope < 0:
        raise ValueError(f"The region of practical equivalence is {rope}; it must be 0 or more.")
    both = _both(scores_a, scores_b)
    if not both:
        raise ValueError("There is no fold in which both models have a score.")
    sign, folds = (1.0 if greater_is_better else -1.0), len(both)
    differences = [sign * (a - b) for a, b in both]
    if folds == 1:
        return _untold(differences[0], folds)
    noise, degrees = _noise([each for pair in both for each in pair]), _degrees(folds, repeats)
    mean, scale = _mean_and_scale(differences, test_fraction, noise, repeats)
    if scale == 0 and (mean == 0 or folds > 2):
        return _certain(mean, rope + noise, folds)
    if scale == 0 and not step:
        return _untold(mean, folds)
    scale = scale or math.sqrt(_correction(folds, test_fraction) * step**2 / 2)  # the variance of two a step apart
    below = _student(degrees, (-rope - mean) / scale)
    above = _student(degrees, (mean - rope) / scale)
    reach, t = _quantile(level, degrees) * scale, mean / scale
    p_value = 2 * _student(degrees, -abs(t))
    return Pair(mean, mean - reach, mean + reach, t, p_value, above, max(0.0, 1 - above - below), below, folds)


def tied_with_best(
    scores: Mapping[str, Scores],
    *,
    test_fraction: float,
    greater_is_better: bool = True,
    level: float = 0.95,
    repeats: int = 1,
) -> tuple[str, ...]:
    """The models that the folds do not separate from the best one.

    Parameters
    ----------
    scores : mapping of str to sequence of float or None
        Model to its scores, all of the same folds in the same order.
    test_fraction, greater_is_better, level, repeats
        See `compare_pair`.

    Returns
    -------
    tuple of str
        The model with the best mean first, then those tied with it, best first: those that `not_separated` gives. A
        model is tied where it shares fewer than two folds with the best: a single fold separates nothing.

    Raises
    ------
    ValueError
        If the models have different numbers of folds.
    """
    _check(test_fraction=test_fraction, level=level)
    best, *others = in_order(scores, greater_is_better) or ("",)

    def p_value(name: str) -> float | None:
        if not _both(scores[best], scores[name]):
            return None
        return compare_pair(scores[best], scores[name], test_fraction=test_fraction, repeats=repeats).p_value

    return (best, *not_separated({name: p_value(name) for name in others}, level)) if best else ()


def in_order(scores: Mapping[str, Scores], greater_is_better: bool = True) -> list[str]:
    """The models that have a score on any fold, the best mean first."""
    known = {name: [each for each in folds if each is not None] for name, folds in scores.items()}
    means = {name: math.fsum(folds) / len(folds) for name, folds in known.items() if folds}
    return sorted(means, key=lambda name: means[name], reverse=greater_is_better)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p values adjusted for how many there are, by Holm's steps down [5]_; None stays None and does not count.

    Each may be held against ``1 - level`` as if it stood alone: the chance that any of them separates what is equal
    stays below that.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for before, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - before)))
        adjusted[place] = highest
    return adjusted


def not_separated(p_values: Mapping[str, float | None], level: float = 0.95) -> tuple[str, ...]:
    """Who cannot be told from the best, from the two-sided p values of each model's comparison with it.

    With many models one of them looks far from the best by luck, and the best itself was chosen for looking good.
    Holm's correction pays for the first. For the second, the tests are two-sided, although only one side can occur for
    whoever looks best, which halves the level of each; so the p value of two equal models is exact, and of more than
    two what is claimed too often is small (see the README for the simulation).

    Parameters
    ----------
    p_values : mapping of str to float or None
        None where there is nothing to compare by: that separates nothing.
    level : float
        Two are separated where the adjusted p value is below ``1 - level``.
    """
    adjusted = zip(p_values, holm(list(p_values.values())), strict=True)
    return tuple(name for name, p in adjusted if p is None or p >= 1 - level)


def _check(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}; it must lie between 0 and 1.")


def _both(scores_a: Scores, scores_b: Scores) -> list[tuple[float, float]]:
    """The scores of the folds in which both models have one."""
    if len(scores_a) != len(scores_b):
        raise ValueError(
            f"One model has {len(scores_a)} folds, the other {len(scores_b)}; only the same folds compare."
        )
    pairs = zip(scores_a, scores_b, strict=True)
    return [(a, b) for a, b in pairs if _known(a) and _known(b)]


def _known(score: float | None) -> TypeGuard[float]:
    """Whether a fold has a score; what is not finite is none."""
    return score is not None and math.isfinite(score)


def _noise(scores: Sequence[float]) -> float:
    """What rounding may do to such scores: 0.9 - 0.8 and 0.8 - 0.7 are the same difference."""
    return 1e-14 * max(map(abs, scores))


def _degrees(count: int, repeats: int) -> float:
    """Degrees of freedom of so many scores from folds that were drawn so many times anew [4]_."""
    return max(1.0, min(repeats, DRAWINGS) * (count / repeats - 1))


def _mean_and_scale(
    values: Sequence[float], test_fraction: float, noise: float, repeats: int = 1
) -> tuple[float, float]:
    """The mean of two or more values and its corrected standard error [1]_; what is within the noise counts as 0."""
    count = len(values)
    mean = math.fsum(values) / count
    deviations = [value - mean for value in values]
    widest = max(map(abs, deviations))
    if widest <= noise:
        return (mean if abs(mean) > noise else 0.0), 0.0
    variance = math.fsum((each / widest) ** 2 for each in deviations) / (count - 1)  # squares of 1e160 are too large
    return mean, widest * math.sqrt(_correction(count, test_fraction, repeats) * variance)


def _correction(count: int, test_fraction: float, repeats: int = 1) -> float:
    """What the variance of so many scores is multiplied by for that of their mean [1]_."""
    return repeats / count + test_fraction / (1 - test_fraction)


def _untold(difference: float, folds: int) -> Pair:
    """A difference of which nothing can be said."""
    return Pair(difference, None, None, None, None, None, None, None, folds)


def _certain(difference: float, rope: float, folds: int) -> Pair:
    """The limit of no variance at all."""
    above, below = float(difference > rope), float(difference < -rope)
    t, p_value = (None, 0.0) if difference else (0.0, 1.0)
    return Pair(difference, difference, difference, t, p_value, above, 1 - above - below, below, folds)


def _student(degrees: float, t: float) -> float:
    """Student's distribution function."""
    from scipy.special import stdtr

    return float(stdtr(degrees, t))


def _quantile(level: float, degrees: float) -> float:
    """How many standard errors the middle `level` of Student's distribution reaches."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))
