"""The face's end of the queue: submit, cancel, watch. Whoever shows results needs this and the store only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.data.databases import is_server
from core.derivation import derived_key
from core.derived import drawn, estimate_params, projection_params, source_stamp
from core.engines.limits import ONE_THREAD
from core.estimates import Estimate, fold_rows, rough, time_left
from core.forecast import Forecast, forecast, settings_hold
from core.metrics import metrics_of
from core.models import MODELS
from core.records import ENDED, RUN_ENDED, FitState, Hold, ModelSpec, Problem, Roles, RunSpec, RunState, Split, Table
from core.results import Comparison, FitResult
from core.run import plan
from core.store import Derived, FitRow, RunRow, Store

OPEN_RUNS = (RunState.QUEUED, RunState.RUNNING)

PATIENCE = 5.0  # seconds before a supervisor that failed is started again

_started: dict[Path, tuple[subprocess.Popen[bytes], float]] = {}  # by this process; keeping them also reaps them


def data_folder(given: str = "") -> Path:
    """The data folder: what is given, else the environment's ``BAKEOFF_DATA``, else ``~/.bakeoff``."""
    return Path(given or os.environ.get("BAKEOFF_DATA", "") or "~/.bakeoff").expanduser()


def supervisor_alive(store: Store) -> bool:
    """Whether a supervisor serves the folder: it holds the lock as long as it lives."""
    try:
        with FileLock(store.lock_path).acquire(timeout=0):
            return False
    except Timeout:
        return True


def ensure_supervisor(store: Store) -> None:
    """Start a supervisor for the folder when none is alive. A second one would end at once, so a race does no harm."""
    if _starting(store) or supervisor_alive(store):
        return
    with open(store.home / "logs" / "supervisor.log", "ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "core.supervisor", str(store.folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,
            cwd=store.folder,
        )
        _started[store.home] = started, time.monotonic()


def keep_going(store: Store) -> None:
    """See that a supervisor that was killed has a successor, while somebody watches; one that was ended has none."""
    if not store.noted("stop"):
        ensure_supervisor(store)


def _starting(store: Store) -> bool:
    """Whether this process has started one that still lives, or that failed a moment ago."""
    process, moment = _started.get(store.home, (None, 0.0))
    if process is None:
        return False
    failed_now = bool(process.poll()) and time.monotonic() - moment < PATIENCE
    return process.poll() is None or failed_now


def trouble(store: Store) -> str:
    """Why nothing is worked on, where the supervisor that this process started has failed; empty otherwise."""
    if not _failed(store):
        return ""
    told = f"The process that trains ended with an error. {store.home / 'logs' / 'supervisor.log'} says which."
    return no_engine(store) or told


def no_engine(store: Store) -> str:
    """Why there is nowhere to train: the engine that was asked for cannot be had; empty otherwise."""
    return store.noted("no_engine") or "" if _failed(store) else ""


def _failed(store: Store) -> bool:
    """Whether the supervisor that this process started has failed, and nobody else serves."""
    process, _ = _started.get(store.home, (None, 0.0))
    return process is not None and bool(process.poll()) and not supervisor_alive(store)


def stop_supervisor(store: Store, seconds: float = 10.0) -> bool:
    """Ask the supervisor to end and wait for it; False when it is still there after so many seconds."""
    deadline = time.monotonic() + seconds
    ours, _ = _started.get(store.home, (None, 0.0))  # perhaps it is only starting, or has let go of the lock already
    while supervisor_alive(store) or (ours is not None and ours.poll() is None):
        store.note("stop", True)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    _started.pop(store.home, None)
    return True


MOST_RUNS, MOST_FITS = 20, 5_000  # open runs of one person, fits of one run


def submit(store: Store, spec: RunSpec, table: Table, owner: str = "") -> str:
    """Queue a run and see that somebody works on it.

    Returns
    -------
    str
        The run's id: of the one that is open already where the same person asked for the same, so that a second click
        does no harm.

    Raises
    ------
    Unusable, UnknownName, ValueError
        If it cannot be done as the spec says; the text says why, and nothing is queued.
    """
    from core.data import check_split, make_problem

    problem = make_problem(table, spec.roles)
    check_split(problem, spec.split, table)
    fits = plan(spec, problem, _memory(store, spec), _costs(store, spec, problem))
    known = store.known_keys(fit.key for fit in fits if not fit.reason)
    open_runs = [each for each in store.runs(states=OPEN_RUNS, owner=owner) if each.owner == owner]
    for row in open_runs:
        if row.spec == spec:
            ensure_supervisor(store)
            return row.id
    if against := _against(store, len(open_runs), len(fits)):
        raise ValueError(against)
    run = uuid.uuid4().hex[:12]
    run = store.add_run(run, owner, spec, problem, [_row(run, fit, fit.key in known) for fit in fits], once=True)
    ensure_supervisor(store)
    return run


