"""A network is paused, led step by step, let go on and stopped, by real workers; also over a supervisor's death."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.records import STOPPED_EARLY, FitState, Hold, ModelSpec, RunState, Split
from core.store import FitRow, Store
from tests.core.trials import Stage, faulty_models, until

ENDLESS = {"max_epochs": 10_000, "early_stopping": False, "hidden_layer_sizes": (8,)}
NETWORK = ModelSpec("feed_forward", "", ENDLESS)
QUICK = ModelSpec("k_neighbors")
WHOLE = Split("holdout", test_share=0.3)

pytestmark = pytest.mark.timeout(400)  # on a busy machine a worker takes its time to load what it needs


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    with faulty_models():
        made.start()
        yield made
        made.stop()


def of(store: Store, run: str, model: ModelSpec = NETWORK) -> list[FitRow]:
    return [each for each in store.fits(run) if each.model == model.id]


def epoch(store: Store, run: str, fold: int = 0) -> int:
    curve = of(store, run)[fold].curve
    return int(curve[-1]["step"]) if curve else 0


def moves(store: Store, run: str, fold: int = 0) -> None:
    before = epoch(store, run, fold)
    until(lambda: epoch(store, run, fold) > before + 2, 150)


def stands(store: Store, run: str, fold: int = 0) -> int:
    """Where a fit stands, once it does."""
    at, since = -1, time.monotonic()
    while time.monotonic() - since < 1.2:
        if (now := epoch(store, run, fold)) != at:
            at, since = now, time.monotonic()
        time.sleep(0.05)
    return at


def test_a_network_is_led_through_its_epochs_and_keeps_its_best(stage: Stage) -> None:
    store = stage.store
    run = stage.submit(NETWORK, split=WHOLE)
    moves(store, run)
    assert store.pause(run, NETWORK.id)
    at = stands(store, run)
    for more in (1, 2):
        assert store.step(run, NETWORK.id)
        until(lambda: of(store, run)[0].hold == Hold.PAUSED)
        assert stands(store, run) == at + more
    assert of(store, run)[0].message == f"epoch {at + 2} of 10000"
    assert store.resume(run, NETWORK.id)
    moves(store, run)
    store.pause(run, NETWORK.id)
    stands(store, run)
    began = time.monotonic()
    store.cancel(run, NETWORK.id)
    until(lambda: of(store, run)[0].state == FitState.DONE, 10)
    assert time.monotonic() - began < 3.0
    outcome = of(store, run)[0].outcome
    assert outcome is not None and STOPPED_EARLY in outcome.marks and "Stopped by you." in outcome.notes
    assert len(outcome.curve) > 5 and outcome.scores["accuracy"] is not None


def test_while_one_stands_still_others_take_its_place_and_no_time_is_counted(stage: Stage) -> None:
    store = stage.store
    whole = {"split": Split("kfold", folds=4), "run_limit": 60.0, "time_limit": 60.0}
    run = stage.submit(NETWORK, **whole)
    moves(store, run)
    store.pause(run, NETWORK.id)
    states = [each.state for each in of(store, run)]
    assert states == [FitState.RUNNING] * 4, "two folds are trained at once in each place"
    stands(store, run)
    row = store.run(run)
    assert row is not None and row.seconds is not None
    other = stage.submit(QUICK)
    until(lambda: stage.ended(other))
    assert {each.state for each in of(store, other, QUICK)} == {FitState.DONE}, "both places were taken by it"
    time.sleep(1.0)
    later = store.run(run)
    assert later is not None and later.seconds == row.seconds
    assert [each.state for each in of(store, run)] == states, "no other fold of it began"
    same = stage.submit(NETWORK, owner="somebody else", **whole)
    moves(store, same)  # nobody waits for what another one holds
    store.cancel(same)
    until(lambda: stage.ended(same))
    store.resume(run, NETWORK.id)
    moves(store, run)
    store.cancel(run)
    until(lambda: stage.ended(run))


def test_the_rest_of_a_run_goes_on_when_a_model_of_it_is_stopped(stage: Stage) -> None:
    store = stage.store
    run = stage.submit(NETWORK, QUICK, split=WHOLE, seed=3)
    moves(store, run)
    store.cancel(run, NETWORK.id)
    until(lambda: stage.ended(run), 20)
    assert store.run(run).state == RunState.DONE  # type: ignore[union-attr]
    assert of(store, run, QUICK)[0].state == FitState.DONE == of(store, run)[0].state


def test_what_was_paused_is_paused_still_after_a_supervisor_s_death_and_goes_on_from_there(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="hasty")
    store = stage.store
    with faulty_models():
        try:
            stage.start()
            run = stage.submit(NETWORK, split=WHOLE)
            until(lambda: list((store.home / "checkpoints").iterdir()), 150)
            store.pause(run, NETWORK.id)
            at = stands(store, run)
            stage.kill()
            stage.start()
            until(lambda: of(store, run)[0].state == FitState.QUEUED)
            time.sleep(1.0)
            fit = of(store, run)[0]
            assert (fit.state, fit.hold, fit.message) == (FitState.QUEUED, Hold.PAUSED, f"epoch {at} of 10000")
            store.resume(run, NETWORK.id)
            until(lambda: of(store, run)[0].state == FitState.RUNNING and epoch(store, run) > at, 150)
            store.cancel(run)
            until(lambda: stage.ended(run))
        finally:
            stage.stop()


def test_a_supervisor_with_nothing_but_paused_work_leaves_for_newer_code(stage: Stage) -> None:
    from core.engines.inline import InlineEngine
    from core.supervisor import Supervisor
    from core.supervisor.work import Running

    made = Supervisor(Store(stage.store.folder), InlineEngine(stage.store.folder))
    run = stage.submit(NETWORK, split=WHOLE, seed=9)
    stage.store.cancel(run)
    until(lambda: stage.ended(run))
    made._running["a"] = Running(of(stage.store, run)[0])
    made.outdated = True
    assert not made._leaving()
    made._running["a"].hold = Hold.PAUSED
    made._unmeasured["b"] = "the worker that would tell stands still"
    assert made._leaving()
    made._running.clear()
    assert not made._leaving(), "now it will be told"
