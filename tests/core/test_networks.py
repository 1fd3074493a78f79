"""The feed-forward estimators: scikit-learn's own examination, oracles, quality, and stopping."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, make_moons
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.utils import check_random_state
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.networks import FeedForwardClassifier, FeedForwardRegressor
from core.networks.batches import batch_sizes
from core.networks.choices import ACTIVATIONS, OPTIMISERS
from core.networks.inputs import column_scales, validation_rows
from core.progress import Step, listening
from tests.core.examined import examine

MINIBATCHES = (
    "a row that stands twice and a row of weight 2 fall into batches differently, so the paths of the weights differ "
    "(scikit-learn's own minibatch estimators expect the same failure)"
)


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks are quickest on one thread, and so is whatever runs beside them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def numbers(rows: int = 300, columns: int = 4, seed: int = 0):
    """Inputs of very different sizes, a smooth target and two classes that need both of the first columns."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, columns))
    target = X[:, 0] - 2 * X[:, 1] + 0.1 * random.normal(size=rows)
    return X * [1, 100, 0.01, 1][:columns] + [0, 1000, 0, 5][:columns], target, np.where(target > 0, "yes", "no")


@parametrize_with_checks(
    [
        kind((32, 16), max_epochs=40, learning_rate=0.01, device="cpu")
        for kind in (FeedForwardClassifier, FeedForwardRegressor)
    ],
    expected_failed_checks=lambda estimator: {"check_sample_weight_equivalence_on_dense_data": MINIBATCHES},
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")  # array API needs an environment variable
def test_scikit_learns_examination(estimator, check):
    examine(estimator, check)


# Oracles -------------------------------------------------------------------------------------------------------------


def test_without_hidden_layers_a_classifier_is_a_logistic_regression():
    random = np.random.default_rng(1)
    X = random.normal(size=(400, 3)) * [1, 50, 0.1]
    y = random.uniform(size=400) < 1 / (1 + np.exp(-(X @ [1.0, -0.03, 8.0] + 0.5)))
    linear = FeedForwardClassifier(
        (), weight_decay=0, learning_rate=0.02, batch_size=400, max_epochs=1500, early_stopping=False, random_state=0
    ).fit(X, y)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(linear.predict_proba(X), oracle.predict_proba(X), atol=2e-4)


@pytest.mark.parametrize("weighted", [False, True])
def test_without_hidden_layers_a_regressor_is_a_linear_regression(weighted):
    X, y, _ = numbers()
    weight = np.linspace(0, 3, len(y)) if weighted else None
    settings = {"weight_decay": 0, "learning_rate": 0.02, "batch_size": 300, "max_epochs": 1500, "schedule": "cosine"}
    linear = FeedForwardRegressor((), early_stopping=False, random_state=0, **settings)
    linear.fit(X, y, sample_weight=weight)
    oracle = LinearRegression().fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(linear.predict(X), oracle.predict(X), atol=1e-4)


def test_balanced_classes_move_the_odds_as_in_logistic_regression():
    random = np.random.default_rng(2)
    X = np.concatenate([random.normal(size=(450, 2)), random.normal(size=(50, 2)) + 1])
    y = np.repeat([0, 1], [450, 50])
    settings = {
        "weight_decay": 0,
        "learning_rate": 0.02,
        "batch_size": 500,
        "max_epochs": 1000,
        "early_stopping": False,
    }
    linear = FeedForwardClassifier((), class_weight="balanced", random_state=0, **settings).fit(X, y)
    oracle = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-10).fit(X, y)
    np.testing.assert_allclose(linear.predict_proba(X), oracle.predict_proba(X), atol=1e-3)


# Quality: no toy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "least"), [(load_digits, 0.965), (load_breast_cancer, 0.96)])
def test_defaults_classify_well(load, least):
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(FeedForwardClassifier(random_state=0), *load(return_X_y=True), cv=folds)
    assert scores.mean() >= least


def test_defaults_predict_numbers_well():
    folds = KFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(FeedForwardRegressor(random_state=0), *load_diabetes(return_X_y=True), cv=folds)
    assert scores.mean() >= 0.42


def test_two_moons_are_told_apart():
    X, y = make_moons(500, noise=0.1, random_state=0)
    new, truth = make_moons(500, noise=0.1, random_state=1)
    assert FeedForwardClassifier(random_state=0).fit(X, y).score(new, truth) >= 0.99


