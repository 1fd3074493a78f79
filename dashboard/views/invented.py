"""Invented data: a network invents rows, and models that learn from them are judged on real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.derivation import derived_key
from core.derived import synthetic_params
from core.metrics import METRICS
from core.models import MODELS
from core.records import Problem, RunSpec
from core.store import Derived, StoreError
from core.synthetic import MARK, MOST_MODELS, as_csv, expected_seconds, file_name, quick_models
from dashboard import session, widgets, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets import forms

SHOWN = 10


def pick_judges(problem: Problem) -> list[str]:
    """Have the models chosen that are to learn from real and from invented rows."""
    able = [name for name, model in MODELS.items() if not model.always_in and model.unsuitable(problem) is None]
    return st.multiselect(
        "Models that judge",
        able,
        list(quick_models(problem)),
        format_func=lambda name: MODELS[name].title,
        key=f"judges-{problem.task}",
        persist_state="session",
        max_selections=MOST_MODELS,
        help="Each learns once from real and once from invented rows.",
    )


def invent(params: Mapping[str, Any]) -> None:
    """Have rows invented and judged."""
    jobs.request_synthetic(session.store(), params)


def caption(spec: RunSpec, problem: Problem, job: Derived | None) -> str:
    """Where the numbers come from, in one line."""
    told = job.result if job else {}
    split = f"{told['rows']:,} rows practised on, {told['held']:,} held out" if told else "a quarter held out"
    return words.provenance(
        spec.dataset,
        rows=problem.rows,
        features=len(problem.features),
        target=problem.target,
        split=split,
        seed=spec.seed,
        classes=len(problem.classes),
        weight=spec.roles.weight,
        besides=session.besides(spec.fingerprint),
    )


# ---- selection

run = session.run()
table = session.table_at(run.spec.fingerprint) if run else widgets.the_table()
if table is None:
    if run is not None:
        widgets.empty(
            "database_off", "The table of this run was deleted", "Choose other data to invent rows like it."
        ).page_link("views/data.py", label="Choose data", icon=":material/table_chart:")
    widgets.end()
problem = run.problem if run else widgets.the_problem(table)
if problem is None:
    st.page_link("views/data.py", label="Choose what to predict", icon=":material/table_chart:")
    widgets.end()
spec = run.spec if run else forms.chosen_spec(table, session.roles(table), (), problem)
place = st.container()
with st.container(border=True):
    st.markdown(
        "A network learns from practice rows and invents rows that never were. Models learn once from the real rows "
        "and once from as many invented ones; both are judged on real rows that were held out."
    )
    judges = pick_judges(problem)

# ---- reading

params = synthetic_params(spec.fingerprint, spec.roles, spec.split, judges, spec.seed)
job = session.store().derived(derived_key("synthetic", params)) if judges else None
with place:
    widgets.header("Invented data", caption(spec, problem, job))

# ---- nothing to show yet

takes = f"{words.about(expected_seconds(problem, judges))} where a core is free"
if job is None:
    against = session.store().refusal() if judges else "Choose at least one model that judges."
    nothing = widgets.empty(
        "science",
        "No rows were invented yet",
        against or f"How good is invented data? Finding out takes {takes}; you can go on meanwhile.",
    )
    nothing.button(
        "Invent rows",
        type="primary",
        icon=":material/play_arrow:",
        key="invent",
        disabled=bool(against),
        on_click=invent,
        args=(params,),
    )
    widgets.end()
if not widgets.waiting(session.settled(job), f"Inventing rows and judging them: {takes} …", 480):
    widgets.end()

# ---- showing

job = session.store().derived(job.key) or job
told = job.result
metric = METRICS[told["metric"]]
scores = pd.DataFrame(told["models"])
both = scores.dropna(subset=["real", "synthetic"]).assign(
    model=lambda part: [MODELS[name].title for name in part["name"]]
)
real, synthetic = (float(both[column].mean()) if len(both) else None for column in ("real", "synthetic"))
verdict = words.invented.worth(metric, real, synthetic, told["guessing"], problem.target)
st.markdown(f"#### :material/science: {words.sentence(verdict)}")
luck = words.invented.luck(told["held"])
if len(both) > 1:
    luck = f"{words.invented.best(metric, list(both['real']), list(both['synthetic']), problem.target)} {luck}"
st.caption(words.sentence(luck))
for note in told["notes"]:
    st.caption(words.sentence(note))
with st.container(border=True):
    subject = Subject(
        target=problem.target,
        metric=metric.title,
        greater_is_better=metric.greater_is_better,
        guessing=told["guessing"],
    )
    widgets.show_chart(CHARTS["taught"], both[["model", "real", "synthetic"]], subject, "taught")
    for name, reason in zip(scores["name"], scores["reason"], strict=True):
        if reason:
            st.caption(words.sentence(f"{MODELS[name].title}: {reason}"))
left, right = st.columns([2, 1])
with left, st.container(border=True):
    shares = [words.percent(share, 0) for share in told["explained"]]
    axes = (f"Component 1 ({shares[0]} of the variance)", f"Component 2 ({shares[1]} of the variance)")
    widgets.show_chart(CHARTS["clouds"], pd.DataFrame(told["cloud"]), Subject(axes=axes), "clouds")
with right, st.container(border=True):
    st.markdown("**How near they come to real rows**")
    for sentence in (words.invented.copied(told), words.invented.nearness(told), words.invented.PRIVACY):
        st.markdown(words.sentence(sentence))
with st.container(border=True):
    st.markdown(f"**The first {SHOWN} of {words.count(told['rows'], 'invented row')}**")
    try:
        invented = session.store().files.frame(job.key)
    except (OSError, ValueError, StoreError):
        st.caption("The invented rows were cleaned away.")
        st.button("Invent them again", key="again", on_click=session.store().forget_derived, args=(job.key,))
        widgets.end()
    st.dataframe(invented.head(SHOWN), hide_index=True, alt="The first invented rows", key="invented_rows")
    st.download_button(
        "Download the invented rows (CSV)",
        lambda: as_csv(invented),
        file_name(spec.dataset),
        "text/csv",
        key="download_invented",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(f"Every row of the file is marked as invented in the column “{MARK}”.")
