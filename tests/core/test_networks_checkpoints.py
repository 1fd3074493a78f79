"""When a training leaves its state, and that it takes up none but its own, unspoiled."""

from __future__ import annotations

import json
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import progress
from core.networks import FeedForwardClassifier, checkpoints
from core.networks.checkpoints import ABOUT
from core.progress import Step, listening
from tests.core.trainings import SMALL, CutError, Memory, assert_same, checkpoint_at_every_epoch, fit, rows


@pytest.fixture(autouse=True)
def every_epoch():
    with checkpoint_at_every_epoch():
        yield


# What is no checkpoint of this training ------------------------------------------------------------------------------


def _first_fit(keeper, **settings):
    """A short fit whose checkpoint others may find, cut off in its fourth epoch."""
    X, _, classes = rows()
    asked = iter([True] * 25)
    with listening(lambda step: None, lambda: next(asked, None) or _cut(), keeper):
        FeedForwardClassifier(**SMALL | {"max_epochs": 6} | settings).fit(X, classes)


def _cut():
    raise CutError


def _batches(keeper, classes=None, weight=None, **settings):
    """How many batches a fit of those settings needs, and the network."""
    X, _, own = rows()
    asked: list[int] = []
    with listening(lambda step: None, lambda: asked.append(1) or True, keeper):
        network = FeedForwardClassifier(**SMALL | {"max_epochs": 6} | settings)
        network.fit(X, own if classes is None else classes, sample_weight=weight)
    return len(asked), network


@pytest.fixture
def left():
    """A keeper with the state of three epochs."""
    keeper = Memory()
    with pytest.raises(CutError):
        _first_fit(keeper)
    assert keeper.saves == 3
    return keeper


def assert_ignored(keeper, **others):
    count, network = _batches(keeper, **others)
    full, straight = _batches(None, **others)
    assert count == full
    assert_same(network, straight)
    assert network.earlier_seconds_ == 0


def test_control_the_checkpoint_that_belongs_is_taken_up(left):
    count, network = _batches(left)
    full, straight = _batches(None)
    assert count == full // 2
    assert_same(network, straight)


@pytest.mark.parametrize(
    "others",
    [
        {"hidden_layer_sizes": (24, 13)},
        {"activation": "relu"},
        {"dropout": 0.2},
        {"dropout": 0},
        {"optimizer": "adam"},
        {"optimizer": "sgd"},
        {"learning_rate": 0.002},
        {"weight_decay": 0.02},
        {"batch_size": 33},
        {"max_epochs": 7},
        {"patience": 3},
        {"early_stopping": False},
        {"validation_fraction": 0.2},
        {"class_weight": "balanced"},
        {"random_state": 4},
        {"classes": np.roll(rows()[2], 1)},
        {"weight": np.linspace(0.5, 2, 300)},
    ],
    ids=str,
)
def test_the_checkpoint_of_another_training_is_ignored(left, others):
    assert_ignored(left, **others)


def test_the_checkpoint_of_another_version_is_ignored(left, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", checkpoints.FORMAT + 1)
    assert_ignored(left)
    left = Memory()
    with pytest.raises(CutError):
        _first_fit(left)
    monkeypatch.setattr(torch, "__version__", "1.0")
    assert_ignored(left)


def _lie(state):
    return state | {ABOUT: _text(state[ABOUT].tobytes().replace(b'"best_epoch": ', b'"best_epoch": 1'))}


def _text(text):
    return np.frombuffer(text, dtype=np.uint8)


def _spoil(name, state):
    array = state[name].copy()
    array.view(np.uint8).reshape(-1)[-3] ^= 1
    return state | {name: array}


@pytest.mark.parametrize(
    "spoil",
    [
        *(partial(_spoil, name) for name in ("numbers 0", "best 0 0", "order 0", "dropout 0")),
        partial(_spoil, "optimiser 0 exp_avg"),
        _lie,
        lambda state: {name: array for name, array in state.items() if name != "best 0 0"},
        lambda state: {name: array for name, array in state.items() if name != ABOUT},
        lambda state: state | {"numbers 0": state["numbers 0"][:-1]},
        lambda state: state | {"numbers 0": state["numbers 0"].astype(np.float64)},
        lambda state: state | {"more": np.zeros(1)},
        lambda state: state | {"more": np.array(["text"])},
        lambda state: state | {ABOUT: _text(b"[]")},
        lambda state: state | {ABOUT: _text(b"\xff{")},
        lambda state: state | {ABOUT: _text(b"")},
        lambda state: {},
    ],
)
def test_a_spoiled_checkpoint_is_ignored(left, spoil):
    assert_ignored(Memory(spoil(left.state)))


def test_a_checkpoint_is_numbers_and_text_alone(left):
    assert all(type(array) is np.ndarray and not array.dtype.hasobject for array in left.state.values())
    assert json.loads(left.state[ABOUT].tobytes())["numbers"]["members"][0]["curve"][-1]["step"] == 3


# When ----------------------------------------------------------------------------------------------------------------


def _saves(monkeypatch, *, epoch_seconds, save_seconds=0.0, broken=False):
    """The epochs after which a training of 24 left its state, by a clock that only its epochs and saves move."""
    monkeypatch.setattr(progress, "CHECKPOINT_SECONDS", 5.0)
    now, epochs, saved = [100.0], [0], []
    monkeypatch.setattr(checkpoints, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def hear(step: Step) -> None:
        epochs[0] += 1
        now[0] += epoch_seconds

    class Slow(Memory):
        def save(self, state):
            saved.append(epochs[0])
            now[0] += save_seconds
            if broken:
                raise OSError(28, "No space left on device")
            super().save(state)

    case = "Adam, balanced classes, all epochs"
    assert_same(fit(case, Slow(), listener=hear), fit(case))
    return saved


def test_a_state_is_left_at_the_end_of_an_epoch_every_five_seconds(monkeypatch):
    assert _saves(monkeypatch, epoch_seconds=2.0) == [3, 6, 9, 12, 15, 18, 21, 24]
    assert _saves(monkeypatch, epoch_seconds=7.0) == list(range(1, 25))


def test_a_short_fit_leaves_none(monkeypatch):
    assert _saves(monkeypatch, epoch_seconds=0.2) == []


def test_where_saving_is_slow_it_takes_a_twentieth_of_the_time_at_most(monkeypatch):
    saved = _saves(monkeypatch, epoch_seconds=4.0, save_seconds=1.0)
    assert saved == [2, 7, 12, 17, 22]


def test_a_full_disk_ends_no_training(monkeypatch):
    assert _saves(monkeypatch, epoch_seconds=2.0, broken=True) == [3, 6, 9, 12, 15, 18, 21, 24]
