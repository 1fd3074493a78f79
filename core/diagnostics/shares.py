"""Where a share may well lie that was counted on so many rows."""

from __future__ import annotations

import math


def share_interval(successes: float, total: float, level: float = 0.95) -> tuple[float, float]:
    """The Wilson score interval of a share [1]_, which is right also near none and all.

    Parameters
    ----------
    successes, total : float
        So many of so many; of weighted rows the share times the number of rows that they are worth.
    level : float
        E.g. 0.95.

    Returns
    -------
    tuple of float
        Low and high end, between 0 and 1.

    Raises
    ------
    ValueError
        If `total` is not above 0, `successes` is not between 0 and it, or `level` is not between 0 and 1.

    References
    ----------
    .. [1] Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
       Statistical Association 22, 209-212. doi:10.1080/01621459.1927.10502953
    """
    from scipy.special import ndtri

    if not (total > 0 and 0 <= successes <= total * (1 + 1e-12)):
        raise ValueError(f"{successes:g} of {total:g} is no share.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1.")
    share, square = min(successes / total, 1.0), float(ndtri((1 + level) / 2)) ** 2
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = math.sqrt(square * (share * (1 - share) / total + square / (4 * total**2))) / (1 + square / total)
    low = 0.0 if share == 0 else max(0.0, middle - reach)
    return low, 1.0 if share == 1 else min(1.0, middle + reach)
