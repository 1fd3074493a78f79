"""The target against every column: which ones have most to do with it, and the picture of one of them."""

from __future__ import annotations

import streamlit as st

from core.profile import Sort
from dashboard import words
from dashboard.charts import Subject
from dashboard.widgets.explore.asking import CLICK, FRAME, Explored, ask, followed, picture, select

FIELD = "against_column"
AREAS = ("density", "points", "periods")  # pictures in which a frame can be drawn


def draw(about: Explored) -> None:
    """Draw the ranking, and the chosen column against the target."""
    if not about.target:
        st.caption("Choose what to predict, further up; then every column is held against it.")
        return
    frame = ask(about, "associations", target=about.target)
    if frame is None:
        return
    left, right = st.columns(2)
    with left:
        said = words.exploring.associations(frame, about.target)
        places = picture(about, "associations", frame, Subject(target=about.target), "associations", said)
        if frame.attrs["left_out"]:
            out = words.count(frame.attrs["left_out"], "column")
            st.caption(f"{out} of free text, or with one value only, cannot be held against it.")
    names = frame["column"].tolist()
    if not names:
        return
    followed("associations", places, names, FIELD)
    with right:
        two(about, select("Column", names, FIELD), about.target)


def two(about: Explored, first: str, second: str) -> None:
    """Two columns in the picture that fits them."""
    if first == second:
        st.caption("Choose two different columns.")
        return
    frame = ask(about, "pair", a=first, b=second)
    if frame is None:
        return
    shape = frame.attrs["shape"]
    if not shape:
        st.caption(words.sentence(frame.attrs["reason"]))
        return
    if about.sorts[first] is Sort.CATEGORY and about.sorts[second] is not Sort.CATEGORY:
        first, second = second, first  # the number lies on the axis, the category makes the groups
    said = words.exploring.PAIRS[shape](frame, first, second)
    ways = FRAME if shape in AREAS else CLICK
    picture(about, shape, frame, Subject(axes=(first, second)), f"pair-{first}-{second}", said, ways)
