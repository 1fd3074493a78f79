"""Looking closer at models: the charts of one theme at a time, and the rows behind what is clicked on.

Only the open theme is drawn. Frames that take long come from workers; until then their place is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.diagnostics import rows_of
from core.importances import IMPORTANCES
from core.metrics import Metric
from core.records import FitState
from core.results import Comparison
from core.store import RunRow
from dashboard import diagnosed, session, words
from dashboard.charts import CHARTS, Chart, numbers
from dashboard.frames import Shown, subject_of
from dashboard.looks import LOOKS, THEMES, Look
from dashboard.widgets.figures import place_of, show_chart
from dashboard.widgets.forms import pick_method
from dashboard.widgets.on_map import see_on_map
from dashboard.widgets.page import waiting
from dashboard.widgets.scores import scores

SCORES = "scores"  # the theme that has a table besides
ROWS, COLUMNS = 200, 30  # of the table that are listed below a click


def look_closer(
    run: RunRow, result: Comparison, metric: Metric, chosen: Sequence[str], finished: Sequence[str]
) -> None:
    """Draw the themes as tabs; one fragment, so that a click draws nothing else of the page anew."""
    st.fragment(_tabs, key="closer-part")(run, result, metric, chosen, finished)


def _tabs(run: RunRow, result: Comparison, metric: Metric, chosen: Sequence[str], finished: Sequence[str]) -> None:
    themes = {theme: title for theme, title in THEMES.items() if charts_of(theme, run)}
    tabs = st.tabs(list(themes.values()), key="closer", on_change="rerun")
    for place, theme in zip(tabs, themes, strict=True):
        if place.open:
            with place:
                _theme(theme, run, result, metric, chosen, finished)


def charts_of(theme: str, run: RunRow) -> list[Chart]:
    """The charts of a theme that speak of such a problem."""
    return [
        each
        for each in CHARTS.values()
        if each.name in LOOKS and LOOKS[each.name].theme == theme and run.problem.task in each.tasks
        if run.problem.positive is not None or not LOOKS[each.name].two_classes
    ]


def _theme(
    theme: str, run: RunRow, result: Comparison, metric: Metric, chosen: Sequence[str], finished: Sequence[str]
) -> None:
    """One theme's charts, two beside each other; overlaid where they can be, else one per model."""
    charts = charts_of(theme, run)
    if theme == SCORES:
        with st.container(border=True):
            scores(result, metric, finished)
    if not chosen:
        return
    held = {id: found for id in chosen if (found := diagnosed.held(run, id)) is not None}
    shown = Shown(result, chosen, metric.name, held)
    names = [*dict.fromkeys(look.diagnosis for each in charts if (look := LOOKS[each.name]).diagnosis)]
    ready, pending = diagnosed.frames_of(run, held, names)
    for id, job in pending.items():
        with st.container(border=True):
            st.markdown(f"**{words.escape(result.model(id).title)}**")
            waiting(job, "Looking through its predictions …", 160)
    shown = replace(shown, ready=ready, models=[id for id in chosen if id not in pending])
    for pair in _in_pairs(charts, shown):
        for side, (chart, part) in zip(st.columns(2), pair, strict=False):
            with side, st.container(border=True):
                _chart(chart, part, run, result, metric)


def _in_pairs(charts: Sequence[Chart], shown: Shown) -> list[list[tuple[Chart, Shown]]]:
    """What stands beside what: charts of single models beside the same of other models, the others as they come."""
    pairs: list[list[tuple[Chart, Shown]]] = []
    open_to_others = False
    for chart in charts:
        parts = [(chart, shown)] if chart.several else [(chart, shown.of(id)) for id in shown.models]
        alone = len(parts) == 1
        if alone and open_to_others:
            pairs[-1] += parts
            open_to_others = False
            continue
        pairs += [parts[place : place + 2] for place in range(0, len(parts), 2)]
        open_to_others = alone
    return pairs


