"""Whether one model is better than another: chances of each pair, one pair in three parts, ranks over several tables.

Takes frames with model titles, gives figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, escaped, figure, label_rows, reason, with_legend
from .palette import Palette
from .squares import squares

NAME = 24
PARTS = ("first", "equal", "second")  # of the chances of a pair, as columns and in the order of the bar


def chances(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the chance that the model of a line is better than the model of a column.

    Parameters
    ----------
    frame : DataFrame
        Columns model, against, p_better, p_equal, p_worse, difference, low, high; both in the same order of titles.
    """
    title = "Chance that the model of the line is better"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no two models to compare."))
    models = list(dict.fromkeys([*frame["model"], *frame["against"]]))
    place = {name: each for each, name in enumerate(models)}
    values, spoken = np.full((len(models),) * 2, np.nan), np.full((len(models),) * 2, "", dtype=object)
    safe = dict(zip(models, escaped(models, 60), strict=True))
    for row in frame.itertuples(index=False):
        at = place[row.model], place[row.against]
        values[at] = row.p_better
        spoken[at] = (
            f"{safe[row.model]} against {safe[row.against]}<br>better: <b>{row.p_better:.0%}</b><br>"
            f"practically equal: {row.p_equal:.0%}<br>worse: {row.p_worse:.0%}"
        )
    names = [escape(each, 22) for each in models]
    written = np.char.mod("%.0f", 100 * np.nan_to_num(values))
    drawn = figure(
        palette, title, "Against", clause="in 100; a strong colour is a high chance", height=130 + 34 * len(models)
    )
    squares(drawn, palette, values, spoken, written)
    label_rows(drawn, names)
    drawn.update_xaxes(tickvals=list(range(len(models))), ticktext=names, tickangle=-40, showgrid=False, zeroline=False)
    return drawn


def three_ways(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the chances of one pair as the three parts of a bar.

    Parameters
    ----------
    frame : DataFrame
        Columns label (what each part is called) and share, three rows or two.
    """
    title = "Which of the two is better"
    if frame.empty:
        return empty(palette, title, reason(frame, "Chances of this pair cannot be said."))
    drawn = figure(palette, title, "Chance", height=120, barmode="stack")
    names = escaped(frame["label"], 40)
    colours = [palette.colour(0), palette.grid, palette.colour(1)] if len(frame) == 3 else palette.series[:2]
    for name, share, colour in zip(names, frame["share"], colours, strict=True):
        drawn.add_bar(
            x=[share],
            y=[0],
            orientation="h",
            name=name,
            marker={"color": colour, "line_width": 0},
            hovertemplate=f"{name}: <b>%{{x:.0%}}</b><extra></extra>",
        )
    drawn.update_yaxes(visible=False)
    drawn.update_xaxes(range=[0, 1], tickformat=".0%", showgrid=False)
    with_legend(drawn, names).update_layout(legend_traceorder="normal")
    return drawn


def critical_difference(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the average ranks of models, with a line over those that cannot be told apart.

    Parameters
    ----------
    frame : DataFrame
        Columns model and rank, the best first; ``attrs["groups"]`` lists of models that one line holds together, and
        ``attrs["critical"]`` the critical difference.
    """
    title = "Average rank over several tables"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no tables to rank on."))
    groups: Sequence[Sequence[str]] = frame.attrs.get("groups", ())
    critical = frame.attrs.get("critical")
    clause = "" if critical is None else f"further apart than {critical:.2f} is more than luck"
    if critical is not None and critical >= len(frame) - 1:  # ranks lie no further apart than that
        clause = "with so few tables no distance is more than luck"
    height = 110 + 30 * len(frame) + 14 * len(groups)
    drawn = figure(palette, title, "Average rank (1 is best)", clause=clause, height=height)
    safe = escaped(frame["model"], 60)
    drawn.add_scatter(
        x=frame["rank"],
        y=list(range(len(frame))),
        mode="markers",
        marker={"size": 11, "symbol": "diamond", "color": palette.accent},
        customdata=np.array(safe, dtype=object),
        hovertemplate="%{customdata}: average rank <b>%{x:.2f}</b><extra></extra>",
    )
    places = dict(zip(frame["model"], zip(range(len(frame)), frame["rank"], strict=True), strict=True))
    for number, group in enumerate(groups):
        drawn.add_scatter(**_line(group, places, palette, number))
    label_rows(drawn, [escape(each, NAME) for each in frame["model"]])
    drawn.update_xaxes(range=[0.8, max(2.0, float(frame["rank"].max())) + 0.2], dtick=1)
    return drawn


def _line(
    group: Sequence[str], places: Mapping[str, tuple[int, float]], palette: Palette, number: int
) -> dict[str, Any]:
    """A bracket beside the models that cannot be told apart."""
    rows = [places[name][0] for name in group]
    ranks = [places[name][1] for name in group]
    x = [rank for rank in ranks]
    said = ", ".join(escape(name, 40) for name in group)
    return {
        "x": x,
        "y": rows,
        "mode": "lines",
        "line": {"color": palette.colour(1 + number), "width": 5},
        "opacity": 0.55,
        "customdata": [said] * len(rows),
        "hovertemplate": "cannot be told apart: %{customdata}<extra></extra>",
    }
