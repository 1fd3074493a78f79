"""Your split against an honest split: offered where the checks propose another one, shown once both were run."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import asking, jobs
from core.data import SPLITS
from core.honest import differs, guards, honest_spec, plain_spec, run_of, side_by_side, submit_both
from core.metrics import METRICS, Metric, default_metric
from core.records import FitState, Proposal, RunSpec, Table
from core.store import Derived, RunRow
from dashboard import session, words
from dashboard.widgets.checks import asked_of
from dashboard.widgets.page import state_badge

LIVE = 1.0  # seconds between two looks at a run that goes on


@dataclass(frozen=True, slots=True)
class _Ways:
    """A run and its twin by the other way to divide the rows.

    Attributes
    ----------
    twin : RunSpec
    accepted : bool
        Whether the run itself is divided as proposed: then its twin shows what ordinary folds would have promised.
    """

    run: RunRow
    twin: RunSpec
    proposal: Proposal
    accepted: bool

    @property
    def title(self) -> str:
        return "What ordinary folds would have promised" if self.accepted else "Your split against an honest split"

    @property
    def why(self) -> str:
        """Why the two ways may differ."""
        split = self.proposal.value
        if self.accepted:
            return words.guarded(split["kind"], split["group"] or split["time"])
        return f"{_title(self.proposal)} proposed, because {self.proposal.reason}."


def against_honest(run: RunRow) -> None:
    """Draw the same models by two ways to divide the rows, where one is proposed that guards against something."""
    job, table = asked_of(run.spec), session.table_at(run.spec.fingerprint)
    if job is None or table is None:
        return
    told = asking.checks_told(session.settled(job))
    if told is None:
        _wait(job)
        return
    proposal = told[1]
    if not guards(proposal.value):
        return
    accepted = not differs(run.spec, proposal.value)
    twin = plain_spec(run.spec, run.problem.task) if accepted else honest_spec(run.spec, proposal.value)
    ways = _Ways(run, twin, proposal, accepted)
    other = run_of(session.runs(), twin)
    with st.container(border=True, key="honest"):
        st.subheader(ways.title, anchor=False)
        st.caption(words.sentence(ways.why))
        if other is None:
            _offer(ways, table)
        else:
            _watch(ways, other)


def offer_both(spec: RunSpec, table: Table, place: DeltaGenerator) -> None:
    """Offer, where nothing was run yet, to run a comparison by its own split and by the proposed one."""
    job = asking.request_checks_of(session.store(), spec)
    told = asking.checks_told(session.settled(job))
    if told is not None and differs(spec, told[1].value):
        place.button(
            "Start with your split and an honest one",
            key="start_both",
            icon=":material/balance:",
            on_click=start_both,
            args=(spec, table, told[1]),
            help=words.sentence(f"{_title(told[1])} proposed, because {told[1].reason}."),
        )


def _wait(job: Derived) -> None:
    """Draw the page again once the checks are made; nothing is shown until then."""

    def look() -> None:
        now = session.store().derived(job.key)
        if now is not None and now.state == FitState.DONE:
            st.rerun()

    st.fragment(look, run_every=LIVE, key="honest_wait")()


def _title(proposal: Proposal) -> str:
    split = proposal.value
    column = split["group"] or split["time"]
    return f"{SPLITS[split['kind']].title}{f' by {column}' if column else ''} are"


def _offer(ways: _Ways, table: Table) -> None:
    divided = "folds drawn at random" if ways.accepted else "divided as proposed"
    st.button(
        "Run both and compare",
        key="run_both",
        icon=":material/balance:",
        on_click=_start_twin,
        args=(ways.twin, table),
        help=f"The same models on the same rows, {divided}. What is trained already is not trained again.",
    )


def _start_twin(twin: RunSpec, table: Table) -> None:
    """Queue the other of two runs; what is against it is said on the page."""
    try:
        jobs.submit(session.store(), twin, table, session.owner())
    except ValueError as error:
        st.session_state["trouble"] = str(error)


def start_both(spec: RunSpec, table: Table, proposal: Proposal) -> None:
    """Queue a run and its honest twin; what is against it is said on the page."""
    try:
        yours, _ = submit_both(session.store(), spec, proposal.value, table, session.owner())
        if not session.chosen("run"):
            session.choose(data=session.source(), target=spec.roles.target, run=yours)
    except ValueError as error:
        st.session_state["trouble"] = str(error)


def _watch(ways: _Ways, other: RunRow) -> None:
    """Show both scores, again and again while the second run goes on."""
    live = not jobs.ended(other)

    def look() -> None:
        now = session.store().run(other.id)
        if now is None or jobs.ended(now) == live:
            st.rerun()
        if live:
            jobs.keep_going(session.store())
        _scores(ways, now)

    st.fragment(look, run_every=LIVE if live else None, key="honest_scores")()


def _scores(ways: _Ways, other: RunRow) -> None:
    run = ways.run
    metric = METRICS[st.session_state.get("metric") or default_metric(run.problem).value]
    first, second = (other, run) if ways.accepted else (run, other)
    frame = side_by_side(session.comparison(first), session.comparison(second), metric.name)
    models = frame[~frame["baseline"].astype(bool)]
    if not jobs.ended(other):
        st.markdown(f"{state_badge(other)} {words.count(len(frame), 'model')} judged by both so far.")
    elif models.empty:
        st.caption("No model has a score by both.")
    else:
        st.markdown(f"#### :material/balance: {words.sentence(_told(ways, models, metric))}")
    if len(frame):
        _table(frame, metric, ways.accepted)
    label = "Open the comparison by ordinary folds" if ways.accepted else "Open the honest comparison"
    st.button(label, key="open_honest", type="tertiary", on_click=session.open_run, args=(other,))


def _told(ways: _Ways, models: pd.DataFrame, metric: Metric) -> str:
    best, split, problem = models.iloc[0], ways.proposal.value, ways.run.problem
    order = models["honest"].sort_values(ascending=not metric.greater_is_better)
    return words.two_splits(
        metric,
        best["title"],
        best["yours"],
        best["honest"],
        split["kind"],
        column=split["group"] or split["time"],
        front=models.loc[order.index[0], "title"],
        positive=problem.positive,
        target=problem.target,
        accepted=ways.accepted,
    )


def _table(frame: pd.DataFrame, metric: Metric, accepted: bool) -> None:
    """The scores of every model by both ways."""
    names = ("Ordinary folds", "Your honest split") if accepted else ("Your split", "Honest split")
    st.dataframe(
        frame[["title", "yours", "honest", "change"]],
        hide_index=True,
        key="honest_table",
        column_config={
            "title": "Model",
            "yours": st.column_config.NumberColumn(names[0], format="%.3f"),
            "honest": st.column_config.NumberColumn(names[1], format="%.3f"),
            "change": st.column_config.NumberColumn("Change", format="%+.3f"),
        },
        alt=f"{metric.title} of each model by both ways to divide the rows",
    )
