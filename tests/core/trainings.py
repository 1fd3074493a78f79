"""Trainings to be cut off: cases of every optimiser and ending, keepers of their states, and how two are compared."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from core import progress
from core.networks import FeedForwardClassifier, FeedForwardRegressor
from core.progress import Step, listening


class CutError(Exception):
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


@contextmanager
def checkpoint_at_every_epoch() -> Iterator[None]:
    """Leave a state after every epoch, and use one thread, as a worker does."""
    before = progress.CHECKPOINT_SECONDS, torch.get_num_threads()
    progress.CHECKPOINT_SECONDS = 0.0
    torch.set_num_threads(1)
    try:
        yield
    finally:
        progress.CHECKPOINT_SECONDS, threads = before
        torch.set_num_threads(threads)


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


KILLED = "RMSprop, a number, dropout, patience used up"


def fit(case, keeper=None, *, cut_at=None, batches=None, listener=lambda step: None):
    """Fit a case; `cut_at` raises `CutError` before the answer to that question, `batches` counts them."""
    estimator, (X, target, classes) = CASES[case](), rows()
    asked = [] if batches is None else batches

    def wanted():
        asked.append(1)
        if len(asked) == cut_at:
            raise CutError
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


def without_clock(curve):
    """A learning curve but for how long it took."""
    return [
        {name: each for name, each in point.items() if not name.startswith(("seconds", "samples"))} for point in curve
    ]


def assert_same(resumed, straight):
    assert difference(resumed, straight) <= 1e-6
    assert without_clock(resumed.curve_) == without_clock(straight.curve_)
    assert (resumed.best_epoch_, resumed.n_iter_) == (straight.best_epoch_, straight.n_iter_)
    assert (resumed.notes_, resumed.marks_) == (straight.notes_, straight.marks_)


def train_until_killed(path, seconds_per_epoch):
    """What a process that will be killed does: trains `KILLED`, says each epoch that it came to, and waits."""

    def hear(step: Step) -> None:
        print(int(step.point["step"]), flush=True)
        time.sleep(seconds_per_epoch)

    with checkpoint_at_every_epoch():
        fit(KILLED, File(path), listener=hear)
    time.sleep(60)
