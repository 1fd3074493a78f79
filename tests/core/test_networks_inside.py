"""Networks inside scikit-learn's own tools, and the ensembles that are made of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import skops.io
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.datasets import load_diabetes, make_blobs, make_regression
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_predict, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.catalogue import UnknownName
from core.data import load_table, make_problem
from core.models import MODELS, TRUSTED, check_settings, made
from core.models.weights import Unweighted
from core.networks import FeedForwardClassifier, FeedForwardRegressor
from core.progress import Step, listening
from core.records import STOPPED_EARLY, ModelSpec, Roles, RunSpec, Split, Task
from core.run import Fitted, execute, setting
from core.run.members import notes

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_epochs": 15, "learning_rate": 0.02, "random_state": 0}
both = pytest.mark.parametrize("task", Task)
NETWORKS = {Task.CLASSIFICATION: FeedForwardClassifier, Task.REGRESSION: FeedForwardRegressor}


def network(task: Task, **given: Any) -> Any:
    return NETWORKS[task](**SMALL | given)


def rows(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """A table whose first column decides nearly everything, and whose last one nothing."""
    if task is Task.CLASSIFICATION:
        X, y = make_blobs(120, centers=[[-2.0, 0.0], [2.0, 0.5]], random_state=0)
        y = np.array(["no", "yes"])[y]
    else:
        X, y = make_regression(120, 2, coef=False, random_state=0)
        y = 50 + 10 * X[:, 0] + X[:, 1]
    return np.column_stack([X, np.random.default_rng(0).normal(size=120)]), y


@both
def test_in_a_pipeline_and_cross_validated(task: Task) -> None:
    X, y = rows(task)
    found = cross_validate(make_pipeline(StandardScaler(), network(task)), X, y, cv=3, return_estimator=True)
    assert found["test_score"].min() > 0.8
    assert all(each[-1].n_features_in_ == 3 for each in found["estimator"])


@both
def test_cloned_and_cross_predicted_it_repeats_itself(task: Task) -> None:
    X, y = rows(task)
    one = network(task)
    first, again = (cross_val_predict(each, X, y, cv=3) for each in (one, clone(one)))
    np.testing.assert_array_equal(first, again)
    assert not hasattr(one, "coefs_")


@both
def test_searched_for_settings(task: Task) -> None:
    X, y = rows(task)
    pipeline = make_pipeline(StandardScaler(), network(task))
    step = pipeline.steps[-1][0]
    grid = GridSearchCV(pipeline, {f"{step}__learning_rate": [1e-6, 0.02]}, cv=2).fit(X, y)
    assert grid.best_params_ == {f"{step}__learning_rate": 0.02}
    spread = {f"{step}__learning_rate": loguniform(1e-3, 1e-1), f"{step}__hidden_layer_sizes": [(4,), (8, 8)]}
    drawn = RandomizedSearchCV(pipeline, spread, n_iter=2, cv=2, random_state=0).fit(X, y)
    assert drawn.best_score_ == max(drawn.cv_results_["mean_test_score"]) > 0
    np.testing.assert_array_equal(drawn.predict(X), drawn.best_estimator_.predict(X))


@both
def test_inspected(task: Task) -> None:
    X, y = rows(task)
    fitted = network(task).fit(X, y)
    importance = permutation_importance(fitted, X, y, n_repeats=3, random_state=0).importances_mean
    assert importance.argmax() == 0 and importance[0] > 0.1 > abs(importance[2])
    average = partial_dependence(fitted, X, [0], grid_resolution=5)["average"][0]
    assert average[-1] > average[0] + (0.5 if task is Task.CLASSIFICATION else 5)


def others(task: Task) -> list[tuple[str, Any]]:
    linear = LogisticRegression() if task is Task.CLASSIFICATION else Ridge()
    return [("network", network(task)), ("linear", make_pipeline(StandardScaler(), linear))]


ENSEMBLES = [
    (Task.CLASSIFICATION, lambda: BaggingClassifier(network(Task.CLASSIFICATION), 3, random_state=0)),
    (Task.REGRESSION, lambda: BaggingRegressor(network(Task.REGRESSION), 3, random_state=0)),
    (Task.CLASSIFICATION, lambda: VotingClassifier(others(Task.CLASSIFICATION), voting="soft")),
    (Task.REGRESSION, lambda: VotingRegressor(others(Task.REGRESSION))),
    (Task.CLASSIFICATION, lambda: StackingClassifier(others(Task.CLASSIFICATION), cv=3)),
    (Task.REGRESSION, lambda: StackingRegressor(others(Task.REGRESSION), cv=3)),
]


@pytest.mark.parametrize(("task", "make"), ENSEMBLES)
def test_inside_scikit_learn_s_ensembles(task: Task, make: Any) -> None:
    X, y = rows(task)
    fitted = make().fit(X, y)
    assert fitted.score(X, y) > 0.8
    stored = skops.io.loads(skops.io.dumps(fitted), trusted=TRUSTED)
    np.testing.assert_array_equal(stored.predict(X), fitted.predict(X))


# ---- entries -------------------------------------------------------------------------------------------------------

ENTRIES = [(model.name, task) for model in MODELS.values() if model.members for task in model.build]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Members of a toy need not settle."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def members_of(name: str, task: Task, names: str, **told: Any) -> list[Any]:
    """The members of an ensemble, unfitted."""
    model = MODELS[name]
    ensemble = made(model, task, told, {model.members: names})
    return [ensemble.estimator] if hasattr(ensemble, "estimator") else [each for _, each in ensemble.estimators]


@pytest.mark.parametrize(("name", "task"), ENTRIES)
def test_any_model_with_what_it_needs_can_be_a_member(name: str, task: Task) -> None:
    averages = (name, task) == ("voting", Task.CLASSIFICATION)
    for model in MODELS.values():
        if task not in model.build or (averages and model.gives != "probabilities"):
            continue
        (member,) = members_of(name, task, model.name, random_state=5, common_scale=True, class_weight="balanced")
        member = member[-1] if isinstance(member, Unweighted) else member
        settings = member.get_params()
        assert {key: value for key, value in settings.items() if key in model.defaults(task)} == model.defaults(task)
        assert settings.get("random_state", 5) == 5 and settings.get("common_scale", True)
        assert MODELS[name].needs.scaled  # for those members that need it
        if not model.members and model.weighs_classes and task is Task.CLASSIFICATION:
            assert member.class_weight == "balanced"


def test_the_same_model_twice_learns_from_two_seeds() -> None:
    first, second = members_of("voting", Task.REGRESSION, "feed_forward, feed_forward", random_state=5)
    assert (first.random_state, second.random_state) == (5, 6)


@pytest.mark.parametrize(
    ("name", "task", "members", "reason"),
    [
        ("voting", Task.REGRESSION, "ridge, laso", "No model is called 'laso'. Did you mean 'lasso'"),
        ("stacking", Task.CLASSIFICATION, "lasso", "Lasso predicts numbers only"),
        ("bagging", Task.CLASSIFICATION, " , ", "at least one member"),
        ("voting", Task.CLASSIFICATION, "ridge", "Ridge gives no probabilities"),
        ("bagging", Task.CLASSIFICATION, "lda, qda", "copies one model; 2 were named"),
    ],
)
def test_members_that_cannot_be_are_refused_in_words(name: str, task: Task, members: str, reason: str) -> None:
    with pytest.raises((ValueError, UnknownName), match=reason):
        check_settings(name, task, {MODELS[name].members: members})
        made(MODELS[name], task, {}, {MODELS[name].members: members})


def done(name: str, data: str, **settings: Any) -> Fitted:
    """One fit of a run."""
    table = load_table(data)
    roles, model = Roles(table.target), ModelSpec(name, "", settings)
    spec = RunSpec(data, "", roles, Split("holdout"), (model,))
    return execute(setting(spec, table, make_problem(table, roles)), model, 0)


DATA = {Task.CLASSIFICATION: "moons:rows=100", Task.REGRESSION: "diabetes"}
FEW = {"bagging": {"n_estimators": 3}, "voting": {}, "stacking": {"cv": 2}}


@pytest.mark.parametrize(("name", "task"), ENTRIES)
def test_a_run_of_it_hears_the_members_and_not_their_curves(name: str, task: Task) -> None:
    steps: list[Step] = []
    with listening(steps.append):
        fitted = done(name, DATA[task], **FEW[name])
    assert any("epoch" in step.message for step in steps)
    curve = [step.point for step in steps if step.point]
    assert [point["step"] for point in curve[:2]] == ([1, 2] if name == "bagging" else [])
    assert [point["step"] for point in fitted.outcome.curve[-1:]] == ([3] if name == "bagging" else [])


def test_members_notes_are_passed_on_with_their_names_and_those_of_copies_once() -> None:
    bagged = done("bagging", DATA[Task.CLASSIFICATION], max_samples=0.05)
    said = [note for each in bagged.pipeline[-1].estimators_ for note in each.notes_]
    assert len(said) > len(set(said)) > 0 and bagged.outcome.notes == tuple(dict.fromkeys(said))
    X, y = load_diabetes(return_X_y=True)
    names = {"members": "feed_forward, ridge, feed_forward"}
    vote = made(MODELS["voting"], Task.REGRESSION, {}, names).fit(X[:8], y[:8])
    assert (
        list(notes(vote))
        == [f"{MODELS['feed_forward'].title}: {note}" for each in vote.estimators_[::2] for note in each.notes_]
        != []
    )


def test_stopped_bagging_keeps_whole_members() -> None:
    steps: list[Step] = []
    with listening(steps.append, lambda: not any(step.message.startswith("round 2") for step in steps)):
        fitted = done("bagging", DATA[Task.CLASSIFICATION], n_estimators=4)
    assert fitted.outcome.marks == (STOPPED_EARLY,)
    ensemble = fitted.pipeline[-1]
    assert len(ensemble.estimators_) == ensemble.n_estimators == 2
    assert all(each.marks_ == [] for each in ensemble.estimators_)
    chances = fitted.predictions.probabilities
    assert chances is not None
    np.testing.assert_allclose(chances.sum(axis=1), 1)
