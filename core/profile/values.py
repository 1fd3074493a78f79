"""Columns as arithmetic wants them: numbers, or codes of a few values.

Takes columns in house dtypes (see `core.data.frames`), gives numpy arrays. What a column is follows from its dtype, so
kinds that are not known here need no entry.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.records import Table
from core.wording import counted

BEYOND = 1e300  # differences of such numbers are no longer finite
MOST_LABELS = 50
OTHERS = "all others"

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Sort(StrEnum):
    """What can be done with a column's values."""

    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"
    TEXT = "text"


def sort_of(dtype: Any, *, as_category: bool = False) -> Sort:
    """What can be done with a column of a dtype; numbers that stand for classes are categories."""
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(dtype):
        return Sort.CATEGORY
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return Sort.DATE
    if pd.api.types.is_numeric_dtype(dtype):
        return Sort.CATEGORY if as_category else Sort.NUMBER
    return Sort.TEXT


def as_numbers(values: pd.Series[Any]) -> Floats:
    """Numbers, or nanoseconds since 1970 of dates, shape (rows,); NaN for gaps and for what is not finite."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = values.to_numpy().astype("datetime64[ns]")
        found = plain.astype("int64").astype("float64")
        found[np.isnat(plain)] = np.nan
        return found
    found = values.to_numpy(dtype="float64", na_value=np.nan, copy=True)
    with np.errstate(invalid="ignore"):
        found[~(np.abs(found) < BEYOND)] = np.nan
    return found


def as_codes(values: pd.Series[Any], most: int = MOST_LABELS) -> tuple[Codes, list[str]]:
    """Places of the values among labels; the most frequent ones have labels of their own.

    Returns
    -------
    codes : ndarray of shape (rows,)
        -1 for a gap.
    labels : list of str
        Categories in their own order, other values sorted. Where there are more than `most`, the last label stands for
        the others, and no value is called like it.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, known = values.cat.codes.to_numpy().astype("int64"), values.cat.categories
    else:
        codes, known = pd.factorize(values, sort=True, use_na_sentinel=True)
        codes = codes.astype("int64")
    counts = np.bincount(codes[codes >= 0], minlength=len(known))
    used = np.flatnonzero(counts)
    if len(used) > most:
        used = np.sort(np.argsort(-counts, kind="stable")[: most - 1])
    labels = [str(known[int(place)]) for place in used]
    rest = int((counts > 0).sum()) - len(used)
    places = np.full(len(known) + 1, len(used) if rest else -1)
    places[used] = np.arange(len(used))
    places[-1] = -1
    return places[codes], labels + ([others_label(labels)] if rest else [])


def others_label(labels: Collection[str]) -> str:
    """What the others are called; never like one of the labels."""
    name = OTHERS
    while name in labels:
        name = f"({name})"
    return name


@dataclass(frozen=True, slots=True)
class Values:
    """A column, ready for arithmetic: `numbers` of shape (rows,), or `codes` of the same shape and their `labels`."""

    name: str
    sort: Sort
    numbers: Floats | None = None
    codes: Codes | None = None
    labels: tuple[str, ...] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have a value."""
        if self.numbers is not None:
            return ~np.isnan(self.numbers)
        assert self.codes is not None
        return self.codes >= 0


def values_of(
    table: Table, name: str, rows: Codes | None, classes: Collection[str], most: int = MOST_LABELS
) -> Values | None:
    """A column's rows for arithmetic; None for free text, with which nothing can be calculated."""
    values = table.frame[name]
    if rows is not None:
        values = values.iloc[rows]
    sort = sort_of(values.dtype, as_category=name in classes)
    if sort is Sort.TEXT:
        return None
    if sort is Sort.CATEGORY:
        codes, labels = as_codes(values, most)
        return Values(name, sort, codes=codes, labels=tuple(labels))
    return Values(name, sort, numbers=as_numbers(values))


def drawn(rows: int, most: int, seed: int = 0) -> Codes | None:
    """Positions of a sample of rows in their order, drawn by a seed; None where all of them are taken."""
    if rows <= most:
        return None
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False, shuffle=False))


def about_rows(rows: int, most: int) -> dict[str, Any]:
    """What is to be known of a sample: how many rows it has, of how many, and a sentence where it is one."""
    said = f"Worked out from {most:,} of {counted(rows, 'row')}, drawn at random." if rows > most else ""
    return {"rows": min(rows, most), "of": rows, "sample": said}
