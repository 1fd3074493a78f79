"""Proof: does what a model promises hold? Sealed rows, more rows, other divisions of the rows, and luck."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.metrics import METRICS
from dashboard import session, widgets

# ---- selection

run = session.run()
if run is None:
    widgets.header("Proof", "Does it hold?")
    widgets.empty(
        "fact_check", "No comparison is open", "Start one, or open an earlier one, to put its models to the proof."
    ).page_link("views/compare.py", label="Compare models", icon=":material/leaderboard:")
    widgets.end()

# ---- reading

result = session.comparison(run)
metric = METRICS[st.session_state.get("metric") or result.metric]
if run.problem.task not in metric.tasks:
    metric = METRICS[result.metric]
widgets.header("Proof", widgets.provenance(run, result))

# ---- nothing to show yet

if not jobs.ended(run):
    widgets.empty(
        "hourglass_top", "The comparison goes on", "What a model promises can be put to the proof once all are through."
    ).page_link("views/compare.py", label="To the leaderboard", icon=":material/leaderboard:")
    widgets.end()

# ---- showing

widgets.proof(run, result, metric)
