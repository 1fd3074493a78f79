"""How good predictions are: functions of what a run has stored, so that a new metric needs no new training.

Takes `Predictions` and their `Problem`; gives numbers, or the reason why there is none. Every number is scikit-learn's,
computed without it. May not know models, runs or the store.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.catalogue import Catalogue
from core.metrics.entries import ENTRIES
from core.metrics.judged import GIVEN, Condition, Judged, positive_code, rows_given
from core.metrics.metric import Metric
from core.records import Predictions, Problem, Proposal, Task

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "METRICS",
    "Metric",
    "better",
    "default_metric",
    "first_metrics",
    "metrics_of",
    "per_class",
    "positive_code",
    "score",
    "score_all",
    "scorer",
    "sort_key",
]

METRICS: Catalogue[Metric] = Catalogue("metric", *ENTRIES)

# Above this share of the larger of two classes, or this ratio of the largest to the smallest of several, accuracy is
# mostly decided by the common class.
LOPSIDED_SHARE, LOPSIDED_RATIO = 0.65, 3.0


def metrics_of(problem: Problem) -> tuple[Metric, ...]:
    """The metrics of a problem's task, in the order of the screen."""
    return tuple(metric for metric in METRICS.values() if problem.task in metric.tasks)


def first_metrics(problem: Problem, chosen: str = "", most: int = 3) -> tuple[Metric, ...]:
    """The metrics that are shown before the others: the chosen one, and the first of the task that say most."""
    known = metrics_of(problem)
    named = [metric for metric in known if metric.name == chosen]
    return tuple([*named, *(metric for metric in known if metric.first and metric.name != chosen)][:most])


def score_all(predictions: Predictions, problem: Problem) -> tuple[dict[str, float | None], dict[str, str]]:
    """Score predictions by every metric of the task.

    Parameters
    ----------
    predictions : Predictions
    problem : Problem

    Returns
    -------
    scores : dict of str to float or None
        Metric to a finite number, or None where it is not defined.
    undefined : dict of str to str
        Metric to the reason, a sentence, for each None.
    """
    judged = Judged(predictions, problem)
    known: dict[Condition, str | None] = {}
    scores: dict[str, float | None] = {}
    undefined: dict[str, str] = {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what numpy would warn of is a reason here
        for metric in metrics_of(problem):
            scores[metric.name], reason = _judge(metric, judged, known)
            if reason:
                undefined[metric.name] = reason
    return scores, undefined


def score(name: str, predictions: Predictions, problem: Problem) -> tuple[float | None, str]:
    """Score predictions by one metric.

    Returns
    -------
    value : float or None
    reason : str
        Why it is not defined; empty where it is.

    Raises
    ------
    UnknownName
        If no metric is called `name`.
    """
    metric = METRICS[name]
    if problem.task not in metric.tasks:
        return None, f"{metric.title} is not for {problem.task}."
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _judge(metric, Judged(predictions, problem), {})


def _judge(metric: Metric, judged: Judged, known: dict[Condition, str | None]) -> tuple[float | None, str]:
    """One metric's value or the reason why it has none; in both cases warnings are the caller's matter.

    What conditions have said of these rows is `known` from then on: metrics share them.
    """
    for condition in (rows_given, GIVEN[metric.needs], *metric.conditions):
        if condition not in known:
            known[condition] = condition(judged)
        if reason := known[condition]:
            return None, reason
    try:
        value = metric.score(judged)
    except (ValueError, ArithmeticError) as error:  # e.g. probabilities outside 0 to 1, weights of 1e-20
        return None, f"Could not be computed: {str(error).splitlines()[0]}"
    return (value, "") if math.isfinite(value) else (None, "The errors are too large for a finite number.")


def per_class(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """Precision, recall and F1 of every class.

    Parameters
    ----------
    predictions : Predictions
        Of a classification problem.
    problem : Problem

    Returns
    -------
    DataFrame of shape (classes, 4)
        Columns ``precision``, ``recall``, ``f1`` (0 where there is nothing to divide by, as scikit-learn counts it) and
        ``support``, the number of actual rows or, where ``attrs["weighted"]`` says so, the sum of their weights; the
        index holds the classes.
    """
    import pandas as pd

    judged = Judged(predictions, problem)
    columns = {name: getattr(judged, name) for name in ("precision", "recall", "f1", "support")}
    frame = pd.DataFrame(columns, index=pd.Index(problem.classes, name="class"))
    frame.attrs["weighted"] = judged.weights is not None
    return frame


def default_metric(problem: Problem, *, rows_per_fold: int | None = None) -> Proposal:
    """The metric to rank by when nobody chose one.

    Parameters
    ----------
    problem : Problem
    rows_per_fold : int, optional
        Held-out rows of a fold. With one (leave-one-out) only metrics of a single row are of use.

    Returns
    -------
    Proposal
        A name of `METRICS`, and why.
    """
    if problem.task == Task.REGRESSION:
        if rows_per_fold == 1:
            return Proposal("mae", "each fold has one row, and R² needs several")
        return Proposal(
            "r2", f"it does not depend on the unit of {problem.target}, and 0 means no better than the mean"
        )
    if rows_per_fold == 1:
        return Proposal("accuracy", "each fold has one row, which is right or wrong")
    return _default_for_classes(problem)


def _default_for_classes(problem: Problem) -> Proposal:
    most, least = max(problem.counts), min(problem.counts)
    common, share = problem.classes[problem.counts.index(most)], most / sum(problem.counts)
    if len(problem.classes) > 2 and most > LOPSIDED_RATIO * least:
        return Proposal(
            "balanced_accuracy", f"the classes differ in size ({most:,} to {least:,} rows), and every one should count"
        )
    if len(problem.classes) == 2 and share > LOPSIDED_SHARE:
        already = f"always saying '{common}' would already be right for {share:.0%} of the rows"
        return Proposal("roc_auc", f"{already}, so accuracy says little")
    return Proposal("accuracy", "the classes are of similar size")


def better(name: str, a: float | None, b: float | None) -> bool:
    """Whether the value `a` of a metric is better than `b`; what is not defined is never better."""
    return sort_key(name, a) < sort_key(name, b)


def sort_key(name: str, value: float | None) -> tuple[bool, float]:
    """What to sort by so that the best comes first and what is not defined last."""
    if value is None:
        return True, 0.0
    return False, -value if METRICS[name].greater_is_better else value


def scorer(
    name: str, problem: Problem, predict: Callable[[Any, Any, Any], Predictions]
) -> Callable[[Any, Any, Any], float]:
    """A metric as scikit-learn's tools want it: called with estimator, X and y, and greater is better.

    Parameters
    ----------
    name : str
        A name of `METRICS`.
    problem : Problem
    predict : callable
        From estimator, X and y to `Predictions`.

    Returns
    -------
    callable
        Gives the metric, negated where smaller is better. Raises ValueError where it is not defined.
    """
    sign = 1.0 if METRICS[name].greater_is_better else -1.0

    def judge(estimator: Any, X: Any, y: Any) -> float:
        value, reason = score(name, predict(estimator, X, y), problem)
        if value is None:
            raise ValueError(f"{METRICS[name].title} is not defined on these rows: {reason}")
        return sign * value

    return judge
