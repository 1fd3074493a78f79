"""Compare: choose models, train them on the same folds, watch the leaderboard fill."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import jobs
from core.data import fold_count
from core.records import ModelSpec, Problem, Roles, Table
from core.results import practice_rows
from dashboard import session, widgets, words
from dashboard.widgets import forms

CHOICE = "choice"  # whether what is to be compared stands open: closed by a start, open again where there was none


def start(table: Table, problem: Problem, roles: Roles) -> None:
    """Queue a run of what is ticked; what is against it is said on the page."""
    spec = forms.chosen_spec(table, roles, widgets.chosen_models(problem), problem)
    try:
        run = jobs.submit(session.store(), spec, table, session.owner())
        session.choose(data=session.source(), target=roles.target, run=run)
        st.session_state[CHOICE] = False
    except ValueError as error:
        st.session_state["trouble"] = str(error)
        if not st.session_state.get(CHOICE):
            st.session_state[CHOICE] = True


# ---- selection

run = session.run()
table = widgets.the_table(run)
if table is None:
    if run is not None:
        widgets.leaderboard(run)
    widgets.end()
roles = session.roles(table)
place = widgets.header("Compare models", f"{table.title}, predicting {roles.target or 'nothing yet'}")
problem = widgets.the_problem(table)
if problem is None:
    st.page_link("views/data.py", label="Choose what to predict", icon=":material/table_chart:")
    widgets.end()

if earlier := session.to_recall(table, roles):
    widgets.recall_models(earlier.models, problem)
    forms.recall(earlier, problem.task)

# ---- reading

spec = forms.chosen_spec(table, roles, widgets.chosen_models(problem), problem)
session.keep_draft(spec)
forms.keep_fields()
folds = fold_count(spec.split, practice_rows(spec.split, problem.rows))
total = place.empty()
place.button(
    "Start comparison",
    type="primary",
    icon=":material/play_arrow:",
    key="start",
    on_click=start,
    args=(table, problem, roles),
)
if trouble := st.session_state.pop("trouble", ""):
    st.error(words.sentence(trouble), icon=":material/error:", title="The comparison was not started")
elif against := forms.objection(table, roles, spec.split) or session.store().refusal():
    st.warning(words.sentence(against), icon=":material/warning:", title="A comparison cannot start like this")

choice = st.expander(
    "Models and how they are compared", run is None, key=CHOICE, on_change="rerun", icon=":material/checklist:"
)
places: dict[str, DeltaGenerator] = {}
others: list[ModelSpec] = []
if choice.open:  # closed, its cards would be half of what the page costs
    with choice:
        places = widgets.pick_models(problem)
        with st.expander("How it is done: folds, seed, limits", icon=":material/tune:"):
            widgets.run_settings(table, problem)
    others = [each for each in widgets.all_models(problem) if each.id not in {chosen.id for chosen in spec.models}]
widgets.forecasts(spec, problem, folds, total, places, others)

# ---- nothing to show yet

if run is None:
    nothing = widgets.empty(
        "leaderboard",
        "That comparison is no longer here" if session.chosen("run") else "No comparison yet",
        "Press “Start comparison”: every ticked model is trained and judged on the same rows, and appears here.",
    )
    widgets.offer_both(spec, table, nothing)
    widgets.end()

# ---- showing

widgets.leaderboard(run, table)
if jobs.ended(run):
    widgets.against_honest(run)
    with st.container(horizontal=True):
        st.page_link("views/better.py", label="Is it really better?", icon=":material/balance:")
        st.page_link("views/look_closer.py", label="Look closer", icon=":material/troubleshoot:")
        st.page_link("views/map.py", label="See the map", icon=":material/scatter_plot:")
