"""What happens to the rows before the network sees them: which ones validate, and how columns are scaled."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FEWEST_ROWS = 10
"""With fewer rows there is no validation part: a single row would decide when to stop."""


def validation_rows(y: Array, share: float, random: np.random.RandomState) -> Array:
    """Choose rows to validate on, spread evenly over the targets.

    The rows are shuffled, ordered by target, and taken at even steps (systematic sampling): each class gives its share
    to within a row, and so does each stretch of a numeric target. One row of every class stays in practice.

    Parameters
    ----------
    y : ndarray of shape (rows,)
        Class codes (whole numbers) or numbers.
    share : float
        Between 0 and 1.

    Returns
    -------
    ndarray of bool of shape (rows,)
    """
    order = _by_target(y, random)
    count = min(max(1, round(share * len(y))), len(order))
    chosen = np.zeros(len(y), dtype=bool)
    if count:
        chosen[order[((np.arange(count) + random.uniform()) * len(order) / count).astype(int)]] = True
    return chosen


def validation_parts(y: Array, count: int, share: float, random: np.random.RandomState) -> list[Array]:
    """Choose rows to validate on for several networks: disjoint parts of the same size, spread as `validation_rows`.

    Parameters
    ----------
    y : ndarray of shape (rows,)
        Class codes (whole numbers) or numbers.
    count : int
        How many parts.
    share : float
        Of the rows in each part; less where so many would not be disjoint.

    Returns
    -------
    list of ndarray of bool of shape (rows,)
        Empty of rows where there are too few.
    """
    order, steps = _by_target(y, random), max(count, round(1 / share))
    parts = []
    for number in range(count):
        chosen = np.zeros(len(y), dtype=bool)
        chosen[order[number::steps][: len(order) // steps]] = True
        parts.append(chosen)
    return parts


def _by_target(y: Array, random: np.random.RandomState) -> Array:
    """Rows at random in the order of their targets, without one row of each class."""
    order = random.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    if y.dtype.kind == "i":
        order = np.delete(order, np.unique(y[order], return_index=True)[1])
    return order


def counting_rows(X: Array, y: Array, weight: Array | None) -> tuple[Array, Array, Array | None]:
    """The rows whose weight is above 0; all of them where there are no weights.

    Raises
    ------
    ValueError
        If no row counts.
    """
    if weight is None:
        return X, y, None
    counts = weight > 0
    if not counts.any():
        raise ValueError("Every row has weight 0, so there is nothing to learn from.")
    return X[counts], y[counts], weight[counts]


def column_scales(X: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each column, in float64; the latter 1 for a column that does not vary.

    Also 1 for a column of only 0 and 1: its rare values would otherwise become huge.

    Parameters
    ----------
    X : ndarray of shape (rows, columns)

    Returns
    -------
    mean, scale : ndarray of shape (columns,)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    still = ~(scale > 10 * np.finfo(np.float64).eps * np.abs(mean)) | ~np.isfinite(scale)
    return mean, np.where(still | ((X == 0) | (X == 1)).all(axis=0), 1.0, scale)


def common_scales(X: Array, groups: int) -> tuple[Array, Array]:
    """As `column_scales`, with one mean and one standard deviation for all columns of a group; gaps do not count.

    Parameters
    ----------
    X : ndarray of shape (rows, groups * columns)
        Column by column, a group after the other.
    """
    means, scales = [], []
    for block in np.split(X, groups, axis=1):
        known = block[~np.isnan(block)]
        mean, scale = column_scales(known[:, None] if len(known) else np.zeros((1, 1)))
        means.append(mean.repeat(block.shape[1]))
        scales.append(scale.repeat(block.shape[1]))
    return np.concatenate(means), np.concatenate(scales)
