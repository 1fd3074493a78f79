"""A cut-off to try: what it comes to moves with it, and one click has it go with the model."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from core.decisions import BY_HAND, BY_MONEY, PROBABILITY, Costs, Counts, Decision, Judgement, Weighing, flags_of
from core.store import RunRow
from dashboard import decided, session, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets.deciding.rows import chart_key, look_at_rows, take_over
from dashboard.widgets.deciding.sliding import Place, slide
from dashboard.widgets.figures import show_chart

deciding = words.deciding
STEPS = 1_000


class Terms(NamedTuple):
    """What mistakes cost, and in which currency."""

    costs: Costs
    currency: str


def try_cut_off(
    run: RunRow, model: str, title: str, weighing: Weighing, judged: Judgement, costs: Costs, currency: str
) -> None:
    """The slider of one model with all that follows from it, drawn by itself when it moves."""

    def draw() -> None:
        kept = decided.decisions(run).get(model)
        same = kept is not None and kept.on == weighing.on and kept.costs == asdict(costs)
        start = kept.threshold if same and kept is not None else judged.cut_off
        cut_off = _slide(run, model, weighing, start, judged.cut_off, Terms(costs, currency))
        counts = weighing.counts(cut_off)
        st.markdown(words.escape(deciding.happened(counts, run.problem.positive)))
        st.caption(words.escape(deciding.rosy(cut_off == judged.cut_off)))
        frame = _confusion(counts, weighing)
        subject, key = Subject(run.problem.target, model=title), chart_key(run, model)
        take_over(run, model, frame, show_chart(CHARTS["confusion"], frame, subject, key, ways=("points",), lazy=True))
        look_at_rows(run, model, title, weighing, cut_off)
        _keeping(run, model, title, weighing, judged, costs, currency, cut_off, kept)

    st.fragment(draw)()


def _slide(run: RunRow, model: str, weighing: Weighing, start: float, chosen: float, terms: Terms) -> float:
    """The cut-off; the places nearest to the chosen one and to the kept one stand for these themselves."""
    low, high = weighing.bounds
    step = (high - low) / STEPS or 1.0
    amounts = "-".join(f"{each:g}" for each in asdict(terms.costs).values())  # other costs begin at another cut-off
    key = f"cut-{run.id}-{model}-{amounts}"

    def place(value: float) -> float:
        return low + round((min(max(value, low), high) - low) / step) * step

    st.session_state.setdefault(key, place(start))
    # Of no one and of everyone there is a place as well: the end that is nearest.
    exact = {round((place(each) - low) / step): each for each in (start, chosen)}
    places = [*_places(str(session.store().folder), run.id, model, session.store().stamp(run.id), terms, weighing)]
    for number, value in exact.items():
        places[number] = _at(value, weighing, terms)
    about = deciding.figures_about(run.problem.positive)
    label = "Flag from a probability of" if weighing.on == PROBABILITY else "Flag from a decision score of"
    slide(key, label, (low, step), about, places)
    st.button("Best", key=f"best-{key}", icon=":material/undo:", help="Back to the cut-off that the rows call for.",
              on_click=_back, args=(key, place(chosen)))  # fmt: skip
    at = float(st.session_state[key])
    return exact.get(round((at - low) / step), at)


@st.cache_resource(max_entries=16, show_spinner=False)
def _places(folder: str, run: str, model: str, stamp: str, terms: Terms, _weighing: Weighing) -> list[Place]:
    """The figures at every place of the slider."""
    low, high = _weighing.bounds
    step = (high - low) / STEPS or 1.0
    return [_at(each, _weighing, terms) for each in low + step * np.arange(STEPS + 1)]


def _at(cut_off: float, weighing: Weighing, terms: Terms) -> Place:
    """What stands beside the slider at a cut-off."""
    counts = weighing.counts(cut_off)
    recall = weighing.share(counts.hits, counts.hits + counts.misses)
    precision = weighing.share(counts.hits, counts.flagged)
    return deciding.figures(counts, terms.costs, recall, precision, terms.currency)


def _back(key: str, place: float) -> None:
    st.session_state[key] = place


def _confusion(counts: Counts, weighing: Weighing) -> pd.DataFrame:
    """The frame of the chart of this name, at a cut-off."""
    classes, positive = weighing.problem.classes, weighing.problem.positive
    cells = {(True, True): counts.hits, (True, False): counts.misses}
    cells |= {(False, True): counts.alarms, (False, False): counts.rejections}
    rows = []
    for actual in classes:
        whole = sum(cells[(actual == positive, each)] for each in (True, False))
        for called in classes:
            count = cells[(actual == positive, called == positive)]
            rows.append((actual, called, count, count / (whole or 1)))
    return pd.DataFrame(rows, columns=["actual", "predicted", "count", "share"])


def _keeping(
    run: RunRow,
    model: str,
    title: str,
    weighing: Weighing,
    judged: Judgement,
    costs: Costs,
    currency: str,
    cut_off: float,
    kept: Decision | None,
) -> None:
    """What goes with the model, and the button that has this cut-off do so."""
    by_money = cut_off == judged.cut_off
    money = judged.money() if by_money else None
    folds = "one fold" if weighing.held.halved else words.count(len(weighing.held.names), "fold")
    decision = Decision(
        run.problem.target,
        run.problem.classes,
        run.problem.positive,
        on=weighing.on,
        costs=asdict(costs),
        currency=currency,
        chosen=BY_MONEY if by_money else BY_HAND,
        chosen_on=f"predictions of {words.count(len(weighing.held.parts), 'row')} that were held out, {folds}",
        money=money.mean if money else None,
        low=money.low if money else None,
        high=money.high if money else None,
        **flags_of(cut_off),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            words.escape(f"Keep this cut-off with {title}"),
            key=f"keep-{model}",
            icon=":material/bookmark_add:",
            type="primary",
            disabled=decision == kept or not session.mine(run),
        ):
            # No callback: after it the button would be disabled, and not say that it was pressed.
            decided.keep(run, model, decision)
            st.rerun()  # all of the page: what can be taken home now stands outside of this part
        if kept is not None and st.button("Let go", key=f"drop-{model}", type="tertiary"):
            decided.drop(run, model)
            st.rerun()
    if kept is not None:
        st.caption(words.escape(deciding.kept(title, deciding.cut_off(kept.threshold, kept.on))))
