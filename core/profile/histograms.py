"""How often each value, or each range of values, occurs.

Takes a column, gives a frame with one row per bar.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.profile.values import Floats, Sort, as_codes, as_numbers, sort_of

MOST_BINS = 40
EXACT = 2.0**52  # up to here halves can be told from whole numbers
TAIL = 20  # a range so many times wider than what holds 98 % of the numbers would be one bar and much air


def bars(values: pd.Series[Any], most: int = MOST_BINS, *, cut: bool = False) -> pd.DataFrame:
    """Count a column.

    Parameters
    ----------
    values : Series
        Numbers or dates are counted in up to `most` ranges of equal width, anything else by value, most frequent first
        (categories in their own order).
    cut : bool
        Whether a few numbers that lie far off are left out, so that the others can be told apart.

    Returns
    -------
    DataFrame
        Columns low, high, count; or label, count. ``attrs["missing"]`` holds how many rows have no value (an infinite
        number is none, nor is one beyond 1e300), ``attrs["beyond"]`` how many were left out.
    """
    sort = sort_of(values.dtype)
    if sort in (Sort.NUMBER, Sort.DATE):
        return _ranges(values, sort is Sort.DATE, most, cut)
    counts = values.value_counts(sort=not isinstance(values.dtype, pd.CategoricalDtype), dropna=True)
    frame = pd.DataFrame({"label": [str(each) for each in counts.index], "count": counts.to_numpy(dtype=int)})
    frame.attrs.update(missing=int(values.isna().sum()), beyond=0)
    return frame


def top(values: pd.Series[Any], most: int, *, as_category: bool = False) -> pd.DataFrame:
    """Count the values of a column, the most frequent first; where there are more than `most`, the last are the others.

    Returns
    -------
    DataFrame
        Columns label, count; ``attrs["others"]`` is the label of the others, empty where there are none.
    """
    codes, labels = as_codes(values, most)
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    others = labels[-1] if len(labels) == most and values.nunique() > most else ""
    own = len(labels) - bool(others)
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered
    order = np.arange(own) if ordered or as_category else np.argsort(-counts[:own], kind="stable")
    places = [*order, *([own] if others else [])]
    frame = pd.DataFrame({"label": [labels[each] for each in places], "count": counts[places].astype(int)})
    frame.attrs.update(missing=int((codes < 0).sum()), others=others)
    return frame


def _ranges(values: pd.Series[Any], dates: bool, most: int, cut: bool) -> pd.DataFrame:
    """Counts of numbers or dates in ranges of equal width; whole numbers get ranges of whole width."""
    everything = as_numbers(values)
    numbers = everything[~np.isnan(everything)]
    edges = edges_of(numbers, most, dates=dates, cut=cut)
    count = np.histogram(numbers, edges)[0] if len(edges) > 1 else np.array([], dtype=int)
    frame = pd.DataFrame({**sides(edges, dates), "count": count})
    frame.attrs.update(missing=len(values) - len(numbers), beyond=len(numbers) - int(count.sum()))
    return frame


def sides(edges: Floats, dates: bool, low: str = "low", high: str = "high") -> dict[str, Any]:
    """The lower and the upper ends of ranges, as numbers or as dates."""
    ends = pd.to_datetime(edges.astype("int64")) if dates else edges
    return {low: ends[:-1], high: ends[1:]}


def edges_of(numbers: Floats, most: int, *, dates: bool = False, cut: bool = False) -> Floats:
    """Where the ranges of numbers without gaps end; a single end where there are none."""
    if not len(numbers):
        return np.array([0.0])
    if cut and len(numbers) >= 100:
        low, high = np.percentile(numbers, [1, 99])
        if high > low and np.ptp(numbers) > TAIL * (high - low):
            numbers = numbers[(numbers >= low) & (numbers <= high)]
    near = not dates and bool(np.ptp(numbers) < most)
    whole = near and bool((numbers % 1 == 0).all() and np.abs(numbers).max() < EXACT)
    edges = _edges(numbers, whole, most)
    return np.unique(np.floor(edges)) if dates and np.ptp(numbers) > most else edges


def _edges(numbers: Floats, whole: bool, most: int) -> Floats:
    low, high = float(numbers.min()), float(numbers.max())
    if whole:
        return np.arange(low - 0.5, high + 1)
    bins, least = min(most, max(5, math.isqrt(len(numbers)))), float(np.spacing(max(abs(low), abs(high))))
    if high - low <= bins * least:  # the numbers differ by so little that nothing fits in between
        return np.array([low - 2 * least, high + 2 * least])
    return np.linspace(low, high, bins + 1)
