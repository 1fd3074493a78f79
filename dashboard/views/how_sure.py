"""How sure: sets of classes, or intervals of numbers, that hold the truth as often as one asks for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import streamlit as st

from core.conformal import Certainty, table
from core.models import MODELS
from core.records import Problem
from core.store import RunRow
from dashboard import decided, naming, session, widgets, words
from dashboard.charts import CHARTS, Subject

LEVELS = (0.8, 0.9, 0.95, 0.99)
MOST_ROWS = 500
MOST_SIZES = 8
PARTS = 4  # ranges of predicted numbers, each of which is asked by itself


def sizes(found: Certainty) -> pd.DataFrame:
    """How many sets have one class, two, and so on."""
    assert found.sets is not None
    largest = int(found.sets.sum(axis=1).max())
    rows = []
    for size in range(1, min(largest, MOST_SIZES) + 1):
        share = found.of_size(size)
        rows.append((words.count(size, "class", "classes"), share.value, share.low, share.high))
    return pd.DataFrame(rows, columns=["label", "share", "low", "high"])


def covered(found: Certainty, problem: Problem) -> pd.DataFrame:
    """How often the truth was inside, for each class or for ranges of what was predicted."""
    held = found.held
    assert held is not None
    if problem.classes:
        parts = [(str(name), held.predictions.actual == code) for code, name in enumerate(problem.classes)]
    else:
        said = held.predictions.predicted
        inner = found.edges or np.quantile(said, np.linspace(0, 1, PARTS + 1)[1:-1])
        edges = np.unique([said.min(), *inner, said.max()])
        spans = list(pairwise(edges)) or [(said.min(), said.max())]
        parts = [
            (
                f"predicted {words.number(low)} to {words.number(high)}",
                (said >= low if not place else said > low) & (said <= high),
            )
            for place, (low, high) in enumerate(spans)
        ]
    shares = [(name, held.share(found.inside, among)) for name, among in parts]
    rows = [(name, each.value, each.low, each.high, each.rows) for name, each in shares]
    frame = pd.DataFrame(rows, columns=["label", "inside", "low", "high", "count"])
    frame[["inside", "low", "high"]] = frame[["inside", "low", "high"]].astype(float)
    frame.attrs["level"] = found.level
    return frame


def rows_of(found: Certainty, run: RunRow) -> None:
    """The least certain rows, with what is left open for each."""
    frame = table(found, run.problem, MOST_ROWS)
    which, order = words.certainty.listed(len(frame), len(found.inside))
    st.markdown(f"**{words.escape(which)}**: {words.escape(order)}")
    config = st.column_config
    headings = {
        "row": config.NumberColumn("Row", help="Its place in the table, from 0."),
        "actual": config.Column("Actual"),
        "predicted": config.Column("Predicted"),
        "set": config.TextColumn("May be"),
        "size": config.NumberColumn("Classes"),
        "low": config.NumberColumn("From", format="%.4g"),
        "high": config.NumberColumn("To", format="%.4g"),
        "inside": config.CheckboxColumn("Truth inside"),
    }
    st.dataframe(frame, hide_index=True, column_config=headings, key="rows_of", alt="The least certain rows")


# ---- selection

run = widgets.the_run("How sure", "How sure one can be of a single answer", "rule", "to see how sure its models can be")

# ---- reading

result = session.comparison(run)
finished = [each.id for each in result.standings() if each.folds_done]
widgets.header("How sure", widgets.provenance(run, result))

# ---- nothing to show yet

if not finished:
    widgets.none_finished(run, "No model could be trained", "Sets can be told as soon as the first model is through.")

# ---- showing

told = words.certainty
titles = {each.id: each.title for each in result.models}
guesses = {each.id for each in result.models if MODELS[each.spec.name].always_in}
first = next((place for place, id in enumerate(finished) if id not in guesses), 0)
with st.container(border=True):
    sides = st.columns([2, 2, 2], vertical_alignment="bottom")
    model = sides[0].selectbox(
        "Model", finished, first, format_func=titles.__getitem__, key=f"sure-{run.id}", persist_state="session"
    )
    level = sides[1].segmented_control(
        "The truth is to be inside for",
        LEVELS,
        default=0.9,
        format_func=lambda each: f"{100 * each:.0f} of 100",
        key="sure-level",
        persist_state="session",
        required=True,
    )
    label, why = told.APART[run.problem.task]
    apart = sides[2].toggle(label, True, key=f"sure-apart-{run.problem.task}", persist_state="session", help=why)
found = decided.sureness(run, model, level, apart)
if found.reason:
    st.info(words.sentence(f"{titles[model]}: {found.reason}"), icon=":material/info:")
    widgets.end()
sentences = " ".join((told.covered(found), told.sizes(found)))
st.markdown(f"#### :material/rule: {naming.told(sentences)}")
few = told.too_few(found) if apart and not run.problem.classes else ""
st.caption(words.escape(" ".join(filter(None, (told.judged(found), few, told.promise(found))))))
subject = Subject(run.problem.target, model=titles[model])
left, right = st.columns(2)
with left, st.container(border=True):
    widgets.show_chart(CHARTS["coverage"], covered(found, run.problem), subject, f"coverage-{model}-{level}")
with right, st.container(border=True):
    if found.sets is not None:
        widgets.show_chart(CHARTS["set_sizes"], sizes(found), subject, f"sizes-{model}-{level}")
    else:
        rows_of(found, run)
if found.sets is not None:
    with st.container(border=True):
        rows_of(found, run)
with st.expander("For the expert: how it is done", icon=":material/function:"):
    st.markdown(words.escape(told.method(found, apart)))
