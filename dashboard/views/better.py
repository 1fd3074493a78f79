"""Is it better? Which models share the first place, how sure any two can be told apart, and what it would take."""

from __future__ import annotations

import streamlit as st

from core import jobs
from dashboard import session, widgets
from dashboard.widgets import evidence as sections
from dashboard.widgets.several import over_tables

# ---- selection

run = widgets.the_run(
    "Is it really better?",
    "Whether a model is better than another, or only lucky",
    "balance",
    "to see which of its models differ",
)

# ---- reading

result = session.comparison(run)
metric = widgets.ranking_metric(run, result)
over = jobs.ended(run)
job = sections.drawn_rows(run, result, metric) if over else None
found = result.evidence(metric.name)
widgets.header("Is it really better?", widgets.provenance(run, result))

# ---- nothing to show yet

if not found.order:
    widgets.none_finished(run, "No model has a score", "Models are compared as soon as they are through.")

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
