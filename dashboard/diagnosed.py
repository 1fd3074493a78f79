"""What is known of a run's models beyond their scores: their predictions fold by fold, and the frames made of them.

Small frames are made here; where that would hold up the page, a worker makes them.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.asking import request_diagnosis
from core.diagnostics import DIAGNOSES, Held
from core.profile import unpacked
from core.records import FitState, Problem
from core.store import Derived, RunRow
from dashboard import session

AT_ONCE = 20_000  # rows times classes that a page may look through: about 20 ms


def held(run: RunRow, model: str) -> Held | None:
    """A model's held-out predictions by fold; None where there are none."""
    return _held(str(session.store().folder), run.id, model, session.store().stamp(run.id), run)


@st.cache_resource(max_entries=16, show_spinner=False)
def _held(folder: str, run: str, model: str, stamp: str, _run: RunRow) -> Held | None:
    folds = session.comparison(_run).by_fold(model)
    return Held(folds) if folds else None


def frame_of(run: RunRow, model: str, name: str) -> pd.DataFrame | Derived:
    """A frame of `core.diagnostics.DIAGNOSES` about a model that has predictions, or the job that makes it.

    It is shared: nobody may write to it.
    """
    found = held(run, model)
    assert found is not None
    if len(found.whole.rows) * max(1, len(run.problem.classes)) <= AT_ONCE:
        store = session.store()
        return _made(str(store.folder), run.id, model, name, store.stamp(run.id), found, run.problem)
    keys = [each.key for each in session.comparison(run).model(model).done]
    job = session.settled(request_diagnosis(session.store(), run.id, model, name, keys))
    return _unpacked(job.key, job) if job.state == FitState.DONE else job


@st.cache_resource(max_entries=128, show_spinner=False)
def _made(folder: str, run: str, model: str, name: str, stamp: str, _held: Held, _problem: Problem) -> pd.DataFrame:
    return DIAGNOSES[name].make(_held, _problem)


@st.cache_resource(max_entries=64, show_spinner=False)
def _unpacked(key: str, _job: Derived) -> pd.DataFrame:
    return unpacked(_job.result)
