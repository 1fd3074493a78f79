"""What a visitor has chosen, and the store, opened once per process.

The choice (data, target, run) stands in the address, so that a reload or a colleague sees the same; what was decided
about single columns is kept for the session. Everything else is in the store.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import streamlit as st

from core import jobs
from core.data import RULES, make_problem, propose_target
from core.derived import source_stamp
from core.estimates import Estimate
from core.forecast import Forecast
from core.records import FitState, Hold, Predictions, Problem, Proposal, Roles, RunSpec, RunState, Table
from core.results import Comparison
from core.store import Derived, RunRow, Store, StoreError
from dashboard.address import ADDRESS, asked, taken_over
from dashboard.address import choose as choose
from dashboard.address import chosen as chosen

log = logging.getLogger("bakeoff.dashboard")

OWNER_COOKIE = "bakeoff_owner"
EXAMPLE = "iris"
AT_WORK = (RunState.QUEUED, RunState.RUNNING)
SHORT = 0.4  # seconds that a page waits for a quick job before it draws a skeleton
LEFT_OUT = "left out by you"
COLUMNS = ("use", "kinds")  # what is decided about single columns
DECIDED = "decided"  # about the columns of a table, by its owner, in the store
DRAFT = "draft"  # the choice that was made last, in a session and, by its owner, in the store


# ---- the store


def store() -> Store:
    """The store of the data folder."""
    return _open(str(jobs.data_folder()))


@lru_cache(maxsize=4)  # asked for many times in every script run, which Streamlit's own cache makes dear
def _open(folder: str) -> Store:
    return Store(jobs.data_folder(folder))


def login() -> Mapping[str, Any]:
    """What is known of who has logged in; empty where nobody has, or nobody can."""
    known = st.user.to_dict()
    return known if known.get("is_logged_in") else {}


def owner() -> str:
    """Who is looking: the login where there is one, else a random name that the browser keeps, or nothing."""
    if known := login():
        return f"login {known.get('iss', '')} {known.get('sub') or known.get('email', '')}"
    return st.context.cookies.get(OWNER_COOKIE, "")


def owners() -> tuple[str, ...]:
    """Whose runs are the visitor's: their own, and without a login those of the machine's command line."""
    return (owner(),) if login() else (owner(), "")


def mine(run: RunRow) -> bool:
    """Whether a run is the visitor's to stop and to delete."""
    return run.owner in owners()


def runs(states: tuple[RunState, ...] = ()) -> list[RunRow]:
    """The visitor's runs, the newest first."""
    whose = owners()
    return [each for each in store().runs(states=states) if each.owner in whose]


# ---- the choice, in the address


def keep_address() -> None:
    """Take over what the address says, and say there what it does not: a change of page empties it."""
    run = asked("run")
    found = store().run(run) if run and run != chosen("run") else None
    if found is not None:
        open_run(found)
    for name in ADDRESS:
        choose(**{name: asked(name) or chosen(name)})
    taken_over()


def source() -> str:
    """The chosen source of data; the example where none was chosen."""
    return chosen("data") or EXAMPLE


def choose_source(name: str) -> None:
    """Choose other data; the target and the run belonged to the old ones."""
    choose(data=name, target="", run="")


def open_run(run: RunRow) -> None:
    """Choose a run with the data and the roles that it was made with."""
    roles = run.spec.roles
    choose(data=run.spec.dataset, target=roles.target, run=run.id)
    known = {
        "task": roles.task,
        "positive": roles.positive,
        "kinds": dict(roles.kinds),
        "drop_classes": roles.drop_classes,
        "use": dict.fromkeys(roles.left_out, False) | dict.fromkeys(roles.used, True),
        "weight": roles.weight,
        "noun": decided(run.spec.fingerprint).get("noun"),
    }
    _decisions()[run.spec.fingerprint] = {key: value for key, value in known.items() if value}
    st.session_state["recall"] = run.id  # the forms' own fields are not this room's


# ---- tables and what is to be learned from them


def carry_over(table: Table) -> None:
    """Keep what was decided about a file when it is read in another way."""
    plain = table.name.partition("?")[0]
    last = st.session_state.get("decided", ("", "", {}))
    if last[0] == plain and last[1] != table.fingerprint and table.fingerprint not in _decisions():
        names = {column.name for column in table.columns}
        kept = {key: {n: v for n, v in last[2][key].items() if n in names} for key in COLUMNS if key in last[2]}
        _decisions()[table.fingerprint] = {**last[2], **kept}
    st.session_state["decided"] = (plain, table.fingerprint, decisions(table))


