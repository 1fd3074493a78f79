"""The rows that are marked in a picture, as a table below all pictures.

What is kept for the session are the conditions (see `core.profile.selecting`), not the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.profile import chosen, mask
from core.records import Table
from dashboard import words

if TYPE_CHECKING:
    from dashboard.widgets.explore.asking import Explored

STATE, TURN = "marks", "marks_turn"
ROWS, COLUMNS = 200, 50


def turn() -> int:
    """How often marks were cleared; a part of every picture's key, so that it forgets its own then."""
    return int(st.session_state.get(TURN, 0))


def marks(table: Table) -> list[list[dict[str, Any]]]:
    """The conditions of the marked rows of a table; empty where nothing is marked."""
    kept = st.session_state.get(STATE, {})
    return list(kept.get("marks", [])) if kept.get("table") == table.fingerprint else []


def marked(table: Table, frame: pd.DataFrame, places: Sequence[int], key: str, title: str) -> None:
    """Take over what is marked in a picture, when that has changed since it was drawn last."""
    kept = st.session_state.get(STATE, {})
    now = list(places)
    if now == st.session_state.get(f"{key}-marked", []) or (not now and kept.get("key") != key):
        return
    st.session_state[f"{key}-marked"] = now
    found = chosen(frame, now)
    st.session_state[STATE] = {"table": table.fingerprint, "marks": found, "key": key, "title": title} if found else {}


def _clear() -> None:
    st.session_state[STATE] = {}
    st.session_state[TURN] = turn() + 1
    for key in [each for each in st.session_state if str(each).endswith("-marked")]:
        del st.session_state[key]


def rows_marked(about: Explored) -> None:
    """The marked rows of the table, the first of them as they stand in it."""
    table, found = about.table, marks(about.table)
    if not found:
        return
    rows = np.flatnonzero(mask(table.frame, found))
    title = st.session_state[STATE]["title"]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        told = words.exploring.selected(len(rows), len(table.frame))
        st.markdown(f"**{words.escape(told)}** in “{words.escape(title)}”", width="content")
        st.button("Clear", key="clear_marks", icon=":material/close:", on_click=_clear)
    shown = table.frame.iloc[rows[:ROWS], :COLUMNS]
    st.dataframe(shown, height=min(280, 35 * (len(shown) + 1) + 3), key="marked", alt=f"Rows of {table.title}: {told}.")
    notes = [f"The first {ROWS} of them" if len(rows) > ROWS else ""]
    notes.append(f"the first {COLUMNS} of {table.frame.shape[1]:,} columns" if table.frame.shape[1] > COLUMNS else "")
    if said := ", ".join(filter(None, notes)):
        st.caption(f"{said[0].upper()}{said[1:]}.")