def _memory(store: Store, spec: RunSpec) -> int:
    """Bytes that each fit of a run may take; 0 where nobody has said yet what the machine has."""
    return int(spec.memory_limit * 2**30) or int((store.noted("supervisor") or {}).get("memory", 0))


def _costs(store: Store, spec: RunSpec, problem: Problem) -> dict[str, float]:
    """Seconds that fits are expected to take, where that was tried."""
    args = spec.fingerprint, problem, spec.models, spec.split, spec.roles, spec.class_weight
    return {id: each.seconds for id, each in estimates(store, *args, ask=False).items() if each is not None}


def _against(store: Store, open_runs: int, fits: int) -> str:
    """Why a run cannot be queued now; empty where nothing is against it."""
    if open_runs >= MOST_RUNS:
        return f"{open_runs} of your comparisons are not through yet. Wait for one, or stop one on the Runs page."
    if fits > MOST_FITS:
        return f"This would be {fits:,} trainings, and one comparison takes up to {MOST_FITS:,}: fewer folds or models."
    return store.refusal()


def _row(run: str, fit: Any, known: bool) -> FitRow:
    state = FitState.SKIPPED if fit.reason else FitState.DONE if known else FitState.QUEUED
    reused = state == FitState.DONE
    return FitRow(run, fit.model.id, fit.fold, fit.key, fit.cost, state, fit.reason, reused=reused, progress=reused)


def seconds_left(
    run: RunRow, fits: Sequence[FitRow | FitResult], slots: int, expected: Mapping[str, Estimate]
) -> float | None:
    """About how many seconds a run still takes, see `core.estimates.time_left`; never more than its own limit.

    What is paused takes none.
    """
    going = [each for each in fits if each.hold == Hold.NONE or each.state in ENDED]
    left = time_left(going, slots, expected, run.spec.time_limit)
    if left is None or not run.spec.run_limit:
        return left
    return min(left, max(0.0, run.spec.run_limit - (run.seconds or 0.0)))


def result(store: Store, run: RunRow, *, curves: bool = True) -> Comparison:
    """What a run has come to so far.

    Metrics that are younger than the run are asked for, and are there when they have been worked out.
    """
    fits = store.fits(run.id, curves=curves)
    _fill_in(store, run, fits)
    info = store.table_info(run.spec.fingerprint) or {"rows": run.problem.rows, "columns": ()}
    return Comparison(
        run.id,
        run.spec,
        run.problem,
        info["rows"],
        len(info["columns"]),
        tuple(_result(each) for each in fits),
        run.seconds or 0.0,
        load=lambda fit: store.files.predictions(fit.key),
        drawn=lambda metric: drawn(store, run.id, metric),
        decisions=store.decisions(run.id),
    )


def _fill_in(store: Store, run: RunRow, fits: Iterable[FitRow]) -> None:
    names = {metric.name for metric in metrics_of(run.problem)}
    lacking = {name for fit in fits if fit.outcome for name in names - set(fit.outcome.scores)}
    if lacking:
        _request(store, "scores", {"run": run.id, "metrics": sorted(lacking)}, run.id)


def _result(fit: FitRow) -> FitResult:
    return FitResult(
        fit.model,
        fit.fold,
        fit.state,
        fit.reason,
        fit.outcome,
        reused=fit.reused,
        progress=fit.progress,
        message=fit.message,
        curve=fit.outcome.curve if fit.outcome else fit.curve,
        key=fit.key,
        log=fit.log,
        stopping=fit.cancel and fit.state == FitState.RUNNING,
        hold=fit.hold,
        started=fit.started,
        ended=fit.ended,
    )


def request_table(store: Store, source: str, *, again: bool = False) -> Derived | Table:
    """A source's table if it was read before, else the job that reads it.

    With `again` one that failed is tried once more, and the table of a server, which nobody sees change, is read anew.
    """
    stamp = source_stamp(source, store.tables)
    found = "" if again and is_server(source, store.tables) else store.find_table(source, stamp)
    table = store.table(found, source) if found else None
    anew = (FitState.DONE, FitState.FAILED) if again else (FitState.DONE,)  # a copy may have been cleaned away
    return table or _request(store, "table", {"source": source, "stamp": stamp}, anew=anew)


def read(store: Store, source: str, seconds: float = 60.0) -> Table:
    """A source's table; waits for it to be read.

    Raises
    ------
    ValueError
        If it cannot be read, with the sentence why, or not within so many seconds.
    """
    answer = request_table(store, source, again=True)
    if isinstance(answer, Derived):
        done = wait_for(store, answer.key, seconds)
        if done.state == FitState.FAILED:
            raise ValueError(done.reason)
        answer = request_table(store, source)
    if isinstance(answer, Derived):
        raise ValueError(f"{source} could not be read within {seconds:g} seconds.")
    return answer


