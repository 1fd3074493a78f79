"""How fast the feed-forward network trains: samples per second against the tightest loop that plain PyTorch allows.

Both learn 16,000 × 30 made-up rows with two hidden layers of 128 ReLU units, batches of 128, Adam, one thread, no
validation. The loop below does nothing but train (no curve, no checks, no question whether to go on); ours is the whole
of ``fit``. Both are warmed by one epoch, then take turns, so that what else the machine does meets both. Run it alone
with ``python tests/benchmarks/bench_network.py``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from core.networks import FeedForwardClassifier

ROWS, COLUMNS, BATCH, HIDDEN = 16_000, 30, 128, 128
EPOCHS, TURNS = 10, 9
TARGET = 0.9
"""The least share of the tight loop's samples per second that is acceptable."""


def made_up_rows() -> tuple[Any, Any]:
    """Numbers from a normal distribution, and two classes that depend on the product of two columns."""
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    return X, (X[:, 0] * X[:, 1] + 0.5 * X[:, 2] > 0).astype(np.int64)


def tight_loop(X: Any, y: Any, epochs: int) -> None:
    """Train with one shuffle per epoch, slices, and Adam in one fused step."""
    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)
    model = torch.nn.Sequential(
        torch.nn.Linear(COLUMNS, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, 2),
    )
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    for _ in range(epochs):
        order = torch.randperm(ROWS)
        shuffled, labels = inputs[order], targets[order]
        for start in range(0, ROWS, BATCH):
            optimiser.zero_grad()
            outputs = model(shuffled[start : start + BATCH])
            loss = torch.nn.functional.cross_entropy(outputs, labels[start : start + BATCH])
            loss.backward()
            optimiser.step()


def our_fit(X: Any, y: Any, epochs: int) -> None:
    """The same through the estimator."""
    FeedForwardClassifier(
        (HIDDEN, HIDDEN),
        activation="relu",
        optimizer="adam",
        weight_decay=0.0,
        dropout=0.0,
        learning_rate=0.001,
        batch_size=BATCH,
        max_epochs=epochs,
        early_stopping=False,
        device="cpu",
        random_state=0,
    ).fit(X, y)


@contextmanager
def one_thread() -> Any:
    """Run on one thread, and put back what was set before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def take_turns(contestants: dict[str, Callable[[], None]], turns: int) -> dict[str, list[float]]:
    """Seconds of each contestant per turn: A B, B A, A B, …"""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(turns):
        for name, contestant in list(contestants.items())[:: -1 if turn % 2 else 1]:
            started = time.perf_counter()
            contestant()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def run(epochs: int = EPOCHS, turns: int = TURNS) -> dict[str, Any]:
    """Measure, print a table, and give the figures.

    Returns
    -------
    dict
        The row that ``python -m tests.benchmarks`` tells (``name``, ``value``, ``target``, ``unit``, ``passed``),
        ``ratio`` (ours to the tight loop's, the median over the turns; larger is better) and ``samples_per_second`` of
        ``fit`` and ``tight_loop``, each with ``median``, ``low`` and ``high``.
    """
    X, y = made_up_rows()
    with one_thread():
        tight_loop(X, y, 1)
        our_fit(X, y, 1)
        seconds = take_turns(
            {"fit": lambda: our_fit(X, y, epochs), "tight_loop": lambda: tight_loop(X, y, epochs)}, turns
        )
    speed = {name: [ROWS * epochs / each for each in taken] for name, taken in seconds.items()}
    figures = {
        name: {"median": statistics.median(each), "low": min(each), "high": max(each)} for name, each in speed.items()
    }
    ratio = statistics.median(ours / theirs for ours, theirs in zip(speed["fit"], speed["tight_loop"], strict=True))
    print(f"Feed-forward network, {ROWS:,} × {COLUMNS}, {HIDDEN}-{HIDDEN}, batches of {BATCH}, Adam, one thread")
    for name, each in figures.items():
        print(f"  {name:<12}{each['median']:>10,.0f} samples/s  ({each['low']:,.0f} to {each['high']:,.0f})")
    print(f"  ratio {ratio:.2f} (target: at least {TARGET})")
    return {
        "name": "network: samples/s to those of the tight loop",
        "value": ratio,
        "target": TARGET,
        "unit": "at least",
        "passed": ratio >= TARGET,
        "ratio": ratio,
        "samples_per_second": figures,
    }


if __name__ == "__main__":
    run()
