"""The rows behind the four numbers of a cut-off: who is missed, who is flagged wrongly."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.decisions import Weighing
from core.records import Table
from core.store import RunRow
from dashboard import session, words
from dashboard.widgets.figures import place_of
from dashboard.widgets.on_map import see_on_map

ENDS = {
    "missed": ("Missed", False, True),
    "alarms": ("False alarms", True, False),
    "found": ("Found", True, True),
    "left": ("Rightly left alone", False, False),
}
MOST_ROWS = 300


def chart_key(run: RunRow, model: str) -> str:
    """The key of the matrix; another one after each choice by a button, so that it forgets a click on a cell then."""
    return f"cut-confusion-{model}-{st.session_state.get(f'turn-{_ends(run, model)}', 0)}"


def take_over(run: RunRow, model: str, frame: pd.DataFrame, points: list[dict[str, Any]]) -> None:
    """Choose the end whose cell is clicked on, when that has changed since the matrix was drawn last.

    Parameters
    ----------
    frame : DataFrame
        Of the matrix: columns actual, predicted.
    points : list of dict
        What is clicked on, see `dashboard.widgets.show_chart`.
    """
    ends = _ends(run, model)
    place = place_of(points[0]) if points else None
    if place == st.session_state.get(f"clicked-{ends}"):
        return
    st.session_state[f"clicked-{ends}"] = place
    if place is not None and 0 <= place < len(frame):
        cell, positive = frame.iloc[place], run.problem.positive
        wanted = bool(cell["predicted"] == positive), bool(cell["actual"] == positive)
        st.session_state[ends] = next(name for name, (_, *end) in ENDS.items() if tuple(end) == wanted)


def _ends(run: RunRow, model: str) -> str:
    return f"ends-{run.id}-{model}"


def _by_button(ends: str) -> None:
    """Have the matrix forget which cell was clicked on: the choice is another one now."""
    if st.session_state.pop(f"clicked-{ends}", None) is not None:
        st.session_state[f"turn-{ends}"] = st.session_state.get(f"turn-{ends}", 0) + 1


def look_at_rows(run: RunRow, model: str, title: str, weighing: Weighing, cut_off: float) -> None:
    """Let a person ask for the rows that come to one of the four ends at a cut-off; none until they do."""
    ends = _ends(run, model)
    chosen = st.segmented_control(
        "Look at the rows that are",
        list(ENDS),
        format_func=lambda name: ENDS[name][0],
        key=ends,
        on_change=_by_button,
        args=(ends,),
    )
    if chosen is None:
        st.caption("Or click on a cell of the matrix.")
        return
    name, flagged, positive = ENDS[chosen]
    given, problem = weighing.held.predictions, run.problem
    true = given.actual == problem.classes.index(problem.positive)
    places = np.flatnonzero((weighing.flagged(cut_off) == flagged) & (true == positive))
    if not len(places):
        st.caption("No row comes to this end at this cut-off.")
        return
    table = session.table_at(run.spec.fingerprint)
    if table is None:
        st.caption("The table of this run was deleted, and with it what stands in these rows.")
        return
    _list(table, weighing, places[np.argsort(-weighing.leanings[places], kind="stable")], name)
    rows, flags = np.unique(given.rows[places]), words.deciding.cut_off(cut_off, weighing.on)
    told = words.deciding.rows_at(len(rows), positive, flagged, problem.positive, title, flags)
    see_on_map(run.spec.fingerprint, rows, told, ends)


def _list(table: Table, weighing: Weighing, places: NDArray[np.intp], name: str) -> None:
    """The first of some held-out rows, as they stand in the table."""
    rows = weighing.held.predictions.rows[places[:MOST_ROWS]]
    shown = table.frame.iloc[rows]
    shown.insert(0, _free("score", shown.columns), weighing.leanings[places[:MOST_ROWS]])
    shown.insert(0, _free("row", shown.columns), rows)
    first = f"the first {MOST_ROWS} of " if len(places) > MOST_ROWS else ""
    st.caption(words.escape(f"{first}{words.count(len(places), 'row')}, the highest {weighing.on} first.".capitalize()))
    st.dataframe(shown, hide_index=True, key=f"rows-{name}", alt=f"Rows: {name.lower()}")


def _free(name: str, taken: Collection[str]) -> str:
    """A name that no column has."""
    while name in taken:
        name = f"({name})"
    return name
