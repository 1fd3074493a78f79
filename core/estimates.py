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
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any, Protocol

from core.metrics import score_all
from core.models import MODELS, Model, build
from core.records import ENDED, FitState, ModelSpec, Outcome, Problem, Samples, Split
from core.results import practice_rows, test_share
from core.run import predict
from core.run.execution import TRAIN_SCORE_ROWS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Questions = Sequence[tuple[np.ndarray, pd.DataFrame]]

# Seconds of fitting on samples, for each model: enough to tell, and over before a person has chosen the next one. Times
# the power with which a model grows: what is steep is further from its sample.
BUDGET = 0.3
SMALLEST, SMALLEST_OF_ROUNDS, GROWTHS = 250, 1_000, (4, 2)
FEWEST_OF_A_CLASS = 5
LONGEST_TRIAL = 3.0  # seconds that the smallest sample may be expected to take, or else nothing is tried
ASKED = (50, 450)  # rows that are predicted on trial: two numbers tell what a row costs beside the call itself
ROUNDS = (4, 10)
FARTHEST = 4.0  # so far a few quick fits may move the expectation of the others
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
    seconds = model.seconds(replace(problem, rows=train), spec.settings)
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
        The catalogue's own where the model cannot be fitted on a sample, or not soon.
    """
    model, sample = MODELS[spec.name], replace(problem, rows=min(train, SMALLEST))
    if model.cost.rounds is None and model.seconds(sample, spec.settings) > LONGEST_TRIAL:
        return rough(problem, spec, train)
    trials = _Trials(problem, samples, spec, seed, class_weight)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            small, large = trials.grow(train)
    except Exception:  # whatever a library raises: the run will tell, and here it only means that nothing is known
        return rough(problem, spec, train)
    seconds, timed = trials.seconds(small, large, train, test)
    needed = MODELS[spec.name].bytes(problem, train, spec.settings)
    tried = f"{small.rows:,} and {large.rows:,}" if small.rows < large.rows < train else f"{large.rows:,}"
    return Estimate(seconds, timed, needed, f"from fits on {tried} rows")


@dataclass(frozen=True, slots=True)
class _Trial:
    """What fits on so many rows took, in seconds on one core.

    Attributes
    ----------
    fits : float
        Spent on all fits of this trial.
    once, each : ndarray of shape (4,)
        Spent once and in each round: on the fit, on a call to predict, on each row of it, and on each row's scores.
    """

    rows: int
    fits: float
    once: np.ndarray
    each: np.ndarray


class _Trials:
    """Fits of one model on growing samples."""

    def __init__(self, problem: Problem, samples: Samples, spec: ModelSpec, seed: int, class_weight: str) -> None:
        self.problem, self.samples, self.spec = problem, samples, spec
        self.seed, self.class_weight = seed, class_weight
        self.cost = MODELS[spec.name].cost
        self.most = MODELS[spec.name].rounds(problem.task, spec.settings)
        self.fits = 0.0  # seconds that the fits of the latest trial took

    def grow(self, train: int) -> tuple[_Trial, _Trial]:
        """The two largest samples that the budget allows; the same one twice where there is no second."""
        with suppress(Exception):
            self._trial(ASKED[0])  # the first fit of its kind pays for what it imports
        least = SMALLEST_OF_ROUNDS if self.cost.rounds else SMALLEST
        rows = min(train, max(least, FEWEST_OF_A_CLASS * len(self.problem.classes)))
        large, took = _timed(self._trial, rows)
        spent, small, budget = took, large, BUDGET * max(1.0, self.cost.rows)
        while large.rows < train:
            sizes = [min(train, large.rows * growth) for growth in GROWTHS]
            allowed = [size for size in sizes if spent + took + self._longer(small, large, size) <= budget]
            if not allowed and (small is not large or took > budget):
                break  # a second size is worth some more: only two tell what grows and what does not
            small = large
            large, took = _timed(self._trial, (allowed or sizes[-1:])[0])
            spent += took
        return small, large

    def _longer(self, small: _Trial, large: _Trial, rows: int) -> float:
        """How much longer fits on so many rows would take than the last ones."""
        return grown(small.fits, large.fits, small.rows, large.rows, rows, self.cost.rows) - large.fits

    def _trial(self, rows: int) -> _Trial:
        """Prepare the rows once, and fit them."""
        import numpy as np
        import pandas as pd

        self.fits = 0.0
        chosen = self._rows(rows, self.seed)
        steps = build(self.spec, replace(self.problem, rows=len(chosen)), self.seed, self.class_weight)
        y = self.samples.y[chosen]
        X, fitted = _timed(steps[0].fit_transform, self.samples.take(chosen), y)
        asked = [self._rows(count, self.seed + 1) for count in ASKED]
        turned = [_timed(steps[0].transform, self.samples.take(each)) for each in asked]
        prepared = np.array([fitted, *_line(*(seconds for _, seconds in turned)), 0.0])
        questions = [(each, pd.DataFrame(frame)) for each, (frame, _) in zip(asked, turned, strict=True)]
        once, each = self._rounds(steps[1], pd.DataFrame(X), y, questions)
        return _Trial(rows, self.fits, prepared + once, each)

    def _rows(self, count: int, seed: int) -> np.ndarray:
        return stratified(self.samples.y, count, bool(self.problem.classes), seed)

    def _rounds(self, estimator: Any, *data: Any) -> tuple[np.ndarray, np.ndarray]:
        """What a fit takes once, and what each round adds; the whole is one round where a model has none."""
        import numpy as np
        from sklearn.base import clone

        rounds = self.cost.rounds
        if rounds is None or self.most <= ROUNDS[1]:
            whole = self._fit(estimator, *data)
            return np.zeros_like(whole), whole / self.most
        trials = [clone(estimator).set_params(**{rounds.setting: count}) for count in (1, *ROUNDS)]
        few = min((self._fit(trials[0], *data) for _ in range(2)), key=lambda each: float(each[0]))  # the calmer one
        several = int(few[0] < BUDGET / 20)
        each = np.maximum(0.0, (self._fit(trials[1 + several], *data) - few) / (ROUNDS[several] - 1))
        return np.maximum(0.0, few - each), each

    def _fit(self, estimator: Any, X: pd.DataFrame, y: np.ndarray, questions: Questions) -> np.ndarray:
        """Seconds as in `_Trial`."""
        import numpy as np

        _, fitted = _timed(estimator.fit, X, y)
        self.fits += fitted
        says, scores = [], []
        for rows, frame in questions:
            where = self.samples.rows[rows]
            (said, _), seconds = _timed(predict, estimator, frame, self.samples.y[rows], self.problem, where)
            says.append(seconds)
            scores.append(_timed(score_all, said, self.problem)[1])
        (call, row), (judging, score) = _line(*says), _line(*scores)
        return np.array([fitted, call + judging, row, score])

    def seconds(self, small: _Trial, large: _Trial, train: int, test: int) -> tuple[float, float]:
        """What a fit of the run will take: all of it, and what its outcome tells."""
        rounds, rows = self.cost.rounds, (small.rows, large.rows, train)
        count = rounds.count(self.most, train, self.spec.settings) if rounds else self.most
        once = [grown(a, b, *rows, power) for a, b, power in zip(small.once, large.once, (1, 0, 0, 0), strict=True)]
        powers = self.cost.rows, 0.0, self.cost.asking, 0.0
        each = [grown(a, b, *rows, power) for a, b, power in zip(small.each, large.each, powers, strict=True)]
        fit, call, row, score = (float(a + count * b) for a, b in zip(once, each, strict=True))
        asked = test + min(train, TRAIN_SCORE_ROWS)
        return fit + 2 * call + asked * (row + score), fit + call + test * row


def _timed(call: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """A result and its seconds on one core, whatever else the machine does meanwhile."""
    began = time.process_time()
    result = call(*args)
    return result, time.process_time() - began


def _line(few: float, many: float) -> tuple[float, float]:
    """Seconds of a call itself and of each row in it, from the two numbers of rows that were `ASKED`."""
    row = max(0.0, (many - few) / (ASKED[1] - ASKED[0]))
    return max(0.0, few - row * ASKED[0]), row


def grown(small: float, large: float, low: int, high: int, rows: int, power: float) -> float:
    """A value at `rows`, from those at `low` and `high` rows: a constant and a part that grows with a power.

    Neither part is negative. Where there is one value only, all of it grows.
    """
    whole = large / float(high) ** power
    slope = (large - small) / (float(high) ** power - float(low) ** power) if low < high and power else whole
    return float(large + min(max(slope, 0.0), whole) * (float(rows) ** power - float(high) ** power))


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
    if memory and estimate.bytes > memory:
        return model.needs_too_much(estimate.bytes, memory, rows or problem.rows)
    if seconds and estimate.seconds > seconds:
        return f"{about(estimate.seconds)} for each training; the limit is {seconds:g} s."
    return ""


def about(seconds: float) -> str:
    """A duration in words, as the start of a sentence: "About 4 minutes"."""
    if seconds < 90:
        return f"About {seconds:.0f} seconds" if seconds >= 1.5 else "About a second"
    return f"About {seconds / 60:.0f} minutes" if seconds < 5_400 else f"About {seconds / 3_600:.0f} hours"


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

    A model's open folds are expected to take what its finished ones took. Those of a model without any take what was
    estimated, times what the finished ones of the others took compared with their own estimates: so a machine that is
    busy with something else shows after the first fits.

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
    took = _taken(fits)
    pace = _pace(took, expected)
    left = []
    for fit in fits:
        if fit.state not in ENDED:
            whole = _whole(fit.model, took, expected, pace)
            if whole is None:
                return None
            left.append((1.0 - fit.progress) * min(whole, limit or math.inf))
    return max(sum(left) / max(slots, 1), max(left)) if left else 0.0


def _taken(fits: Sequence[Fit]) -> dict[str, float]:
    """What each model's finished folds took on average, as their outcomes tell it."""
    found: dict[str, list[float]] = {}
    for fit in fits:
        if fit.outcome is not None:
            found.setdefault(fit.model, []).append(fit.outcome.fit_seconds + fit.outcome.predict_seconds)
    return {model: fmean(seconds) for model, seconds in found.items()}


def _pace(took: Mapping[str, float], expected: Mapping[str, Estimate]) -> float:
    """How much longer finished fits took than was estimated; in all, so that the long ones count for more."""
    known = [(took[model], expected[model].timed) for model in took if model in expected]
    estimated = sum(told for _, told in known)
    return min(max(sum(real for real, _ in known) / estimated, 1 / FARTHEST), FARTHEST) if estimated else 1.0


def _whole(model: str, took: Mapping[str, float], expected: Mapping[str, Estimate], pace: float) -> float | None:
    """Seconds that a fit keeps its place: an outcome tells of fitting and predicting, but scores take time as well."""
    if model not in expected:
        return took.get(model)
    told = expected[model]
    if model not in took:
        return told.seconds * pace
    return took[model] * told.seconds / told.timed if told.timed else took[model]
