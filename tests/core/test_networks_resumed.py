"""A training that was cut off and goes on from its checkpoint equals one that never was; what is not its own it ignores.

Interrupted by exceptions at random epochs and batches, and by real kills of a process. Every comparison has controls:
a resume that forgets one part of the state must fail it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import progress
from core.networks import FeedForwardClassifier, FeedForwardRegressor, checkpoints
from core.networks.checkpoints import ABOUT
from core.networks.training import Training
from core.progress import Step, listening

SEED = 20261121
ROOT = Path(__file__).parents[2]


class Cut(Exception):
    """The end of a process, as far as the training can tell."""


class Memory:
    """Keeps the last state, read-only as a mapped file is."""

    def __init__(self, state=None):
        self.state, self.saves = state, 0

    def load(self):
        return self.state

    def save(self, state):
        self.state, self.saves = dict(state), self.saves + 1
        for array in self.state.values():
            array.flags.writeable = False


class File:
    """Keeps the last state in a file that is there whole or not at all."""

    def __init__(self, path):
        self.path = Path(path)

    def load(self):
        if not self.path.exists():
            return None
        with np.load(self.path) as stored:
            return dict(stored)

    def save(self, state):
        part = self.path.with_suffix(".part")
        with open(part, "wb") as file:
            np.savez(file, **state)
        os.replace(part, self.path)


@pytest.fixture(autouse=True)
def at_every_epoch(monkeypatch):
    """One thread, as in a worker, and a checkpoint after every epoch."""
    monkeypatch.setattr(progress, "CHECKPOINT_SECONDS", 0.0)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def rows(count=300):
    """Inputs, a number and three classes of different sizes; noisy, so that early stopping has something to stop."""
    draw = np.random.default_rng(0)
    X = draw.normal(size=(count, 4)) * [1, 100, 0.01, 1]
    target = X[:, 0] - 0.02 * X[:, 1] + draw.normal(size=count)
    return X, target, np.digitize(target, [-2, 1])


SMALL = {"hidden_layer_sizes": (24, 12), "batch_size": 32, "max_epochs": 24, "random_state": 3, "device": "cpu"}
CASES = {
    "AdamW, dropout, patience used up": lambda: FeedForwardClassifier(
        **SMALL, dropout=0.3, learning_rate=0.02, patience=5
    ),
    "Adam, balanced classes, all epochs": lambda: FeedForwardClassifier(
        **SMALL, optimizer="adam", dropout=0, class_weight="balanced", early_stopping=False
    ),
    "SGD, dropout, all epochs": lambda: FeedForwardClassifier(
        **SMALL, optimizer="sgd", learning_rate=0.02, dropout=0.2, early_stopping=False
    ),
    "RMSprop, a number, dropout, patience used up": lambda: FeedForwardRegressor(
        **SMALL, optimizer="rmsprop", dropout=0.3, learning_rate=0.01, patience=4
    ),
    "AdamW, a number, weighted rows, still better at the end": lambda: FeedForwardRegressor(
        **SMALL, dropout=0.1, patience=24, learning_rate=1e-4
    ),
}


@pytest.fixture(params=list(CASES))
def case(request):
    return request.param


def fit(case, keeper=None, *, cut_at=None, batches=None, listener=lambda step: None):
    """Fit a case; `cut_at` raises `Cut` before the answer to that question, `batches` counts them."""
    estimator, (X, target, classes) = CASES[case](), rows()
    asked = [] if batches is None else batches

    def wanted():
        asked.append(1)
        if len(asked) == cut_at:
            raise Cut
        return True

    with listening(listener, wanted, keeper):
        if isinstance(estimator, FeedForwardClassifier):
            return estimator.fit(X, classes)
        return estimator.fit(X, target, sample_weight=np.linspace(0.5, 2, len(X)) if "weighted" in case else None)


def difference(one, other):
    """The largest difference of two networks' predictions."""
    X = rows()[0]
    predict = "predict_proba" if hasattr(one, "predict_proba") else "predict"
    return float(np.abs(getattr(one, predict)(X) - getattr(other, predict)(X)).max())


def assert_same(resumed, straight):
    assert difference(resumed, straight) <= 1e-6
    assert resumed.curve_ == straight.curve_
    assert (resumed.best_epoch_, resumed.n_iter_) == (straight.best_epoch_, straight.n_iter_)
    assert (resumed.notes_, resumed.marks_) == (straight.notes_, straight.marks_)


# Resumed and straight ------------------------------------------------------------------------------------------------


