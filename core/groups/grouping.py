"""Rows in groups by a column: its values, or ranges with about as many rows each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from core.profile.values import Codes, Floats, Sort, as_codes, as_numbers, sort_of
from core.records import Column, ColumnKind, Table

MOST_GROUPS = 10
RANGES = 4
GAP = "(empty)"
DIGITS = (",.3g", ",.4g", ",.6g", ",.9g", ",.17g")
DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f")
# Of what is different in every row, or in none, there are no groups.
WITHOUT = frozenset({ColumnKind.IDENTIFIER, ColumnKind.TEXT, ColumnKind.CONSTANT, ColumnKind.EMPTY, ColumnKind.IMAGE})


@dataclass(frozen=True, slots=True)
class Grouping:
    """A group for each row.

    Attributes
    ----------
    column : str
    codes : ndarray of shape (n,)
        Places in `labels`.
    labels : tuple of str
        In the order of the values; rows without a value come last, if there are any.
    ranges : bool
        Whether the groups are ranges of numbers or dates.
    """

    column: str
    codes: Codes
    labels: tuple[str, ...]
    ranges: bool

    def spans(self, code: int) -> bool:
        """Whether a group is a range, or all rows without a value; one value, or one that lies alone, is none."""
        return self.ranges and self.labels[code].startswith(("up to ", "over ", "all ", "("))


def able(column: Column) -> str | None:
    """Why a column makes no groups, as a sentence; None where it does."""
    if column.kind in WITHOUT:
        return f"{column.name} is of the kind “{column.kind}”, which makes no groups."
    return None


def grouping(table: Table, column: str, rows: Codes, ranges: int = RANGES) -> Grouping:
    """The group of each row.

    Parameters
    ----------
    table : Table
    column : str
        Of any kind but those that `able` refuses; it need not be a feature.
    rows : ndarray of shape (n,)
        Positions in the table; a row that stands there twice counts once for where ranges end.
    ranges : int
        So many ranges of numbers or dates, with about as many rows each; a number with no more different values than
        that has a group for each.

    Returns
    -------
    Grouping
    """
    values = table.frame[column].iloc[rows]
    sort = sort_of(values.dtype)
    if sort in (Sort.NUMBER, Sort.DATE):
        numbers = as_numbers(values)
        different = np.unique(numbers[~np.isnan(numbers)])
        if len(different) > max(ranges, 2):
            return _in_ranges(column, values, numbers, rows, ranges)
        labels = _spoken(different, sort)
        codes = np.where(np.isnan(numbers), -1, np.searchsorted(different, np.nan_to_num(numbers)))
        return _with_gap(column, codes, labels, False)
    codes, labels = as_codes(values, MOST_GROUPS)
    return _with_gap(column, codes, labels, False)


def _in_ranges(column: str, values: pd.Series, numbers: Floats, rows: Codes, ranges: int) -> Grouping:
    """Ranges that end at quantiles of the rows, each counted once."""
    _, first = np.unique(rows, return_index=True)
    once = numbers[first]
    there = np.unique(once[~np.isnan(once)])
    edges = np.unique(np.quantile(once[~np.isnan(once)], np.arange(1, ranges) / ranges, method="inverted_cdf"))
    ends = np.append(edges[edges < there[-1]], there[-1])
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(ends, np.nan_to_num(numbers), side="left"))
    alone = np.bincount(np.searchsorted(ends, there, side="left"), minlength=len(ends)) == 1
    return _with_gap(column, codes, _ranged(_spoken(ends, sort_of(values.dtype)), alone.tolist()), True)


def _ranged(ends: Sequence[str], alone: Sequence[bool]) -> list[str]:
    """Names of ranges from where they end; one in which a value is `alone` is called by it."""
    if len(ends) == 1:
        return ["all values"]
    inner = [f"over {low} to {high}" for low, high in pairwise(ends[:-1])]
    named = [f"up to {ends[0]}", *inner, f"over {ends[-2]}"]
    return [end if one else name for end, one, name in zip(ends, alone, named, strict=True)]


def _spoken(numbers: Floats, sort: Sort) -> list[str]:
    """Numbers or dates in words, with as many digits as keep them apart."""
    ways = DATES if sort is Sort.DATE else DIGITS
    told: list[str] = []
    for way in ways:
        told = [f"{pd.Timestamp(int(each)):{way}}" if sort is Sort.DATE else _number(each, way) for each in numbers]
        if len(set(told)) == len(told):
            break
    return told


def _number(value: float, way: str) -> str:
    """A number; whole ones, and such as are large, as people write them."""
    whole = value == int(value) or abs(value) >= 1_000
    return f"{value:,.0f}" if whole and abs(value) < 1e15 and way == DIGITS[0] else f"{value:{way}}"


def _with_gap(column: str, codes: Codes, labels: Sequence[str], ranges: bool) -> Grouping:
    """The groups that have a row; what has no value is one of its own."""
    codes = np.where(codes < 0, len(labels), codes).astype(np.int64)
    gap = GAP
    while gap in labels:
        gap = f"({gap})"
    used, compact = np.unique(codes, return_inverse=True)
    named = [*labels, gap]
    return Grouping(column, compact.astype(np.int64), tuple(named[place] for place in used), ranges)
