"""Metrics of how sure a model was: of the order that its scores give, and of its probabilities."""

from __future__ import annotations

from core.metrics import arithmetic
from core.metrics.judged import (
    all_classes_present,
    decisions_given,
    more_classes_than,
    several_classes_present,
    two_class_problem,
)
from core.metrics.metric import Metric

_BY_ROWS = "Mean over the classes, each weighted by its number of actual rows."

ENTRIES = (
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
        first=True,
    ),
    Metric(
        name="roc_auc_weighted",
        title="ROC AUC, by class size",
        about="ROC AUC of each class against the rest, averaged so that larger classes count more.",
        expert=f"{_BY_ROWS} The same as ROC AUC for two classes.",
        sklearn="sklearn.metrics:roc_auc_score",
        options={"multi_class": "ovr", "average": "weighted"},
        score=arithmetic.ranked_by_support("roc_auc"),
        needs="scores",
        conditions=(all_classes_present,),
    ),
    Metric(
        name="roc_auc_start",
        title="ROC AUC, few false alarms",
        about="ROC AUC where at most 10 % of the others are called positive: 1 perfect, 0.5 chance.",
        expert="Partial area under the ROC curve up to a false alarm rate of 0.1, rescaled so that chance is 0.5 "
        "(McClish 1989).",
        sklearn="sklearn.metrics:roc_auc_score",
        options={"max_fpr": 0.1},
        score=arithmetic.roc_auc_start,
        needs="scores",
        conditions=(two_class_problem, all_classes_present),
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
        name="average_precision_weighted",
        title="Average precision, by class size",
        about="Average precision of each class against the rest, averaged so that larger classes count more.",
        expert=f"{_BY_ROWS} The same as average precision for two classes.",
        sklearn="sklearn.metrics:average_precision_score",
        options={"average": "weighted"},
        score=arithmetic.ranked_by_support("average_precision"),
        needs="scores",
        conditions=(all_classes_present,),
    ),
    Metric(
        name="top_2_accuracy",
        title="Among the first two",
        saying="has the right class among its first two for {hundred} rows",
        about="Share of the rows whose class is among the two that the model finds likeliest.",
        expert="Top-2 accuracy; of classes with equal scores the later ones come first, as in scikit-learn. For more "
        "than two classes.",
        sklearn="sklearn.metrics:top_k_accuracy_score",
        options={"k": 2},
        score=arithmetic.among_first(2),
        needs="scores",
        conditions=(more_classes_than(2),),
        unit="share",
    ),
    Metric(
        name="top_3_accuracy",
        title="Among the first three",
        saying="has the right class among its first three for {hundred} rows",
        about="Share of the rows whose class is among the three that the model finds likeliest.",
        expert="Top-3 accuracy; of classes with equal scores the later ones come first, as in scikit-learn. For more "
        "than three classes.",
        sklearn="sklearn.metrics:top_k_accuracy_score",
        options={"k": 3},
        score=arithmetic.among_first(3),
        needs="scores",
        conditions=(more_classes_than(3),),
        unit="share",
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
        name="d2_log_loss",
        title="Share of the surprise explained",
        about="How much less surprised than one who knows only the class sizes: 1 never, 0 no less, below 0 more.",
        expert="D² of the log loss: 1 - log loss / log loss of always giving the shares of the classes among "
        "these rows.",
        sklearn="sklearn.metrics:d2_log_loss_score",
        score=arithmetic.d2_log_loss,
        needs="probabilities",
        conditions=(several_classes_present,),
        low=None,
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
        name="d2_brier",
        title="Brier skill score",
        about="How much nearer the probabilities are than the class sizes alone: 1 perfect, 0 no nearer.",
        expert="D² of the Brier score: 1 - Brier score / Brier score of always giving the shares of the classes among "
        "these rows.",
        sklearn="sklearn.metrics:d2_brier_score",
        score=arithmetic.d2_brier,
        needs="probabilities",
        conditions=(several_classes_present,),
        low=None,
    ),
    Metric(
        name="hinge_loss",
        title="Hinge loss",
        about="How far rows lie on the wrong side of the border between classes, or too close to it.",
        expert="Mean of max(0, 1 - margin) of the decision scores; several classes: margin to the strongest "
        "other class "
        "(Crammer and Singer 2001). Not for probabilities.",
        sklearn="sklearn.metrics:hinge_loss",
        score=arithmetic.hinge_loss,
        needs="scores",
        conditions=(decisions_given,),
        greater_is_better=False,
        best=0.0,
        high=None,
    ),
)