def table_of(name: str) -> Table | Derived:
    """A source's table, or the job that reads it, if that takes more than a moment."""
    known = store().find_table(name, source_stamp(name, store().tables))
    if known:
        return _table(str(store().folder), known, name)
    asked = jobs.request_table(store(), name)
    if isinstance(asked, Table):
        return asked
    asked = jobs.wait_for(store(), asked.key, SHORT)
    if asked.state != FitState.DONE:
        return asked
    return _table(str(store().folder), asked.result["info"]["fingerprint"], name)


def table_at(fingerprint: str) -> Table | None:
    """The table of a fingerprint; None when it was deleted."""
    try:
        return _table(str(store().folder), fingerprint, "")
    except LookupError:
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _table(folder: str, fingerprint: str, source: str) -> Table:
    table = store().table(fingerprint, source)
    if table is None:
        raise LookupError(fingerprint)
    return table


def besides(fingerprint: str) -> list[str]:
    """What must be said of a table wherever a result is shown, such as that it is a sample."""
    info = store().table_info(fingerprint) or {}
    told = (RULES[each["rule"]].everywhere for each in info.get("report", ()) if each["rule"] in RULES)
    return [*dict.fromkeys(filter(None, told))]


def settled(job: Derived) -> Derived:
    """A job after a moment: perhaps it is done already."""
    if job.state in (FitState.QUEUED, FitState.RUNNING):
        return jobs.wait_for(store(), job.key, SHORT)
    return job


def target_proposal(table: Table) -> Proposal:
    """The column that is probably to be predicted, and why."""
    return _target_proposal(str(store().folder), table.fingerprint, table)


@st.cache_resource(max_entries=32, show_spinner=False)
def _target_proposal(folder: str, fingerprint: str, _table: Table) -> Proposal:
    return propose_target(_table)


def roles(table: Table) -> Roles:
    """What was decided about a table's columns; a target that was not chosen is proposed."""
    names = {column.name for column in table.columns}
    decided = decisions(table)
    proposed = "" if decided.get("no_target") else str(target_proposal(table).value)
    target = chosen("target") if chosen("target") in names else proposed
    use = {name: wanted for name, wanted in decided.get("use", {}).items() if name != target}
    return Roles(
        target,
        task=decided.get("task", ""),
        positive=decided.get("positive"),
        left_out={name: LEFT_OUT for name, wanted in use.items() if not wanted},
        used=tuple(name for name, wanted in use.items() if wanted),
        kinds=decided.get("kinds", {}),
        drop_classes=tuple(decided.get("drop_classes", ())),
        weight=weight if (weight := decided.get("weight", "")) in names - {target} else "",
    )


def problem(table: Table, roles: Roles) -> Problem:
    """What is to be learned from a table.

    Raises
    ------
    Unusable
        If nothing can be learned so; the text says why and what to do.
    """
    text = json.dumps(roles.values(), sort_keys=True, default=str)
    return _problem(str(store().folder), table.fingerprint, text, table, roles)


@st.cache_resource(max_entries=64, show_spinner=False)
def _problem(folder: str, fingerprint: str, text: str, _table: Table, _roles: Roles) -> Problem:
    return make_problem(_table, _roles)


def _decisions() -> dict[str, dict[str, Any]]:
    return st.session_state.setdefault("decisions", {})


def decisions(table: Table) -> dict[str, Any]:
    """What was decided about a table: ``use`` and ``kinds`` by column, ``weight``, ``task``, ``positive``, …"""
    return decided(table.fingerprint)


def decided(fingerprint: str) -> dict[str, Any]:
    """The same by a table's fingerprint."""
    if fingerprint not in _decisions():  # perhaps before the page was loaded again
        noted = store().noted(f"{DECIDED} {owner()} {fingerprint}") if owner() else None
        _decisions()[fingerprint] = noted or {}
    return _decisions()[fingerprint]


def decide(table: Table, **decision: Any) -> None:
    """Keep a decision about a table. Results of another problem are no longer what the pages speak of."""
    _decide_anew(table, {**decisions(table), **decision})
    choose(run="")


def decide_beside(table: Table, **decision: Any) -> None:
    """Keep a decision about a table that changes nothing of what is learned from it."""
    _decide_anew(table, {**decisions(table), **decision})


def _decide_anew(table: Table, decided: dict[str, Any]) -> None:
    _decisions()[table.fingerprint] = decided
    _note(f"{DECIDED} {owner()} {table.fingerprint}", decided)


def _note(name: str, value: Any) -> None:
    """Keep something of the visitor's beyond the session; no loss where there is no room for it."""
    if owner() and not store().full():
        with suppress(StoreError):
            store().note(name, value)


