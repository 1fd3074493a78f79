"""A RunSpec in, Outcomes out: the only module that knows the order of the stages.

Takes a table and a spec; gives fits to execute, and executes one. Knows no store and no queue: the worker calls
`execute` for one fit, a notebook calls `compare` for all of them in its own process.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import check_split, default_split, fold_count, folds, load_table, make_problem, samples, table_of_frame
from core.metrics import score_all
from core.models import MODELS, build, check_settings, cost, default_models
from core.progress import Step, listening
from core.records import (
    FitState,
    Fold,
    ModelSpec,
    Outcome,
    Predictions,
    Problem,
    Roles,
    RunSpec,
    Samples,
    Split,
    Table,
    Task,
)
from core.results import Comparison, FitResult, versions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Scores on the training rows tell over- from underfitting; above this many rows a seeded sample tells it as well,
# and predicting all of them would cost some models more than the fit.
TRAIN_SCORE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class PlannedFit:
    """One fit of a run before it is done. `reason` says why it will not be tried; empty when it will."""

    model: ModelSpec
    fold: int
    key: str
    cost: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that the fits of one run share."""

    spec: RunSpec
    problem: Problem
    samples: Samples
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit: what is kept of it, and the fitted pipeline's file."""

    outcome: Outcome
    predictions: Predictions
    model: bytes


