"""How models learned: loss and score, step by step, of several models and runs in one picture.

Takes a long frame, gives a figure that keeps its zoom while it grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import (
    LINES,
    MOST_STEPS,
    NOTHING,
    Subject,
    as_it_is,
    empty,
    escape,
    faded,
    laid_out,
    legend_room,
    of,
    reason,
)
from .palette import Palette

PANELS = {"loss": "Loss", "score": "Score"}
OVER = {"step": "Step (epoch, round)", "seconds": "Seconds of training"}
PARTS = (("train", "training", LINES[1], 1.6), ("valid", "validation", LINES[0], 2.2))
FAINT, EARLIER = 0.25, 0.45  # how strong the lines of other folds and of earlier runs are
DOTTED = 12  # up to so many points they are marked, as two of them hardly make a line
TURN = "learns by heart"
ASTRAY, NEAR = 100, 20  # what lies so many usual spans away presses all else flat: then so many are shown
CUT = "one went astray: cut off"
_ON_PAPER = {"showarrow": False, "xref": "paper", "yref": "paper"}


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
    lines = list(_lines(frame, over))
    data = [each for line in lines for each in line.traces(palette, panels)]
    notes = [each for line in lines for each in line.labels(palette, panels)]
    if frame.empty:
        notes.append({"text": escape(awaited, 120), "x": 0.5, "y": 0.5, **_ON_PAPER})
    room = legend_room([*map(escape, _models(frame)), "validation", "training", "best step"])
    layout = laid_out(
        palette,
        title,
        OVER[over],
        height=150 + 190 * len(panels) + room,
        uirevision=f"{over} {panels}",
        showlegend=True,
    )
    layout["margin"]["b"] = 44 + room
    if frame.empty:
        layout["meta"]["awaited"] = awaited
    _stack(layout, panels)
    for place, kind in enumerate(panels):
        notes.extend(_cut(layout, frame, palette, kind, f"axis{place + 1}" if place else "axis"))
    return as_it_is([*data, *_key(palette)], layout | ({"annotations": notes} if notes else {}))


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
    # Not by Pandas' groups, which take longer to be found than all else here.
    keys = [frame[name].tolist() if name in frame else [""] * len(frame) for name in ("earlier", "model", "fold")]
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, key in enumerate(zip(*keys, strict=True)):
        found.setdefault(key, []).append(place)
    parts: dict[tuple[Any, Any], list[np.ndarray]] = {}
    for (earlier, model, _), places in found.items():
        fold = np.array(places)
        parts.setdefault((earlier, model), []).append(fold[np.argsort(columns[over][fold], kind="stable")])
    for (earlier, model), folds in sorted(parts.items(), key=lambda each: not each[0][0]):
        name = escape(model or "model", 40)
        yield _Line(name, models.index(model), escape(earlier, 40) if earlier else "", over, columns, folds)


def _stack(layout: dict[str, Any], panels: list[str]) -> None:
    """Put the panels one above the other over one axis of steps."""
    axis = layout["yaxis"]
    axis["title"]["text"] = PANELS[panels[0]]
    if len(panels) > 1:
        layout["yaxis2"] = {**axis, "title": {**axis["title"], "text": PANELS[panels[1]]}, "domain": [0, 0.45]}
        axis["domain"] = [0.55, 1]
        layout["xaxis"]["anchor"] = f"y{len(panels)}"


def _cut(
    layout: dict[str, Any], frame: pd.DataFrame, palette: Palette, kind: str, axis: str
) -> Iterator[dict[str, Any]]:
    """End an axis where the usual values end, if some lie so far off that nobody would see the others; a note on it."""
    names = [f"{part}_{kind}" for part, *_ in PARTS]
    values = np.concatenate([np.zeros(0), *(frame[name].to_numpy(float) for name in names if name in frame)])
    values = values[np.isfinite(values)]
    if not len(values):
        return
    low, high = np.percentile(values, [25, 75])
    span = max(high - low, abs(high) / 4)
    if values.max() <= high + ASTRAY * span and values.min() >= low - ASTRAY * span:
        return
    near = values[(values <= high + NEAR * span) & (values >= low - NEAR * span)]
    edge = 0.05 * (near.max() - near.min())
    layout[f"y{axis}"]["range"] = [float(near.min() - edge), float(near.max() + edge)]
    where = {"x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom", "yref": f"y{axis.removeprefix('axis')} domain"}
    yield {"text": CUT, "font": {"size": 11, "color": palette.muted}, **_ON_PAPER, **where}


def _key(palette: Palette) -> Iterator[dict[str, Any]]:
    """What solid, dashed and starred mean, for the legend."""
    for name, look in (
        ("validation", {"mode": "lines", "line": {"color": palette.muted, "dash": LINES[0]}}),
        ("training", {"mode": "lines", "line": {"color": palette.muted, "dash": LINES[1]}}),
        ("best step", {"mode": "markers", "marker": {"color": palette.muted, "symbol": "star", "size": 9}}),
    ):
        yield {"type": "scatter", "x": [None], "y": [None], "name": name, **look}
