"""What a fit will cost, before it is started and while a run goes on.

Takes a problem with its rows and a model with its settings; gives seconds on one core and bytes, from quick fits on
samples and the growth that the model's entry tells. Takes a run's fits; gives the time left. scikit-learn is loaded
only where something is fitted.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from core.metrics import score_all
from core.models import MODELS, Model, build
from core.records import FitState, ModelSpec, Outcome, Problem, Samples, Split
from core.results import practice_rows, test_share
from core.run import predict
from core.run.execution import TRAIN_SCORE_ROWS

if TYPE_CHECKING:
    import numpy as np

# Seconds of fitting on samples, for each model: enough to tell, and over before a person has chosen the next one.
BUDGET = 0.3
SMALLEST, SMALLEST_OF_ROUNDS, GROWTHS = 250, 1_000, (4, 2)
FEWEST_OF_A_CLASS = 5
ASKED = (50, 450)  # rows that are predicted on trial: two numbers tell what a row costs beside the call itself
ROUNDS = (4, 10)
ROUGH = "roughly, from the size of the table alone"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one fit of a run is expected to cost.

    Attributes
    ----------
    seconds : float
        On one core: fitting, predicting the held-out rows, and the scores on both parts.
    timed : float
        The part of it that an outcome tells: fitting and predicting the held-out rows once.
    bytes : int
        At its peak, beside the table itself.
    how : str
        How it was found, as a clause.
    """

    seconds: float
    timed: float
    bytes: int
    how: str


def fold_rows(split: Split, rows: int) -> tuple[int, int]:
    """Training and held-out rows of one fold (the largest, where they differ) of a problem with so many rows."""
    practice = practice_rows(split, rows)
    held = max(1, math.ceil(test_share(split, practice) * practice))
    return max(1, practice - held), held


def rough(problem: Problem, spec: ModelSpec, train: int) -> Estimate:
    """What the catalogue says about a fit on so many rows, without trying anything."""
    model = MODELS[spec.name]
    seconds = model.seconds(replace(problem, rows=train))
    return Estimate(seconds, seconds, model.bytes(problem, train, spec.settings), ROUGH)


