"""What the scores of a run say about itself: too good, worse than guessing, not defined, judged by the wrong measure.

Takes a `Finished`, gives findings. Everything is told from stored outcomes.
"""

from __future__ import annotations

from core.afterwards.entry import Finished, Review, any_model, first, ids, named, with_guessing
from core.checks import Finding, Severity
from core.metrics import METRICS, metrics_of
from core.records import NOT_CONVERGED, FitState, Task
from core.results import ModelResult
from core.wording import counted, quoted

EXACT = 1e-9
ACCURACY = METRICS["accuracy"].name
ALREADY = 0.85  # guessing that reaches so much of a perfect score leaves a metric little to say
FEW, RATHER_FEW, FEW_OF_A_CLASS = 10, 20, 5
LEVEL = 0.95
STEPS = ("max_iter", "max_epochs", "max_iter_predict")  # settings that say how long a model may take to settle


def _perfect(finished: Finished) -> list[Finding]:
    exact = [
        each for each in finished.ranked if abs(finished.mean(each) - finished.metric.best) <= EXACT * _size(finished)
    ]
    if not exact:
        return []
    rows = finished.result.practice_rows
    right = exact[0].mean(ACCURACY) == METRICS[ACCURACY].best
    still = (
        f" By {rows:,} rows, up to {_at_most(rows):.1f} of 100 new ones could still be named wrong." if right else ""
    )
    return [
        Finding(
            "perfect",
            Severity.MEDIUM,
            f"{named(exact)} {'is' if len(exact) == 1 else 'are'} perfect on every fold ({finished.metric.title} "
            f"{finished.told(finished.metric.best)}).{still}",
            "Ask whether a column is only known together with the answer, or whether equal rows stand on both sides.",
            (),
            {"models": ids(exact), "rows": rows},
        )
    ]


def _size(finished: Finished) -> float:
    return max(1.0, abs(finished.metric.best))


def _at_most(rows: int) -> float:
    """Errors of 100 that a run without any leaves possible: the one-sided exact (Clopper-Pearson) bound."""
    return 100 * float(1 - (1 - LEVEL) ** (1 / max(1, rows)))


def _nothing_beats_guessing(finished: Finished) -> list[Finding]:
    """No model is better than guessing; severe where all are worse, beyond what the folds leave open."""
    floor = finished.floor
    assert floor is not None  # `with_guessing`
    if any(finished.beats_guessing(each) for each in finished.ranked):
        return []
    worse = [each for each in finished.ranked if finished.ahead(finished.values(floor), finished.values(each))]
    best, every = finished.best, len(worse) == len(finished.ranked)
    scores = f"{finished.told(finished.mean(best))} against {finished.told(finished.mean(floor))} ({finished.measure})"
    what = "is worse than guessing" if every else "can be told from guessing"
    text = f"{'Every model' if every else 'No model'} {what}: {best.title} comes closest, {scores}."
    return [
        Finding(
            "below_guessing",
            Severity.HIGH if every else Severity.MEDIUM,
            text,
            "See whether rows and answers still belong together: a column that was sorted or moved by a row on its own "
            "looks like this. Otherwise the columns say nothing about the answer, or there are too few rows.",
            (),
            {"models": ids(finished.ranked), "worse": ids(worse), "best": finished.mean(best)},
        )
    ]


def _undefined(finished: Finished) -> list[Finding]:
    """Models that were finished and have no rank, with the fold and the reason."""
    lost = [each for each in finished.done if each.mean(finished.metric.name) is None]
    found = []
    for reason in dict.fromkeys(each.undefined(finished.metric.name) for each in lost):
        models = [each for each in lost if each.undefined(finished.metric.name) == reason]
        found.append(_not_ranked(finished, models, reason))
    return found


def _not_ranked(finished: Finished, models: list[ModelResult], reason: str) -> Finding:
    folds = [fit.fold + 1 for fit in models[0].done if fit.outcome and finished.metric.name in fit.outcome.undefined]
    everyone = len(models) == len(finished.done)
    why = ": ".join(each[:1].lower() + each[1:] for each in reason.removesuffix(".").split(": "))
    return Finding(
        "undefined",
        Severity.MEDIUM,
        f"{named(models)} {'has' if len(models) == 1 else 'have'} no rank: {finished.metric.title} is not defined "
        f"({why}).",
        "Rank by another measure, or divide the rows so that every fold holds every class."
        if everyone
        else "Rank by another measure to see where it stands.",
        (),
        {"models": ids(models), "folds": folds, "reason": reason},
    )


def _common_class_wins(finished: Finished) -> list[Finding]:
    """A metric by which always saying the commonest class is nearly perfect."""
    floor, metric, counts = finished.floor, finished.metric, finished.problem.counts
    guess = floor.mean(metric.name) if floor else None
    if guess is None or not metric.greater_is_better or metric.high is None or guess < ALREADY * metric.best:
        return []
    common = finished.problem.classes[counts.index(max(counts))]
    fairer = [each.title for each in metrics_of(finished.problem) if _fair(finished, each.name)]
    return [
        Finding(
            "imbalance_and_metric",
            Severity.MEDIUM,
            f"Always saying “{common}” already scores {finished.told(guess)} ({metric.title}), since "
            f"{max(counts):,} of {sum(counts):,} rows are of that class: by this measure all models look good.",
            f"Rank by {' or '.join(fairer[:2])}, by which guessing is no better than chance."
            if fairer
            else "Look at how many rows of the rare class are found.",
            (),
            {"guessing": guess, "common": str(common), "metric": metric.name},
        )
    ]


