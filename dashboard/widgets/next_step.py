"""What to do next with a comparison that has ended: one sentence, and the link that leads there."""

from __future__ import annotations

import streamlit as st

from core.exam import openings
from core.metrics import Metric
from core.results import Comparison
from core.store import RunRow
from dashboard import session, words
from dashboard.words.next_step import Known


def next_step(run: RunRow, result: Comparison, metric: Metric, *, suspicious: bool) -> None:
    """Draw the next step; `suspicious` says whether something was found that makes scores lie."""
    step = words.next_step.next_step(_known(run, result, metric, suspicious))
    with st.container(gap=None, key="next_step"):
        st.markdown(f":blue-badge[:material/arrow_forward: next] {words.escape(step.told)}")
        st.page_link(f"views/{step.view}.py", label=step.label, icon=f":material/{step.icon}:")


def _known(run: RunRow, result: Comparison, metric: Metric, suspicious: bool) -> Known:
    standings = result.standings(metric.name)
    ranked = [each for each in standings if each.rank is not None and not each.baseline]
    floor = next((each for each in standings if each.baseline and each.rank is not None), None)
    sealed = result.problem.rows - result.practice_rows
    return Known(
        ranked=len(ranked),
        beats_guessing=bool(ranked) and (floor is None or words.beats(ranked[0], floor, metric)),
        judged_once=bool(ranked) and len(result.model(ranked[0].id).done) == 1,
        tied=sum(each.tied for each in ranked),
        suspicious=suspicious,
        sealed=sealed,
        opened=bool(sealed and openings(session.store(), run.spec.fingerprint, result.problem.target)),
        two_classes=len(result.problem.classes) == 2,
    )
