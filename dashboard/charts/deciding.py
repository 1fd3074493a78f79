"""What a cut-off brings: money over all cut-offs, several models laid over each other.

Takes frames of `core.decisions`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import LINES, NOTHING, Subject, empty, escape, figure, groups, reason, with_legend
from .palette import Palette

ACROSS = {"cut_off": "Cut-off: flagged from here on", "flagged": "Share of the cases that is flagged"}


def money(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw what 1,000 cases bring at every cut-off.

    Parameters
    ----------
    frame : DataFrame
        Columns model, cut_off, flagged, money, found; in ``attrs``: ``over`` (which column is drawn across), ``chosen``
        (model to the place of its cut-off and the money there), ``currency``, ``scale`` (of the cut-off, in words).
    """
    title = "What a cut-off brings"
    if frame.empty:
        return empty(palette, title, reason(frame, "No model gives scores that a cut-off could be on."))
    over, chosen = frame.attrs.get("over", "cut_off"), frame.attrs.get("chosen", {})
    currency = escape(frame.attrs.get("currency") or "Money", 24)
    scale = frame.attrs.get("scale", "") if over == "cut_off" else ""
    across = f"{ACROSS[over]} ({escape(scale, 40)})" if scale else ACROSS[over]
    drawn = figure(palette, title, across, f"{currency} per 1,000 cases", height=360)
    models = groups(frame, "model")
    for place, (model, part) in enumerate(models):
        name = escape(model, 40)
        drawn.add_scatter(
            x=part[over],
            y=part["money"],
            mode="lines",
            name=name,
            line={"color": palette.colour(place), "width": 2, "dash": LINES[place // 8 % len(LINES)]},
            customdata=np.column_stack([100 * part["flagged"], 100 * part["found"].fillna(0.0), part["cut_off"]]),
            hovertemplate="from %{customdata[2]:.3~g} on: <b>%{y:,.0f}</b><br>flags %{customdata[0]:.0f} of 100, "
            "finds %{customdata[1]:.0f} of 100<extra>%{fullData.name}</extra>",
        )
        if model in chosen:
            x, y = chosen[model]
            drawn.add_scatter(
                x=[x],
                y=[y],
                mode="markers",
                name=name,
                showlegend=False,
                marker={"size": 11, "color": palette.colour(place), "line": {"color": palette.background, "width": 2}},
                hovertemplate="the chosen cut-off: <b>%{x:.3~g}</b><extra>%{fullData.name}</extra>",
            )
    drawn.update_yaxes(tickformat=",.0f", zeroline=True)
    return with_legend(drawn, [escape(each, 40) for each, _ in models])
