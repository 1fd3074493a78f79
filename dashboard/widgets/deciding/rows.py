"""The rows behind the four numbers of a cut-off: who is missed, who is flagged wrongly."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import streamlit as st

from core.decisions import Weighing
from core.store import RunRow
from dashboard import session, words

ENDS = {
    "missed": ("Missed", False, True),
    "alarms": ("False alarms", True, False),
    "found": ("Found", True, True),
    "left": ("Rightly left alone", False, False),
}
MOST_ROWS = 300


def look_at_rows(run: RunRow, model: str, weighing: Weighing, cut_off: float) -> None:
    """Let a person ask for the rows that come to one of the four ends at a cut-off; none until they do."""
    chosen = st.segmented_control(
        "Look at the rows that are",
        list(ENDS),
        format_func=lambda name: ENDS[name][0],
        key=f"ends-{run.id}-{model}",
    )
    if chosen is None:
        return
    _, flagged, positive = ENDS[chosen]
    given, problem = weighing.held.predictions, run.problem
    true = given.actual == problem.classes.index(problem.positive)
    places = np.flatnonzero((weighing.flagged(cut_off) == flagged) & (true == positive))
    if not len(places):
        st.caption("No row comes to this end at this cut-off.")
        return
    places = places[np.argsort(-weighing.leanings[places], kind="stable")]
    table = session.table_at(run.spec.fingerprint)
    if table is None:
        st.caption("The table of this run was deleted, and with it what stands in these rows.")
        return
    shown = table.frame.iloc[given.rows[places[:MOST_ROWS]]]
    shown.insert(0, _free("score", shown.columns), weighing.leanings[places[:MOST_ROWS]])
    shown.insert(0, _free("row", shown.columns), given.rows[places[:MOST_ROWS]])
    first = f"the first {MOST_ROWS} of " if len(places) > MOST_ROWS else ""
    st.caption(words.escape(f"{first}{words.count(len(places), 'row')}, the highest {weighing.on} first.".capitalize()))
    st.dataframe(shown, hide_index=True, key=f"rows-{chosen}", alt=f"Rows: {ENDS[chosen][0].lower()}")


def _free(name: str, taken: Collection[str]) -> str:
    """A name that no column has."""
    while name in taken:
        name = f"({name})"
    return name
