"""What a visitor has chosen, and the store, opened once per process.

The choice (data, target, run) stands in the address, so that a reload or a colleague sees the same; what was decided
about single columns is kept for the session. Everything else is in the store.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import streamlit as st

from core import jobs
from core.catalogue import did_you_mean
from core.data import DATASETS, catalogue_sources, make_problem, propose_target
from core.derived import source_stamp
from core.records import FitState, Predictions, Problem, Proposal, Roles, RunState, Table
from core.results import Comparison
from core.store import Derived, RunRow, Store

OWNER_COOKIE = "bakeoff_owner"
EXAMPLE = "iris"
ADDRESS = ("data", "target", "run")
AT_WORK = (RunState.QUEUED, RunState.RUNNING)
SHORT = 0.4  # seconds that a page waits for a quick job before it draws a skeleton
LEFT_OUT = "left out by you"


# ---- the store


def store() -> Store:
    """The store of the data folder."""
    return _open(str(jobs.data_folder()))


@st.cache_resource(show_spinner=False)
def _open(folder: str) -> Store:
    return Store(jobs.data_folder(folder))


def owner() -> str:
    """Who is looking: a random name that the browser keeps; empty where it keeps none."""
    return st.context.cookies.get(OWNER_COOKIE, "")


def runs(states: tuple[RunState, ...] = ()) -> list[RunRow]:
    """The visitor's runs and those of the command line, the newest first."""
    return [each for each in store().runs(states=states) if each.owner in ("", owner())]


# ---- the choice, in the address


def keep_address() -> None:
    """Take over what the address says, and say there what it does not: a change of page empties it."""
    asked = st.query_params.get("run", "")
    found = store().run(asked) if asked and asked != chosen("run") else None
    if found is not None:
        open_run(found)
    for name in ADDRESS:
        value = st.query_params.get(name) or chosen(name)
        choose(**{name: value})


def chosen(name: str) -> str:
    """What was chosen: ``data``, ``target`` or ``run``; empty where nothing was."""
    return str(st.session_state.get("chosen", {}).get(name, ""))


def choose(**choice: str) -> None:
    """Change the choice, here and in the address."""
    st.session_state["chosen"] = {**st.session_state.get("chosen", {}), **choice}
    for name, value in choice.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def source() -> str:
    """The chosen source of data; the example where none was chosen."""
    return chosen("data") or EXAMPLE


def sources() -> dict[str, tuple[str, str]]:
    """Everything there is to choose from: source to its title and a sentence."""
    return {source: (title, about) for source, title, about in catalogue_sources(store().tables)}


def strange(name: str) -> str:
    """Why a source is none of these; empty where it is one. A path is none: anybody may have written the address."""
    known = sources()
    if name in known or name.partition(":")[0] in DATASETS:
        return ""
    return did_you_mean("data set or file", name, known)


def forget_file(name: str) -> None:
    """Delete a file from the folder of tables and go back to the example."""
    if name in sources() and name not in DATASETS:
        (store().tables / name).unlink(missing_ok=True)
    choose_source(EXAMPLE)


def choose_source(name: str) -> None:
    """Choose other data; the target and the run belonged to the old ones."""
    choose(data=name, target="", run="")


def open_run(run: RunRow) -> None:
    """Choose a run with the data and the roles that it was made with."""
    roles = run.spec.roles
    choose(data=run.spec.dataset, target=roles.target, run=run.id)
    decided = {
        "task": roles.task,
        "positive": roles.positive,
        "kinds": dict(roles.kinds),
        "drop_classes": roles.drop_classes,
        "use": dict.fromkeys(roles.left_out, False) | dict.fromkeys(roles.used, True),
    }
    _decisions()[run.spec.fingerprint] = {key: value for key, value in decided.items() if value}


# ---- tables and what is to be learned from them


def table_of(name: str) -> Table | Derived:
    """A source's table, or the job that reads it, if that takes more than a moment."""
    known = store().find_table(name, source_stamp(name, store().tables))
    if known:
        return _table(str(store().folder), known)
    asked = jobs.request_table(store(), name)
    if isinstance(asked, Table):
        return asked
    asked = jobs.wait_for(store(), asked.key, SHORT)
    if asked.state != FitState.DONE:
        return asked
    return _table(str(store().folder), asked.result["info"]["fingerprint"])


def table_at(fingerprint: str) -> Table | None:
    """The table of a fingerprint; None when it was deleted."""
    try:
        return _table(str(store().folder), fingerprint)
    except LookupError:
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _table(folder: str, fingerprint: str) -> Table:
    table = store().table(fingerprint)
    if table is None:
        raise LookupError(fingerprint)
    return table


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
    target = chosen("target") if chosen("target") in names else str(target_proposal(table).value)
    decided = decisions(table)
    use = {name: wanted for name, wanted in decided.get("use", {}).items() if name != target}
    return Roles(
        target,
        task=decided.get("task", ""),
        positive=decided.get("positive"),
        left_out={name: LEFT_OUT for name, wanted in use.items() if not wanted},
        used=tuple(name for name, wanted in use.items() if wanted),
        kinds=decided.get("kinds", {}),
        drop_classes=tuple(decided.get("drop_classes", ())),
    )


def problem(table: Table, roles: Roles) -> Problem:
    """What is to be learned from a table.

    Raises
    ------
    Unusable
        If nothing can be learned so; the text says why and what to do.
    """
    text = json.dumps(asdict(roles), sort_keys=True, default=str)
    return _problem(str(store().folder), table.fingerprint, text, table, roles)


@st.cache_resource(max_entries=64, show_spinner=False)
def _problem(folder: str, fingerprint: str, text: str, _table: Table, _roles: Roles) -> Problem:
    return make_problem(_table, _roles)


def _decisions() -> dict[str, dict[str, Any]]:
    return st.session_state.setdefault("decisions", {})


def decisions(table: Table) -> dict[str, Any]:
    """What was decided about a table, as it stands; ``use`` and ``kinds`` by column, ``task``, ``positive``."""
    return _decisions().get(table.fingerprint, {})


def decide(table: Table, **decision: Any) -> None:
    """Keep a decision about a table. Results of another problem are no longer what the pages speak of."""
    _decisions()[table.fingerprint] = {**decisions(table), **decision}
    choose(run="")


def choose_target(table: Table, name: str) -> None:
    """Predict another column; task and positive class are proposed anew."""
    kept = {key: value for key, value in decisions(table).items() if key in ("use", "kinds")}
    _decisions()[table.fingerprint] = kept
    choose(target=name, run="")


# ---- the chosen run and what has come of it


def run() -> RunRow | None:
    """The chosen run; None where none was chosen or it is gone."""
    return store().run(chosen("run")) if chosen("run") else None


def stop(run: RunRow, model: str = "") -> None:
    """Stop a run, or one of its models."""
    store().cancel(run.id, model)


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
