"""Asking for what is worked out on request beside the queue of runs: the checks of a table.

Takes the store and what is asked about, gives the row that will hold the answer. See `core.derived`.
"""

from __future__ import annotations

from core import jobs
from core.checks import Checked
from core.derived import checks_params, derived_key
from core.records import FitState, Proposal, Roles, RunSpec, Split
from core.store import Derived, Store


def request_checks(store: Store, fingerprint: str, roles: Roles, split: Split, seed: int = 0) -> Derived:
    """What is found in a table that is to be divided so, or the job that looks."""
    params = checks_params(fingerprint, roles, split, seed)
    row = store.request(derived_key("checks", params), "checks", params)
    if row.state in (FitState.QUEUED, FitState.RUNNING):
        jobs.ensure_supervisor(store)
    return row


def request_checks_of(store: Store, spec: RunSpec) -> Derived:
    """The same for the table, the roles and the split of a run."""
    return request_checks(store, spec.fingerprint, spec.roles, spec.split, spec.seed)


def checks_told(row: Derived) -> tuple[Checked, Proposal] | None:
    """What was found and how the rows should be divided; None while that is not known."""
    if row.state != FitState.DONE:
        return None
    return Checked.from_json(row.result["checked"]), Proposal(**row.result["split"])
