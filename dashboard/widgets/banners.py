"""What every page tells at its top: what is at work, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core import jobs
from core.records import FitState
from core.store import RunRow
from dashboard import session, words

LOOK = 4.0  # seconds between two looks; a full disk is told within five
DAMAGED = "damaged"  # the store's note that a database was set aside


def at_work(page: str) -> None:
    """Tell what the visitor has at work, with the way there, and keep the supervisor alive while a page is open."""

    def look() -> None:
        jobs.here(session.store())
        if st.session_state.pop("watch_now", False):
            st.switch_page("views/compare.py")
        busy = session.runs(session.AT_WORK)
        if busy:
            jobs.keep_going(session.store())
        _no_room(busy, page)
        _damaged()
        _nobody_at_work(bool(busy))
        _busy([each for each in busy if each.id != session.chosen("run") or page != "Compare"])

    st.fragment(look, run_every=LOOK, key="at_work")()


def who() -> None:
    """Offer to log in or out, where the server's secrets have a section ``auth``."""
    known = st.user.to_dict()
    if "is_logged_in" not in known:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if known["is_logged_in"]:
            st.caption(words.escape(known.get("name") or known.get("email") or "Logged in"), width="content")
            st.button("Log out", key="log_out", type="tertiary", on_click=st.logout)
            return
        named = [name for name, value in st.secrets.get("auth", {}).items() if isinstance(value, Mapping)]
        for name in named or [None]:
            title = f"Log in with {words.escape(name.capitalize())}" if name else "Log in"
            st.button(title, key=f"log_in-{name or ''}", type="tertiary", on_click=st.login, args=(name,))


def _busy(runs: Sequence[RunRow]) -> None:
    if not runs:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        told = f"{words.count(len(runs), 'comparison')} at work"
        st.markdown(f":blue-badge[:material/sync: {told}]", width="content")
        st.button("Watch", key="watch", type="tertiary", on_click=_watch, args=(runs[0],))


def _watch(run: RunRow) -> None:
    """Open a run, which may have ended since its button was drawn."""
    session.open_run(run)
    st.session_state["watch_now"] = True


def _no_room(busy: Sequence[RunRow], page: str) -> None:
    """Say that the disk is full, where something waits for room."""
    if not busy or not session.store().full():
        return
    oldest = busy[-1]
    models = session.comparison(oldest).models
    safe = sum(each.state == FitState.DONE for each in models)
    told = words.paused(title_of(oldest), safe, len(models), len(busy) - 1)
    st.error(words.sentence(told), icon=":material/hard_drive:", title="The disk is full")
    if page != "Runs":
        st.page_link("views/runs.py", label="Free space", icon=":material/cleaning_services:")


def title_of(run: RunRow) -> str:
    """What a comparison is called: the table and what is predicted."""
    return f"{run.spec.dataset} → {run.problem.target}"


def _nobody_at_work(wanted: bool) -> None:
    """Say that the supervisor cannot start: nothing would come of waiting."""
    if told := jobs.trouble(session.store()) if wanted else jobs.no_engine(session.store()):
        st.error(words.sentence(told), icon=":material/error:", title="Nothing can be trained at the moment")


def _damaged() -> None:
    """Say that the database was set aside, until somebody has taken note."""
    if told := session.store().noted(DAMAGED):
        st.warning(words.sentence(told), icon=":material/database_off:", title="The list of runs was damaged")
        st.button("I have taken note", key="taken_note", on_click=session.store().note, args=(DAMAGED, ""))
