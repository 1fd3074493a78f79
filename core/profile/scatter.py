"""Rows as points: any columns for the axes, the colour and the size, and a line through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.profile.values import Codes, Floats, Sort, about_rows, as_numbers, drawn, sort_of, values_of
from core.records import Table

MOST_POINTS = 5_000
MOST_COLOURS, MOST_ON_AXIS = 8, 20
JITTER = 0.3
PARTS, LINE_POINTS = 40, 100
FEWEST = 10  # rows, below which a line would say more than there is


def scatter(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Place rows on two axes.

    Parameters
    ----------
    settings : mapping
        ``x``, ``y``: columns; ``colour``, ``size``: columns or empty; ``trend``: ``"line"``, ``"curve"`` or empty;
        ``classes``: columns of numbers that stand for classes; ``seed`` of the sample and of the jitter.

    Returns
    -------
    DataFrame
        ``row`` (its place in the table), ``x``, ``y``, and ``colour`` and ``size`` where they were asked for. Values of
        a category stand at 0, 1, … and a little off, so that equal ones do not cover each other; ``attrs["x_labels"]``
        and ``attrs["y_labels"]`` hold their names. ``attrs["trend"]`` has the line, see `trend_of`; ``attrs["lost"]``
        says how many of the rows lack a value on an axis.
    """
    seed, classes = settings.get("seed", 0), settings.get("classes", ())
    chosen = drawn(len(table.frame), MOST_POINTS, seed)
    rows = np.arange(len(table.frame)) if chosen is None else chosen
    found: dict[str, Any] = {"row": rows}
    about: dict[str, Any] = {**about_rows(len(table.frame), MOST_POINTS), "picks": [{"rows": "row"}], "trend": {}}
    noise = np.random.default_rng(seed)
    for axis in ("x", "y"):
        about[axis] = settings[axis]
        found[axis], about[f"{axis}_labels"] = _axis(table, settings[axis], rows, classes, noise)
    if settings.get("colour"):
        found["colour"] = _colours(table, settings["colour"], rows, classes)
    if settings.get("size"):
        found["size"] = as_numbers(table.frame[settings["size"]].iloc[rows])
    frame = pd.DataFrame(found)
    placed = frame.dropna(subset=["x", "y"]).reset_index(drop=True)
    if settings.get("trend") and not about["x_labels"] and not about["y_labels"]:
        about["trend"] = _trend(placed, settings["trend"])
    placed.attrs.update(about, lost=len(frame) - len(placed))
    return placed


def _axis(table: Table, name: str, rows: Codes, classes: Any, noise: np.random.Generator) -> tuple[Any, list[str]]:
    values = values_of(table, name, rows, classes, MOST_ON_AXIS)
    if values is None:
        raise ValueError(f"{name!r} is free text, which has no place on an axis. Choose another column.")
    if values.codes is not None:
        places = values.codes + noise.uniform(-JITTER, JITTER, len(rows))
        return np.where(values.codes >= 0, places, np.nan), list(values.labels)
    assert values.numbers is not None
    if values.sort is Sort.DATE:
        dates = table.frame[name].iloc[rows].to_numpy().astype("datetime64[ns]")
        return dates, []
    return values.numbers, []


def _colours(table: Table, name: str, rows: Codes, classes: Any) -> Any:
    values = table.frame[name].iloc[rows]
    if sort_of(values.dtype, as_category=name in classes) is Sort.NUMBER:
        return as_numbers(values)
    found = values_of(table, name, rows, classes, MOST_COLOURS)
    if found is None or found.codes is None:
        raise ValueError(f"{name!r} cannot colour points. Choose a number or a category.")
    return pd.Categorical.from_codes(list(map(int, found.codes)), pd.Index(found.labels)).astype(object)


def _trend(frame: pd.DataFrame, kind: str) -> dict[str, Any]:
    x, y = as_numbers(frame["x"]), as_numbers(frame["y"])
    found = trend_of(x, y, kind)
    for axis in ("x", "y"):
        if found and pd.api.types.is_datetime64_any_dtype(frame[axis]):
            found[axis] = [pd.Timestamp(int(each)).isoformat() for each in found[axis]]
    return found


def trend_of(x: Floats, y: Floats, kind: str) -> dict[str, Any]:
    """A line through points of shape (n,), without gaps.

    Parameters
    ----------
    kind : str
        ``"line"`` for least squares; ``"curve"`` for a smoothing spline (scipy's, its smoothness by generalised
        cross-validation) through the means of up to 40 parts of equally many points.

    Returns
    -------
    dict
        ``x`` and ``y`` of points on the line; for a straight one its ``slope`` and ``r2``. Empty where the points
        allow none.
    """
    if len(x) < FEWEST or np.ptp(x) <= 0 or not np.isfinite(np.ptp(x)):
        return {}
    middle, spread = float(x.mean()), float(x.std())
    if spread <= 1e-12 * abs(middle):
        return {}
    scaled = (x - middle) / spread
    made = {"line": _line, "curve": _curve}[kind](scaled, y)
    if not made:
        return {}
    places = np.linspace(scaled.min(), scaled.max(), 2 if kind == "line" else LINE_POINTS)
    told = {"x": (places * spread + middle).tolist(), "y": made["at"](places).tolist()}
    if "slope" in made:
        told |= {"slope": made["slope"] / spread, "r2": made["r2"]}
    return told


def _line(x: Floats, y: Floats) -> dict[str, Any]:
    slope, start = np.polyfit(x, y, 1)
    rest, all_of_it = float(((y - slope * x - start) ** 2).sum()), float(((y - y.mean()) ** 2).sum())
    r2 = 1 - rest / all_of_it if all_of_it > 0 else 0.0
    return {"at": lambda places: slope * places + start, "slope": float(slope), "r2": r2}


def _curve(x: Floats, y: Floats) -> dict[str, Any]:
    from scipy.interpolate import make_smoothing_spline

    parts = np.unique(np.quantile(x, np.linspace(0, 1, min(PARTS, len(x) // 3) + 1)))
    place = np.clip(np.searchsorted(parts, x, side="right") - 1, 0, max(len(parts) - 2, 0))
    counts = np.bincount(place, minlength=len(parts) - 1)
    there = counts > 0
    if int(there.sum()) < 6:  # the spline needs five points, and fewer have no bend to show
        return _line(x, y)
    means = [np.bincount(place, each, len(counts))[there] / counts[there] for each in (x, y)]
    return {"at": make_smoothing_spline(means[0], means[1], w=counts[there].astype(float))}
