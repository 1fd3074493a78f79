"""Invented rows beside real ones: what they teach, and where they lie.

Takes frames of `core.synthetic`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, faded, figure, label_rows, line_to_beat, reason, with_legend
from .palette import Palette

REAL, INVENTED = "real rows", "invented rows"
LOOKS = {REAL: (0, "circle"), INVENTED: (2, "diamond")}  # place of the colour, symbol


def taught(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw for each model what it reaches after learning from real and from invented rows, joined by a line.

    Parameters
    ----------
    frame : DataFrame
        Columns model, real, synthetic; the first model is drawn on top. `Subject.guessing` adds the line to beat.
    """
    title = "Trained on real rows, trained on invented rows"
    if frame.empty:
        return empty(palette, title, reason(frame, "No model has a score by both."))
    metric = escape(subject.metric, 48)
    better = "more is better" if subject.greater_is_better else "less is better"
    drawn = figure(palette, title, f"{metric} ({better})", height=110 + 36 * len(frame))
    places, names = list(range(len(frame))), [escape(each, 80) for each in frame["model"]]
    drawn.add_scatter(
        x=frame[["real", "synthetic"]].assign(gap=np.nan).to_numpy().ravel(),
        y=np.repeat(places, 3),
        mode="lines",
        line={"color": palette.grid, "width": 4},
        hoverinfo="skip",
        showlegend=False,
    )
    for column, name in (("real", REAL), ("synthetic", INVENTED)):
        colour, symbol = LOOKS[name]
        drawn.add_scatter(
            x=frame[column],
            y=places,
            mode="markers",
            name=f"trained on {name}",
            marker={"size": 12, "symbol": symbol, "color": palette.colour(colour)},
            customdata=names,
            hovertemplate=f"%{{customdata}}, trained on {name}: <b>%{{x:.4~g}}</b><extra></extra>",
        )
    line_to_beat(drawn, palette, subject)
    label_rows(drawn, [escape(each) for each in frame["model"]])
    return with_legend(drawn, [f"trained on {each}" for each in LOOKS])


def clouds(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw real and invented rows on one map.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, row; invented rows have a row below 0.
    """
    title = "Real and invented rows on one map"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows to draw."))
    drawn = figure(palette, title, *(escape(each, 60) for each in subject.axes), height=480)
    legend = []
    for name, part in ((REAL, frame[frame["row"] >= 0]), (INVENTED, frame[frame["row"] < 0])):
        colour, symbol = LOOKS[name]
        legend.append(f"{name} ({len(part):,})")
        drawn.add_scatter(
            x=part["x"],
            y=part["y"],
            mode="markers",
            name=legend[-1],
            marker={
                "size": 7 if len(frame) <= 1_000 else 5,
                "symbol": symbol,
                "color": faded(palette.colour(colour), 0.45),
                "line": {"width": 0},
            },
            customdata=[f"Row {row}" for row in part["row"]] if name == REAL else ["An invented row"] * len(part),
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.update_xaxes(zeroline=False, showticklabels=False)
    drawn.update_yaxes(zeroline=False, showticklabels=False)
    drawn.update_layout(dragmode="pan", legend_itemsizing="constant")
    return with_legend(drawn, legend)
