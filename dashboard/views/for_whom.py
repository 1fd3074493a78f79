"""For whom: scores by group, how groups are treated, and the segments in which a model errs most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import asking
from core.for_whom import groups_params, segments_params
from core.groups import MEASURES, able
from core.groups.fairness import ODDS
from core.metrics import METRICS, metrics_of
from core.models import MODELS
from core.records import FitState, Table
from core.results import Comparison
from core.store import RunRow
from dashboard import decided, naming, session, widgets, words
from dashboard.charts import CHARTS, Subject

MOST_MODELS = 4
FEW, MANY = 2, 8


def lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, by column."""
    names = [str(each) for each in frame]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False)]


def pick_models(result: Comparison, finished: list[str]) -> list[str]:
    """The models to hold against each other; until somebody chooses, the best one."""
    guesses = {each.id for each in result.models if MODELS[each.spec.name].always_in}
    best = [each for each in finished if each not in guesses][:1] or finished[:1]
    titles = {each.id: each.title for each in result.models}
    return st.multiselect(
        "Models",
        finished,
        best,
        format_func=titles.__getitem__,
        key=f"whom-{result.run}",
        persist_state="session",
        max_selections=MOST_MODELS,
    )


def pick_column(table: Table, run: RunRow) -> str:
    """The column that makes the groups, a feature or not; those that make none are named."""
    columns = {each.name: each for each in table.columns if each.name != run.problem.target}
    usable = [name for name, column in columns.items() if able(column) is None]
    features = {each.name for each in run.problem.features}
    if not usable:
        return ""
    picked = st.selectbox(
        "Groups by",
        usable,
        format_func=lambda name: name if name in features else f"{name} (no model sees it)",
        key=f"groups-by-{run.spec.fingerprint}",
        persist_state="session",
    )
    return str(picked)


def scores(told: Mapping[str, Any], result: Comparison, metric: str, column: str) -> None:
    """The chosen score of each group, with where it may lie."""
    frame = pd.DataFrame(told["scores"])
    frame["model"] = [result.model(id).title for id in frame["model"]]
    frame = frame.astype(dict.fromkeys(("score", "low", "high"), float)).rename(columns={"rows": "count"})
    entry = METRICS[metric]
    groups = frame.groupby("group", sort=False)["enough"].any().iloc[1:]
    subject = Subject(column, entry.title, entry.greater_is_better)
    said = words.fairness.group_scores(int(groups.sum()), len(groups))
    widgets.show_chart(CHARTS["group_scores"], frame, subject, f"group_scores-{column}-{metric}", said=said)
    folds = max(len(result.model(id).done) for id in told["scores"]["model"])
    st.caption(words.escape(words.fairness.ranges(folds)))


def treatment(told: Mapping[str, Any], run: RunRow, result: Comparison, column: str) -> None:
    """How groups are treated: one measure at a time, in words and as a picture."""
    st.markdown("**How groups are treated**")
    if told["refused"]:
        st.caption(words.sentence(told["refused"]))
        return
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        default=next(iter(MEASURES)),
        format_func=lambda name: MEASURES[name].title,
        key="measure",
        persist_state="session",
        label_visibility="collapsed",
        required=True,
    )
    differences = pd.DataFrame(told["differences"])
    chosen = differences[differences["measure"] == measure] if len(differences) else differences
    clear = sum(bool(row["enough"]) and not row["low"] <= 0 <= row["high"] for row in lines(chosen))
    st.markdown(f"##### {words.escape(words.fairness.differing(len(chosen), clear))}")
    several = chosen["model"].nunique() > 1 if len(chosen) else False
    for row in lines(chosen):
        whose = f"{result.model(row['model']).title}: " if several else ""
        st.markdown(naming.told(whose + words.fairness.difference(row, column, run.problem.positive)))
    if measure != ODDS:
        frame = pd.DataFrame(told["rates"])
        frame = frame[frame["measure"] == measure].drop(columns="measure")
        frame["model"] = [result.model(id).title for id in frame["model"]]
        frame = frame.astype(dict.fromkeys(("value", "low", "high"), float))
        frame = frame.rename(columns={"rows": "count", "value": "share"})
        frame.attrs["title"] = MEASURES[measure].title
        widgets.show_chart(CHARTS["treatment"], frame, Subject(column), f"treatment-{measure}-{column}")
    st.caption(words.escape(words.fairness.levels(told["level"], bool(told["decided"]))))
    st.caption(words.escape(words.fairness.NO_VERDICT))
    with st.expander("For the expert: every measure, as difference and as ratio", icon=":material/function:"):
        expert(differences, result)


