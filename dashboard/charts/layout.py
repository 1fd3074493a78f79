"""What all figures share: their layout, the labels made safe, the points thinned out.

Takes and gives plain values and Plotly figures. Knows no particular chart and no Streamlit.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .palette import Palette

FONT = "Inter, sans-serif"
MOST_POINTS = 5_000  # an SVG with more of them makes a browser slow
MOST_STEPS = 500  # points of a line: more than a screen has pixels for
LINES = ("solid", "dash", "dot", "dashdot")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "%{": "%&#123;"}
_SPECIAL = re.compile(r"%\{|[&<>$]")
# Control characters, and the marks that turn the direction of what follows them.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chart speaks of, in words; every word has a default, so a chart can be drawn without.

    Attributes
    ----------
    target : str
        The column that is predicted, or that is shown.
    metric : str
        Title of the metric on the score axis.
    greater_is_better : bool
        Whether a larger score is better.
    model : str
        Title of the model, where the chart shows one.
    axes : tuple of str
        Titles of the two directions of a map.
    guessing : float or None
        The baseline's score, drawn as a line to beat.
    """

    target: str = ""
    metric: str = "Score"
    greater_is_better: bool = True
    model: str = ""
    axes: tuple[str, str] = ("First direction", "Second direction")
    guessing: float | None = None


NOTHING = Subject()


