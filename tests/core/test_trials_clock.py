"""The clock on the wall is set while fits run: none is ended or begun again for it, and no time is negative."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.records import FitState, ModelSpec, Split
from tests.core.trials import Ledger, Stage, faulty_models, nap, sizes, told, until

HOUR, DAY = 3600.0, 86_400.0
STEPS = (HOUR, -HOUR, DAY, -DAY, 2 * HOUR, 0.0)  # ahead, behind, and as at the change to summer time


@pytest.fixture(autouse=True)
def faulty() -> Iterator[None]:
    with faulty_models():
        yield


def on_a_shifted_clock(folder: Path, sabotage: str, steps: tuple[float, ...]) -> tuple[Stage, list[str], Ledger]:
    """Set the clock during each of several runs; gives what came of them."""
    clock = folder / "clock"
    clock.write_text("0")
    stage = Stage(folder / "data", sabotage=sabotage, BAKEOFF_CLOCK=str(clock))
    runs, ledger = [], Ledger(stage.store)
    try:
        stage.start()
        for number, wrong in enumerate(steps):
            run = stage.submit(nap("a", 0.1), nap("b", 0.3), seed=number, time_limit=30.0, run_limit=60.0)
            until(lambda: ledger.look(run) >= 3)  # noqa: B023
            clock.write_text(f"{wrong}")
            until(lambda: ledger.look(run) and stage.ended(run))  # noqa: B023
            runs.append(run)
        ledger.look(*runs)
    finally:
        stage.stop()
    return stage, runs, ledger


@pytest.mark.parametrize("times", sizes(3, 30, 600))
def test_a_clock_that_is_set_ends_no_fit_and_begins_none_again(
    times: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    began = time.monotonic()
    stage, runs, ledger = on_a_shifted_clock(tmp_path, "shifts", (STEPS * 5)[:times])
    took = time.monotonic() - began
    fits = [fit for run in runs for fit in stage.fits(run)]
    rows = [stage.store.run(run) for run in runs]
    told(request, "clock set", times=len(runs), fits=len(fits), begun_again=sum(fit.attempts - 1 for fit in fits))
    assert {(fit.state, fit.reason, fit.attempts) for fit in fits} == {(FitState.DONE, "", 1)}
    assert not ledger.lost and not ledger.doubled
    assert all(row is not None and row.seconds is not None and 0 < row.seconds < took for row in rows)
    assert [row.id for row in stage.store.runs()] == runs[::-1], "in the order in which they came"


def test_a_clock_that_deadlines_must_not_go_by_is_caught(tmp_path: Path) -> None:
    stage, runs, _ = on_a_shifted_clock(tmp_path, "shifts_all", (HOUR,))
    assert any(each.state != FitState.DONE for run in runs for each in stage.fits(run))


def test_a_clock_that_stands_still_holds_nothing_up(tmp_path: Path) -> None:
    """Set back again and again, it shows the same second for as long as the run takes."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    stage = Stage(tmp_path / "data", sabotage="shifts", BAKEOFF_CLOCK=str(clock))
    try:
        stage.start()
        run, began = stage.submit(nap("a", 0.2), ModelSpec("decision_tree"), split=Split("kfold", 4)), time.monotonic()
        while not stage.ended(run):
            assert time.monotonic() - began < 30
            clock.write_text(f"{began - time.monotonic()}")
            time.sleep(0.005)
        assert stage.states(run) == {(FitState.DONE, "")}
    finally:
        stage.stop()
