"""The table in five figures, and its columns one by one, a screenful at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.profile import Sort
from dashboard import words
from dashboard.charts import Subject
from dashboard.widgets.explore.asking import Explored, ask, picture

A_SCREEN = 50
HEIGHT = 470


def draw(about: Explored) -> None:
    """Draw the figures, the list of columns, and the picture of the one that is chosen in it."""
    figures = ask(about, "overview")
    if figures is not None:
        _figures(figures.iloc[0].to_dict())
    names = _found(about)
    if not names:
        st.caption("No column is called so.")
        return
    frame = ask(about, "columns", names=names)
    if frame is None:
        return
    left, right = st.columns([2, 1])
    with left:
        chosen = _list(about, frame)
    with right:
        _one(about, frame.iloc[chosen].to_dict())


def _figures(row: dict[Any, Any]) -> None:
    figures = {
        "Rows": words.count(row["rows"]),
        "Columns": words.count(row["columns"]),
        "Empty cells": words.count(row["missing"]),
        "Repeated rows": words.count(row["duplicates"]),
        "In memory": words.size(row["bytes"]),
    }
    with st.grid(len(figures), min_column_width=130):
        for title, value in figures.items():
            st.metric(title, value, border=True)
    st.markdown(words.escape(words.exploring.overview(row)))


def _found(about: Explored) -> list[str]:
    """The columns of the screenful that is looked at."""
    names = [each.name for each in about.table.columns]
    if len(names) <= A_SCREEN // 4:
        return names
    asked = st.text_input(
        "Find a column", key="find_column", placeholder="Part of its name", icon=":material/search:", max_chars=100
    )
    names = [name for name in names if asked.lower() in name.lower()]
    pages = -(-len(names) // A_SCREEN)
    if pages < 2:
        return names
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"columns_page-{asked}")
        st.caption(f"{A_SCREEN} at a time, of {len(names):,}.", width="content")
    return names[(page - 1) * A_SCREEN : page * A_SCREEN]


def _list(about: Explored, frame: pd.DataFrame) -> int:
    """The list; gives the place of the chosen column, the first one with a picture where none is."""
    shown = pd.DataFrame(
        {
            "Column": frame["column"],
            "Values": frame["counts"],
            "What they are like": [words.exploring.column(row) for row in frame.to_dict("records")],
            "Missing": [100 * each / max(len(about.table.frame), 1) for each in frame["missing"]],
            "Different": frame["distinct"],
        }
    )
    pictured = [place for place, sort in enumerate(frame["sort"]) if Sort(sort) is not Sort.TEXT]
    first = pictured[0] if pictured else 0
    config = st.column_config
    event = st.dataframe(
        shown,
        hide_index=True,
        key="column_list",
        height=min(HEIGHT, 40 * len(shown) + 38),
        row_height=40,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [first]}},
        column_config={
            "Column": config.TextColumn(width=140, pinned=True),
            "Values": config.BarChartColumn(width=100, y_min=0, help="How often each range or value occurs"),
            "What they are like": config.TextColumn(width=390),
            "Missing": config.NumberColumn(format="%.1f %%", width=75),
            "Different": config.NumberColumn(format="localized", width=75),
        },
        alt="The columns with how their values are spread, and what is missing",
    )
    chosen = list(event["selection"]["rows"]) or [first]
    return min(chosen[0], len(frame) - 1)


def _one(about: Explored, row: dict[Any, Any]) -> None:
    """The large picture of one column."""
    frame = bars_of(row)
    said = words.exploring.column(row)
    picture(about, "histogram", frame, Subject(target=row["column"]), f"one-{row['column']}", said)


def bars_of(row: dict[Any, Any]) -> pd.DataFrame:
    """The bars of a column of part ``columns``, as the chart wants them."""
    beyond = row.get("beyond", 0)
    about: dict[Any, Any] = {"missing": row["missing"], "beyond": int(beyond) if pd.notna(beyond) else 0}
    if Sort(row["sort"]) is Sort.CATEGORY:
        frame = pd.DataFrame({"label": row["labels"], "count": row["counts"]})
        labels = [each for each in row["labels"] if each != row["others"]]
        pick = {"column": row["column"], "label": "label", "labels": [*labels, row["others"]]}
    elif Sort(row["sort"]) is Sort.TEXT:
        frame = pd.DataFrame({"low": [], "high": [], "count": []})
        frame.attrs["reason"] = "Free text has no picture."
        return frame
    else:
        frame = pd.DataFrame({"low": row["lows"], "high": row["highs"], "count": row["counts"]})
        if Sort(row["sort"]) is Sort.DATE:
            frame["low"], frame["high"] = pd.to_datetime(frame["low"]), pd.to_datetime(frame["high"])
        pick = {"column": row["column"], "low": "low", "high": "high", "last": (row["highs"] or [None])[-1]}
    frame.attrs.update(about, picks=[pick])
    return frame
