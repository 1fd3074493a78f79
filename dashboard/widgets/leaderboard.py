"""The leaderboard of a run: live while models are at work, with real buttons to stop them.

It draws itself again every second while a run goes on, so nothing in it may cost much: no frames, few elements. Once a
run has ended nothing is drawn again by itself; every few seconds the store is asked whether something moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import jobs
from core.metrics import METRICS, Metric, default_metric, first_metrics, metrics_of
from core.models import MODELS
from core.records import Hold, Proposal, RunState, Table
from core.results import Comparison
from core.standing import Standing
from core.store import Derived, RunRow
from dashboard import naming, session, words
from dashboard.charts import CHARTS
from dashboard.frames import score_spread, subject_of
from dashboard.widgets import board
from dashboard.widgets.afterwards import afterwards
from dashboard.widgets.checks import leak_suspects
from dashboard.widgets.costs import costs
from dashboard.widgets.curves import learning
from dashboard.widgets.evidence import drawn_rows, still_drawing, told_verdict
from dashboard.widgets.figures import show_chart
from dashboard.widgets.log import show_log
from dashboard.widgets.next_step import next_step
from dashboard.widgets.page import provenance, state_badge

LIVE, IDLE = 1.0, 5.0  # seconds between two looks


def leaderboard(run: RunRow, table: Table | None = None) -> None:
    """Draw a run's leaderboard, and what has come of it, as a part of the page that draws itself again while live.

    Parameters
    ----------
    run : RunRow
    table : Table or None
        The chosen table, for buttons that change what is learned from it.
    """
    live = not jobs.ended(run)
    # Outside of the part that is drawn every second, as none of it changes; nor may that part write into a container
    # around it, which would keep what was written before.
    metric = _heading(run, live, session.mine(run))
    st.caption(words.escape(provenance(run, session.comparison(run))))

    def look() -> None:
        now = session.store().run(run.id)
        if now is None or now.state != run.state:  # what stands around this part changes as well
            st.rerun()
        if live:  # a supervisor that was killed has a successor within a second, as long as somebody watches
            jobs.keep_going(session.store())
        _draw(now, session.comparison(now), metric, table)

    st.fragment(look, run_every=LIVE if live else None, key="leaderboard")()
    if not live:
        _watch(run)


def _watch(run: RunRow) -> None:
    """Draw the page anew when a run that has ended was deleted, or got a score that is younger than it."""
    seen = session.store().stamp(run.id)

    def look() -> None:
        if session.store().stamp(run.id) != seen:
            st.rerun()

    st.fragment(look, run_every=IDLE, key="leaderboard_moved")()


def _draw(run: RunRow, result: Comparison, metric: Metric, table: Table | None) -> None:
    """Draw what changes: the verdict and the table, and what has come of the run."""
    live = not jobs.ended(run)
    with st.container(border=True):
        if not live:
            _until_drawn(drawn_rows(run, result, metric))
        standings = result.standings(metric.name)
        if live and (told := _where(run, result)):
            st.caption(f":material/schedule: {words.escape(told)}")
        _verdict(standings, metric, result, live)
        leak = not live and leak_suspects(run.spec)
        board.grid(standings, metric, result, live)
        board.reasons(standings, result)
        _unweighted(run)
        show_log(run, result)
    if not live:
        afterwards(run, metric, table, lambda found: next_step(run, result, metric, suspicious=found or leak))
    learning(run, result, metric)
    if not live:
        _spread(standings, metric, result)
        costs(result, metric)


def _until_drawn(job: Derived | None) -> None:
    """Draw the page anew once the rows of a single fold have been drawn again: till then nothing is told of luck."""
    if job is None or not still_drawing(job):
        return
    key = job.key

    def look() -> None:
        if not still_drawing(session.store().derived(key)):
            st.rerun()
        jobs.keep_going(session.store())

    st.fragment(look, run_every=LIVE, key="drawing_rows")()


def _heading(run: RunRow, live: bool, mine: bool) -> Metric:
    """The heading with its state, the metric that ranks, and the button that stops everything."""
    proposal = default_metric(run.problem)
    few = [each.name for each in first_metrics(run.problem, str(proposal.value))]
    names = [*few, *(each.name for each in metrics_of(run.problem) if each.name not in few)]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader("Leaderboard", anchor=False, width="content")
            st.markdown(state_badge(run), width="content")
            if live and mine:
                st.button(
                    "Stop",
                    key="stop",
                    icon=":material/stop:",
                    on_click=session.stop,
                    args=(run,),
                    help="Ends what is at work; what is finished stays.",
                )
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            _glossary(metrics_of(run.problem))
            st.caption("Ranked by", width="content", help=words.escape(_why(proposal)))
            chosen = st.selectbox(
                "Ranked by",
                names,
                index=names.index(proposal.value),
                format_func=lambda name: METRICS[name].title,
                key="metric",
                bind="query-params",
                label_visibility="collapsed",
                width=260,
            )
    return METRICS[chosen]


def _glossary(metrics: Sequence[Metric]) -> None:
    """What the words on this page mean, one click away: the metrics' and all others."""
    box = st.popover(
        "What the words mean", icon=":material/menu_book:", type="tertiary", key="glossary", on_change="rerun"
    )
    if box.open:  # the leaderboard is drawn every second while a run goes on
        own = [(each.title, f"{each.about} {each.expert}") for each in metrics]
        for title, part in (("Words", words.glossary.TERMS), ("Metrics", own)):
            box.markdown(f"**{title}**")
            box.markdown("\n".join(f"- **{words.escape(term)}**: {words.sentence(told)}" for term, told in part))


