"""The frame of a page: its heading, what it says when there is nothing or something went wrong, how it waits."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn

import streamlit as st

from core import jobs
from core.data import SPLITS, is_named
from core.data.databases import is_database
from core.derived import DERIVED
from core.metrics import METRICS, Metric
from core.models import MODELS
from core.records import FitState, Problem, RunState, Table
from core.results import Comparison
from core.store import Derived, DiskFull, RunRow, StoreError
from dashboard import offered, session, words

log = logging.getLogger("bakeoff.dashboard")

BADGES = {
    RunState.QUEUED: ":gray-badge[:material/schedule: queued]",
    RunState.RUNNING: ":blue-badge[:material/sync: running]",
    RunState.DONE: ":green-badge[:material/check: done]",
    RunState.CANCELLED: ":orange-badge[:material/stop_circle: stopped]",
    RunState.FAILED: ":red-badge[:material/error: failed]",
}


class _PageEnd(Exception):  # noqa: N818 - it is no error
    """Nothing more is to be drawn."""


def end() -> NoReturn:
    """End a page here.

    Not by ``st.stop``, after which Streamlit keeps the fragments of the page before: their timers would go on, write to
    places that are no longer there, and take the page in the browser down.
    """
    raise _PageEnd


@contextmanager
def error_frame() -> Iterator[None]:
    """Show what nobody foresaw as a card with an id that leads to the log, never as a traceback."""
    try:
        yield
    except _PageEnd:
        pass
    except DiskFull as error:
        st.error(words.sentence(error), icon=":material/hard_drive:", title="The disk is full")
    except StoreError as error:
        st.error(words.sentence(error), icon=":material/folder_off:", title="The data folder cannot be used")
    except Exception as error:
        show_failure(error)


def show_failure(error: Exception) -> bool:
    """Log an error under a new id and show that id; True says that nothing more is to be shown."""
    name = secrets.token_hex(3)
    log.exception("error %s", name, exc_info=error)
    st.error(
        f"Nothing that is finished is lost. Reload the page; if it happens again, the log says more at **{name}**.",
        icon=":material/error:",
        title="Something went wrong on this page",
    )
    return True


def header(title: str, caption: str) -> st.delta_generator.DeltaGenerator:
    """The heading of a page; gives the place for its buttons, to the right."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        with st.container(gap=None, width="content"):
            st.title(words.escape(title), anchor=False)
            st.caption(words.escape(caption))
        return st.container(horizontal=True, vertical_alignment="center", width="content")


def empty(icon: str, title: str, sentence: str) -> st.delta_generator.DeltaGenerator:
    """Say that there is nothing yet; gives the place for the link or button of the next step."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.subheader(f":material/{icon}: {words.escape(title)}", anchor=False, width="content")
        st.caption(words.sentence(sentence), text_alignment="center")
        return st.container(horizontal=True, horizontal_alignment="center")


def the_run(title: str, about: str, icon: str, purpose: str) -> RunRow:
    """The chosen comparison; where none is, the page ends after saying so, and what it would be for (``to see …``)."""
    run = session.run()
    if run is None:
        header(title, about)
        empty(icon, "No comparison is open", f"Start one, or open an earlier one, {purpose}.").page_link(
            "views/compare.py", label="Compare models", icon=":material/leaderboard:"
        )
        end()
    return run


def ranking_metric(run: RunRow, result: Comparison) -> Metric:
    """The metric that was chosen to rank, where it is for such a problem; else the problem's own."""
    chosen = METRICS[st.session_state.get("metric") or result.metric]
    return chosen if run.problem.task in chosen.tasks else METRICS[result.metric]


def none_finished(run: RunRow, without: str, later: str) -> NoReturn:
    """End a page for want of a finished model: titled `without` once the run has ended, till then told `later`."""
    ended = jobs.ended(run)
    empty(
        "hourglass_disabled" if ended else "hourglass_top",
        without if ended else "No model is finished yet",
        "The leaderboard says why." if ended else later,
    ).page_link("views/compare.py", label="To the leaderboard", icon=":material/leaderboard:")
    end()


def waiting(job: Derived, sentence: str, height: int = 240) -> bool:
    """Whether a job has brought a result; until then its place is held, or the reason why there is none is said."""
    if job.state == FitState.DONE:
        return True
    if job.state == FitState.FAILED:
        st.info(words.sentence(job.reason), icon=":material/info:")
        st.button(
            "Try again",
            key=f"again-{job.key}",
            on_click=session.store().forget_derived,
            args=(job.key,),
            type="tertiary",
        )
        return False

    def look() -> None:
        now = session.store().derived(job.key)
        if now is None or now.state in (FitState.DONE, FitState.FAILED):
            st.rerun()
        jobs.keep_going(session.store())
        st.caption(f":material/hourglass_top: {words.sentence(sentence)}")
        show_progress(now)
        st.skeleton(height=height)

    st.fragment(look, run_every=0.5)()
    return False


