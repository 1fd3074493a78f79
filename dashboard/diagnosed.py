"""What is known of a run's models beyond their scores: their predictions fold by fold, and the frames made of them.

Small frames are made here; where that would hold up the page, a worker makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from core.asking import request_diagnoses
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


def frames_of(
    run: RunRow, models: Iterable[str], names: Sequence[str]
) -> tuple[dict[tuple[str, str], pd.DataFrame], dict[str, Derived]]:
    """Frames of `core.diagnostics.DIAGNOSES` about models that have predictions.

    Returns
    -------
    ready : dict of (str, str) to DataFrame
        By name and model. They are shared: nobody may write to them.
    pending : dict of str to Derived
        The jobs that make those of the other models.
    """
    known = {model: found for model in models if (found := held(run, model)) is not None and names}
    slow = {model: found for model, found in known.items() if not _quick(run, found)}
    store = session.store()
    ready = {
        (name, model): _made(str(store.folder), run.id, model, name, store.stamp(run.id), found, run.problem)
        for model, found in known.items()
        if model not in slow
        for name in names
    }
    jobs = {model: _asked(run, model, names) for model in slow}
    for model, job in jobs.items():
        jobs[model] = session.settled(job) if model == next(iter(jobs)) else _asked(run, model, names)
    done = {model: _unpacked(job.key, job) for model, job in jobs.items() if job.state == FitState.DONE}
    ready |= {(name, model): frame for model, frames in done.items() for name, frame in frames.items()}
    return ready, {model: job for model, job in jobs.items() if model not in done}


def _quick(run: RunRow, found: Held) -> bool:
    """Whether a page can make a frame itself."""
    return len(found.whole.rows) * max(1, len(run.problem.classes)) <= AT_ONCE


def _asked(run: RunRow, model: str, names: Sequence[str]) -> Derived:
    keys = [each.key for each in session.comparison(run).model(model).done]
    return request_diagnoses(session.store(), run.id, model, names, keys)


@st.cache_resource(max_entries=128, show_spinner=False)
def _made(folder: str, run: str, model: str, name: str, stamp: str, _held: Held, _problem: Problem) -> pd.DataFrame:
    return DIAGNOSES[name].make(_held, _problem)


@st.cache_resource(max_entries=64, show_spinner=False)
def _unpacked(key: str, _job: Derived) -> dict[str, pd.DataFrame]:
    return {name: unpacked(frame) for name, frame in _job.result["frames"].items()}
