"""Curves over all cut-offs: ROC with its band, precision and recall, gain and lift.

Takes the long frames of `core.diagnostics`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import LINES, NOTHING, Subject, empty, escape, faded, figure, groups, of, reason, thinned, with_legend
from .palette import Palette

LINES_NAMED_UP_TO = 10  # of more lines only the models are named beside the figure
BANDS_UP_TO = 4  # of more they hide one another


def roc(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw hits against false alarms for every cut-off, one line per curve and model.

    Parameters
    ----------
    frame : DataFrame
        Columns curve, fpr, tpr, auc, and model where several are overlaid; low and high where the curves of folds
        spread around it.
    """
    drawn = _curves(
        frame,
        palette,
        of("ROC curve", subject),
        ("fpr", "False alarms (share of the others)"),
        ("tpr", "Hits (share of the class)"),
        ("auc", "area"),
    )
    if frame.empty:
        return drawn
    clause = _band(drawn, frame, palette)
    drawn.layout.title.subtitle.text = clause
    drawn.layout.margin.t = 58 if clause else drawn.layout.margin.t
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": palette.muted, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name="guessing",
        showlegend=False,
    )
    return drawn


def precision_recall(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how pure the findings are against how many are found, one line per curve and model.

    Parameters
    ----------
    frame : DataFrame
        Columns curve, recall, precision, average_precision, chance (optional: the share of the class, which is the
        precision of guessing), and model where several are overlaid.
    """
    drawn = _curves(
        frame,
        palette,
        of("Precision and recall", subject),
        ("recall", "Recall (share of the class that is found)"),
        ("precision", "Precision (share that is right)"),
        ("average_precision", "average"),
        shape="hv",
    )
    if "chance" in frame and frame["curve"].nunique() == 1:
        drawn.add_hline(y=frame["chance"].iloc[0], line={"color": palette.muted, "width": 1, "dash": "dot"})
    return drawn


def gain(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw what share of a class is found against what share of the rows is gone through, the surest first.

    Parameters
    ----------
    frame : DataFrame
        Columns curve, called, found, lift_first, and model where several are overlaid.
    """
    drawn = _curves(
        frame,
        palette,
        of("Cumulative gain", subject),
        ("called", "Gone through (share of all rows)"),
        ("found", "Found (share of the class)"),
        ("lift_first", "lift"),
    )
    if not frame.empty:
        guessing = {"color": palette.muted, "width": 1, "dash": "dot"}
        drawn.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=guessing, hoverinfo="skip", showlegend=False)
    return drawn


def lift(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how many times more of a class are among the surest rows than among all.

    Parameters
    ----------
    frame : DataFrame
        As for `gain`, with lift.
    """
    drawn = _curves(
        frame.dropna(subset=["lift"]) if "lift" in frame else frame,
        palette,
        of("Lift", subject),
        ("called", "Gone through (share of all rows)"),
        ("lift", "Times as many as among all"),
        ("lift_first", "first tenth"),
        as_read=".2f",
    )
    if not frame.empty:
        drawn.update_yaxes(range=None, rangemode="tozero", tickformat=".1~f")
        drawn.add_hline(y=1, line={"color": palette.muted, "width": 1, "dash": "dot"})
    return drawn


def _curves(
    frame: pd.DataFrame,
    palette: Palette,
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    summary: tuple[str, str],
    shape: str = "linear",
    as_read: str = ".1%",
) -> go.Figure:
    """Lines in the unit square: colours tell models apart, or classes where there is one model.

    Where there are too many to name each, the legend says a model's mean, and a line says its name when pointed at.
    """
    if frame.empty:
        return empty(palette, title, reason(frame, "Nothing that is judged here says how sure it is."))
    models = [(model, groups(part, "curve")) for model, part in groups(frame, "model")]
    named = sum(len(curves) for _, curves in models) <= LINES_NAMED_UP_TO
    drawn = figure(palette, title, x[1], y[1], height=380)
    for number, (model, curves) in enumerate(models):
        if not named:
            shade = palette.colour(number) if len(models) > 1 else palette.muted
            drawn.add_scatter(x=[None], y=[None], mode="lines", name=_mean(model, curves, summary), line_color=shade)
        for place, (curve, line) in enumerate(curves):
            colour = number if len(models) > 1 else place
            words = [escape(each) for each in _names(model, curve, len(models), len(curves))]
            value = line[summary[0]].iloc[0]
            line = thinned(line)
            drawn.add_scatter(
                x=line[x[0]],
                y=line[y[0]],
                mode="lines",
                name=" · ".join(words) + f" ({summary[1]} {value:.3f})",
                showlegend=named,
                line={
                    "color": palette.colour(colour),
                    "width": 2 if named else 1.3,
                    "shape": shape,
                    "dash": LINES[_dash(colour, place, models, palette)],
                },
                hovertemplate=f"{y[1].split(' (')[0]} %{{y:{as_read}}}<br>{x[1].split(' (')[0]} %{{x:.1%}}"
                "<extra>%{fullData.name}</extra>",
            )
    drawn.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", constrain="domain")
    drawn.update_yaxes(range=[-0.01, 1.02], tickformat=".0%")
    return with_legend(drawn, [trace.name for trace in drawn.data if trace.showlegend is not False])


def _band(drawn: go.Figure, frame: pd.DataFrame, palette: Palette) -> str:
    """How far folds spread around each line, and the clause that says so; nothing where lines are too many."""
    lines = [(model, curve, line) for model, part in groups(frame, "model") for curve, line in groups(part, "curve")]
    several = len({str(model) for model, _, _ in lines}) > 1
    if "low" not in frame or len(lines) > BANDS_UP_TO or frame["low"].isna().all():
        return ""
    numbers = {model: number for number, (model, _) in enumerate(groups(frame, "model"))}
    for place, (model, _, line) in enumerate(lines):
        line = thinned(line.dropna(subset=["low", "high"]))
        drawn.add_scatter(
            x=[*line["fpr"], *line["fpr"][::-1]],
            y=[*line["high"], *line["low"][::-1]],
            mode="lines",
            fill="toself",
            fillcolor=faded(palette.colour(numbers[model] if several else place), 0.13),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    return "the band is how far the folds spread"


def _mean(model: object, curves: list, summary: tuple[str, str]) -> str:
    """All classes of a model in one entry of the legend."""
    mean = np.mean([line[summary[0]].iloc[0] for _, line in curves])
    classes = f"{len(curves)} classes (mean {summary[1]} {mean:.3f})"
    return f"{escape(model)} · {classes}" if model else classes


def _names(model: object, curve: object, models: int, curves: int) -> list[object]:
    """What a line is called: by its model, its class, or both."""
    named = ([model] if models > 1 else []) + ([curve] if curves > 1 else [])
    return named or [model or curve or "model"]


def _dash(colour: int, place: int, models: list, palette: Palette) -> int:
    """A line's dashes: they tell classes apart within a model, and the ninth series from the first."""
    return (colour // len(palette.series) + (place if len(models) > 1 else 0)) % len(LINES)
