"""Two columns held against each other: the figures of the picture that fits their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.profile.histograms import edges_of, sides
from core.profile.scatter import scatter, trend_of
from core.profile.values import Codes, Floats, Sort, Values, about_rows, as_codes, drawn, values_of
from core.records import Table

MOST_ROWS = 1_000_000
MOST_VALUES, MOST_CLASSES = 15, 8
BINS, ACROSS, UP = 30, 40, 30
MOST_PERIODS = 60
POINTS = 5_000  # so many rows are drawn one by one; more are counted in cells

# Lengths of time that people count in, the shortest first: pandas's name, hours at the least, how a date is written.
PERIODS = (
    ("h", 1, "%Y-%m-%d %H:00"),
    ("D", 24, "%Y-%m-%d"),
    ("W", 168, "%Y-%m-%d"),
    ("M", 672, "%Y-%m"),
    ("Q", 2_160, "%Y-%m"),
    ("Y", 8_760, "%Y"),
)


def pair(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Hold a column against another.

    Parameters
    ----------
    settings : mapping
        ``a`` and ``b``: the columns, `b` the one that is to be explained; ``classes``: columns of numbers that stand
        for classes; ``seed`` of the sample.

    Returns
    -------
    DataFrame
        ``attrs["shape"]`` says which picture it is for: ``"by_class"`` (a number in each class), ``"shares"`` (classes
        within each value or period), ``"density"`` (two numbers, counted in cells), ``"points"`` (two numbers of few
        rows) or ``"periods"`` (a number over time); empty where one of them is text. ``attrs["picks"]`` says how a row
        of the frame stands for rows of the table, see `core.profile.selecting`.
    """
    classes = settings.get("classes", ())
    rows = drawn(len(table.frame), MOST_ROWS, settings.get("seed", 0))
    a = values_of(table, settings["a"], rows, classes, MOST_VALUES)
    b = values_of(table, settings["b"], rows, classes, MOST_CLASSES if a is None or a.codes is None else MOST_VALUES)
    if a is None or b is None:
        frame = pd.DataFrame()
        frame.attrs.update(shape="", reason="This column is free text, which has no picture.")
        return frame
    if len(table.frame) <= POINTS and a.sort is Sort.NUMBER and b.sort is Sort.NUMBER:
        frame = scatter(table, {"x": a.name, "y": b.name, "trend": "curve", "classes": classes})
        frame.attrs["shape"] = "points"
        return frame
    frame = _shape(a, b)
    frame.attrs.update(about_rows(len(table.frame), MOST_ROWS), a=a.name, b=b.name)
    return frame


def _shape(a: Values, b: Values) -> pd.DataFrame:
    if b.codes is not None:
        made = shares if a.codes is not None else shares_over_time if a.sort is Sort.DATE else by_class
        return made(a, _few(b))
    if a.codes is not None:
        return by_class(b, a)
    return periods(a, b) if a.sort is Sort.DATE and b.sort is Sort.NUMBER else density(a, b)


def _few(values: Values) -> Values:
    """Classes, no more than colours can be told apart; the rarest become one."""
    assert values.codes is not None
    if len(values.labels) <= MOST_CLASSES:
        return values
    text = pd.Series(pd.Categorical.from_codes(list(map(int, values.codes)), pd.Index(values.labels)))
    codes, labels = as_codes(text, MOST_CLASSES)
    return Values(values.name, values.sort, codes=codes, labels=tuple(labels))


def picked(values: Values, column: str) -> dict[str, Any]:
    """How a label in a column of a frame stands for rows of the table."""
    return {"column": values.name, "label": column, "labels": list(values.labels)}


