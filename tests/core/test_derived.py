"""What is worked out on request: once, within its time, and with a sentence where it cannot be."""

from __future__ import annotations

import math
from contextlib import closing

import pytest

from core import confined, jobs
from core.derived import DERIVED
from core.engines import Job
from core.records import FitState, ModelSpec, Roles
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
        db.execute("UPDATE outcome SET outcome=json_remove(outcome, '$.scores.f1_macro')")
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
