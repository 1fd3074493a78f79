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
    order = random.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    if y.dtype.kind == "i":
        order = np.delete(order, np.unique(y[order], return_index=True)[1])
    count = min(max(1, round(share * len(y))), len(order))
    chosen = np.zeros(len(y), dtype=bool)
    if count:
        chosen[order[((np.arange(count) + random.uniform()) * len(order) / count).astype(int)]] = True
    return chosen


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
