"""One fit: prepared, fitted and judged inside its fold."""

from __future__ import annotations

import ctypes
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.data import check_split, folds, make_problem, samples
from core.metrics import score_all
from core.models import MODELS, build
from core.progress import clock
from core.records import (
    NOT_CONVERGED,
    STOPPED_EARLY,
    Fold,
    ModelSpec,
    Outcome,
    Predictions,
    Problem,
    RunSpec,
    Samples,
    Table,
    Task,
)
from core.run.members import notes
from core.run.rounds import Watch, fit
from core.run.weighing import MARK, UNWEIGHTED, counting, fit_arguments, weighed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Scores on the training rows tell over- from underfitting; above this many rows a seeded sample tells it as well,
# and predicting all of them would cost some models more than the fit.
TRAIN_SCORE_ROWS = 500

# Where the two likeliest classes are this near, a model's rounding may decide, and it is asked for the class itself.
CLOSE_CALL = 1e-3

MOST_POINTS = 1_000  # of a learning curve

# How torch's allocator, and a library that is loaded within the limit, say that there is none left.
NO_MEMORY = ("can't allocate memory", "failed to map segment", "Cannot allocate memory", "out of memory")

UNSETTLED = "It had not settled when it reached its number of steps; more steps may help."


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that the fits of one run share."""

    spec: RunSpec
    problem: Problem
    samples: Samples
    folds: Sequence[Fold]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit: what is kept of it, and the fitted pipeline."""

    outcome: Outcome
    predictions: Predictions
    pipeline: Any


def setting(spec: RunSpec, table: Table, problem: Problem | None = None) -> Setting:
    """Work out what the fits of a run share: the problem, its rows, its folds.

    Parameters
    ----------
    spec : RunSpec
    table : Table
    problem : Problem or None
        What `spec.roles` make of the table, where that is known and was checked before.

    Raises
    ------
    Unusable
        If the table cannot be learned from as the spec says.
    """
    if problem is None:
        problem = make_problem(table, spec.roles)
        check_split(problem, spec.split, table)
    rows = samples(table, problem)
    shared = Setting(spec, problem, rows, folds(rows, problem, spec.split, spec.seed))
    _return_freed_memory()
    return shared


def _return_freed_memory() -> None:
    """Hand back to the system what was freed; of large tables glibc would keep more than all that is still needed."""
    with suppress(AttributeError, OSError, TypeError):  # other systems need no asking
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(frozen=True, slots=True)
class Work:
    """A fit that is begun: the model that is to be fitted, and its rows.

    Attributes
    ----------
    weights : mapping of str to ndarray
        What the pipeline's ``fit`` is told beside the rows.
    told : tuple of str
        What is to be said of that.
    learned : ndarray
        A few of the training rows.
    """

    shared: Setting
    model: ModelSpec
    fold: Fold
    pipeline: Any
    X: pd.DataFrame
    y: np.ndarray
    weights: Mapping[str, np.ndarray]
    told: Sequence[str]
    learned: np.ndarray
    watch: Watch


def begin(shared: Setting, model: ModelSpec, number: int) -> Work:
    """What one fold's fit of a model needs; nothing is fitted yet.

    The preparation is part of the pipeline, so nothing of the held-out rows reaches it.
    """
    spec, problem, fold = shared.spec, shared.problem, shared.folds[number]
    pipeline = build(model, problem, spec.seed, spec.class_weight)
    rows = counting(shared.samples, fold.train)
    X, y = shared.samples.take(rows), shared.samples.y[rows]
    weights, told = fit_arguments(pipeline, shared.samples, rows)
    some = _sample(rows, spec.seed)
    watch = Watch(problem, shared.samples, rows, some, _sample(fold.test, spec.seed))
    return Work(shared, model, fold, pipeline, X, y, weights, told, some, watch)


def finish(work: Work, fit_seconds: float, caught: Sequence[warnings.WarningMessage]) -> Fitted:
    """Have a fitted model predict the fold's held-out rows, and judge it."""
    shared, watch, problem = work.shared, work.watch, work.shared.problem
    predictions, predict_seconds = _predict(work.pipeline, shared, work.fold.test)
    train, _ = _predict(work.pipeline, shared, work.learned)
    watch.end(train, predictions)
    scores, undefined = score_all(predictions, problem)
    train_scores, _ = score_all(train, problem)
    estimator, unsettled = work.pipeline[-1], _unsettled(caught)
    outcome = Outcome(
        fit_seconds,
        predict_seconds,
        None,
        scores,
        train_scores,
        undefined,
        curve=_thinned(getattr(estimator, "curve_", watch.points)),
        notes=(
            *([UNSETTLED] if unsettled else []),
            *dict.fromkeys(notes(estimator)),
            *([watch.stopped] if watch.stopped else []),
            *work.told,
        ),
        marks=(
            *([NOT_CONVERGED] if unsettled else []),
            *getattr(estimator, "marks_", ()),
            *([STOPPED_EARLY] if watch.stopped else []),
            *([MARK] if UNWEIGHTED in work.told else []),
        ),
    )
    return Fitted(outcome, predictions, work.pipeline)


