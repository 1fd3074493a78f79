"""The same models on several tables: ranks, what sets them apart, and the chances of each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core import asking
from core.metrics import Metric
from core.models import MODELS, model_title
from core.records import ModelSpec, RunState
from core.results import Comparison
from core.store import RunRow
from dashboard import session, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets.figures import show_chart
from dashboard.widgets.page import waiting

MOST_RUNS = 40  # finished comparisons that are looked through, the newest


@dataclass(frozen=True)
class Tables:
    """Scores by table and model, of the newest finished comparison of each table."""

    scores: Mapping[str, Mapping[str, float]]
    titles: Mapping[str, str]


def over_tables(run: RunRow, result: Comparison, metric: Metric, rope: float) -> None:
    """Compare the models of a run over all tables on which they were compared."""
    with st.container(border=True, key="several"):
        st.subheader("Over several tables", anchor=False)
        tables = of_tables(run, result, metric)
        models = [each for each in tables.titles if sum(each in row for row in tables.scores.values()) > 1]
        if len(tables.scores) < 2 or len(models) < 2:
            st.markdown(words.escape(words.comparing.too_few_tables(len(tables.scores))))
            return
        chosen = _pick_models(models, tables)
        if len(chosen) < 2:
            st.caption("Choose at least two models.")
            return
        scores = {name: {each: row[each] for each in chosen if each in row} for name, row in tables.scores.items()}
        scores = {name: row for name, row in scores.items() if len(row) > 1}
        job = session.settled(asking.request_several(session.store(), scores, metric.name, rope))
        if waiting(job, "Comparing over the tables …", 200):
            _show((session.store().derived(job.key) or job).result, tables, metric)


def of_tables(run: RunRow, result: Comparison, metric: Metric) -> Tables:
    """What the visitor's finished comparisons with the same models came to, one table each; the run's own is first."""
    wanted = {each.id: each for each in result.spec.models}
    titles = {id: model_title(each) for id, each in wanted.items() if not MODELS[each.name].always_in}
    scores: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for row in [run, *session.runs(states=(RunState.DONE,))[:MOST_RUNS]]:
        if row.spec.fingerprint in seen or row.problem.task != run.problem.task:
            continue
        found = session.comparison(row)
        known = {id: mean for id in titles if (mean := _mean(found, wanted[id], metric.name)) is not None}
        if len(known) > 1 or row.id == run.id:
            seen.add(row.spec.fingerprint)
            name = row.spec.dataset if row.spec.dataset not in scores else f"{row.spec.dataset} ({row.id})"
            scores[name] = known
    return Tables({name: row for name, row in scores.items() if len(row) > 1}, titles)


def _mean(found: Comparison, wanted: ModelSpec, metric: str) -> float | None:
    """The score of the very same model, settings included; None where a run does not have it."""
    same = next((each for each in found.models if each.spec == wanted), None)
    return same.mean(metric) if same is not None and len(same.done) == len(same.fits) else None


def _pick_models(models: Sequence[str], tables: Tables) -> list[str]:
    return st.multiselect(
        "Models",
        models,
        models,
        format_func=lambda each: tables.titles[each],
        key="several_models",
        help="A table without a score of each of them is left out.",
    )


def _show(told: Mapping[str, Any], tables: Tables, metric: Metric) -> None:
    ranks, critical = dict(told["ranks"]), told["critical_difference"]
    titles = tables.titles
    first = next(iter(ranks))
    behind = [titles[each] for each in ranks if ranks[each] - ranks[first] > critical]
    p_value, level = told["iman_davenport_p"], told["level"]
    sentence = words.comparing.over_tables(told["data_sets"], told["left_out"], p_value, titles[first], behind, level)
    st.markdown(f"**{words.escape(sentence)}**")
    if few := words.comparing.few_tables(told["data_sets"]):
        st.caption(words.escape(few))
    frame = pd.DataFrame({"model": [titles[each] for each in ranks], "rank": list(ranks.values())})
    frame.attrs.update(groups=[[titles[each] for each in group] for group in told["groups"]], critical=critical)
    show_chart(CHARTS["critical_difference"], frame, Subject(metric=metric.title), "critical_difference")
    with st.expander("Scores, pairs and how this was worked out", icon=":material/functions:"):
        rows = [
            {"Table": name} | {titles[id]: value for id, value in row.items()} for name, row in tables.scores.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Scores by table and model")
        st.dataframe(_pairs(told, titles), hide_index=True, alt="Every two models over the tables")
        for each in words.comparing.TABLES:
            st.markdown(words.escape(each))


def _pairs(told: Mapping[str, Any], titles: Mapping[str, str]) -> pd.DataFrame:
    """Every pair with its p values and chances."""
    rows = [
        {
            "Model": titles[each["a"]],
            "Against": titles[each["b"]],
            "Ranks apart": round(each["apart"], 2),
            "p-value (Nemenyi)": round(each["nemenyi"], 4),
            "Better": words.percent(each["chances"]["p_a_better"], 0),
            "Makes no difference": words.percent(each["chances"]["p_equal"], 0),
            "Worse": words.percent(each["chances"]["p_b_better"], 0),
        }
        for each in told["pairs"]
    ]
    return pd.DataFrame(rows)
