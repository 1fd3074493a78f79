"""A run that has ended without a single fit: its predictions are made up, and judged as a worker judges them.

What pages cost after a run of 15 models × 10 folds × 50,000 rows can so be measured within seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import jobs
from core.data import make_problem
from core.metrics import score_all
from core.records import (
    FitState,
    ModelSpec,
    Outcome,
    Predictions,
    Problem,
    Roles,
    RunSpec,
    RunState,
    Split,
    Table,
    Task,
)
from core.run import plan
from core.store import FitRow, RunRow, Store

NAMES = {
    Task.CLASSIFICATION: (
        "baseline",
        "gradient_boosting",
        "random_forest",
        "hist_gradient_boosting",
        "extra_trees",
        "logistic_regression",
        "ada_boost",
        "tabular_network",
        "k_neighbors",
        "lda",
        "qda",
        "gaussian_naive_bayes",
        "decision_tree",
        "bagging",
        "sklearn_mlp",
    ),
}
NAMES[Task.REGRESSION] = tuple(
    {"logistic_regression": "linear_regression", "lda": "ridge", "qda": "lasso", "gaussian_naive_bayes": "elastic_net"}
    .get(name, name)
    for name in NAMES[Task.CLASSIFICATION]
)  # fmt: skip
EPOCHS = 60


def made_run(
    store: Store, source: str = "loan_desk:rows=50000", folds: int = 10, models: int = 15, positive: str | None = "yes"
) -> RunRow:
    """Keep a run of a named table whose models are somewhat better than chance, each less than the one before."""
    table = jobs.read(store, source)
    problem = make_problem(table, roles := Roles(table.target, positive=positive))
    specs = tuple(ModelSpec(name) for name in NAMES[problem.task][:models])
    spec = RunSpec(table.name, table.fingerprint, roles, Split("kfold", folds=folds), specs, time_limit=0.0)
    fits = [FitRow("made", each.model.id, each.fold, each.key, 1.0, FitState.RUNNING) for each in plan(spec, problem)]
    store.add_run("made", "", spec, problem, fits)
    store.advance_run("made", [RunState.QUEUED], RunState.RUNNING)
    actual, parts = _actual(table, problem), np.array_split(np.random.default_rng(0).permutation(problem.rows), folds)
    for fit in fits:
        place = [each.id for each in specs].index(fit.model)
        _finish(store, fit, problem, _said(actual, np.sort(parts[fit.fold]), problem, place), place)
    store.advance_run("made", [RunState.RUNNING], RunState.DONE)
    row = store.run("made")
    assert row is not None
    return row


def _actual(table: Table, problem: Problem) -> np.ndarray:
    values = table.frame[problem.target].to_numpy()
    if problem.task is Task.REGRESSION:
        return values.astype(float)
    return np.array([problem.classes.index(each) for each in values])


def _said(actual: np.ndarray, rows: np.ndarray, problem: Problem, place: int) -> Predictions:
    """What a model says of a fold; the first one guesses."""
    rng, known = np.random.default_rng([place, int(rows[0])]), actual[rows]
    if problem.task is Task.REGRESSION:
        off = known.std() * (0.3 + 0.03 * place) * rng.normal(size=len(rows))
        return Predictions(rows, known, known + off if place else np.full(len(rows), actual.mean()))
    shares = np.bincount(actual, minlength=len(problem.classes)) / len(actual)
    leaning = np.log(shares) + 0.0 * known[:, None]
    if place:
        leaning = leaning + rng.normal(size=leaning.shape) + (2.2 - 0.1 * place) * np.eye(len(shares))[known]
    sure = np.exp(leaning) / np.exp(leaning).sum(axis=1, keepdims=True)
    return Predictions(rows, known, sure.argmax(axis=1), sure)


def _finish(store: Store, fit: FitRow, problem: Problem, said: Predictions, place: int) -> None:
    scores, undefined = score_all(said, problem)
    seconds = 0.1 * (1 + place)
    outcome = Outcome(seconds, seconds / 10, 10_000 * (1 + place), scores, scores, undefined, _curve(fit, seconds))
    store.files.put_predictions(fit.key, said)
    assert store.finish_fit(fit, outcome)


def _curve(fit: FitRow, seconds: float) -> Sequence[dict[str, float]]:
    """The learning curve of a network; other models have none."""
    if "network" not in fit.model:
        return ()
    steps = range(1, EPOCHS + 1)
    return tuple(
        {"step": step, "train_loss": 1 / step, "valid_loss": 1.1 / step, "seconds": seconds * step / EPOCHS}
        for step in steps
    )
