"""Runs: earlier comparisons, to open, repeat or delete."""

from __future__ import annotations

import time

import streamlit as st

from core import jobs
from core.metrics import METRICS
from core.records import RUN_ENDED, RunState
from core.standing import nobody_wins
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


# ---- selection, reading

runs = session.runs()
usage = session.store().usage() if runs else {}
total = sum(usage.get(each.id, 0) for each in runs)
told = f"{words.count(len(runs), 'comparison')} so far" + (f", {words.size(total)} on the disk" if total else "")
place = widgets.header("Runs", told)
if trouble := st.session_state.pop("trouble", ""):
    st.error(words.sentence(trouble), icon=":material/error:")
with place:
    widgets.free_space(runs, usage)
widgets.tell_freed()

# ---- nothing to show yet

if not runs:
    widgets.empty(
        "history", "No comparison yet", "Every comparison that you start is kept here, with everything to repeat it."
    ).page_link("views/compare.py", label="Compare models", icon=":material/leaderboard:")
    widgets.end()

# ---- showing


def best_of(run: RunRow) -> str:
    """The best model and its score, where there is one; else what the run waits for."""
    result = session.comparison(run)
    standings = result.standings()
    best = words.front(standings)
    if best is not None and nobody_wins(standings):
        return f"no model beats guessing{'' if jobs.ended(run) else ' so far'}"
    if best is not None:
        metric = METRICS[result.metric]
        shared = sum(each.tied and not each.baseline for each in standings) > 1
        return f"{best.title}{' in front' if shared else ''}, {metric.title} {words.value_of(metric, best.mean)}"
    if run.state == RunState.QUEUED:
        place = jobs.place(session.store(), run)
        return words.place(place.ahead, place.sharing)
    return "no model could be ranked" if jobs.ended(run) else "no model is finished yet"


def row(run: RunRow) -> None:
    """One run with its buttons."""
    with (
        st.container(border=True),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{words.escape(widgets.title_of(run))}** {widgets.state_badge(run)}")
            st.markdown(words.escape(best_of(run)))
            parts = [
                words.ago(max(time.time() - run.created, 0)),
                widgets.provenance(run, session.comparison(run)),
                f"{words.size(usage[run.id])} on the disk" if usage.get(run.id) else "",
            ]
            st.caption(words.escape(" · ".join(each for each in parts if each)))
        with st.container(horizontal=True, width="content", gap="xsmall"):
            buttons(run)


def buttons(run: RunRow) -> None:
    """What can be done with a run."""
    opened = st.button(
        "Open", key=f"open-{run.id}", on_click=session.open_run, args=(run,), icon=":material/open_in_new:"
    )
    repeated = st.button(
        "Repeat", key=f"repeat-{run.id}", on_click=repeat, args=(run,), icon=":material/replay:", type="tertiary"
    )
    if opened or (repeated and "trouble" not in st.session_state):
        st.switch_page("views/compare.py")
    if repeated:
        st.rerun()  # the page says at its top what is against it
    if run.state not in RUN_ENDED:
        st.button(
            "Stop", key=f"stop-{run.id}", on_click=session.stop, args=(run,), icon=":material/stop:", type="tertiary"
        )
    else:
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this comparison and what was trained for it?")
            st.button("Yes, delete it", key=f"delete-{run.id}", on_click=session.delete, args=(run,), type="primary")


def stop_everything(busy: list[RunRow]) -> None:
    """The button that ends all that is at work or waits."""
    place.button(
        f"Stop everything ({len(busy)})",
        key="stop_everything",
        icon=":material/stop:",
        on_click=session.stop_everything,
        help="Ends all your comparisons that are at work or wait; what is finished stays.",
    )


def history() -> None:
    """The runs of the page that is looked at, the newest first."""
    listed = session.runs()
    open_ones = [each for each in listed if not jobs.ended(each)]
    if bool(open_ones) != busy:
        st.rerun()
    if open_ones:
        stop_everything(open_ones)
    pages = -(-len(listed) // PER_PAGE)
    page = st.pagination(pages, key="history_page") if pages > 1 else 1
    for each in listed[(page - 1) * PER_PAGE : page * PER_PAGE]:
        row(each)


busy = any(not jobs.ended(each) for each in runs)
st.fragment(history, run_every=2.0 if busy else None, key="history")()
