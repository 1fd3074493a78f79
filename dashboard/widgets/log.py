"""The run's log: which trainings did not end as they should, with what the machine said of each."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.records import FitState
from core.results import Comparison, FitResult, ModelResult
from core.store import RunRow
from dashboard import words
from dashboard.widgets.board import CALLED
from dashboard.widgets.page import provenance

BAD = (FitState.FAILED, FitState.CANCELLED, FitState.SKIPPED)
MOST, LONGEST = 40, 20_000  # entries on the page, characters of each; the file has all


def show_log(run: RunRow, result: Comparison) -> None:
    """Offer the log of a run in which something did not end as it should; drawn only while it is open."""
    if not any(each.state in BAD for each in result.fits):
        return
    panel = st.expander(
        "The run's log", key=f"log-{run.id}", on_change="rerun", type="compact", icon=":material/receipt_long:"
    )
    if not panel.open:
        return
    with panel:
        entries = entries_of(result)
        if jobs.ended(run):  # while it grows, each new file would take the place of the one that is being fetched
            st.download_button(
                "Download the log",
                words.as_text(provenance(run, result), entries),
                f"bakeoff-{run.number}-log.txt",
                "text/plain",
                key="log_file",
                icon=":material/download:",
                on_click="ignore",
            )
        for each in entries[:MOST]:
            _entry(each)
        if len(entries) > MOST:
            st.caption(f"{len(entries) - MOST} more, all of them in the file.")


def entries_of(result: Comparison) -> list[words.Entry]:
    """What did not end as it should, the latest first; folds of a model that were not tried, as one."""
    found = [_entry_of(model, fit) for model in result.models for fit in model.fits if fit.state in BAD]
    once = {(each.title, each.fold if each.started else "", each.reason): each for each in found}
    return sorted(once.values(), key=lambda each: each.ended or 0.0, reverse=True)


def _entry_of(model: ModelResult, fit: FitResult) -> words.Entry:
    several = len(model.fits) > 1 and (fit.started is not None or fit.state == FitState.FAILED)
    return words.Entry(
        model.title,
        f"fold {fit.fold + 1} of {len(model.fits)}" if several else "",
        CALLED.get(fit.state, str(fit.state)),
        fit.reason,
        fit.started,
        fit.ended,
        fit.log,
    )


def _entry(entry: words.Entry) -> None:
    when = f" :gray[{words.escape(entry.when())}]" if entry.when() else ""
    st.markdown(f"**{words.escape(entry.heading)}**: {words.escape(entry.state)}{when}  \n{words.escape(entry.reason)}")
    if entry.log:
        st.code(words.without_folders(entry.log[-LONGEST:]), language=None, wrap_lines=True, height=_height(entry.log))


def _height(text: str) -> int | str:
    """A long text scrolls in its own frame."""
    return 320 if text.count("\n") > 14 else "content"
