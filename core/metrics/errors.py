"""How metrics of predicted numbers are computed from what is asked of one set of predictions.

Takes `Judged`, where the metric's conditions hold; gives the number that scikit-learn gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.judged import Judged

Floats = NDArray[np.floating[Any]]


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


def mse(judged: Judged) -> float:
    """The mean squared miss."""
    return judged.mean(np.square(judged.misses))


def largest(judged: Judged) -> float:
    """The largest miss."""
    return float(judged.misses.max())


def explained_variance(judged: Judged) -> float:
    """1 - the variance of the errors over that of the actual values."""
    off = judged.actual - judged.predicted
    left = judged.mean(np.square(off - judged.mean(off)))
    around = judged.mean(np.square(judged.actual - judged.mean(judged.actual)))
    return 1 - left / around if around else float(left == 0)


def msle(judged: Judged) -> float:
    """The mean squared difference of ln(1 + value)."""
    return judged.mean(np.square(np.log1p(judged.actual) - np.log1p(judged.predicted)))


def rmsle(judged: Judged) -> float:
    """The root of that."""
    return float(np.sqrt(msle(judged)))


def pinball(share: float) -> Callable[[Judged], float]:
    """Koenker and Bassett's loss (1978, doi:10.2307/1913643), least for the quantile of this share."""
    return lambda judged: _pinball(judged, judged.predicted, share)


def d2_pinball(share: float) -> Callable[[Judged], float]:
    """The part of the pinball loss about the quantile of these rows that is explained."""

    def explained(judged: Judged) -> float:
        level = judged.quantile(judged.actual, share)
        return _explained(_pinball(judged, judged.predicted, share), _pinball(judged, level, share))

    return explained


def _pinball(judged: Judged, predicted: Floats | float, share: float) -> float:
    off = judged.actual - predicted
    return judged.mean(np.where(off >= 0, share * off, (share - 1) * off))


def _explained(left: float, around: float) -> float:
    return 1 - left / around if around else float(left == 0)


def poisson_deviance(judged: Judged) -> float:
    """The mean unit deviance of counts."""
    return _poisson(judged, judged.predicted)


def d2_poisson(judged: Judged) -> float:
    """The part of it about the mean that is explained."""
    return _explained(_poisson(judged, judged.predicted), _poisson(judged, judged.mean(judged.actual)))


def _poisson(judged: Judged, predicted: Floats | float) -> float:
    actual = judged.actual
    logs = np.where(actual > 0, actual * np.log(np.where(actual > 0, actual, 1.0) / predicted), 0.0)
    return 2 * judged.mean(logs - actual + predicted)


def gamma_deviance(judged: Judged) -> float:
    """The mean unit deviance of amounts above 0."""
    return _gamma(judged, judged.predicted)


def d2_gamma(judged: Judged) -> float:
    """The part of it about the mean that is explained."""
    return _explained(_gamma(judged, judged.predicted), _gamma(judged, judged.mean(judged.actual)))


def _gamma(judged: Judged, predicted: Floats | float) -> float:
    return 2 * judged.mean(np.log(predicted / judged.actual) + judged.actual / predicted - 1)
