"""Settings are checked before anything is trained: what does not fit is said in words, with near misses."""

from __future__ import annotations

from typing import Any

import pytest

from core.catalogue import UnknownName
from core.models import build, check_settings
from core.records import ModelSpec, Problem, Task


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("random_forest", {"n_estimators": 7, "max_depth": None, "max_features": 0.3, "min_impurity_decrease": 0.1}),
        ("svm_rbf", {"gamma": 0.5, "C": 3}),
        ("k_neighbors", {"metric": "manhattan", "n_jobs": 1}),
        ("sklearn_mlp", {"hidden_layer_sizes": [8, 4]}),
        ("feed_forward", {"hidden_layer_sizes": (256, 256), "random_state": 3}),
        ("logistic_regression", {"class_weight": {0: 1, 1: 5}}),
    ],
)
def test_settings_that_fit(name: str, settings: dict[str, Any]) -> None:
    check_settings(name, Task.CLASSIFICATION, settings)


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("random_forest", {"n_estimators": 0}, "Random forest: n_estimators=0 .* a whole number from 1 to 5,000"),
        ("random_forest", {"n_estimators": 10.5}, "n_estimators=10.5 .* a whole number"),
        ("random_forest", {"n_estimators": None}, "n_estimators=None .* a whole number"),
        ("random_forest", {"max_depth": "deep"}, "max_depth='deep' .* or None"),
        ("random_forest", {"max_features": "sqr"}, "max_features='sqr' .* one of 'sqrt', 'log2'"),
        ("random_forest", {"bootstrap": 1}, "bootstrap=1 .* True or False"),
        ("random_forest", {"min_impurity_decrease": -1.0}, "Random forest: .*min_impurity_decrease"),
        ("svm_rbf", {"C": 0}, "C=0 .* a number from 1e-06"),
        ("svm_rbf", {"C": float("nan")}, "C=nan .* a number"),
        ("feed_forward", {"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes=.* whole numbers from 1 to 4,096"),
        ("feed_forward", {"activation": "rellu"}, "activation='rellu' .* one of 'relu'"),
    ],
)
def test_settings_that_do_not_fit(name: str, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_settings(name, Task.CLASSIFICATION, settings)


def test_unknown_names_bring_near_misses() -> None:
    with pytest.raises(UnknownName, match=r"No model is called 'random_forrest'\. Did you mean 'random_forest'"):
        check_settings("random_forrest", Task.CLASSIFICATION, {})
    with pytest.raises(UnknownName, match=r"No setting of Random forest is called 'n_estimator'\. Did you mean 'n_est"):
        check_settings("random_forest", Task.CLASSIFICATION, {"n_estimator": 3})
    problem = Problem(Task.CLASSIFICATION, "target", None, ("no", "yes"), (), (), {}, 50)
    with pytest.raises(UnknownName, match="Did you mean 'max_depth'"):
        build(ModelSpec("decision_tree", "", {"max_dept": 3}), problem, 0)
