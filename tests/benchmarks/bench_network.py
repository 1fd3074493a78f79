"""How fast the feed-forward network trains: samples per second against the tightest loop that plain PyTorch allows,
against skorch and scikit-learn, and the folds of a cross-validation at once against one by one.

All learn 16,000 × 30 made-up rows with two hidden layers of 128 ReLU units, batches of 128, Adam, one thread. The tight
loop does nothing but train (no curve, no checks, no question whether to go on, no validation); ours is the whole of
``fit``, with its curve and early stopping, which never comes because the patience is too long. All are warmed by one
epoch, then take turns, so that what else the machine does meets all. Run it alone with
``python -m tests.benchmarks network``.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier

from core.networks import FeedForwardClassifier
from core.networks.lessons import learn

ROWS, COLUMNS, BATCH, HIDDEN = 16_000, 30, 128, 128
EPOCHS, TURNS = 10, 9

FOLDS, BATCHES = 5, 60
SHAPES = ((64, 32, 2.5), (32, 32, 2.5), (128, 128, 1.4), (256, 32, 0.95), (256, 256, 0.95), (512, 128, 0.95))
"""Hidden units, rows of a batch, and the least speed-up; never slower, which is measured to within a twentieth."""

SETTINGS = {
    "hidden_layer_sizes": (HIDDEN, HIDDEN),
    "activation": "relu",
    "optimizer": "adam",
    "weight_decay": 0.0,
    "dropout": 0.0,
    "learning_rate": 0.001,
    "batch_size": BATCH,
    "device": "cpu",
    "random_state": 0,
}


def made_up_rows(rows: int = ROWS, columns: int = COLUMNS) -> tuple[Any, Any]:
    """Numbers from a normal distribution, and two classes that depend on the product of two columns."""
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, columns)).astype(np.float32)
    return X, (X[:, 0] * X[:, 1] + 0.5 * X[:, 2] > 0).astype(np.int64)


def tight_loop(X: Any, y: Any, epochs: int) -> None:
    """Train on the processor, and do nothing else."""
    plain_loop(plain_layers(COLUMNS, HIDDEN), torch.from_numpy(X), torch.from_numpy(y), BATCH, epochs)


def plain_layers(columns: int, hidden: int) -> torch.nn.Module:
    """Two hidden layers, as torch has them."""
    return torch.nn.Sequential(
        torch.nn.Linear(columns, hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, 2),
    )


def plain_loop(model: torch.nn.Module, inputs: torch.Tensor, targets: torch.Tensor, batch: int, epochs: int) -> None:
    """Train with one shuffle per epoch, slices, and Adam in one fused step."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(inputs), device=inputs.device)
        shuffled, labels = inputs[order], targets[order]
        for start in range(0, len(inputs), batch):
            optimiser.zero_grad()
            outputs = model(shuffled[start : start + batch])
            loss = torch.nn.functional.cross_entropy(outputs, labels[start : start + batch])
            loss.backward()
            optimiser.step()


def our_fit(X: Any, y: Any, epochs: int) -> None:
    """The same through the estimator, with a validation part of its own."""
    FeedForwardClassifier(**SETTINGS, max_epochs=epochs, patience=epochs).fit(X, y)


def scikit_learn(X: Any, y: Any, epochs: int) -> None:
    """The same by scikit-learn's own network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        MLPClassifier((HIDDEN, HIDDEN), batch_size=BATCH, alpha=0.0, max_iter=epochs, n_iter_no_change=epochs).fit(X, y)


def by_skorch(X: Any, y: Any, epochs: int) -> None:
    """The same by skorch as it comes: its data loader, its validation split, torch's usual Adam."""
    from skorch import NeuralNetClassifier

    class Layers(torch.nn.Sequential):
        """As in `tight_loop`."""

        def __init__(self) -> None:
            super().__init__(
                torch.nn.Linear(COLUMNS, HIDDEN),
                torch.nn.ReLU(),
                torch.nn.Linear(HIDDEN, HIDDEN),
                torch.nn.ReLU(),
                torch.nn.Linear(HIDDEN, 2),
            )

    NeuralNetClassifier(
        Layers,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.001,
        batch_size=BATCH,
        max_epochs=epochs,
        verbose=0,
    ).fit(X, y)


def folds(X: Any, y: Any, hidden: int, batch: int, *, at_once: bool) -> None:
    """Five folds of a cross-validation, six epochs each."""
    settings = SETTINGS | {"hidden_layer_sizes": (hidden, hidden), "batch_size": batch}
    networks = [FeedForwardClassifier(**settings, max_epochs=6, early_stopping=False) for _ in range(FOLDS)]
    splits = KFold(FOLDS).split(X)
    lessons = [each.lesson(X[rows], y[rows]) for each, (rows, _) in zip(networks, splits, strict=True)]
    learn(lessons, at_once=at_once)


@contextmanager
def one_thread() -> Any:
    """Run on one thread, and put back what was set before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def take_turns(contestants: dict[Any, Callable[[], None]], turns: int) -> dict[Any, list[float]]:
    """Seconds of each contestant per turn: A B, B A, A B, …"""
    seconds: dict[Any, list[float]] = {name: [] for name in contestants}
    for turn in range(turns):
        for name, contestant in list(contestants.items())[:: -1 if turn % 2 else 1]:
            started = time.perf_counter()
            contestant()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def run(epochs: int = EPOCHS, turns: int = TURNS) -> dict[str, Any]:
    """Measure and give the figures.

    Returns
    -------
    dict
        ``rows`` for ``python -m tests.benchmarks``, and ``samples_per_second`` of each that took part: the median.
    """
    X, y = made_up_rows()
    with one_thread():
        loops = {"fit": our_fit, "tight_loop": tight_loop, "sklearn": scikit_learn, "skorch": by_skorch}
        for loop in loops.values():
            loop(X, y, 1)
        taken = take_turns({name: partial(loop, X, y, epochs) for name, loop in loops.items()}, turns)
        learned = {"fit": 0.85, "skorch": 0.8}  # the share of the rows that is no validation part
        speed = {name: [ROWS * learned.get(name, 1.0) * epochs / each for each in taken[name]] for name in loops}
        rows = [
            _row("samples/s to those of the tight loop", _ratio(speed["fit"], speed["tight_loop"]), 0.95),
            _row("samples/s to skorch's", _ratio(speed["fit"], speed["skorch"]), 2.2),
            _row("samples/s to MLPClassifier's", _ratio(speed["fit"], speed["sklearn"]), 1.25),
        ]
        for hidden, batch, target in SHAPES:
            some = slice(BATCHES * batch)
            ways = {way: partial(folds, X[some], y[some], hidden, batch, at_once=way) for way in (True, False)}
            for way in ways.values():
                way()
            seconds = take_turns(ways, turns)
            name = f"{FOLDS} folds at once to one by one, {hidden} units, batch {batch}"
            rows.append(_row(name, _ratio(seconds[False], seconds[True]), target))
    return {"rows": rows, "samples_per_second": {name: statistics.median(each) for name, each in speed.items()}}


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _row(name: str, value: float, target: float) -> dict[str, Any]:
    return {
        "name": f"network: {name}",
        "value": value,
        "target": target,
        "unit": "at least",
        "passed": value >= target,
    }
