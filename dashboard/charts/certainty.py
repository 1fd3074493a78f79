"""Whether a model is as sure as it should be: calibration, and scores by actual class.

Takes the frames of `core.diagnostics.certainty`, gives figures.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .layout import LINES, NOTHING, Subject, empty, escape, faded, figure, groups, of, reason, with_legend
from .palette import Palette

HILLS_UP_TO = 8  # classes that can be told apart by colour


def calibration(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often it happened against how likely it was said to be.

    Parameters
    ----------
    frame : DataFrame
        Columns said, happened, low, high, count, and model where several are overlaid; ``attrs["of"]`` is the class
        that is spoken of, or None for whichever was named.
    """
    title = of("Calibration", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "Nothing that is judged here gives probabilities."))
    spoken = frame.attrs.get("of")
    what = "the named class is right" if spoken is None else f"it is {escape(spoken)}"
    drawn = figure(palette, title, f"How likely it says that {what}", "How often it is so", height=380)
    exact = {"color": palette.muted, "width": 1, "dash": "dot"}
    drawn.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=exact, hoverinfo="skip", showlegend=False)
    models = groups(frame, "model")
    for place, (model, line) in enumerate(models):
        drawn.add_scatter(
            x=line["said"],
            y=line["happened"],
            mode="lines+markers",
            name=escape(model) or "model",
            line={"color": palette.colour(place), "width": 2, "dash": LINES[place // len(palette.series) % len(LINES)]},
            error_y=_bounds(line, palette.colour(place)),
            customdata=[[f"{each:,}"] for each in line["count"]],
            hovertemplate="Said %{x:.1%}<br>Happened <b>%{y:.1%}</b><br>%{customdata[0]} rows"
            "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    drawn.update_yaxes(range=[-0.01, 1.02], tickformat=".0%")
    return with_legend(drawn, [escape(model) for model, _ in models]) if len(models) > 1 else drawn


def _bounds(line: pd.DataFrame, colour: str) -> dict[str, Any]:
    above, below = line["high"] - line["happened"], line["happened"] - line["low"]
    thin = {"color": faded(colour, 0.5), "thickness": 1.2, "width": 3}
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, **thin}


def score_distribution(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often a model gave which score, a hill for each actual class.

    Parameters
    ----------
    frame : DataFrame
        Columns label, from, to, count, share; ``attrs["of"]`` and ``attrs["probable"]``, see
        `core.diagnostics.score_distribution`.
    """
    title = of("Scores by actual class", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "Nothing that is judged here says how sure it is."))
    spoken, probable = frame.attrs.get("of"), frame.attrs.get("probable", True)
    score = "Probability" if probable else "Decision score"
    across = f"{score} given to the actual class" if spoken is None else f"{score} given to {escape(spoken)}"
    hills = groups(frame, "label")
    clause = f"the first {HILLS_UP_TO} of {len(hills)} classes" if len(hills) > HILLS_UP_TO else ""
    drawn = figure(palette, title, across, "Share of the rows of a class", clause=clause, height=320)
    for place, (label, hill) in enumerate(hills[:HILLS_UP_TO]):
        colour = palette.colour(place)
        drawn.add_scatter(
            x=(hill["from"] + hill["to"]) / 2,
            y=hill["share"],
            mode="lines",
            name=f"are {escape(label)}",
            line={"color": colour, "width": 2, "shape": "hvh"},
            fill="tozeroy",
            fillcolor=faded(colour, 0.15),
            customdata=[
                [f"{low:.3g} to {high:.3g}", f"{count:,}"]
                for low, high, count in hill[["from", "to", "count"]].itertuples(index=False)
            ],
            hovertemplate="%{customdata[0]}: <b>%{customdata[1]} rows</b><br>%{y:.1%} of those that %{fullData.name}"
            "<extra></extra>",
        )
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    if probable:
        drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    return with_legend(drawn, [f"are {escape(label)}" for label, _ in hills[:HILLS_UP_TO]])
