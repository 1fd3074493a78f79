"""All scores of a run's models: three metrics first, the others one click away."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from core.metrics import Metric, first_metrics, metrics_of
from core.results import Comparison
from dashboard import words
from dashboard.frames import Cell, all_scores


def scores(result: Comparison, metric: Metric, models: Sequence[str]) -> None:
    """A line per metric, a column per model; the chosen metric first, and last what no model has."""
    few, every = first_metrics(result.problem, metric.name), metrics_of(result.problem)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**All scores**", width="content")
        whole = st.toggle(f"All {len(every)} metrics", key="all_scores", persist_state="session")
    metrics = [*few, *(each for each in every if each not in few)] if whole else list(few)
    table = all_scores(result, models, metrics)
    nowhere = {name for name, cells in table.items() if all(cell.mean is None for cell in cells.values())}
    metrics = [each for each in metrics if each.name not in nowhere] + [
        each for each in metrics if each.name in nowhere
    ]
    columns = {"Metric": [each.title for each in metrics]}
    for number, id in enumerate(models):
        title = result.model(id).title
        name = title if title not in columns else f"{title} ({number + 1})"
        columns[name] = [_told(table[each.name].get(id)) for each in metrics]
    columns["Best is"] = ["the largest" if each.greater_is_better else "the smallest" for each in metrics]
    columns["What it is"] = [each.about for each in metrics]
    columns["For experts"] = [each.expert for each in metrics]
    st.dataframe(
        pa.table(columns),
        hide_index=True,
        height="content" if not whole else 600,
        key="scores",
        column_config={"Metric": st.column_config.TextColumn(pinned=True, width=170)},
        alt=f"Scores of {len(models)} models by {len(metrics)} metrics.",
    )
    st.caption("Mean over the folds ± their standard deviation (range of the mean at 95 %, as folds share rows).")


def _told(cell: Cell | None) -> str:
    """A cell as text."""
    if cell is None:
        return words.NO_VALUE
    if cell.mean is None:
        return words.diagnosing.undefined(cell.undefined)
    return words.diagnosing.mean_and_range(cell.mean, cell.spread, cell.low, cell.high)
