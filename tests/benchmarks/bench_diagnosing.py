"""What a worker and a page take to judge stored predictions: 15 models × 10 folds of 50,000 rows, and their pictures.

The predictions are made up: 5,000 rows a fold, each model somewhat better than chance. Judging is what a worker does
when a run is looked at whose metrics are younger than it; the intervals are of all metrics and models.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from core.diagnostics import DIAGNOSES, Held
from core.metrics import metrics_of, score_all
from core.records import FitState, ModelSpec, Outcome, Predictions, Problem, Roles, RunSpec, Split, Task
from core.results import Comparison, FitResult
from dashboard.frames import all_scores

MODELS, FOLDS, ROWS = 15, 10, 50_000
FIRST, AFTER, FRAME = 2.0, 0.1, 0.05
KINDS = {"two classes": 2, "seven classes": 7, "numbers": 0}


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    return {"rows": [row for name, classes in KINDS.items() for row in _measured(name, classes)]}


def _measured(name: str, classes: int) -> Iterator[dict[str, Any]]:
    problem = _problem(classes)
    stored = {model: Held({fold: _said(classes, model, fold) for fold in range(FOLDS)}) for model in range(MODELS)}
    judged: dict[int, list[Any]] = {}
    result: Comparison | None = None

    def judge() -> None:
        nonlocal result
        for model, held in stored.items():
            judged[model] = [score_all(each, problem) for each in held.folds.values()]
        result = _result(problem, judged)
        all_scores(result, [each.id for each in result.models], metrics_of(problem))

    def again() -> None:
        assert result is not None
        all_scores(result, [each.id for each in result.models], metrics_of(problem))

    told = f"{name}, {MODELS} models × {FOLDS} folds, {ROWS:,} rows"
    yield _row(f"{told}: metrics and intervals", _seconds(judge), FIRST)
    yield _row("  the same after, from stored scores", _seconds(again), AFTER)
    for diagnosis in DIAGNOSES.values():
        if (diagnosis.name in _OF_NUMBERS) == (classes == 0):
            seconds = _seconds(partial(diagnosis.make, stored[0], problem))
            yield {**_row(f"  one model's {diagnosis.name}", seconds, FRAME), "target": None, "passed": True}


_OF_NUMBERS = {"residuals", "error_by_size", "residual_distribution", "quantile_coverage"}


def _seconds(work: Callable[[], Any], times: int = 3) -> float:
    """The least of a few tries, in processor time: on a machine that does nothing else it is the time on the clock."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def _row(name: str, value: float, target: float) -> dict[str, Any]:
    return {"name": name, "value": value, "target": target, "unit": "s", "passed": value <= target}


def _problem(classes: int) -> Problem:
    names = tuple(f"class {code}" for code in range(classes))
    task = Task.CLASSIFICATION if classes else Task.REGRESSION
    return Problem(task, "target", names[1] if classes == 2 else None, names, (1,) * classes, (), {}, ROWS)


def _said(classes: int, model: int, fold: int) -> Predictions:
    rng = np.random.default_rng([model, fold])
    size = ROWS // FOLDS
    rows = np.arange(size) + fold * size
    truth = np.random.default_rng(fold)
    if not classes:
        actual = truth.gamma(2.0, 10.0, size)
        return Predictions(rows, actual, np.maximum(0.01, actual + rng.normal(0, 3 + model, size)))
    actual = truth.integers(0, classes, size)
    raw = rng.gamma(1.0, size=(size, classes)) + (actual[:, None] == np.arange(classes)) * 0.7
    sure = raw / raw.sum(axis=1, keepdims=True)
    return Predictions(rows, actual, sure.argmax(axis=1), sure)


def _result(problem: Problem, judged: dict[int, list[Any]]) -> Comparison:
    specs = tuple(ModelSpec("k_neighbors", str(model)) for model in judged)
    fits = tuple(
        FitResult(spec.id, fold, FitState.DONE, outcome=Outcome(0.0, 0.0, None, scores, {}, undefined))
        for spec, folds in zip(specs, judged.values(), strict=True)
        for fold, (scores, undefined) in enumerate(folds)
    )
    spec = RunSpec("made", "made", Roles("target"), Split("kfold", folds=FOLDS), specs)
    return Comparison("", spec, problem, ROWS, 2, fits, 0.0)
