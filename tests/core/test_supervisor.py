"""Runs go through the queue: in place for what they come to, with real workers for stopping, dying and limits."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing

import psutil
import pytest

from core import jobs
from core.engines.inline import InlineEngine
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import compare
from core.store import FitRow, Store
from core.supervisor import Supervisor

# Boosting that would take minutes per fit: something to stop.
SLOW = ModelSpec("gradient_boosting", "slow", {"n_estimators": 5_000, "max_depth": 8})
QUICK = ModelSpec("k_neighbors")


def submit(store: Store, *models: ModelSpec, source: str = "moons:rows=2000", **changes: object) -> str:
    table = jobs.read(store, source)
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), Split("stratified"), models)
    return jobs.submit(store, dataclasses.replace(spec, **changes), table)  # type: ignore[arg-type]


def until(seen: Callable[[], bool], seconds: float = 30.0) -> float:
    """Wait for something to be seen; gives the seconds it took."""
    began = time.monotonic()
    while not seen():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - began


def state(store: Store, run: str) -> RunState:
    row = store.run(run)
    assert row is not None
    return row.state


def fits(store: Store, run: str, model: ModelSpec) -> list[FitRow]:
    return [each for each in store.fits(run) if each.model == model.id]


# -- in place


def test_a_run_comes_to_what_a_notebook_gets(in_place: Store) -> None:
    run = submit(in_place, ModelSpec("baseline"), ModelSpec("random_forest"), source="iris")
    row = in_place.run(run)
    assert row is not None and row.state == RunState.DONE and row.seconds is not None
    ours = jobs.result(in_place, row)
    theirs = compare("iris", models=["random_forest"])
    for model in ours.models:
        assert model.values("log_loss") == theirs.model(model.id).values("log_loss")
    assert ours.test_share == theirs.test_share


def test_nothing_is_computed_twice(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = submit(in_place, ModelSpec("baseline"), QUICK)
    monkeypatch.setattr(InlineEngine, "start", lambda *_: pytest.fail("a fit was executed again"))
    second = submit(in_place, ModelSpec("baseline"), dataclasses.replace(QUICK, label="again"))
    assert state(in_place, second) == RunState.DONE
    assert all(each.reused for each in in_place.fits(second))
    old, new = (jobs.result(in_place, in_place.run(run)) for run in (first, second))  # type: ignore[arg-type]
    assert new.model("k_neighbors:again").values("accuracy") == old.model("k_neighbors").values("accuracy")


def test_a_changed_setting_computes_that_model_alone(in_place: Store) -> None:
    submit(in_place, ModelSpec("baseline"), QUICK)
    run = submit(in_place, ModelSpec("baseline"), dataclasses.replace(QUICK, settings={"n_neighbors": 3}))
    reused = {each.model: each.reused for each in in_place.fits(run)}
    assert reused == {"baseline": True, "k_neighbors": False}


def test_a_failing_model_does_not_hold_up_the_others(in_place: Store) -> None:
    greedy = ModelSpec("k_neighbors", "greedy", {"n_neighbors": 190})
    run = submit(in_place, greedy, QUICK, source="moons:rows=200")
    assert state(in_place, run) == RunState.DONE
    assert {each.state for each in fits(in_place, run, greedy)} == {FitState.FAILED}
    assert {each.state for each in fits(in_place, run, QUICK)} == {FitState.DONE}
    failed = fits(in_place, run, greedy)[0]
    assert failed.reason.startswith("ValueError: ")
    assert "Traceback" in failed.log and "Traceback" not in failed.reason


def test_a_cancelled_run_ends_as_cancelled(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as nobody:
        table = jobs.read(in_place, "moons:rows=200")
        nobody.setattr(jobs, "ensure_supervisor", lambda _: None)
        spec = RunSpec(table.name, table.fingerprint, Roles(table.target), Split("stratified"), (QUICK,))
        run = jobs.submit(in_place, spec, table)
    assert in_place.cancel(run) == 5
    Supervisor(in_place, InlineEngine(in_place.folder)).drain()
    assert state(in_place, run) == RunState.CANCELLED
    assert {each.reason for each in in_place.fits(run)} == {"stopped by you"}


def test_a_second_click_starts_no_second_run(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.read(in_place, "moons:rows=2000")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    first = submit(in_place, QUICK)
    assert submit(in_place, QUICK) == first
    assert submit(in_place, QUICK, seed=1) != first
    in_place.cancel(first)
    Supervisor(in_place, InlineEngine(in_place.folder)).drain()
    assert submit(in_place, QUICK) != first, "one that has ended can be repeated"


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
    run = submit(in_place, ModelSpec("baseline"), QUICK)
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
    with pytest.raises(ValueError, match=r"The file is empty\."):
        jobs.read(in_place, "empty.csv")
    (in_place.tables / "empty.csv").write_text("a,b\n" + "1,2\n3,4\n" * 20)
    assert len(jobs.read(in_place, "empty.csv").frame) == 40


# -- with real workers


def workers(store: Store) -> list[psutil.Process]:
    """The processes that train: children of the fork server of the folder's supervisor."""
    supervisor = psutil.Process(store.noted("supervisor")["pid"])
    return [each for each in supervisor.children(recursive=True) if each.nice() == 10]


