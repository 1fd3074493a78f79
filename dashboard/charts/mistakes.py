"""What becomes of a hundred rows, and which classes are mistaken for which.

Takes the frames of `core.diagnostics.cells`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, figure, label_rows, of, reason, with_legend
from .palette import Palette

ACROSS = 20  # dots in a line
MISTAKES_UP_TO = 12
# Filled is what is so, hollow what is not; a cross is where the model was wrong.
MARKS = {
    "found": ("circle", 0),
    "missed": ("x", 2),
    "false alarm": ("x-open", 1),
    "left alone": ("circle-open", 5),
}


def outcomes(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw a hundred rows as a hundred dots.

    Parameters
    ----------
    frame : DataFrame
        Columns outcome (a key of `MARKS`), count, share, dots: whole numbers that add up to 100.
    """
    title = of("Of 100 rows", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    drawn = figure(palette, title, "Each dot is one of 100 rows", height=210)
    begun = 0
    names = []
    for outcome, count, dots in frame[["outcome", "count", "dots"]].itertuples(index=False):
        symbol, colour = MARKS.get(outcome, ("circle", 3))
        places = np.arange(begun, begun + int(dots))
        names.append(f"{escape(outcome)}: {dots:.0f}")
        drawn.add_scatter(
            x=places % ACROSS if dots else [None],
            y=places // ACROSS if dots else [None],
            mode="markers",
            name=names[-1],
            marker={"symbol": symbol, "size": 11, "color": palette.colour(colour), "line": {"width": 1.5}},
            hovertemplate=f"<b>{escape(outcome)}</b><br>{dots:.0f} of 100, {count:,} in all<extra></extra>",
        )
        begun += int(dots)
    drawn.update_xaxes(range=[-0.7, ACROSS - 0.3], showticklabels=False, showgrid=False, zeroline=False)
    drawn.update_yaxes(range=[4.6, -0.6], showticklabels=False, showgrid=False, zeroline=False)
    drawn.layout.meta = {"alt": f"{drawn.layout.meta['alt'].rstrip('.')}: {', '.join(names)}."}
    return with_legend(drawn, names)


def mistakes(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the most frequent mistakes as bars.

    Parameters
    ----------
    frame : DataFrame
        Columns actual, predicted, count, share, low, high, examples (positions of rows). The last value of each bar's
        ``customdata`` is its row in the frame.
    """
    title = of("What is mistaken for what", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row was named wrong."))
    shown = frame.iloc[:MISTAKES_UP_TO]
    clause = f"the {len(shown)} most frequent of {len(frame)}" if len(frame) > len(shown) else ""
    names = [f"{escape(a, 14)} as {escape(b, 14)}" for a, b in zip(shown["actual"], shown["predicted"], strict=True)]
    drawn = figure(palette, title, "Share of the rows of that class", clause=clause, bargap=0.35)
    drawn.add_bar(
        y=list(range(len(shown))),
        x=shown["share"],
        orientation="h",
        marker_color=palette.accent,
        marker_line_width=0,
        error_x={
            "type": "data",
            "symmetric": False,
            "array": shown["high"] - shown["share"],
            "arrayminus": shown["share"] - shown["low"],
            "color": palette.muted,
            "thickness": 1.2,
            "width": 3,
        },
        customdata=[
            [escape(a), escape(b), f"{count:,}", ", ".join(f"{row:,}" for row in rows), place]
            for place, (a, b, count, rows) in enumerate(
                shown[["actual", "predicted", "count", "examples"]].itertuples(index=False)
            )
        ],
        hovertemplate="<b>%{customdata[2]} rows</b> that are %{customdata[0]}<br>named %{customdata[1]}: %{x:.1%}<br>"
        "such as row %{customdata[3]}<extra></extra>",
    )
    drawn.update_xaxes(rangemode="tozero", tickformat=".0%")
    label_rows(drawn, names)
    drawn.update_layout(height=110 + 30 * len(names))
    return drawn