def _fair(finished: Finished, name: str) -> bool:
    """Whether always saying one class is worth what chance is worth, and the best model has a score."""
    metric, floor = METRICS[name], finished.floor
    guess = floor.mean(name) if floor else None
    known = finished.best.mean(name) if finished.ranked else None
    if guess is None or known is None or not metric.greater_is_better:
        return False
    chances = {1 / len(finished.problem.classes), 0.5} if metric.high is not None else set()
    return any(abs(guess - each) < 1e-3 for each in chances)


def _no_classes(finished: Finished) -> str | None:
    return "numbers are predicted, not classes" if finished.problem.task is Task.REGRESSION else None


def _not_settled(finished: Finished) -> list[Finding]:
    found = [each for each in finished.done if NOT_CONVERGED in each.marks]
    if not found:
        return []
    folds = {each.id: sum(NOT_CONVERGED in fit.outcome.marks for fit in each.done if fit.outcome) for each in found}
    worst = found[0]
    known = {name for each in found for name in STEPS if name in _settings(each)}
    raised = " or ".join(quoted(name) for name in STEPS if name in known)
    also = f", and so did {named(found[1:])}" if found[1:] else ""
    return [
        Finding(
            "not_converged",
            Severity.LOW,
            f"{worst.title} stopped before it had settled, in {folds[worst.id]} of "
            f"{counted(len(worst.done), 'fold')}{also}: its scores may still change.",
            f"Allow more steps{f' (raise {raised})' if raised else ''}, or let it learn in larger ones.",
            (),
            {"models": ids(found), "folds": folds},
        )
    ]


def _settings(model: ModelResult) -> set[str]:
    from core.models import MODELS

    return {param.name for params in MODELS[model.spec.name].params.values() for param in params}


def _small_folds(finished: Finished) -> list[Finding]:
    """Folds on which a row more or less moves the score."""
    rows, counts = finished.held_out, finished.problem.counts
    rare = min(counts) * finished.result.test_share if counts else FEW_OF_A_CLASS
    if rows >= RATHER_FEW and rare >= FEW_OF_A_CLASS:
        return []
    rarest = f" `{finished.problem.classes[counts.index(min(counts))]}`" if counts else ""
    text = (
        f"A fold judges {_about(rows, 'row')} only, so that single rows decide about its score."
        if rows < RATHER_FEW
        else f"A fold judges {_about(rare, 'row')} of class{rarest} only: what is said of that class rests on luck."
    )
    return [
        Finding(
            "small_folds",
            Severity.MEDIUM if rows < FEW or rare < 2 else Severity.LOW,
            text,
            "Use fewer folds, repeat them, and go by the intervals rather than by the ranking.",
            (),
            {"rows": rows, "rarest": rare},
        )
    ]


def _about(rows: float, noun: str) -> str:
    return f"about {counted(max(1, round(rows)), noun)}"


def _judged_together(finished: Finished) -> str | None:
    if finished.held_out < 2:
        return "every fold judges a single row by choice"
    return None


def _all_done(finished: Finished) -> str | None:
    states = {each.state for each in finished.result.models}
    return None if FitState.DONE in states else "no model was finished"


SCORES = (
    Review(
        "below_guessing",
        "Nothing beats guessing",
        "Whether any model does better than always giving the same answer.",
        "No model's corrected interval of the difference to the dummy baseline lies above 0; severe where all lie "
        "below, as where rows and target are out of step.",
        _nothing_beats_guessing,
        with_guessing,
    ),
    Review(
        "perfect",
        "Too good to be true",
        "Models that make no mistake at all, which rarely is their merit.",
        "The best value of the metric on every fold; the bound is the one-sided exact (Clopper-Pearson) 95 % one.",
        _perfect,
        any_model,
    ),
    Review(
        "undefined",
        "Scores that are not defined",
        "Models that were trained and have no rank, with the fold and the reason.",
        "A mean counts only where every fold has a value; a missing one is never read as 0.",
        _undefined,
        _all_done,
    ),
    Review(
        "imbalance_and_metric",
        "A measure that the common class wins",
        "Whether the measure that ranks is nearly perfect for always naming the commonest class.",
        "Class imbalance against the ranking metric: the majority baseline reaches 85 % of its best value.",
        _common_class_wins,
        first(_no_classes, any_model, with_guessing),
    ),
    Review(
        "small_folds",
        "Few rows per fold",
        "Folds so small that single rows decide about a score.",
        "Fewer than 20 held-out rows per fold, or fewer than 5 of the rarest class.",
        _small_folds,
        first(_all_done, _judged_together),
    ),
    Review(
        "not_converged",
        "Not settled",
        "Models that stopped learning before they had settled.",
        "scikit-learn's ConvergenceWarning, or the same mark of a network.",
        _not_settled,
        _all_done,
    ),
)
