"""What models cost beside what they score, and the cheapest that is not worse than the best."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.costs import COSTS, Cost, Priced, cheapest, priced
from core.metrics import Metric
from core.results import Comparison
from dashboard import words
from dashboard.charts import CHARTS
from dashboard.frames import subject_of
from dashboard.widgets.figures import show_chart


def costs(result: Comparison, metric: Metric) -> None:
    """Draw score against cost, with the answer to what the cheapest model is that is not worse than the best."""
    standings = result.standings(metric.name)
    if sum(each.rank is not None and not each.baseline for each in standings) < 2:
        return
    rows = max(1, round(result.test_share * result.practice_rows))
    with st.container(border=True, key="costs"):
        with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
            st.subheader("What it costs", anchor=False, width="content")
            names = list(COSTS)
            chosen = st.segmented_control(
                "Cost",
                names,
                default=names[0],
                required=True,
                format_func=lambda name: COSTS[name].title,
                key="cost",
                label_visibility="collapsed",
            )
        cost = COSTS[chosen or names[0]]
        found = priced(standings, cost.name, rows, greater_is_better=metric.greater_is_better)
        behind = result.evidence(metric.name).behind
        answer = cheapest(found, standings, behind)
        st.markdown(f"**{words.sentence(_told(found, answer, cost))}**")
        cheaper = [each for each in found if answer and each.cost < answer.cost and each.standing.tied]
        beaten = [each.standing.title for each in cheaper if not each.front]
        worse = [each.standing.title for each in cheaper if each.front]
        if cheaper:
            st.caption(words.escape(words.proof.passed_over(beaten, worse, found[0].standing.title)))
        frame = _frame(found, answer, cost)
        show_chart(CHARTS["costs"], frame, subject_of(result, metric), f"costs-{cost.name}")
        st.caption(words.escape(cost.about))


def _told(found: tuple[Priced, ...], answer: Priced | None, cost: Cost) -> str:
    best = found[0] if found else None
    if answer is None or best is None:
        return words.proof.NO_CHEAPEST
    return words.proof.cheapest(
        best.standing.title,
        answer.standing.title,
        cost.title,
        words.proof.cost(answer.cost, cost.unit),
        words.proof.cost(best.cost, cost.unit),
        best.cost / answer.cost if answer.cost else None,
    )


def _frame(found: tuple[Priced, ...], answer: Priced | None, cost: Cost) -> pd.DataFrame:
    rows = [
        (
            each.standing.title,
            each.cost,
            words.proof.cost(each.cost, cost.unit),
            each.standing.mean,
            each.standing.low,
            each.standing.high,
            each.front,
            each is answer,
        )
        for each in found
    ]
    columns = ["model", "cost", "shown", "score", "low", "high", "front", "chosen"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(("cost", "score", "low", "high"), float))
    frame.attrs["cost"] = f"{cost.title}, {cost.unit}" + (" (estimate)" if cost.estimated else "")
    return frame
