"""Data: choose or upload a table, see what it was taken for, say what is to be predicted."""

from __future__ import annotations

import streamlit as st

from core.data import DATASETS
from core.metrics import METRICS, default_metric
from core.preparation import Needs, describe
from dashboard import session, widgets, words
from dashboard.widgets import columns, explore, forms, reading, sources

# ---- selection

with st.container(border=True):
    chosen, uploaded = st.columns(2)
    with chosen:
        sources.pick()
    with uploaded:
        sources.upload()

# ---- reading

table = widgets.the_table()

# ---- nothing to show yet

if table is None:
    widgets.end()

# ---- showing

rows = words.count(len(table.frame), "row")
name, _, made_with = table.name.partition(":")
place = widgets.header(
    table.title,
    " · ".join(filter(None, (rows, words.count(len(table.columns), "column"), made_with if name in DATASETS else ""))),
)
if place.button("Compare models", type="primary", icon=":material/arrow_forward:", key="to_compare"):
    st.switch_page("views/compare.py")

left, right = st.columns([1, 1])
with left.container(border=True, height="stretch"):
    columns.pick_target(table)
    problem = widgets.the_problem(table)
    against = problem and forms.objection(table, session.roles(table), forms.chosen_split(problem.task, problem))
    if against:
        st.warning(words.sentence(against), icon=":material/warning:", title="A comparison cannot start like this")
    columns.pick_task(table, problem)
    if problem is not None:
        columns.pick_positive(table, problem)
    columns.pick_dropped(table, problem)
    columns.pick_noun(table)
    if problem is not None:
        metric = default_metric(problem)
        st.caption(words.escape(f"Models will be ranked by {METRICS[metric.value].title}, because {metric.reason}."))
with right.container(border=True, height="stretch"):
    columns.target_chart(table, problem)

if problem is not None:
    widgets.show_checks(table, problem)
reading.show(table)
if problem is not None:
    columns.notes("What was decided for this prediction", problem.notes, "rule")
    columns.notes(
        "What is done with the columns before a model sees them",
        describe(problem, Needs(scaled=True)),
        "build",
        "For models that need numbers on one scale. Always learned from the training rows only.",
    )

columns.preview(table)
columns.edit(table, problem)
explore.show(table, problem)