def execute(shared: Setting, model: ModelSpec, number: int) -> Fitted:
    """Fit one model on one fold's training rows and let it predict the others.

    Only ``fit`` and one prediction of the held-out rows are timed.
    """
    work = begin(shared, model, number)
    with warnings.catch_warnings(record=True) as caught, one_class_named(work):
        warnings.simplefilter("always")
        began = clock()
        fit(work.pipeline, work.X, work.y, work.weights, MODELS[model.name].watched, work.watch)
        earlier = getattr(work.pipeline[-1], "earlier_seconds_", 0.0)  # of a network that went on from a checkpoint
        fit_seconds = clock() - began - work.watch.seconds + earlier
        return finish(work, fit_seconds, caught)


@contextmanager
def one_class_named(work: Work) -> Iterator[None]:
    """Say so where a model fails because its training rows are of one class: its own words differ and rarely help."""
    try:
        yield
    except Exception as error:
        problem, y = work.shared.problem, work.y
        if not problem.classes or (y != y[0]).any():
            raise
        only = problem.classes[int(y[0])]
        raise ValueError(f"all training rows are of class '{only}', and this model needs two classes") from error


def _sample(rows: np.ndarray, seed: int) -> np.ndarray:
    import numpy as np

    if len(rows) <= TRAIN_SCORE_ROWS:
        return rows
    chosen: np.ndarray = np.sort(np.random.default_rng(seed).choice(rows, TRAIN_SCORE_ROWS, replace=False))
    return chosen


def _predict(pipeline: Any, shared: Setting, rows: np.ndarray) -> tuple[Predictions, float]:
    X, y = shared.samples.take(rows), shared.samples.y[rows]
    said, seconds = predict(pipeline, X, y, shared.problem, shared.samples.rows[rows])
    weights = weighed(shared.samples, rows)
    return (said if weights is None else replace(said, weights=weights)), seconds


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
        raw = raw[:, : len(pipeline.classes_)]  # trained on one class, some give the other a column all the same
        return Predictions(where, actual, _named(pipeline, X, raw), probabilities=said.spread(raw, 0.0)), seconds
    scores, seconds = _timed(pipeline.decision_function, X)
    if scores.ndim == 1:
        predicted = pipeline.classes_[(scores > 0).astype(int)]
    else:  # with several classes the votes behind `predict` need not agree with the largest decision score
        predicted, seconds = _timed(pipeline.predict, X)
    return Predictions(where, actual, predicted, scores=said.spread(scores, scores.min() - 1.0)), seconds


def _named(pipeline: Any, X: pd.DataFrame, probabilities: np.ndarray) -> np.ndarray:
    """The class that the model names for each row, as its ``predict`` would.

    That is the likeliest; only in close calls the model is asked, for it may not name classes by its probabilities: a
    Gaussian process knows those by approximation alone, and a baseline may draw by lot.
    """
    import numpy as np

    named: np.ndarray = pipeline.classes_[probabilities.argmax(axis=1)]
    highest = np.sort(probabilities, axis=1)[:, -2:]
    close = highest[:, -1] - highest[:, 0] < CLOSE_CALL
    if probabilities.shape[1] > 1 and close.any():
        named[close] = pipeline.predict(X.iloc[np.flatnonzero(close)])
    return named


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


def model_file(pipeline: Any) -> bytes:
    """The file of a fitted pipeline; lightly packed, which takes forests to a quarter in next to no time."""
    from zipfile import ZIP_DEFLATED

    from skops.io import dumps

    content: bytes = dumps(pipeline, compression=ZIP_DEFLATED, compresslevel=1)
    return content


def _unsettled(caught: Sequence[warnings.WarningMessage]) -> bool:
    """Whether a library warned that its model had not settled: of all warnings the one that concerns a person."""
    from sklearn.exceptions import ConvergenceWarning

    return any(issubclass(each.category, ConvergenceWarning) for each in caught)


def _thinned(points: Sequence[Mapping[str, float]]) -> tuple[Mapping[str, float], ...]:
    """No more points than a chart can show, evenly taken, the last one among them."""
    every = -(-len(points) // MOST_POINTS) or 1
    return tuple(points[(len(points) - 1) % every :: every])


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was no memory left: numpy's and Python's, or torch's allocator's."""
    return isinstance(error, MemoryError) or any(each in _said(error) for each in NO_MEMORY)


def reason_of(error: BaseException) -> str:
    """Why a fit failed, in one line for a person: the kind of error and the first sentence of its text."""
    if out_of_memory(error):
        return "out of memory"
    text = " ".join(_said(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _said(error: BaseException) -> str:
    """The beginning of an error's text; empty where it fails to say even that."""
    try:
        return str(error)[:2_000]
    except Exception:
        return ""