def test_a_training_cut_off_at_random_batches_equals_one_that_never_was(case):
    count: list[int] = []
    straight = fit(case, batches=count)
    per_epoch = len(count) // straight.n_iter_
    cuts = sorted(random.Random(f"{SEED} {case}").sample(range(per_epoch + 1, len(count) + 1), 3))
    keeper, trained = Memory(), 0
    for cut in cuts:
        done, batches = keeper.saves, []
        with pytest.raises(Cut):
            fit(case, keeper, cut_at=cut - done * per_epoch, batches=batches)
        assert len(batches) == cut - done * per_epoch, "the epochs of the checkpoint were trained again"
        trained += len(batches)
        assert keeper.saves == (cut - 1) // per_epoch
    batches = []
    resumed = fit(case, keeper, batches=batches)
    assert len(batches) == len(count) - (cuts[-1] - 1) // per_epoch * per_epoch < len(count)
    print(f"{case}: seed {SEED}, cut off at {cuts} of {len(count)} batches, difference {difference(resumed, straight)}")
    assert_same(resumed, straight)
    for one, other in zip(resumed.coefs_ + resumed.intercepts_, straight.coefs_ + straight.intercepts_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert resumed.earlier_seconds_ > 0 == straight.earlier_seconds_


def _forget_the_optimiser(training):
    training.optimiser = training._optimiser()


def _forget_a_generator(name, training):
    training.generators[name].manual_seed(0)


def _forget_the_weights(training):
    training.network.flat.data.mul_(0.9)


def _forget_the_best(training):
    training.best_loss = np.inf


@pytest.mark.parametrize(
    ("case", "forget"),
    [
        *((name, _forget_the_optimiser) for name in CASES),
        *((name, partial(_forget_a_generator, "order")) for name in CASES),
        *((name, partial(_forget_a_generator, "dropout")) for name in CASES if "dropout" in name),
        *((name, _forget_the_weights) for name in CASES),
        *((name, _forget_the_best) for name in CASES if "used up" in name),
    ],
)
def test_control_a_resume_that_forgets_a_part_of_the_state_is_noticed(case, forget, monkeypatch):
    count: list[int] = []
    straight, keeper = fit(case, batches=count), Memory()
    with pytest.raises(Cut):  # after the best epoch, where there is one
        fit(case, keeper, cut_at=len(count))
    resume = Training._resume

    def forgetful(training, state):
        resume(training, state)
        forget(training)

    monkeypatch.setattr(Training, "_resume", forgetful)
    with pytest.raises(AssertionError):
        assert_same(fit(case, keeper), straight)


def test_a_training_that_had_ended_at_its_checkpoint_ends_the_same_without_a_batch(case):
    keeper, batches = Memory(), []
    straight = fit(case, keeper)
    assert_same(fit(case, keeper, batches=batches), straight)
    assert batches == []


def test_the_cases_end_in_the_ways_they_are_meant_to():
    ended = {name: fit(name) for name in CASES}
    for name, network in ended.items():
        early = "used up" in name
        assert (network.n_iter_ < 24 and network.best_epoch_ < network.n_iter_) == early
        assert bool(network.notes_) == ("still better" in name)
        assert network.marks_ == []


def test_the_cases_try_every_optimiser():
    from core.networks.choices import OPTIMISERS

    assert {make().optimizer for make in CASES.values()} == set(OPTIMISERS)


def test_who_listens_hears_the_epochs_before_the_cut_again():
    case = "SGD, dropout, all epochs"
    keeper, heard = Memory(), []
    with pytest.raises(Cut):
        fit(case, keeper, cut_at=100)
    network = fit(case, keeper, listener=heard.append)
    assert [step.point for step in heard] == network.curve_
    assert [step.message for step in heard] == [f"epoch {epoch} of 24" for epoch in range(1, 25)]


# What is no checkpoint of this training ------------------------------------------------------------------------------


def _first_fit(keeper, **settings):
    """A short fit whose checkpoint others may find, cut off in its fourth epoch."""
    X, _, classes = rows()
    asked = iter([True] * 25)
    with listening(lambda step: None, lambda: next(asked, None) or _cut(), keeper):
        FeedForwardClassifier(**SMALL | {"max_epochs": 6} | settings).fit(X, classes)


def _cut():
    raise Cut


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
    with pytest.raises(Cut):
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
    with pytest.raises(Cut):
        _first_fit(left)
    monkeypatch.setattr(torch, "__version__", "1.0")
    assert_ignored(left)


def _spoil(name, state):
    array = state[name].copy()
    array.view(np.uint8).reshape(-1)[-3] ^= 1
    return state | {name: array}


@pytest.mark.parametrize(
    "spoil",
    [
        *(partial(_spoil, name) for name in ("weights", "best", "generator order", "generator dropout")),
        partial(_spoil, "optimiser exp_avg"),
        partial(_spoil, ABOUT),
        lambda state: {name: array for name, array in state.items() if name != "best"},
        lambda state: {name: array for name, array in state.items() if name != ABOUT},
        lambda state: state | {"weights": state["weights"][:-1]},
        lambda state: state | {"weights": state["weights"].astype(np.float64)},
        lambda state: state | {"more": np.zeros(1)},
        lambda state: state | {"more": np.array(["text"])},
        lambda state: state | {ABOUT: np.frombuffer(b"[]", dtype=np.uint8)},
        lambda state: state | {ABOUT: np.frombuffer(b"\xff{", dtype=np.uint8)},
        lambda state: state | {ABOUT: np.zeros(0, dtype=np.uint8)},
        lambda state: {},
    ],
)
def test_a_spoiled_checkpoint_is_ignored(left, spoil):
    assert_ignored(Memory(spoil(left.state)))


def test_a_checkpoint_is_numbers_and_text_alone(left):
    assert all(type(array) is np.ndarray and not array.dtype.hasobject for array in left.state.values())
    assert json.loads(left.state[ABOUT].tobytes())["numbers"]["curve"][-1]["step"] == 3


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


# Real kills ----------------------------------------------------------------------------------------------------------

KILLED = "RMSprop, a number, dropout, patience used up"


def child(path, seconds_per_epoch):
    """What the process that is killed does: trains, and says each epoch that it came to."""
    torch.set_num_threads(1)
    progress.CHECKPOINT_SECONDS = 0.0

    def hear(step: Step) -> None:
        print(int(step.point["step"]), flush=True)
        time.sleep(seconds_per_epoch)

    fit(KILLED, File(path), listener=hear)


def _kill_after(epoch, path, *, pause=0.0, seconds_per_epoch=0.05):
    """Train in a process of its own and kill it `pause` seconds after it said `epoch`; gives the epochs it said."""
    code = f"from tests.core.test_networks_resumed import child; child({str(path)!r}, {seconds_per_epoch})"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    with process:
        said = []
        for line in process.stdout:
            said.append(int(line))
            if said[-1] == epoch:
                time.sleep(pause)
                process.kill()
                break
    assert process.returncode == -9
    return said


def test_a_training_whose_process_was_killed_goes_on_in_another(tmp_path):
    straight, epoch, path = fit(KILLED), random.Random(SEED).randrange(4, 8), tmp_path / "state.npz"
    assert _kill_after(epoch, path) == list(range(1, epoch + 1))
    batches, count = [], []
    resumed = fit(KILLED, File(path), batches=batches)
    fit(KILLED, batches=count)
    print(f"seed {SEED}, killed in epoch {epoch + 1}, difference {difference(resumed, straight)}")
    assert len(batches) <= len(count) * (1 - (epoch - 1) / straight.n_iter_)
    assert_same(resumed, straight)


@pytest.mark.slow
def test_a_training_killed_again_and_again_at_random_moments_ends_as_it_would_have(tmp_path):
    draw, path, straight = random.Random(SEED), tmp_path / "state.npz", fit(KILLED)
    kills, states = 0, []
    for epoch in range(1, straight.n_iter_):
        for _ in range(2):  # without a pause between epochs, so that some kills meet the writing of a state
            _kill_after(epoch, path, pause=draw.uniform(0, 0.004), seconds_per_epoch=0.002)
            kills += 1
            states.append(File(path).load() is not None)
    resumed = fit(KILLED, File(path))
    print(f"seed {SEED}, {kills} kills, difference {difference(resumed, straight)}")
    assert any(states)
    assert_same(resumed, straight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_a_training_on_a_graphics_card_goes_on_from_its_checkpoint(monkeypatch):
    monkeypatch.setitem(SMALL, "device", "cuda")
    case, keeper, batches, count = "AdamW, dropout, patience used up", Memory(), [], []
    straight = fit(case, batches=count)
    with pytest.raises(Cut):
        fit(case, keeper, cut_at=len(count) // 2)
    resumed = fit(case, keeper, batches=batches)
    assert len(batches) < len(count)
    assert_same(resumed, straight)
