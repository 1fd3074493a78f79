"""Fits that do not listen are stopped and kept to their time: the processor is free at once, one state is the last."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.engines import time_reason
from core.records import FitState, ModelSpec, RunState, Split
from core.store import FitRow
from tests.core.trials import (
    SEED,
    Ledger,
    Stage,
    alive,
    faulty_models,
    gone,
    nap,
    send,
    sizes,
    state,
    told,
    tree,
    until,
    using,
)

WITHIN, LATE = 3.0, 5.0  # seconds: the processor is free after a stop; a fit is gone after its limit
DEAF = ("naps", "stays_busy", "sleeps_in_c", "has_children", "hides_children")
BUSY = {
    "stays_busy": 2,
    "sleeps_in_c": 2,
    "naps": 2,
    "has_children": 6,
    "hides_children": 4,
}  # processes when both slots are at work


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    with faulty_models():
        made.start()
        yield made
        made.stop()


def endless(deed: str) -> ModelSpec:
    return ModelSpec(deed, "", {"amount": 60.0})


def trained(stage: Stage) -> list[psutil.Process]:
    """The workers of fits and everything that they have started."""
    return [each for worker in stage.workers() for each in tree(worker.pid)]


def stopped(stage: Stage, deed: str, dice: random.Random) -> tuple[float, float]:
    """Stop a run at some moment of its work; gives the seconds until the processor was free, and until it had ended."""
    run = stage.submit(endless(deed), seed=dice.randrange(10**6))
    until(lambda: stage.running(run) == 2 and len(trained(stage)) >= BUSY[deed])
    time.sleep(dice.uniform(0.0, 0.5))
    busy = trained(stage)
    stage.store.cancel(run)
    began, free, ended = time.monotonic(), 0.0, 0.0
    while not (free and ended):
        free = free or (0.0 if any(map(alive, busy)) else time.monotonic() - began)
        ended = ended or (time.monotonic() - began if stage.ended(run) else 0.0)
        assert time.monotonic() - began < 20, f"free after {free}, ended after {ended}"
        time.sleep(0.01)
    assert (
        stage.states(run) == {(FitState.CANCELLED, "stopped by you")} and state(stage.store, run) == RunState.CANCELLED
    )
    return free, ended


@pytest.mark.parametrize("stops", sizes(1, 10, 600))
def test_after_a_stop_the_processor_is_free_whatever_the_fit_does(
    stops: int, stage: Stage, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(SEED)
    took = [stopped(stage, deed, dice) for _ in range(stops) for deed in DEAF]
    free, ended = (max(each) for each in zip(*took, strict=True))
    told(request, "stops", stops=len(took), latest_free=free, latest_final_state=ended)
    assert free < WITHIN and ended < WITHIN


@pytest.mark.parametrize("stops", sizes(1, 6, 600))
def test_a_stop_does_not_wait_for_what_the_fork_server_loads(
    stops: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two seconds after its start it loads PyTorch, in which it starts no worker; two later all workers are renewed."""
    dice, took = random.Random(SEED), []
    with faulty_models():
        for number in range(stops):
            stage = Stage(tmp_path / str(number))
            try:
                stage.start()
                time.sleep(2.2 if number == 0 else dice.uniform(1.5, 6.0))
                took.append(stopped(stage, "stays_busy", dice))
            finally:
                stage.stop()
    free, ended = (max(each) for each in zip(*took, strict=True))
    told(request, "stops while the fork server loads", stops=stops, latest_free=free, latest_final_state=ended)
    assert free < WITHIN and ended < WITHIN


def test_a_deaf_worker_that_is_only_asked_is_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="spares")
    with faulty_models():
        stage.start()
        run = stage.submit(endless("stays_busy"))
        until(lambda: stage.running(run) == 2)
        busy = trained(stage)
        before = {each.pid: using([each]) for each in busy}
        until(lambda: all(using([each]) > before[each.pid] + 1 for each in busy))  # they are past becoming deaf
        stage.store.cancel(run)
        try:
            with pytest.raises(AssertionError, match="in vain"):
                gone(busy, WITHIN)
        finally:
            for each in busy:
                send(each)
            stage.stop()


