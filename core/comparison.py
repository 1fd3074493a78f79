"""How sure one can be that a model is better than another: intervals, corrected tests, ties.

Takes scores per fold; gives numbers with their formulas' sources. Folds share training rows, so their scores vary less
than the scores of independent trials would; every formula here corrects for that. Knows no metric and no model.

References
----------
.. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine Learning 52, 239-281.
   doi:10.1023/A:1024068626366
.. [2] Corani, Benavoli (2015). A Bayesian approach for comparing cross-validated algorithms on multiple data sets.
   Machine Learning 100, 285-304. doi:10.1007/s10994-015-5486-z
.. [3] Benavoli, Corani, Demšar, Zaffalon (2017). Time for a change: a tutorial for comparing multiple classifiers
   through Bayesian analysis. JMLR 18(77), 1-36.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Scores = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over folds, and where it may well lie.

    Attributes
    ----------
    mean : float or None
        None where no fold has a score.
    low, high : float or None
        None with fewer than two folds.
    folds : int
        Folds with a score.
    """

    mean: float | None
    low: float | None
    high: float | None
    folds: int


@dataclass(frozen=True, slots=True)
class Pair:
    """What the same folds say about two models, a and b.

    Attributes
    ----------
    difference : float
        Mean of a - b over the folds, turned so that it is positive when a is better.
    low, high : float or None
        Interval of the difference.
    t, p_value : float or None
        Corrected paired t statistic and its two-sided p value. `t` is None as well where all folds show the same
        difference other than 0, for which it would be infinite.
    p_a_better, p_equal, p_b_better : float or None
        Probabilities that a is better by more than the region of practical equivalence, that the two differ by less
        than that, and that b is better by more; they sum to 1.
    folds : int
        Folds in which both have a score. With one, everything but the difference is None.
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
    bounds: tuple[float | None, float | None] = (None, None),
) -> Interval:
    """Where the mean score may lie, given how the folds scatter and that they share rows.

    ``mean ± t(J - 1) · sqrt((1 / J + test / train) · s²)`` with the folds' variance s² [1]_.

    Parameters
    ----------
    scores : sequence of float or None
        One per fold; None is left out.
    test_fraction : float
        Held-out rows as a share of the rows of one fold, e.g. 0.2 for five folds.
    level : float
        E.g. 0.95.
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
    known = [each for each in scores if each is not None]
    if len(known) < 2:
        return Interval(known[0] if known else None, None, None, len(known))
    mean, scale = _mean_and_scale(known, test_fraction, _noise(known))
    reach = _quantile(level, len(known) - 1) * scale
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
) -> Pair:
    """Compare two models on the same folds.

    The corrected resampled t test [1]_: the mean difference over ``sqrt((1 / J + test / train) · s²)``, with J - 1
    degrees of freedom. The Bayesian correlated t test [2]_ [3]_ reads the same Student distribution, centred at the
    mean difference with the correlation rho = `test_fraction`, as what is to be believed about the true difference; its
    mass above, within and below ``±rope`` gives the three probabilities. The correction was derived for random
    divisions of the rows and is the usual approximation for k folds.

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

    Returns
    -------
    Pair
        Where all folds show the same difference there is nothing to doubt it with: the interval is that point, the
        p value 1 for a difference of 0 and else 0, and the probabilities are 0 or 1.

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
        return Pair(differences[0], None, None, None, None, None, None, None, 1)
    mean, scale = _mean_and_scale(differences, test_fraction, _noise([each for pair in both for each in pair]))
    if scale == 0:
        return _certain(mean, rope, folds)
    below = _student(folds - 1, (-rope - mean) / scale)
    above = _student(folds - 1, (mean - rope) / scale)
    reach, t = _quantile(level, folds - 1) * scale, mean / scale
    p_value = 2 * _student(folds - 1, -abs(t))
    return Pair(mean, mean - reach, mean + reach, t, p_value, above, max(0.0, 1 - above - below), below, folds)


def tied_with_best(
    scores: Mapping[str, Scores], *, test_fraction: float, greater_is_better: bool = True, level: float = 0.95
) -> tuple[str, ...]:
    """The models that the folds do not separate from the best one.

    Parameters
    ----------
    scores : mapping of str to sequence of float or None
        Model to its scores, all of the same folds in the same order.
    test_fraction, greater_is_better, level
        See `compare_pair`; two models are separated where its p value is below ``1 - level``.

    Returns
    -------
    tuple of str
        The model with the best mean first, then those tied with it, best first. A model is tied
        where it shares fewer than two folds with the best: a single fold separates nothing. Each test stands for
        itself; nothing is corrected for how many there are.

    Raises
    ------
    ValueError
        If the models have different numbers of folds.
    """
    _check(test_fraction=test_fraction, level=level)
    known = {name: [each for each in folds if each is not None] for name, folds in scores.items()}
    means = {name: math.fsum(folds) / len(folds) for name, folds in known.items() if folds}
    if not means:
        return ()
    best, *others = sorted(means, key=lambda name: means[name], reverse=greater_is_better)

    def tied(name: str) -> bool:
        if not _both(scores[best], scores[name]):
            return True
        pair = compare_pair(scores[best], scores[name], test_fraction=test_fraction, level=level)
        return pair.p_value is None or pair.p_value >= 1 - level

    return (best, *filter(tied, others))


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
    return [(a, b) for a, b in pairs if a is not None and b is not None]


def _noise(scores: Sequence[float]) -> float:
    """What rounding may do to such scores: 0.9 - 0.8 and 0.8 - 0.7 are the same difference."""
    return 1e-14 * max(map(abs, scores))


def _mean_and_scale(values: Sequence[float], test_fraction: float, noise: float) -> tuple[float, float]:
    """The mean of two or more values and its corrected standard error [1]_; what is within the noise counts as 0."""
    count = len(values)
    mean = math.fsum(values) / count
    deviations = [value - mean for value in values]
    if max(map(abs, deviations)) <= noise:
        return (mean if abs(mean) > noise else 0.0), 0.0
    variance = math.fsum(each**2 for each in deviations) / (count - 1)
    return mean, math.sqrt((1 / count + test_fraction / (1 - test_fraction)) * variance)


def _certain(difference: float, rope: float, folds: int) -> Pair:
    """The limit of no variance at all."""
    above, below = float(difference > rope), float(difference < -rope)
    t, p_value = (None, 0.0) if difference else (0.0, 1.0)
    return Pair(difference, difference, difference, t, p_value, above, 1 - above - below, below, folds)


def _student(degrees: int, t: float) -> float:
    """Student's distribution function."""
    from scipy.special import stdtr

    return float(stdtr(degrees, t))


def _quantile(level: float, degrees: int) -> float:
    """How many standard errors the middle `level` of Student's distribution reaches."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))
