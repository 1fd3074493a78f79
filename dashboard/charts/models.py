"""Models beside each other: the spread of their scores, what they rely on, how they learned.

Takes long frames with a ``model`` column of titles, gives figures.
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
    label_rows,
    of,
    reason,
    thinned,
    with_legend,
)
from .palette import Palette

MOST_FEATURES = 20
MOST_BARS = 60
PANELS = {"loss": "Loss", "score": "Score"}


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
    if subject.guessing is not None:
        drawn.add_vline(x=subject.guessing, line={"color": palette.muted, "width": 1.5, "dash": "dot"})
        drawn.add_annotation(
            x=subject.guessing,
            y=1,
            yref="paper",
            yanchor="bottom",
            text="guessing",
            showarrow=False,
            font={"size": 11, "color": palette.muted},
        )
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
    """Draw how much each feature matters, as bars with their spread; grouped over models.

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
                "array": part["spread"].fillna(0.0),
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


def learning_curve(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw loss and score per step of learning: validation solid, training dotted, the best step marked.

    Parameters
    ----------
    frame : DataFrame
        Columns step and any of train_loss, valid_loss, train_score, valid_score; model and fold where there are
        several.
    """
    title = of("How it learned", subject)
    panels = [
        each
        for each in PANELS
        if any(f"{part}_{each}" in frame and frame[f"{part}_{each}"].notna().any() for part in ("train", "valid"))
    ]
    if frame.empty or not panels:
        return empty(palette, title, reason(frame, "This model learns in one step: there is no curve."))
    drawn = figure(palette, title, "Step (epoch)", height=150 + 190 * len(panels))
    models = groups(frame, "model")
    for number, (model, part) in enumerate(models):
        for fold, (_, line) in enumerate(groups(part, "fold")):
            line = line.sort_values("step")
            for panel, kind in enumerate(panels):
                _curve(drawn, palette, line, kind, panel, (number, escape(model or "model", 40), fold))
    _stack(drawn, panels)
    _key(drawn, palette)
    return with_legend(drawn, [*(escape(each) for each, _ in models), "validation", "training", "best step"])


def _curve(
    drawn: go.Figure, palette: Palette, line: pd.DataFrame, kind: str, panel: int, series: tuple[int, str, int]
) -> None:
    """Add one model's training and validation line of one fold to a panel, and its best step."""
    number, name, fold = series
    colour, axes = palette.colour(number), {"xaxis": "x", "yaxis": f"y{panel + 1}" if panel else "y"}
    shown = {"legendgroup": name, "line_color": colour, "showlegend": False, **axes}
    hover = f"step %{{x}}: <b>%{{y:.4~g}}</b><extra>{name}, "
    for part, dash, width, words in (("train", "dot", 1.5, "training"), ("valid", "solid", 2.2, "validation")):
        points = _known(line, f"{part}_{kind}")
        if len(points):
            drawn.add_scatter(
                x=points["step"],
                y=points[f"{part}_{kind}"],
                mode="lines",
                line_dash=dash,
                line_width=width,
                name=name,
                hovertemplate=f"{words} {kind}, {hover}fold {fold + 1}</extra>",
                opacity=1 / (1 + fold * 0.4),
                **{**shown, "showlegend": panel == 0 and fold == 0 and part == "valid"},
            )
    best = _best(line, kind)
    if best is not None:
        drawn.add_scatter(
            x=[best["step"]],
            y=[best[f"valid_{kind}"]],
            mode="markers",
            name=name,
            marker={"symbol": "star", "size": 12, "color": colour, "line": {"width": 1, "color": palette.background}},
            hovertemplate=f"best step, validation {kind}, {hover}fold {fold + 1}</extra>",
            legendgroup=name,
            showlegend=False,
            **axes,
        )


def _known(line: pd.DataFrame, column: str) -> pd.DataFrame:
    """The points of a line that have a value, thinned out."""
    return thinned(line[line[column].notna()]) if column in line else line.iloc[:0]


def _best(line: pd.DataFrame, kind: str) -> pd.Series | None:
    """The step with the least validation loss, or the greatest validation score where no loss is known."""
    if f"valid_{kind}" not in line or line[f"valid_{kind}"].notna().sum() < 2:
        return None
    by_loss = "valid_loss" in line and line["valid_loss"].notna().any()
    return line.iloc[int(line["valid_loss"].argmin() if by_loss else line["valid_score"].argmax())]


def _stack(drawn: go.Figure, panels: list[str]) -> None:
    """Put the panels one above the other over one axis of steps."""
    drawn.update_layout(yaxis_title_text=PANELS[panels[0]])
    if len(panels) > 1:
        drawn.update_layout(
            yaxis_domain=[0.55, 1],
            yaxis2=drawn.layout.yaxis.to_plotly_json(),
            yaxis2_domain=[0, 0.45],
            yaxis2_title_text=PANELS[panels[1]],
            xaxis_anchor=f"y{len(panels)}",
        )


def _key(drawn: go.Figure, palette: Palette) -> None:
    """Say in the legend what solid, dotted and starred mean."""
    for name, look in (
        ("validation", {"mode": "lines", "line_dash": LINES[0]}),
        ("training", {"mode": "lines", "line_dash": LINES[2]}),
        ("best step", {"mode": "markers", "marker_symbol": "star", "marker_size": 9}),
    ):
        drawn.add_scatter(x=[None], y=[None], name=name, line_color=palette.muted, marker_color=palette.muted, **look)