def test_the_size_of_inputs_and_target_does_not_matter():
    X, y, labels = numbers()
    small, large = FeedForwardRegressor(random_state=0), FeedForwardRegressor(random_state=0)
    np.testing.assert_allclose(
        small.fit(X, y).predict(X),
        (large.fit(X * 1e6 - 1e8, y * 1e5 + 1e7).predict(X * 1e6 - 1e8) - 1e7) / 1e5,
        atol=0.02,
    )
    assert FeedForwardClassifier(random_state=0).fit(X, labels).score(X, labels) > 0.97


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "identity"])
def test_every_activation_learns_what_is_not_linear(activation):
    X, y = make_moons(300, noise=0.1, random_state=0)
    network = FeedForwardClassifier(activation=activation, learning_rate=0.01, batch_size=32, random_state=0)
    assert network.fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize("optimizer", list(OPTIMISERS))
def test_every_optimizer_learns(optimizer):
    X, _, labels = numbers()
    assert FeedForwardClassifier(optimizer=optimizer, random_state=0).fit(X, labels).score(X, labels) > 0.95


# Seeds ---------------------------------------------------------------------------------------------------------------


def test_the_seed_decides_all_and_the_global_generator_is_left_alone():
    X, y, _ = numbers()
    network = FeedForwardRegressor(dropout=0.2, max_epochs=5, random_state=7, device="cpu")
    torch.manual_seed(1)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = network.fit(X, y).predict(X)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)
    torch.manual_seed(2)
    np.testing.assert_array_equal(clone(network).fit(X, y).predict(X), first)
    assert not np.array_equal(clone(network).set_params(random_state=8).fit(X, y).predict(X), first)


