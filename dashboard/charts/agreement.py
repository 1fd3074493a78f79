"""Where models say the same, two by two.

Takes the frame of `core.diagnostics.agreement`, gives a figure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, figure, label_rows, reason
from .palette import Palette
from .squares import squares


def agreement(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how far every two models agree, as a matrix.

    Parameters
    ----------
    frame : DataFrame
        Columns model_a, model_b, agree (share of rows, or correlation of errors), both, only_a, only_b, none, count.
    """
    title = "Where models say the same"
    if frame.empty:
        return empty(palette, title, reason(frame, "Needs two models."))
    models = list(dict.fromkeys([*frame["model_a"], *frame["model_b"]]))
    place = {model: number for number, model in enumerate(models)}
    values = np.full((len(models), len(models)), np.nan)
    told = np.full(values.shape, "", dtype=object)
    for row in frame.to_dict("records"):
        a, b = escape(row["model_a"], 40), escape(row["model_b"], 40)
        said = f"{a}<br>{b}<br>the same <b>{row['agree']:.2f}</b><br>both right {row['both']:.1%}<br>"
        said += (
            f"only the first {row['only_a']:.1%}<br>only the second {row['only_b']:.1%}<br>neither {row['none']:.1%}"
        )
        for i, j in ((place[row["model_a"]], place[row["model_b"]]), (place[row["model_b"]], place[row["model_a"]])):
            values[i, j], told[i, j] = row["agree"], said
    written = np.char.mod("%.2f", np.nan_to_num(values))
    names = [escape(model, 18) for model in models]
    size = len(models)
    drawn = figure(palette, title, "How much they agree, by colour", height=170 + max(30, 200 // size) * size)
    squares(drawn, palette, values, told, written)
    label_rows(drawn, names)
    upright = sum(map(len, names)) > 30
    drawn.update_xaxes(tickvals=list(range(size)), ticktext=names, showgrid=False, zeroline=False)
    drawn.update_xaxes(tickangle=-90 if upright else 0)
    return drawn
