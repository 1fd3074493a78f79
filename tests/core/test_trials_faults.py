"""A fault is a row with a reason in words, takes nobody else along, and leaves a log that says more."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from core import jobs
from core.records import STOPPED_EARLY, FitState, ModelSpec, RunState, Split
from core.store import FitRow
from tests.core.trials import Stage, faulty_models, nap, state, until

HOLDOUT = Split("holdout")
MIB = 2**20


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    with faulty_models():
        made.start()
        yield made
        made.stop()


def one(stage: Stage, model: ModelSpec, **changes: Any) -> FitRow:
    """The single fit of a run of one model, when it has ended."""
    run = stage.submit(model, split=HOLDOUT, **changes)
    until(lambda: stage.ended(run))
    (fit,) = stage.fits(run)
    return fit


# What the model does, how much of it; the reason, how often it is tried, and what its log says.
FAULTS: tuple[tuple[str, float, str, int, str], ...] = (
    ("fails", 1, "StubbornError: it went wrong in <b>its</b> own way", 1, "in fail\n"),
    ("fails_without_words", 1, "MuteError", 1, "in fail_without_words"),
    ("fails_at_length", 5, "ValueError: too long; too long; too long", 1, "in fail_at_length"),
    ("dies_of", 11, "the worker crashed (SIGSEGV)", 2, "Fatal Python error: Segmentation fault"),
    ("dies_of", 6, "the worker crashed (SIGABRT)", 2, "in kill_with"),
    ("dies_of", 9, "the worker crashed (SIGKILL)", 2, ""),
    ("leaves", 3, "the worker ended unexpectedly (exit code 3)", 2, ""),
    ("exits", 4, "the worker ended unexpectedly (exit code 4)", 2, ""),
)


@pytest.mark.parametrize(("deed", "amount", "reason", "attempts", "log"), FAULTS, ids=lambda each: str(each)[:20])
def test_a_fault_is_a_reason_in_words(
    deed: str, amount: float, reason: str, attempts: int, log: str, stage: Stage
) -> None:
    fit = one(stage, ModelSpec(deed, "", {"amount": float(amount)}))
    assert (fit.state, fit.attempts) == (FitState.FAILED, attempts)
    assert fit.reason.startswith(reason) and len(fit.reason) < 350 and "Traceback" not in fit.reason
    assert log in fit.log and len(fit.log) < 10_000


def test_the_row_of_one_that_did_not_settle_has_a_badge_and_its_score(stage: Stage) -> None:
    fit = one(stage, ModelSpec("does_not_settle"))
    assert fit.state == FitState.DONE and fit.outcome is not None
    assert fit.outcome.marks == ("not converged",) and fit.outcome.scores["accuracy"] is not None


def test_of_a_flood_of_output_little_is_kept(stage: Stage) -> None:
    fit = one(stage, ModelSpec("shouts", "", {"amount": 100.0}))
    assert fit.state == FitState.DONE and fit.log == ""
    logs = stage.store.home / "logs"
    until(lambda: sum(each.stat().st_size for each in logs.iterdir()) < 2 * MIB, 5)


def test_a_run_of_which_nothing_worked_says_so_and_why(stage: Stage) -> None:
    run = stage.submit(ModelSpec("fails"), ModelSpec("leaves", "", {"amount": 3.0}), seed=1)
    until(lambda: stage.ended(run))
    assert state(stage.store, run) == RunState.FAILED
    result = jobs.result(stage.store, stage.store.run(run))  # type: ignore[arg-type]
    assert all(model.done == () and model.reason for model in result.models)
    assert set(result.leaderboard()["rank"].isna()) == {True}


def test_a_model_that_fails_does_not_keep_the_others_from_their_scores(stage: Stage) -> None:
    run = stage.submit(ModelSpec("dies_of", "", {"amount": 11.0}), ModelSpec("k_neighbors"), seed=2)
    until(lambda: stage.ended(run))
    assert {each.state for each in stage.fits(run, ModelSpec("k_neighbors"))} == {FitState.DONE}


def test_a_run_over_its_limit_is_ended_with_what_it_has(stage: Stage) -> None:
    run = stage.submit(nap("a", 0.05), nap("long", 60.0), run_limit=2.5)
    took = until(lambda: stage.ended(run), 20)
    assert took < 2.5 + 5
    assert {each.state for each in stage.fits(run, nap("a", 0))} == {FitState.DONE}
    assert {(each.state, each.reason) for each in stage.fits(run, nap("long", 0))} == {
        (FitState.FAILED, "stopped because the whole run reached its limit of 2.5 s"),
        (FitState.SKIPPED, "not tried, because the whole run reached its limit of 2.5 s"),
    }


def test_one_fold_over_its_limit_tells_for_the_others(stage: Stage) -> None:
    run = stage.submit(nap("long", 60.0), time_limit=0.5, seed=3)
    until(lambda: stage.ended(run))
    states = stage.states(run)
    assert (FitState.FAILED, "stopped after 0.5 s, its time limit") in states
    skipped = [reason for each, reason in states if each == FitState.SKIPPED]
    assert skipped and all(each.startswith("not tried, because fold ") for each in skipped)


# ---- what is kept of what was stopped --------------------------------------------------------------------------------

NETWORK = ModelSpec("feed_forward", "", {"max_epochs": 10_000, "early_stopping": False})


def begun(stage: Stage, run: str) -> bool:
    return any("epoch" in each.message for each in stage.fits(run))


@pytest.mark.parametrize("way", ["by hand", "by time"])
def test_a_stopped_network_keeps_its_best_and_says_so(way: str, stage: Stage) -> None:
    limit = 8.0 if way == "by time" else 120.0
    run = stage.submit(NETWORK, split=HOLDOUT, source="moons:rows=400", time_limit=limit, seed=len(way))
    if way == "by hand":
        until(lambda: begun(stage, run))
        stage.store.cancel(run)
        assert until(lambda: stage.ended(run)) < 3
    until(lambda: stage.ended(run))
    (fit,) = stage.fits(run)
    assert fit.state == FitState.DONE and fit.outcome is not None, fit
    assert STOPPED_EARLY in fit.outcome.marks and fit.outcome.scores["accuracy"] is not None
    assert fit.outcome.notes[-1] == ("Stopped after 8 s, its time limit." if way == "by time" else "Stopped by you.")
    assert stage.store.files.predictions(fit.key) is not None
    until(lambda: stage.store.files.has_model(fit.key))


def test_what_was_stopped_early_is_not_taken_for_the_whole(stage: Stage) -> None:
    runs = []
    for _ in range(2):
        run = stage.submit(NETWORK, split=HOLDOUT, source="moons:rows=400", seed=77)
        assert not any(each.reused for each in stage.fits(run))
        until(lambda: begun(stage, run))  # noqa: B023
        stage.store.cancel(run)
        until(lambda: stage.ended(run))  # noqa: B023
        runs += stage.fits(run)
    assert len({each.key for each in runs}) == 2


# ---- never the same work twice -------------------------------------------------------------------------------------


def test_two_runs_that_want_the_same_fit_at_once_have_it_done_once(stage: Stage) -> None:
    first = stage.submit(nap("a", 0.3), owner="one", seed=5)
    second = stage.submit(nap("b", 0.3), owner="two", seed=5)  # another label, the same work
    assert first != second
    until(lambda: stage.ended(first) and stage.ended(second))
    fits = [*stage.fits(first), *stage.fits(second)]
    assert {each.state for each in fits} == {FitState.DONE}
    assert sum(each.attempts for each in fits) == 5 and sum(each.reused for each in fits) == 5


def test_what_failed_is_tried_again_and_with_more_time_succeeds(stage: Stage) -> None:
    assert one(stage, nap("a", 1.0), time_limit=0.3, seed=6).state == FitState.FAILED
    again = one(stage, nap("a", 1.0), time_limit=30.0, seed=6)
    assert again.state == FitState.DONE and not again.reused


def test_one_persons_flood_does_not_starve_another(stage: Stage) -> None:
    flood = [stage.submit(nap("f", 0.1), owner="flood", seed=100 + number) for number in range(20)]
    mine = stage.submit(nap("m", 0.1), owner="me", seed=99)
    until(lambda: stage.ended(mine))
    still = sum(not stage.ended(each) for each in flood)
    for each in flood:
        stage.store.cancel(each)
    until(lambda: all(map(stage.ended, flood)))
    assert still >= 15, "five fits of mine and about as many of theirs had their turns"


def test_fits_begin_behind_everything_else_on_the_machine(stage: Stage) -> None:
    nice = {each.nice() for each in stage.workers()}
    assert nice == {os.getpriority(os.PRIO_PROCESS, 0) + 10}


def test_a_curve_of_a_thousand_steps_a_second_stays_small(stage: Stage) -> None:
    run = stage.submit(ModelSpec("reports", "", {"amount": 3.0}), split=HOLDOUT, seed=7)
    until(lambda: stage.running(run))
    longest = 0
    while not stage.ended(run):
        longest = max(longest, *(len(json.dumps(each.curve)) for each in stage.fits(run)))
    assert 0 < longest < 200_000
