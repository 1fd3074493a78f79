"""Rows that are images, as images.

Takes a frame with one row per image, gives a figure; `examples` makes such a frame from a table of pixels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, figure, label_rows, reason
from .palette import Palette

OF_EACH = 8
MOST_CLASSES = 12
FINEST = 32  # pixels along a side; more cannot be told apart in so small a picture
ROW_HEIGHT = 44
# 0 is the gap between images; black to white are 1 to 255, so that a byte is enough for each pixel
SHADES = [[0, "rgba(0,0,0,0)"], [0.5 / 255, "rgba(0,0,0,0)"], [0.5 / 255, "#000000"], [1, "#FFFFFF"]]


def examples(
    frame: pd.DataFrame, pixels: Sequence[str], shape: tuple[int, ...], target: str = "", classes: Sequence[Any] = ()
) -> pd.DataFrame:
    """Choose the first images of each class for `image_examples`.

    Parameters
    ----------
    frame : DataFrame
        A row per image.
    pixels : sequence of str
        Its columns that are pixels, line by line.
    shape : tuple of int
        Height and width.
    target, classes
        The column that holds the classes, and those to be shown; without classes the first rows are taken.

    Returns
    -------
    DataFrame
        Columns label, row, image: brightness from 0 to 255 as a list of lines. ``attrs["classes"]`` holds how many
        classes there are, those that are not shown among them.
    """
    chosen = [(each, np.flatnonzero((frame[target] == each).to_numpy())[:OF_EACH]) for each in classes[:MOST_CLASSES]]
    if not classes:
        chosen = [("", np.arange(min(len(frame), OF_EACH)))]
    rows = np.concatenate([places for _, places in chosen])
    values = frame.iloc[rows][list(pixels)].to_numpy(dtype=float).reshape(-1, *shape)
    step = math.ceil(max(shape) / FINEST)
    values = np.nan_to_num(values[:, ::step, ::step])
    low, high = (min(values.min(), 0.0), values.max()) if len(values) else (0.0, 1.0)
    shades = np.rint(255 * (values - low) / ((high - low) or 1.0)).astype(int)
    labels = [label for label, places in chosen for _ in places]
    found = pd.DataFrame({"label": labels, "row": rows, "image": shades.tolist()})
    found.attrs["classes"] = len(classes)
    return found


def image_examples(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw some images of each class, a class per line.

    Parameters
    ----------
    frame : DataFrame
        As `examples` gives it: columns label, row, image.
    """
    if frame.empty:
        return empty(palette, "Examples", reason(frame, "There are no images."))
    lines = [(label, part["image"].tolist()) for label, part in frame.groupby("label", sort=False)]
    across = max(len(images) for _, images in lines)
    height, width = np.shape(lines[0][1][0])
    canvas = np.zeros((len(lines), height + 2, across, width + 2), dtype=np.uint8)
    for line, (_, images) in enumerate(lines):
        shades = 1 + np.asarray(images, dtype=float) * (254 / 255)
        canvas[line, 1:-1, : len(images), 1:-1] = np.rint(shades).astype(np.uint8).transpose(1, 0, 2)
    names = [escape(label) if str(label) else "" for label, _ in lines]
    classes = frame.attrs.get("classes", 0)
    clause = f"{len(lines)} of {classes:,} classes" if classes > len(lines) else ""
    drawn = figure(
        palette, "Examples", "First images of each class", clause=clause, height=70 + ROW_HEIGHT * len(lines)
    )
    drawn.add_heatmap(
        z=canvas.reshape(len(lines) * (height + 2), -1),
        x0=0.5 / (width + 2),
        dx=1 / (width + 2),
        y0=0.5 / (height + 2) - 0.5,
        dy=1 / (height + 2),
        zmin=0,
        zmax=255,
        colorscale=SHADES,
        showscale=False,
        hoverinfo="skip",
    )
    label_rows(drawn, names)
    drawn.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, showline=False, constrain="domain")
    drawn.update_yaxes(scaleanchor="x", scaleratio=(height + 2) / (width + 2), constrain="domain")
    told = ", ".join(name for name in names if name)
    drawn.layout.meta = {"alt": html.unescape(f"Examples of images{f' of the classes {told}' if told else ''}.")}
    return drawn
