"""A column's values in the kind that a person chose for it.

Takes a column in house dtype and a kind, gives the values and how many of them were lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.data import numerals
from core.data.dates import read_dates
from core.data.scales import in_order
from core.records import ColumnKind


def as_kind(values: pd.Series[Any], kind: ColumnKind) -> tuple[pd.Series[Any], int]:
    """Values as numbers, dates or categories.

    Parameters
    ----------
    values : Series of shape (rows,)
        In the dtype of any kind.
    kind : ColumnKind
        One of a feature; others leave the values alone.

    Returns
    -------
    tuple of Series and int
        The values, missing where they cannot be read so, and how many that are.
    """
    convert = _CONVERSIONS.get(kind)
    if convert is None:
        return values, 0
    changed = convert(values)
    return changed, int(changed.isna().sum() - values.isna().sum())


def coded(values: pd.Series[Any]) -> tuple[np.ndarray, pd.Index]:
    """Each row's position among the different values, -1 where it is missing, and these values."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), values.cat.categories
    codes, different = pd.factorize(values)
    return codes, pd.Index(different)


def plain_numbers(values: pd.Series[Any]) -> np.ndarray | None:
    """A column as float64 with NaN for gaps; None where it holds words."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        numbers = pd.to_numeric(pd.Series(values.cat.categories), errors="coerce").to_numpy(dtype=np.float64)
        return None if np.isnan(numbers).any() else np.append(numbers, np.nan)[values.cat.codes.to_numpy()]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return None
    return values.to_numpy(dtype=np.float64)


def _numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = (values - pd.Timestamp(0)) / pd.Timedelta(days=1)
        return days.astype("float64")
    codes, texts = _as_texts(values)
    arrow = _arrow(texts)
    found = numerals.styles(arrow, np.bincount(codes[codes >= 0], minlength=len(texts)))
    numbers = numerals.convert(arrow, found, ".").values.astype(np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return pd.Series(np.append(numbers, np.nan)[codes])


def _counts(values: pd.Series[Any]) -> pd.Series[Any]:
    numbers = _numbers(values)
    return numbers.where((numbers >= 0) & (numbers % 1 == 0))


def _ordered(values: pd.Series[Any]) -> pd.Series[Any]:
    """Categories in an order that everybody knows, else in that of the alphabet or of the numbers."""
    categories = _categories(values)
    order = in_order([str(each) for each in categories.cat.categories])
    return categories if order is None else categories.cat.reorder_categories(order)


def _dates(values: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    codes, texts = _as_texts(values)
    read = read_dates(_arrow(texts), np.bincount(codes[codes >= 0], minlength=len(texts)), 0.0)
    times = np.full(len(texts), np.datetime64("NaT", "us")) if read is None else read.values
    return pd.Series(np.append(times, np.datetime64("NaT", "us"))[codes])


def _categories(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    known = values.dropna()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.Series(pd.Categorical(values.dt.strftime("%Y-%m-%d %H:%M:%S").str.removesuffix(" 00:00:00")))
    ordered = sorted(known.unique())
    names = {each: _text_of(each) for each in ordered}
    return pd.Series(pd.Categorical(values.map(names), categories=pd.Index(list(names.values()), dtype="str")))


def _text_of(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _as_texts(values: pd.Series[Any]) -> tuple[np.ndarray, list[str]]:
    """Each row's code and the different texts; numbers as they are written."""
    categories = _categories(values)
    return categories.cat.codes.to_numpy(dtype=np.int64), [str(each) for each in categories.cat.categories]


def _arrow(texts: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(texts, pa.string())


_CONVERSIONS = {
    ColumnKind.NUMBER: _numbers,
    ColumnKind.COUNT: _counts,
    ColumnKind.IMAGE: _numbers,
    ColumnKind.DATE: _dates,
    ColumnKind.CATEGORY: _categories,
    ColumnKind.ORDERED: _ordered,
    ColumnKind.YES_NO: _categories,
}
