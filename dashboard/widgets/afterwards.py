"""What is worth knowing about a run that has ended: three findings first, the rest one click away.

What is stored is looked at when the page is drawn; what takes fits is a job that is asked for by itself where it costs
little, and else by a button.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core import afterwards as reviewing
from core import jobs
from core.afterwards import REVIEWS, Diagnosis, Finished, Fitting
from core.checks import Checked, Finding, Severity
from core.metrics import METRICS, Metric
from core.records import FitState, Table
from core.store import Derived, RunRow
from dashboard import naming, session, words
from dashboard.widgets.checks import BADGES, carry_out
from dashboard.widgets.page import show_progress

FIRST = 3
LIVE = 1.0  # seconds between two looks while something is worked out
OPEN = (FitState.QUEUED, FitState.RUNNING)
ICONS = {
    Fitting.BALANCED: ":material/check:",
    Fitting.BY_HEART: ":material/menu_book:",
    Fitting.TOO_SIMPLE: ":material/horizontal_rule:",
    Fitting.NOTHING: ":material/block:",
}


@dataclass(frozen=True, slots=True)
class _Stored:
    """What can be said at once."""

    checked: Checked
    learned: tuple[Diagnosis, ...]
    seconds: float
    scored: bool


def afterwards(run: RunRow, metric: Metric, table: Table | None, beside: Callable[[bool], None]) -> None:
    """Draw what is worth knowing about a run that has ended, as a part of the page of its own.

    Parameters
    ----------
    run : RunRow
    metric : Metric
        That ranks.
    table : Table or None
        The chosen table, for buttons that change what is learned from it.
    beside : callable
        Draws what stands beside it; is told whether something was found that makes scores lie.
    """
    job = _job(run, metric.name)
    waits = job is not None and job.state in OPEN

    def look() -> None:
        now = _job(run, metric.name)
        if waits and (now is None or now.state not in OPEN):
            st.rerun()
        _draw(run, table, metric.name, now, beside)

    st.fragment(look, run_every=LIVE if waits else None, key="afterwards")()


def _checked(run: RunRow, metric: str, job: Derived | None) -> Checked:
    """What was found so far."""
    at_once, found = _stored(run, metric).checked, reviewing.told(job)
    return reviewing.merged(at_once, found) if found else at_once


def _job(run: RunRow, metric: str) -> Derived | None:
    """The job that looks closer: asked for where it costs little, settled where it is nearly done."""
    known = reviewing.known(session.store(), run.id, metric)
    if known is None and _looks_by_itself(run, metric):
        known = session.settled(reviewing.request(session.store(), run.id, metric))
    return known


def _looks_by_itself(run: RunRow, metric: str) -> bool:
    seconds = _stored(run, metric).seconds
    return 0 < seconds <= reviewing.AT_ONCE_SECONDS and _can_look(run) and not session.store().refusal()


def _can_look(run: RunRow) -> bool:
    return session.table_at(run.spec.fingerprint) is not None


def _stored(run: RunRow, metric: str) -> _Stored:
    store = session.store()
    return _at_once(str(store.folder), run.id, store.stamp(run.id), metric)


@st.cache_resource(max_entries=24, show_spinner=False)
def _at_once(folder: str, run: str, stamp: str, metric: str) -> _Stored:
    row = session.store().run(run)
    if row is None:
        raise LookupError(f"The run {run} was deleted.")
    finished = Finished(session.comparison(row), METRICS[metric])
    learned = reviewing.diagnoses(finished) if finished.folds > 1 and finished.floor else ()
    return _Stored(reviewing.at_once(finished), learned, reviewing.fits_seconds(finished), bool(finished.ranked))


def _draw(run: RunRow, table: Table | None, metric: str, job: Derived | None, beside: Callable[[bool], None]) -> None:
    stored, found = _stored(run, metric), reviewing.told(job)
    checked = _checked(run, metric, job)
    missing = 0 if found else _fitted_ones(stored)
    same = table if table is not None and table.fingerprint == run.spec.fingerprint else None
    with st.container(border=True, key="worth_knowing"):
        st.subheader(words.escape(words.afterwards.heading(len(checked.findings))), anchor=False)
        first = checked.findings[:FIRST]
        *places, last = st.columns(len(first) + 1) if first else st.columns([2, 1])
        if not first:
            calm = words.afterwards.calm(len(REVIEWS) - missing - len(checked.not_applied), missing)
            told = f":material/check_circle: {words.escape(calm)}" if stored.scored else words.afterwards.NO_SCORE
            places[0].markdown(told)
        for place, finding in zip(places, first, strict=False):
            with place:
                _finding(run, same, finding, apart=False)
        with last:
            beside(any(each.severity is Severity.HIGH for each in checked.findings))
        _closer(run, metric, job, stored)
        _rest(run, same, checked.findings[FIRST:])
        _learned(stored.learned)
        _fine(checked, answered=not missing)


def _fitted_ones(stored: _Stored) -> int:
    """Looks that take fits and apply."""
    return sum(each.seconds is not None and each.name not in stored.checked.not_applied for each in REVIEWS.values())


def _finding(run: RunRow, table: Table | None, finding: Finding, *, apart: bool = True) -> None:
    """One finding: how much it matters, what it is, what to do, and a button that does it, at the side or below."""
    offered = finding.suggestion is not None and table is not None
    apart = apart and offered
    text, place = st.columns([4, 1], vertical_alignment="center") if apart else (st.container(), st.container())
    with text.container(gap=None):
        title = words.escape(REVIEWS[finding.check].title)
        st.markdown(f"{BADGES[finding.severity]} **{title}** – {naming.told(finding.text)}")
        st.caption(words.sentence(finding.advice))
    if offered and table is not None:
        with place:
            carry_out(table, run.problem.task, finding, run.spec.split.folds)


def _closer(run: RunRow, metric: str, job: Derived | None, stored: _Stored) -> None:
    """How far the closer look is; a button for it where nobody has asked yet."""
    if not stored.seconds or (job is not None and job.state == FitState.DONE):
        return
    if job is None:
        if _can_look(run) and not session.store().refusal():
            st.button(
                words.escape(words.afterwards.offer(stored.seconds)),
                key="look_afterwards",
                icon=":material/search:",
                on_click=_ask,
                args=(run, metric),
                help="Fits some models again on the same folds: other seeds, single columns, two simple rivals.",
            )
    elif job.state == FitState.FAILED:
        st.caption(words.sentence(f"The closer look ended: {job.reason}"))
        forget = session.store().forget_derived
        st.button("Look again", key="look_again", type="tertiary", on_click=forget, args=(job.key,))
    else:
        jobs.keep_going(session.store())
        told = words.afterwards.looking(_fitted_ones(stored), stored.seconds)
        st.caption(f":material/hourglass_top: {words.escape(told)}")
        show_progress(job, "Stop looking")


def _ask(run: RunRow, metric: str) -> None:
    """Have somebody look closer."""
    reviewing.request(session.store(), run.id, metric)


def _rest(run: RunRow, table: Table | None, findings: Sequence[Finding]) -> None:
    if findings:
        with st.expander(f"More about this result ({len(findings)})", icon=":material/info:", key="more_worth"):
            for finding in findings:
                _finding(run, table, finding)


def _learned(learned: Sequence[Diagnosis]) -> None:
    """How each model has learned, in words, with what to try."""
    if learned:
        with st.expander(f"How each model has learned ({len(learned)})", icon=":material/school:", key="how_learned"):
            for each in learned:
                with st.container(gap=None):
                    st.markdown(f"{ICONS[each.kind]} {words.sentence(each.text)}")
                    if each.advice:
                        st.caption(words.sentence(each.advice))


def _fine(checked: Checked, answered: bool) -> None:
    """What was looked at, how, and what does not apply, with the reason."""
    found = {each.check for each in checked.findings}
    reviews = [each for each in REVIEWS.values() if answered or each.seconds is None]
    fine = [each for each in reviews if each.name not in found and each.name not in checked.not_applied]
    with st.expander(f"What was looked at and found fine ({len(fine)})", icon=":material/check:", key="fine_after"):
        lines = [f"- **{words.escape(each.title)}**: {words.sentence(each.about)}" for each in fine]
        if lines:
            st.markdown("\n".join(lines))
        if checked.not_applied:
            st.caption("Does not apply here")
            st.markdown("\n".join(_reasons(checked)))
        with st.popover("How each is found out", icon=":material/school:"):
            st.markdown(
                "\n".join(f"- **{words.escape(each.title)}**: {words.sentence(each.expert)}" for each in reviews)
            )


def _reasons(checked: Checked) -> list[str]:
    """What does not apply, by the reason why."""
    titles: dict[str, list[str]] = {}
    for name, why in checked.not_applied.items():
        if name in REVIEWS:
            titles.setdefault(why, []).append(REVIEWS[name].title)
    return [f"- **{words.escape(' · '.join(each))}**: {words.sentence(why)}" for why, each in titles.items()]