def probe(
    problem: Problem, samples: Samples, spec: ModelSpec, *, train: int, test: int, seed: int = 0, class_weight: str = ""
) -> Estimate:
    """Fit a model on small samples and tell what a fit of the run will cost.

    Parameters
    ----------
    problem : Problem
    samples : Samples
        All rows of the problem.
    spec : ModelSpec
    train, test : int
        Rows that a fold of the run trains and judges on, see `fold_rows`.
    seed : int
        Decides the samples and every model's randomness.
    class_weight : str
        As for `core.models.build`.

    Returns
    -------
    Estimate
        The catalogue's own where the model cannot be fitted on a sample.
    """
    trials = _Trials(problem, samples, spec, seed, class_weight)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            small, large = trials.grow(train)
    except Exception:  # whatever a library raises: the run will tell, and here it only means that nothing is known
        return rough(problem, spec, train)
    seconds, timed = trials.at(small, large, train, test)
    tried = f"{small.rows:,} and {large.rows:,}" if small.rows < large.rows < train else f"{large.rows:,}"
    return Estimate(
        seconds, timed, MODELS[spec.name].bytes(problem, train, spec.settings), f"from fits on {tried} rows"
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """What fits on so many rows took, in seconds on one core.

    Attributes
    ----------
    once, each : ndarray of shape (4,)
        Spent once and in each round: on the fit, on a call to predict, on each row of it, and on each row's scores.
    """

    rows: int
    once: np.ndarray
    each: np.ndarray


class _Trials:
    """Fits of one model on growing samples."""

    def __init__(self, problem: Problem, samples: Samples, spec: ModelSpec, seed: int, class_weight: str) -> None:
        self.problem, self.samples, self.spec = problem, samples, spec
        self.seed, self.class_weight = seed, class_weight
        self.cost = MODELS[spec.name].cost
        self.most = MODELS[spec.name].rounds(problem.task, spec.settings)

    def grow(self, train: int) -> tuple[_Trial, _Trial]:
        """The two largest samples that the budget allows; the same one twice where there is no second."""
        least = SMALLEST if self.cost.rounds is None else SMALLEST_OF_ROUNDS
        rows = min(train, max(least, FEWEST_OF_A_CLASS * len(self.problem.classes)))
        large, took = _timed(lambda: self._trial(rows))
        spent, small, before = took, large, took
        if took < BUDGET / 4:  # the first fit of its kind pays for what it imports
            large, took = _timed(lambda: self._trial(rows))
            spent, small, before = spent + took, large, took
        while large.rows < train:
            sizes = [min(train, large.rows * growth) for growth in GROWTHS]
            plans = [(each, grown(before, took, small.rows, large.rows, each, self.cost.rows)) for each in sizes]
            allowed = [each for each, seconds in plans if spent + seconds <= BUDGET]
            if not allowed and (small is not large or took > 1.5 * BUDGET):
                break
            small, before, rows = large, took, (allowed or sizes[-1:])[0]
            large, took = _timed(lambda rows=rows: self._trial(rows))
            spent += took
        return small, large

    def _trial(self, rows: int) -> _Trial:
        """Prepare the rows once, then fit with few rounds and with more; without rounds the whole counts as one."""
        import numpy as np
        import pandas as pd

        chosen, asked = self._rows(rows, self.seed), [self._rows(count, self.seed + 1) for count in ASKED]
        steps = build(self.spec, replace(self.problem, rows=len(chosen)), self.seed, self.class_weight)
        y = self.samples.y[chosen]
        X, fitted = _timed(lambda: steps[0].fit_transform(self.samples.X.iloc[chosen], y))
        turned = [_timed(lambda rows=rows: steps[0].transform(self.samples.X.iloc[rows])) for rows in asked]
        said = _line(*(seconds for _, seconds in turned))
        frames = [(rows, pd.DataFrame(each)) for rows, (each, _) in zip(asked, turned, strict=True)]
        before = np.array([fitted, *said, 0.0])
        if self.most <= ROUNDS[1]:
            return _Trial(rows, before, self._fit(steps[1], pd.DataFrame(X), y, frames) / self.most)
        (few, more), times = self._with(steps[1], pd.DataFrame(X), y, frames)
        each = np.maximum(0.0, (more - few) / times)
        return _Trial(rows, before + np.maximum(0.0, few - each), each)

    def _rows(self, count: int, seed: int) -> np.ndarray:
        return stratified(self.samples.y, count, bool(self.problem.classes), seed)

    def _with(self, estimator: Any, *data: Any) -> tuple[tuple[np.ndarray, np.ndarray], int]:
        """What one round takes and what several take, and how many more these are."""
        from sklearn.base import clone

        def fit(rounds: int) -> np.ndarray:
            return self._fit(clone(estimator).set_params(**{self.cost.rounds.setting: rounds}), *data)

        few = min(fit(1), fit(1), key=lambda each: float(each[0]))  # the very first pays for what it imports
        several = ROUNDS[1] if few[0] < BUDGET / 20 else ROUNDS[0]
        return (few, fit(several)), several - 1

    def _fit(self, estimator: Any, X: Any, y: np.ndarray, frames: Any) -> np.ndarray:
        import numpy as np

        _, fitted = _timed(lambda: estimator.fit(X, y))
        says, scores = [], []
        for rows, frame in frames:
            args = frame, self.samples.y[rows], self.problem, self.samples.rows[rows]
            (predictions, _), seconds = _timed(lambda args=args: predict(estimator, *args))
            says.append(seconds)
            scores.append(_timed(lambda p=predictions: score_all(p, self.problem))[1])
        (call, row), (_, score) = _line(*says), _line(*scores)
        return np.array([fitted, call + min(scores), row, score])

    def at(self, small: _Trial, large: _Trial, train: int, test: int) -> tuple[float, float]:
        """What a fit of the run will take: all of it, and what its outcome tells."""
        rounds = self.cost.rounds
        count = self.most if rounds is None else rounds.count(self.most, train, self.spec.settings)
        rows = small.rows, large.rows, train
        once = [grown(a, b, *rows, p) for a, b, p in zip(small.once, large.once, (1.0, 0.0, 0.0, 0.0), strict=True)]
        powers = self.cost.rows, 0.0, self.cost.asking, 0.0
        each = [grown(a, b, *rows, p) for a, b, p in zip(small.each, large.each, powers, strict=True)]
        fit, call, row, score = (a + count * b for a, b in zip(once, each, strict=True))
        asked = test + min(train, TRAIN_SCORE_ROWS)
        return fit + 2 * call + asked * (row + score), fit + call + test * row


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """A result and its seconds on one core, whatever else the machine does meanwhile."""
    began = time.process_time()
    result = call()
    return result, time.process_time() - began


def _line(few: float, many: float) -> tuple[float, float]:
    """Seconds of a call itself and of each row in it, from the two numbers of rows that were `ASKED`."""
    row = max(0.0, (many - few) / (ASKED[1] - ASKED[0]))
    return max(0.0, few - row * ASKED[0]), row


def grown(small: float, large: float, low: int, high: int, rows: int, power: float) -> float:
    """A value at `rows`, from those at `low` and `high` rows: a constant and a part that grows with a power.

    Neither part is negative. Where there is one value only, all of it grows.
    """
    if low >= high:
        return large * (rows / high) ** power
    slope = (large - small) / (high**power - low**power) if power else 0.0
    slope = min(max(slope, 0.0), large / high**power)
    return large + slope * (rows**power - high**power)


def stratified(y: np.ndarray, count: int, classes: bool, seed: int) -> np.ndarray:
    """So many positions at random; of classes in proportion, but some of each."""
    import numpy as np

    random = np.random.default_rng(seed)
    if count >= len(y):
        return np.arange(len(y))
    if not classes:
        return np.sort(random.choice(len(y), count, replace=False))
    found, counts = np.unique(y, return_counts=True)
    wanted = np.minimum(counts, np.maximum(FEWEST_OF_A_CLASS, np.round(counts * count / len(y)).astype(int)))
    parts = [
        random.choice(np.flatnonzero(y == each), size, replace=False) for each, size in zip(found, wanted, strict=True)
    ]
    return np.sort(np.concatenate(parts))


def objection(
    model: Model, problem: Problem, estimate: Estimate, *, rows: int = 0, seconds: float = 0.0, memory: int = 0
) -> str:
    """Why a model will not fit into the limits, as a sentence; empty if it will.

    Parameters
    ----------
    model : Model
    problem : Problem
    estimate : Estimate
    rows : int
        Training rows; 0 for all rows of the problem.
    seconds : float
        Time limit of each fit; 0 for none.
    memory : int
        Bytes that each fit may take; 0 for no limit.
    """
    return ""


class Fit(Protocol):
    """A fit of a run as the store tells it, see `core.store.FitRow`."""

    @property
    def model(self) -> str:
        """The model's id."""

    @property
    def state(self) -> FitState:
        """Where it stands."""

    @property
    def progress(self) -> float:
        """How much of it is done, 0 to 1."""

    @property
    def outcome(self) -> Outcome | None:
        """What came of it."""


def time_left(fits: Sequence[Fit], slots: int, expected: Mapping[str, Estimate], limit: float = 0.0) -> float | None:
    """About how many seconds a run still takes.

    Parameters
    ----------
    fits : sequence of Fit
        All fits of the run.
    slots : int
        How many are fitted at the same time.
    expected : mapping of str to Estimate
        By the model's id.
    limit : float
        Seconds after which a fit is ended; 0 for none.

    Returns
    -------
    float or None
        0.0 when nothing is open; None when a model with open fits has neither a finished fold nor an estimate.
    """
    return None
