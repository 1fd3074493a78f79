"""Models that learn in rounds are looked at while they learn, and become what a plain fit makes of them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from torch.nn import functional

from core.catalogue import resolve
from core.data import load_table, make_problem
from core.models import MODELS, rounds
from core.networks.objectives import CLASSES, NUMBERS
from core.progress import Step, listening
from core.records import NOT_CONVERGED, STOPPED_EARLY, ModelSpec, Predictions, Roles, RunSpec, Split, Task
from core.run import Fitted, execute, setting
from core.run import rounds as watching

KEYS = {"step", "seconds", "train_loss", "train_score", "valid_loss", "valid_score"}
SETTING = {name: "max_iter" for name in ("hist_gradient_boosting", "sklearn_mlp", "sgd")}
WATCHED = [
    (model.name, task) for model in MODELS.values() if model.watched and not model.members for task in model.build
]
CLASSES_ONLY, NUMBERS_ONLY = (Task.CLASSIFICATION,), (Task.REGRESSION,)
SETTINGS: list[tuple[str, dict[str, Any], tuple[Task, ...]]] = [
    *((name, {}, (task,)) for name, task in WATCHED),
    ("gradient_boosting", {"n_iter_no_change": 3, "n_estimators": 90}, tuple(Task)),
    ("gradient_boosting", {"subsample": 0.5}, tuple(Task)),
    ("hist_gradient_boosting", {"early_stopping": True, "max_features": 0.5}, tuple(Task)),
    ("ada_boost", {"learning_rate": 2.0}, tuple(Task)),
    ("random_forest", {"class_weight": "balanced", "oob_score": True, "max_samples": 0.5}, CLASSES_ONLY),
    ("extra_trees", {"bootstrap": True, "oob_score": True}, NUMBERS_ONLY),
    ("sklearn_mlp", {"early_stopping": True, "max_iter": 90}, tuple(Task)),
    ("sklearn_mlp", {"solver": "sgd", "learning_rate": "adaptive"}, CLASSES_ONLY),
    ("sklearn_mlp", {"solver": "lbfgs", "max_iter": 20}, tuple(Task)),
    ("sgd", {"early_stopping": True, "average": True}, tuple(Task)),
    ("sgd", {"learning_rate": "adaptive", "eta0": 0.01, "max_iter": 1_000}, tuple(Task)),
    ("sgd", {"max_iter": 3}, tuple(Task)),
    ("sgd", {"loss": "hinge", "class_weight": "balanced"}, CLASSES_ONLY),
]
CASES = [(name, given, task) for name, given, tasks in SETTINGS for task in tasks]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Toys need not settle."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class Looks(list[int]):
    """Looks at everything, and asks to stop after so many rounds."""

    seconds = 0.0

    def __init__(self, X: np.ndarray, stop: int = 10**9) -> None:
        super().__init__()
        self.X, self.stop = X, stop

    def __call__(self, so_far: Any, done: int, most: int) -> bool:
        model = so_far()
        assert 0 < done <= most
        assert np.isfinite(model.predict(self.X)).all()
        self.append(done)
        return done < self.stop


def rows(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """A table of numbers that takes some rounds to learn."""
    if task is Task.CLASSIFICATION:
        X, y = make_classification(160, 6, n_informative=4, n_classes=3, flip_y=0.1, random_state=0)
    else:
        X, y = make_regression(160, 6, noise=20, random_state=0)
    return X, y


def estimator(name: str, task: Task, **given: Any) -> Any:
    """A model as its entry has it, with fewer rounds."""
    model = MODELS[name]
    given = model.defaults(task) | {SETTING.get(name, "n_estimators"): 30} | given
    return resolve(model.build[task])(**given, random_state=3)


def watched(plain: Any, way: str, X: np.ndarray, y: np.ndarray, look: Any, **arguments: Any) -> Any:
    made = clone(plain)
    resolve(way)(made, X, y, look, **arguments)
    return made


def said(model: Any, X: np.ndarray) -> np.ndarray:
    return np.asarray(getattr(model, "predict_proba", model.predict)(X))


def same(one: Any, other: Any, X: np.ndarray) -> None:
    """Assert that two fitted models are the same to the last bit, and have nothing that the other has not."""
    assert vars(one).keys() == vars(other).keys()
    assert one.get_params().keys() == other.get_params().keys()
    assert {name: value for name, value in one.get_params(deep=False).items() if not hasattr(value, "fit")} == {
        name: value for name, value in other.get_params(deep=False).items() if not hasattr(value, "fit")
    }
    np.testing.assert_array_equal(said(one, X), said(other, X))


@pytest.mark.parametrize(("name", "given", "task"), CASES)
def test_looked_at_or_not_it_is_the_same_model(name: str, given: dict[str, Any], task: Task) -> None:
    X, y = rows(task)
    weight = np.random.default_rng(0).uniform(0.5, 2, len(y))
    for arguments in ({}, {"sample_weight": weight}):
        plain, looks = estimator(name, task, **given), Looks(X)
        seen = watched(plain, MODELS[name].watched, X, y, looks, **arguments)
        same(plain.fit(X, y, **arguments), seen, X)
        assert looks == sorted(set(looks))
        assert bool(looks) == (given.get("solver") != "lbfgs" and not given.get("oob_score"))


@pytest.mark.parametrize("kind", [BaggingClassifier, BaggingRegressor])
def test_bagging_grows_to_what_it_is_at_once(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOMENT", 0.001)
    X, y = rows(Task.CLASSIFICATION if kind is BaggingClassifier else Task.REGRESSION)
    for given in ({}, {"max_features": 0.5, "bootstrap_features": True}, {"oob_score": True, "n_estimators": 30}):
        plain, looks = kind(random_state=0, **given), Looks(X)
        seen = watched(plain, "core.models.rounds:grown", X, y, looks)
        same(plain.fit(X, y), seen, X)
        np.testing.assert_array_equal(plain.estimators_samples_, seen.estimators_samples_)
        assert looks == ([] if "oob_score" in given else list(range(1, 11)))


def test_a_forest_grows_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOMENT", 0.005)
    fits: list[int] = []

    class Counted(RandomForestClassifier):  # type: ignore[misc]
        def fit(self, *given: Any, **arguments: Any) -> Any:
            fits.append(self.n_estimators)
            return super().fit(*given, **arguments)

    X, y = rows(Task.CLASSIFICATION)
    seen = watched(Counted(random_state=0), "core.models.rounds:grown", X, y, Looks(X))
    assert fits[0] == 1 and len(fits) > 3 and fits[-1] == 100
    np.testing.assert_array_equal(said(seen, X), said(RandomForestClassifier(random_state=0).fit(X, y), X))


@pytest.mark.parametrize(("name", "task"), WATCHED)
def test_stopped_it_is_what_so_many_rounds_make(name: str, task: Task) -> None:
    X, y = rows(task)
    stopped = watched(estimator(name, task), MODELS[name].watched, X, y, looks := Looks(X, stop=4))
    assert looks[-1] == 4
    four = estimator(name, task, **{SETTING.get(name, "n_estimators"): 4}).fit(X, y)
    np.testing.assert_array_equal(said(stopped, X), said(four, X))


@pytest.mark.parametrize("kind", [BaggingClassifier, BaggingRegressor])
def test_stopped_bagging_counts_the_members_it_has(kind: type) -> None:
    X, y = rows(Task.CLASSIFICATION if kind is BaggingClassifier else Task.REGRESSION)
    stopped = watched(kind(random_state=0), "core.models.rounds:grown", X, y, Looks(X, stop=4))
    same(kind(n_estimators=4, random_state=0).fit(X, y), stopped, X)


# ---- in a run ------------------------------------------------------------------------------------------------------


def done(name: str, data: str, settings: dict[str, Any] | None = None, seed: int = 0) -> Fitted:
    """One fit of a run."""
    table = load_table(data)
    roles, model = Roles(table.target), ModelSpec(name, "", settings or {})
    spec = RunSpec(data, "", roles, Split("holdout"), (model,), seed)
    return execute(setting(spec, table, make_problem(table, roles)), model, 0)


DATA = {Task.CLASSIFICATION: "moons:rows=300", Task.REGRESSION: "diabetes"}


@pytest.mark.parametrize(("name", "task"), WATCHED)
def test_points_are_those_of_networks_and_told_while_it_learns(name: str, task: Task) -> None:
    steps: list[Step] = []
    with listening(steps.append):
        outcome = done(name, DATA[task]).outcome
    curve = outcome.curve
    assert all(point.keys() == KEYS for point in curve)
    assert [point["step"] for point in curve] == sorted({point["step"] for point in curve})
    assert curve[0]["step"] == 1 and len(curve) >= 3
    assert all(0 < point["seconds"] < outcome.fit_seconds + 0.05 for point in curve)
    assert curve[-1]["train_score"] > curve[0]["train_score"] - 1e-9
    told = [step.point for step in steps if step.point]
    assert told[: len(curve) - 1] == list(curve[:-1])
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
    assert steps[0].message.startswith("round 1 of ")
    score = {"accuracy", "r2"} & outcome.scores.keys()
    assert curve[-1]["valid_score"] == pytest.approx(outcome.scores[score.pop()])  # all rows held out are looked at


@pytest.mark.parametrize(("name", "task"), WATCHED)
def test_a_stopped_fit_is_kept_with_its_mark(name: str, task: Task) -> None:
    steps: list[Step] = []
    with listening(steps.append, lambda: len(steps) < 3):
        fitted = done(name, DATA[task])
    assert len(steps) == 3
    assert fitted.outcome.marks[-1] == STOPPED_EARLY
    assert "stopped early after round" in fitted.outcome.notes[-1]
    assert np.isfinite(list(fitted.outcome.curve[-1].values())).all()


def test_asked_to_stop_after_the_last_round_it_is_whole() -> None:
    steps: list[Step] = []
    with listening(steps.append, lambda: len(steps) < 9):
        outcome = done("gradient_boosting", DATA[Task.REGRESSION], {"n_estimators": 9}).outcome
    assert not outcome.marks


def test_descent_that_settles_is_not_told_to_take_more_steps() -> None:
    assert NOT_CONVERGED not in done("sgd", "iris").outcome.marks
    assert NOT_CONVERGED in done("sgd", "iris", {"max_iter": 2}).outcome.marks


def test_what_looking_takes_is_not_in_the_time_of_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    look = watching.Watch._said

    def slow(*given: Any) -> Predictions:
        time.sleep(0.2)
        return look(*given)

    monkeypatch.setattr(watching.Watch, "_said", slow)
    began = time.perf_counter()
    outcome = done("gradient_boosting", DATA[Task.REGRESSION], {"n_estimators": 4}).outcome
    assert time.perf_counter() - began > 0.6 > 0.2 > outcome.fit_seconds


@pytest.mark.parametrize("weighted", [False, True])
def test_losses_and_scores_are_computed_as_those_of_networks(weighted: bool) -> None:
    draw, count = np.random.default_rng(0), 40
    outputs, codes = draw.normal(size=(count, 3)), draw.integers(0, 3, count)
    weights = draw.uniform(size=count) if weighted else None
    chances = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    told = Predictions(np.arange(count), codes, chances.argmax(axis=1), chances, weights=weights)
    losses = functional.cross_entropy(torch.from_numpy(outputs), torch.from_numpy(codes), reduction="none")
    expected = {"score": CLASSES.score(torch.from_numpy(outputs), torch.from_numpy(codes))}
    assert watching._of_classes(told) == pytest.approx(expected | {"loss": np.average(losses, weights=weights)})
    numbers = draw.normal(50, 20, count)
    scaled = (numbers - numbers.mean()) / numbers.std()
    told = Predictions(np.arange(count), numbers, 50 + outputs[:, 0], weights=weights)
    standard = (told.predicted - numbers.mean())[:, None] / numbers.std()
    losses = functional.mse_loss(torch.from_numpy(standard[:, 0]), torch.from_numpy(scaled), reduction="none")
    expected = {"score": NUMBERS.score(torch.from_numpy(standard), torch.from_numpy(scaled))}
    found = watching._of_numbers(told, watching._variance(numbers))
    assert found == pytest.approx(expected | {"loss": np.average(losses, weights=weights)})
