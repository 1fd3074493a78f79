"""The best model against two that cost next to nothing: a simple linear one and gradient boosting as it comes.

Takes a `Finished`, gives findings. Where the run has fitted a rival, that counts; else it is fitted on the same folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean

from core.afterwards.entry import Finished, Review, first, ids, named, several_folds
from core.afterwards.trials import Trial, first_seconds, said_of_sample, tried
from core.checks import Finding, Severity
from core.models import MODELS
from core.records import ModelSpec, Task
from core.results import ModelResult, outcome_of

Rivals = Mapping[Task, tuple[ModelSpec, ...]]

# The first is fitted where none of them was in the run.
LINEAR: Rivals = {
    Task.CLASSIFICATION: (ModelSpec("logistic_regression"),),
    Task.REGRESSION: (ModelSpec("ridge"), ModelSpec("linear_regression")),
}
BOOSTING: Rivals = dict.fromkeys(Task, (ModelSpec("hist_gradient_boosting"),))
MUCH_SLOWER = 5.0
WORTH_MENTIONING = 0.1  # seconds: below it nobody waits


class _Rival:
    """A rival on the folds of a run, from the run itself or from a trial."""

    def __init__(self, finished: Finished, specs: Rivals) -> None:
        self.own = _in_run(finished, specs)
        self.spec = self.own.spec if self.own else specs[finished.problem.task][0]
        self.trial: Trial | None = None if self.own else tried(finished, self.spec)
        self.title = MODELS[self.spec.name].title

    def values(self, finished: Finished) -> Sequence[float | None]:
        """Its score on every fold."""
        if self.own:
            return finished.values(self.own)
        assert self.trial is not None
        return self.trial.values(finished.metric.name)

    @property
    def seconds(self) -> float:
        """Mean time of a fit."""
        if self.own:
            return fmean(outcome_of(each).fit_seconds for each in self.own.done)
        assert self.trial is not None
        return self.trial.seconds

    @property
    def clause(self) -> str:
        """What must be said of where its scores come from."""
        return "" if self.trial is None else said_of_sample(self.trial)


def _in_run(finished: Finished, specs: Rivals) -> ModelResult | None:
    """The best rival that is in the run with its settings as they come; None where none is."""
    names = {each.name for each in specs[finished.problem.task]}
    return next((each for each in finished.ranked if each.spec.name in names and not each.spec.settings), None)


def _against(finished: Finished, specs: Rivals, check: str) -> list[Finding]:
    """What is to be said where the best model of the run, or others, are worse than a rival."""
    rival = _Rival(finished, specs)
    values = rival.values(finished)
    known = [each for each in values if each is not None]
    if len(known) < len(values):
        return []
    behind = finished.behind(values, [each for each in finished.ranked if each is not rival.own])
    if not behind:
        return []
    best_too = behind[0] is finished.best
    worst = behind[0] if best_too else behind[-1]
    rest = [each for each in behind if each is not worst]
    also = f"; so {'is' if len(rest) == 1 else 'are'} {named(rest)}" if rest else ""
    who = f"{worst.title}, which is in front here," if best_too else worst.title
    scores = f"{finished.told(finished.mean(worst))} against {finished.told(fmean(known))} ({finished.measure})"
    return [
        Finding(
            check,
            Severity.MEDIUM if best_too else Severity.LOW,
            f"{who} is worse than {rival.title} as it comes{rival.clause}: {scores}{also}.",
            "Leave it out, or give it other settings."
            if rival.own
            else f"Take {rival.title} into the comparison, or give the others other settings.",
            (),
            {"models": ids(behind), "rival": rival.spec.name, "score": fmean(known), "fitted": rival.own is None},
        )
    ]


def _slower(finished: Finished) -> list[Finding]:
    """Whether the best model takes far longer than a linear one and is not better beyond what the folds leave open."""
    rival = _Rival(finished, LINEAR)
    best, values = finished.best, rival.values(finished)
    known = [each for each in values if each is not None]
    if best is rival.own or len(known) < len(values) or finished.ahead(finished.values(best), values):
        return []
    took = fmean(outcome_of(each).fit_seconds for each in best.done)
    times = took / max(rival.seconds, 1e-3)
    if times < MUCH_SLOWER or took < WORTH_MENTIONING or (rival.trial is not None and rival.trial.sampled):
        return []
    return [
        Finding(
            "slower_than_linear",
            Severity.LOW,
            f"{best.title} takes about {times:.0f} times as long to train as {rival.title} and cannot be told from it: "
            f"{finished.told(finished.mean(best))} against {finished.told(fmean(known))} ({finished.measure}).",
            f"{rival.title} may be enough; it is also easier to explain.",
            (),
            {"models": [best.id], "rival": rival.spec.name, "times": times, "seconds": took, "score": fmean(known)},
        )
    ]


def _seconds(finished: Finished, specs: Rivals) -> float:
    return 0.0 if _in_run(finished, specs) else first_seconds(finished, specs[finished.problem.task][0])


def _not_alone(finished: Finished, specs: Rivals) -> str | None:
    own = _in_run(finished, specs)
    return f"{own.title} is the only model" if own and len(finished.ranked) == 1 else None


_OVER_FOLDS = "The rival's score is better beyond the corrected interval of the paired difference over the folds."

RIVALS = (
    Review(
        "worse_than_linear",
        "Worse than a simple linear model",
        "Models that a weighted sum of the columns does better than.",
        f"Against logistic or ridge regression with default settings on the same folds. {_OVER_FOLDS}",
        partial(
            _against,
            specs=LINEAR,
            check="worse_than_linear",
        ),
        first(several_folds, partial(_not_alone, specs=LINEAR)),
        partial(_seconds, specs=LINEAR),
    ),
    Review(
        "slower_than_linear",
        "Slower, and no better",
        "Whether the best model takes far longer than a simple linear one without being better.",
        "Five times the fit time of logistic or ridge regression, and a corrected interval of the paired difference "
        "that includes 0.",
        _slower,
        first(several_folds, partial(_not_alone, specs=LINEAR)),
        partial(_seconds, specs=LINEAR),
    ),
    Review(
        "worse_than_boosting",
        "Worse than boosting as it comes",
        "Models that gradient boosting with its usual settings does better than.",
        f"Against HistGradientBoosting with default settings on the same folds. {_OVER_FOLDS}",
        partial(
            _against,
            specs=BOOSTING,
            check="worse_than_boosting",
        ),
        first(several_folds, partial(_not_alone, specs=BOOSTING)),
        partial(_seconds, specs=BOOSTING),
    ),
)