def expert(differences: pd.DataFrame, result: Comparison) -> None:
    """All measures with their names in the literature."""
    rows = [
        {
            "Measure": MEASURES[row["measure"]].expert,
            "Model": result.model(row["model"]).title,
            "Group": row["group"],
            "Held against": row["other"],
            "Difference": row["difference"],
            "from": row["low"],
            "to": row["high"],
            "Ratio": words.fairness.ratio(row),
            "Enough rows": bool(row["enough"]),
        }
        for row in lines(differences)
    ]
    percent = {name: st.column_config.NumberColumn(format="%+.3f") for name in ("Difference", "from", "to")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=percent, key="treatment_all", alt="All measures")


def weak_segments(run: RunRow, result: Comparison, model: str) -> None:
    """The segments in which one model errs most, and whether other rows bear that out."""
    st.markdown(f"**Where {words.escape(result.model(model).title)} errs most**")
    params = segments_params(run.id, model, decided.raw_decisions(run))
    job = session.settled(asking.request_segments(session.store(), params))
    if not widgets.waiting(job, "Looking for the rows that it errs on most …", 160):
        return
    frame, about = pd.DataFrame(job.result["frame"]), job.result["about"]
    confirmed = int(frame["confirmed"].sum()) if len(frame) else 0
    classes = bool(run.problem.classes)
    if "reason" in about and not about["tried"]:
        st.caption(words.sentence(about["reason"]))
        return
    for row in lines(frame):
        if row["confirmed"]:
            st.markdown(naming.told(words.fairness.segment(row, classes, run.problem.target)))
    if len(frame):
        axis = "Rows named wrongly, of 100" if classes else f"Mean error, in {run.problem.target}"
        frame.attrs.update(axis=axis, scale=100.0 if classes else 1.0)
        shown = frame.drop(columns="columns").rename(columns={"rows": "count"})
        shown.attrs.update(frame.attrs)
        widgets.show_chart(CHARTS["segments"], shown, Subject(model=result.model(model).title), f"segments-{model}")
    st.caption(words.escape(words.fairness.search(about, len(frame), confirmed)))


# ---- selection

run = widgets.the_run(
    "For whom", "For whom a model is good, and for whom it is not", "diversity_3", "to see for whom its models are good"
)

# ---- reading

result = session.comparison(run)
finished = [each.id for each in result.standings() if each.folds_done]
widgets.header("For whom", widgets.provenance(run, result))
table = session.table_at(run.spec.fingerprint)

# ---- nothing to show yet

if not finished:
    widgets.none_finished(run, "No model could be trained", "Groups can be told as soon as the first model is through.")
if table is None:
    widgets.empty(
        "database_off", "The table of this run was deleted", "What rows have in common stands there, and only there."
    ).page_link("views/data.py", label="Choose data", icon=":material/table_chart:")
    widgets.end()

# ---- showing

with st.container(border=True):
    sides = st.columns([2, 2, 2, 1])
    with sides[0]:
        chosen = pick_models(result, finished)
    with sides[1]:
        column = pick_column(table, run)
    names = [each.name for each in metrics_of(run.problem)]
    metric = sides[2].selectbox(
        "Score",
        names,
        names.index(result.metric),
        format_func=lambda name: METRICS[name].title,
        key=f"whom-metric-{run.problem.task}",
        persist_state="session",
    )
    ranges = sides[3].number_input("Ranges", FEW, MANY, 4, key="ranges", persist_state="session",
                                   help="Numbers and dates are cut into ranges of as many rows each.")  # fmt: skip
if not chosen or not column:
    st.caption("Choose a model and a column." if column else "No column of this table makes groups.")
    widgets.end()
params = groups_params(run.id, chosen, column, metric, int(ranges), decided.raw_decisions(run))
job = session.settled(asking.request_groups(session.store(), params))
if widgets.waiting(job, "Scoring every group, again and again on rows drawn anew …", 320):
    job = session.store().derived(job.key) or job
    left, right = st.columns(2)
    with left, st.container(border=True):
        scores(job.result, result, metric, column)
    with right, st.container(border=True):
        treatment(job.result, run, result, column)
for model in chosen[:1] if job.state == FitState.DONE else ():
    with st.container(border=True):
        weak_segments(run, result, model)
