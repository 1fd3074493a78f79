"""Rows as points on any two columns, and a search for the two that show the target best."""

from __future__ import annotations

import streamlit as st

from core.profile import Sort
from dashboard import words
from dashboard.charts import Subject
from dashboard.widgets.explore.asking import FRAME, Explored, ask, picture, select

NONE = "None"
TRENDS = {"curve": "Curve", "line": "Straight line", "": NONE}


def draw(about: Explored) -> None:
    """Draw the fields and the picture, and beside it the search where it was asked for."""
    placed = about.of_sort(Sort.NUMBER, Sort.DATE, Sort.CATEGORY)
    if len(placed) < 2:
        st.caption("There are no two columns that could be axes.")
        return
    wanted = about.target and st.toggle(
        "Find the informative view",
        key="find_view",
        persist_state="session",
        help="Tries pairs of columns and ranks them by how well their picture shows the target.",
    )
    if not wanted:
        _picture(about, placed)
        return
    left, right = st.columns([2, 3])
    with left:
        _search(about)
    with right:
        _picture(about, placed)


def _search(about: Explored) -> None:
    """The ranking of pairs; a click on one draws it."""
    frame = ask(about, "views", target=about.target)
    if frame is None:
        return
    said = words.exploring.views(frame, about.target)
    places = picture(about, "views", frame, Subject(target=about.target), "views", said)
    if frame.attrs["columns"] < frame.attrs["all"]:
        tried, columns = frame.attrs["tried"], frame.attrs["columns"]
        st.caption(f"Tried: {tried:,} pairs of the {columns} columns that have most to do with it.")
    if places != st.session_state.get("views-seen", []):
        st.session_state["views-seen"] = places
        if places:
            row = frame.iloc[places[0]]
            st.session_state["scatter_x"], st.session_state["scatter_y"] = row["a"], row["b"]


def _picture(about: Explored, placed: list[str]) -> None:
    numbers = [name for name in about.of_sort(Sort.NUMBER) if name != about.target] or placed
    others = [name for name in placed if name != numbers[0]]
    second = numbers[1] if len(numbers) > 1 else next((name for name in others if name != about.target), others[0])
    coloured = [NONE, *about.of_sort(Sort.NUMBER, Sort.CATEGORY)]
    with st.grid(5, min_column_width=150, vertical_alignment="bottom"):
        x = select("Across", placed, "scatter_x", numbers[0])
        y = select("Up", placed, "scatter_y", second)
        colour = select("Colour", coloured, "scatter_colour", about.target or NONE)
        size = select("Size", [NONE, *about.of_sort(Sort.NUMBER)], "scatter_size", NONE)
        trend = st.selectbox(
            "Line", list(TRENDS), format_func=TRENDS.__getitem__, key="scatter_trend", persist_state="session"
        )
    colour, size = ("" if each == NONE else each for each in (colour, size))
    frame = ask(about, "scatter", x=x, y=y, colour=colour, size=size, trend=trend)
    if frame is None:
        return
    said = words.exploring.scatter(frame, x, y)
    picture(about, "points", frame, Subject(target=colour, axes=(x, y)), f"scatter-{x}-{y}", said, FRAME)
