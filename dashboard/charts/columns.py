"""One column at a time: how often each class, each value, or each range of numbers occurs.

Takes a frame with one row per bar, as `core.profile.bars` makes it from a column; gives figures.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, beyond, empty, escape, figure, label_rows, reason, spans, widths
from .palette import Palette

MOST_VALUES = 20


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
    clauses = [f"{missing:,} rows without a value" if missing else "", beyond(frame)]
    clause = "; ".join(filter(None, clauses))
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
    low, high = frame["low"], frame["high"]
    drawn = figure(palette, name, name, "Rows", clause=clause, height=260, bargap=0.03)
    drawn.add_bar(
        x=low + (high - low) / 2,
        y=frame["count"],
        width=widths(low, high),
        marker={"color": palette.accent, "line_width": 0},
        customdata=spans(low, high),
        hovertemplate="%{customdata}: <b>%{y:,} rows</b><extra></extra>",
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(tickformat=",d")
    return drawn