def by_class(numbers: Values, classes: Values) -> pd.DataFrame:
    """Count numbers (or dates) in ranges, class by class.

    Returns
    -------
    DataFrame
        ``label``, ``low``, ``high``, ``count`` and ``share`` of the class's rows. ``attrs``: ``medians``, ``sizes`` and
        ``labels`` of the classes, ``beyond`` (rows too far off to be counted), ``column`` of the numbers, ``by``.
    """
    assert numbers.numbers is not None and classes.codes is not None
    dates = numbers.sort is Sort.DATE
    edges = edges_of(numbers.numbers[numbers.known], BINS, dates=dates, cut=True)
    parts, sizes = [], []
    medians: list[float | None] = []
    for code, label in enumerate(classes.labels):
        values = numbers.numbers[(classes.codes == code) & numbers.known]
        count = np.histogram(values, edges)[0] if len(edges) > 1 else np.array([], dtype=int)
        medians.append(float(np.median(values)) if len(values) else None)
        sizes.append(len(values))
        share = count / max(len(values), 1)
        parts.append(pd.DataFrame({"label": label, **sides(edges, dates), "count": count, "share": share}))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    told = [None if each is None else pd.Timestamp(int(each)).isoformat() for each in medians] if dates else medians
    last = edges[-1] if not dates else pd.Timestamp(int(edges[-1])).isoformat()
    frame.attrs.update(
        shape="by_class",
        medians=told,
        sizes=sizes,
        labels=list(classes.labels),
        beyond=sum(sizes) - int(frame["count"].sum()) if len(frame) else 0,
        column=numbers.name,
        by=classes.name,
        picks=[{"column": numbers.name, "low": "low", "high": "high", "last": last}, picked(classes, "label")],
    )
    return frame


def shares(values: Values, classes: Values) -> pd.DataFrame:
    """Count classes within each value of another column.

    Returns
    -------
    DataFrame
        ``value``, ``label`` (the class), ``count`` and ``share`` of the value's rows.
    """
    assert values.codes is not None
    frame = _shares(values.codes, list(values.labels), classes)
    frame.attrs["picks"] = [picked(values, "value"), picked(classes, "label")]
    return frame


def _shares(codes: Codes, names: list[str], classes: Values) -> pd.DataFrame:
    assert classes.codes is not None
    both = (codes >= 0) & (classes.codes >= 0)
    width = len(classes.labels)
    table = np.bincount(codes[both] * width + classes.codes[both], minlength=len(names) * width)
    table = table.reshape(len(names), width)
    totals = table.sum(axis=1, keepdims=True)
    frame = pd.DataFrame(
        {
            "value": np.repeat(np.array(names, dtype=object), width),
            "label": list(classes.labels) * len(names),
            "count": table.ravel(),
            "share": (table / np.maximum(totals, 1)).ravel(),
        }
    )
    overall = table.sum(axis=0) / max(int(table.sum()), 1)
    frame.attrs.update(shape="shares", labels=list(classes.labels), overall=overall.tolist())
    return frame


def shares_over_time(dates: Values, classes: Values) -> pd.DataFrame:
    """Count classes within each period; as `shares`, with the ``low`` and ``high`` end of each period."""
    codes, starts, names = periods_of(dates)
    frame = _shares(codes, names, classes)
    width = len(classes.labels)
    frame["low"], frame["high"] = np.repeat(starts[:-1], width), np.repeat(starts[1:], width)
    frame.attrs["picks"] = [{"column": dates.name, "low": "low", "high": "high"}, picked(classes, "label")]
    frame.attrs["ordered"] = True
    return frame


def periods_of(dates: Values, most: int = MOST_PERIODS) -> tuple[Codes, Any, list[str]]:
    """The period of each row, where the periods begin (and the last one ends), and what they are called."""
    assert dates.numbers is not None
    known = dates.numbers[dates.known]
    if not len(known):
        return np.full(len(dates.numbers), -1), np.array([], dtype="datetime64[ns]"), []
    first, last = (pd.Timestamp(int(each)) for each in (known.min(), known.max()))
    spans, written = _spans(first, last, most)
    starts = np.append(spans.start_time.to_numpy(), spans[-1].end_time.to_datetime64()).astype("datetime64[ns]")
    starts[-1] = max(starts[-1], last.to_datetime64()) + np.timedelta64(1, "ns")
    codes = np.searchsorted(starts.astype("int64").astype(float), dates.numbers, side="right") - 1
    codes[~dates.known] = -1
    return codes.astype("int64"), starts, [each.strftime(written) for each in spans.start_time]


