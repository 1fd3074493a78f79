"""For whom a model is good: dots with where they may lie, a line per group, several models beside each other.

Takes frames of `core.groups`, gives figures.
"""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .layout import NOTHING, Subject, empty, escape, escaped, figure, label_rows, of, reason, with_legend
from .layout import groups as parts_of
from .palette import Palette

UNTOLD = "too few rows to say"


def group_scores(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw a score of each group, with where it may lie.

    Parameters
    ----------
    frame : DataFrame
        Columns model, group, count, score, low, high, said, reason; of each model the first row is that of all rows.
    """
    better = "more is better" if subject.greater_is_better else "less is better"
    column = f" by {escape(subject.target, 40)}" if subject.target else ""
    if frame["score"].isna().all():
        return empty(palette, f"Scores{column}", reason(frame, "There is no group with a score."))
    shown = frame.rename(columns={"score": "value"})
    return _dots(shown, palette, f"Scores{column}", f"{escape(subject.metric, 48)} ({better})", first_is_all=True)


def treatment(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw a share of each group, with where it may lie.

    Parameters
    ----------
    frame : DataFrame
        Columns model, group, count, share, low, high, said; ``attrs["title"]`` says what it is a share of.
    """
    title = escape(frame.attrs.get("title", "How groups are treated"), 80)
    if frame["share"].isna().all():
        return empty(palette, title, reason(frame, "There is no group with a share."))
    drawn = _dots(frame.assign(value=100 * frame["share"], low=100 * frame["low"], high=100 * frame["high"]), palette,
                  title, f"Of 100 rows{f' by {escape(subject.target, 40)}' if subject.target else ''}")  # fmt: skip
    drawn.update_xaxes(rangemode="tozero")
    return drawn


def _dots(frame: pd.DataFrame, palette: Palette, title: str, axis: str, *, first_is_all: bool = False) -> go.Figure:
    """A line per group and a dot on it for each model; what too few rows stand behind is grey."""
    groups = list(dict.fromkeys(frame["group"]))
    models = parts_of(frame, "model")
    drawn = figure(palette, title, axis, height=110 + len(groups) * (22 + 14 * len(models)))
    for number, (model, part) in enumerate(models):
        shift = 0.0 if len(models) == 1 else 0.56 * (number / (len(models) - 1) - 0.5)
        for said in (True, False):
            rows = part[(part["enough"].astype(bool) == said) & part["value"].notna()]
            _row_of_dots(drawn, palette, rows, groups, shift, escape(model or "model", 40), number if said else None)
        if first_is_all and len(part) and pd.notna(part["value"].iloc[0]):
            line = {"color": palette.colour(number), "width": 1, "dash": "dot"}
            drawn.add_vline(x=float(part["value"].iloc[0]), line=line)
    label_rows(drawn, [escape(each) for each in groups])
    entries = [escape(each or "model", 40) for each, _ in models]
    untold = not frame["enough"].astype(bool).all()
    if untold:  # a dot of that colour alone, for the legend
        drawn.add_scatter(
            x=[None], y=[None], mode="markers", name=UNTOLD, marker={"size": 9, "color": palette.grid}, hoverinfo="skip"
        )
        entries.append(UNTOLD)
    return with_legend(drawn, entries) if len(models) > 1 or untold else drawn


def _row_of_dots(
    drawn: go.Figure,
    palette: Palette,
    rows: pd.DataFrame,
    groups: list[str],
    shift: float,
    name: str,
    number: int | None,
) -> None:
    colour = palette.grid if number is None else palette.colour(number)
    place = {group: each for each, group in enumerate(groups)}
    ends = [
        "" if pd.isna(low) or pd.isna(high) else f"<br>between {low:.3g} and {high:.3g}"
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    doubt = "" if number is not None else f"<br>{UNTOLD}"
    spoken = [
        f"{group}, {count:,} rows{end}{doubt}"
        for group, count, end in zip(escaped(rows["group"]), rows["count"], ends, strict=True)
    ]
    drawn.add_scatter(
        x=rows["value"],
        y=rows["group"].map(place).astype(float) + shift,
        mode="markers",
        name=name,
        showlegend=number is not None,
        marker={"size": 10, "color": colour},
        error_x={
            "type": "data",
            "array": (rows["high"] - rows["value"]).fillna(0.0),
            "arrayminus": (rows["value"] - rows["low"]).fillna(0.0),
            "color": colour,
            "thickness": 2,
            "width": 4,
        },
        customdata=np.array(spoken, dtype=object),
        hovertemplate="<b>%{x:.3~g}</b> %{customdata}<extra>%{fullData.name}</extra>",
    )


def segments(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw the error of the weakest segments beside that of all other rows.

    Parameters
    ----------
    frame : DataFrame
        Columns segment, count, error, others, difference, low, high, confirmed; ``attrs["axis"]`` names the error,
        ``attrs["scale"]`` is what it is multiplied by to be read.
    """
    title = of("Where it errs most", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No segment stands out."))
    scale, axis = frame.attrs.get("scale", 1.0), str(frame.attrs.get("axis", "Error"))
    places = list(range(len(frame)))
    drawn = figure(palette, title, escape(axis, 60), height=130 + 40 * len(frame))
    colours = [palette.accent if each else palette.muted for each in frame["confirmed"]]
    safe = escaped(frame["segment"])
    for place, (error, others) in enumerate(zip(scale * frame["error"], scale * frame["others"], strict=True)):
        line = {"color": palette.grid, "width": 3}
        drawn.add_shape(type="line", x0=others, x1=error, y0=place, y1=place, line=line, layer="below")
    for column, name, symbol in (("others", "all other rows", "circle-open"), ("error", "this segment", "circle")):
        drawn.add_scatter(
            x=scale * frame[column],
            y=places,
            mode="markers",
            name=name,
            marker={"size": 11, "symbol": symbol, "color": colours if column == "error" else palette.muted},
            customdata=np.array(
                [f"{each}, {rows:,} rows judged" for each, rows in zip(safe, frame["count"], strict=True)]
            ),
            hovertemplate="<b>%{x:.3~g}</b> %{fullData.name}<br>%{customdata}<extra></extra>",
        )
    label_rows(drawn, [_in_two_lines(each) for each in frame["segment"]])
    drawn.update_xaxes(rangemode="tozero")
    return with_legend(drawn, ["all other rows", "this segment"])


def _in_two_lines(name: str) -> str:
    """Two columns and their ranges, which in one line would leave a telephone no room for the dots."""
    lines = textwrap.wrap(name, 22, max_lines=2, placeholder=" …") or [""]
    return "<br>".join(escape(line, 24) for line in lines)
