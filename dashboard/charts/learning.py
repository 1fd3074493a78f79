"""How models learned: loss and score, step by step, of several models and runs in one picture.

Takes a long frame, gives a figure that keeps its zoom while it grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import LINES, MOST_STEPS, NOTHING, Subject, empty, escape, faded, figure, of, reason, with_legend
from .palette import Palette

PANELS = {"loss": "Loss", "score": "Score"}
OVER = {"step": "Step (epoch, round)", "seconds": "Seconds of training"}
PARTS = (("train", "training", LINES[1], 1.6), ("valid", "validation", LINES[0], 2.2))
FAINT, EARLIER = 0.25, 0.45  # how strong the lines of other folds and of earlier runs are
DOTTED = 12  # up to so many points they are marked, as two of them hardly make a line
TURN = "learns by heart"
ASTRAY, NEAR = 100, 20  # what lies so many usual spans away presses all else flat: then so many are shown
CUT = "one went astray: cut off"


def learning_curve(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw loss and score over the steps of learning: validation solid, training dashed, the best step a star.

    Parameters
    ----------
    frame : DataFrame
        Columns step and any of train_loss, valid_loss, train_score, valid_score, one panel for each of both that is
        there; model and fold where there are several, the first fold strong and the others faint; earlier, the name of
        an earlier run, empty for this one; turn, whether the validation turns up at this point. Categories of model
        keep their colours also while some have no line. ``attrs["over"]`` names what is drawn across, step or seconds;
        ``attrs["awaited"]`` says that the first points are on their way.
    """
    title = of("Learning curves", subject)
    panels = [
        each
        for each in PANELS
        if any(f"{part}_{each}" in frame and frame[f"{part}_{each}"].notna().any() for part, *_ in PARTS)
    ]
    awaited = frame.attrs.get("awaited", "")
    if not panels and not awaited:
        return empty(palette, title, reason(frame, "This model learns in one step: there is no curve."))
    panels = panels or list(PANELS)[:1]
    over = frame.attrs.get("over", "step")
    drawn = figure(palette, title, OVER[over], height=150 + 190 * len(panels), uirevision=f"{over} {panels}")
    drawn._validate = False  # checking each property of each line would take longer than all the rest
    lines = list(_lines(frame, over))
    drawn.add_traces([each for line in lines for each in line.traces(palette, panels)])
    drawn.update_layout(annotations=[each for line in lines for each in line.labels(palette, panels)])
    _stack(drawn, panels)
    for place, kind in enumerate(panels):
        _cut(drawn, frame, palette, kind, f"y{place + 1}" if place else "y")
    _key(drawn, palette)
    if frame.empty:
        drawn.add_annotation(text=escape(awaited, 120), showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)
    return with_legend(drawn, [*map(escape, _models(frame)), "validation", "training", "best step"])


def _models(frame: pd.DataFrame) -> list[Any]:
    """The models of a frame, in the order of their colours."""
    if "model" not in frame:
        return [""]
    if isinstance(frame["model"].dtype, pd.CategoricalDtype):
        return list(frame["model"].cat.categories)
    return list(frame["model"].drop_duplicates())


