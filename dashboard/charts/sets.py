"""How sure a model is of single answers: how many classes it leaves open, and how often the truth was inside.

Takes frames of shares, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, escaped, figure, label_rows, of, reason
from .palette import Palette


def set_sizes(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how many sets have one class, two, and so on.

    Parameters
    ----------
    frame : DataFrame
        Columns label (in words), share, low, high.
    """
    title = of("How many answers are left open", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no sets."))
    return _bars(frame, frame["share"], palette, title, "Of 100 rows")


def coverage(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often the truth was inside, for each class or range of predictions.

    Parameters
    ----------
    frame : DataFrame
        Columns label, inside, low, high, count; ``attrs["level"]`` is what was asked for.
    """
    title = of("How often the truth was inside", subject)
    known = frame[frame["inside"].notna()] if len(frame) else frame
    if known.empty:
        return empty(palette, title, reason(frame, "There is no row to look at."))
    drawn = _bars(known, known["inside"], palette, title, "Of 100 rows, so many had the truth inside")
    if level := frame.attrs.get("level"):
        drawn.add_vline(x=100 * level, line={"color": palette.text, "width": 1.5, "dash": "dot"})
    return drawn


def _bars(frame: pd.DataFrame, share: pd.Series, palette: Palette, title: str, axis: str) -> go.Figure:
    """Bars of shares with where they may lie."""
    drawn = figure(palette, title, axis, height=96 + 34 * len(frame))
    ends = [
        f"between {100 * low:.1f} and {100 * high:.1f}" for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    drawn.add_bar(
        y=list(range(len(frame))),
        x=100 * share,
        orientation="h",
        marker={"color": palette.accent, "line_width": 0, "opacity": 0.85},
        error_x={
            "type": "data",
            "array": 100 * (frame["high"] - share),
            "arrayminus": 100 * (share - frame["low"]),
            "color": palette.muted,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=np.column_stack([escaped(frame["label"]), ends]),
        hovertemplate="%{customdata[0]}: <b>%{x:.1f}</b> of 100<br>%{customdata[1]}<extra></extra>",
    )
    label_rows(drawn, [escape(each) for each in frame["label"]])
    drawn.update_xaxes(range=[0, 104])
    return drawn