def show_progress(job: Derived, label: str = "Stop") -> None:
    """How far a job is that says so, and the button that ends it where somebody may not want to wait."""
    if job.step:
        st.progress(min(job.step["progress"], 1.0), text=words.escape(words.how_far(**job.step)))
    if job.step or DERIVED[job.kind].long:
        st.button(
            label,
            key=f"stop-{job.key}",
            icon=":material/stop:",
            type="tertiary",
            disabled=bool(job.reason),
            on_click=session.store().stop_derived,
            args=(job.key,),
            help="Ends it; nothing of it is kept.",
        )


def the_table(shown: RunRow | None = None) -> Table | None:
    """The chosen table; None after saying why there is none, or while it is read.

    Of a run that is `shown` it is said in one line, as the results do not need it.
    """
    name = session.source()
    known = shown is not None and shown.spec.dataset == name
    if reason := offered.strange(name):
        _gone(name) if known else _unusable(name, reason)
        return None
    found = session.table_of(name)
    if isinstance(found, Table):
        session.carry_over(found)
        return found
    if found.state == FitState.FAILED:
        _gone(name) if known else _unusable(name, found.reason, found)
    else:
        waiting(found, f"Reading {name} …", 320)
    return None


def _gone(name: str) -> None:
    """Say that the table of a run that is shown cannot be had."""
    told = "What was learned from it stands below; for why nothing more can be, see the Data page."
    st.info(told, icon=":material/info:", title=words.escape(f"{name} is not at hand"))


def _unusable(name: str, reason: str, job: Derived | None = None) -> None:
    """Say why a source cannot be used, and what can be done now."""
    st.error(words.sentence(reason), icon=":material/error:", title=words.escape(f"{name} cannot be used"))
    with st.container(horizontal=True):
        if job is not None:
            forget = session.store().forget_derived
            st.button("Try again", key="read_again", on_click=forget, args=(job.key,), icon=":material/refresh:")
            if not is_named(name) and not is_database(name):
                st.button(
                    "Remove this file",
                    key="remove_file",
                    on_click=offered.forget_file,
                    args=(name,),
                    icon=":material/delete:",
                )
        st.button("Use the example", key="example", on_click=session.choose_source, args=(session.EXAMPLE,))


def the_problem(table: Table, *, or_none: bool = False) -> Problem | None:
    """What is to be learned from the chosen table; None after saying why nothing can be.

    With `or_none` it may be nothing at all: a problem without a target.
    """
    from core.data import Unusable, without_target

    roles = session.roles(table)
    try:
        if or_none and not roles.target:
            return without_target(table, roles)
        return session.problem(table, roles)
    except Unusable as error:
        if roles.target or len(table.columns) < 2:  # with one column there is nothing to choose
            st.error(words.sentence(error), icon=":material/error:", title="Nothing can be learned from this yet")
        else:
            st.info("Choose the column that the models are to predict.", icon=":material/ads_click:")
        return None


def provenance(run: RunRow, result: Comparison) -> str:
    """Where a run's numbers come from, in one line."""
    spec, problem = run.spec, run.problem
    return words.provenance(
        spec.dataset,
        rows=problem.rows,
        features=len(problem.features),
        target=problem.target,
        split=split_in_words(run, result),
        seed=spec.seed,
        classes=len(problem.classes),
        class_weight=spec.class_weight,
        weight=spec.roles.weight,
        finished=datetime.fromtimestamp(run.ended) if run.ended else None,
        besides=session.besides(spec.fingerprint),
        sealed=problem.rows - result.practice_rows,
        seconds=run.seconds if any(not each.reused for each in result.fits) else None,
    )


def split_in_words(run: RunRow, result: Comparison) -> str:
    """How the rows were divided: ``Stratified folds (5)``."""
    kind = SPLITS[run.spec.split.kind]
    folds = max((len(each.fits) for each in result.models), default=0)
    return f"{kind.title.lower()} ({folds})" if folds > 1 else kind.title.lower()


def state_badge(run: RunRow) -> str:
    """A run's state as a coloured badge, in Markdown."""
    return BADGES[run.state]


def pick_run_models(result: Comparison, board_ids: list[str], key: str, label: str) -> list[str]:
    """Let a person choose among the models that have results; until they do, the best two, but for guessing."""
    titles = {each.id: each.title for each in result.models}
    guesses = {each.id for each in result.models if MODELS[each.spec.name].always_in}
    best = [each for each in board_ids if each not in guesses][:2] or board_ids[:1]
    before = st.session_state.get(key, [])
    kept = [each for each in before if each in board_ids]
    own = kept and before != st.session_state.get(f"{key}-proposed")  # a proposal follows the ranking, a choice stays
    st.session_state[key] = kept if own else best
    st.session_state[f"{key}-proposed"] = [] if own else best
    return st.multiselect(
        label, board_ids, format_func=lambda each: titles[each], key=key, persist_state="session", max_selections=6
    )