def test_a_worker_has_one_thread_for_arithmetic(served: Store) -> None:
    greedy = ModelSpec("hist_gradient_boosting", "", {"max_iter": 1_000, "early_stopping": False})
    run = submit(served, greedy, source="moons:rows=20000", split=Split("holdout"))
    until(lambda: _busy(served, run, greedy) == 1)
    busiest = max(workers(served), key=lambda each: each.cpu_percent(interval=0.3))
    assert 0 < busiest.cpu_percent(interval=1.0) < 120, "with a thread per core it would take about 100 % of each"
    served.cancel(run)
    until(lambda: jobs.ended(served.run(run)))  # type: ignore[arg-type]


def test_stopping_one_model_frees_its_worker_and_spares_the_others(served: Store) -> None:
    run = submit(served, SLOW, QUICK)
    until(lambda: any(each.state == FitState.RUNNING for each in fits(served, run, SLOW)))
    until(
        lambda: all(each.state == FitState.DONE for each in fits(served, run, QUICK)) or _busy(served, run, SLOW) == 2
    )
    served.cancel(run, SLOW.id)
    assert until(lambda: jobs.ended(served.run(run)), 10) < 3.0  # type: ignore[arg-type]
    assert {each.state for each in fits(served, run, SLOW)} == {FitState.CANCELLED}
    assert {each.state for each in fits(served, run, QUICK)} <= {FitState.DONE}
    assert until(lambda: _quiet(served), 10) < 3.0


def _busy(store: Store, run: str, model: ModelSpec) -> int:
    return sum(each.state == FitState.RUNNING for each in fits(store, run, model))


def _quiet(store: Store) -> bool:
    """Whether no worker is using the processor."""
    found = workers(store)
    for each in found:
        each.cpu_percent()
    time.sleep(0.2)
    with contextlib.suppress(psutil.NoSuchProcess):
        return all(each.cpu_percent() < 20 for each in found)
    return False


def test_a_fit_over_its_limit_is_ended_and_its_model_spared_the_rest(served: Store) -> None:
    run = submit(served, SLOW, QUICK, time_limit=1.0)
    until(lambda: jobs.ended(served.run(run)))  # type: ignore[arg-type]
    slow = fits(served, run, SLOW)
    assert "stopped after 1 s, its time limit" in {each.reason for each in slow if each.state == FitState.FAILED}
    assert {each.state for each in slow} <= {FitState.FAILED, FitState.SKIPPED}
    assert {each.state for each in fits(served, run, QUICK)} == {FitState.DONE}
    assert state(served, run) == RunState.DONE


def test_a_killed_worker_loses_nothing(served: Store) -> None:
    models = (QUICK, ModelSpec("random_forest", "big", {"n_estimators": 400}))
    run = submit(served, *models, source="moons:rows=500", seed=11)
    until(lambda: _busy(served, run, models[1]) > 0)
    victim = max(workers(served), key=lambda each: each.cpu_times().user)
    os.kill(victim.pid, signal.SIGKILL)
    until(lambda: jobs.ended(served.run(run)))  # type: ignore[arg-type]
    assert {each.state for each in served.fits(run)} == {FitState.DONE}
    assert all(each.outcome is not None for each in served.fits(run))


def test_a_fit_that_kills_its_worker_each_time_is_given_up(served: Store) -> None:
    run = submit(served, SLOW, seed=12, split=Split("holdout"))
    until(lambda: _busy(served, run, SLOW) == 1)

    def given_up() -> bool:
        for each in workers(served):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
        return jobs.ended(served.run(run))  # type: ignore[arg-type]

    until(given_up)
    failed = fits(served, run, SLOW)[0]
    assert (failed.reason, failed.attempts) == ("the worker crashed (SIGKILL)", 2)


def test_a_killed_supervisor_takes_its_workers_along_and_the_next_goes_on(served: Store) -> None:
    run = submit(served, SLOW, QUICK, seed=13)
    until(lambda: _busy(served, run, SLOW) > 0)
    old = psutil.Process(served.noted("supervisor")["pid"])
    children = old.children(recursive=True)
    old.send_signal(signal.SIGKILL)
    assert until(lambda: not any(each.is_running() and each.status() != "zombie" for each in children), 10) < 2.0
    before = {(each.model, each.fold) for each in served.fits(run) if each.state == FitState.DONE}
    jobs.ensure_supervisor(served)
    until(lambda: served.noted("supervisor")["pid"] != old.pid)
    until(lambda: {each.state for each in fits(served, run, QUICK)} == {FitState.DONE})
    assert before <= {(each.model, each.fold) for each in served.fits(run) if each.state == FitState.DONE}
    served.cancel(run)
    until(lambda: jobs.ended(served.run(run)))  # type: ignore[arg-type]


def test_a_network_tells_how_far_it_is(served: Store) -> None:
    network = ModelSpec("feed_forward", "long", {"max_epochs": 5_000, "early_stopping": False})
    run = submit(served, network, source="moons:rows=500", split=Split("holdout"))
    until(lambda: bool(fits(served, run, network)[0].curve))
    row = fits(served, run, network)[0]
    assert 0 < row.progress < 1
    assert "epoch" in row.message
    assert row.curve[0]["train_loss"] > 0
    served.cancel(run)
    until(lambda: jobs.ended(served.run(run)), 5)  # type: ignore[arg-type]


def test_a_second_supervisor_leaves_at_once(served: Store) -> None:
    from core.supervisor import main

    assert jobs.supervisor_alive(served)
    assert main([str(served.folder)]) == 0
