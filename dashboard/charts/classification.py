"""How classes were named: the confusion matrix, ROC and precision-recall curves, measures per class.

Takes the long frames of `core.diagnostics`, gives figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from .layout import LINES, NOTHING, Subject, empty, escape, figure, groups, label_rows, of, reason, thinned, with_legend
from .palette import Palette

MEASURES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
SHARES_UP_TO = 8  # classes whose cells have room for a share under the count
COUNTS_UP_TO = 20
BARS_UP_TO = 40
LINES_NAMED_UP_TO = 10  # of more lines only the models are named beside the figure
# On grounds up to this luminance white can be read better than ink.
INK, PAPER, HALF_LIGHT = "#1B1F2A", "#FFFFFF", 0.18


def confusion(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how often each actual class (down) was given each name (across).

    Parameters
    ----------
    frame : DataFrame
        Columns actual, predicted, count, share: the share among the rows of that actual class, 0 to 1.
        ``attrs["weighted"]`` says that rows have weights, which are not in here.
    """
    title = of("Confusion matrix", subject)
    if frame.empty:
        return empty(palette, title, reason(frame, "No row has been judged yet."))
    classes = list(dict.fromkeys([*frame["actual"], *frame["predicted"]]))
    place = {each: number for number, each in enumerate(classes)}
    cells = frame["actual"].map(place).to_numpy(), frame["predicted"].map(place).to_numpy()
    count = np.zeros((len(classes), len(classes)), dtype=int)
    share = np.zeros(count.shape)
    count[cells], share[cells] = frame["count"], frame["share"].fillna(0.0)
    names = [escape(each) for each in classes]
    right = f"{np.trace(count):,} of {count.sum():,} rows named right"
    right += ", each counted once whatever its weight" if frame.attrs.get("weighted") else ""
    drawn = figure(palette, title, "Named by the model", "Actual class", clause=right)
    gap = 2 if len(classes) <= COUNTS_UP_TO else 1
    drawn.add_heatmap(
        z=share,
        zmin=0,
        zmax=1,
        colorscale=palette.scale,
        showscale=False,
        xgap=gap,
        ygap=gap,
        customdata=np.dstack(
            [np.tile(names, (len(names), 1)).T, np.tile(names, (len(names), 1)), np.char.mod("%d", count)]
        ),
        hovertemplate="<b>%{customdata[2]} rows</b><br>are %{customdata[0]}<br>named %{customdata[1]}<br>"
        "%{z:.1%} of the rows that are %{customdata[0]}<extra></extra>",
    )
    _write_cells(drawn, count, share, palette)
    short = [escape(each, 14) for each in classes]
    drawn.update_xaxes(tickvals=list(range(len(names))), ticktext=short, showgrid=False, zeroline=False)
    upright = sum(map(len, short)) > 24
    drawn.update_xaxes(tickangle=-90 if upright else 0)
    label_rows(drawn, names)
    drawn.update_layout(height=(200 if upright else 130) + max(26, min(75, 400 // len(names))) * len(names))
    return drawn


def _write_cells(drawn: go.Figure, count: np.ndarray, share: np.ndarray, palette: Palette) -> None:
    """Counts onto the cells, each dark or light so that it can be read on its own colour."""
    texts = _cell_texts(count, share)
    if texts is None:
        return
    grounds = sample_colorscale(palette.scale, share.ravel().clip(0, 1).tolist(), colortype="tuple")
    rows, columns = np.indices(count.shape)
    drawn.add_scatter(
        x=columns.ravel(),
        y=rows.ravel(),
        mode="text",
        text=texts.ravel(),
        textfont={
            "size": 13 if len(count) <= SHARES_UP_TO else 10,
            "color": [INK if luminance(each) > HALF_LIGHT else PAPER for each in grounds],
        },
        hoverinfo="skip",
        showlegend=False,
    )


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance of an sRGB colour, parts from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _cell_texts(count: np.ndarray, share: np.ndarray) -> np.ndarray | None:
    """What stands in the cells: counts, with shares where there is room; nothing for no rows, or too many classes."""
    if len(count) > COUNTS_UP_TO:
        return None
    texts = np.array([[f"{each:,}" if each else "" for each in line] for line in count], dtype=object)
    if len(count) <= SHARES_UP_TO:
        part = np.array([[f"<br>{each:.0%}" for each in line] for line in share], dtype=object)
        texts = np.where(count > 0, texts + part, "")
    return texts


def roc(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw hits against false alarms for every cut-off, one line per curve and model.

    Parameters
    ----------
    frame : DataFrame
        Columns curve, fpr, tpr, auc, and model where several are overlaid.
    """
    drawn = _curves(
        frame,
        palette,
        of("ROC curve", subject),
        ("fpr", "False alarms (share of the others)"),
        ("tpr", "Hits (share of the class)"),
        ("auc", "area"),
    )
    if frame.empty:
        return drawn
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": palette.muted, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name="guessing",
        showlegend=False,
    )
    return drawn


def precision_recall(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw how pure the findings are against how many are found, one line per curve and model.

    Parameters
    ----------
    frame : DataFrame
        Columns curve, recall, precision, average_precision, chance (optional: the share of the class, which is the
        precision of guessing), and model where several are overlaid.
    """
    drawn = _curves(
        frame,
        palette,
        of("Precision and recall", subject),
        ("recall", "Recall (share of the class that is found)"),
        ("precision", "Precision (share that is right)"),
        ("average_precision", "average"),
        shape="hv",
    )
    if "chance" in frame and frame["curve"].nunique() == 1:
        drawn.add_hline(y=frame["chance"].iloc[0], line={"color": palette.muted, "width": 1, "dash": "dot"})
    return drawn


def _curves(
    frame: pd.DataFrame,
    palette: Palette,
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    summary: tuple[str, str],
    shape: str = "linear",
) -> go.Figure:
    """Lines in the unit square: colours tell models apart, or classes where there is one model.

    Where there are too many to name each, the legend says a model's mean, and a line says its name when pointed at.
    """
    if frame.empty:
        return empty(palette, title, reason(frame, "Nothing that is judged here says how sure it is."))
    models = [(model, groups(part, "curve")) for model, part in groups(frame, "model")]
    named = sum(len(curves) for _, curves in models) <= LINES_NAMED_UP_TO
    drawn = figure(palette, title, x[1], y[1], height=380)
    for number, (model, curves) in enumerate(models):
        if not named:
            shade = palette.colour(number) if len(models) > 1 else palette.muted
            drawn.add_scatter(x=[None], y=[None], mode="lines", name=_mean(model, curves, summary), line_color=shade)
        for place, (curve, line) in enumerate(curves):
            colour = number if len(models) > 1 else place
            words = [escape(each) for each in _names(model, curve, len(models), len(curves))]
            value = line[summary[0]].iloc[0]
            line = thinned(line)
            drawn.add_scatter(
                x=line[x[0]],
                y=line[y[0]],
                mode="lines",
                name=" · ".join(words) + f" ({summary[1]} {value:.3f})",
                showlegend=named,
                line={
                    "color": palette.colour(colour),
                    "width": 2 if named else 1.3,
                    "shape": shape,
                    "dash": LINES[_dash(colour, place, models, palette)],
                },
                hovertemplate=f"{y[1].split(' (')[0]} %{{y:.1%}}<br>{x[1].split(' (')[0]} %{{x:.1%}}"
                "<extra>%{fullData.name}</extra>",
            )
    drawn.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", constrain="domain")
    drawn.update_yaxes(range=[-0.01, 1.02], tickformat=".0%")
    return with_legend(drawn, [trace.name for trace in drawn.data if trace.showlegend is not False])


def _mean(model: object, curves: list, summary: tuple[str, str]) -> str:
    """All classes of a model in one entry of the legend."""
    mean = np.mean([line[summary[0]].iloc[0] for _, line in curves])
    classes = f"{len(curves)} classes (mean {summary[1]} {mean:.3f})"
    return f"{escape(model)} · {classes}" if model else classes


def _names(model: object, curve: object, models: int, curves: int) -> list[object]:
    """What a line is called: by its model, its class, or both."""
    named = ([model] if models > 1 else []) + ([curve] if curves > 1 else [])
    return named or [model or curve or "model"]


def _dash(colour: int, place: int, models: list, palette: Palette) -> int:
    """A line's dashes: they tell classes apart within a model, and the ninth series from the first."""
    return (colour // len(palette.series) + (place if len(models) > 1 else 0)) % len(LINES)


def per_class(frame: pd.DataFrame, palette: Palette, subject: Subject = NOTHING) -> go.Figure:
    """Draw precision, recall and F1 of every class as bars.

    Parameters
    ----------
    frame : DataFrame
        Indexed by class; columns precision, recall, f1, support, all but the last 0 to 1. ``attrs["weighted"]`` says
        that support adds up weights.
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
            customdata=np.column_stack([names, [told.format(each) for each in shown["support"]]]),
            hovertemplate=f"{heading} of %{{customdata[0]}}: <b>%{{x:.1%}}</b><br>%{{customdata[1]}}<extra></extra>",
        )
    drawn.update_xaxes(range=[0, 1.01], tickformat=".0%")
    label_rows(drawn, names)
    drawn.update_layout(height=110 + 56 * len(names) if len(names) <= 10 else 110 + 34 * len(names))
    return with_legend(drawn, list(MEASURES.values()))
