"""Each column by itself: a small picture, and the figures that a sentence is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.profile.histograms import bars, top
from core.profile.values import Sort, as_numbers, sort_of
from core.records import Table

MOST_BINS, MOST_LABELS = 30, 12
FAR = 3.0  # Tukey's outer fences (1977): so many widths of the middle half away from it


def columns(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Describe columns one by one, over all rows.

    Parameters
    ----------
    settings : mapping
        ``names``: the columns, a screenful of them; ``classes``: numbers among them that stand for classes.

    Returns
    -------
    DataFrame
        ``column``, ``sort``, ``missing``, ``distinct``; ``counts`` with ``lows`` and ``highs``, or with ``labels`` (the
        last one is ``others`` where there are more); ``beyond``, rows too far off to be counted; of numbers ``low``,
        ``q1``, ``median``, ``q3``, ``high``, ``far_below`` and ``far_above`` (shares of the known rows beyond three
        widths of the middle half), of dates ``low``, ``high`` as text, of text ``length`` (letters at the median).
    """
    known = {each.name: each for each in table.columns}
    rows = []
    for name in settings["names"]:
        values = table.frame[name]
        sort = sort_of(values.dtype, as_category=name in settings.get("classes", ()))
        about = {"column": name, "sort": str(sort), "missing": known[name].missing, "distinct": known[name].distinct}
        rows.append(about | _DESCRIBE[sort](values))
    return pd.DataFrame(rows, dtype=object)


def _numbers(values: pd.Series[Any]) -> dict[str, Any]:
    frame = bars(values, MOST_BINS, cut=True)
    found = _ends(frame)
    numbers = as_numbers(values)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return found
    low, q1, median, q3, high = (float(each) for each in np.percentile(numbers, [0, 25, 50, 75, 100]))
    width = FAR * (q3 - q1)
    far = {"far_below": numbers < q1 - width, "far_above": numbers > q3 + width}
    told = {"low": low, "q1": q1, "median": median, "q3": q3, "high": high}
    return found | told | {name: float(each.mean()) if width else 0.0 for name, each in far.items()}


def _dates(values: pd.Series[Any]) -> dict[str, Any]:
    known = values.dropna()
    found = _ends(bars(values, MOST_BINS))
    return found | ({"low": known.min().isoformat(), "high": known.max().isoformat()} if len(known) else {})


def _ends(frame: pd.DataFrame) -> dict[str, Any]:
    dates = pd.api.types.is_datetime64_any_dtype(frame["low"])
    ends = {
        f"{name}s": [each.isoformat() for each in frame[name]] if dates else frame[name].tolist()
        for name in ("low", "high")
    }
    return {"counts": frame["count"].tolist(), **ends, "beyond": frame.attrs["beyond"]}


def _categories(values: pd.Series[Any]) -> dict[str, Any]:
    frame = top(values, MOST_LABELS)
    return {"counts": frame["count"].tolist(), "labels": frame["label"].tolist(), "others": frame.attrs["others"]}


def _text(values: pd.Series[Any]) -> dict[str, Any]:
    lengths = values.dropna().astype(str).str.len()
    if lengths.empty:
        return {"counts": []}
    frame = bars(lengths, MOST_BINS, cut=True)
    return {"counts": frame["count"].tolist(), "length": float(lengths.median())}


_DESCRIBE = {Sort.NUMBER: _numbers, Sort.DATE: _dates, Sort.CATEGORY: _categories, Sort.TEXT: _text}
