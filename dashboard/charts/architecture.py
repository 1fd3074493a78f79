"""The layers of a network, from its columns to its prediction.

Takes a frame of layers in their order, gives a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, faded, figure, of, reason
from .palette import Palette

MOST = 5  # boxes that are wide enough for their words on a telephone
HALF = 0.42  # of a box's width
PALE, STRONG = 0.08, 0.5  # how strong the colour is where nothing and where most is learned


@dataclass(frozen=True, slots=True)
class _Box:
    """A layer, or several in one."""

    title: str
    shape: str
    parameters: int


def architecture(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the layers from left to right as boxes, with what each passes on inside and what it learns below.

    Parameters
    ----------
    frame : DataFrame
        Columns layer, shape (a number and what it counts), parameters. Alike layers that follow each other share a box.
    """
    title = of("Layers", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "This model has no layers."))
    boxes = _boxes(frame)
    places, most = list(range(len(boxes))), max(each.parameters for each in boxes) or 1
    drawn = figure(palette, title, "Numbers to learn in each", height=172)
    drawn._validate = False  # checking each property would take longer than all the rest
    learned = [f"{each.parameters:,}" for each in boxes]
    drawn.layout.xaxis.update(tickvals=places, ticktext=learned, tickangle=0, fixedrange=True)
    drawn.layout.xaxis.update(showgrid=False, zeroline=False)
    drawn.layout.yaxis.update(visible=False, range=[-0.05, 1.4], fixedrange=True)
    drawn.add_traces([_line(places, palette), _bars(boxes, most, palette), _titles(boxes, palette)])
    passed = ", ".join(f"{each.title} {each.shape}" for each in boxes)
    drawn.layout.meta = {"alt": f"{title}: {passed}; {sum(frame['parameters']):,} numbers to learn."}
    return drawn


def _boxes(frame: pd.DataFrame) -> list[_Box]:
    """Alike neighbours in one box, and the middle of what is still too long in another."""
    rows = zip(frame["layer"], frame["shape"], frame["parameters"], strict=True)
    boxes = [_joined(*key, len(list(alike))) for key, alike in groupby(rows)]
    if len(boxes) <= MOST:
        return boxes
    middle = boxes[MOST // 2 : len(boxes) - (MOST - 1) // 2]
    rest = _Box("…", f"{len(middle)} more", sum(each.parameters for each in middle))
    return [*boxes[: MOST // 2], rest, *boxes[len(boxes) - (MOST - 1) // 2 :]]


def _joined(title: str, shape: str, parameters: int, times: int) -> _Box:
    before = f"{times} × " if times > 1 else ""
    return _Box(f"{before}{escape(title)}", escape(shape), times * int(parameters))


def _broken(box: _Box) -> str:
    """What it passes on, in two lines where it ends in a word."""
    count, _, noun = box.shape.rpartition(" ")
    return f"<b>{count}</b><br>{noun}" if count and noun.isalpha() else f"<b>{box.shape}</b>"


def _line(places: list[int], palette: Palette) -> dict[str, Any]:
    """From box to box, with gaps where they stand: they let shine through what is behind them."""
    x = [end for before, after in pairwise(places) for end in (before + HALF, after - HALF, None)]
    y = [None if each is None else 0.5 for each in x]
    look = {"mode": "lines", "line": {"color": palette.muted, "width": 1.5}}
    return {"type": "scatter", "x": x, "y": y, "hoverinfo": "skip", **look}


def _bars(boxes: list[_Box], most: int, palette: Palette) -> dict[str, Any]:
    """The boxes, with what each passes on."""
    strengths = [round(PALE + (STRONG - PALE) * each.parameters / most, 3) for each in boxes]
    return {
        "type": "bar",
        "x": list(range(len(boxes))),
        "y": [1] * len(boxes),
        "width": 2 * HALF,
        "marker": {
            "color": [faded(palette.accent, each) for each in strengths],
            "line": {"color": palette.accent, "width": 1},
        },
        "text": [_broken(each) for each in boxes],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": palette.text, "size": 12},
        "textangle": 0,
        "constraintext": "none",
        "customdata": [f"{each.title}, {each.shape}: {each.parameters:,}" for each in boxes],
        "hovertemplate": "%{customdata} numbers to learn<extra></extra>",
    }


def _titles(boxes: list[_Box], palette: Palette) -> dict[str, Any]:
    """What each box is, above it."""
    return {
        "type": "scatter",
        "x": list(range(len(boxes))),
        "y": [1.22] * len(boxes),
        "mode": "text",
        "text": [each.title for each in boxes],
        "textfont": {"color": palette.text},
        "hoverinfo": "skip",
    }
