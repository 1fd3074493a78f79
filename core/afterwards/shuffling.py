"""How much the best model's score falls where a column is shuffled, on the held-out rows of every fold.

Takes a `Finished` with its rows; gives the falls with their interval. Many shuffled copies are predicted in one call,
which for most models costs little more than one copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.afterwards.entry import Finished
from core.afterwards.trials import SLOWER, again
from core.checks.entry import once
from core.comparison import interval
from core.metrics import score
from core.progress import Step, tell
from core.records import Fold, Predictions
from core.results import outcome_of
from core.run import predict

if TYPE_CHECKING:
    import pandas as pd

REPEATS, MOST_ROWS, FEWEST_ROWS = 5, 300, 50
BUDGET = 1_000_000  # shuffled rows that are predicted in all
AT_ONCE = 20_000
EACH_SCORE, CALL = 0.0003, 0.005  # seconds: of a score, and of a call however few rows it is about

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Falls:
    """How much a score falls, by column.

    Attributes
    ----------
    names : tuple of str
    mean, low, high : tuple of float
        Over the folds, and the ends of the corrected 95 % interval; in the metric's unit, more is worse.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@once
def falls(finished: Finished) -> Falls:
    """How much the best model's score falls where each column is shuffled.

    Raises
    ------
    ValueError
        If the score is not defined on the held-out rows of a fold.
    """
    names = tuple(each.name for each in finished.problem.features)
    trial, folds = again(finished), finished.setting.folds
    rows = []
    for place, (fold, pipeline) in enumerate(zip(folds, trial.pipelines, strict=True)):
        tell(Step(place / len(folds), f"shuffling columns, fold {place + 1} of {len(folds)}"))
        rows.append(_in_fold(finished, fold, pipeline, names))
    by_column = np.array(rows).T
    low, high = zip(*(_range(finished, each) for each in by_column), strict=True)
    return Falls(names, tuple(by_column.mean(axis=1).tolist()), low, high)


def _range(finished: Finished, lost: Floats) -> tuple[float, float]:
    """Where a column's fall may lie; 0 where no shuffle of several folds changed a thing: the model does not use it."""
    if len(lost) > 1 and not lost.any():
        return 0.0, 0.0
    found = interval(lost.tolist(), finished.result.test_share, repeats=finished.result.repeats)
    return -np.inf if found.low is None else found.low, np.inf if found.high is None else found.high


def _rows(finished: Finished) -> int:
    """Held-out rows of a fold that are looked at."""
    copies = REPEATS * len(finished.problem.features) * max(1, finished.folds)
    return max(FEWEST_ROWS, min(MOST_ROWS, BUDGET // max(1, copies)))


def _in_fold(finished: Finished, fold: Fold, pipeline: Any, names: Sequence[str]) -> Floats:
    """The fall for each column, mean over the shuffles."""
    rng = np.random.default_rng(finished.result.spec.seed + fold.number)
    most = _rows(finished)
    test = fold.test if len(fold.test) <= most else np.sort(rng.choice(fold.test, most, replace=False))
    X = finished.setting.samples.take(test)[list(names)]
    orders = [rng.permutation(len(test)) for _ in range(REPEATS)]
    whole = _scored(finished, pipeline, X, test)[0]
    found: list[float] = []
    for stacked, count in _stacks(X, names, orders):
        found += _scored(finished, pipeline, stacked, np.tile(test, count), count)
    sign = 1.0 if finished.metric.greater_is_better else -1.0
    lost: Floats = sign * (whole - np.array(found).reshape(len(names), REPEATS)).mean(axis=1)
    return lost


def _stacks(
    X: pd.DataFrame, names: Sequence[str], orders: Sequence[NDArray[np.intp]]
) -> Iterator[tuple[pd.DataFrame, int]]:
    """Shuffled copies one below the other, and how many; column by column."""
    import pandas as pd

    copies: list[pd.DataFrame] = []
    for name in names:
        for order in orders:
            changed = X.copy(deep=False)
            changed[name] = X[name].iloc[order].set_axis(X.index)
            copies.append(changed)
        if len(copies) * len(X) >= AT_ONCE:
            yield pd.concat(copies, ignore_index=True), len(copies)
            copies = []
    if copies:
        yield pd.concat(copies, ignore_index=True), len(copies)


def _scored(finished: Finished, pipeline: Any, X: pd.DataFrame, places: NDArray[Any], parts: int = 1) -> list[float]:
    """The score of each of several copies of the same rows."""
    shared = finished.setting
    rows = shared.samples
    said, _ = predict(pipeline, X, rows.y[places], finished.problem, rows.rows[places])
    if rows.weights is not None:
        said = replace(said, weights=rows.weights[places])
    return [_value(finished, each) for each in _split(said, parts)]


def _split(said: Predictions, parts: int) -> Iterator[Predictions]:
    arrays = {each.name: getattr(said, each.name) for each in fields(Predictions)}
    size = len(said.rows) // parts
    for place in range(parts):
        part = slice(place * size, (place + 1) * size)
        chosen: dict[str, Any] = {name: None if each is None else each[part] for name, each in arrays.items()}
        yield Predictions(**chosen)


def _value(finished: Finished, said: Predictions) -> float:
    value, reason = score(finished.metric.name, said, finished.problem)
    if value is None:
        raise ValueError(f"{finished.metric.title} is not defined on some rows: {reason}")
    return value


def shuffle_seconds(finished: Finished) -> float:
    """About how long the shuffling takes."""
    took = [outcome_of(each).predict_seconds for each in finished.best.done]
    each = max(min(took) - CALL, 0.1 * min(took)) / max(1.0, finished.held_out)  # of the calmest moment
    copies = REPEATS * len(finished.problem.features) * finished.folds
    return SLOWER * copies * (min(_rows(finished), finished.held_out) * each + EACH_SCORE)