def wait_for(store: Store, key: str, seconds: float) -> Derived:
    """A derived result once it is there, or as it stands after so many seconds.

    Raises
    ------
    ValueError
        If there is nowhere to work it out, with the sentence why.
    """
    deadline = time.monotonic() + seconds
    while True:
        row = store.derived(key)
        assert row is not None
        if row.state in (FitState.DONE, FitState.FAILED) or time.monotonic() > deadline:
            return row
        ensure_supervisor(store)
        if told := no_engine(store):
            raise ValueError(told)
        time.sleep(0.02)


def request_importance(store: Store, run: str, model: str, method: str) -> Derived:
    """A model's importances, or the job that works them out."""
    return _request(store, "importance", {"run": run, "model": model, "method": method}, run)


def request_projection(
    store: Store, fingerprint: str, roles: Roles, method: str, seed: int = 0, settings: Mapping[str, Any] | None = None
) -> Derived:
    """A table's projection, or the job that works it out."""
    return _request(store, "projection", projection_params(fingerprint, roles, method, seed, settings or {}))


def request_synthetic(store: Store, params: Mapping[str, Any]) -> Derived:
    """Invented rows and what they are worth (see `core.derived.synthetic_params`), or the job that finds out."""
    return _request(store, "synthetic", params)


def estimates(
    store: Store,
    fingerprint: str,
    problem: Problem,
    models: Iterable[ModelSpec],
    split: Split,
    roles: Roles,
    class_weight: str = "",
    *,
    ask: bool = True,
) -> dict[str, Estimate | None]:
    """What a fit of each model is expected to cost, by the model's id; None while that is found out.

    What was not asked before is asked for, if `ask` says so; models that do not suit the problem are left out.
    """
    train, test = fold_rows(split, problem.rows)
    found: dict[str, Estimate | None] = {}
    for model in models:
        if MODELS[model.name].unsuitable(problem) is None:
            params = estimate_params(fingerprint, roles, model, train, test, class_weight)
            row = store.derived(derived_key("estimate", params))
            if row is None and ask:
                row = _request(store, "estimate", params)
            found[model.id] = (
                _told(row) if row is None or row.state != FitState.FAILED else rough(problem, model, train)
            )
    return found


def expected(store: Store, spec: RunSpec, problem: Problem, *, ask: bool = True) -> Forecast:
    """What a comparison is expected to take.

    With `ask` what is not known yet is found out, and there when asked again.
    """
    models = [each for each in spec.models if settings_hold(problem, each)]
    args = spec.fingerprint, problem, models, spec.split, spec.roles, spec.class_weight
    about = store.noted("supervisor") or {}
    known = estimates(store, *args, ask=ask)
    return forecast(spec, problem, known, slots=int(about.get("slots", 1)), memory=int(about.get("memory", 0)))


def _told(row: Derived | None) -> Estimate | None:
    return Estimate(**row.result) if row is not None and row.state == FitState.DONE else None


def _request(
    store: Store, kind: str, params: Mapping[str, Any], run: str = "", anew: Iterable[FitState] = ()
) -> Derived:
    row = store.request(derived_key(kind, params), kind, params, run, anew=anew)
    if row.state in (FitState.QUEUED, FitState.RUNNING):
        ensure_supervisor(store)
    return row


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands: so many runs begin before it, and so many others are at work."""

    ahead: int
    sharing: int


def place(store: Store, run: RunRow) -> Place:
    """A run's place in the queue; persons take turns, so of each person's runs the oldest is served first."""
    others = [each for each in store.runs(states=OPEN_RUNS) if each.id != run.id]
    at_work = sum(each.state == RunState.RUNNING for each in others)
    if run.state != RunState.QUEUED:
        return Place(0, at_work)
    line: dict[str, int] = {}
    order = {}
    for each in sorted([*others, run], key=lambda each: each.number):
        line[each.owner] = line.get(each.owner, 0) + 1
        order[each.id] = (line[each.owner], each.number)
    queued = [each for each in others if each.state == RunState.QUEUED]
    return Place(sum(order[each.id] < order[run.id] for each in queued), at_work)


def stop_all(store: Store, owner: str) -> int:
    """Stop everything of one person; says how many fits were open."""
    return sum(store.cancel(each.id) for each in store.runs(states=OPEN_RUNS) if each.owner == owner)


def here(store: Store) -> None:
    """Say that a page is open, so that the supervisor stays."""
    with suppress(OSError):
        store.seen_path.touch()


def ended(run: RunRow) -> bool:
    """Whether nothing more will come of a run."""
    return run.state in RUN_ENDED