def _spans(first: pd.Timestamp, last: pd.Timestamp, most: int) -> tuple[pd.PeriodIndex, str]:
    """The shortest periods of which so many are enough, and how they are written; else every so manieth year."""
    for name, hours, written in PERIODS:
        if (last - first) / pd.Timedelta(hours=hours) < most - 1:
            return pd.period_range(first, last, freq=name), written
    years = pd.period_range(first, last, freq="Y")
    return years[:: -(-len(years) // most)], PERIODS[-1][2]


def periods(dates: Values, numbers: Values) -> pd.DataFrame:
    """Follow a number over time.

    Returns
    -------
    DataFrame
        ``period``, ``low``, ``high``, ``count``, and the number's ``q1``, ``median``, ``q3``, ``mean`` there; periods
        without rows are left out.
    """
    codes, starts, names = periods_of(dates)
    assert numbers.numbers is not None
    both = (codes >= 0) & numbers.known
    parts = pd.Series(numbers.numbers[both]).groupby(codes[both])
    told = (
        parts.quantile(np.array([0.25, 0.5, 0.75])).unstack() if both.any() else pd.DataFrame(columns=[0.25, 0.5, 0.75])
    )
    places = told.index.to_numpy(dtype=int)
    frame = pd.DataFrame(
        {
            "period": [names[place] for place in places],
            "low": starts[places],
            "high": starts[places + 1],
            "count": parts.size().to_numpy() if both.any() else [],
            "q1": told[0.25].to_numpy(),
            "median": told[0.5].to_numpy(),
            "q3": told[0.75].to_numpy(),
            "mean": parts.mean().to_numpy() if both.any() else [],
        }
    )
    frame.attrs.update(shape="periods", picks=[{"column": dates.name, "low": "low", "high": "high"}])
    return frame


def density(a: Values, b: Values) -> pd.DataFrame:
    """Count two numbers in cells.

    Returns
    -------
    DataFrame
        ``x_low``, ``x_high``, ``y_low``, ``y_high``, ``count`` of cells that are not empty. ``attrs["trend"]`` holds
        the points of a curve through the middle, ``attrs["beyond"]`` how many rows lie too far off to be counted.
    """
    assert a.numbers is not None and b.numbers is not None
    both = a.known & b.known
    x, y = a.numbers[both], b.numbers[both]
    frame = pd.DataFrame(columns=["x_low", "x_high", "y_low", "y_high", "count"])
    if len(x):
        frame = _cells(x, y, a.sort is Sort.DATE, b.sort is Sort.DATE)
    beyond = len(x) - int(frame["count"].sum())
    dated = a.sort is Sort.DATE or b.sort is Sort.DATE
    frame.attrs.update(
        shape="density",
        beyond=beyond,
        trend={} if dated else trend_of(x, y, "curve"),
        picks=[
            {"column": each.name, "low": f"{axis}_low", "high": f"{axis}_high", "last": _last(frame, axis)}
            for axis, each in (("x", a), ("y", b))
        ],
    )
    return frame


def _cells(x: Floats, y: Floats, x_dates: bool, y_dates: bool) -> pd.DataFrame:
    x_edges = edges_of(x, ACROSS, dates=x_dates, cut=True)
    y_edges = edges_of(y, UP, dates=y_dates, cut=True)
    counts, _, _ = np.histogram2d(x, y, [x_edges, y_edges])
    across, up = np.nonzero(counts)
    left, lower = sides(x_edges, x_dates, "x_low", "x_high"), sides(y_edges, y_dates, "y_low", "y_high")
    placed = {name: ends[across] for name, ends in left.items()} | {name: ends[up] for name, ends in lower.items()}
    return pd.DataFrame({**placed, "count": counts[across, up].astype(int)})


def _last(frame: pd.DataFrame, axis: str) -> Any:
    """The upper end of the last range of an axis, which belongs to it; a later one may be empty."""
    end = frame[f"{axis}_high"].max() if len(frame) else None
    return end.isoformat() if isinstance(end, pd.Timestamp) else end
