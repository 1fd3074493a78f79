"""Rows that were listed on one page, to be seen on the map: they are marked there until somebody has them forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from core.records import Table
from dashboard import words

STATE = "on_map"
COLOUR, PLAIN, MARKED = "colour", "actual", "marked"  # the map's choice of colours, and two of what it offers


@dataclass(frozen=True)
class Marked:
    """Rows of a table that are marked on its map.

    Attributes
    ----------
    table : str
        The fingerprint of the table that the rows are of.
    rows : ndarray of int, shape (n,)
        Positions in the table, each once.
    told : str
        What rows these are, plain text without a full stop.
    """

    table: str
    rows: NDArray[np.intp]
    told: str


def see_on_map(table: str, rows: ArrayLike, told: str, key: str) -> None:
    """The way from a list of rows to the map, on which they are marked.

    Parameters
    ----------
    table : str
        The fingerprint of the table that the rows are of.
    rows : array_like of int
        Positions in the table; each is marked once, however often it was judged.
    told : str
        What rows these are, plain text without a full stop.
    key : str
        Of the button.
    """
    if st.button("See them on the map", key=f"map-{key}", icon=":material/scatter_plot:", type="tertiary"):
        st.session_state[STATE] = Marked(table, np.unique(np.asarray(rows, dtype=np.intp)), told)
        st.session_state[COLOUR] = MARKED
        st.switch_page("views/map.py")


def marked_rows(table: Table) -> Marked | None:
    """The rows that are marked on a table's map; None where none are, or those of another table."""
    kept = st.session_state.get(STATE)
    return kept if isinstance(kept, Marked) and kept.table == table.fingerprint else None


def tell_marked(marked: Marked, drawn: ArrayLike, of: int) -> None:
    """Say which rows are marked, and have them forgotten on request.

    Parameters
    ----------
    drawn : array_like of int
        The rows that the map holds, positions in the table.
    of : int
        How many rows it could hold.
    """
    here = np.asarray(drawn, dtype=np.intp)
    missing = int((~np.isin(marked.rows, here)).sum())
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        told = words.exploring.on_map(marked.told, len(marked.rows), missing, len(here), of)
        st.markdown(words.escape(told), width="content")
        st.button("Forget them", key="forget_marked", icon=":material/close:", on_click=_forget)


def _forget() -> None:
    st.session_state.pop(STATE, None)
    st.session_state[COLOUR] = PLAIN