def escape(value: Any, longest: int = 28) -> str:
    """Make a text from a person's data safe for Plotly, and short enough for an axis.

    Plotly reads ``<b>`` and ``<a href>``, entities, ``$…$`` as mathematics and ``%{…}`` in templates; none of them is
    left to read.

    Parameters
    ----------
    value : Any
        Shown as its text; what is missing, or has no letters, as ``(empty)``.
    longest : int
        Characters that are kept; those in between become ``…``.
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return "(empty)"
    if isinstance(value, (float, np.floating)):
        value = f"{value:.6g}"
    text = _UNSEEN.sub(" ", str(value)).strip() or "(empty)"
    if len(text) > longest:  # the end is kept, because it often tells two long names apart
        text = f"{text[: longest - 1 - longest // 3].rstrip()}…{text[-(longest // 3) :].lstrip()}"
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text)


def escaped(values: Any, longest: int = 80) -> list[str]:
    """Escape a column for hovering, each different value once."""
    codes, different = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)
    safe = np.array([escape(each, longest) for each in different], dtype=object)
    return list(safe[codes]) if len(safe) else []


def figure(
    palette: Palette,
    title: str,
    x: str = "",
    y: str = "",
    *,
    clause: str = "",
    height: int = 320,
    **layout: Any,
) -> go.Figure:
    """An empty figure with the layout of the house, see `laid_out`."""
    return go.Figure(layout=laid_out(palette, title, x, y, clause=clause, height=height, **layout))


def laid_out(
    palette: Palette,
    title: str,
    x: str = "",
    y: str = "",
    *,
    clause: str = "",
    height: int = 320,
    **layout: Any,
) -> dict[str, Any]:
    """The layout of the house as plain values.

    Parameters
    ----------
    title, x, y : str
        Of the figure and its axes, escaped where they come from data.
    clause : str
        What else must be known to read it, in small print under the title.
    **layout
        Overrules anything here.
    """
    return {
        "title": _title(palette, title, clause),
        "template": {},
        "font": {"family": FONT, "size": 12, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 58 if clause else 34, "b": 8},
        "height": height,
        "colorway": palette.series,
        "hoverlabel": {
            "bgcolor": palette.background,
            "bordercolor": palette.grid,
            "font": {"family": FONT, "size": 12, "color": palette.text},
            "align": "left",
            "namelength": -1,
        },
        "legend": _legend(palette),
        "showlegend": False,
        "meta": {"alt": html.unescape(f"{title}: {clause}." if clause else f"{title}.")},
        "xaxis": _axis(palette, x),
        "yaxis": _axis(palette, y),
        **layout,  # all at once: Plotly looks through a layout again with every change
    }


def as_it_is(data: Sequence[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """A figure of plain values that Plotly does not look through: a tenth of the time, for what is drawn live."""
    return go.Figure(data=data, layout=layout, _validate=False)


def _small(palette: Palette) -> dict[str, Any]:
    return {"size": 12, "color": palette.muted}


def _axis(palette: Palette, title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": _small(palette), "standoff": 8},
        "tickfont": _small(palette),
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zerolinecolor": palette.grid,
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 4,
        "ticklabeloverflow": "allow",
    }


def _title(palette: Palette, title: str, clause: str) -> dict[str, Any]:
    return {
        "text": title,
        "font": {"size": 13, "color": palette.text},
        "x": 0,
        "xref": "container",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 6, "l": 4},
        "subtitle": {"text": clause, "font": _small(palette)},
    }


def _legend(palette: Palette) -> dict[str, Any]:
    return {
        "orientation": "h",
        "yref": "container",
        "y": 0,
        "yanchor": "bottom",
        "x": 0,
        "xanchor": "left",
        "font": _small(palette),
        "bgcolor": "rgba(0,0,0,0)",
        "title": {"font": _small(palette)},
    }


def with_legend(drawn: go.Figure, entries: Sequence[str]) -> go.Figure:
    """Show the legend under the figure, and make room for its lines at the width of a telephone."""
    room = legend_room(entries)
    drawn.update_layout(showlegend=True, height=drawn.layout.height + room, margin_b=44 + room)
    return drawn


def legend_room(entries: Sequence[str]) -> int:
    """Pixels that the lines of a legend take at the width of a telephone."""
    letters = sum(len(each) + 6 for each in entries)
    return 22 * min(max(1, -(-letters // 70)), 6)


def empty(palette: Palette, title: str, sentence: str) -> go.Figure:
    """A figure that says why there is nothing to see."""
    drawn = figure(palette, title, height=160)
    drawn.update_layout(xaxis_visible=False, yaxis_visible=False)
    drawn.layout.meta = {"alt": html.unescape(f"{title}: {sentence}")}
    drawn.add_annotation(
        text=sentence, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5, font={"color": palette.muted}
    )
    return drawn


def reason(frame: pd.DataFrame, otherwise: str) -> str:
    """Why a frame is empty: what `core` left in ``attrs["reason"]``, or a sentence for want of that."""
    return escape(frame.attrs.get("reason") or otherwise, 120)


def beyond(frame: pd.DataFrame) -> str:
    """A clause on rows that `core` left out of a frame because they lie far off; empty where there are none."""
    rows = frame.attrs.get("beyond", 0)
    return f"{rows:,} rows that lie far off are not shown" if rows else ""


def spans(low: pd.Series, high: pd.Series) -> list[str]:
    """Ranges in words: ``2 to 4``, ``2023-01-01 to 2023-02-01``."""
    dates = pd.api.types.is_datetime64_any_dtype(low)
    return [
        f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" if dates else f"{start:,.6g} to {end:,.6g}"
        for start, end in zip(low, high, strict=True)
    ]


def widths(low: pd.Series, high: pd.Series) -> pd.Series:
    """How wide bars are drawn, in the unit of their axis: of dates that is milliseconds."""
    width = high - low
    return width.dt.total_seconds() * 1000 if pd.api.types.is_datetime64_any_dtype(low) else width


def label_rows(drawn: go.Figure, names: Sequence[str]) -> None:
    """Write names beside horizontal bars at 0, 1, …, the first on top.

    Places instead of names on the axis: two names that are cut to the same text, or look like numbers, stay apart.
    """
    drawn.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        showline=False,
    )


def line_to_beat(drawn: go.Figure, palette: Palette, subject: Subject, *, across: bool = True) -> None:
    """Add the score of guessing, where it is known, to a chart with scores across, or up."""
    if subject.guessing is None:
        return
    look: dict[str, Any] = {"line": {"color": palette.muted, "width": 1.5, "dash": "dot"}}
    if across:
        drawn.add_vline(x=subject.guessing, **look)
    else:
        drawn.add_hline(y=subject.guessing, **look)
    drawn.add_annotation(
        **(
            {"x": subject.guessing, "y": 1, "yref": "paper"}
            if across
            else {"x": 1, "y": subject.guessing, "xref": "paper"}
        ),
        xanchor="center" if across else "right",
        yanchor="bottom",
        text="guessing",
        showarrow=False,
        font={"size": 11, "color": palette.muted},
    )


def faded(colour: str, opacity: float) -> str:
    """A ``#RRGGBB`` colour that lets shine through what is behind it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def of(name: str, subject: Subject) -> str:
    """A chart's title, with the model's behind it where there is one."""
    return f"{name} · {escape(subject.model, 48)}" if subject.model else name


def thinned(frame: pd.DataFrame, most: int = MOST_STEPS) -> pd.DataFrame:
    """Rows of a line, evenly fewer, the first and the last among them."""
    if len(frame) <= most:
        return frame
    return frame.iloc[np.unique(np.linspace(0, len(frame) - 1, most).round().astype(int))]


def sampled(frame: pd.DataFrame, most: int = MOST_POINTS) -> tuple[pd.DataFrame, str]:
    """At most so many rows, drawn by a fixed seed and kept in their order, and a clause that says so."""
    if len(frame) <= most:
        return frame, ""
    chosen = np.sort(np.random.default_rng(0).choice(len(frame), most, replace=False))
    return frame.iloc[chosen], f"{most:,} of {len(frame):,} rows, drawn at random"


def groups(frame: pd.DataFrame, column: str) -> list[tuple[Any, pd.DataFrame]]:
    """Parts of a frame by a column's values, in the order of their first rows; one part where the column is missing."""
    if column not in frame:
        return [("", frame)]
    return list(frame.groupby(column, sort=False, dropna=False, observed=True))