@pytest.mark.parametrize("times", sizes(1, 5, 600))
def test_a_fit_over_its_time_is_gone_and_its_log_says_where_it_stood(
    times: int, stage: Stage, request: pytest.FixtureRequest
) -> None:
    limit, latest = 1.0, 0.0
    for number in range(times):
        run = stage.submit(*map(endless, DEAF), split=Split("holdout"), time_limit=limit, seed=number)
        busy: dict[int, psutil.Process] = {}
        while not stage.ended(run):
            busy |= {each.pid: each for each in trained(stage)}
            time.sleep(0.02)
        fits = stage.fits(run)
        assert {(each.state, each.reason) for each in fits} == {(FitState.FAILED, time_reason(limit))}
        logs = {each.model: each.log for each in fits}
        assert all("faulty.py" in log and "most recent call first" in log for log in logs.values()), logs
        latest = max(latest, *(_seconds(each) for each in fits))
        fresh = {each.pid for each in trained(stage)}
        assert gone(each for pid, each in busy.items() if pid not in fresh) < WITHIN
    told(request, "fits over their time", fits=len(DEAF) * times, limit=limit, latest=latest)
    assert latest < limit + LATE


def _seconds(fit: FitRow) -> float:
    assert fit.started is not None and fit.ended is not None
    return fit.ended - fit.started


@pytest.mark.parametrize("stops", sizes(8, 100, 600))
def test_a_stop_at_any_moment_leads_to_one_final_state(
    stops: int, stage: Stage, request: pytest.FixtureRequest
) -> None:
    dice, ledger, latest, cancelled = random.Random(SEED), Ledger(stage.store), 0.0, 0
    for number, through in enumerate([0, 10, *(dice.randint(0, 10) for _ in range(stops - 2))]):
        run = stage.submit(nap("quick", 0.05), ModelSpec("gaussian_naive_bayes"), seed=number)
        until(lambda: ledger.look(run) >= through)  # noqa: B023
        time.sleep(dice.uniform(0.0, 0.1))  # queued, starting, at work, finishing, over
        stage.store.cancel(run)
        latest = max(latest, until(lambda: stage.ended(run)))  # noqa: B023
        final = stage.states(run)
        cancelled += any(each == FitState.CANCELLED for each, _ in final)
        assert final <= {(FitState.DONE, ""), (FitState.CANCELLED, "stopped by you")}
        ledger.look(run)
        time.sleep(0.1)
        assert stage.states(run) == final
    told(request, "stops at any moment", stops=stops, before_the_end=cancelled, latest_final_state=latest)
    assert not ledger.lost and not ledger.doubled and latest < LATE
    assert 0 < cancelled < stops, "some must come before the end and some after it"


def test_the_others_go_on_when_one_model_is_stopped(stage: Stage) -> None:
    run = stage.submit(endless("stays_busy"), nap("a", 0.05))
    until(
        lambda: all(each.state == FitState.DONE for each in stage.fits(run, nap("a", 0.05))) or stage.running(run) == 2
    )
    stage.store.cancel(run, "stays_busy")
    assert until(lambda: stage.ended(run)) < LATE
    assert {each.state for each in stage.fits(run, endless("stays_busy"))} == {FitState.CANCELLED}
    assert {each.state for each in stage.fits(run, nap("a", 0.05))} == {FitState.DONE}


def asleep(stage: Stage, processes: list[psutil.Process], seed: int) -> set[tuple[FitState, str]]:
    """Have processes stopped for longer than a fit's limit; gives how the fit ended."""
    run = stage.submit(ModelSpec("dawdles", "", {"amount": 1.5}), split=Split("holdout"), time_limit=4.0, seed=seed)
    until(lambda: stage.running(run))
    time.sleep(0.3)
    for each in processes:
        send(each, signal.SIGSTOP)
    time.sleep(4.5)
    for each in reversed(processes):
        send(each, signal.SIGCONT)
    until(lambda: stage.ended(run))
    return stage.states(run)


def test_a_machine_that_sleeps_takes_no_time_from_a_fit(stage: Stage) -> None:
    assert asleep(stage, stage.tree(), 1) == {(FitState.DONE, "")}


def test_a_fit_that_sleeps_alone_is_late(stage: Stage) -> None:
    assert asleep(stage, stage.workers(), 2) == {(FitState.FAILED, time_reason(4.0))}
