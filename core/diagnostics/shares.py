"""How sure one can be of a share that was counted.

Takes counts; gives bounds. Knows nothing of predictions.

References
----------
.. [1] Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
   doi:10.2307/2276774
.. [2] Hanley, McNeil (1982). The meaning and use of the area under a receiver operating characteristic (ROC) curve.
   Radiology 143, 29-36. doi:10.1148/radiology.143.1.7063747
"""

from __future__ import annotations

import math


def share_interval(successes: float, total: float, level: float = 0.95) -> tuple[float, float] | None:
    """Where a share may lie of which some successes were counted, by Wilson's score interval [1]_.

    Parameters
    ----------
    successes, total : float
        Counts, `successes` of 0 to `total`.
    level : float
        E.g. 0.95.

    Returns
    -------
    tuple of float or None
        Bounds between 0 and 1; None where nothing was counted.
    """
    if total <= 0:
        return None
    z = _normal(level)
    share, extra = successes / total, z * z / total
    middle = (share + extra / 2) / (1 + extra)
    reach = z * math.sqrt(share * (1 - share) / total + extra / total / 4) / (1 + extra)
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    return low, 1.0 if successes == total else min(1.0, middle + reach)


def area_interval(area: float, hits: float, others: float, level: float = 0.95) -> tuple[float, float] | None:
    """Where an area under the ROC curve may lie, by Hanley and McNeil's standard error [2]_.

    Parameters
    ----------
    area : float
    hits, others : float
        Rows of the class, and all others.
    """
    if hits < 1 or others < 1:
        return None
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (hits - 1) * (one - area**2) + (others - 1) * (two - area**2)
    reach = _normal(level) * math.sqrt(max(0.0, spread) / (hits * others))
    return max(0.0, area - reach), min(1.0, area + reach)


def _normal(level: float) -> float:
    from scipy.special import ndtri  # a page that shows no interval does without

    return float(ndtri((1 + level) / 2))