def _chart(chart: Chart, shown: Shown, run: RunRow, result: Comparison, metric: Metric) -> None:
    """A chart of what is stored, or a sentence on what is missing."""
    key, look = f"{chart.name}-{'-'.join(shown.models)}", LOOKS[chart.name]
    if "importances" in chart.needs:
        shown = replace(shown, importances=_importances(run, result, shown.models))
        shown = replace(shown, models=[id for id in shown.models if id in shown.importances])
    lacks = {id: chart.lacks(shown.stored(id), run.problem.task) for id in shown.models}
    part = replace(shown, models=[id for id, reason in lacks.items() if reason is None])
    if part.models:
        _draw(chart, look, part, run, result, metric, key)
    elif shown.models:
        st.markdown(f"**{words.escape(chart.title)}**")
    for id, reason in lacks.items():
        if reason:
            st.caption(words.escape(f"{result.model(id).title}: {reason[0].lower()}{reason[1:]}"))


def _draw(chart: Chart, look: Look, shown: Shown, run: RunRow, result: Comparison, metric: Metric, key: str) -> None:
    frame = look.frame(shown, chart.several)
    if look.choices:
        frame = _coloured(look, frame, key)
    title = shown.title(shown.models[0]) if len(shown.models) == 1 else ""
    points = show_chart(
        chart,
        frame,
        subject_of(result, metric, title),
        key,
        said=look.tells(shown, run.problem),
        noted=look.tells(shown, run.problem, expert=True),
        ways=("points",) if look.cells and len(frame) else (),
    )
    if look.cells and len(frame):
        _rows(frame, points, shown, run, key)


def _coloured(look: Look, frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The frame with what its colours are of; the frame itself is shared and stays as it is."""
    options = list(look.choices)
    wanted = st.segmented_control(
        "Colours", options, default=options[0], required=True, key=f"{key}-of", label_visibility="collapsed"
    )
    frame = frame.copy(deep=False)
    frame.attrs = {**frame.attrs, "shown": look.choices[wanted or options[0]]}
    return frame


def _rows(frame: pd.DataFrame, points: list[dict[str, Any]], shown: Shown, run: RunRow, key: str) -> None:
    """The rows behind what is clicked on, as they stand in the table."""
    place = place_of(points[0]) if points else None
    if place is None or not 0 <= place < len(frame):
        st.caption("Click on it to see its rows.")
        return
    cell = frame.iloc[place]
    rows = rows_of(shown.held[shown.models[0]].whole, run.problem, cell["actual"], cell["predicted"])
    told = words.diagnosing.rows_in_cell(len(rows), cell["actual"], cell["predicted"])
    st.markdown(f"**{words.escape(told)}**")
    if rows.empty:
        return
    first = numbers(rows.iloc[:ROWS])
    table = session.table_at(run.spec.fingerprint)
    if table is not None:
        known = table.frame.iloc[rows["row"].to_numpy()[:ROWS], :COLUMNS].reset_index(drop=True)
        first = first.join(known[[name for name in known if name not in first.columns]])
    st.dataframe(first, hide_index=True, height=min(280, 35 * (len(first) + 1) + 3), key=f"{key}-rows", alt=told)
    if len(rows) > ROWS:
        st.caption(f"The first {ROWS} of them.")
    if table is not None:
        distinct, title = rows["row"].unique(), shown.result.model(shown.models[0]).title
        named = words.diagnosing.rows_in_cell(len(distinct), cell["actual"], cell["predicted"], title)
        see_on_map(run.spec.fingerprint, distinct, named, key)


def _importances(run: RunRow, result: Comparison, chosen: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The importances that are there; for the others a place is held, or the reason is said."""
    method = pick_method("What it relies on, found out by", IMPORTANCES, "importance")
    st.caption(words.escape(method.about))
    found = {}
    for id in chosen:
        job = session.settled(jobs.request_importance(session.store(), run.id, id, method.name))
        if job.state == FitState.DONE:
            found[id] = pd.DataFrame(job.result["frame"])
            found[id].attrs.update(job.result.get("about", {}))
        else:
            st.markdown(f"**{words.escape(result.model(id).title)}**")
            waiting(job, "Finding out what the model relies on …", 120)
    return found
