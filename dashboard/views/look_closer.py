"""Look closer: where models err, what they rely on, how they learned; one by one, or laid over each other."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import jobs
from core.importances import IMPORTANCES
from core.metrics import METRICS
from core.records import FitState, Task
from core.store import RunRow
from dashboard import session, widgets, words
from dashboard.charts import CHARTS, Chart
from dashboard.frames import FRAMES, Shown, subject_of

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

held = {id: found for id in chosen if (found := session.predictions(run, id)) is not None}
shown = Shown(result, chosen, metric.name, held)


def importances(run: RunRow, chosen: list[str]) -> dict[str, pd.DataFrame]:
    """The importances that are there; for the others a place is held, or the reason is said."""
    method = widgets.pick_method("What it relies on, found out by", IMPORTANCES, "importance")
    st.caption(words.escape(method.about))
    found = {}
    for id in chosen:
        job = session.settled(jobs.request_importance(session.store(), run.id, id, method.name))
        if job.state == FitState.DONE:
            found[id] = pd.DataFrame(job.result["frame"])
            found[id].attrs.update(job.result.get("about", {}))
        else:
            st.markdown(f"**{words.escape(result.model(id).title)}**")
            widgets.waiting(job, "Finding out what the model relies on …", 120)
    return found


def draw(chart: Chart, shown: Shown, task: Task, key: str) -> None:
    """A chart of what is stored, or a sentence on what is missing."""
    lacks = [chart.lacks(shown.stored(id), task) for id in shown.models]
    able = [id for id, reason in zip(shown.models, lacks, strict=True) if reason is None]
    if able:
        part = Shown(result, able, metric.name, shown.predictions, shown.importances)
        title = result.model(able[0]).title if len(able) == 1 else ""
        widgets.show_chart(chart, FRAMES[chart.name](part), subject_of(result, metric, title), key)
    elif shown.models:
        st.markdown(f"**{words.escape(chart.title)}**")
    for id, reason in zip(shown.models, lacks, strict=True):
        if reason:
            st.caption(words.escape(f"{result.model(id).title}: {reason[0].lower()}{reason[1:]}"))


sides = st.columns(2)
place = 0
for chart in CHARTS.values():
    if chart.name not in FRAMES or run.problem.task not in chart.tasks or not chosen:
        continue
    for part in [shown] if chart.several else [shown.of(id) for id in chosen]:
        with sides[place % 2], st.container(border=True):
            if "importances" in chart.needs:
                there = importances(run, chosen)
                part = Shown(result, [id for id in chosen if id in there], metric.name, held, there)
            draw(chart, part, run.problem.task, f"{chart.name}-{'-'.join(part.models)}")
        place += 1
