"""Curves, counts and residuals against scikit-learn's, and the cases in which there is none."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as oracle

from core.diagnostics import CURVE_POINTS, confusion, precision_recall, residuals, roc
from core.records import Predictions, Problem, Task


def classes_problem(classes: tuple[object, ...], positive: object = None) -> Problem:
    return Problem(Task.CLASSIFICATION, "target", positive, classes, (1,) * len(classes), (), {}, len(classes))


TWO = classes_problem(("no", "yes"), "yes")
THREE = classes_problem(("a", "b", "c"))
NUMBERS = Problem(Task.REGRESSION, "price", None, (), (), (), {}, 3)


def drawn(classes: int, rows: int, seed: int = 0, digits: int = 12) -> Predictions:
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)) + 0.5 * (actual[:, None] == np.arange(classes))
    probabilities = np.round(raw / raw.sum(axis=1, keepdims=True), digits)
    return Predictions(np.arange(rows), actual, probabilities.argmax(axis=1), probabilities)


def area(curve: pd.DataFrame) -> float:
    return float(oracle.auc(curve["fpr"], curve["tpr"]))


def test_confusion_equals_scikit_learn_and_keeps_empty_classes() -> None:
    predictions = drawn(3, 200)
    problem = classes_problem(("a", "b", "c", "never"))
    frame = confusion(predictions, problem)
    counts = oracle.confusion_matrix(predictions.actual, predictions.predicted, labels=range(4))
    table = frame.pivot(index="actual", columns="predicted", values="count").loc[list(problem.classes)]
    np.testing.assert_array_equal(table[list(problem.classes)], counts)
    shares = frame.groupby("actual", observed=True)["share"].sum()
    assert shares[["a", "b", "c"]].tolist() == pytest.approx([1, 1, 1]) and shares["never"] == 0
    assert frame["actual"].tolist()[:5] == ["a", "a", "a", "a", "b"]
    assert frame["predicted"].tolist()[:5] == ["a", "b", "c", "never", "a"]


@pytest.mark.parametrize("digits", [1, 12])
def test_roc_equals_scikit_learn(digits: int) -> None:
    predictions = drawn(2, 150, digits=digits)
    frame = roc(predictions, TWO)
    fpr, tpr, thresholds = oracle.roc_curve(
        predictions.actual, predictions.probabilities[:, 1], drop_intermediate=False
    )
    np.testing.assert_allclose(frame[["fpr", "tpr", "threshold"]].to_numpy(), np.c_[fpr, tpr, thresholds], rtol=1e-14)
    assert frame["auc"].unique() == pytest.approx(
        [oracle.roc_auc_score(predictions.actual, thresholds_of(predictions))]
    )
    assert frame["curve"].unique().tolist() == ["yes"]


def thresholds_of(predictions: Predictions) -> np.ndarray:
    return predictions.probabilities[:, 1]


@pytest.mark.parametrize("digits", [1, 12])
def test_precision_recall_equals_scikit_learn(digits: int) -> None:
    predictions = drawn(2, 150, digits=digits)
    frame = precision_recall(predictions, TWO)
    actual, scores = predictions.actual, predictions.probabilities[:, 1]
    precision, recall, _ = oracle.precision_recall_curve(actual, scores)
    first_full = len(recall) - 1 - np.flatnonzero(recall == 1.0).max()  # scikit-learn goes on lowering precision
    np.testing.assert_allclose(frame["precision"], precision[::-1][: first_full + 1], rtol=1e-14)
    np.testing.assert_allclose(frame["recall"], recall[::-1][: first_full + 1], rtol=1e-14)
    assert frame["average_precision"].iat[0] == pytest.approx(oracle.average_precision_score(actual, scores), rel=1e-12)
    assert frame["chance"].iat[0] == pytest.approx(actual.mean())


def test_several_classes_have_a_curve_each_against_the_rest() -> None:
    predictions = drawn(3, 300)
    frame = roc(predictions, THREE)
    for code, label in enumerate(THREE.classes):
        wanted = oracle.roc_auc_score(predictions.actual == code, predictions.probabilities[:, code])
        assert frame.loc[frame["curve"] == label, "auc"].iat[0] == pytest.approx(wanted, rel=1e-12)
    assert list(frame["curve"].unique()) == ["a", "b", "c"]


def test_the_positive_class_may_be_the_first_and_scores_serve_as_well() -> None:
    predictions = drawn(2, 100)
    scores = predictions.probabilities[:, 1] - predictions.probabilities[:, 0]
    by_scores = Predictions(predictions.rows, predictions.actual, predictions.predicted, scores=scores)
    no = classes_problem(("no", "yes"), "no")
    wanted = oracle.roc_auc_score(predictions.actual == 0, predictions.probabilities[:, 0])
    assert roc(predictions, no)["auc"].iat[0] == pytest.approx(wanted, rel=1e-12)
    assert roc(by_scores, no)["auc"].iat[0] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rows", [700, 20_000])
def test_thinning_keeps_the_area(rows: int, seed: int) -> None:
    predictions = drawn(2, rows, seed)
    curve, full = roc(predictions, TWO), roc(predictions, TWO, points=10**9)
    assert len(curve) <= CURVE_POINTS < len(full)
    assert area(curve) == pytest.approx(area(full), abs=5e-4)
    assert curve["auc"].iat[0] == full["auc"].iat[0] == pytest.approx(area(full), rel=1e-12)
    assert curve[["fpr", "tpr"]].iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
    pieces = curve[["fpr", "tpr"]].diff().abs().sum(axis=1)
    assert pieces.max() < 3 * 2 / (CURVE_POINTS - 1)
    thin = precision_recall(predictions, TWO)
    assert len(thin) <= CURVE_POINTS and thin["recall"].iat[-1] == 1.0
    steps = float(np.diff(thin["recall"]) @ thin["precision"].to_numpy()[1:])
    assert steps == pytest.approx(thin["average_precision"].iat[0], abs=5e-3)


def test_the_area_holds_on_the_worst_staircase() -> None:
    # Long steps to one side, then to the other: every thinned piece cuts corners the same way.
    actual = np.tile(np.repeat([0, 1], 7), 1000)
    predictions = Predictions(np.arange(len(actual)), actual, actual, scores=-np.arange(len(actual), dtype=float))
    curve = roc(predictions, TWO)
    assert len(curve) <= CURVE_POINTS
    assert area(curve) == pytest.approx(curve["auc"].iat[0], abs=1e-3)


@pytest.mark.parametrize("draw", [roc, precision_recall])
def test_what_cannot_be_drawn_is_empty_with_a_reason(draw) -> None:
    mute = Predictions(np.arange(2), np.array([0, 1]), np.array([0, 1]))
    frame = draw(mute, TWO)
    assert frame.empty and frame.attrs["reason"] == "This model gives neither probabilities nor decision scores."
    alone = Predictions(np.arange(2), np.array([1, 1]), np.array([1, 1]), np.full((2, 2), 0.5))
    frame = draw(alone, TWO)
    assert frame.empty and frame.attrs["reason"] == "Only one class in these rows."
    assert list(frame.columns) == list(draw(drawn(2, 20), TWO).columns)
    nothing = Predictions(np.arange(0), np.arange(0), np.arange(0), np.zeros((0, 2)))
    assert draw(nothing, TWO).empty


def test_a_class_without_rows_has_no_curve() -> None:
    few = Predictions(np.arange(2), np.array([0, 1]), np.array([0, 1]), np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]]))
    assert list(roc(few, THREE)["curve"].unique()) == ["a", "b"]


def test_residuals_are_actual_minus_predicted() -> None:
    predictions = Predictions(np.array([7, 8, 9]), np.array([1.0, 2.0, 3.0]), np.array([1.5, np.inf, 2.0]))
    frame = residuals(predictions, NUMBERS)
    assert frame.to_dict("list") == {
        "row": [7, 9],
        "actual": [1.0, 3.0],
        "predicted": [1.5, 2.0],
        "residual": [-0.5, 1.0],
    }
    assert frame.attrs["reason"] == "The predictions of 1 of 3 rows are not finite numbers."


def test_a_page_can_call_them_on_20_000_rows() -> None:
    predictions = drawn(2, 20_000)
    for draw in (confusion, roc, precision_recall):
        taken = []
        for _ in range(3):
            began = time.process_time()
            draw(predictions, TWO)
            taken.append(time.process_time() - began)
        assert min(taken) < 0.05, draw.__name__


def test_they_need_no_scikit_learn() -> None:
    code = (
        "import sys, numpy as np\n"
        "from core.diagnostics import confusion, precision_recall, residuals, roc\n"
        "from core.metrics import per_class\n"
        "from core.records import Predictions, Problem, Task\n"
        "two = Problem(Task.CLASSIFICATION, 't', 1, (0, 1), (1, 1), (), {}, 2)\n"
        "p = Predictions(np.arange(2), np.arange(2), np.arange(2), np.eye(2))\n"
        "for draw in (confusion, precision_recall, roc, residuals, per_class): draw(p, two)\n"
        "sys.exit(' '.join({'sklearn', 'scipy', 'torch'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