def leave_out(table: Table, names: Iterable[str]) -> None:
    """Have models not see some columns; the editor of columns is drawn anew, as it keeps what it showed."""
    decide(table, use={**decisions(table).get("use", {}), **dict.fromkeys(names, False)})
    st.session_state["columns_edition"] = columns_edition() + "+"


def columns_edition() -> str:
    """A sign for every time that columns were left out elsewhere than in their editor."""
    return str(st.session_state.get("columns_edition", ""))


def choose_target(table: Table, name: str) -> None:
    """Predict another column, or none; task and positive class are proposed anew."""
    kept = {key: value for key, value in decisions(table).items() if key in (*COLUMNS, "weight", "noun")}
    _decide_anew(table, kept if name else {**kept, "no_target": True})
    choose(target=name, run="")


# ---- what is to be compared


def to_recall(table: Table, roles: Roles) -> RunSpec | None:
    """A choice that the forms do not show yet; asked once.

    That of a run that was opened, or, where a session begins, the last one for the same table and target.
    """
    opened, known = st.session_state.pop("recall", ""), DRAFT in st.session_state
    if opened:
        row = store().run(opened) if opened == chosen("run") else None
        return row.spec if row else None
    text = "" if known or not owner() else store().noted(f"{DRAFT} {owner()}")
    spec = RunSpec.from_json(text) if text else None
    same = spec is not None and (spec.fingerprint, spec.roles.target) == (table.fingerprint, roles.target)
    return spec if same else None


def keep_draft(spec: RunSpec) -> None:
    """Keep what is chosen, so that a page that is loaded again shows it."""
    text = spec.to_json()
    if st.session_state.get(DRAFT) != text:
        st.session_state[DRAFT] = text
        _note(f"{DRAFT} {owner()}", text)


# ---- what it will take


def supervisor() -> Mapping[str, Any]:
    """What the supervisor said of itself: its ``slots``, and ``memory``, the bytes that a training may take."""
    return store().noted("supervisor") or {}


def expected(spec: RunSpec, problem: Problem, *, ask: bool = True) -> Forecast:
    """What a comparison is expected to take, see `core.jobs.expected`."""
    return jobs.expected(store(), spec, problem, ask=ask)


def estimates_of(run: RunRow) -> Mapping[str, Estimate]:
    """What one training of each model of a run was expected to take before it began."""
    return _estimates_of(str(store().folder), run.id)


@st.cache_resource(max_entries=64, ttl=10, show_spinner=False)
def _estimates_of(folder: str, run: str) -> Mapping[str, Estimate]:
    row = store().run(run)
    return expected(row.spec, row.problem, ask=False).expected if row else {}


# ---- the chosen run and what has come of it


def run() -> RunRow | None:
    """The chosen run; None where none was chosen or it is gone."""
    return store().run(chosen("run")) if chosen("run") else None


def stop(run: RunRow, model: str = "") -> None:
    """Stop a run, or one of its models."""
    if _allowed(run):
        store().cancel(run.id, model)


def hold(run: RunRow, model: str, to: Hold) -> None:
    """Pause a model, have it do one step, or let it go on."""
    if _allowed(run):
        {Hold.PAUSED: store().pause, Hold.STEP: store().step, Hold.NONE: store().resume}[to](run.id, model)


def stop_everything() -> None:
    """Stop all that the visitor has at work or in the queue."""
    for each in set(owners()):
        jobs.stop_all(store(), each)


def delete(run: RunRow) -> None:
    """Forget a run that has ended."""
    if _allowed(run) and store().delete_run(run.id) and chosen("run") == run.id:
        choose(run="")


def _allowed(run: RunRow) -> bool:
    """Whether a run is the visitor's; says so where it is not, though no button should have led there."""
    if not mine(run):
        log.warning("refused to change run %s, which belongs to somebody else", run.id)
        st.toast(
            "This comparison belongs to somebody else; only they can pause, stop or delete it.", icon=":material/block:"
        )
    return mine(run)


def comparison(run: RunRow) -> Comparison:
    """What a run has come to, read again only when something moved."""
    return _comparison(str(store().folder), run.id, store().stamp(run.id))


@st.cache_resource(max_entries=24, show_spinner=False)
def _comparison(folder: str, run: str, stamp: str) -> Comparison:
    row = store().run(run)
    if row is None:
        raise LookupError(f"The run {run} was deleted.")
    return jobs.result(store(), row)


def predictions(run: RunRow, model: str) -> Predictions | None:
    """A model's predictions for rows that it had not seen, all finished folds together."""
    return _predictions(str(store().folder), run.id, model, store().stamp(run.id))


@st.cache_resource(max_entries=16, show_spinner=False)
def _predictions(folder: str, run: str, model: str, stamp: str) -> Predictions | None:
    return _comparison(folder, run, stamp).predictions(model)
