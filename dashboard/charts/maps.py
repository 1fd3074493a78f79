"""Rows on a plane: the map, and which columns span it.

Takes frames of `core.projections`, gives figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import (
    MOST_POINTS,
    NOTHING,
    Subject,
    empty,
    escape,
    escaped,
    figure,
    groups,
    label_rows,
    of,
    reason,
    sampled,
    with_legend,
)
from .palette import Palette

SYMBOLS = ("circle", "diamond", "square", "triangle-up")
MOST_ON_MAP = 50_000
MOST_COLUMNS = 12


def projection(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw rows as points on a map; the first value of each point's ``customdata`` is its row.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, row, and any of: label, which colours the points (numbers by a scale, anything else by class, so
        class codes come as text or as a categorical); predicted, told when a point is pointed at; wrong (bool), which
        crosses out the rows that a model got wrong; marked (bool), which sets rows off from all others instead.
    """
    title = of("Map of the rows", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no rows to draw."))
    shown, clause = _fewer(frame)
    drawn = figure(palette, title, *(escape(each, 60) for each in subject.axes), clause=clause, height=520)
    kind = go.Scattergl if len(shown) > MOST_POINTS else go.Scatter
    size = 7 if len(shown) <= 1_000 else 5 if len(shown) <= MOST_POINTS else 3
    legend = []
    for name, part, marker in looks(shown, palette, subject):
        legend.append(name)
        marker = {"size": size, "line": {"width": 0}, **marker}
        drawn.add_trace(kind(mode="markers", name=name, marker=marker, **_told(part)))
    legend += _mistakes(drawn, kind, shown, palette, size) + _marked(drawn, kind, shown, palette, size)
    drawn.update_xaxes(zeroline=False, showticklabels=False)
    drawn.update_yaxes(zeroline=False, showticklabels=False)
    drawn.update_layout(dragmode="pan", legend_itemsizing="constant")
    return with_legend(drawn, legend) if len(legend) > 1 else drawn


def _fewer(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """As many rows as can be drawn, and a clause that says so; those that are marked stay wherever there is room."""
    if "marked" not in frame or len(frame) <= MOST_ON_MAP or frame["marked"].sum() > MOST_ON_MAP:
        return sampled(frame, MOST_ON_MAP)
    marked = frame["marked"].astype(bool)
    others, clause = sampled(frame[~marked], MOST_ON_MAP - int(marked.sum()))
    return pd.concat([others, frame[marked]]), f"of the others {clause}"


def looks(frame: pd.DataFrame, palette: Palette, subject: Subject) -> list[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """How the points look: name, rows and marker of each trace."""
    if "marked" in frame:
        return [("other rows", frame[~frame["marked"].astype(bool)], {"color": palette.muted, "opacity": 0.35})]
    if "label" not in frame:
        colour, name = (palette.colour(5), "right") if "wrong" in frame else (palette.accent, "rows")
        return [(name, frame, {"color": colour, "opacity": 0.6})]
    label = frame["label"]
    if pd.api.types.is_numeric_dtype(label) and not pd.api.types.is_bool_dtype(label):
        return [("rows", frame, _shaded(label.to_numpy(dtype=float), palette, escape(subject.target or "value")))]
    parts = sorted(groups(frame, "label"), key=lambda part: _order(label).get(part[0], 0))
    return [
        (escape(name, 40), part, {"color": palette.colour(place), "symbol": _symbol(place, palette), "opacity": 0.75})
        for place, (name, part) in enumerate(parts)
    ]


def _shaded(values: np.ndarray, palette: Palette, title: str) -> dict[str, Any]:
    """Points coloured by a number; the outermost hundredths share the colours at the ends."""
    small = {"size": 12, "color": palette.muted}
    low, high = np.nanpercentile(values, [1, 99]) if np.isfinite(values).any() else (0.0, 1.0)
    bar = {"title": {"text": title, "side": "right", "font": small}, "tickfont": small, "thickness": 10}
    scale = {"colorscale": _visible(palette), "cmin": low, "cmax": high, "colorbar": {**bar, "outlinewidth": 0}}
    return {"color": values, "opacity": 0.85, **scale}


def _order(label: pd.Series) -> dict[Any, int]:
    """Places of the classes: as a categorical says, else by their text, so colours do not hang on the first row."""
    known = label.cat.categories if isinstance(label.dtype, pd.CategoricalDtype) else sorted(label.unique(), key=str)
    return {each: place for place, each in enumerate(known)}


def _symbol(place: int, palette: Palette) -> str:
    return SYMBOLS[place // len(palette.series) % len(SYMBOLS)]


def _visible(palette: Palette) -> list[list[float | str]]:
    """The sequential colours without those that are lost on the background."""
    colours = palette.sequential[3:]
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def _mistakes(drawn: go.Figure, kind: type, frame: pd.DataFrame, palette: Palette, size: int) -> list[str]:
    """Cross out the rows that were got wrong."""
    if "wrong" not in frame:
        return []
    part = frame[frame["wrong"].astype(bool)]
    name = f"wrong ({len(part):,} of {len(frame):,})"
    marker = {"symbol": "x-thin", "size": size + 3, "line": {"width": 2, "color": palette.text}}
    drawn.add_trace(kind(mode="markers", name=name, marker=marker, **_told(part)))
    return [name]


def _marked(drawn: go.Figure, kind: type, frame: pd.DataFrame, palette: Palette, size: int) -> list[str]:
    """Set off the rows that are marked, by shape and size as well."""
    if "marked" not in frame:
        return []
    part = frame[frame["marked"].astype(bool)]
    name = f"marked ({len(part):,})"
    edge = {"width": 1, "color": palette.background}
    marker = {"symbol": "diamond", "size": size + 4, "color": palette.accent, "opacity": 0.9, "line": edge}
    drawn.add_trace(kind(mode="markers", name=name, marker=marker, **_told(part)))
    return [name]


def _told(part: pd.DataFrame) -> dict[str, Any]:
    """Where the points are, and what they say when they are pointed at."""
    said = {"label": "", "predicted": "named "}
    lines = [[said[name] + each for each in escaped(part[name])] for name in said if name in part]
    return {
        "x": part["x"],
        "y": part["y"],
        "customdata": part["row"].to_numpy()[:, None] if len(part) else None,
        "text": ["<br>".join(each) for each in zip(*lines, strict=True)] if lines else None,
        "hovertemplate": f"Row %{{customdata[0]}}{'<br>%{text}' if lines else ''}<extra></extra>",
    }


def pca_loadings(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw which columns push a row where: right or left on the map, up or down.

    Parameters
    ----------
    frame : DataFrame
        Columns feature, x, y: the correlation of the column with either axis, as `core.projections.project` tells it
        of PCA. The strongest columns are shown.
    """
    title = "Which columns push where"
    if frame.empty:
        return empty(palette, title, reason(frame, "This map has no columns that push."))
    shown = frame.iloc[np.argsort(-np.hypot(frame["x"], frame["y"]), kind="stable")[:MOST_COLUMNS]]
    features = [escape(each) for each in shown["feature"]]
    drawn = figure(palette, title, "Correlation with the direction", barmode="group", bargap=0.3)
    names = [escape(each, 60) for each in subject.axes]
    for place, (axis, name) in enumerate(zip(("x", "y"), names, strict=True)):
        drawn.add_bar(
            y=list(range(len(features))),
            x=shown[axis],
            orientation="h",
            name=name,
            marker={"color": palette.colour(place), "line": {"width": 0}},
            customdata=[escape(each, 80) for each in shown["feature"]],
            hovertemplate=f"%{{customdata}}: <b>%{{x:+.2f}}</b><extra>{name}</extra>",
        )
    label_rows(drawn, features)
    drawn.update_xaxes(range=[-1.02, 1.02], zeroline=True, zerolinecolor=palette.muted)
    drawn.update_layout(height=100 + 34 * len(features))
    return with_legend(drawn, names)
