"""What a run has come to, from its fits: one result per model, a leaderboard, and the JSON that scripts read.

Takes fits with their outcomes, wherever they come from (the store, or `core.run.compare`); gives frames and values.
Trains nothing and knows no store.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import core
from core.comparison import Resampled
from core.data import SPLITS, fold_count
from core.evidence import Evidence, resampled
from core.held_out import HeldOut, held_out
from core.metrics import METRICS, default_metric
from core.models import MODELS, model_title
from core.predictions import joined
from core.records import ENDED, FitState, Hold, ModelSpec, Outcome, Predictions, Problem, RunSpec, Split
from core.standing import COLUMNS, Standing, placed

if TYPE_CHECKING:
    import pandas as pd


@cache
def versions() -> dict[str, str]:
    """The versions that a result depends on, without importing the libraries."""
    found = {"bakeoff": core.__version__}
    for package in ("scikit-learn", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


@dataclass(frozen=True, slots=True)
class FitResult:
    """One model on one fold, as far as it is known.

    Attributes
    ----------
    stopping : bool
        Whether it runs though somebody asked for its end.
    hold : Hold
        Whether it is paused, where it is not through.
    started, ended : float or None
        Moments, in seconds since 1970.
    """

    model: str
    fold: int
    state: FitState
    reason: str = ""
    outcome: Outcome | None = None
    predictions: Predictions | None = None
    reused: bool = False
    progress: float = 0.0
    message: str = ""
    curve: tuple[Mapping[str, float], ...] = ()
    key: str = ""
    log: str = ""
    stopping: bool = False
    hold: Hold = Hold.NONE
    started: float | None = None
    ended: float | None = None


@dataclass(frozen=True)
class ModelResult:
    """One model of a run over all its folds.

    Attributes
    ----------
    fits : tuple of FitResult
        By fold.
    """

    spec: ModelSpec
    fits: tuple[FitResult, ...]

    @property
    def id(self) -> str:
        """The model's id within the run."""
        return self.spec.id

    @property
    def title(self) -> str:
        """What people call the model, with its label where it has one."""
        return model_title(self.spec)

    @property
    def done(self) -> tuple[FitResult, ...]:
        """The folds that were finished."""
        return tuple(each for each in self.fits if each.state == FitState.DONE and each.outcome is not None)

    @cached_property
    def state(self) -> FitState:
        """Where the model stands: one failed fold fails it, and it is done when all folds are."""
        states = {each.state for each in self.fits}
        if states == {FitState.SKIPPED}:
            return FitState.SKIPPED
        if states == {FitState.QUEUED}:
            return FitState.QUEUED
        if states & {FitState.QUEUED, FitState.RUNNING}:
            return FitState.RUNNING
        missing = (FitState.FAILED, FitState.CANCELLED, FitState.SKIPPED)
        return next((each for each in missing if each in states), FitState.DONE)

    @property
    def reason(self) -> str:
        """Why the model is not done: the first fold's reason, with the fold named where it is one of several."""
        told = {FitState.FAILED: 0, FitState.CANCELLED: 1, FitState.SKIPPED: 2}
        fits = sorted((each for each in self.fits if each.state in told), key=lambda each: told[each.state])
        if not fits:
            return ""
        named = fits[0].state == FitState.FAILED and len(self.fits) > 1
        return f"Fold {fits[0].fold + 1}: {fits[0].reason}" if named else fits[0].reason

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the finished folds, each sentence once."""
        return tuple(dict.fromkeys(note for each in self.done for note in outcome_of(each).notes))

    @property
    def marks(self) -> tuple[str, ...]:
        """The same in a word or two each, for badges."""
        return tuple(dict.fromkeys(mark for each in self.done for mark in outcome_of(each).marks))

    @property
    def stopping(self) -> bool:
        """Whether a fit of it runs that somebody asked to end."""
        return any(each.stopping for each in self.fits)

    @property
    def hold(self) -> Hold:
        """Whether all of it that is not through is paused, or some of it does one step."""
        holds = {each.hold for each in self.fits if each.state not in ENDED}
        return Hold.STEP if Hold.STEP in holds else Hold.PAUSED if holds == {Hold.PAUSED} else Hold.NONE

    @property
    def fit_seconds(self) -> float | None:
        """Mean time to train on one of the folds that are done."""
        times = [outcome_of(each).fit_seconds for each in self.done]
        return fmean(times) if times else None

    @property
    def size_bytes(self) -> int | None:
        """Mean size of the fitted model's file over the folds where it is known."""
        known = [size for each in self.done if (size := outcome_of(each).size_bytes)]
        return round(fmean(known)) if known else None

    @property
    def reused(self) -> bool:
        """Whether every finished fold was taken from an earlier run."""
        return bool(self.done) and self.reused_folds == len(self.done)

    @property
    def reused_folds(self) -> int:
        """How many of the finished folds were taken from an earlier run."""
        return sum(each.reused for each in self.done)

    @property
    def progress(self) -> float:
        """Share of the model's work that is done, 0 to 1."""
        parts = [1.0 if each.state in ENDED else each.progress for each in self.fits]
        return fmean(parts) if parts else 0.0

    def values(self, metric: str, *, train: bool = False) -> list[float | None]:
        """A metric's value on every finished fold; None where it is not defined."""
        chosen = [outcome_of(each).train_scores if train else outcome_of(each).scores for each in self.done]
        return [scores.get(metric) for scores in chosen]

    def mean(self, metric: str, *, train: bool = False) -> float | None:
        """The mean over the finished folds; None when a fold has no value."""
        values = self.values(metric, train=train)
        known = [each for each in values if each is not None]
        return fmean(known) if known and len(known) == len(values) else None

    def undefined(self, metric: str) -> str:
        """Why a metric has no mean; empty when it has one."""
        for each in self.done:
            if metric in outcome_of(each).undefined:
                reason = outcome_of(each).undefined[metric]
                whole = all(metric in outcome_of(other).undefined for other in self.done)
                return reason if whole else f"Fold {each.fold + 1}: {reason}"
        return "" if self.done else self.reason or "No fold is finished."


