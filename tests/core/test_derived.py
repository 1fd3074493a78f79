"""What is worked out on request: once, within its time, and with a sentence where it cannot be."""

from __future__ import annotations

import math
from contextlib import closing

import pytest

from core import confined, jobs
from core.derived import DERIVED, synthetic_params
from core.engines import Job
from core.records import FitState, ModelSpec, Roles, Split
from core.store import Store
from core.supervisor import Supervisor
from tests.core.trials import submit

QUICK = ModelSpec("k_neighbors")
MOONS = "moons:rows=2000"


def test_what_is_worked_out_on_request_has_a_time_limit(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Job] = []
    monkeypatch.setattr(supervisor.engine, "start", given.append)
    jobs.request_table(store, "wine")
    supervisor.look()
    assert [(each.kind, each.seconds) for each in given] == [("table", confined.patience("iris"))]
    assert all(0 < each.seconds(store, {"source": "iris"}) < math.inf for each in DERIVED.values())


def test_what_takes_long_leaves_a_place_for_what_is_waited_for(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Job] = []
    monkeypatch.setattr(supervisor.engine, "start", given.append)
    monkeypatch.setattr(supervisor.engine, "free", lambda _: 2 - len(given))
    table = jobs.read(store, "iris")
    for seed in (0, 1):
        split = Split("stratified")
        jobs.request_synthetic(store, synthetic_params(table.fingerprint, Roles("species"), split, ["lda"], seed))
    jobs.request_projection(store, table.fingerprint, Roles("species"), "pca")
    supervisor.look()
    assert [each.kind for each in given] == ["synthetic", "projection"]


def test_derived_results_are_worked_out_and_kept(in_place: Store) -> None:
    run = submit(in_place, ModelSpec("random_forest"), source="iris")
    row = jobs.request_importance(in_place, run, "random_forest", "permutation")
    done = in_place.derived(row.key)
    assert done is not None and done.state == FitState.DONE, done
    table = jobs.read(in_place, "iris")
    assert set(done.result["frame"]["feature"]) == {each.name for each in table.columns} - {table.target}
    assert done.result["frame"]["mean"][0] > 0.05
    asked = jobs.request_projection(in_place, table.fingerprint, Roles(table.target), "pca")
    drawn = in_place.derived(asked.key)
    assert drawn is not None and drawn.state == FitState.DONE, drawn
    assert len(drawn.result["frame"]["x"]) == 150
    assert 0.9 < sum(drawn.result["info"]["explained"][:2]) <= 1.0


def test_a_metric_that_is_younger_than_a_run_is_filled_in(in_place: Store) -> None:
    run = submit(in_place, ModelSpec("baseline"), QUICK, source=MOONS)
    row = in_place.run(run)
    assert row is not None
    before = jobs.result(in_place, row).model(QUICK.id).values("f1_macro")
    with closing(in_place.connect()) as db:
        db.execute("UPDATE outcome SET outcome=json_remove(outcome, '$.scores.f1_macro'), created=created+1")
    assert jobs.result(in_place, row).model(QUICK.id).values("f1_macro") == [None] * 5
    assert jobs.result(in_place, row).model(QUICK.id).values("f1_macro") == before


def test_a_derived_result_that_cannot_be_is_a_sentence(in_place: Store) -> None:
    run = submit(in_place, QUICK, source="iris")
    row = jobs.request_importance(in_place, run, QUICK.id, "built_in")
    failed = in_place.derived(row.key)
    assert failed is not None and failed.state == FitState.FAILED
    assert failed.reason and "Error" not in failed.reason


def test_a_file_that_is_no_table_is_a_sentence(in_place: Store) -> None:
    (in_place.tables / "empty.csv").write_bytes(b"")
    for _ in range(2):  # as often as somebody asks
        with pytest.raises(ValueError, match=r"The file is empty\."):
            jobs.read(in_place, "empty.csv")
    (in_place.tables / "empty.csv").write_text("a,b\n" + "1,2\n3,4\n" * 20)
    assert len(jobs.read(in_place, "empty.csv").frame) == 40


def test_a_table_whose_copy_was_cleaned_away_is_read_again(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(in_place, QUICK, source="iris")
    needed, idle = (jobs.read(in_place, name).fingerprint for name in ("iris", "wine"))
    assert in_place.remove_leftovers() == []
    monkeypatch.setattr("core.store.upkeep._age", lambda _: 1e6)
    assert in_place.remove_leftovers() == [in_place.files.frame_path(idle)]
    assert in_place.files.frame_path(needed).exists()
    assert jobs.read(in_place, "wine").fingerprint == idle


def test_what_was_to_stop_is_not_begun_again(store: Store) -> None:
    for kind in ("waits", "runs", "is stopped"):
        store.request(kind, "checks", {})
    for key in ("runs", "is stopped"):
        assert store.advance_derived(key, FitState.QUEUED, FitState.RUNNING)
    store.write_derived_steps([("is stopped", {"progress": 0.5}), ("waits", {"progress": 0.5})])
    store.stop_derived("waits")
    store.stop_derived("is stopped")
    assert store.derived("waits") is None
    assert [each.key for each in store.unwanted_derived()] == ["is stopped"]
    store.requeue()  # as after the supervisor's end
    states = {key: store.derived(key) for key in ("runs", "is stopped")}
    assert {key: row.state for key, row in states.items() if row} == {
        "runs": FitState.QUEUED,
        "is stopped": FitState.FAILED,
    }
    assert all(row is not None and row.result == {} for row in states.values())
