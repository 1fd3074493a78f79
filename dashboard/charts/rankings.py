"""Many columns at once: how strongly they go together, where they are empty, where two groups differ.

Takes frames of `core.profile`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, escaped, figure, label_rows, reason
from .palette import Palette
from .squares import squares

MOST_BARS = 15
WRITTEN = 12  # columns of a matrix up to which the figures are written into it
NAME = 24


def _bars(
    palette: Palette,
    title: str,
    axis: str,
    names: list[str],
    values: pd.Series,
    spoken: list[str],
    clause: str = "",
) -> go.Figure:
    """Bars from 0 to 1 with names beside them; the last value of each one's ``customdata`` is its place."""
    drawn = figure(palette, title, axis, clause=clause, height=84 + 26 * len(names))
    drawn.add_bar(
        y=list(range(len(names))),
        x=values,
        orientation="h",
        marker={"color": palette.accent, "line_width": 0},
        text=[f"{each:.2f}" for each in values],
        textposition="outside",
        textfont_color=palette.muted,
        cliponaxis=False,
        customdata=np.array([[text, place] for place, text in enumerate(spoken)], dtype=object).reshape(-1, 2),
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    label_rows(drawn, names)
    drawn.update_xaxes(range=[0, 1.08], nticks=6)
    return drawn


def associations(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw which columns have most to do with the target.

    Parameters
    ----------
    frame : DataFrame
        Columns column, strength, measure, information, shared; the strongest first.
    """
    title = f"What has to do with {escape(subject.target, 40)}" if subject.target else "What has to do with the target"
    if frame.empty:
        return empty(palette, title, reason(frame, "There is no column to compare with."))
    shown = frame.head(MOST_BARS)
    clause = f"the first {MOST_BARS} of {len(frame):,} columns" if len(frame) > MOST_BARS else ""
    spoken = [
        f"{name}<br>{measure} <b>{value:.2f}</b>" + (f"<br>mutual information {told:.2f}" if told == told else "")
        for name, measure, value, told in zip(
            escaped(shown["column"]), shown["measure"], shown["strength"], shown["information"], strict=True
        )
    ]
    names = [escape(each, NAME) for each in shown["column"]]
    return _bars(palette, title, "Share of the target that it tells", names, shown["shared"], spoken, clause)


def views(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw which pairs of columns show the target best.

    Parameters
    ----------
    frame : DataFrame
        Columns a, b, score; ``attrs["guessing"]`` is what would be reached without looking.
    """
    title = "Pairs of columns that show it best"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no two columns to try."))
    shown = frame.head(MOST_BARS)
    names = [f"{escape(a, 16)} × {escape(b, 16)}" for a, b in zip(shown["a"], shown["b"], strict=True)]
    spoken = [
        f"{a} × {b}: <b>{score:.2f}</b>"
        for a, b, score in zip(escaped(shown["a"], 40), escaped(shown["b"], 40), shown["score"], strict=True)
    ]
    axis = "Share named right" if frame.attrs.get("classes") else "Share of the variance explained"
    drawn = _bars(palette, title, axis, names, shown["score"].clip(lower=0), spoken)
    if guessing := frame.attrs.get("guessing"):
        drawn.add_vline(guessing, line={"color": palette.text, "width": 1, "dash": "dot"})
    return drawn


def group_differences(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw in which columns two groups of rows differ most.

    Parameters
    ----------
    frame : DataFrame
        Columns column, difference, measure; the largest difference first.
    """
    title = "Where the two groups differ"
    if frame.empty:
        return empty(palette, title, reason(frame, "There is no column to compare."))
    shown = frame.head(MOST_BARS)
    clause = f"the first {MOST_BARS} of {len(frame):,} columns" if len(frame) > MOST_BARS else ""
    spoken = [
        f"{name}<br>{measure} <b>{value:.2f}</b>"
        for name, measure, value in zip(escaped(shown["column"]), shown["measure"], shown["difference"], strict=True)
    ]
    names = [escape(each, NAME) for each in shown["column"]]
    return _bars(palette, title, "Difference, 0 to 1", names, shown["difference"], spoken, clause)


def correlations(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how strongly every two columns go together, as a matrix.

    Parameters
    ----------
    frame : DataFrame
        Columns a, b, strength, measure, sign; ``attrs["columns"]`` in the order of the axes.
    """
    title = "Which columns go together"
    if frame.empty:
        return empty(palette, title, reason(frame, "There are no two columns to compare."))
    columns = frame.attrs.get("columns") or list(dict.fromkeys([*frame["a"], *frame["b"]]))
    place = {name: each for each, name in enumerate(columns)}
    size = len(columns)
    values, spoken = np.full((size, size), np.nan), np.full((size, size), "", dtype=object)
    safe = {name: escape(name, 40) for name in columns}
    for a, b, value, measure, sign in frame[["a", "b", "strength", "measure", "sign"]].itertuples(index=False):
        said = f"{safe[a]}<br>{safe[b]}<br>{measure} <b>{'−' if sign < 0 else ''}{value:.2f}</b>"
        for i, j in ((place[a], place[b]), (place[b], place[a])):
            values[i, j], spoken[i, j] = value, said
    of = frame.attrs.get("all", size)
    clause = f"the {size} columns with the strongest ties, of {of:,}" if of > size else ""
    names = [escape(each, 18) for each in columns]
    drawn = figure(
        palette, title, "Strength of the tie, by colour", clause=clause, height=150 + max(22, 320 // size) * size
    )
    written = np.char.mod("%.2f", np.nan_to_num(values))
    squares(drawn, palette, values, spoken, written if size <= WRITTEN else None, gap=1)
    label_rows(drawn, names)
    drawn.update_xaxes(tickvals=list(range(size)), ticktext=names, tickangle=-90, showgrid=False, zeroline=False)
    return drawn


def gaps(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw which columns are empty together: a line per pattern, the most frequent on top, a square where it is empty.

    Parameters
    ----------
    frame : DataFrame
        Columns missing (lists of columns) and count; ``attrs["columns"]``. The last value of each point's
        ``customdata`` is its row in the frame.
    """
    title = "What is missing together"
    if frame.empty:
        return empty(palette, title, reason(frame, "Nothing is missing."))
    columns = frame.attrs.get("columns") or list(dict.fromkeys(name for each in frame["missing"] for name in each))
    total = frame.attrs.get("patterns", len(frame))
    clause = f"the {len(frame)} most frequent of {total:,} patterns" if total > len(frame) else ""
    drawn = figure(palette, title, "A filled square: no value", clause=clause, height=190 + 24 * len(frame))
    safe = escaped(columns, 40)
    for empty_here, colour in ((False, palette.grid), (True, palette.accent)):
        cells = [
            (column, row, f"{safe[column]}: {'no value' if empty_here else 'known'} in these <b>{count:,} rows</b>")
            for row, (missing, count) in enumerate(zip(frame["missing"], frame["count"], strict=True))
            for column, name in enumerate(columns)
            if (name in missing) == empty_here
        ]
        drawn.add_scatter(
            x=[each[0] for each in cells],
            y=[each[1] for each in cells],
            mode="markers",
            marker={"symbol": "square", "size": 12, "color": colour, "line": {"width": 0}},
            customdata=np.array([[each[2], each[1]] for each in cells], dtype=object).reshape(-1, 2),
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    label_rows(drawn, [f"{count:,} rows" for count in frame["count"]])
    names = [escape(each, 18) for each in columns]
    drawn.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=names, tickangle=-90, showgrid=False, zeroline=False
    )
    drawn.update_xaxes(range=[-0.7, max(len(columns) - 0.3, 5)])
    return drawn
