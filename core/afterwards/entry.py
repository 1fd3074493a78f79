"""What a review is, and what it looks at: a run that has ended.

Takes nothing; says what the entries of REVIEWS are made of. What they find is told as the checks before training tell
it, see `core.checks.entry`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from core.checks import Finding
from core.comparison import Pair, compare_pair, holm
from core.metrics import Metric
from core.models import MODELS
from core.records import FitState, Problem, Table
from core.results import Comparison, ModelResult
from core.run import Setting
from core.standing import nobody_wins
from core.wording import counted

T = TypeVar("T")

AT_ODDS = 0.05  # p value below which two models are told apart
BASELINE_LEARNS_NOTHING = 1e-12  # guessing that is this near to perfect leaves no way to go


@dataclass(frozen=True, eq=False)
class Finished:
    """What reviews look at: a run that has ended, by one metric.

    Attributes
    ----------
    result : Comparison
    metric : Metric
        That ranks.
    table : Table or None
        What was learned from; None where only what is stored of the run is looked at.
    shared : Setting or None
        What its fits had in common, under the same condition.
    """

    result: Comparison
    metric: Metric
    table: Table | None = None
    shared: Setting | None = None
    found_out: dict[Any, Any] = field(default_factory=dict, repr=False)  # what several reviews ask for, see `once`

    @property
    def problem(self) -> Problem:
        """What was to be learned."""
        return self.result.problem

    @property
    def setting(self) -> Setting:
        """What the fits had in common.

        Raises
        ------
        ValueError
            If only what is stored of the run is looked at.
        """
        if self.shared is None:
            raise ValueError("The rows of the run are not at hand.")
        return self.shared

    @cached_property
    def done(self) -> tuple[ModelResult, ...]:
        """Models that were finished on every fold, but for those that only guess."""
        return tuple(each for each in self.result.models if each.state == FitState.DONE and not guesses(each))

    @cached_property
    def ranked(self) -> tuple[ModelResult, ...]:
        """Those of them that have a score, the best first."""
        scored = [each for each in self.done if each.mean(self.metric.name) is not None]
        return tuple(sorted(scored, key=self.mean, reverse=self.metric.greater_is_better))

    @property
    def best(self) -> ModelResult:
        """The model with the best mean; ask only where `ranked` is not empty."""
        return self.ranked[0]

    @cached_property
    def floor(self) -> ModelResult | None:
        """The model that only guesses, where it has a score."""
        all_of_them = (each for each in self.result.models if each.state == FitState.DONE and guesses(each))
        return next((each for each in all_of_them if each.mean(self.metric.name) is not None), None)

    @property
    def folds(self) -> int:
        """How many folds every finished model has."""
        return len(self.done[0].done) if self.done else 0

    @property
    def held_out(self) -> float:
        """Rows that one fold judges on, on average."""
        return self.result.test_share * self.result.practice_rows

    def mean(self, model: ModelResult) -> float:
        """The mean over the folds of a model that is ranked."""
        value = model.mean(self.metric.name)
        assert value is not None  # `ranked` has filtered
        return value

    def values(self, model: ModelResult, *, train: bool = False) -> list[float | None]:
        """The metric of a model on every fold."""
        return model.values(self.metric.name, train=train)

    def pair(self, a: Sequence[float | None], b: Sequence[float | None]) -> Pair | None:
        """What the same folds say about two rows of scores; None where no fold has both."""
        if not any(x is not None and y is not None for x, y in zip(a, b, strict=True)):
            return None
        better = self.metric.greater_is_better
        share, repeats = self.result.test_share, self.result.repeats
        return compare_pair(a, b, test_fraction=share, greater_is_better=better, repeats=repeats)

    def ahead(self, a: Sequence[float | None], b: Sequence[float | None]) -> bool:
        """Whether the first is better than the second beyond what the folds leave open."""
        pair = self.pair(a, b)
        return pair is not None and pair.low is not None and pair.low > 0

    def behind(self, values: Sequence[float | None], others: Sequence[ModelResult]) -> tuple[ModelResult, ...]:
        """Those of some models that are worse than what has these values, corrected for how many there are (Holm).

        The correction of the leaderboard, so that whoever shares the first place there is not called worse here.
        """
        known = [*others, *([self.floor] if self.floor else [])]
        pairs = [self.pair(values, self.values(each)) for each in known]
        adjusted = holm([None if pair is None else pair.p_value for pair in pairs])
        return tuple(
            each
            for each, pair, p in zip(known, pairs, adjusted, strict=True)
            if each is not self.floor and pair and p is not None and p < AT_ODDS and pair.difference > 0
        )

    def beats_guessing(self, model: ModelResult) -> bool:
        """Whether a model is better than guessing, beyond what the folds leave open."""
        return self.floor is not None and self.ahead(self.values(model), self.values(self.floor))

    def skill(self, value: float | None) -> float | None:
        """A score as the share of the way from guessing (0) to perfect (1); None where guessing has no score."""
        guess = self.floor.mean(self.metric.name) if self.floor else None
        if value is None or guess is None or abs(self.metric.best - guess) < BASELINE_LEARNS_NOTHING:
            return None
        return (value - guess) / (self.metric.best - guess)

    @cached_property
    def unit(self) -> float | None:
        """The way from guessing to perfect, in the metric's unit."""
        guess = self.floor.mean(self.metric.name) if self.floor else None
        return None if guess is None else abs(self.metric.best - guess) or None

    def told(self, value: float) -> str:
        """A score in a sentence: ``94.2 of 100``, ``42 %``, ``0.53``."""
        saying = self.metric.saying
        if "{hundred}" in saying:
            return f"{100 * value:.1f} of 100"
        decimals = 0 if abs(value) >= 0.1 else 1  # near nothing two of them should not look the same
        told = f"{100 * value:.{decimals}f} %" if "{percent}" in saying else f"{value:,.3g}"
        return told.replace("-", "−")

    def distance(self, value: float) -> str:
        """A difference of two scores in a sentence: ``1.2 of 100``, ``0.4 %``, ``0.02``."""
        saying = self.metric.saying
        if "{hundred}" in saying:
            return f"{100 * value:.1f} of 100"
        return f"{100 * value:.1f} %" if "{percent}" in saying else f"{value:.2g}"

    @property
    def measure(self) -> str:
        """The metric as it stands in brackets behind the first score of a sentence."""
        return self.metric.title + ("" if self.metric.greater_is_better else ", less is better")


