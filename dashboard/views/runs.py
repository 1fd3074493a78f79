"""Runs: earlier comparisons, to open, repeat or delete."""

from __future__ import annotations

import time

import streamlit as st

from core import jobs
from core.metrics import METRICS
from core.records import RUN_ENDED
from core.store import RunRow
from dashboard import session, widgets, words

PER_PAGE = 10


def repeat(run: RunRow) -> None:
    """Queue the same run again; what is known already is not trained anew."""
    table = session.table_at(run.spec.fingerprint)
    if table is None:
        st.session_state["trouble"] = f"The table {run.spec.dataset} was deleted, so this run cannot be repeated."
        return
    try:
        again = jobs.submit(session.store(), run.spec, table, session.owner())
    except ValueError as error:
        st.session_state["trouble"] = str(error)
        return
    session.open_run(session.store().run(again) or run)


def delete(run: RunRow) -> None:
    """Forget a run."""
    if session.store().delete_run(run.id) and session.chosen("run") == run.id:
        session.choose(run="")


# ---- selection, reading

runs = session.runs()
widgets.header("Runs", f"{words.count(len(runs), 'comparison')} so far")
if trouble := st.session_state.pop("trouble", ""):
    st.error(words.escape(trouble), icon=":material/error:")

# ---- nothing to show yet

if not runs:
    widgets.empty(
        "history", "No comparison yet", "Every comparison that you start is kept here, with everything to repeat it."
    ).page_link("views/compare.py", label="Compare models", icon=":material/leaderboard:")
    st.stop()

# ---- showing


def best_of(run: RunRow) -> str:
    """The best model and its score, where there is one."""
    result = session.comparison(run)
    board = result.leaderboard()
    ranked = board[board["rank"].notna()]
    if ranked.empty:
        return "no model could be ranked" if jobs.ended(run) else "no model is finished yet"
    metric = METRICS[result.metric]
    return f"{ranked['title'].iloc[0]}, {metric.title} {words.value_of(metric, ranked['mean'].iloc[0])}"


def row(run: RunRow) -> None:
    """One run with its buttons."""
    with (
        st.container(border=True),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        with st.container(gap=None, width="stretch"):
            title = words.escape(f"{run.spec.dataset} → {run.problem.target}")
            st.markdown(f"**{title}** {widgets.state_badge(run)}")
            st.markdown(words.escape(best_of(run)))
            when = words.ago(max(time.time() - run.created, 0))
            st.caption(words.escape(f"{when} · {widgets.provenance(run, session.comparison(run))}"))
        with st.container(horizontal=True, width="content", gap="xsmall"):
            opened = st.button(
                "Open", key=f"open-{run.id}", on_click=session.open_run, args=(run,), icon=":material/open_in_new:"
            )
            repeated = st.button(
                "Repeat",
                key=f"repeat-{run.id}",
                on_click=repeat,
                args=(run,),
                icon=":material/replay:",
                type="tertiary",
            )
            if opened or (repeated and "trouble" not in st.session_state):
                st.switch_page("views/compare.py")
            if repeated:
                st.rerun()  # the page says at its top what is against it
            if run.state in RUN_ENDED:
                with st.popover("Delete", icon=":material/delete:", type="tertiary"):
                    st.markdown("Delete this comparison and what was trained for it?")
                    st.button("Yes, delete it", key=f"delete-{run.id}", on_click=delete, args=(run,), type="primary")


def history() -> None:
    """The runs of the page that is looked at, the newest first."""
    listed = session.runs()
    pages = -(-len(listed) // PER_PAGE)
    page = st.pagination(pages, key="history_page") if pages > 1 else 1
    for each in listed[(page - 1) * PER_PAGE : page * PER_PAGE]:
        row(each)


busy = any(not jobs.ended(each) for each in runs[:PER_PAGE])
st.fragment(history, run_every=2.0 if busy else None, key="history")()
