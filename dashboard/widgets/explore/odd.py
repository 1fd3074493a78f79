"""The rows that fit least, and in each the column that is least like what was expected."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from core.asking import request_oddities
from dashboard import session, words
from dashboard.widgets.explore.asking import Explored
from dashboard.widgets.explore.marked import COLUMNS
from dashboard.widgets.page import waiting


def draw(about: Explored) -> None:
    """Draw the list, with the reason for each, and the rows as they stand in the table."""
    table = about.table
    job = session.settled(request_oddities(session.store(), table.fingerprint, session.roles(table)))
    if not waiting(job, "Learning what rows are usually like …"):
        return
    rows = job.result["rows"]
    st.markdown(words.escape(words.odd.first(rows[0], job.result["of"])))
    listed = {
        "Row": [each["row"] for each in rows],
        "How odd": [words.odd.times(each["times"]) for each in rows],
        "Why": [words.odd.why(each) for each in rows],
    }
    config = {
        "Row": st.column_config.NumberColumn(format="%d", width=70),
        "How odd": st.column_config.TextColumn(width=90, alignment="right"),
    }
    st.dataframe(pa.table(listed), hide_index=True, column_config=config, key="odd", alt="The oddest rows, and why.")
    st.caption(words.escape(words.odd.caption(job.result)))
    box = st.expander("These rows as they stand in the table", type="compact", key="odd_rows", on_change="rerun")
    if box.open:
        box.dataframe(table.frame.iloc[listed["Row"], :COLUMNS], key="odd_table", alt="The oddest rows.")
