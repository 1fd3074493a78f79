"""A table's columns as the numbers that the default network learns from, whatever they hold.

Takes rows of floats in which NaN is a gap and some columns are categories; gives one matrix, in this order: numbers
on a common scale; for the same columns the place between the edges of their bins; what needs no bins (columns of two
values, gaps told, a column for each value of a small category); places of the values of the larger categories, 0 for
what is unknown. All of it is learned from the rows to learn from, without a look at the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from core.networks.inputs import Array
from core.networks.sizes import MOST_BENT, SMALL, bins_for

MOST_VALUES = 4_096
"""Values of a category that have a place of their own; the rarest of more share that of the unknown."""

FARTHEST = 1e6
"""Beyond so many widths of the middle half all values are the same, and squares still finite."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What was learned of the columns, as arrays.

    Attributes
    ----------
    categories, numbers : ndarray of int
        The columns that are categories, and the others.
    values, value_counts : ndarray
        The known values of each category, one after the other, and how many each has.
    median, spread : ndarray of shape (numbers,)
        What is taken off a number, and what it is divided by; infinite for one that never changes.
    gappy, bent, plain : ndarray of int
        Places among `numbers` of those with gaps, with bins, without bins.
    edges, edge_counts : ndarray
        The edges of the bins of each of `bent`, one after the other, and how many each has.
    """

    categories: Array
    numbers: Array
    values: Array
    value_counts: Array
    median: Array
    spread: Array
    gappy: Array
    bent: Array
    plain: Array
    edges: Array
    edge_counts: Array

    @classmethod
    def learn(cls, X: Array, categories: Sequence[int]) -> Self:
        """Learn from rows of shape (rows, columns), of which some columns are categories."""
        chosen = np.array(sorted(categories), dtype=np.int64)
        numbers = np.setdiff1d(np.arange(X.shape[1]), chosen)
        values = [_known_values(X[:, column]) for column in chosen]
        Z = X[:, numbers].astype(np.float64)
        gaps = np.isnan(Z)
        median = np.array(
            [np.median(column[~gap]) if not gap.all() else 0.0 for column, gap in zip(Z.T, gaps.T, strict=True)]
        )
        Z = np.where(gaps, median, Z)
        spread = np.array([_spread(column) for column in Z.T])
        scaled = _squeezed(Z, median, spread)
        distinct = [np.unique(column) for column in scaled.T]
        varied = np.array([len(each) > 2 for each in distinct], dtype=bool) & (len(numbers) <= MOST_BENT)
        bins = bins_for(len(X))
        edges = [_edges(scaled[:, place], distinct[place], bins) for place in np.flatnonzero(varied)]
        return cls(
            chosen,
            numbers,
            *_joined(values),
            median,
            spread,
            np.flatnonzero(gaps.any(axis=0) & ~gaps.all(axis=0)),
            np.flatnonzero(varied),
            np.flatnonzero(~varied),
            *_joined(edges),
        )

    @property
    def large(self) -> tuple[int, ...]:
        """How many places each category has that has no column for each value; the first is that of the unknown."""
        return tuple(int(count) + 1 for count in self.value_counts if count > SMALL)

    @property
    def outputs(self) -> int:
        """Columns of the matrix."""
        small = int(self.value_counts[self.value_counts <= SMALL].sum())
        return len(self.numbers) + len(self.bent) + len(self.gappy) + small + len(self.large)

    def encode(self, X: Array) -> Array:
        """The matrix of shape (rows, numbers), in float64."""
        Z = X[:, self.numbers].astype(np.float64)
        gaps = np.isnan(Z)
        scaled = _squeezed(np.where(gaps, self.median, Z), self.median, self.spread)
        bent = scaled[:, self.bent]
        places = np.empty_like(bent)
        for number, edges in enumerate(parted(self.edges, self.edge_counts)):
            places[:, number] = np.interp(bent[:, number], edges, np.arange(len(edges)))
        told = [scaled[:, self.plain], gaps[:, self.gappy]]
        codes = []
        for column, values in zip(self.categories, parted(self.values, self.value_counts), strict=True):
            code = _codes(X[:, column], values)
            if len(values) > SMALL:
                codes.append(code[:, None])
            else:
                told.append(code[:, None] == np.arange(1, len(values) + 1))
        return np.concatenate([bent, places, *told, *codes], axis=1)


def _joined(parts: Sequence[Array]) -> tuple[Array, Array]:
    """Arrays one after the other, and their lengths."""
    return np.concatenate([np.zeros(0), *parts]), np.array([len(part) for part in parts], dtype=np.int64)


def parted(joined: Array, counts: Array) -> list[Array]:
    """What `_joined` was given."""
    return np.split(joined, np.cumsum(counts)[:-1]) if len(counts) else []


def _known_values(column: Array) -> Array:
    """The values of a category in order, the most frequent of too many."""
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return np.sort(values[np.argsort(-counts, kind="stable")[:MOST_VALUES]]).astype(np.float64)


def _codes(column: Array, values: Array) -> Array:
    """The place of each value from 1, and 0 where it is unknown."""
    if not len(values):
        return np.zeros(len(column), dtype=np.int64)
    places = np.minimum(np.searchsorted(values, column), len(values) - 1)
    return np.where(values[places] == column, places + 1, 0)


def _spread(column: Array) -> float:
    """The width of the middle half; where that is one value, of the distances of the others from it."""
    low, high = np.quantile(column, [0.25, 0.75])
    if low == high:
        values, counts = np.unique(column, return_counts=True)
        common = values[counts.argmax()]
        others = np.abs(column[column != common] - common)
        if not len(others):
            return float("inf")
        low, high = np.quantile(others, [0.25, 0.75])
    return float(high - low) or float(high)


def _squeezed(Z: Array, median: Array, spread: Array) -> Array:
    """Numbers on a common scale, those far out drawn smoothly towards 3 (RealMLP, arXiv 2407.04491)."""
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.clip((Z - median) / spread, -FARTHEST, FARTHEST)
    z = np.nan_to_num(z)
    squeezed: Array = z / np.sqrt(1 + (z / 3) ** 2)
    return squeezed


def _edges(column: Array, distinct: Array, bins: int) -> Array:
    """Edges of bins with about as many rows in each; a value that would fill more than one counts as one.

    Where a column is mostly one value, plain quantiles would leave a handful of bins for all others.
    """
    if len(distinct) <= bins + 1:
        return distinct
    values, counts = np.unique(column, return_counts=True)
    weight = np.minimum(counts, len(column) / bins)
    place = np.cumsum(weight) - weight / 2
    return np.unique(np.interp(np.linspace(place[0], place[-1], bins + 1), place, values))


# ---- data frames -----------------------------------------------------------------------------------------------------


def texts_of(frame: pd.DataFrame) -> dict[int, list[str]]:
    """The values of each column that holds no numbers and no dates, as text, by the column's place."""
    found = {}
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place].infer_objects()
        if not _is_number(column) and not _is_date(column):
            found[place] = sorted(set(_text(column).dropna()))
    return found


def as_numbers(frame: pd.DataFrame, texts: Mapping[int, Sequence[str]]) -> pd.DataFrame:
    """A frame of floats: texts as their place in the alphabet, dates in days, NaN for what is missing or unknown."""
    columns = {}
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place].infer_objects()
        if place in texts:
            codes = pd.Index(list(texts[place])).get_indexer(pd.Index(_text(column)))
            columns[place] = np.where(codes < 0, np.nan, codes)
        elif _is_date(column):
            columns[place] = _days(column)
        else:
            columns[place] = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = pd.DataFrame(columns, index=frame.index)
    numbers.columns = frame.columns
    return numbers


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _is_date(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype)


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text, gaps as they are."""
    return column.astype(object).map(str, na_action="ignore")


def _days(column: pd.Series[Any]) -> Array:
    """Days since 1970, or of a span of time."""
    whole = column.to_numpy(dtype="M8[ns]" if pd.api.types.is_datetime64_any_dtype(column.dtype) else "m8[ns]")
    return np.where(np.isnat(whole), np.nan, whole.astype(np.int64) / 86_400e9)
