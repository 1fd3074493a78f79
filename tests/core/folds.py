"""Out-of-fold predictions for tests: of yes-or-no questions, of several classes, of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.held_out import HeldOut, held_out
from core.records import Predictions, Problem, Task


def binary(rows: int = 1_000, positive: str = "yes") -> Problem:
    return Problem(Task.CLASSIFICATION, "default", positive, ("no", "yes"), (rows - rows // 5, rows // 5), (), {}, rows)


def predicted(rows: int = 1_000, folds: int = 5, *, seed: int = 0, strength: float = 1.5, **extra: Any) -> HeldOut:
    """A fifth is “yes”; probabilities are true, of two classes that lie `strength` standard deviations apart."""
    rng = np.random.default_rng(seed)
    actual = (rng.random(rows) < 0.2).astype(int)
    leaning = rng.normal(size=rows) + strength * actual
    odds = np.exp(strength * leaning - strength**2 / 2) * 0.25
    sure = odds / (1 + odds)
    both = np.column_stack([1 - sure, sure])
    return divided(Predictions(np.arange(rows), actual, (sure >= 0.5).astype(int), both), folds, binary(rows), **extra)


def divided(whole: Predictions, folds: int, problem: Problem, *, repeats: int = 1, weights: Any = None) -> HeldOut:
    """Predictions in folds, one row after the other; repeated ones with the same rows in other folds."""
    rows, parts = len(whole.rows), {}
    for repeat in range(repeats):
        order = np.random.default_rng(repeat).permutation(rows) if repeat else np.arange(rows)
        for fold in range(folds):
            parts[repeat * folds + fold] = taken(whole, order[fold::folds], weights)
    return held_out(parts, problem)


def taken(whole: Predictions, places: Any, weights: Any = None) -> Predictions:
    given = (whole.rows, whole.actual, whole.predicted, whole.probabilities, whole.scores)
    cut = [None if each is None else each[places] for each in given]
    return Predictions(*cut, None if weights is None else np.asarray(weights, float)[places])


def several(rows: int = 900, folds: int = 5, seed: int = 0) -> tuple[HeldOut, Problem]:
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, 3, rows)
    odds = np.exp(rng.normal(size=(rows, 3)) + 1.2 * np.eye(3)[actual])
    sure = odds / odds.sum(axis=1, keepdims=True)
    problem = Problem(Task.CLASSIFICATION, "kind", None, ("a", "b", "c"), (rows // 3,) * 3, (), {}, rows)
    return divided(Predictions(np.arange(rows), actual, sure.argmax(axis=1), sure), folds, problem), problem


def numbers(rows: int = 600, folds: int = 5, seed: int = 0) -> tuple[HeldOut, Problem]:
    rng = np.random.default_rng(seed)
    actual = rng.normal(10, 3, rows)
    problem = Problem(Task.REGRESSION, "price", None, (), (), (), {}, rows)
    return divided(Predictions(np.arange(rows), actual, actual + rng.normal(size=rows)), folds, problem), problem
