"""Models beside each other: the spread of their scores, what they rely on.

Takes long frames with a ``model`` column of titles, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.importances import CLEAR

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

MOST_FEATURES = 20
MOST_BARS = 60


def score_spread(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw every fold's score as a dot, and the mean with its interval, one line per model.

    Parameters
    ----------
    frame : DataFrame
        Columns model, fold, score, and mean, low, high, the same for all rows of a model; low and high may be missing.
        The first model is drawn on top. `Subject.guessing` adds the line to beat.
    """
    if frame.empty:
        return empty(palette, "Scores by fold", reason(frame, "No model has a score yet."))
    models = groups(frame, "model")
    places = {model: place for place, (model, _) in enumerate(models)}
    metric = escape(subject.metric, 48)
    better = "more is better" if subject.greater_is_better else "less is better"
    drawn = figure(palette, "Scores by fold", f"{metric} ({better})", height=96 + 36 * len(models))
    drawn.add_scatter(
        x=frame["score"],
        y=frame["model"].map(places).astype(float) - 0.22,  # above the mean, which would hide them
        mode="markers",
        name="one fold",
        marker={"size": 7, "color": faded(palette.colour(5), 0.55)},
        customdata=np.column_stack([[escape(each, 80) for each in frame["model"]], frame["fold"]]),
        hovertemplate="%{customdata[0]}, fold %{customdata[1]}: <b>%{x:.4~g}</b><extra></extra>",
    )
    _means(drawn, palette, pd.DataFrame([part.iloc[0] for _, part in models]), metric)
    line_to_beat(drawn, palette, subject)
    label_rows(drawn, [escape(each) for each in places])
    return with_legend(drawn, ["one fold", "mean and 95 % interval"])


def _means(drawn: go.Figure, palette: Palette, means: pd.DataFrame, metric: str) -> None:
    """Add each model's mean and its interval."""
    up, down = means["high"] - means["mean"], means["mean"] - means["low"]
    between = [
        "" if np.isnan(low) else f"<br>between {low:.4g} and {high:.4g}"
        for low, high in zip(means["low"].astype(float), means["high"].astype(float), strict=True)
    ]
    drawn.add_scatter(
        x=means["mean"],
        y=list(range(len(means))),
        mode="markers",
        name="mean and 95 % interval",
        marker={"size": 11, "symbol": "diamond", "color": palette.accent},
        error_x={"type": "data", "array": up, "arrayminus": down, "color": palette.accent, "thickness": 2, "width": 5},
        customdata=np.column_stack([[escape(each, 80) for each in means["model"]], between]),
        hovertemplate=f"%{{customdata[0]}}: mean {metric} <b>%{{x:.4~g}}</b>%{{customdata[1]}}<extra></extra>",
    )


def importances(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how much each feature matters, as bars with twice their spread; grouped over models.

    Parameters
    ----------
    frame : DataFrame
        Columns feature, mean, spread (one standard deviation, may be missing), and model where several are overlaid;
        ``attrs["unit"]`` says what the bars measure. The strongest 20 features are shown, fewer where many models stand
        beside each other.
    """
    title = of("What it relies on", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No importances have been computed yet."))
    models = groups(frame, "model")
    most = max(5, min(MOST_FEATURES, MOST_BARS // len(models)))
    strength = frame["mean"].abs().groupby(frame["feature"], sort=False, observed=True).max()
    features = list(strength.sort_values(ascending=False, kind="stable").index[:most])
    unit = str(frame.attrs.get("unit") or "importance").capitalize()
    clause = f"the {most} strongest of {len(strength):,} columns" if len(strength) > most else ""
    drawn = figure(palette, title, escape(unit), clause=clause, barmode="group", bargap=0.3)
    for number, (model, part) in enumerate(models):
        part = part.drop_duplicates("feature").set_index("feature").reindex(features)
        drawn.add_bar(
            y=list(range(len(features))),
            x=part["mean"],
            error_x={
                "type": "data",
                "array": CLEAR * part["spread"].fillna(0.0),  # what the words go by
                "color": palette.muted,
                "thickness": 1.2,
                "width": 3,
            },
            orientation="h",
            name=escape(model or "model", 40),
            marker={
                "color": palette.colour(number),
                "line_width": 0,
                "pattern_shape": "" if number < len(palette.series) else "/",
            },
            customdata=np.column_stack([[escape(each, 80) for each in features], part["spread"].fillna(0.0)]),
            hovertemplate="%{customdata[0]}: <b>%{x:.3~g}</b> ± %{customdata[1]:.2~g}<extra>%{fullData.name}</extra>",
        )
    label_rows(drawn, [escape(each) for each in features])
    drawn.update_layout(height=100 + len(features) * max(26, 13 * len(models) + 8))
    return with_legend(drawn, [escape(each) for each, _ in models]) if len(models) > 1 else drawn
