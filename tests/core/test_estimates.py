"""What a fit will cost: extrapolated from samples, kept within limits, and counted down while a run goes on."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from core import estimates
from core.catalogue import resolve
from core.data import load_table, make_problem, samples
from core.estimates import BUDGET, Estimate, about, fold_rows, grown, objection, probe, rough, stratified, time_left
from core.models import MODELS, Model, Rounds
from core.records import FitState, ModelSpec, Outcome, Problem, Roles, Samples, Split, Task
from core.run.execution import TRAIN_SCORE_ROWS
from tests.core.test_models import PAIRS, sized

# ---- growth --------------------------------------------------------------------------------------------------------


def test_a_constant_and_what_grows_are_told_apart() -> None:
    assert grown(1 + 0.1, 1 + 0.4, 100, 200, 1_000, 2.0) == pytest.approx(1 + 10.0)
    assert grown(0.5, 0.5, 100, 200, 1_000, 2.0) == 0.5


def test_without_a_second_size_everything_grows() -> None:
    assert grown(0.5, 0.5, 100, 100, 1_000, 2.0) == pytest.approx(50.0)


def test_what_was_measured_shrinking_or_leaping_stays_within_reason() -> None:
    assert grown(0.6, 0.5, 100, 200, 1_000, 1.0) == 0.5
    assert grown(0.0, 0.5, 100, 200, 1_000, 1.0) == pytest.approx(2.5)


def test_rounds_end_by_themselves_only_where_they_may() -> None:
    rounds = Rounds("max_iter", 70, above=10_000, unless="early_stopping")
    assert rounds.count(100, 10_000, {}) == 100
    assert rounds.count(100, 20_000, {}) == 70
    assert rounds.count(50, 20_000, {}) == 50
    assert rounds.count(100, 20_000, {"early_stopping": False}) == 100
    assert Rounds("max_iter", 100, rows=-0.5).count(200, 4_000, {}) == pytest.approx(50)


@pytest.mark.parametrize(("model", "task"), PAIRS, ids=[f"{model.name}-{task}" for model, task in PAIRS])
def test_rounds_name_settings_that_there_are(model: Model, task: Task) -> None:
    rounds = model.cost.rounds
    if rounds is None:
        assert model.rounds(task, {}) == 1.0
        return
    known = inspect.signature(resolve(model.build[task])).parameters
    assert rounds.setting in known and (not rounds.unless or rounds.unless in known)
    assert model.rounds(task, {}) == known[rounds.setting].default
    assert model.rounds(task, {rounds.setting: 7}) == 7.0


# ---- samples -------------------------------------------------------------------------------------------------------


def test_a_sample_keeps_every_class_and_the_seed_decides_it() -> None:
    y = np.repeat([0, 1, 2], [960, 37, 3])
    chosen = stratified(y, 100, True, seed=0)
    assert np.bincount(y[chosen]).tolist() == [96, 5, 3]
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, stratified(y, 100, True, seed=0))
    assert not np.array_equal(chosen, stratified(y, 100, True, seed=1))


def test_a_sample_of_numbers_is_as_large_as_wanted() -> None:
    y = np.linspace(0, 1, 500)
    assert len(np.unique(stratified(y, 100, False, seed=0))) == 100
    assert len(stratified(y, 900, False, seed=0)) == 500


@pytest.mark.parametrize(
    ("split", "rows", "expected"),
    [
        (Split("stratified"), 150, (120, 30)),
        (Split("kfold", folds=10), 100, (90, 10)),
        (Split("kfold", exam=0.2), 100, (64, 16)),
        (Split("holdout", test_share=0.25), 100, (75, 25)),
        (Split("loo"), 20, (19, 1)),
    ],
)
def test_a_fold_has_so_many_rows(split: Split, rows: int, expected: tuple[int, int]) -> None:
    assert fold_rows(split, rows) == expected


# ---- trials, against a clock that stands still unless something is fitted ------------------------------------------


@dataclass
class Clock:
    """Processor time as the fakes below spend it."""

    now: float = 0.0

    def process_time(self) -> float:
        return self.now


class Preparation:
    """Takes its time over rows, and hands on two columns of nothing."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def transform(self, X: Any) -> np.ndarray:
        self.clock.now += 0.004 + 1e-6 * len(X)
        return np.zeros((len(X), 2))

    def fit_transform(self, X: Any, y: Any) -> np.ndarray:
        return self.transform(X)