def outcome_of(fit: FitResult) -> Outcome:
    """The outcome of a fit that is done."""
    assert fit.outcome is not None  # `done` has filtered
    return fit.outcome


def practice_rows(split: Split, rows: int) -> int:
    """Rows that are left for the folds, rounded as scikit-learn rounds a test share."""
    return rows - math.ceil(split.exam * rows)


def test_share(split: Split, rows: int) -> float:
    """Share of the practice rows that one fold judges on, as `core.comparison` wants it."""
    if SPLITS[split.kind].folded:
        return 1 / split.folds
    count = fold_count(split, rows)
    return 1 / count if count > 1 else split.test_share


@dataclass(frozen=True)
class Comparison:
    """A run's results.

    Attributes
    ----------
    run : str
        The run's id; empty when it was made in this process and not stored.
    rows, columns : int
        Of the whole table.
    fits : tuple of FitResult
    seconds : float
        Wall time of the run so far.
    load : callable
        Gives the predictions of a fit that does not carry them.
    drawn : callable or None
        Gives, of a run with one fold and by a metric, what comes of drawing its held-out rows again, or None while that
        is not known; where there is no such callable it is worked out when it is asked for.
    decisions : mapping of str to mapping
        What was decided about a model by its id, see `core.decisions.Decision`.
    """

    run: str
    spec: RunSpec
    problem: Problem
    rows: int
    columns: int
    fits: tuple[FitResult, ...]
    seconds: float
    load: Callable[[FitResult], Predictions | None] = field(default=lambda fit: fit.predictions)
    drawn: Callable[[str], Resampled | None] | None = None
    decisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def models(self) -> tuple[ModelResult, ...]:
        """One result per model, in the order of the spec."""
        by_model: dict[str, list[FitResult]] = {}
        for fit in self.fits:
            by_model.setdefault(fit.model, []).append(fit)
        return tuple(
            ModelResult(each, tuple(sorted(by_model.get(each.id, ()), key=lambda fit: fit.fold)))
            for each in self.spec.models
        )

    def model(self, id: str) -> ModelResult:
        """The result of one model.

        Raises
        ------
        KeyError
            If no model of the run has this id.
        """
        for each in self.models:
            if each.id == id:
                return each
        raise KeyError(f"No model of this run is called {id!r}.")

    @property
    def metric(self) -> str:
        """The metric that ranks by default."""
        return str(default_metric(self.problem, rows_per_fold=round(self.test_share * self.practice_rows)).value)

    def standings(self, metric: str = "") -> tuple[Standing, ...]:
        """Every model's place, the best first; those without a rank come last.

        Parameters
        ----------
        metric : str
            Ranks; empty takes the problem's default.
        """
        evidence = self.evidence(metric or self.metric)
        rows = [self._standing(each, evidence) for each in self.models]
        return placed(rows, greater_is_better=evidence.metric.greater_is_better)

    def _standing(self, model: ModelResult, evidence: Evidence) -> Standing:
        metric = evidence.metric.name
        mean, values = model.mean(metric), [each for each in model.values(metric) if each is not None]
        whole, likely = model.id in evidence.scores, evidence.interval(model.id)
        times = [outcome_of(each).predict_seconds for each in model.done]
        return Standing(
            id=model.id,
            name=model.spec.name,
            title=model.title,
            baseline=MODELS[model.spec.name].always_in,
            state=str(model.state),
            reason=model.reason,
            marks=model.marks,
            folds_done=len(model.done),
            folds=len(model.fits),
            mean=mean,
            spread=stdev(values) if len(values) > 1 else None,
            low=likely.low,
            high=likely.high,
            train=model.mean(metric, train=True),
            undefined=model.undefined(metric) if mean is None else "",
            fit_seconds=model.fit_seconds,
            predict_seconds=fmean(times) if times else None,
            size_bytes=model.size_bytes,
            progress=model.progress,
            reused=model.reused,
            reused_folds=model.reused_folds,
            ranked=whole,
            tied=model.id in evidence.tied,
        )

    def leaderboard(self, metric: str = "") -> pd.DataFrame:
        """Every model as a row, the best first: its `Standing` by `metric`, missing where that is None."""
        import pandas as pd

        rows = [[getattr(each, name) for name in COLUMNS] for each in self.standings(metric)]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"rank": "Int64"})

    @property
    def practice_rows(self) -> int:
        """Rows that take part in the folds; the others are sealed for an exam."""
        return practice_rows(self.spec.split, self.problem.rows)

    @property
    def test_share(self) -> float:
        """Share of the practice rows in one fold's held-out part."""
        return test_share(self.spec.split, self.practice_rows)

    @property
    def repeats(self) -> int:
        """How often the folds were drawn anew, see `core.comparison.compare_pair`."""
        return self.spec.split.repeats if SPLITS[self.spec.split.kind].repeated else 1

    def evidence(self, metric: str = "") -> Evidence:
        """What the scores of the finished models bear out: intervals, pairs, ties."""
        chosen = METRICS[metric or self.metric]
        scored = [each for each in self.models if each.state == FitState.DONE and each.mean(chosen.name) is not None]
        finished = sorted(scored, key=lambda each: each.fit_seconds or 0.0)  # of equals the quicker one is first
        return Evidence(
            chosen,
            {each.id: each.values(chosen.name) for each in finished},
            self.test_share,
            self.repeats,
            self.practice_rows,
            self._drawn(chosen.name) if finished and len(finished[0].fits) == 1 else None,
        )

    def _drawn(self, metric: str) -> Resampled | None:
        return self.drawn(metric) if self.drawn is not None else self.resampled(metric)

    def resampled(self, metric: str) -> Resampled:
        """What comes of drawing the held-out rows of a single fold again, for every finished model."""
        known = {each.id: self.predictions(each.id) for each in self.models if each.state == FitState.DONE}
        given = {id: each for id, each in known.items() if each is not None}
        return resampled(given, self.problem, metric, self.spec.seed)

    def tied(self, metric: str) -> tuple[str, ...]:
        """The ids of the best model and of those that cannot be told from it."""
        return self.evidence(metric).tied

    def predictions(self, id: str) -> Predictions | None:
        """A model's held-out predictions, all finished folds one after the other; None when there are none."""
        return joined(list(parts.values())) if (parts := self.by_fold(id)) else None

    def by_fold(self, id: str) -> dict[int, Predictions]:
        """A model's held-out predictions of each finished fold that has some, by the fold's number."""
        loaded = {each.fold: self.load(each) for each in self.model(id).done}
        return {fold: found for fold, found in loaded.items() if found is not None}

    def held_out(self, id: str) -> HeldOut:
        """A model's held-out predictions with the fold of each, so that what is chosen on some is judged on others."""
        return held_out(self.by_fold(id), self.problem, self.spec.seed)

    def scores(self) -> pd.DataFrame:
        """Every score as a row: model, fold, metric, part (test or train), value."""
        import pandas as pd

        rows = [
            (model.id, fit.fold, metric, part, value)
            for model in self.models
            for fit in model.done
            for part, scores in (("test", outcome_of(fit).scores), ("train", outcome_of(fit).train_scores))
            for metric, value in scores.items()
        ]
        return pd.DataFrame(rows, columns=["model", "fold", "metric", "part", "value"])

    def to_json(self) -> dict[str, Any]:
        """The run as plain values, in the form that the README documents (schema 1)."""
        from core.export import run_json

        return run_json(self)
