"""Fitted networks that are put away and taken out again: pickle, skops, and files of their own without pickle."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import skops.io
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from core.networks import FeedForwardClassifier, FeedForwardRegressor, load, save
from core.networks.files import KEY
from core.progress import listening

SETTINGS = {"hidden_layer_sizes": (16, 8), "max_epochs": 5, "random_state": 0, "device": "cpu"}


@pytest.fixture
def classifier():
    X, y = load_iris(return_X_y=True, as_frame=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    return FeedForwardClassifier(class_weight={"setosa": 2.0, "virginica": 1.0}, **SETTINGS).fit(X, names), X


@pytest.fixture
def regressor():
    X, y = load_diabetes(return_X_y=True)
    return FeedForwardRegressor(**SETTINGS).fit(X, y), X


@pytest.fixture(params=["classifier", "regressor"])
def fitted(request):
    return request.getfixturevalue(request.param)


def outputs(network, X):
    return network.predict_proba(X) if hasattr(network, "predict_proba") else network.predict(X)


def test_pickle_gives_the_same_predictions_and_holds_nothing_of_torch(fitted):
    network, X = fitted
    stored = pickle.dumps(network)
    assert b"torch" not in stored
    np.testing.assert_array_equal(outputs(pickle.loads(stored), X), outputs(network, X))


def test_skops_stores_a_pipeline(fitted):
    network, X = fitted
    pipeline = make_pipeline(MinMaxScaler(), type(network)(**SETTINGS)).fit(X, network.predict(X))
    stored = skops.io.dumps(pipeline)
    unknown = skops.io.get_untrusted_types(data=stored)
    assert unknown == [f"core.networks.estimators.{type(network).__name__}"]
    again = skops.io.loads(stored, trusted=unknown)
    np.testing.assert_array_equal(outputs(again, X), outputs(pipeline, X))
    assert again[-1].curve_ == pipeline[-1].curve_


def test_a_file_gives_the_same_network_back(fitted, tmp_path):
    network, X = fitted
    save(network, tmp_path / "network.safetensors")
    again = load(tmp_path / "network.safetensors")
    np.testing.assert_allclose(outputs(again, X), outputs(network, X), atol=1e-12)
    assert again.get_params() == network.get_params()
    assert (again.curve_, again.notes_, again.n_iter_) == (network.curve_, network.notes_, network.n_iter_)
    assert sorted(vars(again)) == sorted(vars(network))


def test_why_a_training_ended_survives(tmp_path):
    X, y = load_diabetes(return_X_y=True)
    asked = iter([True] * 9 + [False])
    with listening(lambda step: None, lambda: next(asked)):
        network = FeedForwardRegressor(**SETTINGS).fit(X, y)
    assert network.marks_ == ["stopped early"]
    save(network, tmp_path / "network")
    stored = skops.io.dumps(network)
    again = skops.io.loads(stored, trusted=skops.io.get_untrusted_types(data=stored))
    for other in (load(tmp_path / "network"), again, pickle.loads(pickle.dumps(network))):
        assert (other.marks_, other.notes_) == (network.marks_, network.notes_)


def test_files_from_before_there_were_marks_are_read(regressor, tmp_path):
    path = tmp_path / "network"
    save(regressor[0], path)
    tensors = load_file(path)
    with safe_open(path, framework="numpy") as file:
        about = json.loads(file.metadata()[KEY])
    del about["fitted"]["marks_"], about["fitted"]["earlier_seconds_"]
    save_file(tensors, path, metadata={KEY: json.dumps(about)})
    assert load(path).marks_ == []
    assert load(path).earlier_seconds_ == 0


def test_class_and_column_names_survive(classifier, tmp_path):
    network, X = classifier
    save(network, tmp_path / "network.safetensors")
    again = load(tmp_path / "network.safetensors")
    assert again.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert again.predict(X).tolist() == network.predict(X).tolist()
    with pytest.raises(ValueError, match="feature names"):
        again.predict(X[X.columns[::-1]])


@pytest.mark.parametrize("classes", [[False, True], [3, 7], [1.0, 2.0], ["a", "b"], pd.Series(["a", "b"], dtype="str")])
def test_classes_of_any_kind_survive(classes, tmp_path):
    network = FeedForwardClassifier(max_epochs=1, random_state=np.random.RandomState(0)).fit([[0.0], [1.0]], classes)
    save(network, tmp_path / "network")
    again = load(tmp_path / "network")
    assert again.classes_.tolist() == list(classes)
    assert again.classes_.dtype == network.classes_.dtype
    assert again.random_state is None, "a generator cannot be written down"


def test_what_is_no_network_is_refused(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"PK, or anything else")
    with pytest.raises(ValueError, match="is not a network that was saved here"):
        load(other)
    save_file({"weight": np.zeros(3)}, other)
    with pytest.raises(ValueError, match="is not a network that was saved here"):
        load(other)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 99}, "has format 99"),
        ({"kind": "FeedForwardRegresor"}, "Did you mean 'FeedForwardRegressor'"),
        ({"settings": {"hidden_layer_sizes": [4, 4]}}, "does not fit together: the weights have the shapes"),
        ({"settings": {"activation": "rellu"}}, "Did you mean 'relu'"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(regressor, tmp_path, change, sentence):
    path = tmp_path / "network"
    save(regressor[0], path)
    tensors = load_file(path)
    with safe_open(path, framework="numpy") as file:
        about = json.loads(file.metadata()[KEY])
    for name, value in change.items():
        about[name] = about[name] | value if isinstance(value, dict) else value
    save_file(tensors, path, metadata={KEY: json.dumps(about)})
    with pytest.raises(ValueError, match=sentence):
        load(path)


def test_the_choices_are_listed_without_torch():
    code = "import sys, core.networks.choices; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_fitted_network_holds_only_plain_things(fitted):
    network, _ = fitted
    assert not any(isinstance(value, torch.Tensor) for value in vars(network).values())
    assert all(type(part) is np.ndarray for part in (*network.coefs_, *network.intercepts_, network.mean_))
    assert network.coefs_[0].shape == (network.n_features_in_, 16)
