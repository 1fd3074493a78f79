"""Look closer: where models err, what they rely on, how they learned; one by one, or laid over each other."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.metrics import METRICS
from dashboard import session, widgets

# ---- selection

run = session.run()
if run is None:
    widgets.header("Look closer", "Where models err, and what they rely on")
    widgets.empty(
        "troubleshoot", "No comparison is open", "Start one, or open an earlier one, to look closer at its models."
    ).page_link("views/compare.py", label="Compare models", icon=":material/leaderboard:")
    widgets.end()

# ---- reading

result = session.comparison(run)
metric = METRICS[st.session_state.get("metric") or result.metric]
if run.problem.task not in metric.tasks:
    metric = METRICS[result.metric]
finished = [each.id for each in result.standings(metric.name) if each.folds_done]
widgets.header("Look closer", widgets.provenance(run, result))

# ---- nothing to show yet

if not finished:
    failed = jobs.ended(run)
    widgets.empty(
        "hourglass_disabled" if failed else "hourglass_top",
        "No model could be trained" if failed else "No model is finished yet",
        "The leaderboard says why." if failed else "The charts appear as soon as the first model is through.",
    ).page_link("views/compare.py", label="To the leaderboard", icon=":material/leaderboard:")
    widgets.end()

# ---- showing

with st.container(border=True):
    chosen = widgets.pick_run_models(result, finished, "models", "Models to look at")

widgets.look_closer(run, result, metric, chosen, finished)
