"""Runs that have ended, made by hand or by a few quick fits, for the tests of reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.afterwards import REVIEWS, Finished, at_once, with_fits
from core.checks import Checked, Finding
from core.data import make_problem, table_of_frame
from core.metrics import METRICS
from core.records import FitState, ModelSpec, Outcome, Predictions, Roles, RunSpec, Split, Table
from core.results import Comparison, FitResult
from core.run import compare, setting

Scores = Sequence[float | None]


def classes(rows: int = 200, share: float = 0.5) -> Table:
    """A table of two classes, of which the rarer has so large a share."""
    rng = np.random.default_rng(0)
    answer = np.where(np.arange(rows) < share * rows, "yes", "no")
    return table_of_frame(pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows), "answer": answer}))


def stored(
    scores: Mapping[str, Scores],
    *,
    train: Mapping[str, Scores] | None = None,
    metric: str = "accuracy",
    guessing: Scores = (),
    table: Table | None = None,
    predicted: Mapping[str, Any] | None = None,
    marks: Mapping[str, Sequence[str]] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    undefined: str = "Only one class in these rows.",
) -> Finished:
    """A run of which only the scores by one metric are known, by model and fold; None is not defined."""
    table = table or classes()
    problem = make_problem(table, Roles("answer"))
    folds = len(next(iter(scores.values())))
    given = [(_spec(id, settings or {}), values) for id, values in scores.items()]
    given.append((ModelSpec("baseline"), guessing or [0.5] * folds))
    models = tuple(model for model, _ in given)
    spec = RunSpec("made", table.fingerprint, Roles("answer"), Split("kfold", folds=folds), models)
    parts = np.array_split(np.arange(problem.rows), folds)
    fits = []
    for model, values in given:
        learned = (train or {}).get(model.id, values)
        for fold, value in enumerate(values):
            actual = (parts[fold] % 2).astype(np.int64)
            said = np.asarray((predicted or {}).get(model.id, actual))
            outcome = Outcome(
                0.1,
                0.01,
                None,
                {metric: value},
                {metric: learned[fold]},
                {metric: undefined} if value is None else {},
                marks=tuple((marks or {}).get(model.id, ())),
            )
            whole = Predictions(parts[fold], actual, said if said.ndim else np.full(len(actual), said))
            fits.append(FitResult(model.id, fold, FitState.DONE, outcome=outcome, predictions=whole))
    result = Comparison("", spec, problem, problem.rows, 3, tuple(fits), 1.0)
    return Finished(result, METRICS[metric])


def _spec(id: str, settings: Mapping[str, Mapping[str, Any]]) -> ModelSpec:
    name, _, label = id.partition(":")
    return ModelSpec(name, label, settings.get(id, {}))


def fitted(
    frame: pd.DataFrame | Table, target: str, *models: str | ModelSpec, metric: str = "", **how: Any
) -> Finished:
    """A run with its rows, fitted here and now."""
    table = frame if isinstance(frame, Table) else table_of_frame(frame)
    result = compare(table, target, models=list(models), **how)
    shared = setting(result.spec, table, result.problem)
    return Finished(result, METRICS[metric or result.metric], table, shared)


def found(finished: Finished, *names: str) -> list[Finding]:
    """What some reviews find, whatever they take."""
    told = looked(finished, *names)
    assert not told.not_applied, told.not_applied
    return list(told.findings)


def looked(finished: Finished, *names: str) -> Checked:
    """What has come of some reviews."""
    reviews = [REVIEWS[name] for name in names]
    fits = [each for each in reviews if each.seconds is not None]
    return with_fits(finished, fits) if fits else at_once(finished, reviews)