def fit_key(spec: RunSpec, model: ModelSpec, fold: int) -> str:
    """The hash of everything that decides a fit's result: equal keys, equal results.

    Limits are no part of it, so what ran out of time can be tried again with more; neither is the label of a model.
    """
    decides = {
        "fingerprint": spec.fingerprint,
        "roles": dataclasses.asdict(spec.roles),
        "split": dataclasses.asdict(spec.split),
        "seed": spec.seed,
        "class_weight": spec.class_weight,
        "model": model.name,
        "settings": dict(model.settings),
        "fold": fold,
        "versions": versions(),
    }
    text = json.dumps(decides, sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def plan(spec: RunSpec, problem: Problem) -> list[PlannedFit]:
    """Every fit of a run, model by model.

    Parameters
    ----------
    spec : RunSpec
    problem : Problem
        What `spec.roles` make of the table.

    Returns
    -------
    list of PlannedFit
        A model that does not suit the problem has one entry per fold as well, each with the reason.

    Raises
    ------
    UnknownName, ValueError
        If a model or a setting does not exist, or a model takes part twice under one id.
    """
    count = fold_count(spec.split, _practice_rows(spec.split, problem.rows))
    fits = []
    for model in spec.models:
        entry = MODELS[model.name]
        reason = entry.unsuitable(problem) or ""
        if not reason:
            check_settings(model.name, problem.task, model.settings)
        price = cost(entry, problem)
        fits += [PlannedFit(model, fold, fit_key(spec, model, fold), price, reason) for fold in range(count)]
    _refuse_twins(spec.models)
    return fits


def _practice_rows(split: Split, rows: int) -> int:
    return rows - round(split.exam * rows)


def _refuse_twins(models: Sequence[ModelSpec]) -> None:
    ids = [each.id for each in models]
    for each in ids:
        if ids.count(each) > 1:
            raise ValueError(f"The model {each!r} takes part twice. Give one of them a label, as in {each}:second.")


def with_baseline(models: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
    """The models with those that are in every run in front, none of them twice."""
    chosen = {each.name for each in models}
    always = [ModelSpec(entry.name) for entry in MODELS.values() if entry.always_in and entry.name not in chosen]
    return (*always, *models)


def setting(spec: RunSpec, table: Table) -> Setting:
    """Work out what the fits of a run share: the problem, its rows, its folds.

    Raises
    ------
    Unusable
        If the table cannot be learned from as the spec says.
    """
    problem = make_problem(table, spec.roles)
    check_split(problem, spec.split)
    rows = samples(table, problem)
    return Setting(spec, problem, rows, tuple(folds(rows, problem, spec.split, spec.seed)))


def execute(shared: Setting, model: ModelSpec, number: int) -> Fitted:
    """Fit one model on one fold's training rows and let it predict the others.

    The preparation is part of the pipeline, so nothing of the held-out rows reaches it. Only ``fit`` and one prediction
    of the held-out rows are timed.
    """
    spec, problem, fold = shared.spec, shared.problem, shared.folds[number]
    pipeline = build(model, problem, spec.seed, spec.class_weight)
    X, y = shared.samples.X.iloc[fold.train], shared.samples.y[fold.train]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        began = time.perf_counter()
        pipeline.fit(X, y)
        fit_seconds = time.perf_counter() - began
        predictions, predict_seconds = _predict(pipeline, shared, fold.test)
        train, _ = _predict(pipeline, shared, _sample(fold.train, spec.seed))
    scores, undefined = score_all(predictions, problem)
    train_scores, _ = score_all(train, problem)
    content = _dump(pipeline)
    estimator = pipeline[-1]
    outcome = Outcome(
        fit_seconds,
        predict_seconds,
        len(content),
        scores,
        train_scores,
        undefined,
        curve=_curve(estimator),
        notes=(*_warned(caught), *getattr(estimator, "notes_", ())),
    )
    return Fitted(outcome, predictions, content)


def _sample(rows: np.ndarray, seed: int) -> np.ndarray:
    import numpy as np

    if len(rows) <= TRAIN_SCORE_ROWS:
        return rows
    chosen: np.ndarray = np.sort(np.random.default_rng(seed).choice(rows, TRAIN_SCORE_ROWS, replace=False))
    return chosen


def _predict(pipeline: Any, shared: Setting, rows: np.ndarray) -> tuple[Predictions, float]:
    X, y = shared.samples.X.iloc[rows], shared.samples.y[rows]
    return predict(pipeline, X, y, shared.problem, shared.samples.rows[rows])


def predict(
    pipeline: Any, X: pd.DataFrame, actual: np.ndarray, problem: Problem, where: np.ndarray
) -> tuple[Predictions, float]:
    """What a fitted pipeline says about some rows, and the seconds that saying it once took.

    Parameters
    ----------
    pipeline : fitted estimator
    X : DataFrame of shape (n, features)
    actual : ndarray of shape (n,)
        Class codes or numbers.
    problem : Problem
    where : ndarray of shape (n,)
        The rows' positions in the table.
    """
    if problem.task == Task.REGRESSION:
        predicted, seconds = _timed(pipeline.predict, X)
        return Predictions(where, actual, predicted.astype(float).ravel()), seconds
    said = _Classes(pipeline.classes_, len(problem.classes))
    if hasattr(pipeline, "predict_proba"):
        raw, seconds = _timed(pipeline.predict_proba, X)
        predicted = pipeline.classes_[raw.argmax(axis=1)]
        return Predictions(where, actual, predicted, probabilities=said.spread(raw, 0.0)), seconds
    scores = pipeline.decision_function(X)
    # With several classes the votes behind `predict` need not agree with the largest decision score.
    predicted, seconds = _timed(pipeline.predict, X)
    return Predictions(where, actual, predicted, scores=said.spread(scores, scores.min() - 1.0)), seconds


def _timed(call: Callable[[Any], Any], X: pd.DataFrame) -> tuple[Any, float]:
    began = time.perf_counter()
    result = call(X)
    return result, time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class _Classes:
    """The classes that one fold's training rows held, among all classes of the problem."""

    seen: np.ndarray
    all: int

    def spread(self, values: np.ndarray, absent: float) -> np.ndarray:
        """Columns per seen class to columns per class; a class that was never seen gets `absent`."""
        import numpy as np

        if len(self.seen) == self.all or values.ndim == 1:
            return values
        wide = np.full((len(values), self.all), absent)
        wide[:, self.seen] = values
        return wide


def _dump(pipeline: Any) -> bytes:
    from skops.io import dumps

    content: bytes = dumps(pipeline)
    return content


def _warned(caught: Sequence[warnings.WarningMessage]) -> list[str]:
    """What the libraries warned of, where it concerns the person: that a model had not settled."""
    from sklearn.exceptions import ConvergenceWarning

    settled = not any(issubclass(each.category, ConvergenceWarning) for each in caught)
    return [] if settled else ["It had not settled when it reached its number of steps; more steps may help."]


def _curve(estimator: Any) -> tuple[Mapping[str, float], ...]:
    """The learning curve that an estimator kept, as points of `core.progress.Step`."""
    if hasattr(estimator, "curve_"):
        return tuple(estimator.curve_)
    losses = getattr(estimator, "loss_curve_", getattr(estimator, "train_score_", ()))
    return tuple({"step": float(step), "train_loss": float(loss)} for step, loss in enumerate(losses, start=1))


Report = Callable[[float, str], None]


def ignore(fraction: float, message: str) -> None:
    """A report that nobody reads."""


def compare(
    data: str | Path | pd.DataFrame | Table,
    target: str = "",
    *,
    models: Sequence[str | ModelSpec] = (),
    task: str = "",
    positive: Any = None,
    split: Split | str = "",
    group: str = "",
    time: str = "",
    seed: int = 0,
    class_weight: str = "",
    report: Report = ignore,
) -> Comparison:
    """Compare models on a table, here and now, in this process.

    Parameters
    ----------
    data : str, Path, DataFrame or Table
        A name of the data set catalogue (``"iris"``, ``"moons:noise=0.3"``), a file, or a table.
    target : str
        The column to predict; empty takes the one the data set is known for, or the proposal.
    models : sequence of str or ModelSpec
        Names of the model catalogue; empty takes the default selection. The baseline is always in.
    task, positive, group, time
        See `core.records.Roles`; empty takes the proposal.
    split : Split or str
        How rows are divided; a name takes that kind with its defaults, empty the task's default.
    seed : int
        Decides the folds and every model's randomness.
    class_weight : str
        ``"balanced"`` weights classes by their rarity in the models that can.
    report : callable
        Called with the share done and a message, before each fit and during it.

    Returns
    -------
    Comparison
        With ``leaderboard()``, ``scores()``, ``predictions`` and ``to_json()``.

    Raises
    ------
    Unreadable, Unusable
        If the table cannot be read or learned from; the text says why.
    UnknownName, ValueError
        If a model, a split or a setting does not exist.

    Examples
    --------
    >>> from core.run import compare
    >>> result = compare("iris", models=["logistic_regression"])
    >>> list(result.leaderboard()["id"])
    ['logistic_regression', 'baseline']
    """
    table = _as_table(data)
    roles = Roles(target or table.target, task=task, positive=positive, group=group, time=time)
    problem = make_problem(table, roles)
    chosen = [each if isinstance(each, ModelSpec) else ModelSpec(each) for each in models or default_models(problem)]
    division = split if isinstance(split, Split) else _split(split, problem)
    spec = RunSpec(table.name, table.fingerprint, roles, division, with_baseline(chosen), seed, class_weight)
    return _compare(spec, table, report)


def _as_table(data: str | Path | pd.DataFrame | Table) -> Table:
    if isinstance(data, Table):
        return data
    if isinstance(data, (str, Path)):
        return load_table(str(data))
    return table_of_frame(data, "table")


def _split(kind: str, problem: Problem) -> Split:
    default = default_split(problem.task)
    return dataclasses.replace(default, kind=kind) if kind else default


def _compare(spec: RunSpec, table: Table, report: Report) -> Comparison:
    began = time.perf_counter()
    shared = setting(spec, table)
    fits = plan(spec, shared.problem)
    results = [_try(shared, fit, _within(report, index, len(fits))) for index, fit in enumerate(fits)]
    seconds = time.perf_counter() - began
    return Comparison("", spec, shared.problem, len(table.frame), len(table.columns), tuple(results), seconds)


def _within(report: Report, index: int, count: int) -> Report:
    """A report whose 0 to 1 is one fit's part of the whole."""
    return lambda fraction, message: report((index + fraction) / count, message)


def _try(shared: Setting, fit: PlannedFit, report: Report) -> FitResult:
    """Execute one fit; a model that fails is a result with a reason, and the others go on."""
    if fit.reason:
        return FitResult(fit.model.id, fit.fold, FitState.SKIPPED, fit.reason)
    title = MODELS[fit.model.name].title
    report(0.0, f"{title}, fold {fit.fold + 1}")

    def hear(step: Step) -> None:
        report(step.fraction, f"{title}, fold {fit.fold + 1}, {step.message}")

    try:
        with listening(hear):
            fitted = execute(shared, fit.model, fit.fold)
    except Exception as error:
        return FitResult(fit.model.id, fit.fold, FitState.FAILED, reason_of(error))
    return FitResult(fit.model.id, fit.fold, FitState.DONE, outcome=fitted.outcome, predictions=fitted.predictions)


def reason_of(error: BaseException, limit: str = "") -> str:
    """Why a fit failed, in one line for a person: the kind of error and the first sentence of its text."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        return f"out of memory{f' (limit {limit})' if limit else ''}"
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
