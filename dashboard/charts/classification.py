"""How classes were named: the confusion matrix, measures per class.

Takes the long frames of `core.diagnostics`, gives figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, figure, label_rows, of, reason, with_legend
from .palette import Palette
from .squares import write

MEASURES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
SHARES_UP_TO = 8  # classes whose cells have room for a share under the count
COUNTS_UP_TO = 20
BARS_UP_TO = 40


def confusion(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often each actual class (down) was given each name (across).

    Parameters
    ----------
    frame : DataFrame
        Columns actual, predicted, count, share: the share among the rows of that actual class, 0 to 1, and named
        (optional): among those given that name. ``attrs["weighted"]`` says that rows have weights, which are not in
        here; ``attrs["shown"]`` is the column that the colours and the words in the cells are of, share where it is
        missing. The last value of each cell's ``customdata`` is its row in the frame.
    """
    title = of("Confusion matrix", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    classes = list(dict.fromkeys([*frame["actual"], *frame["predicted"]]))
    count, shown, places = _cells(frame, classes)
    names = [escape(each) for each in classes]
    right = f"{np.trace(count):,} of {count.sum():,} rows named right"
    right += ", each counted once whatever its weight" if frame.attrs.get("weighted") else ""
    drawn = figure(palette, title, "Named by the model", "Actual class", clause=right, hoverdistance=-1)
    gap = 2 if len(classes) <= COUNTS_UP_TO else 1
    drawn.add_heatmap(
        z=shown,
        zmin=0,
        zmax=1 if frame.attrs.get("shown") != "count" else max(1, int(count.max())),
        colorscale=palette.scale,
        showscale=False,
        xgap=gap,
        ygap=gap,
        hoverinfo="skip",
    )
    texts = _cell_texts(count, shown, frame.attrs.get("shown") == "count")
    if texts is not None:
        size = 13 if len(count) <= SHARES_UP_TO else 10
        write(drawn, palette, shown / max(1.0, shown.max()), texts, size)
    _clickable(drawn, frame, count, places, names, palette)
    short = [escape(each, 14) for each in classes]
    drawn.update_xaxes(tickvals=list(range(len(names))), ticktext=short, showgrid=False, zeroline=False)
    upright = sum(map(len, short)) > 24
    drawn.update_xaxes(tickangle=-90 if upright else 0, range=[-0.5, len(names) - 0.5])
    label_rows(drawn, names)
    drawn.update_layout(height=(200 if upright else 130) + max(26, min(75, 400 // len(names))) * len(names))
    return drawn


def _cells(frame: pd.DataFrame, classes: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, what the colours say, and rows of the frame, each as a matrix."""
    place = {each: number for number, each in enumerate(classes)}
    cells = frame["actual"].map(place).to_numpy(), frame["predicted"].map(place).to_numpy()
    count = np.zeros((len(classes), len(classes)), dtype=int)
    shown, places = np.zeros(count.shape), np.full(count.shape, -1)
    count[cells], places[cells] = frame["count"], np.arange(len(frame))
    shown[cells] = frame[frame.attrs.get("shown", "share")].fillna(0.0)
    return count, shown, places


def _clickable(
    drawn: go.Figure, frame: pd.DataFrame, count: np.ndarray, places: np.ndarray, names: list[str], palette: Palette
) -> None:
    """A point in each cell that can be pointed at and clicked on: a map of colours alone tells of no click."""
    rows, columns = (each.ravel() for each in np.indices(count.shape))
    share = frame["share"].fillna(0.0).to_numpy()[places.ravel()]
    named = frame["named"].fillna(0.0).to_numpy()[places.ravel()] if "named" in frame else share
    told = [
        (names[row], names[column], f"{each:,}", f"{of_row:.1%}", f"{of_column:.1%}", int(place))
        for row, column, each, of_row, of_column, place in zip(
            rows, columns, count.ravel(), share, named, places.ravel(), strict=True
        )
    ]
    by_name = "<br>%{customdata[4]} of the rows named %{customdata[1]}" if "named" in frame else ""
    drawn.add_scatter(
        x=columns,
        y=rows,
        mode="markers",
        marker={"symbol": "square-open", "size": 26, "color": palette.colour(2), "opacity": 0, "line": {"width": 3}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        customdata=told,
        hovertemplate="<b>%{customdata[2]} rows</b><br>are %{customdata[0]}<br>named %{customdata[1]}<br>"
        f"%{{customdata[3]}} of the rows that are %{{customdata[0]}}{by_name}<extra></extra>",
        showlegend=False,
    )


def _cell_texts(count: np.ndarray, shown: np.ndarray, counted: bool) -> np.ndarray | None:
    """What stands in the cells: counts, with shares where there is room; nothing for no rows, or too many classes."""
    if len(count) > COUNTS_UP_TO:
        return None
    texts = np.array([[f"{each:,}" if each else "" for each in line] for line in count], dtype=object)
    if len(count) <= SHARES_UP_TO and not counted:
        part = np.array([[f"<br>{each:.0%}" for each in line] for line in shown], dtype=object)
        texts = np.where(count > 0, texts + part, "")
    return texts


def per_class(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw precision, recall and F1 of every class as bars.

    Parameters
    ----------
    frame : DataFrame
        Indexed by class; columns precision, recall, f1, support, all but the last 0 to 1, missing where not defined;
        bounds as ``precision_low``, ``precision_high`` and so on, where there are some. ``attrs["weighted"]`` says that
        support adds up weights.
    """
    title = of("Measures per class", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    shown = frame.iloc[:BARS_UP_TO]
    clause = ""
    if len(frame) > len(shown):
        clause = f"the first {BARS_UP_TO} of {len(frame)} classes"
    names = [escape(each) for each in shown.index]
    told = "rows of weight {:,.1f}" if frame.attrs.get("weighted") else "{:,.0f} rows"
    drawn = figure(palette, title, "Share of rows", clause=clause, barmode="group", bargap=0.28, bargroupgap=0.08)
    for place, (column, heading) in enumerate(MEASURES.items()):
        drawn.add_bar(
            y=list(range(len(names))),
            x=shown[column],
            orientation="h",
            name=heading,
            marker_color=palette.colour(place),
            marker_line_width=0,
            error_x=_bounds(shown, column, palette),
            customdata=np.column_stack(
                [names, [told.format(each) for each in shown["support"]], _ranges(shown, column)]
            ),
            hovertemplate=f"{heading} of %{{customdata[0]}}: <b>%{{x:.1%}}</b>%{{customdata[2]}}<br>%{{customdata[1]}}"
            "<extra></extra>",
        )
    drawn.update_xaxes(range=[0, 1.01], tickformat=".0%")
    label_rows(drawn, names)
    drawn.update_layout(height=110 + 56 * len(names) if len(names) <= 10 else 110 + 34 * len(names))
    return with_legend(drawn, list(MEASURES.values()))


def _bounds(frame: pd.DataFrame, column: str, palette: Palette) -> dict[str, Any] | None:
    """The range of a measure as thin lines, where the frame has it."""
    if f"{column}_low" not in frame:
        return None
    above, below = frame[f"{column}_high"] - frame[column], frame[column] - frame[f"{column}_low"]
    thin = {"color": palette.muted, "thickness": 1.2, "width": 3}
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, **thin}


def _ranges(frame: pd.DataFrame, column: str) -> list[str]:
    """The same in words."""
    if f"{column}_low" not in frame:
        return [""] * len(frame)
    bounds = zip(frame[f"{column}_low"], frame[f"{column}_high"], strict=True)
    return ["" if low != low else f" ({low:.1%} to {high:.1%})" for low, high in bounds]
