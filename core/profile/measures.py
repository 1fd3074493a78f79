"""How strongly two columns go together, from 0 (not at all) to 1 (one decides the other).

Takes arrays without gaps, gives a figure and how likely it, or a stronger one, is by chance alone. scipy is imported
when something is measured.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.profile.values import Codes, Floats, Values

FEWEST = 3  # rows with both values, below which nothing is said


class Strength(NamedTuple):
    """How strongly two columns go together: `value` from 0 to 1, its sign where there is one, and the p-value."""

    value: float
    measure: str
    test: str
    p: float
    sign: int = 0


NOTHING = Strength(math.nan, "", "", math.nan)
PEARSON, RATIO, CRAMER = "Pearson’s correlation", "correlation ratio", "Cramér’s V"


def strength(first: Values, second: Values) -> Strength:
    """Measure what fits the kinds of two columns, on the rows in which both have a value.

    Two numbers (or dates): Pearson's correlation without its sign, and the t test. A number and a category: the
    correlation ratio, and the F test. Two categories: Cramér's V, and the chi-squared test.
    """
    both = first.known & second.known
    if int(both.sum()) < FEWEST:
        return NOTHING
    if first.numbers is not None and second.numbers is not None:
        return pearson(first.numbers[both], second.numbers[both])
    if first.codes is not None and second.codes is not None:
        return cramer(first.codes[both], second.codes[both])
    numbers, codes = (first.numbers, second.codes) if first.numbers is not None else (second.numbers, first.codes)
    assert numbers is not None and codes is not None
    return ratio(codes[both], numbers[both])


def pearson(first: Floats, second: Floats) -> Strength:
    """Pearson's correlation of two arrays of shape (n,), and the two-sided t test."""
    from scipy.stats import t

    a, b = _standard(first), _standard(second)
    if a is None or b is None:
        return NOTHING
    r, free = float(np.clip(a @ b / len(a), -1, 1)), len(a) - 2
    statistic = abs(r) * math.sqrt(free / max(1 - r * r, 1e-300))
    return Strength(abs(r), PEARSON, "t test", float(2 * t.sf(statistic, free)), int(np.sign(r)))


def _standard(values: Floats) -> Floats | None:
    """Values with mean 0 and spread 1; None where they are all the same."""
    values = values / (np.abs(values).max() or 1.0)  # or squares of large numbers would not be finite
    centred = values - values.mean()
    spread = float(np.sqrt((centred**2).mean()))
    return centred / spread if spread > 1e-12 else None


def ratio(codes: Codes, numbers: Floats) -> Strength:
    """Correlation ratio of numbers with the classes of `codes`, both of shape (n,), and the F test.

    Adjusted for the number of classes as Kelley (1935) did: else many classes would explain any number. With two
    classes and without that, it is the absolute correlation with either of them.
    """
    from scipy.stats import f

    codes, classes = _dense(codes)
    values = _standard(numbers)
    rows = len(codes)
    if values is None or classes < 2 or rows <= classes:
        return NOTHING
    counts = np.bincount(codes, minlength=classes)
    between = float((np.bincount(codes, values, classes) ** 2 / counts).sum()) / rows
    within = max(1.0 - between, 0.0)
    adjusted = max(1 - within * (rows - 1) / (rows - classes), 0.0)
    statistic = (between / (classes - 1)) / max(within / (rows - classes), 1e-300)
    return Strength(math.sqrt(adjusted), RATIO, "F test", float(f.sf(statistic, classes - 1, rows - classes)))


def cramer(first: Codes, second: Codes) -> Strength:
    """Cramér's V of two arrays of codes of shape (n,), adjusted as Bergsma (2013) did, and the chi-squared test."""
    from scipy.stats import chi2

    first, rows_of = _dense(first)
    second, columns_of = _dense(second)
    if rows_of < 2 or columns_of < 2:
        return NOTHING
    n = len(first)
    table = np.bincount(first * columns_of + second, minlength=rows_of * columns_of).reshape(rows_of, columns_of)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    statistic, free = float(((table - expected) ** 2 / expected).sum()), (rows_of - 1) * (columns_of - 1)
    phi = max(0.0, statistic / n - free / (n - 1))
    least = min(rows_of - (rows_of - 1) ** 2 / (n - 1), columns_of - (columns_of - 1) ** 2 / (n - 1)) - 1
    value = min(math.sqrt(phi / least), 1.0) if least > 0 else 0.0
    return Strength(value, CRAMER, "chi-squared test", float(chi2.sf(statistic, free)))


def _dense(codes: Codes) -> tuple[NDArray[np.int64], int]:
    """Codes 0, 1, … without those that do not occur, and how many there are."""
    occurring = np.flatnonzero(np.bincount(codes))
    places = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
    places[occurring] = np.arange(len(occurring))
    return places[codes], len(occurring)
