"""How many rows it would take to tell two models apart.

References
----------
.. [1] Cohen (1988). Statistical power analysis for the behavioral sciences, ch. 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .folds import Pair

POWER = 0.8
BEYOND = 1000  # times as many rows as there are: further than that nothing is said


@dataclass(frozen=True, slots=True)
class Needed:
    """So many rows, or the reason, a sentence, why it cannot be said."""

    rows: int | None
    reason: str = ""


def rows_needed(
    pair: Pair,
    rows: int,
    *,
    level: float = 0.95,
    power: float = POWER,
    tests: int = 1,
    curve: Sequence[tuple[float, float]] = (),
) -> Needed:
    """About how many rows would separate two models that differ as much as they seem to.

    The variance of a mean difference shrinks like 1 / n, so that its standard error, as the interval tells it, reaches
    what is needed at ``n · ((z(level) + z(power)) · error / difference)²`` [1]_.

    Parameters
    ----------
    pair : Pair
        Of the two models on what there is.
    rows : int
        Rows that `pair` was found with.
    level, power : float
        Two-sided level of the interval of `pair` and of the test to be, and the chance that it then separates the two.
    tests : int
        Among how many comparisons the test will be one, see `holm`.
    curve : sequence of (rows, difference)
        The difference of the two learning curves at several numbers of rows, where that is known. Then the difference
        is taken as ``limit + slope / rows``, fitted by least squares, and not as the same for any number of rows.

    Returns
    -------
    Needed
        Never fewer than there are, unless the two are separated already.
    """
    from scipy.special import ndtri

    if pair.low is None or pair.high is None:
        return Needed(None, "There are too few judgements of each model to tell how much luck there is.")
    if pair.low == pair.high == 0:
        return Needed(None, "The two make the same predictions as far as this score can see.")
    if pair.low == pair.high:
        return Needed(rows)
    error = (pair.high - pair.low) / 2 / float(ndtri((1 + level) / 2))
    wanted = float(ndtri(1 - (1 - level) / 2 / max(tests, 1)) + ndtri(power))
    towards = _trend(curve) if len(curve) > 1 else (pair.difference, 0.0)
    grid = np.geomspace(max(rows, 2), max(rows, 2) * BEYOND, 4000)
    differences = towards[0] + towards[1] / grid
    enough = np.sign(pair.difference) * differences >= wanted * error * np.sqrt(rows / grid)
    if not pair.difference or not enough.any():
        return Needed(
            None,
            f"The difference is so small, beside how much luck there is, that {BEYOND:,} times as many rows would not "
            "tell.",
        )
    return Needed(int(np.ceil(grid[int(np.argmax(enough))])))


def _trend(curve: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The limit and the slope of ``limit + slope / rows``."""
    counts, differences = np.array(curve, dtype=float).T
    slope, limit = np.polyfit(1 / counts, differences, 1)
    return float(limit), float(slope)
