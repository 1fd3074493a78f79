"""What a model's number hangs on: the rows it learns from, how they are divided, luck; and what the model costs.

Takes frames of `core.studies` and `core.costs`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import (
    NOTHING,
    Subject,
    empty,
    escape,
    faded,
    figure,
    groups,
    label_rows,
    line_to_beat,
    of,
    reason,
    with_legend,
)
from .palette import Palette

BINS = 15
TINY = 1e-9
WIDTHS, HIGH = (850, 260), 280  # pixels within the axes of the picture of costs, about; the second of a telephone's
NAMES = (("top center", (0, 1)), ("bottom center", (0, -1)), ("middle right", (1, 0)), ("middle left", (-1, 0)))
FRONT, CHEAPEST = "nobody better and cheaper", "cheapest not worse than the best"


def _scored(subject: Subject) -> str:
    """The axis of the score."""
    return f"{escape(subject.metric, 48)} ({'more is better' if subject.greater_is_better else 'less is better'})"


def rows_curve(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw scores over the number of rows learned from: on held-out rows with their interval, on the same rows dashed.

    Parameters
    ----------
    frame : DataFrame
        Columns model, rows, score, low, high (may be missing) and train (may be missing); a row per size.
    """
    title = of("Score over rows to learn from", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No size has a score."))
    drawn = figure(palette, title, "Rows to learn from", _scored(subject), height=380)
    models = groups(frame, "model")
    for number, (model, part) in enumerate(models):
        colour, name = palette.colour(number), escape(model, 40)
        known = part.dropna(subset=["low", "high"])
        drawn.add_scatter(
            x=[*known["rows"], *known["rows"][::-1]],
            y=[*known["high"], *known["low"][::-1]],
            fill="toself",
            mode="lines",
            line={"width": 0},
            fillcolor=faded(colour, 0.15),
            hoverinfo="skip",
            showlegend=False,
        )
        for column, said, dash in (("score", "held-out rows", "solid"), ("train", "the rows it learned from", "dash")):
            drawn.add_scatter(
                x=part["rows"],
                y=part[column],
                mode="lines+markers",
                name=name if column == "score" else f"{name}, on the rows it learned from",
                line={"color": colour, "width": 2, "dash": dash},
                marker={"size": 7 if column == "score" else 4},
                hovertemplate=f"{name}, %{{x:,}} rows, {said}: <b>%{{y:.4~g}}</b><extra></extra>",
                showlegend=column == "score" or number == 0,
            )
    drawn.update_xaxes(type="log", tickvals=sorted(set(frame["rows"])), tickformat=",d")
    return with_legend(drawn, [*(escape(model, 40) for model, _ in models), "on the rows it learned from"])


def techniques(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw one model's score by each way to divide the rows, with its interval.

    Parameters
    ----------
    frame : DataFrame
        Columns way, mean, low and high (may be missing); the first way is drawn on top.
    """
    title = of("Score by how the rows are divided", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No way to divide the rows has a score."))
    drawn = figure(palette, title, _scored(subject), height=100 + 34 * len(frame))
    up, down = frame["high"] - frame["mean"], frame["mean"] - frame["low"]
    drawn.add_scatter(
        x=frame["mean"],
        y=list(range(len(frame))),
        mode="markers",
        marker={"size": 11, "symbol": "diamond", "color": palette.accent},
        error_x={"type": "data", "array": up, "arrayminus": down, "color": palette.accent, "thickness": 2, "width": 5},
        customdata=[escape(each, 80) for each in frame["way"]],
        hovertemplate="%{customdata}: <b>%{x:.4~g}</b><extra></extra>",
    )
    line_to_beat(drawn, palette, subject)
    label_rows(drawn, [escape(each, 40) for each in frame["way"]])
    return drawn


def luck(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw what shuffled answers score, and where the true ones stand.

    Parameters
    ----------
    frame : DataFrame
        Columns score and shuffled (whether the answers were), a row per round.
    """
    title = of("What luck would score", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No round has a score."))
    shuffled, true = (frame.loc[frame["shuffled"] == which, "score"] for which in (True, False))
    drawn = figure(palette, title, _scored(subject), "Rounds with shuffled answers", height=300)
    drawn.add_histogram(
        x=shuffled,
        nbinsx=BINS,
        marker={"color": faded(palette.muted, 0.6), "line_width": 0},
        hovertemplate="%{x}: %{y} rounds<extra></extra>",
    )
    for value in true:
        drawn.add_vline(x=value, line={"color": palette.accent, "width": 2.5})
        drawn.add_annotation(
            x=value, y=1, yref="paper", yanchor="bottom", text="true answers", showarrow=False, font={"size": 11}
        )
    low, high = float(frame["score"].min()), float(frame["score"].max())
    room = 0.08 * (high - low or 1.0)
    drawn.update_xaxes(range=[low - room, high + room])
    return drawn


def costs(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw score against cost, one point per model, with the line of those that no other beats in both.

    Parameters
    ----------
    frame : DataFrame
        Columns model, cost, shown (the cost in words), score, low, high (may be missing), front and chosen (the
        cheapest that is not worse than the best); ``attrs["cost"]`` names the axis.
    """
    title = "Score against cost"
    if frame.empty:
        return empty(palette, title, reason(frame, "No model has both a score and a cost."))
    drawn = figure(palette, title, escape(frame.attrs.get("cost") or "Cost", 60), _scored(subject), height=400)
    frame = frame.assign(cost=frame["cost"].clip(lower=TINY))  # nothing has no place on such an axis
    front = frame[frame["front"].astype(bool)].sort_values("cost")
    drawn.add_scatter(
        x=front["cost"],
        y=front["score"],
        mode="lines",
        name=FRONT,
        line={"color": palette.grid, "width": 3},
        hoverinfo="skip",
    )
    span = np.log10(frame["cost"])
    room = 0.2 * (span.max() - span.min()) + 0.3  # for the names, which are as wide as they are
    shown = (span.min() - room, span.max() + room)
    frame = frame.assign(place=_places(frame, shown, subject.guessing))
    for part, name, number, symbol in (
        (frame[~frame["chosen"].astype(bool)], "models", 1, "circle"),
        (frame[frame["chosen"].astype(bool)], CHEAPEST, 0, "star"),
    ):
        _points(drawn, part, name, palette.colour(number), symbol)
    line_to_beat(drawn, palette, subject, across=False)
    drawn.update_xaxes(type="log", dtick=1, range=shown)
    return with_legend(drawn, [FRONT, "models", CHEAPEST])


def _points(drawn: go.Figure, part: pd.DataFrame, name: str, colour: str, symbol: str) -> None:
    """Models as points with their names, as far as there is a place for them."""
    drawn.add_scatter(
        x=part["cost"],
        y=part["score"],
        mode="markers+text",
        name=name,
        text=[escape(model, 24) if place else "" for model, place in zip(part["model"], part["place"], strict=True)],
        textposition=[place or "top center" for place in part["place"]],
        textfont={"size": 11},
        cliponaxis=False,
        error_y={
            "type": "data",
            "array": part["high"] - part["score"],
            "arrayminus": part["score"] - part["low"],
            "color": faded(colour, 0.4),
            "thickness": 1.5,
            "width": 0,
        },
        marker={"size": 16 if symbol == "star" else 11, "symbol": symbol, "color": colour},
        customdata=[[escape(model, 80), shown] for model, shown in zip(part["model"], part["shown"], strict=True)],
        hovertemplate="<b>%{customdata[0]}</b><br>score %{y:.4~g}<br>cost %{customdata[1]}<extra></extra>",
    )


def _places(frame: pd.DataFrame, shown: tuple[float, float], guessing: float | None) -> list[str]:
    """Where each model's name goes so that it lies on no other one and on no point; empty where there is no such place.

    The cheapest and those of the front choose first: their names matter most, and the others can be pointed at. Of the
    places on a usual screen one is taken that is free on a telephone as well, if there is one.
    """
    across, up = np.log10(frame["cost"].to_numpy(float)), frame["score"].to_numpy(float)
    ends = np.append(frame[["score", "low", "high"]].to_numpy(float), np.nan if guessing is None else guessing)
    heights = _pixels(up, ends, HIGH)
    half = [3.2 * len(escape(each, 24)) for each in frame["model"]]
    screens = [list(zip(_pixels(across, np.asarray(shown), wide), heights, strict=True)) for wide in WIDTHS]
    taken = [[_box(x, y, 7, 7) for x, y in spots] for spots in screens]
    places = [""] * len(frame)
    for row in np.lexsort((-up, ~frame["front"].astype(bool), ~frame["chosen"].astype(bool))):
        named = {name: [_name(spots[row], half[row], *to) for spots in screens] for name, to in NAMES}
        free = {
            name: [not _covered(box, boxes, row) for box, boxes in zip(own, taken, strict=True)]
            for name, own in named.items()
        }
        best = max(free, key=lambda name: free[name])
        if free[best][0]:
            places[row] = best
            for boxes, box in zip(taken, named[best], strict=True):
                boxes.append(box)
    return places


def _pixels(values: np.ndarray, shown: np.ndarray, whole: float) -> np.ndarray:
    """About where values lie on an axis of so many pixels, on which others are shown as well."""
    low, high = np.nanmin(shown), np.nanmax(shown)
    return (values - low) / ((high - low) or 1.0) * whole


def _box(x: float, y: float, half: float, tall: float) -> tuple[float, float, float, float]:
    return x - half, x + half, y - tall, y + tall


def _name(spot: tuple[float, float], half: float, right: int, above: int) -> tuple[float, float, float, float]:
    """What a name takes on a side of its point."""
    x, y = spot
    return _box(x + right * (half + 10), y + above * 16, half, 7)


def _covered(box: tuple[float, ...], others: list[tuple[float, float, float, float]], own: int) -> bool:
    """Whether a name would lie on another one, or on another point than its own."""
    return any(_overlap(box, each) for place, each in enumerate(others) if place != own)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