@dataclass(frozen=True)
class _Line:
    """One model of one run: its columns, and where in them each fold's points are."""

    name: str
    number: int
    earlier: str
    over: str
    columns: dict[str, np.ndarray]
    folds: list[np.ndarray]

    def traces(self, palette: Palette, panels: list[str]) -> Iterator[dict[str, Any]]:
        """All that is drawn of it."""
        for place, kind in enumerate(panels):
            look = {
                "type": "scatter",
                "name": f"{self.name} · {self.earlier}" if self.earlier else self.name,
                "legendgroup": f"{self.name} {self.earlier}",
                "showlegend": False,
                "yaxis": f"y{place + 1}" if place else "y",
                "opacity": EARLIER if self.earlier else 1.0,
            }
            colour, first = palette.colour(self.number), place == 0
            if len(self.folds) > 1 and not self.earlier:
                yield self._others(look, colour, kind)
            yield from self._first(look, colour, kind, first)
            yield from self._marks(look, colour, kind, palette)

    def labels(self, palette: Palette, panels: list[str]) -> Iterator[dict[str, Any]]:
        """Words at the point where its validation turns up, on a ground of their own over all lines."""
        if self.earlier or "turn" not in self.columns:
            return
        for place, kind in enumerate(panels):
            values = self.columns.get(f"valid_{kind}")
            for point in self.folds[0][self.columns["turn"][self.folds[0]].astype(bool)]:
                if values is not None and np.isfinite(values[point]):
                    yield {
                        "x": float(self.columns[self.over][point]),
                        "y": float(values[point]),
                        "yref": f"y{place + 1}" if place else "y",
                        "text": TURN,
                        "ax": 0,
                        "ay": -26,
                        "arrowhead": 0,
                        "arrowcolor": palette.colour(self.number),
                        "bgcolor": faded(palette.background, 0.85),
                        "font": {"size": 11, "color": palette.colour(self.number)},
                    }

    def _points(self, fold: np.ndarray, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Where a fold has a value, thinned out."""
        values = self.columns.get(column)
        known = fold[np.isfinite(values[fold])] if values is not None else fold[:0]
        if len(known) > MOST_STEPS:
            known = known[np.unique(np.linspace(0, len(known) - 1, MOST_STEPS).round().astype(int))]
        x, y = self.columns[self.over][known], known if values is None else values[known]
        return x.astype(np.float32), y.astype(np.float32)  # more digits than a screen has dots, in half the bytes

    def _first(self, look: dict[str, Any], colour: str, kind: str, named: bool) -> Iterator[dict[str, Any]]:
        points = {part: self._points(self.folds[0], f"{part}_{kind}") for part, *_ in PARTS}
        for part, words, dash, width in PARTS:
            x, y = points[part]
            if len(x):
                yield look | {
                    "x": x,
                    "y": y,
                    "mode": "lines+markers" if len(x) <= DOTTED else "lines",
                    "line": {"color": colour, "width": width, "dash": dash},
                    "showlegend": named and (part == "valid" or not len(points["valid"][0])),
                    "hovertemplate": f"{words} {kind}, {self.over} %{{x:.4~g}}: <b>%{{y:.4~g}}</b>",
                }

    def _others(self, look: dict[str, Any], colour: str, kind: str) -> dict[str, Any]:
        """The other folds as one trace, parted by gaps."""
        gap = np.array([np.nan])
        part = "valid" if any(len(self._points(each, f"valid_{kind}")[0]) for each in self.folds) else "train"
        points = [self._points(each, f"{part}_{kind}") for each in self.folds[1:]]
        x, y = (np.concatenate([each for fold in points for each in (fold[axis], gap)]) for axis in (0, 1))
        line = {"color": colour, "width": 1.2}
        return look | {"x": x, "y": y, "mode": "lines", "line": line, "opacity": FAINT, "hoverinfo": "skip"}

    def _marks(self, look: dict[str, Any], colour: str, kind: str, palette: Palette) -> Iterator[dict[str, Any]]:
        """The point where validation turns up, else the best one."""
        fold, columns = self.folds[0], self.columns
        values = columns.get(f"valid_{kind}")
        if values is None or np.isfinite(values[fold]).sum() < 2:
            return
        turned = fold[columns["turn"][fold].astype(bool)] if "turn" in columns else fold[:0]
        rim = {"color": colour, "line": {"width": 1, "color": palette.background}}
        if len(turned):
            yield look | {
                "x": columns[self.over][turned],
                "y": values[turned],
                "mode": "markers",
                "marker": {"symbol": "triangle-up", "size": 12, **rim},
                "hovertemplate": f"{TURN} from here on, {self.over} %{{x:.4~g}}",
            }
        elif not self.earlier:
            loss = columns.get("valid_loss")
            best = fold[np.nanargmin(loss[fold])] if loss is not None and np.isfinite(loss[fold]).any() else None
            best = fold[np.nanargmax(values[fold])] if best is None else best
            yield look | {
                "x": [columns[self.over][best]],
                "y": [values[best]],
                "mode": "markers",
                "marker": {"symbol": "star", "size": 12, **rim},
                "hovertemplate": f"best {self.over} %{{x:.4~g}}: <b>%{{y:.4~g}}</b>",
            }


def _lines(frame: pd.DataFrame, over: str) -> Iterator[_Line]:
    """The models of each run, earlier runs first, so that they lie underneath."""
    models = _models(frame)
    columns = {str(name): frame[name].to_numpy() for name in frame.columns if name not in ("model", "fold", "earlier")}
    columns[over] = columns.get(over, np.zeros(0)).astype(float)
    for name in columns:
        if name.startswith(("train_", "valid_")):
            columns[name] = columns[name].astype(float)
    if frame.empty:
        return
    keys = [frame.get(name, pd.Series("", index=frame.index)).to_numpy(object) for name in ("earlier", "model", "fold")]
    parts: dict[tuple[Any, Any], list[np.ndarray]] = {}
    groups = pd.DataFrame(dict(enumerate(keys))).groupby([0, 1, 2], sort=False, dropna=False).indices
    for key, found in groups.items():
        (earlier, model, _), places = cast(tuple[Any, Any, Any], key), np.asarray(found)
        parts.setdefault((earlier, model), []).append(places[np.argsort(columns[over][places], kind="stable")])
    for (earlier, model), folds in sorted(parts.items(), key=lambda each: not each[0][0]):
        name = escape(model or "model", 40)
        yield _Line(name, models.index(model), escape(earlier, 40) if earlier else "", over, columns, folds)


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


def _cut(drawn: go.Figure, frame: pd.DataFrame, palette: Palette, kind: str, axis: str) -> None:
    """End an axis where the usual values end, if some lie so far off that nobody would see the others."""
    columns = [f"{part}_{kind}" for part, *_ in PARTS if f"{part}_{kind}" in frame]
    values = frame[columns].to_numpy(float).ravel()
    values = values[np.isfinite(values)]
    if not len(values):
        return
    low, high = np.percentile(values, [25, 75])
    span = max(high - low, abs(high) / 4)
    if values.max() <= high + ASTRAY * span and values.min() >= low - ASTRAY * span:
        return
    near = values[(values <= high + NEAR * span) & (values >= low - NEAR * span)]
    edge = 0.05 * (near.max() - near.min())
    drawn.update_layout({f"{axis[0]}axis{axis[1:]}_range": [near.min() - edge, near.max() + edge]})
    drawn.add_annotation(
        text=CUT,
        showarrow=False,
        xref="paper",
        yref=f"{axis} domain",
        x=1,
        y=1,
        xanchor="right",
        yanchor="bottom",
        font={"size": 11, "color": palette.muted},
    )


def _key(drawn: go.Figure, palette: Palette) -> None:
    """Say in the legend what solid, dashed and starred mean."""
    for name, look in (
        ("validation", {"mode": "lines", "line_dash": LINES[0]}),
        ("training", {"mode": "lines", "line_dash": LINES[1]}),
        ("best step", {"mode": "markers", "marker_symbol": "star", "marker_size": 9}),
    ):
        drawn.add_scatter(x=[None], y=[None], name=name, line_color=palette.muted, marker_color=palette.muted, **look)
