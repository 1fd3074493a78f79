"""Runs go through the queue: in place for what they come to, with real workers for what only these show.

What happens to workers that are stopped, killed or at fault is in the trials.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any

import pytest

from core import jobs
from core.engines import DESK, FITS
from core.engines.inline import InlineEngine
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import compare
from core.store import DiskFull, Files, FitRow, Store
from core.supervisor import Supervisor
from tests.core import trials
from tests.core.trials import spec_of, state, until

QUICK = ModelSpec("k_neighbors")


def submit(store: Store, *models: ModelSpec, source: str = "moons:rows=2000", **changes: Any) -> str:
    return trials.submit(store, *models, source=source, **changes)


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


def test_a_model_that_was_left_with_some_of_its_folds_is_told_and_not_ranked(
    store: Store, supervisor: Supervisor
) -> None:
    """As by the limit of the whole run: the others keep their ranks, for scores of other folds are no match."""
    run = submit(store, ModelSpec("baseline"), ModelSpec("lda"), QUICK, source="iris")
    until(lambda: supervisor.look() or supervisor.step(0.0) or fits(store, run, QUICK)[0].state == FitState.DONE, 10)
    assert store.skip(run, QUICK.id, "not tried, because the whole run reached its limit of 1 s") > 0
    supervisor.drain()
    assert {each.state for each in fits(store, run, QUICK)} == {FitState.DONE, FitState.SKIPPED}
    rows = {each.id: each for each in jobs.result(store, store.run(run)).standings()}  # type: ignore[arg-type]
    assert rows[QUICK.id].rank is None and rows[QUICK.id].reason.startswith("not tried, because the whole run")
    assert rows["lda"].rank == 1 and rows["baseline"].rank == 2


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


def test_a_run_of_which_nothing_was_finished_has_failed(in_place: Store) -> None:
    greedy = ModelSpec("k_neighbors", "greedy", {"n_neighbors": 190})
    assert state(in_place, submit(in_place, greedy, source="moons:rows=200")) == RunState.FAILED
    assert state(in_place, submit(in_place, greedy, QUICK, source="moons:rows=200")) == RunState.DONE


@pytest.mark.parametrize(("model", "end"), [("", RunState.CANCELLED), (QUICK.id, RunState.DONE)])
def test_a_run_is_stopped_when_all_of_it_was_and_not_one_model(
    model: str, end: RunState, store: Store, supervisor: Supervisor
) -> None:
    run = submit(store, ModelSpec("baseline"), QUICK, source="iris")
    until(lambda: supervisor.look() or supervisor.step(0.0) or fits(store, run, QUICK)[0].state == FitState.DONE, 10)
    assert store.cancel(run, model) > 0
    supervisor.drain()
    assert state(store, run) == end
    assert FitState.DONE in {each.state for each in store.fits(run)}


def test_a_second_click_starts_no_second_run(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.read(in_place, "moons:rows=2000")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    first = submit(in_place, QUICK)
    assert submit(in_place, QUICK) == first
    assert submit(in_place, QUICK, seed=1) != first
    in_place.cancel(first)
    Supervisor(in_place, InlineEngine(in_place.folder)).drain()
    assert submit(in_place, QUICK) != first, "one that has ended can be repeated"


# -- once, and not too much


def test_two_clicks_at_the_same_moment_start_one_run_in_a_hundred_tries(
    in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clicked_twice(in_place, 100, monkeypatch) == 0


def test_looking_and_then_adding_would_start_two(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Store.add_run
    monkeypatch.setattr(Store, "add_run", lambda *given, once: add(*given))
    assert clicked_twice(in_place, 30, monkeypatch) > 0


def clicked_twice(store: Store, tries: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often two tabs that ask for the same at the same moment get two runs."""
    table = jobs.read(store, "moons:rows=200")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    doubled = 0
    for number in range(tries):
        begin, runs = threading.Barrier(2), []

        def click() -> None:
            begin.wait()  # noqa: B023
            runs.append(jobs.submit(store, spec_of(table, QUICK, seed=number), table, str(number)))  # noqa: B023

        tabs = [threading.Thread(target=click) for _ in range(2)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        doubled += len(set(runs)) > 1
    return doubled


def test_a_person_has_twenty_runs_open_at_most_and_others_are_not_held_up(
    in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = jobs.read(in_place, "moons:rows=200")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    specs = [spec_of(table, QUICK, seed=seed) for seed in range(jobs.MOST_RUNS + 1)]
    first, *_ = [jobs.submit(in_place, each, table, "me") for each in specs[:-1]]
    with pytest.raises(ValueError, match=r"^20 of your comparisons are not through yet"):
        jobs.submit(in_place, specs[-1], table, "me")
    assert jobs.submit(in_place, specs[0], table, "me") == first, "a second click is no further run"
    jobs.submit(in_place, specs[-1], table, "you")
    in_place.cancel(first)
    Supervisor(in_place, InlineEngine(in_place.folder)).look()
    jobs.submit(in_place, specs[-1], table, "me")


def test_a_run_of_too_many_fits_is_refused_with_a_sentence(in_place: Store) -> None:
    with pytest.raises(ValueError, match=r"10,000 trainings, and one comparison takes up to 5,000"):
        submit(in_place, QUICK, source="moons:rows=200", split=Split("repeated", 10, 1000))
    assert not in_place.runs()


def test_a_run_on_a_disk_that_is_nearly_full_is_refused_with_a_sentence(
    in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = jobs.read(in_place, "moons:rows=200")
    monkeypatch.setattr(type(in_place.space), "free", lambda _: 150 * 10**6)
    with pytest.raises(ValueError, match=r"^Only 150 MB are free .* should have 200 MB"):
        jobs.submit(in_place, spec_of(table, QUICK), table)
    assert not in_place.runs()


# -- what is lost is worked out again


def test_a_fitted_model_that_was_cleaned_away_is_fitted_again_and_says_the_same(in_place: Store) -> None:
    run = submit(in_place, ModelSpec("random_forest"), source="iris")

    def importances() -> Any:
        row = jobs.request_importance(in_place, run, "random_forest", "permutation")
        done = in_place.derived(row.key)
        assert done is not None and done.state == FitState.DONE, done
        in_place.forget_derived(row.key)
        return done.result

    before, kept = importances(), _models(in_place, run)
    assert kept and in_place.remove_models([run]) > 0 and not _models(in_place, run)
    assert importances() == before
    assert _models(in_place, run) == kept, "and kept once more"


def _models(store: Store, run: str) -> list[str]:
    return [each.key for each in store.fits(run) if store.files.has_model(each.key)]


def test_a_fit_whose_predictions_are_lost_is_not_taken_for_done(in_place: Store) -> None:
    run = submit(in_place, QUICK, source="iris")
    lost, *others = [each.key for each in in_place.fits(run)]
    in_place.files.predictions_path(lost).unlink()
    again = submit(in_place, dataclasses.replace(QUICK, label="again"), source="iris")
    assert {each.key: each.reused for each in in_place.fits(again)} == {lost: False} | dict.fromkeys(others, True)
    assert in_place.files.predictions(lost) is not None


# -- a full disk


def test_what_cannot_be_written_is_kept_until_there_is_room(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = supervisor.engine
    run = submit(store, QUICK, source="iris")
    supervisor.look()
    with monkeypatch.context() as full:
        full.setattr(type(store.space), "full", lambda _: True)
        full.setattr(Store, "finish_fit", _refuse)
        supervisor.step(0.0)  # the next fit is begun before this one is written
        supervisor.step(0.0)
        assert supervisor.paused and engine.free(FITS) == engine.free(DESK) == 1, "nothing new is begun"
        supervisor.look()
        assert {each.state for each in store.fits(run)} == {FitState.RUNNING, FitState.QUEUED}
    until(lambda: supervisor.look() or not supervisor.paused, 5)
    supervisor.drain()
    assert {each.state for each in store.fits(run)} == {FitState.DONE} and state(store, run) == RunState.DONE
    assert {each.attempts for each in store.fits(run)} == {1}


def _refuse(*_: object, **__: object) -> None:
    raise DiskFull


def test_a_fit_that_writes_more_than_there_ever_is_room_for_is_given_up(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submit(store, QUICK, source="iris", split=Split("holdout"))
    monkeypatch.setattr(Files, "put_predictions", _refuse)
    for _ in range(20):
        supervisor.look()
        supervisor.step(0.0)
        supervisor._pause_until = 0.0
    (fit,) = store.fits(run)
    assert (fit.state, fit.attempts) == (FitState.FAILED, 5) and fit.reason.startswith("The disk is full")


@pytest.mark.parametrize("through", [FitState.QUEUED, FitState.RUNNING])
def test_a_fit_that_died_while_it_was_to_be_stopped_is_stopped(
    through: FitState, store: Store, supervisor: Supervisor
) -> None:
    run = submit(store, QUICK, source="iris", split=Split("holdout"))
    (fit,) = store.fits(run)
    store.advance_fit(fit, [FitState.QUEUED], FitState.RUNNING)
    store.cancel(run)
    store.advance_fit(fit, [FitState.RUNNING], through)
    supervisor.look()
    assert state(store, run) == RunState.CANCELLED


def test_a_supervisor_stays_as_long_as_a_run_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    supervisor = Supervisor(store, InlineEngine(store.folder), idle_seconds=0.0)
    jobs.request_table(store, "iris")
    supervisor.drain()
    run = submit(store, QUICK, source="iris")
    monkeypatch.setattr(type(store.space), "full", lambda _: True)
    supervisor.look()
    time.sleep(0.01)
    assert not supervisor._leaving()
    store.cancel(run)
    assert supervisor._leaving()


# -- with real workers


def test_a_worker_has_one_thread_for_arithmetic(served: Store) -> None:
    greedy = ModelSpec("hist_gradient_boosting", "", {"max_iter": 1_000, "early_stopping": False})
    run = submit(served, greedy, source="moons:rows=20000", split=Split("holdout"))
    until(lambda: _busy(served, run, greedy) == 1)
    workers = trials.workers(served.noted("supervisor")["pid"])
    busiest = max(workers, key=lambda each: each.cpu_percent(interval=0.3))
    assert 0 < busiest.cpu_percent(interval=1.0) < 120, "with a thread per core it would take about 100 % of each"
    served.cancel(run)
    until(lambda: jobs.ended(served.run(run)))  # type: ignore[arg-type]


def _busy(store: Store, run: str, model: ModelSpec) -> int:
    return sum(each.state == FitState.RUNNING for each in fits(store, run, model))


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
