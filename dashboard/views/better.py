"""Is it better? Which models share the first place, how sure any two can be told apart, and what it would take."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.metrics import METRICS
from dashboard import session, widgets
from dashboard.widgets import evidence as sections
from dashboard.widgets.several import over_tables

# ---- selection

run = session.run()
if run is None:
    widgets.header("Is it really better?", "Whether a model is better than another, or only lucky")
    widgets.empty(
        "balance", "No comparison is open", "Start one, or open an earlier one, to see which of its models differ."
    ).page_link("views/compare.py", label="Compare models", icon=":material/leaderboard:")
    widgets.end()

# ---- reading

result = session.comparison(run)
metric = METRICS[st.session_state.get("metric") or result.metric]
if run.problem.task not in metric.tasks:
    metric = METRICS[result.metric]
over = jobs.ended(run)
job = sections.drawn_rows(run, result, metric) if over else None
found = result.evidence(metric.name)
widgets.header("Is it really better?", widgets.provenance(run, result))

# ---- nothing to show yet

if not found.order:
    widgets.empty(
        "hourglass_disabled" if over else "hourglass_top",
        "No model has a score" if over else "No model is finished yet",
        "The leaderboard says why." if over else "Models are compared as soon as they are through.",
    ).page_link("views/compare.py", label="To the leaderboard", icon=":material/leaderboard:")
    widgets.end()

# ---- showing

if not over:
    st.caption(":material/hourglass_top: Models are still being trained: this is of those that are through.")
sections.who_is_first(result, metric, live=not over)
if job is not None and not widgets.waiting(job, "Drawing the rows again, to see how much is luck …", 240):
    widgets.end()
if len(found.order) > 1:
    rope = sections.negligible(found, run.problem.target)
    left, right = st.columns(2)
    with left:
        sections.two_models(run, result, metric, rope)
    with right:
        sections.every_pair(result, metric, rope)
    sections.how_worked_out(found)
    over_tables(run, result, metric, rope)
