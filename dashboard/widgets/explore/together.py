"""Which columns go together, and which are empty together."""

from __future__ import annotations

import streamlit as st

from dashboard import words
from dashboard.charts import Subject
from dashboard.widgets.explore.against import two
from dashboard.widgets.explore.asking import Explored, ask, picture

PAIRS = 50


def draw(about: Explored) -> None:
    """Draw the matrix, and one of its pairs."""
    frame = ask(about, "correlations", target=about.target)
    if frame is None:
        return
    left, right = st.columns(2)
    with left:
        picture(about, "correlations", frame, Subject(), "correlations", words.exploring.correlations(frame), ())
        if frame.attrs["tried"] < frame.attrs["all"]:
            st.caption(f"{frame.attrs['tried']:,} of {frame.attrs['all']:,} columns were looked at.")
    pairs = list(frame[["a", "b"]].head(PAIRS).itertuples(index=False, name=None))
    if not pairs:
        return
    with right:
        if st.session_state.get("together_pair") not in pairs:
            st.session_state["together_pair"] = pairs[0]
        chosen = st.selectbox(
            "Two columns", pairs, format_func=" × ".join, key="together_pair", help="The strongest first"
        )
        two(about, *chosen)


def draw_gaps(about: Explored) -> None:
    """Draw the patterns of gaps."""
    frame = ask(about, "gaps")
    if frame is None:
        return
    said = words.exploring.gaps(frame)
    if not frame.attrs["gapped"]:
        st.markdown(words.escape(said))
        return
    picture(about, "gaps", frame, Subject(), "gaps", said)
