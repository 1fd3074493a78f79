"""The metrics there are, in the order of the screen: how each is computed, when it is not defined, what it means.

Knows what is asked of one set of predictions (`judged`), so that rows are counted, sorted and subtracted once for all
metrics, with numpy alone: scikit-learn would check and count anew for each, which takes longer than many a fit. Every
entry names the scikit-learn function that gives the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.metrics import arithmetic
from core.metrics.judged import (
    Condition,
    Judged,
    all_classes_present,
    no_zeros,
    positive_present,
    several_classes_present,
    two_class_problem,
    values_differ,
)
from core.records import Task

CLASSES, NUMBERS = (Task.CLASSIFICATION,), (Task.REGRESSION,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure for how good predictions are, and all that is needed to show it.

    Attributes
    ----------
    name : str
        The key in files and on the command line.
    title : str
        For a column header.
    about : str
        One plain sentence.
    expert : str
        The definition, and what is done in the corner cases.
    saying : str
        What a value means, as a clause that needs no name: ``{hundred}`` stands for "94 of 100", ``{value}`` for the
        number in the target's unit, ``{percent}`` for a share, ``{positive}`` and ``{target}`` for what they are called
        in the table. Empty where it takes an expert.
    sklearn : str
        scikit-learn's function that gives the same number, ``"module:function"``.
    options : mapping of str to Any
        Keyword arguments with which it does.
    tasks : tuple of Task
    score : callable
        From `Judged` to the number, where the conditions hold.
    needs : {"predicted", "scores", "probabilities"}
        What a model must give. ``"scores"`` is met by probabilities or by decision scores.
    conditions : tuple of callable
        Each gives the reason why the metric is not defined, or None; the first reason counts.
    greater_is_better : bool
    best : float
        The value of perfect predictions.
    low, high : float or None
        Bounds of the value; None where it has none.
    unit : {"share", "target", "none"}
        ``"share"`` reads well as a percentage, ``"target"`` is in the unit of the target.
    """

    name: str
    title: str
    about: str
    expert: str
    sklearn: str
    score: Callable[[Judged], float]
    options: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[Task, ...] = CLASSES
    needs: str = "predicted"
    conditions: tuple[Condition, ...] = ()
    greater_is_better: bool = True
    best: float = 1.0
    low: float | None = 0.0
    high: float | None = 1.0
    saying: str = ""
    unit: str = "none"


_OF_POSITIVE = (two_class_problem, positive_present)
_EACH = "Plain mean over the classes, so a rare class counts as much as a common one."
_BY_ROWS = "Mean over the classes, each weighted by its number of actual rows."
_MET = "Runs over the classes that occur as truth or as prediction; a class never predicted has precision 0."

