"""A model to take home: one file with what is kept with it, made on request."""

from __future__ import annotations

import streamlit as st

from core import asking
from core.decisions import Decision
from core.model_files import file_key, file_name, how_to_load
from core.records import ModelSpec
from core.results import ModelResult
from core.store import Derived, RunRow
from dashboard import decided, session, words
from dashboard.widgets.page import waiting

deciding = words.deciding


def take_home(run: RunRow, model: ModelResult) -> None:
    """The file of a model with the decision that is kept with it; nothing where none is."""
    kept = decided.decisions(run).get(model.id)
    if kept is None:
        return
    row = session.store().derived(file_key(run.spec, model.spec, kept.to_json()))
    with st.container(border=True):
        st.markdown(f"**Take {words.escape(model.title)} home**")
        if row is not None and row.result and not session.store().files.has_model(row.key):
            session.store().forget_derived(row.key)  # the file was cleaned away
            row = None
        if row is None:
            _offer(run, model, kept)
        elif waiting(session.settled(row), f"{model.title} learns from all practice rows …", 120):
            _download(run, session.store().derived(row.key) or row)


def _offer(run: RunRow, model: ModelResult, kept: Decision) -> None:
    fits = [each.outcome.fit_seconds for each in model.done if each.outcome]
    rows = session.comparison(run).practice_rows
    takes = words.about(1.0 + 1.3 * max(fits, default=0.0))
    st.caption(words.escape(deciding.to_take_home(model.title, rows, takes)))
    st.button(
        "Make the file",
        key=f"file-{model.id}",
        icon=":material/deployed_code:",
        on_click=_ask,
        args=(run, model.spec, kept),
    )


def _ask(run: RunRow, model: ModelSpec, kept: Decision) -> None:
    asking.request_model_file(session.store(), run.id, run.spec, model, kept.to_json())


def _download(run: RunRow, row: Derived) -> None:
    about, path = row.result["about"], session.store().files.model_path(row.key)
    name = file_name(run.spec.dataset, about["model"])
    st.caption(words.escape(deciding.in_the_file(about, row.result["size"])))
    st.download_button(
        f"Download {name}",
        path.read_bytes,
        name,
        "application/octet-stream",
        key=f"download-{row.key}",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.expander("How to use it", icon=":material/code:", type="compact"):
        st.code(how_to_load(name, about), language="python")
