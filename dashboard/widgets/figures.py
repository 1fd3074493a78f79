"""Charts on a page: the figure, how to read it, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import naming, words
from dashboard.charts import Chart, Subject, numbers, palette
from dashboard.drawn import drawn
from dashboard.widgets.moving import moving_chart

# The buttons that Plotly would draw over a figure: all of them can be done without.
CONFIG = {"displayModeBar": False, "scrollZoom": False}
FEW_ROWS = 100  # of numbers that are sent along with a figure


def show_chart(
    chart: Chart,
    frame: pd.DataFrame,
    subject: Subject,
    key: str,
    *,
    said: str = "",
    ways: Sequence[str] = (),
    lazy: bool = False,
    noted: str = "",
) -> list[dict[str, Any]]:
    """Draw a chart with one sentence on how to read it, and its numbers on request.

    Parameters
    ----------
    said : str
        What it shows, a sentence computed from its numbers, above it.
    ways : sequence of str
        How something can be marked in it: ``points``, ``box``, ``lasso``; nothing can where it is empty, and only
        points where it is drawn again and again.
    lazy : bool
        Whether it is drawn again and again: then it changes in place, and its numbers are sent when they are opened, as
        those of a long frame are.
    noted : str
        What an expert wants to know besides, with the numbers.

    Returns
    -------
    list of dict
        The points that are marked.
    """
    figure = drawn(chart, frame, palette(st.context.theme.type), subject, moving=lazy)
    alt = figure.alt or chart.title
    if said:
        st.markdown(naming.told(said))
    marking: dict[str, Any] = {"on_select": "rerun", "selection_mode": tuple(ways)} if ways else {}
    if lazy:
        points = moving_chart(figure.plain, key, CONFIG, clicks=bool(ways))
    else:
        event = st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt, **marking)
        points = list(event["selection"]["points"]) if ways else []
    st.caption(words.escape(chart.about))
    later = lazy or len(frame) > FEW_ROWS
    opened: dict[str, Any] = {"key": f"{key}-show", "on_change": "rerun"} if later else {}
    box = st.expander("Show the numbers", type="compact", **opened)
    if noted:
        box.caption(words.escape(noted))
    if not later or box.open:
        box.dataframe(numbers(frame), hide_index=True, key=f"{key}-numbers", alt=f"The numbers behind: {alt}")
    return points


def place_of(point: dict[str, Any]) -> int | None:
    """The row of the frame that a marked point stands for, where the last of its ``customdata`` says so."""
    told = point.get("customdata")
    if isinstance(told, dict):  # as a browser sends what was a list
        told = list(told.values())
    return int(told[-1]) if isinstance(told, list) and isinstance(told[-1], int | float) else None


def card(chart: Chart, frame: pd.DataFrame, subject: Subject, key: str) -> None:
    """A chart in a frame of its own."""
    with st.container(border=True):
        show_chart(chart, frame, subject, key)
