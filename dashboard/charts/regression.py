"""How numbers were predicted: predicted against actual, what was left over, by size, and whether bounds hold.

Takes the frames of `core.diagnostics.misses`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import (
    LINES,
    NOTHING,
    Subject,
    empty,
    escape,
    faded,
    figure,
    groups,
    of,
    reason,
    sampled,
    spans,
    with_legend,
)
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


def residual_distribution(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often predictions are off by how much, as bars.

    Parameters
    ----------
    frame : DataFrame
        Columns from, to (bounds of actual − predicted), count, share; ``attrs["beyond"]`` counts rows further out,
        which the outermost bars hold.
    """
    target = escape(subject.target or "target")
    title = of("How often it is off by how much", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    far = frame.attrs.get("beyond", 0)
    clause = f"the outermost bars hold {far:,} rows that lie further out" if far else ""
    drawn = figure(palette, title, f"Actual − predicted {target}", "Share of the rows", clause=clause, bargap=0.04)
    drawn.add_bar(
        x=(frame["from"] + frame["to"]) / 2,
        y=frame["share"],
        width=(frame["to"] - frame["from"]) * 0.96,
        marker_color=palette.accent,
        marker_line_width=0,
        customdata=np.column_stack([spans(frame["from"], frame["to"]), [f"{each:,}" for each in frame["count"]]]),
        hovertemplate="Off by %{customdata[0]}<br><b>%{customdata[1]} rows</b>, %{y:.1%}<extra></extra>",
    )
    drawn.update_yaxes(tickformat=".0%")
    drawn.add_vline(x=0, line={"color": palette.muted, "width": 1.5, "dash": "dot"})
    return drawn


def error_by_size(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how far predictions are off on small and on large values, one line per model.

    Parameters
    ----------
    frame : DataFrame
        Columns from, to, middle, count, miss, low, high, and model where several are overlaid.
    """
    target = escape(subject.target or "target")
    title = of("Errors by size of the target", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    drawn = figure(palette, title, f"Actual {target}", "Mean error, either way", height=360)
    models = groups(frame, "model")
    for place, (model, line) in enumerate(models):
        _line_with_ranges(drawn, palette, place, escape(model) or "model", line, ("middle", "miss"))
        drawn.data[-1].update(
            customdata=np.column_stack([spans(line["from"], line["to"]), [f"{each:,}" for each in line["count"]]]),
            hovertemplate="Actual %{customdata[0]}<br>off by <b>%{y:,.4~g}</b> on average<br>%{customdata[1]} rows"
            "<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    return with_legend(drawn, [escape(model) for model, _ in models]) if len(models) > 1 else drawn


def quantile_coverage(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw what share of the rows lies below bounds that were to have a share below them, one line per model.

    Parameters
    ----------
    frame : DataFrame
        Columns level, covered, low, high, count, and model where several are overlaid.
    """
    title = of("Quantile coverage", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    drawn = figure(palette, title, "Share that was to lie below", "Share that lies below", height=360)
    exact = {"color": palette.muted, "width": 1, "dash": "dot"}
    drawn.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=exact, hoverinfo="skip", showlegend=False)
    models = groups(frame, "model")
    for place, (model, line) in enumerate(models):
        _line_with_ranges(drawn, palette, place, escape(model) or "model", line, ("level", "covered"))
        drawn.data[-1].update(
            customdata=[[f"{each:,}"] for each in line["count"]],
            hovertemplate="Wanted %{x:.0%}<br>lie below: <b>%{y:.1%}</b><br>%{customdata[0]} rows"
            "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    drawn.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return with_legend(drawn, [escape(model) for model, _ in models]) if len(models) > 1 else drawn


def _line_with_ranges(
    drawn: go.Figure, palette: Palette, place: int, name: str, line: pd.DataFrame, axes: tuple[str, str]
) -> None:
    """A line through means, each with its range."""
    x, y = axes
    colour = palette.colour(place)
    drawn.add_scatter(
        x=line[x],
        y=line[y],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 2, "dash": LINES[place // len(palette.series) % len(LINES)]},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": line["high"] - line[y],
            "arrayminus": line[y] - line["low"],
            "color": faded(colour, 0.5),
            "thickness": 1.2,
            "width": 3,
        },
    )