class Fake(BaseEstimator):  # type: ignore[misc]
    """Needs a constant, and so much for each round that grows with a power of the rows."""

    def __init__(self, clock: Clock, unit: float, power: float, n_estimators: int = 100, max_iter: int = 100) -> None:
        self.clock, self.unit, self.power = clock, unit, power
        self.n_estimators, self.max_iter = n_estimators, max_iter
        self.rounds = 1

    def __sklearn_clone__(self) -> Fake:  # a clock must be shared, not copied
        return Fake(self.clock, self.unit, self.power)

    def set_params(self, **given: int) -> Fake:
        (self.rounds,) = given.values()
        return self

    def fit(self, X: Any, y: Any) -> None:
        self.clock.now += 0.005 + self.rounds * (0.0005 + self.unit * len(X) ** self.power)

    def predict(self, X: Any) -> np.ndarray:
        self.clock.now += 0.001 + 1e-5 * len(X) * self.rounds
        return np.zeros(len(X))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(estimates, "time", SimpleNamespace(process_time=clock.process_time))
    monkeypatch.setattr(estimates, "score_all", lambda predictions, problem: None)
    yield clock


def tried(monkeypatch: pytest.MonkeyPatch, clock: Clock, name: str, unit: float, power: float, **settings: Any) -> Any:
    """The estimate for a fake in a catalogue model's place, on 16,000 of 20,000 rows."""
    monkeypatch.setattr(estimates, "build", lambda *_: [Preparation(clock), Fake(clock, unit, power)])
    problem, rows = curve()
    return probe(problem, rows, ModelSpec(name, settings=settings), train=16_000, test=4_000)


def curve() -> tuple[Problem, Samples]:
    table = load_table("curve:rows=20000")
    problem = make_problem(table, Roles(table.target))
    return problem, samples(table, problem)


def real(unit: float, power: float, rounds: float) -> float:
    """What the fake and its preparation need: the fit, and two calls to predict held-out and training rows."""
    fit = 0.004 + 1e-6 * 16_000 + 0.005 + rounds * (0.0005 + unit * 16_000**power)
    return fit + 2 * (0.004 + 0.001) + (4_000 + TRAIN_SCORE_ROWS) * (1e-6 + 1e-5 * rounds)


