"""What was decided about a run's models, and what it comes to: costs, cut-offs, judgements, read again only when moved.

The costs of a run and the decisions that go with its models are in the store, so that they outlive a reload; where a
run is somebody else's, or there is no room, a visitor's costs last as long as the session.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import streamlit as st

from core.conformal import Certainty, certainty
from core.decisions import Costs, Decision, Judgement, Weighing, check_matrix, judge, judge_matrix
from core.held_out import HeldOut
from core.store import RunRow, StoreError
from dashboard import session

log = logging.getLogger("bakeoff.dashboard")

TERMS = ""  # the name under which the costs of a whole run are kept, beside the decisions of its models


def terms(run: RunRow) -> dict[str, Any]:
    """What mistakes cost in a run, as it was last said: ``costs``, ``currency``, ``matrix``; empty at first."""
    own = st.session_state.get(f"terms {run.id}")
    return dict(own if own is not None else session.store().decisions(run.id).get(TERMS, {}))


def keep_terms(run: RunRow, **changed: Any) -> None:
    """Keep what mistakes cost: with the run where it is the visitor's."""
    told = {**terms(run), **changed}
    st.session_state[f"terms {run.id}"] = told
    if session.mine(run):
        with suppress(StoreError):
            session.store().put_decision(run.id, TERMS, told)


def decisions(run: RunRow) -> dict[str, Decision]:
    """The decisions that go with models, by the model's id."""
    kept = session.store().decisions(run.id)
    return {model: Decision.from_json(raw) for model, raw in kept.items() if model != TERMS}


def keep(run: RunRow, model: str, decision: Decision) -> None:
    """Have a decision go with a model from now on."""
    if session.mine(run):
        session.store().put_decision(run.id, model, decision.to_json())


def drop(run: RunRow, model: str) -> None:
    """Let a model go without a decision again."""
    if session.mine(run):
        session.store().drop_decision(run.id, model)


# ---- what it comes to


def held_out(run: RunRow, model: str) -> HeldOut:
    """A model's held-out predictions with the fold of each."""
    return _held_out(str(session.store().folder), run.id, model, session.store().stamp(run.id))


@st.cache_resource(max_entries=24, show_spinner=False)
def _held_out(folder: str, run: str, model: str, stamp: str) -> HeldOut:
    row = session.store().run(run)
    if row is None:
        raise LookupError(f"The run {run} was deleted.")
    return session.comparison(row).held_out(model)


def weighing(run: RunRow, model: str) -> Weighing:
    """A model's held-out rows by how strongly they lean to the positive class, sorted once."""
    return _weighing(str(session.store().folder), run.id, model, session.store().stamp(run.id), run)


@st.cache_resource(max_entries=24, show_spinner=False)
def _weighing(folder: str, run: str, model: str, stamp: str, _run: RunRow) -> Weighing:
    return Weighing(held_out(_run, model), _run.problem)


def judgement(run: RunRow, model: str, costs: Costs) -> Judgement:
    """What a model's best cut-off is worth."""
    key = json.dumps(asdict(costs))
    return _judgement(str(session.store().folder), run.id, model, session.store().stamp(run.id), key, run, costs)


@st.cache_resource(max_entries=96, show_spinner=False)
def _judgement(folder: str, run: str, model: str, stamp: str, key: str, _run: RunRow, _costs: Costs) -> Judgement:
    result = session.comparison(_run)
    return judge(weighing(_run, model), _costs, result.test_share, result.repeats)


def judgement_of_classes(run: RunRow, model: str, matrix: list[list[float | None]]) -> Judgement:
    """What calling the cheapest class is worth, with a model.

    Raises
    ------
    ValueError
        If the costs are not complete.
    """
    found = check_matrix(matrix, len(run.problem.classes))
    key = json.dumps(found.tolist())
    return _of_classes(str(session.store().folder), run.id, model, session.store().stamp(run.id), key, run, found)


@st.cache_resource(max_entries=96, show_spinner=False)
def _of_classes(folder: str, run: str, model: str, stamp: str, key: str, _run: RunRow, _matrix: Any) -> Judgement:
    result = session.comparison(_run)
    return judge_matrix(held_out(_run, model), _run.problem, _matrix, result.test_share, result.repeats)


def sureness(run: RunRow, model: str, level: float, apart: bool) -> Certainty:
    """The sets or intervals that a model's held-out rows call for."""
    return _sureness(str(session.store().folder), run.id, model, session.store().stamp(run.id), level, apart, run)


@st.cache_resource(max_entries=24, show_spinner=False)
def _sureness(folder: str, run: str, model: str, stamp: str, level: float, apart: bool, _run: RunRow) -> Certainty:
    return certainty(held_out(_run, model), _run.problem, level, apart=apart)


def raw_decisions(run: RunRow) -> Mapping[str, Mapping[str, Any]]:
    """The decisions that go with models as plain values, for what is worked out on request."""
    return {model: each for model, each in session.store().decisions(run.id).items() if model != TERMS}
