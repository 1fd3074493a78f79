"""Metrics of rows that count differently: scikit-learn's with ``sample_weight``, and nothing changed without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as oracle

from core import diagnostics
from core.metrics import METRICS, metrics_of, per_class, score, score_all
from core.records import Predictions, Task
from tests.core.test_metrics import NUMBERS, classes_problem, drawn, expected, said

OF_NUMBERS = [metric.name for metric in METRICS.values() if Task.REGRESSION in metric.tasks and metric.weighted]


def numbers(seed: int, rows: int = 201) -> Predictions:
    rng = np.random.default_rng(seed)
    actual = rng.normal(10, 2, rows)
    return said(actual, actual + rng.normal(0, 1, rows))


def weighted(predictions: Predictions, seed: int = 0, *, whole: bool = False, zeros: bool = False) -> Predictions:
    rng = np.random.default_rng(seed + 100)
    rows = len(predictions.rows)
    weights = rng.integers(0 if zeros else 1, 5, rows).astype(float) if whole else rng.gamma(1.0, 1e4, rows)
    return replace(predictions, weights=weights)


def repeated(predictions: Predictions) -> Predictions:
    """Each row as often as its weight says, without weights."""
    times = predictions.weights.astype(int)
    arrays = [getattr(predictions, name) for name in ("rows", "actual", "predicted", "probabilities", "scores")]
    return Predictions(*(None if each is None else each.repeat(times, axis=0) for each in arrays))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("classes", "positive"), [(2, 0), (2, 1), (3, None), (7, None)])
@pytest.mark.parametrize("whole", [False, True])
def test_classification_equals_scikit_learn(classes: int, positive: int | None, seed: int, whole: bool) -> None:
    predictions = weighted(drawn(classes, seed=seed, ties=whole), seed, whole=whole, zeros=whole)
    problem = classes_problem((1,) * classes, None if positive is None else f"class {positive}")
    scores, undefined = score_all(predictions, problem)
    plain, _ = score_all(replace(predictions, weights=None), problem)
    for name in set(scores) - set(undefined):
        assert scores[name] == pytest.approx(expected(name, predictions, positive), rel=1e-11, abs=1e-14), name
        assert scores[name] != plain[name], name  # the weights matter here, or the test would say nothing


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("whole", [False, True])
def test_regression_equals_scikit_learn(name: str, seed: int, whole: bool) -> None:
    predictions = weighted(numbers(seed), seed, whole=whole)
    value, reason = score(name, predictions, NUMBERS)
    assert reason == "" and value == pytest.approx(expected(name, predictions, None), rel=1e-12)
    plain = [score(name, replace(numbers(each), weights=None), NUMBERS)[0] for each in range(3)]
    again = [score(name, weighted(numbers(each), each, whole=whole), NUMBERS)[0] for each in range(3)]
    assert plain != again  # the weights matter, or the test would say nothing


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_a_weight_of_three_is_a_row_three_times_and_one_of_zero_is_no_row(classes: int) -> None:
    predictions = weighted(drawn(classes) if classes else numbers(0), whole=True, zeros=True)
    problem = classes_problem((1,) * classes, "class 1" if classes == 2 else None) if classes else NUMBERS
    again, _ = score_all(repeated(predictions), problem)
    for name, value in score_all(predictions, problem)[0].items():
        assert (value is None and again[name] is None) or value == pytest.approx(again[name], rel=1e-12), name


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_equal_weights_change_nothing(classes: int) -> None:
    plain = drawn(classes) if classes else numbers(0)
    problem = classes_problem((1,) * classes, "class 1" if classes == 2 else None) if classes else NUMBERS
    alike, _ = score_all(replace(plain, weights=np.full(len(plain.rows), 7.0)), problem)
    for name, value in score_all(plain, problem)[0].items():
        assert (value is None and alike[name] is None) or alike[name] == pytest.approx(value, rel=1e-12), name


def test_perfect_predictions_are_not_more_than_perfect() -> None:
    rng = np.random.default_rng(0)
    for seed in range(50):
        actual = rng.integers(0, 3, 97)
        perfect = said(actual, actual, np.eye(3)[actual])
        problem = classes_problem((1,) * 3)
        for name, value in score_all(weighted(perfect, seed), problem)[0].items():
            high = METRICS[name].high
            assert value is None or high is None or value <= high, name


def test_a_single_class_named_has_no_correlation() -> None:
    halves = replace(said([0, 0, 1, 1, 1], [1] * 5), weights=np.array([0.1, 0.7, 0.3, 0.2, 0.9]))
    assert score("matthews", halves, classes_problem((2, 3), "class 1")) == (0.0, "")


def test_rows_without_weight_leave_nothing_to_judge() -> None:
    nothing = replace(drawn(2), weights=np.zeros(300))
    problem = classes_problem((1, 1), "class 1")
    scores, undefined = score_all(nothing, problem)
    assert set(scores) == set(undefined) == {metric.name for metric in metrics_of(problem)}
    assert set(scores.values()) == {None}
    assert set(undefined.values()) == {"No row to judge has a weight above 0."}


def test_a_class_whose_rows_have_no_weight_is_not_there() -> None:
    predictions = drawn(2)
    gone = replace(predictions, weights=(predictions.actual == 0).astype(float))
    _, undefined = score_all(gone, classes_problem((1, 1), "class 1"))
    assert undefined["recall"] == "No row of class 'class 1' among these rows."
    assert undefined["roc_auc"] == "Only one class in these rows."


def test_measures_per_class_equal_scikit_learn() -> None:
    predictions = weighted(drawn(4))
    frame = per_class(predictions, classes_problem((1,) * 4))
    told = oracle.precision_recall_fscore_support(
        predictions.actual, predictions.predicted, sample_weight=predictions.weights, zero_division=0
    )
    for name, values in zip(("precision", "recall", "f1", "support"), told, strict=True):
        assert frame[name].to_numpy() == pytest.approx(values, rel=1e-12), name


def test_curves_are_weighted_and_the_confusion_matrix_counts_rows() -> None:
    predictions, problem = weighted(drawn(2)), classes_problem((1, 1), "class 1")
    chosen = predictions.probabilities[:, 1]
    roc = diagnostics.roc(predictions, problem, points=10_000)
    fpr, tpr, _ = oracle.roc_curve(
        predictions.actual, chosen, sample_weight=predictions.weights, drop_intermediate=False
    )
    assert roc["fpr"].to_numpy() == pytest.approx(fpr) and roc["tpr"].to_numpy() == pytest.approx(tpr)
    assert roc["auc"].iloc[0] == pytest.approx(score("roc_auc", predictions, problem)[0])
    curve = diagnostics.precision_recall(predictions, problem)
    assert curve["chance"].iloc[0] == pytest.approx(np.average(predictions.actual, weights=predictions.weights))
    counted, plain = (
        diagnostics.confusion(each, problem) for each in (predictions, replace(predictions, weights=None))
    )
    pd.testing.assert_frame_equal(counted, plain, check_flags=False)
    assert counted["count"].sum() == 300
    assert (counted.attrs["weighted"], plain.attrs["weighted"]) == (True, False)
