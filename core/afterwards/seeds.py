"""Whether the best model owes its place to a seed: it is fitted again with others, on the same folds.

Takes a `Finished` with its rows, gives findings.
"""

from __future__ import annotations

from statistics import fmean

from core.afterwards.entry import Finished, Review, beats_guessing
from core.afterwards.trials import STEP, Change, again, again_seconds, said_of_sample, tried
from core.checks import Finding, Severity
from core.results import ModelResult

OTHERS = 3
SMALL = 0.002  # of the way from guessing to perfect


def _unstable(finished: Finished) -> list[Finding]:
    """How much another seed moves the best model's score, against its lead."""
    scores = _scores(finished, finished.best)
    if scores is None:
        return []
    reach = (max(scores) - min(scores)) / 2
    lead, second = _lead(finished)
    if reach < SMALL * (finished.unit or 1.0) or (second is not None and reach <= lead):
        return []
    if second is None and reach < 10 * SMALL * (finished.unit or 1.0):
        return []
    than = f", more than its lead of {finished.distance(lead)} over {second.title}" if second else ""
    trial = again(finished)
    tied = second is not None and second.id in finished.result.tied(finished.metric.name)
    return [
        Finding(
            "seed",
            Severity.LOW if tied or second is None else Severity.MEDIUM,
            f"Another seed changes the score of {finished.best.title} by ± {finished.distance(reach)}{than}"
            f"{said_of_sample(trial)}.",
            "Do not read the order of the first places as an order of worth; repeated folds, or an average of several "
            "such models, are steadier.",
            (),
            {
                "models": [finished.best.id, *([second.id] if second else [])],
                "scores": scores,
                "half_range": reach,
                "lead": lead,
            },
        )
    ]


def _scores(finished: Finished, model: ModelResult) -> list[float] | None:
    """The mean score with the run's own seed and with others; None where one is not defined."""
    others = (tried(finished, model.spec, Change(seed=place * STEP)) for place in range(2, OTHERS + 1))
    trials = [again(finished), *others]
    rows = [trial.values(finished.metric.name) for trial in trials]
    if not trials[0].sampled:
        rows.append(finished.values(model))
    means = [[each for each in row if each is not None] for row in rows]
    return [fmean(each) for each in means] if all(len(each) == len(rows[0]) for each in means) else None


def _lead(finished: Finished) -> tuple[float, ModelResult | None]:
    """How far the best model is ahead of the next one, and which that is."""
    if len(finished.ranked) < 2:
        return 0.0, None
    second = finished.ranked[1]
    return abs(finished.mean(finished.best) - finished.mean(second)), second


def _seconds(finished: Finished) -> float:
    return again_seconds(finished, finished.best, OTHERS)


SEEDS = (
    Review(
        "seed",
        "A place owed to the seed",
        "Whether another seed moves the best model's score by more than its lead.",
        f"The best model fitted with {OTHERS} other seeds on the same folds; half the range of the mean scores.",
        _unstable,
        beats_guessing,
        _seconds,
    ),
)