def test_dropout_only_acts_while_training():
    X, y, _ = numbers()
    network = FeedForwardRegressor(dropout=0.5, max_epochs=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(network.predict(X), network.predict(X))


# The curve, early stopping -------------------------------------------------------------------------------------------


def test_the_curve_has_a_point_per_epoch():
    X, _, labels = numbers()
    both = FeedForwardClassifier(max_epochs=7, patience=7, random_state=0).fit(X, labels)
    assert both.n_iter_ == len(both.curve_) == 7
    assert [point["step"] for point in both.curve_] == [1, 2, 3, 4, 5, 6, 7]
    always = {"step", "train_loss", "train_score", "learning_rate", "gradient_norm", "samples_per_second", "seconds"}
    assert all(point.keys() == always | {"valid_loss", "valid_score"} for point in both.curve_)
    alone = FeedForwardClassifier(max_epochs=7, early_stopping=False, random_state=0).fit(X, labels)
    assert all(point.keys() == always for point in alone.curve_)
    assert all(point["samples_per_second"] > 0 and point["gradient_norm"] > 0 for point in alone.curve_)
    seconds = [point["seconds"] for point in alone.curve_]
    assert seconds == sorted(seconds) and seconds[0] > 0
    assert both.curve_[-1]["train_loss"] < both.curve_[0]["train_loss"]
    assert all(type(number) is float for point in both.curve_ for number in point.values())


@pytest.mark.parametrize("kind", [FeedForwardClassifier, FeedForwardRegressor])
def test_early_stopping_keeps_the_best_weights(kind):
    X, y, _ = numbers(rows=200)
    y = y + np.random.default_rng(3).normal(size=200)  # noise, so that it overfits
    y = (y > 0).astype(int) if kind is FeedForwardClassifier else y
    network = kind(
        batch_size=16, learning_rate=0.01, weight_decay=0, patience=6, validation_fraction=0.25, random_state=5
    )
    network.fit(X, y)
    held = validation_rows(y, 0.25, check_random_state(5))
    best = min(network.curve_, key=lambda point: point["valid_loss"])
    assert held.sum() == 50
    assert network.n_iter_ == network.best_epoch_ + 6 < 200
    assert best["step"] == network.best_epoch_
    assert best["valid_score"] == pytest.approx(network.score(X[held], y[held]), abs=1e-5)
    if kind is FeedForwardClassifier:
        loss = log_loss(y[held], network.predict_proba(X[held]))
    else:
        loss = np.mean((y[held] - network.predict(X[held])) ** 2) / np.var(y)
    assert loss == pytest.approx(best["valid_loss"], rel=1e-4)


def test_the_training_curve_comes_from_the_batches_themselves():
    X, y, _ = numbers(rows=100)
    network = FeedForwardRegressor(max_epochs=1, batch_size=100, early_stopping=False, random_state=0).fit(X, y)
    # In one batch all outputs are those of the initial weights, which predict about the mean.
    assert network.curve_[0]["train_loss"] == pytest.approx(1, abs=0.3)
    assert network.curve_[0]["train_score"] == pytest.approx(1 - network.curve_[0]["train_loss"], abs=1e-5)


def test_validation_rows_are_spread_over_classes_and_numbers():
    codes = np.repeat([0, 1, 2, 3], [100, 50, 10, 1])
    held = validation_rows(codes, 0.2, np.random.RandomState(0))
    assert held.sum() == 32
    assert [int(held[codes == code].sum()) for code in range(3)] == pytest.approx([20, 10, 2], abs=1)
    assert not held[codes == 3].any(), "a class of one row must stay in practice"
    target = np.arange(100.0)
    assert validation_rows(target, 0.1, np.random.RandomState(0)).reshape(10, 10).sum(axis=1).tolist() == [1] * 10


def test_a_handful_of_rows_is_learned_without_a_validation_part():
    X, y = np.arange(6.0)[:, None], np.arange(6.0)
    network = FeedForwardRegressor(max_epochs=50, random_state=0).fit(X, y)
    assert network.notes_ == ["6 rows are too few for a validation part, so all epochs were run."]
    assert network.n_iter_ == 50
    assert r2_score(y, network.predict(X)) > 0.5


# Stopping and trouble ------------------------------------------------------------------------------------------------


def test_progress_is_told_once_per_epoch():
    X, y, _ = numbers()
    heard: list[Step] = []
    with listening(heard.append):
        network = FeedForwardRegressor(max_epochs=4, random_state=0).fit(X, y)
    assert [step.message for step in heard] == [f"epoch {number} of 4" for number in (1, 2, 3, 4)]
    assert [step.fraction for step in heard] == [0.25, 0.5, 0.75, 1]
    assert [step.point for step in heard] == network.curve_


def test_it_stops_when_nobody_wants_more_and_keeps_the_best():
    X, y, _ = numbers()
    asked = iter([True] * 29 + [False])
    settings = {"batch_size": 27, "early_stopping": False, "random_state": 0}  # twelve batches per epoch
    with listening(lambda step: None, lambda: next(asked)):
        stopped = FeedForwardRegressor(max_epochs=200, **settings).fit(X, y)
    assert stopped.n_iter_ == stopped.best_epoch_ == 2
    assert "stopped early" in stopped.notes_[0]
    assert stopped.marks_ == ["stopped early"]
    two = FeedForwardRegressor(max_epochs=2, **settings).fit(X, y)
    np.testing.assert_array_equal(stopped.predict(X), two.predict(X))
    assert two.marks_ == []


def test_stopped_within_the_first_epoch_it_keeps_what_it_has():
    X, _, labels = numbers()
    asked = iter([True, False])
    with listening(lambda step: None, lambda: next(asked)):
        network = FeedForwardClassifier(batch_size=27, random_state=0).fit(X, labels)
    assert network.n_iter_ == 0 and network.curve_ == []
    assert network.marks_ == ["stopped early"]
    assert np.isfinite(network.predict_proba(X)).all()


def test_a_training_that_was_still_getting_better_says_so_without_a_mark():
    X, y, _ = numbers()
    network = FeedForwardRegressor(max_epochs=3, learning_rate=1e-4, random_state=0).fit(X, y)
    assert network.notes_ == ["It was still getting better after 3 epochs: more may help."]
    assert network.marks_ == []


DEEP = {"hidden_layer_sizes": (64, 64, 64, 64), "optimizer": "sgd", "max_epochs": 30, "random_state": 0}


@pytest.mark.parametrize("early_stopping", [True, False])
def test_a_loss_that_is_not_finite_ends_with_a_note_and_finite_weights(early_stopping):
    X, y, _ = numbers()
    network = FeedForwardRegressor(**DEEP, learning_rate=1e30, early_stopping=early_stopping).fit(X, y)
    assert network.n_iter_ < 30
    assert network.notes_[0] == "With a learning rate of 1e+30 the first steps went astray, so 1e+23 was used."
    assert "not-a-number in epoch" in network.notes_[1] and "below 1e+22" in network.notes_[1]
    assert network.marks_ == ["loss not finite"]
    assert np.isfinite(network.predict(X)).all()


@pytest.mark.parametrize("early_stopping", [True, False])
def test_steps_that_are_too_large_are_noticed_in_the_first_epoch(early_stopping):
    X, y, _ = numbers()
    network = FeedForwardRegressor(**DEEP, learning_rate=1e4, early_stopping=early_stopping).fit(X, y)
    told = re.fullmatch(
        r"With a learning rate of 10000 the first steps went astray, so (\S+) was used\.", network.notes_[0]
    )
    assert told and network.curve_[0]["learning_rate"] == pytest.approx(float(told[1]))
    assert network.marks_ == [] and network.score(X, y) > 0.8
    usual = FeedForwardRegressor(**DEEP, learning_rate=float(told[1]), early_stopping=early_stopping).fit(X, y)
    np.testing.assert_allclose(network.predict(X), usual.predict(X), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"activation": "rellu"}, "No activation is called 'rellu'. Did you mean 'relu'"),
        ({"optimizer": "adamm"}, "No optimizer is called 'adamm'. Did you mean 'adam'"),
        ({"device": "cudda"}, "No device is called 'cudda'. Did you mean 'cuda'"),
        ({"device": "cuda:x"}, "a number may follow the colon"),
        ({"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes=\(8, 0\) does not fit"),
        ({"dropout": 1}, "dropout=1 does not fit: it must be a number from 0 to just under 1"),
        ({"learning_rate": float("nan")}, "learning_rate=nan does not fit"),
        ({"batch_size": 2.5}, "batch_size=2.5 does not fit"),
        ({"patience": 0}, "patience=0 does not fit"),
        ({"early_stopping": "yes"}, "early_stopping='yes' does not fit"),
    ],
)
def test_settings_that_do_not_fit_are_refused_with_a_sentence(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        FeedForwardClassifier(**setting).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_missing_is_replaced_with_a_note():
    X, y, _ = numbers()
    network = FeedForwardRegressor(max_epochs=2, device="cuda", random_state=0).fit(X, y)
    assert network.notes_[0] == "This machine has no cuda device, so the processor was used."
    same = FeedForwardRegressor(max_epochs=2, device="cpu", random_state=0).fit(X, y)
    np.testing.assert_array_equal(network.predict(X), same.predict(X))


def test_a_device_that_fails_is_replaced_with_a_note(monkeypatch):
    # The "meta" device computes shapes only and fails where a number is asked for, as a card without memory would.
    X, y, _ = numbers()
    meta = lambda name: (torch.device("meta"), "")  # noqa: E731
    monkeypatch.setattr("core.networks.lessons.pick_device", meta)
    network = FeedForwardRegressor(max_epochs=2, random_state=0).fit(X, y)
    assert network.notes_[0].startswith("The meta device failed (")
    assert network.notes_[0].endswith("so the processor was used.")
    monkeypatch.undo()
    same = FeedForwardRegressor(max_epochs=2, device="cpu", random_state=0).fit(X, y)
    np.testing.assert_array_equal(network.predict(X), same.predict(X))


def test_an_error_of_a_listener_is_not_taken_for_a_failing_device():
    def listener(step: Step) -> None:
        raise RuntimeError("nobody there")

    X, y, _ = numbers()
    with listening(listener), pytest.raises(RuntimeError, match="nobody there"):
        FeedForwardRegressor(max_epochs=2, random_state=0).fit(X, y)


def test_batches_are_equally_large():
    assert batch_sizes(257, 128) == [85, 86, 86]
    assert batch_sizes(16_000, 128) == [128] * 125
    assert batch_sizes(1, 128) == [1]
    assert [max(batch_sizes(rows, None)) for rows in (50, 10_000, 100_000)] == [50, 100, 256]


def test_a_column_of_zeros_and_ones_keeps_its_scale():
    X = np.array([[0, 5, 2], [1, 5, 4], [0, 5, 6], [0, 5, 8.0]])
    mean, scale = column_scales(X)
    assert mean.tolist() == [0.25, 5, 5]
    assert scale == pytest.approx([1, 1, 5**0.5])


def test_rows_without_weight_take_no_part():
    X, y, _ = numbers()
    weight = np.ones(300)
    weight[200:] = 0
    spoiled = np.where(weight > 0, y, 1e6)
    alone = FeedForwardRegressor(max_epochs=5, random_state=0).fit(X[:200], y[:200], sample_weight=np.ones(200))
    beside = FeedForwardRegressor(max_epochs=5, random_state=0).fit(X, spoiled, sample_weight=weight)
    np.testing.assert_allclose(beside.predict(X), alone.predict(X), rtol=1e-6)
    with pytest.raises(ValueError, match="weight"):
        clone(alone).fit(X, y, sample_weight=np.zeros(300))


def test_data_frames_and_class_names():
    X, _, labels = numbers()
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    network = FeedForwardClassifier(max_epochs=3, random_state=0).fit(frame, pd.Series(labels))
    assert list(network.feature_names_in_) == ["a", "b", "c", "d"] and network.n_features_in_ == 4
    assert list(network.classes_) == ["no", "yes"]
    assert set(network.predict(frame)) <= {"no", "yes"}
    np.testing.assert_allclose(network.predict_proba(frame).sum(axis=1), 1, rtol=1e-12)
    with pytest.raises(ValueError, match="feature names"):
        network.predict(frame[["b", "a", "c", "d"]])