def guesses(model: ModelResult) -> bool:
    """Whether a model only guesses."""
    return MODELS[model.spec.name].always_in


@dataclass(frozen=True, slots=True)
class Review:
    """A pitfall that is looked for in a run that has ended.

    Attributes
    ----------
    name, title : str
        For programs and for people.
    about : str
        What it looks for and why that matters, in one plain sentence.
    expert : str
        How it is found out, with the terms of the field.
    look : callable
        From a `Finished` to what was found; an empty list where all is well.
    applies : callable
        Why it does not apply, as a clause; None where it does. Told from what is stored of the run.
    seconds : callable or None
        About how long it takes where models are fitted for it, on one core; None where what is stored is enough.
    """

    name: str
    title: str
    about: str
    expert: str
    look: Callable[[Finished], list[Finding]]
    applies: Callable[[Finished], str | None]
    seconds: Callable[[Finished], float] | None = None


# ---- why a review does not apply


def any_model(finished: Finished) -> str | None:
    """There must be a model that has a score."""
    return None if finished.ranked else "no model has a score"


def several_folds(finished: Finished, least: int = 2) -> str | None:
    """There must be models with scores on several folds."""
    if finished.ranked and finished.folds < least:
        few = "one fold alone" if finished.folds == 1 else counted(finished.folds, "fold")
        return f"{few} cannot tell skill from luck"
    return any_model(finished)


def with_guessing(finished: Finished) -> str | None:
    """Guessing must have a score as well, on several folds."""
    lacking = None if finished.floor else "guessing has no score to compare with"
    return several_folds(finished) or lacking


def beats_guessing(finished: Finished) -> str | None:
    """The best model must do more than guess: what a model goes by says nothing where it has learned nothing."""
    if reason := with_guessing(finished) or won(finished):
        return reason
    return None if finished.beats_guessing(finished.best) else "no model beats guessing"


def won(finished: Finished) -> str | None:
    """Guessing must not be among the best of the leaderboard: then no model is called the best."""
    return "no model beats guessing" if nobody_wins(finished.result.standings(finished.metric.name)) else None


def first(*conditions: Callable[[Finished], str | None]) -> Callable[[Finished], str | None]:
    """The first reason of several."""
    return lambda finished: next((reason for each in conditions if (reason := each(finished))), None)


# ---- names in sentences


def named(models: Sequence[ModelResult], shown: int = 3) -> str:
    """Titles of models: ``Ridge, Lasso and 2 more``."""
    titles = [each.title for each in models[:shown]]
    if len(models) > shown:
        return f"{', '.join(titles)} and {len(models) - shown} more"
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def ids(models: Sequence[ModelResult]) -> list[str]:
    """What they are called within the run, for the figures of a finding."""
    return [each.id for each in models]
