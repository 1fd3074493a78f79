"""Fits that are done once more, or for the first time, after a run: on its own folds, so that the scores compare.

Takes a `Finished` and a model's spec; gives fitted models and their scores. Says how far it is by `core.progress`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np

from core.afterwards.entry import Finished
from core.data import practice_and_exam
from core.models import MODELS
from core.progress import Step, retelling, tell
from core.records import Fold, ModelSpec, Outcome, Samples
from core.results import ModelResult, outcome_of
from core.run import Setting, execute

MOST_ROWS = 20_000
"""Training rows of a trial; of more a sample is taken, and said."""

STEP = 7_919  # between seeds: far enough that nobody has chosen the next one already
OVERHEAD = 0.03  # seconds beside fitting and predicting once: preparing, scores on both parts
SLOWER = 1.5  # a worker steps back behind all else


@dataclass(frozen=True, slots=True)
class Trial:
    """One model on the folds of a run.

    Attributes
    ----------
    outcomes : tuple of Outcome
        By fold.
    pipelines : tuple
        The fitted models, where they were to be kept.
    rows : int
        Training rows of a fold, the most.
    sampled : bool
        Whether that is a sample.
    """

    outcomes: tuple[Outcome, ...]
    pipelines: tuple[Any, ...]
    rows: int
    sampled: bool

    def values(self, metric: str) -> list[float | None]:
        """A metric on every fold; None where it is not defined."""
        return [each.scores.get(metric) for each in self.outcomes]

    @property
    def seconds(self) -> float:
        """Mean time of a fit."""
        return fmean(each.fit_seconds for each in self.outcomes)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the run's own fits.

    Attributes
    ----------
    seed : int
        Added to the run's own for the model; the folds stay as they are.
    columns : tuple of str
        The columns that the model sees; empty for all.
    moved : int
        Rows by which the answers are moved down against the columns. Rows that would get the answer of a sealed row
        take no part then.
    """

    seed: int = 0
    columns: tuple[str, ...] = ()
    moved: int = 0


AS_IT_WAS = Change()


def tried(finished: Finished, spec: ModelSpec, change: Change = AS_IT_WAS, *, keep: bool = False) -> Trial:
    """Fit a model on every fold of the run; what was asked before is not fitted again.

    Parameters
    ----------
    finished : Finished
        With its rows.
    spec : ModelSpec
    change : Change
    keep : bool
        Whether the fitted models are kept.

    Raises
    ------
    Exception
        Whatever a library raises where a fit fails.
    """
    key = ("tried", spec.name, repr(sorted(spec.settings.items())), change)
    known: Trial | None = finished.found_out.get(key)
    if known is None or (keep and not known.pipelines):
        known = finished.found_out[key] = _tried(_changed(finished, change), spec, keep)
    return known


def again(finished: Finished) -> Trial:
    """The best model once more with another seed: what is asked of fitted models is asked of these."""
    return tried(finished, finished.best.spec, Change(seed=STEP), keep=True)


def _changed(finished: Finished, change: Change) -> Setting:
    shared, spec = finished.setting, finished.result.spec
    problem, rows = shared.problem, shared.samples
    if change.columns:
        features = tuple(each for each in problem.features if each.name in set(change.columns))
        problem = replace(problem, features=features, image_shape=(), series_shape=())
        rows = replace(rows, frame=rows.frame[[each.name for each in features]])
    folds: Sequence[Fold] = shared.folds
    if change.moved:
        rows, folds = _moved(shared, change.moved)
    folds = [_bounded(each, spec.seed) for each in folds]
    return Setting(replace(spec, seed=spec.seed + change.seed), problem, rows, folds)


def _moved(shared: Setting, by: int) -> tuple[Samples, list[Fold]]:
    """The rows with the answers of others, and the folds without those whose answer would be that of a sealed row."""
    rows, opened = shared.samples, np.ones(len(shared.samples.y), bool)
    opened[practice_and_exam(rows, shared.problem, shared.spec.split)[1]] = False
    known = np.roll(opened, by)
    folds = [
        replace(each, train=each.train[known[each.train]], test=each.test[known[each.test]]) for each in shared.folds
    ]
    if not all(len(each.train) and len(each.test) for each in folds):
        raise ValueError("Of some fold every row stands beside a sealed one, so its answers cannot be moved.")
    return replace(rows, y=np.where(known, np.roll(rows.y, by), rows.y)), folds


def _tried(shared: Setting, spec: ModelSpec, keep: bool) -> Trial:
    fitted, count = [], len(shared.folds)
    for place in range(count):
        tell(Step(place / count, f"{MODELS[spec.name].title}, fold {place + 1} of {count}"))
        with retelling(lambda step: None):  # how far one of several is, is not how far all are
            found = execute(shared, spec, place)
        fitted.append((found.outcome, found.pipeline if keep else None))
    rows = max(len(each.train) for each in shared.folds)
    pipelines = tuple(each for _, each in fitted) if keep else ()
    return Trial(tuple(each for each, _ in fitted), pipelines, rows, rows == MOST_ROWS)


def _bounded(fold: Fold, seed: int) -> Fold:
    """The same fold with a sample of its training rows where there are too many."""
    if len(fold.train) <= MOST_ROWS:
        return fold
    drawn = np.random.default_rng(seed).choice(fold.train, MOST_ROWS, replace=False)
    return replace(fold, train=np.sort(drawn))


def again_seconds(finished: Finished, model: ModelResult, times: int = 1) -> float:
    """About how long it takes to fit a finished model on all folds again, so many times."""
    took = [outcome_of(each) for each in model.done]
    once = min(each.fit_seconds + 3 * each.predict_seconds for each in took) + OVERHEAD  # the calmest moment of it
    return SLOWER * times * len(took) * once


def first_seconds(finished: Finished, spec: ModelSpec, columns: int = 0) -> float:
    """About how long it takes to fit a model on all folds that was not in the run."""
    train = int(finished.result.practice_rows * (1 - finished.result.test_share))
    problem = replace(finished.problem, rows=min(train, MOST_ROWS))
    if columns:
        problem = replace(problem, features=problem.features[:columns], image_shape=(), series_shape=())
    return SLOWER * finished.folds * (MODELS[spec.name].seconds(problem, spec.settings) + OVERHEAD)


def said_of_sample(trial: Trial) -> str:
    """The clause that says what a trial learned from, where that was not all; empty otherwise."""
    return f" (learned from a sample of {trial.rows:,} rows for each fold)" if trial.sampled else ""
