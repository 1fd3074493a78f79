"""The linear and the residual network: scikit-learn's examination, oracles, quality."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, make_moons
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.networks import (
    LinearNetworkClassifier,
    LinearNetworkRegressor,
    ResidualNetworkClassifier,
    ResidualNetworkRegressor,
    load,
    save,
)
from core.preparation.transformers import CommonScale
from tests.core.examined import examine
from tests.core.test_networks import MINIBATCHES

WEIGHTED = {
    "check_sample_weight_equivalence_on_dense_data": MINIBATCHES,
    "check_sample_weights_invariance": MINIBATCHES,
}
RESCALED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "weights are brought to 1 on average, so a row that stands twice makes the penalty weigh less"
    )
}


@parametrize_with_checks(
    [
        LinearNetworkClassifier(random_state=0),
        LinearNetworkRegressor(random_state=0),
        ResidualNetworkClassifier(8, n_blocks=1, max_epochs=20, learning_rate=0.01, random_state=0),
        ResidualNetworkRegressor(8, n_blocks=1, max_epochs=20, learning_rate=0.01, random_state=0),
    ],
    expected_failed_checks=lambda each: WEIGHTED if "Residual" in type(each).__name__ else RESCALED,
)
def test_scikit_learns_examination(estimator, check):
    examine(estimator, check)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("load_table", [load_breast_cancer, load_iris])
def test_the_linear_classifier_is_a_logistic_regression(load_table, alpha):
    X, y = load_table(return_X_y=True)
    oracle = make_pipeline(StandardScaler(), LogisticRegression(C=1 / alpha, tol=1e-10, max_iter=10_000)).fit(X, y)
    network = LinearNetworkClassifier(alpha=alpha).fit(X, y)
    np.testing.assert_allclose(network.predict_proba(X), oracle.predict_proba(X), atol=1e-5)
    assert network.n_iter_ < network.max_epochs, "it should notice that it is done"


@pytest.mark.parametrize("alpha", [0.0, 1.0, 100.0])
def test_the_linear_regressor_is_a_ridge_regression(alpha):
    X, y = load_diabetes(return_X_y=True, scaled=False)
    oracle = make_pipeline(StandardScaler(), Ridge(alpha)).fit(X, y)
    np.testing.assert_allclose(LinearNetworkRegressor(alpha=alpha).fit(X, y).predict(X), oracle.predict(X), rtol=1e-4)


def test_balanced_classes_as_in_logistic_regression():
    X, y = load_breast_cancer(return_X_y=True)
    rare = np.flatnonzero((y == 1) | (np.arange(len(y)) % 3 == 0))
    X, y = X[rare], y[rare]
    oracle = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=10_000))
    network = LinearNetworkClassifier(class_weight="balanced").fit(X, y)
    np.testing.assert_allclose(network.predict_proba(X), oracle.fit(X, y).predict_proba(X), atol=1e-5)


def test_the_residual_network_learns_what_is_not_linear():
    X, y = make_moons(400, noise=0.2, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    residual = ResidualNetworkClassifier(32, n_blocks=2, max_epochs=60, random_state=0)
    assert cross_val_score(residual, X, y, cv=folds).mean() >= 0.95
    draw = np.random.default_rng(0)
    X = draw.normal(size=(600, 5))
    target = 1_000 + X[:, 0] * X[:, 1] + X[:, 2]
    fitted = ResidualNetworkRegressor(32, n_blocks=2, max_epochs=100, random_state=0).fit(X[:500], target[:500])
    assert fitted.score(X[500:], target[500:]) >= 0.9


def test_a_common_scale_is_that_of_the_preparation():
    X, y = load_digits(return_X_y=True)
    oracle = make_pipeline(CommonScale(), LogisticRegression(C=0.01, tol=1e-10, max_iter=10_000)).fit(X, y)
    network = LinearNetworkClassifier(alpha=100.0, common_scale=True).fit(X, y)
    np.testing.assert_allclose(network.predict_proba(X), oracle.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("kind", [ResidualNetworkClassifier, LinearNetworkClassifier])
def test_a_file_gives_the_same_network_back(kind, tmp_path):
    X, y = load_iris(return_X_y=True)
    network = kind(max_epochs=5, random_state=0).fit(X, y)
    save(network, tmp_path / "network")
    again = load(tmp_path / "network")
    assert type(again) is kind and again.get_params() == network.get_params()
    np.testing.assert_allclose(again.predict_proba(X), network.predict_proba(X), atol=1e-6)


def test_a_batch_of_one_row_is_no_trouble_for_batch_norm():
    X, y = load_iris(return_X_y=True)
    settings = {"max_epochs": 2, "early_stopping": False, "random_state": 0}
    one_by_one = ResidualNetworkClassifier(8, batch_size=1, **settings).fit(X[:20], y[:20] % 2)
    assert np.isfinite(one_by_one.predict_proba(X)).all()
    only_one = ResidualNetworkRegressor(8, **settings).fit(X[:1], [3.0])
    assert np.isfinite(only_one.predict(X)).all() and only_one.predict(X[:1]) == pytest.approx(3.0, abs=0.01)
