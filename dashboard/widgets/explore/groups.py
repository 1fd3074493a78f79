"""Two groups of rows: which ones, in which columns they differ, and the picture of one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.profile import Sort
from dashboard import words
from dashboard.charts import Subject
from dashboard.widgets.explore.asking import Explored, ask, followed, picture, select
from dashboard.widgets.explore.marked import marks

FIELD = "differing_column"
MOST_VALUES, SENTENCES = 200, 5


@dataclass(frozen=True)
class Way:
    """A way to part the rows: its fields give the settings of part ``groups``; `able` says whether there is one."""

    name: str
    title: str
    fields: Callable[[Explored], dict[str, Any]]
    able: Callable[[Explored], bool]


def _few(about: Explored) -> list[str]:
    distinct = {each.name: each.distinct for each in about.table.columns}
    return [name for name in about.of_sort(Sort.CATEGORY) if 2 <= distinct[name] <= MOST_VALUES]


def _value(about: Explored) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        column = select("Column", _few(about), "groups_column", about.target)
    values = about.table.frame[column]
    known = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else sorted(values.dropna().unique())
    with right:
        return {"column": column, "value": select("Value", [str(each) for each in known], "groups_value")}


def _months(about: Explored) -> dict[str, Any]:
    return {"column": select("Date", about.of_sort(Sort.DATE), "groups_date")}


def _marked(about: Explored) -> dict[str, Any]:
    return {"marks": marks(about.table)}


def _part(about: Explored) -> dict[str, Any]:
    share = st.slider("First part", 5, 95, 80, 5, format="%d %%", key="groups_share", persist_state="session")
    return {"share": share / 100}


WAYS = (
    Way("value", "One value", _value, lambda about: bool(_few(about))),
    Way("months", "Last month", _months, lambda about: bool(about.of_sort(Sort.DATE))),
    Way("marks", "Selected rows", _marked, lambda about: bool(marks(about.table))),
    Way("part", "First and last part", _part, lambda about: True),
)


def draw(about: Explored) -> None:
    """Draw the choice of groups, the ranking, and a column's picture."""
    ways = {way.name: way for way in WAYS if way.able(about)}
    if st.session_state.get("groups_way") not in ways:
        st.session_state["groups_way"] = next(iter(ways))
    chosen = st.segmented_control(
        "Which rows against the others",
        list(ways),
        format_func=lambda name: ways[name].title,
        key="groups_way",
        persist_state="session",
        required=True,
        wrap=True,
    )
    if "marks" not in ways:
        st.caption("Rows that you mark in a picture can be compared with the others, too.")
    way = ways[str(chosen)]
    settings = {"way": way.name, **way.fields(about)}
    frame = ask(about, "groups", **settings)
    if frame is not None:
        _differences(about, frame, settings)


def _differences(about: Explored, frame: pd.DataFrame, settings: dict[str, Any]) -> None:
    names, sizes = frame.attrs["names"], frame.attrs["sizes"]
    sides = [f"“{name}” has {words.count(size, 'row')}" for name, size in zip(names, sizes, strict=True)]
    st.caption(words.escape(f"{words.joined(sides)}."))
    left, right = st.columns(2)
    with left:
        said = words.exploring.group_differences(frame)
        places = picture(about, "group_differences", frame, Subject(), "groups", said)
        top = frame.head(SENTENCES).to_dict("records")
        told = [f"{row['column']}: {words.exploring.group_difference(row, names, len(frame))}" for row in top]
        st.markdown("\n".join(f"- {words.escape(each)}" for each in told))
    columns = frame["column"].tolist()
    if not columns:
        return
    followed("groups", places, columns, FIELD)
    with right:
        column = select("Column to look at", columns, FIELD)
        drawn = ask(about, "groups", **settings, picture=column)
        if drawn is not None:
            row = frame[frame["column"] == column].iloc[0].to_dict()
            said = words.exploring.group_difference(row, names, len(frame))
            axes = ("group", column) if drawn.attrs["shape"] == "shares" else (column, "group")
            picture(about, drawn.attrs["shape"], drawn, Subject(axes=axes), f"group-{column}", said)
