"""How numbers were predicted: predicted against actual, and what was left over.

Takes the frame of `core.diagnostics.residuals`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, faded, figure, of, reason, sampled
from .palette import Palette


def predicted_against_actual(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw every row's predicted number against its actual one; on the line is right.

    Parameters
    ----------
    frame : DataFrame
        Columns actual, predicted, residual, in the target's unit, and row where it is known. Above 5,000 rows a sample
        drawn by a fixed seed, and the title says so.
    """
    target = escape(subject.target or "target")
    drawn = _points(frame, palette, of("Predicted against actual", subject), "actual", "predicted", target)
    if frame.empty:
        return drawn
    low, high = _span(frame["actual"], frame["predicted"])
    drawn.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": palette.muted, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
        name="exactly right",
    )
    drawn.update_layout(xaxis_title_text=f"Actual {target}", yaxis_title_text=f"Predicted {target}", height=420)
    return drawn


def residuals(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how far every prediction was off against the prediction; even noise about zero is best.

    Parameters
    ----------
    frame : DataFrame
        As for `predicted_against_actual`; the residual is actual − predicted.
    """
    target = escape(subject.target or "target")
    drawn = _points(frame, palette, of("What is left over", subject), "predicted", "residual", target)
    if frame.empty:
        return drawn
    drawn.add_hline(y=0, line={"color": palette.muted, "width": 1.5, "dash": "dot"})
    drawn.update_layout(
        xaxis_title_text=f"Predicted {target}", yaxis_title_text=f"Actual − predicted {target}", height=380
    )
    return drawn


def _points(frame: pd.DataFrame, palette: Palette, title: str, x: str, y: str, target: str) -> go.Figure:
    """Rows as points that show more where they lie on one another."""
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    shown, clause = sampled(frame)
    drawn = figure(palette, title, clause=clause or f"{len(frame):,} rows")
    row = [f"Row {each:,}<br>" for each in shown["row"]] if "row" in shown else [""] * len(shown)
    drawn.add_scatter(
        x=shown[x],
        y=shown[y],
        mode="markers",
        marker={"size": 6, "color": faded(palette.accent, 0.55 if len(shown) < 1000 else 0.25)},
        customdata=np.column_stack([np.array(row, dtype=object), shown[["actual", "predicted", "residual"]]]),
        hovertemplate=f"%{{customdata[0]}}Actual {target}: <b>%{{customdata[1]:,.6~g}}</b><br>"
        "Predicted: <b>%{customdata[2]:,.6~g}</b><br>Actual − predicted: %{customdata[3]:+,.4~g}<extra></extra>",
    )
    return drawn


def _span(*columns: pd.Series) -> tuple[float, float]:
    """The least and the greatest number of several columns."""
    return min(float(each.min()) for each in columns), max(float(each.max()) for each in columns)
