"""Squares coloured by a share from 0 to 1, with figures in them that can be read on their own colour."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from .palette import Palette

# On grounds up to this luminance white can be read better than ink.
INK, PAPER, HALF_LIGHT = "#1B1F2A", "#FFFFFF", 0.18


def squares(
    drawn: go.Figure, palette: Palette, values: np.ndarray, spoken: np.ndarray, texts: np.ndarray | None, gap: int = 2
) -> None:
    """Add a matrix of squares to a figure.

    Parameters
    ----------
    values : ndarray of shape (rows, columns)
        From 0 to 1; NaN where there is no square.
    spoken : ndarray of str, shape (rows, columns)
        What a square says when it is pointed at.
    texts : ndarray of str, shape (rows, columns), or None
        What is written in it.
    gap : int
        Pixels between squares.
    """
    drawn.add_heatmap(
        z=values,
        customdata=spoken,
        colorscale=palette.scale,
        zmin=0,
        zmax=1,
        xgap=gap,
        ygap=gap,
        showscale=False,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    if texts is not None:
        write(drawn, palette, values, np.where(np.isnan(values), "", texts))


def write(drawn: go.Figure, palette: Palette, level: np.ndarray, texts: np.ndarray, size: int = 12) -> None:
    """Write into squares, dark or light as the colour of their `level` (0 to 1) calls for; nothing where it is empty.

    Annotations, because what can be clicked on fades when something else is chosen.
    """
    shades = np.nan_to_num(level).clip(0, 1).ravel().tolist()
    grounds = sample_colorscale(palette.scale, shades, colortype="tuple")
    rows, columns = (each.ravel() for each in np.indices(texts.shape))
    drawn.update_layout(
        annotations=[
            {
                "x": int(x),
                "y": int(y),
                "text": text,
                "showarrow": False,
                "font": {"size": size, "color": INK if _luminance(ground) > HALF_LIGHT else PAPER},
            }
            for x, y, text, ground in zip(columns, rows, texts.ravel(), grounds, strict=True)
            if text
        ]
    )


def _luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance of an sRGB colour, parts from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
