"""Two columns held against each other: a picture for every pair of kinds.

Takes frames of `core.profile`, gives figures. The last value of each point's ``customdata`` is its row in the frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import (
    NOTHING,
    Subject,
    beyond,
    empty,
    escape,
    escaped,
    faded,
    figure,
    groups,
    label_rows,
    reason,
    spans,
    widths,
    with_legend,
)
from .maps import looks
from .palette import Palette

RIDGE = 0.86  # height of the tallest bar of a class, of the room that a class has
SIZES = (4.0, 18.0)
NAME = 40


def _names(subject: Subject) -> tuple[str, str]:
    """What the two columns are called."""
    return escape(subject.axes[0], NAME), escape(subject.axes[1], NAME)


def _told(words: list[str], places: Any) -> np.ndarray:
    """What points say, and their rows in the frame."""
    return np.array(list(zip(words, [int(each) for each in places], strict=True)), dtype=object).reshape(-1, 2)


def by_class(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how a number is spread in each class: a row of bars per class, with a mark at the middle value.

    Parameters
    ----------
    frame : DataFrame
        Columns label, low, high, count, share; ``attrs["medians"]`` by class.
    """
    x, by = _names(subject)
    title = f"{x} by {by}"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows to draw."))
    parts = groups(frame, "label")
    drawn = figure(palette, title, x, clause=beyond(frame), height=90 + 62 * len(parts), bargap=0, barmode="overlay")
    scale = RIDGE / (float(frame["share"].max()) or 1.0)
    for place, (_, part) in enumerate(parts):
        low, high = part["low"], part["high"]
        spoken = [
            f"{span}: <b>{count:,} rows</b> ({share:.1%} of {name})"
            for span, count, share, name in zip(
                spans(low, high), part["count"], part["share"], escaped(part["label"], NAME), strict=True
            )
        ]
        drawn.add_bar(
            x=low + (high - low) / 2,
            y=-part["share"] * scale,
            base=[place] * len(part),
            width=widths(low, high),
            marker={"color": palette.colour(place), "line_width": 0},
            customdata=_told(spoken, part.index),
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    _middles(drawn, frame, palette)
    label_rows(drawn, [escape(name, 24) for name, _ in parts])
    drawn.update_yaxes(range=[len(parts) - 0.8, -1.0], showgrid=True)
    drawn.update_xaxes(showgrid=False)
    return drawn


def _middles(drawn: go.Figure, frame: pd.DataFrame, palette: Palette) -> None:
    """Mark the middle value of each class."""
    medians = frame.attrs.get("medians", [])
    dates = pd.api.types.is_datetime64_any_dtype(frame["low"])
    for place, each in enumerate(medians):
        if each is not None:
            at = pd.Timestamp(each) if dates else each
            shown = f"{at:%Y-%m-%d}" if dates else f"{at:,.6g}"
            drawn.add_scatter(
                x=[at, at],
                y=[place, place - RIDGE],
                mode="lines",
                line={"color": palette.text, "width": 2, "dash": "dot"},
                hovertemplate=f"middle value <b>{shown}</b><extra></extra>",
            )


def shares(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the share of each class within each value, or within each period where ``attrs["ordered"]`` says so.

    Parameters
    ----------
    frame : DataFrame
        Columns value, label, count, share.
    """
    x, by = _names(subject)
    title = f"{by} by {x}"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows to draw."))
    names = list(dict.fromkeys(frame["value"]))
    upright = bool(frame.attrs.get("ordered"))
    height = 300 if upright else 100 + 28 * len(names)
    drawn = figure(palette, title, *((x, "Share of rows") if upright else ("Share of rows", "")), height=height)
    places = {name: place for place, name in enumerate(names)}
    legend = []
    for place, (label, part) in enumerate(groups(frame, "label")):
        name = escape(label, 24)
        legend.append(name)
        at = [places[each] for each in part["value"]]
        spoken = [
            f"{value}, {name}: <b>{count:,} rows</b> ({share:.1%})"
            for value, count, share in zip(escaped(part["value"], NAME), part["count"], part["share"], strict=True)
        ]
        drawn.add_bar(
            **({"x": at, "y": part["share"]} if upright else {"y": at, "x": part["share"], "orientation": "h"}),
            name=name,
            marker={"color": palette.colour(place), "line": {"width": 1, "color": palette.background}},
            customdata=_told(spoken, part.index),
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    drawn.update_layout(barmode="stack", bargap=0.12 if upright else 0.25, legend_traceorder="normal")
    if upright:
        step = max(1, -(-len(names) // 8))
        drawn.update_xaxes(tickvals=list(range(0, len(names), step)), ticktext=[escape(each) for each in names[::step]])
        drawn.update_yaxes(range=[0, 1], tickformat=".0%")
    else:
        label_rows(drawn, [escape(each, 24) for each in names])
        drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    return with_legend(drawn, legend)


def density(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw in which cells of two numbers the rows lie, by colour; a line goes through the middle.

    Parameters
    ----------
    frame : DataFrame
        Columns x_low, x_high, y_low, y_high, count; ``attrs["trend"]`` with the points of the line.
    """
    x, y = _names(subject)
    title = f"{y} against {x}"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows to draw."))
    drawn = figure(palette, title, x, y, clause=beyond(frame), height=380)
    across = spans(frame["x_low"], frame["x_high"])
    up = spans(frame["y_low"], frame["y_high"])
    spoken = [f"{a}, {b}: <b>{n:,} rows</b>" for a, b, n in zip(across, up, frame["count"], strict=True)]
    drawn.add_scatter(
        x=frame["x_low"] + (frame["x_high"] - frame["x_low"]) / 2,
        y=frame["y_low"] + (frame["y_high"] - frame["y_low"]) / 2,
        mode="markers",
        marker={
            "symbol": "square",
            "size": 9,
            "color": np.log1p(frame["count"].to_numpy(dtype=float)),
            "colorscale": [[place / 7, colour] for place, colour in enumerate(palette.sequential[2:])],
            "line": {"width": 0},
        },
        customdata=_told(spoken, frame.index),
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    _line(drawn, frame, palette)
    return drawn


def _line(drawn: go.Figure, frame: pd.DataFrame, palette: Palette) -> None:
    """The line through the middle, where there is one."""
    trend = frame.attrs.get("trend") or {}
    if trend:
        drawn.add_scatter(
            x=trend["x"],
            y=trend["y"],
            mode="lines",
            line={"color": palette.text, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )


def periods(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw a number over time: its middle value in each period, and the band that holds the middle half.

    Parameters
    ----------
    frame : DataFrame
        Columns period, low, high, count, q1, median, q3.
    """
    x, y = _names(subject)
    title = f"{y} over {x}"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows with a date and a value."))
    drawn = figure(palette, title, x, y, clause="the line: middle value; the band: the middle half", height=320)
    at = frame["low"] + (frame["high"] - frame["low"]) / 2
    for side, fill in (("q1", None), ("q3", "tonexty")):
        drawn.add_scatter(
            x=at,
            y=frame[side],
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=faded(palette.accent, 0.18),
            hoverinfo="skip",
        )
    spoken = [
        f"{period}: <b>{median:,.6g}</b> in the middle of {count:,} rows"
        for period, median, count in zip(escaped(frame["period"]), frame["median"], frame["count"], strict=True)
    ]
    drawn.add_scatter(
        x=at,
        y=frame["median"],
        mode="lines+markers",
        line={"color": palette.accent, "width": 2},
        marker={"size": 6, "color": palette.accent},
        customdata=_told(spoken, frame.index),
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    return drawn


def scatter(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw rows as points on any two columns, coloured and sized by others, with a line through them.

    Parameters
    ----------
    frame : DataFrame
        Columns row, x, y, and perhaps colour (a number or a text) and size; ``attrs`` with x_labels, y_labels (names of
        the values of a category, at 0, 1, …) and trend. `Subject.target` is what colours.
    """
    x, y = _names(subject)
    title = f"{y} against {x}"
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has a value in both columns."))
    lost = frame.attrs.get("lost", 0)
    drawn = figure(palette, title, x, y, clause=f"{lost:,} rows lack a value" if lost else "", height=460)
    shown = frame.rename(columns={"colour": "label"})
    if "label" in shown and not pd.api.types.is_numeric_dtype(shown["label"]):
        shown["label"] = shown["label"].astype(object).fillna("(empty)")
    kind = go.Scattergl if len(shown) > 2_000 else go.Scatter
    legend = []
    for name, part, marker in looks(shown, palette, subject):
        legend.append(name)
        look = {"size": _sizes(shown, part), "line": {"width": 0}, **marker, "opacity": 0.6}
        spoken = [f"Row {row:,}" for row in part["row"]]
        drawn.add_trace(
            kind(
                x=part["x"],
                y=part["y"],
                mode="markers",
                name=name,
                marker=look,
                customdata=_told(spoken, part.index),
                hovertemplate="%{customdata[0]}<br>%{x}, %{y}<extra></extra>",
            )
        )
    _line(drawn, frame, palette)
    for axis, update in (("x", drawn.update_xaxes), ("y", drawn.update_yaxes)):
        if labels := frame.attrs.get(f"{axis}_labels"):
            update(tickvals=list(range(len(labels))), ticktext=[escape(each, 20) for each in labels], zeroline=False)
    drawn.update_layout(legend_itemsizing="constant")
    return with_legend(drawn, legend) if len(legend) > 1 else drawn


def _sizes(frame: pd.DataFrame, part: pd.DataFrame) -> Any:
    """How large points are: by a column from its 1st to its 99th hundredth, else by how many there are."""
    if "size" not in frame or not frame["size"].notna().any():
        return 7 if len(frame) <= 1_000 else 5
    low, high = np.nanpercentile(frame["size"], [1, 99])
    share = ((part["size"] - low) / (high - low if high > low else 1.0)).clip(0, 1).fillna(0)
    return SIZES[0] + (SIZES[1] - SIZES[0]) * np.sqrt(share)