def _why(proposal: Proposal) -> str:
    """Which metric ranks where nobody chooses one, and why."""
    metric = METRICS[proposal.value]
    return f"{metric.title} is proposed, because {proposal.reason}. {metric.about}"


def _where(run: RunRow, result: Comparison) -> str:
    """The run's place in the queue; once it has begun, how long it still takes and whom it shares the machine with."""
    place = jobs.place(session.store(), run)
    if run.state == RunState.QUEUED:
        return words.place(place.ahead, place.sharing)
    if session.store().full():
        return "Paused until there is room on the disk."
    if all(each.hold == Hold.PAUSED for each in result.models if each.state in board.OPEN):
        return "Paused: it goes on when you let it."
    slots = max(1, int(session.supervisor().get("slots", 1)) // (1 + place.sharing))
    left = jobs.seconds_left(run, result.fits, slots, session.estimates_of(run))
    return " · ".join(each for each in (words.time_left(left), words.sharing(place.sharing)) if each)


def _verdict(standings: Sequence[Standing], metric: Metric, result: Comparison, live: bool) -> None:
    """What the comparison has come to, in plain sentences."""
    icon = "hourglass_top" if live else "gavel"
    with st.container(key="verdict"):
        st.markdown(f"#### :material/{icon}: {naming.told(told_verdict(standings, metric, result, live=live))}")


def _unweighted(run: RunRow) -> None:
    """Which models could not heed the class weights that were asked for."""
    entries = [MODELS[each.name] for each in run.spec.models]
    told = [entry.without_weights() for entry in entries if not entry.always_in] if run.spec.class_weight else []
    if sentences := list(dict.fromkeys(filter(None, told))):
        st.caption(words.escape(" ".join(sentences)))


def _spread(standings: Sequence[Standing], metric: Metric, result: Comparison) -> None:
    """Every fold's score beside the means, where there is more than one fold."""
    frame = score_spread(result, [each.id for each in standings], metric.name)
    if len(frame) > frame["model"].nunique():
        with st.container(border=True):
            show_chart(CHARTS["score_spread"], frame, subject_of(result, metric), "score_spread")
