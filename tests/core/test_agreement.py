"""Every model and every metric against plain scikit-learn: the same folds, the same numbers.

scikit-learn's classes come from the catalogue, what they are told and stand behind is written out here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from core.catalogue import resolve
from core.data import load_table, make_problem, samples
from core.metrics import Metric, metrics_of
from core.models import MODELS
from core.records import ModelSpec, Problem, Roles, Split, Task
from core.results import ModelResult
from core.run import compare
from tests.core.oracles import defined, said

SCALED = {
    "logistic_regression", "ridge", "lasso", "elastic_net", "k_neighbors", "svm_linear", "svm_rbf", "gaussian_process",
    "sklearn_mlp", "sgd",
}  # fmt: skip
TOLD: dict[tuple[str, str], dict[str, Any]] = {
    ("baseline", Task.CLASSIFICATION): {"strategy": "most_frequent"},
    ("logistic_regression", Task.CLASSIFICATION): {"max_iter": 1_000},
    ("sgd", Task.CLASSIFICATION): {"loss": "log_loss"},
    ("gaussian_process", Task.REGRESSION): {"alpha": 0.1, "normalize_y": True},
}
# Fewer trees and steps than by default, because agreement does not depend on how many there are.
FEWER = {
    "random_forest": {"n_estimators": 10},
    "extra_trees": {"n_estimators": 10},
    "ada_boost": {"n_estimators": 10},
    "gradient_boosting": {"n_estimators": 10},
    "hist_gradient_boosting": {"max_iter": 10},
    "sklearn_mlp": {"max_iter": 10},
}
FOLDS = 3
# What these say is judged by every metric; of all others by those that differ most in what they need.
BY_ALL = {"logistic_regression", "svm_linear", "ridge", "baseline"}
BY_FEW = {
    "accuracy",
    "matthews",
    "f1",
    "f1_macro",
    "roc_auc",
    "log_loss",
    "brier",
    "rmse",
    "r2",
    "mape",
    "d2_pinball_90",
}
TABLES = {"wine": Task.CLASSIFICATION, "breast_cancer": Task.CLASSIFICATION, "diabetes": Task.REGRESSION}
# Of the two tables of classes one is for all models, the other one mostly for the metrics of two classes.
CASES = [
    pytest.param(data, name, marks=[pytest.mark.slow] if data == "breast_cancer" and name not in BY_ALL else [])
    for data, task in TABLES.items()
    for name, entry in MODELS.items()
    if entry.build.get(task, "").startswith("sklearn.")
]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Ten steps are too few to settle, and some models say so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def plain(name: str, task: Task) -> Any:
    """What a person would write with scikit-learn alone."""
    kind = resolve(MODELS[name].build[task])
    given = TOLD.get((name, task), {}) | FEWER.get(name, {})
    seeded = {"random_state": 0} if "random_state" in kind().get_params() else {}
    model: BaseEstimator = kind(**given, **seeded)
    return make_pipeline(StandardScaler(), model) if name in SCALED else model


def judged_by(problem: Problem, model: Any, every: bool) -> tuple[list[str], Any]:
    """Metrics that the model can be judged by, and scikit-learn's scorer of all of them."""
    positive = problem.classes.index(problem.positive) if problem.positive is not None else None
    probable = hasattr(model, "predict_proba")
    metrics = [
        metric
        for metric in metrics_of(problem)
        if defined(metric, len(problem.classes), positive=positive is not None, probable=probable)
        if (probable or metric.needs != "probabilities") and (every or metric.name in BY_FEW)
    ]

    def judge(estimator: Any, X: Any, y: np.ndarray) -> dict[str, float]:
        response = "predict_proba" if probable else "decision_function"
        given = getattr(estimator, response)(X) if problem.classes else None
        named = estimator.predict(X)
        return {metric.name: _or_nothing(metric, y, named, given, positive) for metric in metrics}

    return [metric.name for metric in metrics], judge


def _or_nothing(metric: Metric, *args: Any) -> float:
    try:
        return said(metric, *args)
    except ValueError:  # negative numbers, where there must be none
        return np.nan


def agree(result: ModelResult, expected: dict[str, np.ndarray], names: Iterable[str]) -> None:
    for name in names:
        for part in ("test", "train"):
            ours = [np.nan if value is None else value for value in result.values(name, train=part == "train")]
            np.testing.assert_allclose(
                ours, expected[f"{part}_{name}"], rtol=1e-8, atol=1e-9, err_msg=f"{name}, {part}"
            )


@pytest.mark.parametrize(("data", "name"), CASES)
def test_the_numbers_are_those_of_cross_validate(data: str, name: str) -> None:
    table = load_table(data)
    problem = make_problem(table, Roles(table.target))
    rows, model = samples(table, problem), plain(name, problem.task)
    kind = StratifiedKFold if problem.classes else KFold
    split = Split("stratified" if problem.classes else "kfold", FOLDS)
    result = compare(table, models=[ModelSpec(name, settings=FEWER.get(name, {}))], split=split).model(name)
    X, cv = rows.X.to_numpy(), kind(FOLDS, shuffle=True, random_state=0)
    names, judge = judged_by(problem, model, name in BY_ALL)
    if not result.done:  # quadratic discriminant, where columns repeat each other: then scikit-learn says the same
        with pytest.raises(Exception, match=result.reason.rpartition(": ")[2][:40]):
            model.fit(X, rows.y)
        return
    agree(result, cross_validate(model, X, rows.y, cv=cv, scoring=judge, return_train_score=True), names)


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    """Numbers with gaps, categories with gaps, a rare category."""
    draw = np.random.default_rng(0)
    rows = 400
    frame = pd.DataFrame(
        {
            "size": draw.normal(size=rows),
            "price": draw.exponential(100, rows),
            "city": draw.choice(["Bath", "Cork", "Derby", "rare"], rows, p=[0.5, 0.3, 0.19, 0.01]),
            "shape": draw.choice(["round", "square", "flat"], rows),
        }
    )
    truth = frame["size"] + (frame["city"] == "Bath") - (frame["shape"] == "flat") + draw.normal(size=rows)
    frame["sold"] = np.where(truth > 0.5, "yes", "no")
    for name, share in (("size", 0.1), ("price", 0.05), ("city", 0.1)):
        frame.loc[draw.random(rows) < share, name] = np.nan
    return frame


def _linear() -> Any:
    encode = OneHotEncoder(min_frequency=2, handle_unknown="infrequent_if_exist", sparse_output=False)
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return make_pipeline(
        make_column_transformer((encode, ["city", "shape"]), (numbers, ["size", "price"])),
        LogisticRegression(max_iter=1_000),
    )


def _boosted() -> Any:
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return make_pipeline(
        make_column_transformer((codes, ["city", "shape"]), ("passthrough", ["size", "price"])),
        HistGradientBoostingClassifier(categorical_features=[0, 1], random_state=0),
    )


@pytest.mark.parametrize(("name", "built"), [("logistic_regression", _linear), ("hist_gradient_boosting", _boosted)])
def test_gaps_and_categories_are_prepared_as_one_would_by_hand(name: str, built: Any, mixed: pd.DataFrame) -> None:
    result = compare(mixed, "sold", models=[name])
    names, judge = judged_by(result.problem, built(), name in BY_ALL)
    expected = cross_validate(
        built(),
        mixed.drop(columns="sold").fillna({"city": "(missing)"}),
        (mixed["sold"] == "yes").astype(int).to_numpy(),
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        scoring=judge,
        return_train_score=True,
    )
    agree(result.model(name), expected, names)
