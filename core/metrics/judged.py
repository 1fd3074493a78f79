"""One set of predictions, and what several metrics ask of it, computed once.

Takes stored `Predictions` and their `Problem`; gives the counts and columns that metrics and curves are made of, and
the reasons why one cannot be had. numpy only: the dashboard calls this. May not know the metrics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.ranking import Ranking
from core.records import Predictions, Problem

Floats = NDArray[np.floating[Any]]


class Judged:
    """Predictions seen as a metric needs them.

    Parameters
    ----------
    predictions : Predictions
        Of n rows.
    problem : Problem
        With K classes, or none for regression.

    Attributes
    ----------
    actual, predicted : ndarray of shape (n,)
        As stored, without rows of weight 0: they count for nothing.
    weights : ndarray of shape (n,) or None
        How much each row counts; None where all count the same.
    positive : int
        Code of the class that binary metrics speak of; 1 where the problem names none.
    """

    def __init__(self, predictions: Predictions, problem: Problem) -> None:
        predictions = counting(predictions)
        self.problem = problem
        self.weights = predictions.weights
        self.actual = predictions.actual
        self.predicted = predictions.predicted
        self.probabilities = predictions.probabilities
        self._scores = predictions.scores
        self.positive = positive_code(problem)

    @property
    def binary(self) -> bool:
        """Whether there are two classes."""
        return len(self.problem.classes) == 2

    @property
    def total(self) -> float:
        """How much all rows count together; their number without weights."""
        return len(self.actual) if self.weights is None else float(self.weights.sum())

    def sum(self, values: NDArray[Any]) -> float:
        """The sum of a value per row, each as often as its row counts."""
        return float(values.sum() if self.weights is None else values @ self.weights)

    def mean(self, values: NDArray[Any]) -> float:
        """The mean of a value per row."""
        return float(values.mean() if self.weights is None else np.average(values, weights=self.weights))

    def median(self, values: Floats) -> float:
        """The median of a value per row."""
        return float(np.median(values)) if self.weights is None else self.quantile(values, 0.5)

    def quantile(self, values: Floats, share: float) -> float:
        """The mean of the values that a share of the rows lies below, counted from below and from above."""
        asked: dict[str, Any] = {"weights": self.weights, "method": "inverted_cdf"}
        low, high = np.quantile(values, share, **asked), np.quantile(-values, 1 - share, **asked)
        return float((low - high) / 2)

    @cached_property
    def confusion(self) -> NDArray[Any]:
        """Rows counted by actual class (down) and predicted class (across), shape (K, K); their weights added up."""
        size = len(self.problem.classes)
        cells = self.actual.astype(np.int64) * size + self.predicted.astype(np.int64)
        return np.bincount(cells, self.weights, minlength=size * size).reshape(size, size)

    @cached_property
    def support(self) -> NDArray[Any]:
        """Rows of each actual class, shape (K,)."""
        support: NDArray[Any] = self.confusion.sum(axis=1)
        return support

    @cached_property
    def named(self) -> NDArray[Any]:
        """Rows that were given each class, shape (K,)."""
        named: NDArray[Any] = self.confusion.sum(axis=0)
        return named

    @cached_property
    def hits(self) -> NDArray[Any]:
        """Rows of each class that were called it, shape (K,)."""
        return self.confusion.diagonal()

    @cached_property
    def right(self) -> float:
        """Rows that were named right."""
        return float(self.hits.sum())

    @cached_property
    def occurring(self) -> NDArray[np.bool_]:
        """Which classes occur at all, as truth or as prediction, shape (K,): the ones a macro average runs over."""
        occurring: NDArray[np.bool_] = (self.support + self.named) > 0
        return occurring

    @cached_property
    def precision(self) -> Floats:
        """Share of the rows called a class that are of it, shape (K,); 0 where none was called it."""
        return shares(self.hits, self.named)

    @cached_property
    def recall(self) -> Floats:
        """Share of the rows of a class that were called it, shape (K,); 0 where there are none."""
        return shares(self.hits, self.support)

    @cached_property
    def f1(self) -> Floats:
        """Harmonic mean of precision and recall, shape (K,); 0 where neither has a row."""
        return shares(2 * self.hits, self.support + self.named)

    @cached_property
    def jaccard(self) -> Floats:
        """Share of the rows that are of a class or were called it that are both, shape (K,)."""
        return shares(self.hits, self.support + self.named - self.hits)

    @cached_property
    def misses(self) -> Floats:
        """How far each predicted number is from the actual one, shape (n,)."""
        misses: Floats = np.abs(self.actual - self.predicted)
        return misses

    @cached_property
    def leanings(self) -> Floats | None:
        """How strongly each row leans to a class, larger meaning more; None where the model does not say.

        Shape (n,) and towards the positive class for two classes, else (n, K). Probabilities where there are some,
        decision scores otherwise.
        """
        given = self.probabilities if self.probabilities is not None else self._scores
        if given is None:
            return None
        if not self.binary:  # one column for several classes: training saw two of them, and nothing ranks the others
            return given if given.ndim == 2 else None
        if given.ndim == 1:
            return given if self.positive == 1 else -given
        column: Floats = given[:, self.positive]
        return column

    @cached_property
    def rankings(self) -> dict[int, Ranking]:
        """The positive class against the other, or each class of several against the rest, by its code.

        Classes without a row, or with all of them, have none. Empty where the model ranks nothing.
        """
        if self.leanings is None:
            return {}
        columns = {self.positive: self.leanings} if self.binary else dict(enumerate(self.leanings.T))
        several = np.count_nonzero(self.support) > 1
        tellable = (code for code in columns if several and self.support[code] > 0)
        return {code: Ranking(self.actual == code, columns[code], self.weights) for code in tellable}


def counting(predictions: Predictions) -> Predictions:
    """The predictions without the rows of weight 0."""
    if predictions.weights is None or predictions.weights.all():
        return predictions
    kept = predictions.weights > 0
    arrays = {each.name: getattr(predictions, each.name) for each in fields(predictions)}
    return replace(predictions, **{name: values[kept] for name, values in arrays.items() if values is not None})


def positive_code(problem: Problem) -> int:
    """The code of the positive class; 1 where the problem names none."""
    return problem.classes.index(problem.positive) if problem.positive in problem.classes else 1


def shares(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """`part` / `whole`, and 0 where `whole` is 0 (scikit-learn's ``zero_division=0``)."""
    quotient: Floats = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return quotient


def within_bounds(probabilities: Floats | None) -> Floats:
    """The probabilities, which are given.

    Raises
    ------
    ValueError
        If one lies outside 0 to 1.
    """
    assert probabilities is not None
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError("some probabilities lie outside 0 to 1")
    return probabilities


Condition = Callable[[Judged], str | None]


def two_class_problem(judged: Judged) -> str | None:
    """Why a metric of the positive class has nothing to speak of."""
    if judged.binary:
        return None
    return f"Needs two classes, one of them positive; here are {len(judged.problem.classes)}."


def positive_present(judged: Judged) -> str | None:
    """Why what became of the positive rows cannot be said."""
    if judged.support[judged.positive] > 0:
        return None
    return f"No row of class '{judged.problem.classes[judged.positive]}' among these rows."


def negative_present(judged: Judged) -> str | None:
    """Why what became of the other rows cannot be said."""
    if judged.support[1 - judged.positive] > 0:
        return None
    return f"No row of class '{judged.problem.classes[1 - judged.positive]}' among these rows."


def some_false_alarm(judged: Judged) -> str | None:
    """Why hits cannot be set against false alarms."""
    return (
        None if judged.confusion[1 - judged.positive, judged.positive] > 0 else "There is no false alarm to divide by."
    )


def some_cleared(judged: Judged) -> str | None:
    """Why misses cannot be set against what was rightly left alone."""
    calm = 1 - judged.positive
    return (
        None if judged.confusion[calm, calm] > 0 else "No row was rightly left alone, and it would be divided by these."
    )


def several_classes_present(judged: Judged) -> str | None:
    """Why nothing can be told apart."""
    return None if np.count_nonzero(judged.support) > 1 else "Only one class in these rows."


def all_classes_present(judged: Judged) -> str | None:
    """Why one against the rest cannot be asked of every class."""
    reason = several_classes_present(judged)
    if reason is not None or judged.support.all():
        return reason
    return f"No row of class '{judged.problem.classes[int(np.argmin(judged.support))]}' among these rows."


def values_differ(judged: Judged) -> str | None:
    """Why there is no variation to explain."""
    if len(judged.actual) < 2:
        return "Needs at least two rows."
    return None if np.ptp(judged.actual) > 0 else "All actual values are the same: there is no variation to explain."


def no_zeros(judged: Judged) -> str | None:
    """Why an error cannot be given as a share of the actual value."""
    zeros = int(np.count_nonzero(judged.actual == 0))
    where = "1 row" if zeros == 1 else f"{zeros:,} rows"
    return f"The actual value is 0 in {where}: no share of it can be taken." if zeros else None


def more_classes_than(most: int) -> Condition:
    """The condition that being among the first `most` is something."""

    def reason(judged: Judged) -> str | None:
        many = len(judged.problem.classes)
        return None if many > most else f"Needs more than {most} classes; here are {many}."

    return reason


def decisions_given(judged: Judged) -> str | None:
    """Why there is no distance from the border."""
    if judged.probabilities is None:
        return None
    return "This model gives probabilities, which are no distances from a border."


def above_minus_one(judged: Judged) -> str | None:
    """Why logarithms of 1 + value cannot be taken."""
    return _all_beyond(judged, (judged.actual, judged.predicted), -1.0, "-1 or less")


def counts_like(judged: Judged) -> str | None:
    """Why values cannot be seen as counts."""
    below = _all_beyond(judged, (judged.actual,), -np.finfo(float).tiny, "below 0")
    return below or _all_beyond(judged, (judged.predicted,), 0.0, "0 or less")


def all_above_zero(judged: Judged) -> str | None:
    """Why values cannot be seen as amounts."""
    return _all_beyond(judged, (judged.actual, judged.predicted), 0.0, "0 or less")


def _all_beyond(judged: Judged, columns: tuple[NDArray[Any], ...], limit: float, told: str) -> str | None:
    for values, noun in zip(
        columns, ("actual" if columns[0] is judged.actual else "predicted", "predicted"), strict=False
    ):
        if rows := int(np.count_nonzero(values <= limit)):
            return f"The {noun} value is {told} in {'1 row' if rows == 1 else f'{rows:,} rows'}."
    return None


def rows_given(judged: Judged) -> str | None:
    """Why nothing can be judged at all."""
    if len(judged.actual):
        return None
    return "There are no rows to judge." if judged.weights is None else "No row to judge has a weight above 0."


def predicted_given(judged: Judged) -> str | None:
    """Why the predictions themselves cannot be judged."""
    return _unless_finite(judged.predicted, "predictions")


def scores_given(judged: Judged) -> str | None:
    """Why rows cannot be ranked."""
    if judged.leanings is None:
        return "This model gives neither probabilities nor decision scores."
    return _unless_finite(judged.leanings, "decision scores")


def probabilities_given(judged: Judged) -> str | None:
    """Why probabilities cannot be judged."""
    if judged.probabilities is None:
        return "This model gives no probabilities."
    return _unless_finite(judged.probabilities, "probabilities")


def _unless_finite(values: NDArray[Any], noun: str) -> str | None:
    finite = np.isfinite(values)
    if finite.all():
        return None
    bad = len(values) - int(np.count_nonzero(finite.reshape(len(values), -1).all(axis=1)))
    return f"The {noun} of {bad:,} of {len(values):,} rows are not finite numbers."


GIVEN: dict[str, Condition] = {
    "predicted": predicted_given,
    "scores": scores_given,
    "probabilities": probabilities_given,
}
