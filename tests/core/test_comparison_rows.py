"""What held-out rows bear out, and how many would be needed: against formulas, exact tests and the limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core.comparison import Pair, bootstrap, compare_rows, resample_rows, rows_needed
from core.metrics import METRICS, score
from core.records import Predictions
from tests.core.test_metrics import classes_problem

PROBLEM = classes_problem((1, 1), "class 1")
RNG = np.random.default_rng(0)


def answers(right: np.ndarray, weights: np.ndarray | None = None) -> Predictions:
    """Two classes in turn, named right where `right` says so."""
    actual = np.arange(len(right)) % 2
    predicted = np.where(right, actual, 1 - actual)
    sure = np.where(right, 0.8, 0.3)
    probabilities = np.column_stack([np.where(actual == 0, sure, 1 - sure), np.where(actual == 1, sure, 1 - sure)])
    return Predictions(np.arange(len(right)), actual, predicted, probabilities, weights=weights)


def accuracy(predictions: Predictions) -> float | None:
    return score("accuracy", predictions, PROBLEM)[0]


def first(rows: int, right: int) -> np.ndarray:
    return np.arange(rows) < right


def test_an_interval_of_a_share_is_student_s() -> None:
    found = bootstrap(resample_rows({"a": answers(first(200, 160))}, accuracy, draws=4000), "a")
    reach = stats.t.ppf(0.975, 199) * np.sqrt(0.8 * 0.2 / 199)
    assert (found.mean, found.folds) == (0.8, 1)
    assert (found.low, found.high) == pytest.approx((0.8 - reach, 0.8 + reach), abs=0.01)


def test_it_is_wider_with_few_rows_than_percentiles_would_be() -> None:
    resampled = resample_rows({"a": answers(first(20, 14))}, accuracy)
    found = bootstrap(resampled, "a")
    low, high = np.quantile(resampled.draws["a"], [0.025, 0.975])
    assert found.low <= low and found.high >= high and found.high - found.low > high - low


def test_where_errors_are_few_it_reaches_as_far_as_wilson_s() -> None:
    resampled = resample_rows({"a": answers(first(30, 28))}, accuracy)
    wide, narrow = bootstrap(resampled, "a", bounds=(0.0, 1.0)), bootstrap(resampled, "a")
    wilson = stats.binomtest(28, 30).proportion_ci(method="wilson")
    assert wide.low <= wilson.low < narrow.low and wilson.high <= wide.high <= 1
    assert wide.low == pytest.approx(wilson.low, abs=0.02)
    other = replace(resampled, scores={"a": 2 * 28 / 30 - 1}, draws={"a": 2 * resampled.draws["a"] - 1})
    turned = bootstrap(other, "a", bounds=(-1.0, 1.0))
    assert (turned.low, turned.high) == pytest.approx((2 * wide.low - 1, 2 * wide.high - 1))


def test_drawing_rows_is_weighting_them() -> None:
    rows = RNG.integers(0, 60, 60)
    given = answers(RNG.random(60) < 0.7)
    parts = ("rows", "actual", "predicted", "probabilities")
    drawn = replace(given, **{name: getattr(given, name)[rows] for name in parts})
    weighted = replace(given, weights=np.bincount(rows, minlength=60).astype(float))
    for name, metric in METRICS.items():
        if PROBLEM.task in metric.tasks:
            assert score(name, weighted, PROBLEM)[0] == pytest.approx(score(name, drawn, PROBLEM)[0]), name


def test_rows_keep_their_weights_and_those_of_weight_0_are_never_drawn() -> None:
    weights = np.array([0.0] * 50 + [3.0] * 50)
    found = resample_rows({"a": answers(first(100, 50), weights)}, accuracy)
    assert found.rows == 50 and found.scores["a"] == 0 and np.all(found.draws["a"] == 0)


def test_a_pair_is_mcnemar_s_where_many_rows_differ() -> None:
    a, b = np.ones(400, bool), np.ones(400, bool)
    a[:30], b[30:90] = False, False
    found = compare_rows(resample_rows({"a": answers(a), "b": answers(b)}, accuracy, draws=4000), "a", "b", rope=0)
    assert found.difference == pytest.approx(30 / 400)
    assert found.p_value == pytest.approx(stats.binomtest(30, 90).pvalue, abs=0.004)
    assert 0 < found.low < found.difference < found.high and found.t is None
    assert found.p_a_better + found.p_equal + found.p_b_better == pytest.approx(1)
    turned = compare_rows(resample_rows({"a": answers(a), "b": answers(b)}, accuracy), "b", "a", rope=0)
    assert turned.difference == -found.difference and turned.p_b_better > 0.99


def test_few_rows_that_differ_separate_nothing() -> None:
    found = compare_rows(resample_rows({"a": answers(first(30, 30)), "b": answers(first(30, 26))}, accuracy), "a", "b")
    assert found.p_value == pytest.approx(2 * 0.5**4) == stats.binomtest(4, 4).pvalue
    assert found.low <= 0 and found.p_a_better <= 1 - 0.5**4


def test_a_loss_is_turned_and_all_rows_differ_where_the_metric_sees_probabilities() -> None:
    def loss(predictions: Predictions) -> float | None:
        return score("log_loss", predictions, PROBLEM)[0]

    given = {"a": answers(first(90, 80)), "b": answers(first(90, 50))}
    found = resample_rows(given, loss, said=lambda each: each.probabilities)
    assert found.differing[("a", "b")] == 30
    assert compare_rows(found, "a", "b", greater_is_better=False).difference > 0


def test_the_same_predictions_are_equal() -> None:
    given = answers(first(40, 30))
    found = compare_rows(resample_rows({"a": given, "b": given}, accuracy), "a", "b", rope=0)
    assert (found.low, found.high, found.p_value, found.p_equal) == (0, 0, 1, 1)


def test_what_cannot_be_said_is_none() -> None:
    perfect = resample_rows({"a": answers(first(30, 30))}, accuracy)
    assert (bootstrap(perfect, "a").mean, bootstrap(perfect, "a").low) == (1.0, None)
    assert bootstrap(perfect, "b").mean is None
    assert resample_rows({}, accuracy).rows == 0
    one = resample_rows({"a": answers(first(1, 1)), "b": answers(first(1, 0))}, accuracy)
    assert bootstrap(one, "a").low is None and compare_rows(one, "a", "b").p_value == 1
    silent = resample_rows({"a": answers(first(9, 9))}, lambda each: None)
    assert silent.scores == {} and silent.draws == {}
    other = replace(answers(first(9, 9)), rows=np.arange(9) + 1)
    assert set(resample_rows({"a": answers(first(9, 9)), "b": other}, accuracy).scores) == {"a"}


def test_a_score_that_most_drawings_lack_has_no_interval() -> None:
    rare = replace(answers(np.ones(12, bool)), actual=np.arange(12) == 0)  # a third of all drawings have no such row

    def recall(predictions: Predictions) -> float | None:
        return score("recall", predictions, PROBLEM)[0]

    found = resample_rows({"a": rare, "b": replace(rare, predicted=1 - rare.predicted)}, recall)
    assert np.isnan(found.draws["a"]).mean() > 0.2
    assert bootstrap(found, "a").low is None and compare_rows(found, "a", "b").p_value is None


def test_very_many_rows_are_drawn_less_often() -> None:
    found = resample_rows({"a": answers(first(40_000, 30_000))}, lambda each: float(len(each.rows)))
    assert len(found.draws["a"]) == 500


# How many rows


def pair(difference: float, reach: float) -> Pair:
    return Pair(difference, difference - reach, difference + reach, None, 0.2, None, None, None, 10)


def test_rows_needed_follow_the_formula() -> None:
    error = 0.03 / 1.959964
    wanted = 500 * ((1.959964 + 0.841621) * error / 0.02) ** 2
    assert rows_needed(pair(0.02, 0.03), 500).rows == pytest.approx(wanted, rel=0.01)
    assert rows_needed(pair(-0.02, 0.03), 500).rows == rows_needed(pair(0.02, 0.03), 500).rows
    assert rows_needed(pair(0.02, 0.03), 500, tests=5).rows > 1.2 * wanted


def test_that_many_rows_do_separate_four_times_in_five() -> None:
    rng = np.random.default_rng(1)
    needed = rows_needed(pair(0.1, 1.959964 / np.sqrt(200)), 200).rows
    means = 0.1 + rng.normal(size=4000) / np.sqrt(needed)
    assert np.mean(means * np.sqrt(needed) > 1.959964) == pytest.approx(0.8, abs=0.03)


def test_the_difference_may_grow_or_vanish_with_rows() -> None:
    steady = rows_needed(pair(0.02, 0.03), 500).rows
    growing = rows_needed(pair(0.02, 0.03), 500, curve=[(100, 0.0), (200, 0.01), (500, 0.02)])
    vanishing = rows_needed(pair(0.02, 0.03), 500, curve=[(100, 0.1), (200, 0.05), (500, 0.02)])
    assert 500 < growing.rows < steady
    assert vanishing.rows is None and "1,000 times as many" in vanishing.reason


def test_where_it_cannot_be_said_there_is_a_reason() -> None:
    alone = Pair(0.1, None, None, None, None, None, None, None, 1)
    assert "too few judgements" in rows_needed(alone, 100).reason
    assert "same predictions" in rows_needed(pair(0.0, 0.0), 100).reason
    assert rows_needed(pair(0.0, 0.1), 100).rows is None
    assert rows_needed(pair(0.1, 0.0), 100).rows == 100
    assert rows_needed(pair(0.1, 0.001), 100).rows == 100
