"""Map: all rows on one picture, coloured by what they are, what a model takes them for, or where it errs."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pandas.api.types import is_numeric_dtype

from core import jobs
from core.projections import PROJECTIONS
from core.records import Predictions, Problem, Table, Task
from dashboard import session, widgets, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets import forms

COLOURS = {
    "actual": "What they are",
    "predicted": "What a model says",
    "wrong": "Where it errs",
    "marked": "Marked rows",
}


def any_column(table: Table) -> str:
    """Have a column chosen that gives the colours; it may also be one that the map does not use."""
    names = [each.name for each in table.columns]
    return (
        st.selectbox(
            "Colours show",
            names,
            index=None,
            placeholder="Nothing: choose a column",
            key=f"map_column-{table.fingerprint}",
            persist_state="session",
        )
        or ""
    )


def colours(judged: bool, marked: bool) -> list[str]:
    """What the colours may show: what models say only where some have been judged, marked rows where there are some."""
    there = {"actual": True, "predicted": judged, "wrong": judged, "marked": marked}
    return [name for name in COLOURS if there[name]]


# ---- selection

run = session.run()
table = session.table_at(run.spec.fingerprint) if run else widgets.the_table()
if table is None:
    if run is not None:
        widgets.empty(
            "database_off", "The table of this run was deleted", "Choose other data to draw a map of."
        ).page_link("views/data.py", label="Choose data", icon=":material/table_chart:")
    widgets.end()
roles = run.spec.roles if run else session.roles(table)
problem = run.problem if run else widgets.the_problem(table, or_none=True)
if problem is None:
    st.page_link("views/data.py", label="Choose what to predict", icon=":material/table_chart:")
    widgets.end()
result = session.comparison(run) if run else None
marked = widgets.marked_rows(table)
finished = [each.id for each in result.standings() if each.folds_done] if result else []
widgets.header(
    "Map", f"{table.title}: {words.count(problem.rows, 'row')}, {words.count(len(problem.features), 'column')}"
)

with st.container(border=True):
    left, right = st.columns(2)
    with left:
        method = widgets.pick_method("How the map is drawn", PROJECTIONS, "projection")
        st.caption(words.escape(f"{method.about} {method.distances}"))
        params = [each for each in method.params if not each.choices]
        if params:
            forms.settings_form(params, f"map-{method.name}")
    with right:
        column, model = problem.target, ""
        colour: str | None = "actual"
        if not column:
            column = any_column(table)
            st.caption(
                "Nothing is to be predicted, so every column that can be compared has a say in where a row lies."
            )
        else:
            offered = colours(bool(finished), marked is not None)
            if st.session_state.get("colour") not in (None, *offered):  # it was chosen of another table
                st.session_state["colour"] = "actual"
            colour = st.segmented_control(
                "Colours show",
                offered,
                default=None if "colour" in st.session_state else "actual",
                required=True,
                format_func=COLOURS.__getitem__,
                key="colour",
                persist_state="session",
                wrap=True,
            )
            if finished and colour in ("predicted", "wrong"):
                titles = {each.id: each.title for each in result.models} if result else {}
                model = st.selectbox(
                    "Model", finished, format_func=titles.__getitem__, key="map_model", persist_state="session"
                )
            elif not finished:
                st.caption("Compare models to see here what they take the rows for, and where they err.")

# ---- reading

job = session.settled(
    jobs.request_projection(
        session.store(), table.fingerprint, roles, method.name, settings=forms.changed(params, f"map-{method.name}")
    )
)

# ---- nothing to show yet

if not widgets.waiting(job, "Drawing the map …", 480):
    widgets.end()

# ---- showing


def coloured(
    frame: pd.DataFrame, table: Table, problem: Problem, column: str, predictions: Predictions | None
) -> pd.DataFrame:
    """The map's points with what they are, and what a model says about those that it was asked about."""
    if not column:
        return frame
    values = table.frame[column].iloc[frame["row"]].reset_index(drop=True)
    number = problem.task == Task.REGRESSION and is_numeric_dtype(values.dtype)
    frame["label"] = values if number else values.astype(str)
    if predictions is None:
        return frame
    said = pd.Series(predictions.predicted, index=predictions.rows)
    said = said[~said.index.duplicated()]
    frame = frame[frame["row"].isin(said.index)].reset_index(drop=True)
    raw = said.reindex(frame["row"]).to_numpy()
    if problem.task == Task.REGRESSION:
        frame["predicted"] = raw
        return frame
    frame["predicted"] = [str(problem.classes[int(each)]) for each in raw]
    frame["wrong"] = frame["predicted"] != frame["label"]
    return frame


info = job.result["info"]
held = session.predictions(run, model) if run and model else None
frame = coloured(pd.DataFrame(job.result["frame"]), table, problem, column, held)
if colour == "predicted" and "predicted" in frame:
    frame = frame.drop(columns="wrong", errors="ignore").assign(label=frame["predicted"]).drop(columns="predicted")
elif colour == "wrong" and problem.task == Task.REGRESSION and "predicted" in frame:
    frame = frame.assign(label=(frame["label"].astype(float) - frame["predicted"]).abs()).drop(columns="predicted")
elif colour == "marked" and marked is not None:
    frame = frame.assign(marked=frame["row"].isin(marked.rows))
shares = info.get("explained", [])
names = [method.axes.format(number) for number in (1, 2)]
if shares:
    names = [f"{name} ({words.percent(share, 0)} of the variance)" for name, share in zip(names, shares, strict=False)]
axes = (names[0], names[1])
title = result.model(model).title if result and model else ""
subject = Subject(target=column if colour != "wrong" else f"miss in {problem.target}", model=title, axes=axes)
with st.container(border=True):
    if marked is not None and "marked" in frame:
        widgets.tell_marked(marked, frame["row"], info["of"])
    if len(shares) > 1:
        share = words.escape(words.percent(sum(shares[:2]), 0))
        st.markdown(f"The two directions together show **{share}** of what varies in the table.")
    widgets.show_chart(CHARTS["projection"], frame, subject, "map")
    for note in info.get("notes", []):
        st.caption(words.sentence(note))
strongest = info.get("columns", [])
if strongest:
    widgets.card(CHARTS["pca_loadings"], pd.DataFrame(strongest), Subject(axes=axes), "loadings")