def test_a_steep_model_is_extrapolated_with_its_power(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    told = tried(monkeypatch, clock, "svm_rbf", 1e-8, 2.0)
    assert told.seconds == pytest.approx(real(1e-8, 2.0, 1), rel=0.15)
    assert told.timed < told.seconds
    assert told.how.startswith("from fits on ") and told.how.endswith(" rows")


def test_a_wrong_power_would_be_seen(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    told = tried(monkeypatch, clock, "svm_linear", 1e-8, 2.0)  # of which the catalogue says that it grows evenly
    assert told.seconds < real(1e-8, 2.0, 1) / 2


@pytest.mark.parametrize("trees", [5, 100, 400])
def test_a_few_rounds_tell_for_all(monkeypatch: pytest.MonkeyPatch, clock: Clock, trees: int) -> None:
    power = MODELS["random_forest"].cost.rows
    monkeypatch.setattr(Fake, "__init__", _with_rounds(trees))
    told = tried(monkeypatch, clock, "random_forest", 1e-7, power, n_estimators=trees)
    assert told.seconds == pytest.approx(real(1e-7, power, trees), rel=0.05)


def _with_rounds(rounds: int) -> Any:
    """Where the settings ask for few rounds, the model is fitted as it was built."""
    plain = Fake.__init__

    def init(self: Fake, *args: Any, **kwargs: Any) -> None:
        plain(self, *args, **kwargs)
        self.rounds = rounds

    return init


@pytest.mark.parametrize(("name", "unit", "power"), [("gaussian_process", 1e-9, 2.5), ("random_forest", 1e-6, 1.1)])
def test_a_trial_is_over_soon(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, name: str, unit: float, power: float
) -> None:
    tried(monkeypatch, clock, name, unit, power)
    assert 0 < clock.now < 3 * BUDGET


def test_a_table_that_fits_is_fitted_whole(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    told = tried(monkeypatch, clock, "ridge", 1e-9, 1.0)
    assert told.how == "from fits on 16,000 rows"
    assert told.seconds == pytest.approx(real(1e-9, 1.0, 1), rel=0.01)


def test_what_cannot_be_tried_is_estimated_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("The covariance matrix of class 0 is not full rank.")

    monkeypatch.setattr(estimates, "build", fail)
    problem, rows = curve()
    told = probe(problem, rows, ModelSpec("ridge"), train=16_000, test=4_000)
    assert told == rough(problem, ModelSpec("ridge"), 16_000)
    assert told.how == "roughly, from the size of the table alone" and told.seconds > 0


@pytest.mark.parametrize(("preset", "tries"), [("quick", True), ("default", False), ("thorough", False)])
def test_what_takes_long_on_any_sample_is_not_tried(monkeypatch: pytest.MonkeyPatch, preset: str, tries: bool) -> None:
    tried: list[ModelSpec] = []
    monkeypatch.setattr(estimates, "build", lambda spec, *_: tried.append(spec))
    spec = ModelSpec("tabular_network", settings={"preset": preset})
    probe(*curve(), spec, train=16_000, test=4_000)
    assert bool(tried) is tries


@pytest.mark.parametrize("name", ["logistic_regression", "k_neighbors", "random_forest"])
def test_a_real_fit_is_estimated_in_its_order(name: str) -> None:
    import time

    from core.data import default_split
    from core.records import RunSpec
    from core.run import execute, setting

    table = load_table("loan_desk:rows=2000")
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), default_split(Task.CLASSIFICATION), ())
    shared = setting(spec, table)
    train, test = (len(each) for each in (shared.folds[0].train, shared.folds[0].test))
    assert (train, test) == fold_rows(spec.split, shared.problem.rows)
    told = probe(shared.problem, shared.samples, ModelSpec(name), train=train, test=test)
    began = time.process_time()
    execute(shared, ModelSpec(name), 0)
    took = time.process_time() - began
    assert took / 5 < told.seconds < took * 5, f"{told} instead of {took:.3f} s"


# ---- memory --------------------------------------------------------------------------------------------------------


def test_memory_grows_with_what_a_model_keeps() -> None:
    pairs = [MODELS["gaussian_process"].bytes(sized(rows)) for rows in (10_000, 20_000)]
    assert pairs[1] / pairs[0] == pytest.approx(4, rel=0.02)
    cached = [MODELS["svm_rbf"].bytes(sized(rows)) for rows in (10_000, 20_000)]
    assert cached[1] < 1.1 * cached[0]
    forest, numbers = MODELS["random_forest"], sized(20_000, Task.REGRESSION)
    assert forest.bytes(numbers) > 1.5 * forest.bytes(sized(20_000))
    assert forest.bytes(numbers, settings={"n_estimators": 500}) > 3 * forest.bytes(numbers)
    assert forest.bytes(numbers, settings={"max_depth": 5}) < 0.5 * forest.bytes(numbers)
    assert forest.bytes(numbers, settings={"min_samples_leaf": 20}) < 0.5 * forest.bytes(numbers)
    assert forest.bytes(numbers, 5_000) < forest.bytes(numbers)


# Prints how far the memory of a fresh process rises above what it holds with the libraries loaded.
MEASURED = """
import os, sys
from core.data import load_table
from core.records import ModelSpec, Roles, RunSpec, Split
from core.models import MODELS
from core.run import execute, setting
source, name = sys.argv[1:]

def held(what):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(what))

def shared(source):
    table = load_table(source)
    return setting(RunSpec(table.name, table.fingerprint, Roles(table.target), Split("kfold"), ()), table)

execute(shared("diabetes" if MODELS[name].build.keys() == {"regression"} else "iris"), ModelSpec(name), 0)
this = shared(source)
before = held("VmRSS")
execute(this, ModelSpec(name), 0)
print(held("VmHWM") - before, MODELS[name].bytes(this.problem, len(this.folds[0].train)))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process how much memory it held at most")
@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("moons:rows=3000", "gaussian_process"),
        ("curve:rows=50000", "random_forest"),
        ("curve:rows=20000", "svm_rbf"),
        ("loan_desk:rows=100000", "lda"),
    ],
)
def test_memory_is_what_was_measured(source: str, name: str) -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED, source, name], capture_output=True, text=True, check=True)
    measured, told = map(int, done.stdout.split())
    assert measured / 2 < told < measured * 2, f"{told / 2**20:.0f} MiB told, {measured / 2**20:.0f} MiB measured"


# ---- what stands in the way ----------------------------------------------------------------------------------------

GIB = 2**30


def test_what_needs_too_much_memory_is_told_before_the_start() -> None:
    process, problem = MODELS["gaussian_process"], sized(50_000)
    reason = "Gaussian process on 40,000 rows would need about 100 GiB of memory; each training may take 8 GiB."
    assert process.too_large(problem, 8 * GIB, 40_000) == reason
    told = rough(problem, ModelSpec(process.name), 40_000)
    assert objection(process, problem, told, rows=40_000, seconds=1.0, memory=8 * GIB) == reason
    assert process.too_large(problem, 0, 40_000) == process.too_large(problem, 200 * GIB, 40_000) == ""


def test_what_takes_too_long_is_told_before_the_start() -> None:
    forest, problem = MODELS["random_forest"], sized(1_000)
    told = Estimate(240.0, 240.0, GIB, "")
    assert objection(forest, problem, told, seconds=120.0) == "About 4 minutes for each training; the limit is 120 s."
    assert objection(forest, problem, told) == objection(forest, problem, told, seconds=300.0, memory=2 * GIB) == ""


def test_durations_are_told_in_words() -> None:
    told = [about(seconds) for seconds in (1.2, 45, 240, 10_800)]
    assert told == ["About a second", "About 45 seconds", "About 4 minutes", "About 3 hours"]


# ---- time left -----------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """A fit as the store tells it."""

    model: str
    state: FitState = FitState.QUEUED
    progress: float = 0.0
    outcome: Outcome | None = None


def done(model: str, seconds: float) -> Row:
    return Row(model, FitState.DONE, 1.0, Outcome(seconds * 0.75, seconds * 0.25, None, {}, {}))


def expected(**seconds: float) -> dict[str, Estimate]:
    return {model: Estimate(each, each, 0, "") for model, each in seconds.items()}


def test_nothing_is_left_when_nothing_is_open() -> None:
    assert time_left([], 2, {}) == 0.0
    assert time_left([done("a", 3.0), Row("b", FitState.FAILED), Row("c", FitState.SKIPPED)], 2, {}) == 0.0


def test_what_is_not_known_is_not_guessed() -> None:
    assert time_left([Row("a"), Row("b")], 2, expected(a=1.0)) is None


def test_finished_folds_tell_for_the_others() -> None:
    fits = [done("a", 3.0), done("a", 5.0), Row("a"), Row("a")]
    assert time_left(fits, 1, {}) == pytest.approx(8.0)
    assert time_left(fits, 1, expected(a=100.0)) == pytest.approx(8.0)


def test_what_an_outcome_does_not_tell_is_added() -> None:
    told = {"a": Estimate(3.0, 2.0, 0, "")}  # a third goes into scores
    assert time_left([done("a", 4.0), Row("a")], 1, told) == pytest.approx(6.0)


def test_finished_models_tell_how_far_estimates_are_off() -> None:
    fits = [done("a", 4.0), done("b", 0.01), Row("c")]
    assert time_left(fits, 1, expected(a=2.0, b=0.1, c=10.0)) == pytest.approx(10 * 4.01 / 2.1)
    wild = [done("a", 500.0), Row("c")]
    assert time_left(wild, 1, expected(a=1.0, c=10.0)) == pytest.approx(40.0)


def test_progress_slots_and_limits_count() -> None:
    told = expected(a=10.0, b=2.0)
    fits = [Row("a", FitState.RUNNING, 0.8), *(Row("b") for _ in range(8))]
    assert time_left(fits, 1, told) == pytest.approx(18.0)
    assert time_left(fits, 2, told) == pytest.approx(9.0)
    assert time_left([Row("a"), Row("b")], 8, told) == pytest.approx(10.0)
    assert time_left([Row("a"), Row("b")], 1, told, limit=5.0) == pytest.approx(7.0)