ENTRIES = (
    Metric(
        name="accuracy",
        title="Accuracy",
        saying="names {hundred} rows right",
        about="Share of the rows whose class was named correctly.",
        expert="Correct rows divided by all rows. Says little when one class is far more common than the others.",
        sklearn="sklearn.metrics:accuracy_score",
        score=arithmetic.accuracy,
        unit="share",
    ),
    Metric(
        name="balanced_accuracy",
        title="Balanced accuracy",
        saying="names {hundred} rows right, each class counting alike",
        about="Share named correctly within each class, averaged: rare classes count as much as common ones.",
        expert="Mean recall over the classes that occur among the rows. Guessing scores 1 / number of classes.",
        sklearn="sklearn.metrics:balanced_accuracy_score",
        score=arithmetic.balanced_accuracy,
        unit="share",
    ),
    Metric(
        name="precision",
        title="Precision",
        saying="is right {hundred} times when it says {positive}",
        about="Of the rows called positive, the share that really is.",
        expert="TP / (TP + FP) of the positive class; 0 where no row was called positive, as scikit-learn counts it.",
        sklearn="sklearn.metrics:precision_score",
        options={"zero_division": 0},
        score=arithmetic.of_positive("precision"),
        conditions=(two_class_problem,),
        unit="share",
    ),
    Metric(
        name="recall",
        title="Recall",
        saying="finds {hundred} rows that are {positive}",
        about="Of the rows that really are positive, the share that was found.",
        expert="TP / (TP + FN) of the positive class, also called sensitivity. Not defined without a positive row.",
        sklearn="sklearn.metrics:recall_score",
        options={"zero_division": 0},
        score=arithmetic.of_positive("recall"),
        conditions=_OF_POSITIVE,
        unit="share",
    ),
    Metric(
        name="f1",
        title="F1",
        about="One number for precision and recall; high only when both are.",
        expert="Harmonic mean of precision and recall of the positive class. Not defined without a positive row.",
        sklearn="sklearn.metrics:f1_score",
        options={"zero_division": 0},
        score=arithmetic.of_positive("f1"),
        conditions=_OF_POSITIVE,
    ),
    Metric(
        name="precision_macro",
        title="Precision, all classes alike",
        about="Of the rows given a class, the share that is right, averaged over the classes.",
        expert=f"{_EACH} {_MET}",
        sklearn="sklearn.metrics:precision_score",
        options={"average": "macro", "zero_division": 0},
        score=arithmetic.macro("precision"),
        unit="share",
    ),
    Metric(
        name="recall_macro",
        title="Recall, all classes alike",
        about="Of the rows of a class, the share that was found, averaged over the classes.",
        expert=f"{_EACH} Runs over the classes that occur as truth or as prediction.",
        sklearn="sklearn.metrics:recall_score",
        options={"average": "macro", "zero_division": 0},
        score=arithmetic.macro("recall"),
        unit="share",
    ),
    Metric(
        name="f1_macro",
        title="F1, all classes alike",
        about="F1 of each class, averaged: a class the model ignores pulls it down.",
        expert=f"{_EACH} Runs over the classes that occur as truth or as prediction.",
        sklearn="sklearn.metrics:f1_score",
        options={"average": "macro", "zero_division": 0},
        score=arithmetic.macro("f1"),
    ),
    Metric(
        name="precision_weighted",
        title="Precision, by class size",
        about="Precision of each class, averaged so that larger classes count more.",
        expert=f"{_BY_ROWS} A class never predicted has precision 0.",
        sklearn="sklearn.metrics:precision_score",
        options={"average": "weighted", "zero_division": 0},
        score=arithmetic.by_support("precision"),
        unit="share",
    ),
    Metric(
        name="recall_weighted",
        title="Recall, by class size",
        about="Recall of each class, averaged so that larger classes count more: the same number as accuracy.",
        expert=f"{_BY_ROWS} Equals accuracy by its definition.",
        sklearn="sklearn.metrics:recall_score",
        options={"average": "weighted", "zero_division": 0},
        score=arithmetic.by_support("recall"),
        unit="share",
    ),
    Metric(
        name="f1_weighted",
        title="F1, by class size",
        about="F1 of each class, averaged so that larger classes count more.",
        expert=_BY_ROWS,
        sklearn="sklearn.metrics:f1_score",
        options={"average": "weighted", "zero_division": 0},
        score=arithmetic.by_support("f1"),
    ),
    Metric(
        name="roc_auc",
        title="ROC AUC",
        saying="puts the right one first in {hundred} pairs",
        about="How often a row of the class is ranked above a row that is not: 1 always, 0.5 as good as chance.",
        expert="Area under the ROC curve; several classes: one against the rest, plain mean. From probabilities, "
        "or decision scores where a model has none. Needs every class among the rows.",
        sklearn="sklearn.metrics:roc_auc_score",
        options={"multi_class": "ovr", "average": "macro"},
        score=arithmetic.ranked("roc_auc"),
        needs="scores",
        conditions=(all_classes_present,),
    ),
    Metric(
        name="average_precision",
        title="Average precision",
        about="How pure the top of the ranking is; telling when the positive class is rare.",
        expert="Area under the precision-recall curve as a sum of steps, without interpolation; several classes: one "
        "against the rest, plain mean. Chance level is the share of the class.",
        sklearn="sklearn.metrics:average_precision_score",
        score=arithmetic.ranked("average_precision"),
        needs="scores",
        conditions=(all_classes_present,),
    ),
    Metric(
        name="log_loss",
        title="Log loss",
        about="How surprised the model was by the truth; being sure and wrong costs most.",
        expert="Mean of -ln(probability given to the actual class). Probabilities of 0 and 1 are moved inwards by the "
        "number type's precision (2e-16), so one sure mistake costs about 36 and never infinity.",
        sklearn="sklearn.metrics:log_loss",
        score=arithmetic.log_loss,
        needs="probabilities",
        greater_is_better=False,
        best=0.0,
        high=None,
    ),
    Metric(
        name="brier",
        title="Brier score",
        about="How far the probabilities were from what happened, squared; 0 is perfect.",
        expert="Two classes: mean squared error of the positive class's probability, 0 to 1. Several: the squared "
        "errors summed over the classes, 0 to 2.",
        sklearn="sklearn.metrics:brier_score_loss",
        score=arithmetic.brier,
        needs="probabilities",
        greater_is_better=False,
        best=0.0,
        high=2.0,
    ),
    Metric(
        name="matthews",
        title="Matthews correlation",
        about="Agreement of truth and prediction beyond chance: 1 perfect, 0 chance, below 0 worse than chance.",
        expert="Correlation coefficient of the confusion matrix, for any number of classes; 0 where all rows were "
        "given the same class. Needs at least two classes among the rows.",
        sklearn="sklearn.metrics:matthews_corrcoef",
        score=arithmetic.matthews,
        conditions=(several_classes_present,),
        low=-1.0,
    ),
    Metric(
        name="mae",
        title="Mean absolute error",
        saying="is off by {value} on average",
        about="How far off a prediction is on average.",
        expert="Mean of |actual - predicted|, in the unit of the target.",
        sklearn="sklearn.metrics:mean_absolute_error",
        score=arithmetic.mae,
        tasks=NUMBERS,
        greater_is_better=False,
        best=0.0,
        high=None,
        unit="target",
    ),
    Metric(
        name="median_absolute_error",
        title="Median absolute error",
        saying="is off by {value} or less on every second row",
        about="Half of the predictions are closer than this; a few wild misses do not move it.",
        expert="Median of |actual - predicted|, in the unit of the target.",
        sklearn="sklearn.metrics:median_absolute_error",
        score=arithmetic.median_absolute_error,
        tasks=NUMBERS,
        greater_is_better=False,
        best=0.0,
        high=None,
        unit="target",
    ),
    Metric(
        name="rmse",
        title="Root mean squared error",
        saying="is off by {value} on average, large misses counting more",
        about="Typical size of an error, with large errors counting more.",
        expert="Square root of the mean of (actual - predicted)², in the unit of the target.",
        sklearn="sklearn.metrics:root_mean_squared_error",
        score=arithmetic.rmse,
        tasks=NUMBERS,
        greater_is_better=False,
        best=0.0,
        high=None,
        unit="target",
    ),
    Metric(
        name="r2",
        title="R²",
        saying="explains {percent} of what varies in {target}",
        about="Share of the ups and downs that was predicted: 1 is perfect, 0 no better than always saying the mean.",
        expert="1 - sum of squared errors / sum of squares around the mean of these rows; can be negative. Not defined "
        "for fewer than two rows or where all actual values are the same.",
        sklearn="sklearn.metrics:r2_score",
        score=arithmetic.r2,
        tasks=NUMBERS,
        conditions=(values_differ,),
        low=None,
    ),
    Metric(
        name="mape",
        title="Mean percentage error",
        saying="is off by {percent} on average",
        about="How far off a prediction is on average, as a share of the actual value.",
        expert="Mean of |actual - predicted| / |actual|. Not defined where an actual value is 0, for which "
        "scikit-learn would give an arbitrarily large number.",
        sklearn="sklearn.metrics:mean_absolute_percentage_error",
        score=arithmetic.mape,
        tasks=NUMBERS,
        conditions=(no_zeros,),
        greater_is_better=False,
        best=0.0,
        high=None,
        unit="share",
    ),
)
