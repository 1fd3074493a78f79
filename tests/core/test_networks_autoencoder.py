"""The autoencoder: scikit-learn's examination, what it keeps, and which rows it finds odd."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.networks import Autoencoder, load, save
from tests.core.examined import examine

SHORT = {"max_epochs": 20, "random_state": 0}


@parametrize_with_checks([Autoencoder(hidden_layer_sizes=(8,), max_epochs=10, random_state=0)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_examination(estimator, check):
    examine(estimator, check)


def ring(rows: int = 500) -> np.ndarray:
    """A circle in three dimensions, bent out of its plane."""
    draw = np.random.default_rng(0)
    angle = draw.uniform(0, 2 * np.pi, rows)
    flat = np.column_stack([np.cos(angle), np.sin(angle), np.cos(2 * angle)])
    return flat + 0.02 * draw.normal(size=(rows, 3))


def test_it_keeps_more_of_what_is_bent_than_pca():
    X = ring()
    network = Autoencoder(2, max_epochs=200, random_state=0).fit(X)
    straight = PCA(2).fit(StandardScaler().fit_transform(X)).explained_variance_ratio_.sum()
    assert network.kept_ > straight + 0.1 and network.kept_ > 0.9
    assert network.transform(X).shape == (len(X), 2)


def test_rows_that_do_not_fit_are_odd():
    X = ring()
    odd = np.random.default_rng(1).uniform(-1, 1, size=(50, 3))
    network = Autoencoder(1, contamination=0.1, max_epochs=200, random_state=0).fit(X)
    score = np.concatenate([network.score_samples(X), network.score_samples(odd)])
    assert roc_auc_score(np.repeat([1, 0], [len(X), len(odd)]), score) > 0.8
    assert np.mean(network.predict(X) == -1) == pytest.approx(0.1, abs=0.01)


def test_a_file_gives_the_same_network_back(tmp_path):
    X = load_digits().data[:200]
    network = Autoencoder(**SHORT).fit(X)
    save(network, tmp_path / "network")
    again = load(tmp_path / "network")
    np.testing.assert_allclose(again.transform(X), network.transform(X), atol=1e-6)
    np.testing.assert_array_equal(again.predict(X), network.predict(X))


def test_columns_that_are_the_same_everywhere_and_few_rows():
    constant = Autoencoder(**SHORT).fit(np.ones((30, 3)))
    assert np.isfinite(constant.transform(np.ones((2, 3)))).all()
    one = Autoencoder(**SHORT).fit(np.array([[1.0, 2.0]]))
    assert np.isfinite(one.score_samples([[1.0, 2.0]])).all()
    with pytest.raises(ValueError, match="n_components=0 does not fit"):
        Autoencoder(0).fit(ring())
