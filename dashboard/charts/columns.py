"""One column at a time: how often each class, each value, or each range of numbers occurs.

Takes a frame with one row per bar, gives figures; `bars` makes such a frame from a column.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, figure, label_rows, reason
from .palette import Palette

MOST_VALUES = 20
MOST_BINS = 40
BEYOND = 1e300  # differences of such numbers are no longer finite
EXACT = 2.0**52  # up to here halves can be told from whole numbers


def bars(values: pd.Series) -> pd.DataFrame:
    """Count a column for `histogram`.

    Parameters
    ----------
    values : Series
        Numbers or dates are counted in up to 40 ranges of equal width, anything else by value, most frequent first
        (categories in their own order).

    Returns
    -------
    DataFrame
        Columns low, high, count; or label, count. ``attrs["missing"]`` holds how many rows have no value (an infinite
        number is none, nor is one beyond 1e300).
    """
    dates = pd.api.types.is_datetime64_any_dtype(values)
    if dates or (pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)):
        return _ranges(values, dates)
    counts = values.value_counts(sort=not isinstance(values.dtype, pd.CategoricalDtype), dropna=True)
    frame = pd.DataFrame({"label": [str(each) for each in counts.index], "count": counts.to_numpy(dtype=int)})
    frame.attrs["missing"] = int(values.isna().sum())
    return frame


def _ranges(values: pd.Series, dates: bool) -> pd.DataFrame:
    """Counts of numbers or dates in ranges of equal width; whole numbers get ranges of whole width."""
    known = values.dropna()
    numbers = np.asarray(known.astype("datetime64[ns]").astype("int64") if dates else known, dtype=float)
    numbers = numbers[np.abs(numbers) < BEYOND]
    whole = (
        not dates
        and len(numbers) > 0
        and np.ptp(numbers) <= MOST_BINS
        and bool((numbers % 1 == 0).all() and np.abs(numbers).max() < EXACT)
    )
    edges = _edges(numbers, whole) if len(numbers) else np.array([0.0])
    count = np.histogram(numbers, edges)[0] if len(edges) > 1 else np.array([], dtype=int)
    sides = pd.to_datetime(edges.astype("int64")) if dates else edges
    frame = pd.DataFrame({"low": sides[:-1], "high": sides[1:], "count": count})
    frame.attrs["missing"] = len(values) - len(numbers)
    return frame


def _edges(numbers: np.ndarray, whole: bool) -> np.ndarray:
    """Where the ranges of at least one number end."""
    low, high = float(numbers.min()), float(numbers.max())
    if whole:
        return np.arange(low - 0.5, high + 1)
    bins, least = min(MOST_BINS, max(5, math.isqrt(len(numbers)))), float(np.spacing(max(abs(low), abs(high))))
    if high - low <= bins * least:  # the numbers differ by so little that nothing fits in between
        return np.array([low - 2 * least, high + 2 * least])
    return np.linspace(low, high, bins + 1)


def histogram(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often the values of a column occur.

    Parameters
    ----------
    frame : DataFrame
        As `bars` gives it: columns low, high, count for numbers and dates, or label, count for anything else.
    """
    name = escape(subject.target or "Value", 48)
    missing = frame.attrs.get("missing", 0)
    if frame.empty:
        return empty(palette, name, reason(frame, "This column holds no values."))
    clause = f"{missing:,} rows without a value" if missing else ""
    return _values(frame, palette, name, clause) if "label" in frame else _numbers(frame, palette, name, clause)


def class_balance(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how many rows each class has.

    Parameters
    ----------
    frame : DataFrame
        Columns label, count.
    """
    title = f"Rows per class of {escape(subject.target, 48)}" if subject.target else "Rows per class"
    return (
        _values(frame, palette, title) if len(frame) else empty(palette, title, reason(frame, "There are no classes."))
    )


def _values(frame: pd.DataFrame, palette: Palette, title: str, clause: str = "") -> go.Figure:
    """A bar for each value, its share beside it."""
    shown, total = frame.iloc[:MOST_VALUES], max(int(frame["count"].sum()), 1)
    if len(frame) > MOST_VALUES:
        clause = f"the first {MOST_VALUES} of {len(frame):,} values" + (f", {clause}" if clause else "")
    names = [escape(each) for each in shown["label"]]
    drawn = figure(palette, title, "Rows", clause=clause, height=90 + 28 * len(names))
    drawn.add_bar(
        y=list(range(len(names))),
        x=shown["count"],
        orientation="h",
        marker={"color": palette.accent, "line_width": 0},
        text=[f"{each / total:.1%}" for each in shown["count"]],
        textposition="outside",
        textfont_color=palette.muted,
        cliponaxis=False,
        customdata=[escape(each, 80) for each in shown["label"]],
        hovertemplate="%{customdata}: <b>%{x:,} rows</b> (%{text})<extra></extra>",
    )
    label_rows(drawn, names)
    drawn.update_xaxes(range=[0, float(shown["count"].max()) * 1.2 or 1.0], tickformat=",d", nticks=5)
    return drawn


def _numbers(frame: pd.DataFrame, palette: Palette, name: str, clause: str) -> go.Figure:
    """A bar for each range, as wide as the range."""
    dates = pd.api.types.is_datetime64_any_dtype(frame["low"])
    width = frame["high"] - frame["low"]
    words = [
        f"{low:%Y-%m-%d} to {high:%Y-%m-%d}" if dates else f"{low:,.6g} to {high:,.6g}"
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    drawn = figure(palette, name, name, "Rows", clause=clause, height=260, bargap=0.03)
    drawn.add_bar(
        x=frame["low"] + width / 2,
        y=frame["count"],
        width=width.dt.total_seconds() * 1000 if dates else width,
        marker={"color": palette.accent, "line_width": 0},
        customdata=words,
        hovertemplate="%{customdata}: <b>%{y:,} rows</b><extra></extra>",
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(tickformat=",d")
    return drawn
