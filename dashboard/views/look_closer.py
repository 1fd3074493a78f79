"""Look closer: where models err, what they rely on, how they learned; one by one, or laid over each other."""

from __future__ import annotations

import streamlit as st

from dashboard import session, widgets

# ---- selection

run = widgets.the_run(
    "Look closer", "Where models err, and what they rely on", "troubleshoot", "to look closer at its models"
)

# ---- reading

result = session.comparison(run)
metric = widgets.ranking_metric(run, result)
finished = [each.id for each in result.standings(metric.name) if each.folds_done]
widgets.header("Look closer", widgets.provenance(run, result))

# ---- nothing to show yet

if not finished:
    widgets.none_finished(run, "No model could be trained", "The charts appear as soon as the first model is through.")

# ---- showing

with st.container(border=True):
    chosen = widgets.pick_run_models(result, finished, "models", "Models to look at")

widgets.look_closer(run, result, metric, chosen, finished)
