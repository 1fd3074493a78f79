"""What is worked out on request by a real worker: it says how far it is, and ends when it is to."""

from __future__ import annotations

from core import jobs
from core.derived import synthetic_params
from core.records import FitState, Roles, Split
from core.store import ENDED_BY_HAND, Store
from tests.core.trials import until


def test_what_takes_long_says_how_far_it_is_and_can_be_stopped(served: Store) -> None:
    table = jobs.read(served, "wine")
    params = synthetic_params(table.fingerprint, Roles(table.target), Split("holdout"), ["lda"], 0)
    key = jobs.request_synthetic(served, params).key
    until(lambda: served.derived(key).step, 60)  # type: ignore[union-attr]
    row = served.derived(key)
    assert row is not None and row.state == FitState.RUNNING and row.result == {}
    assert 0 < row.step["progress"] < 1 and row.step["seconds"] > 0
    assert row.step["message"].startswith("the network learns: epoch ")
    served.stop_derived(key)
    until(lambda: served.derived(key).state == FitState.FAILED, 10)  # type: ignore[union-attr]
    row = served.derived(key)
    assert row is not None and row.reason == ENDED_BY_HAND and not row.step and not row.result
    served.forget_derived(key)
    assert jobs.request_synthetic(served, params).state in (FitState.QUEUED, FitState.RUNNING), "it can be tried again"
    served.stop_derived(key)
