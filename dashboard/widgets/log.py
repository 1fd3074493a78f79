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
    """What did not end as it should, the latest first; folds with the same fate are one entry."""
    found: dict[tuple[str, str, str, str], words.Entry] = {}
    for model in result.models:
        for fit in model.fits:
            if fit.state in BAD:
                entry = _entry_of(model, fit)
                key = (model.id, entry.state, entry.reason, entry.log)
                found[key] = found[key].with_another(entry) if key in found else entry
    return sorted(found.values(), key=lambda each: each.ended or 0.0, reverse=True)


def _entry_of(model: ModelResult, fit: FitResult) -> words.Entry:
    state = CALLED.get(fit.state, str(fit.state))
    log = words.without_folders(fit.log)
    return words.Entry(model.title, (fit.fold + 1,), len(model.fits), state, fit.reason, fit.started, fit.ended, log)


def _entry(entry: words.Entry) -> None:
    when = f" :gray[{words.escape(entry.when())}]" if entry.when() else ""
    st.markdown(
        f"**{words.escape(entry.heading)}**: {words.escape(entry.state)}{when}  \n{words.sentence(entry.reason)}"
    )
    if entry.log:
        long = entry.log.count("\n") > 14  # then it scrolls in a frame of its own
        text = entry.log[-LONGEST:]
        st.code(text, language=None, wrap_lines=True, height=320 if long else "content")
