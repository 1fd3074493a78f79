"""The derived result `afterwards`: what a run's own folds say once models are fitted on them again.

Takes a store and a run; gives findings as plain values, and what asking for them takes.
"""

from __future__ import annotations

from typing import Any

from core.afterwards.entry import Finished
from core.afterwards.reviewing import with_fits
from core.checks import Checked
from core.derivation import Derivation, Params, derived_key
from core.metrics import METRICS
from core.records import FitState
from core.results import Comparison
from core.store import Derived, RunRow, Store

KIND = "afterwards"
AT_ONCE_SECONDS = 20.0
"""What is expected to take no longer than this is looked at without being asked for."""

LIMIT = 1_800.0


def afterwards_params(run: str, metric: str) -> dict[str, Any]:
    """The parameters of a look at a run that has ended, by the metric that ranks."""
    return {"run": run, "metric": metric}


def known(store: Store, run: str, metric: str) -> Derived | None:
    """The look at a run if somebody asked for it; None else."""
    return store.derived(derived_key(KIND, afterwards_params(run, metric)))


def request(store: Store, run: str, metric: str) -> Derived:
    """What a run's folds say once models are fitted on them again, or the job that finds out."""
    from core import jobs

    params = afterwards_params(run, metric)
    row = store.request(derived_key(KIND, params), KIND, params, run)
    if row.state in (FitState.QUEUED, FitState.RUNNING):
        jobs.ensure_supervisor(store)
    return row


def told(row: Derived | None) -> Checked | None:
    """What was found; None while that is not known."""
    return Checked.from_json(row.result["checked"]) if row is not None and row.state == FitState.DONE else None


def _look(store: Store, params: Params) -> dict[str, Any]:
    from core.run import setting

    run = store.run(params["run"])
    table = store.table(run.spec.fingerprint) if run else None
    if run is None or table is None:
        raise ValueError("The run or its table was deleted.")
    shared = setting(run.spec, table, run.problem)
    finished = Finished(_result(store, run), METRICS[params["metric"]], table, shared)
    return {"checked": with_fits(finished).to_json()}


def _result(store: Store, run: RunRow) -> Comparison:
    from core import jobs

    return jobs.result(store, run, curves=False)


DERIVATIONS = (
    Derivation(KIND, _look, seconds=lambda store, params: LIMIT, memory=lambda store, params: 2 * 2**30, long=True),
)
