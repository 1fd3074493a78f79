"""Networks that train at once: the same results as one by one, whatever tells their rows and their ends apart."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
import torch

from core.networks import FeedForwardClassifier, FeedForwardRegressor
from core.networks.base import NetworkEstimator
from core.networks.lessons import learn
from core.progress import Step, listening
from tests.core.trainings import Memory, checkpoint_at_every_epoch, without_clock

SMALL = {"hidden_layer_sizes": (24, 12), "batch_size": 32, "max_epochs": 12, "device": "cpu"}


def table(rows=403, columns=5):
    draw = np.random.default_rng(1)
    X = draw.normal(size=(rows, columns))
    target = X[:, 0] * X[:, 1] + X[:, 2] + 0.5 * draw.normal(size=rows)
    return X, target, np.digitize(target, [-1, 1])


def folds(rows, count=5):
    """The training rows of a cross-validation whose folds are not equally large."""
    parts = np.array_split(np.random.default_rng(2).permutation(rows), count)
    return [np.concatenate([part for number, part in enumerate(parts) if number != left]) for left in range(count)]


@contextmanager
def double_precision():
    NetworkEstimator._precision = torch.float64
    try:
        yield
    finally:
        NetworkEstimator._precision = torch.float32


def both_ways(make, parts, **listeners):
    """Estimators fitted one by one, and the same at once."""
    alone, together = [make(number) for number in range(len(parts))], [make(number) for number in range(len(parts))]
    for estimator, part in zip(alone, parts, strict=True):
        estimator.fit(*part)
    lessons = [estimator.lesson(*part) for estimator, part in zip(together, parts, strict=True)]
    with listening(listeners.get("hear", lambda step: None), listeners.get("wanted"), listeners.get("keeper")):
        learn(lessons, at_once=True)
    return alone, [estimator.learned(lesson) for estimator, lesson in zip(together, lessons, strict=True)]


def furthest(alone, together, X):
    """The largest difference of any prediction."""
    predict = "predict_proba" if hasattr(alone[0], "predict_proba") else "predict"
    return max(
        np.abs(
            getattr(one, predict)(X[:, : one.n_features_in_]) - getattr(other, predict)(X[:, : one.n_features_in_])
        ).max()
        for one, other in zip(alone, together, strict=True)
    )


WAYS = {
    "plain": {"dropout": 0, "early_stopping": False},
    "dropout": {"dropout": 0.3, "early_stopping": False},
    "batch norm": {"batch_norm": True, "dropout": 0, "early_stopping": False},
    "ends of their own": {"patience": 1, "learning_rate": 0.05},
    "SGD, cosine": {"optimizer": "sgd", "learning_rate": 0.05, "schedule": "cosine"},
    "all of it": {"patience": 2, "learning_rate": 0.005, "batch_norm": True, "optimizer": "rmsprop"},
    "L-BFGS": {"optimizer": "lbfgs", "max_epochs": 3},
}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("kind", [FeedForwardClassifier, FeedForwardRegressor])
def test_at_once_equals_one_by_one(kind, way):
    X, target, classes = table()
    y = classes if kind is FeedForwardClassifier else target
    parts = [(X[rows], y[rows]) for rows in folds(len(X))]
    assert len({len(part[0]) for part in parts}) > 1, "the folds should differ in size"
    with double_precision():
        alone, together = both_ways(lambda seed: kind(**SMALL | WAYS[way], random_state=seed), parts)
    assert furthest(alone, together, X) <= 1e-10
    for one, other in zip(alone, together, strict=True):
        assert (one.n_iter_, one.best_epoch_, one.notes_) == (other.n_iter_, other.best_epoch_, other.notes_)
        for mine, theirs in zip(without_clock(one.curve_), without_clock(other.curve_), strict=True):
            assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-8)
    if way == "ends of their own":
        assert len({one.n_iter_ for one in alone}) > 1, "the members should end at different times"


def test_weighted_rows_and_classes():
    X, _, classes = table()
    weight = np.random.default_rng(3).uniform(0.1, 3, len(X))
    weight[::7] = 0
    parts = [(X[rows], classes[rows], weight[rows]) for rows in folds(len(X))]
    with double_precision():
        make = lambda seed: FeedForwardClassifier(**SMALL, class_weight="balanced", random_state=seed)  # noqa: E731
        alone, together = both_ways(make, parts)
    assert furthest(alone, together, X) <= 1e-10


def test_columns_and_classes_that_a_fold_lacks():
    X, _, classes = table()
    parts = [(X[rows], classes[rows]) for rows in folds(len(X))]
    parts[1] = (parts[1][0][:, :3], parts[1][1])  # as where a category was seen in some folds only
    two = parts[3][1] < 2
    parts[3] = (parts[3][0][two], parts[3][1][two])
    with double_precision():
        alone, together = both_ways(lambda seed: FeedForwardClassifier(**SMALL, random_state=seed), parts)
    assert furthest(alone, together, X) <= 1e-10
    assert [each.coefs_[0].shape[0] for each in together] == [5, 3, 5, 5, 5]
    assert [len(each.classes_) for each in together] == [3, 3, 3, 2, 3]


def test_in_single_precision_hardly_a_row_is_told_apart():
    X, _, classes = table(2_003)
    parts = [(X[rows], classes[rows]) for rows in folds(len(X))]
    alone, together = both_ways(lambda seed: FeedForwardClassifier(**SMALL, random_state=seed), parts)
    differ = np.mean([one.predict(X) != other.predict(X) for one, other in zip(alone, together, strict=True)])
    assert differ <= 0.001


def test_a_member_that_goes_astray_takes_nobody_along():
    X, target, _ = table()
    parts = [(X[rows], target[rows]) for rows in folds(len(X))]
    settings = SMALL | {"optimizer": "sgd", "learning_rate": 0.05, "dropout": 0, "early_stopping": False}

    def fitted(at_once):
        each = [FeedForwardRegressor(**settings, random_state=seed) for seed in range(len(parts))]
        lessons = [estimator.lesson(*part) for estimator, part in zip(each, parts, strict=True)]
        lessons[2].practice.X.mul_(100)  # steps that are fit for the others are far too large for such inputs
        learn(lessons, at_once=at_once)
        return [estimator.learned(lesson) for estimator, lesson in zip(each, lessons, strict=True)]

    with double_precision():
        alone, together = fitted(False), fitted(True)
    assert "went astray" in alone[2].notes_[0]
    assert not any(each.notes_ for number, each in enumerate(alone) if number != 2)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one.predict(X), other.predict(X), rtol=1e-8)
        assert (one.notes_, one.marks_) == (other.notes_, other.marks_)


def test_each_epoch_of_each_member_is_told():
    X, _, classes = table()
    parts = [(X[rows], classes[rows]) for rows in folds(len(X), 3)]
    heard: list[Step] = []
    make = lambda seed: FeedForwardClassifier(**SMALL, patience=12, random_state=seed)  # noqa: E731
    _, together = both_ways(make, parts, hear=heard.append)
    for number, each in enumerate(together):
        assert [step.point for step in heard if step.part == number] == each.curve_


def test_all_stop_when_nobody_wants_more():
    X, _, classes = table()
    parts = [(X[rows], classes[rows]) for rows in folds(len(X), 3)]
    asked = iter([True] * 20 + [False])
    make = lambda seed: FeedForwardClassifier(**SMALL, random_state=seed)  # noqa: E731
    _, together = both_ways(make, parts, wanted=lambda: next(asked))
    assert [each.marks_ for each in together] == [["stopped early"]] * 3
    assert len({each.n_iter_ for each in together}) == 1


def test_a_training_at_once_that_was_cut_off_goes_on():
    X, _, classes = table()
    parts = [(X[rows], classes[rows]) for rows in folds(len(X), 3)]
    settings = SMALL | {"patience": 2, "learning_rate": 0.03, "max_epochs": 20}

    class CutError(Exception):
        """The end of the process."""

    asked, keeper = [], Memory()

    def wanted():
        asked.append(1)
        if len(asked) == 40:
            raise CutError
        return True

    make = lambda seed: FeedForwardClassifier(**settings, random_state=seed)  # noqa: E731
    with checkpoint_at_every_epoch():
        with pytest.raises(CutError):
            both_ways(make, parts, wanted=wanted, keeper=keeper)
        assert 0 < keeper.saves < 20
        straight, (_, resumed) = both_ways(make, parts)[1], both_ways(make, parts, keeper=keeper)
    for one, other in zip(straight, resumed, strict=True):
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
        assert without_clock(one.curve_) == without_clock(other.curve_)
        assert other.earlier_seconds_ > 0
    assert len({one.n_iter_ for one in straight}) > 1
