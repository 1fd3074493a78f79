"""Every metric against scikit-learn's own function, and every case in which there is no number."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from sklearn import metrics as oracle

from core.catalogue import UnknownName, resolve
from core.metrics import (
    METRICS,
    better,
    default_metric,
    first_metrics,
    metrics_of,
    per_class,
    score,
    score_all,
    scorer,
    sort_key,
)
from core.records import Predictions, Problem, Task
from tests.core.oracles import defined, score_of

DOCUMENTED_KEYS = [
    "accuracy",
    "zero_one_loss",
    "balanced_accuracy",
    "balanced_accuracy_adjusted",
    "precision",
    "recall",
    "f1",
    "f_half",
    "f2",
    "specificity",
    "npv",
    "likelihood_ratio_positive",
    "likelihood_ratio_negative",
    "jaccard",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "jaccard_macro",
    "precision_weighted",
    "recall_weighted",
    "f1_weighted",
    "jaccard_weighted",
    "matthews",
    "cohen_kappa",
    "roc_auc",
    "roc_auc_weighted",
    "roc_auc_start",
    "average_precision",
    "average_precision_weighted",
    "top_2_accuracy",
    "top_3_accuracy",
    "log_loss",
    "d2_log_loss",
    "brier",
    "d2_brier",
    "hinge_loss",
    "mae",
    "median_absolute_error",
    "max_error",
    "mse",
    "rmse",
    "r2",
    "explained_variance",
    "mape",
    "msle",
    "rmsle",
    "d2_absolute_error",
    "pinball_10",
    "pinball_90",
    "d2_pinball_10",
    "d2_pinball_90",
    "poisson_deviance",
    "d2_poisson",
    "gamma_deviance",
    "d2_gamma",
]


def classes_problem(counts: tuple[int, ...], positive: object = None, classes: tuple[object, ...] = ()) -> Problem:
    names = classes or tuple(f"class {code}" for code in range(len(counts)))
    return Problem(Task.CLASSIFICATION, "target", positive, names, counts, (), {}, sum(counts))


NUMBERS = Problem(Task.REGRESSION, "price", None, (), (), (), {}, 100)


def said(actual: object, predicted: object, probabilities: object = None, scores: object = None) -> Predictions:
    actual, predicted = np.asarray(actual), np.asarray(predicted)
    given = [None if each is None else np.asarray(each) for each in (probabilities, scores)]
    return Predictions(np.arange(len(actual)), actual, predicted, *given)


def drawn(classes: int, rows: int = 300, seed: int = 0, *, ties: bool = False) -> Predictions:
    """Predictions somewhat better than chance, on unequal classes."""
    rng = np.random.default_rng(seed)
    weights = np.arange(1, classes + 1) / np.arange(1, classes + 1).sum()
    actual = rng.choice(classes, rows, p=weights)
    raw = rng.gamma(1.0, size=(rows, classes)) + (actual[:, None] == np.arange(classes)) * 0.7
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    if ties:
        probabilities = np.round(probabilities, 1) + 1e-9
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return said(actual, probabilities.argmax(axis=1), probabilities)


def expected(name: str, predictions: Predictions, positive: int | None) -> float:
    """What scikit-learn says, called as a person would call it on the rows."""
    given = predictions.probabilities if predictions.probabilities is not None else predictions.scores
    return score_of(name, predictions.actual, predictions.predicted, given, positive, predictions.weights)


def test_the_keys_are_the_documented_ones_in_order() -> None:
    assert list(METRICS) == DOCUMENTED_KEYS


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_an_entry_can_be_shown(metric) -> None:
    assert metric.title and metric.about.endswith(".") and metric.expert.endswith(".")
    assert len(metric.about) <= 110
    assert metric.needs in ("predicted", "scores", "probabilities")
    assert metric.unit in ("share", "target", "none")
    assert metric.tasks
    end = metric.high if metric.greater_is_better else metric.low
    assert end == metric.best or (end is None and np.isinf(metric.best))
    assert callable(resolve(metric.sklearn))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("classes", "positive"), [(2, 0), (2, 1), (3, None), (7, None)])
def test_classification_equals_scikit_learn(classes: int, positive: int | None, seed: int, ties: bool) -> None:
    predictions = drawn(classes, seed=seed, ties=ties)
    names = tuple(f"class {code}" for code in range(classes))
    problem = classes_problem((1,) * classes, None if positive is None else names[positive])
    scores, undefined = score_all(predictions, problem)
    assert set(undefined) == {
        each.name for each in metrics_of(problem) if not defined(each, classes, positive=positive is not None)
    }
    assert list(scores) == [metric.name for metric in metrics_of(problem)]
    for name, value in scores.items():
        if name not in undefined:
            assert value == pytest.approx(expected(name, predictions, positive), rel=1e-12, abs=1e-14), name
            assert (value, "") == score(name, predictions, problem)


@pytest.mark.parametrize("name", [metric.name for metric in METRICS.values() if Task.REGRESSION in metric.tasks])
def test_regression_equals_scikit_learn(name: str) -> None:
    rng = np.random.default_rng(1)
    actual = rng.normal(10, 2, 200)
    predictions = said(actual, actual + rng.normal(0, 1, 200))
    value, reason = score(name, predictions, NUMBERS)
    assert reason == ""
    assert value == pytest.approx(expected(name, predictions, None), rel=1e-14)


def test_a_table_worked_out_by_hand() -> None:
    # 4 of 6 positives found, 1 false alarm among 4 negatives.
    actual, predicted = [1] * 6 + [0] * 4, [1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    scores, _ = score_all(said(actual, predicted), classes_problem((4, 6), "class 1"))
    assert scores["accuracy"] == pytest.approx(7 / 10)
    assert scores["balanced_accuracy"] == pytest.approx((4 / 6 + 3 / 4) / 2)
    assert scores["precision"] == pytest.approx(4 / 5)
    assert scores["recall"] == pytest.approx(4 / 6)
    assert scores["f1"] == pytest.approx(8 / 11)
    assert scores["matthews"] == pytest.approx((4 * 3 - 1 * 2) / np.sqrt(5 * 6 * 4 * 5))


@pytest.mark.parametrize("positive", [0, 1])
def test_decision_scores_rank_like_probabilities(positive: int) -> None:
    both = drawn(2)
    problem = classes_problem((1, 1), f"class {positive}")
    margin = said(both.actual, both.predicted, scores=np.log(both.probabilities[:, 1] / both.probabilities[:, 0]))
    one, other = score_all(both, problem)[0], score_all(margin, problem)[0]
    assert one["roc_auc"] == pytest.approx(other["roc_auc"], rel=1e-12)
    assert one["average_precision"] == pytest.approx(other["average_precision"], rel=1e-12)


def test_several_decision_scores_give_one_against_the_rest() -> None:
    both = drawn(4)
    margins = said(both.actual, both.predicted, scores=both.probabilities * 7 - 3)
    problem = classes_problem((1,) * 4)
    value, _ = score("roc_auc", margins, problem)
    assert value == pytest.approx(oracle.roc_auc_score(both.actual, both.probabilities, multi_class="ovr"), rel=1e-12)
    scores, undefined = score_all(margins, problem)
    assert scores["log_loss"] is None and undefined["brier"] == "This model gives no probabilities."


def test_without_probabilities_and_scores_nothing_is_ranked() -> None:
    problem = classes_problem((1, 2), "class 1")
    scores, undefined = score_all(said([0, 1, 1], [0, 1, 0]), problem)
    gone = {each.name for each in metrics_of(problem) if each.needs != "predicted"} | {"likelihood_ratio_positive"}
    assert set(undefined) == gone == {name for name, value in scores.items() if value is None}
    assert undefined["roc_auc"] == "This model gives neither probabilities nor decision scores."
    assert undefined["likelihood_ratio_positive"] == "There is no false alarm to divide by."


@pytest.mark.parametrize(("classes", "positive"), [(2, 0), (2, 1), (4, None)])
def test_hinge_loss_is_of_decision_scores(classes: int, positive: int | None) -> None:
    both = drawn(classes)
    margins = np.log(both.probabilities) if classes > 2 else both.probabilities @ [-2.0, 2.0]
    problem = classes_problem((1,) * classes, None if positive is None else f"class {positive}")
    value, _ = score("hinge_loss", said(both.actual, both.predicted, scores=margins), problem)
    assert value == pytest.approx(oracle.hinge_loss(both.actual, margins), rel=1e-12)
    assert "no distances" in score("hinge_loss", both, problem)[1]


def test_amounts_and_counts_equal_scikit_learn_and_say_where_they_do_not_apply() -> None:
    rng = np.random.default_rng(2)
    actual = rng.poisson(3.0, 100).astype(float)
    counts = said(actual, rng.gamma(3.0, size=100))
    scores, undefined = score_all(counts, NUMBERS)
    assert scores["d2_poisson"] == pytest.approx(expected("d2_poisson", counts, None))
    told = f"The actual value is 0 or less in {np.count_nonzero(actual == 0)} rows."
    assert undefined["gamma_deviance"] == told
    assert score("rmsle", said([1.0, 2.0], [0.5, -1.0]), NUMBERS)[1] == "The predicted value is -1 or less in 1 row."


def test_three_metrics_come_first_and_the_chosen_one_leads() -> None:
    problem = classes_problem((3, 4), "class 1")
    assert [each.name for each in first_metrics(problem)] == ["accuracy", "balanced_accuracy", "roc_auc"]
    assert [each.name for each in first_metrics(problem, "f1")] == ["f1", "accuracy", "balanced_accuracy"]
    assert [each.name for each in first_metrics(NUMBERS, "r2")] == ["r2", "mae", "rmse"]
    assert [each.name for each in first_metrics(NUMBERS, "f1")] == ["mae", "rmse", "r2"]


def test_one_column_of_scores_for_three_classes_ranks_nothing() -> None:
    value, reason = score("roc_auc", said([0, 1, 2], [0, 1, 1], scores=[0.1, 0.2, 0.3]), classes_problem((1, 1, 1)))
    assert value is None and "neither" in reason


def test_a_single_class_among_the_rows() -> None:
    halves = np.full((4, 2), 0.5)
    scores, undefined = score_all(said([0] * 4, [0, 0, 0, 1], halves), classes_problem((4, 4), "class 1"))
    assert {name: undefined[name] for name in ("recall", "f1")} == dict.fromkeys(
        ("recall", "f1"), "No row of class 'class 1' among these rows."
    )
    alone = ("roc_auc", "average_precision", "matthews", "cohen_kappa", "d2_brier", "balanced_accuracy_adjusted")
    assert {undefined[name] for name in alone} == {"Only one class in these rows."}
    assert scores["accuracy"] == 0.75 and scores["precision"] == 0.0
    assert scores["log_loss"] == pytest.approx(np.log(2)) and scores["brier"] == pytest.approx(0.25)


def test_a_missing_class_leaves_one_against_the_rest_undefined() -> None:
    thirds = np.full((3, 3), 1 / 3)
    value, reason = score("roc_auc", said([0, 1, 1], [0, 1, 1], thirds), classes_problem((1, 2, 5)))
    assert value is None and reason == "No row of class 'class 2' among these rows."


def test_nothing_called_positive_counts_as_precision_zero() -> None:
    scores, _ = score_all(said([0, 1, 1], [0, 0, 0]), classes_problem((1, 2), "class 1"))
    assert scores["precision"] == scores["recall"] == scores["f1"] == 0.0
    assert scores["matthews"] == 0.0


def test_a_sure_mistake_has_a_finite_log_loss() -> None:
    sure = said([0, 1], [1, 1], [[0.0, 1.0], [0.0, 1.0]])
    value, _ = score("log_loss", sure, classes_problem((1, 1), "class 1"))
    assert value == pytest.approx(36.04 / 2, abs=0.01)
    assert value == pytest.approx(oracle.log_loss([0, 1], [[0.0, 1.0], [0.0, 1.0]]))


def test_no_rows_and_broken_numbers_are_reasons() -> None:
    problem = classes_problem((1, 1), "class 1")
    for name, reason in score_all(said(np.array([], dtype=int), np.array([], dtype=int)), problem)[1].items():
        assert reason == "There are no rows to judge.", name
    broken = said([0, 1], [0, 1], [[0.5, 0.5], [np.nan, np.nan]])
    scores, undefined = score_all(broken, problem)
    assert undefined["log_loss"] == "The probabilities of 1 of 2 rows are not finite numbers."
    assert scores["accuracy"] == 1.0
    over = said([0, 1], [0, 1], [[0.5, 0.5], [-1.0, 2.0]])
    assert score("log_loss", over, problem)[1].startswith("Could not be computed: ")


def test_regression_cases_without_a_number() -> None:
    assert "two rows" in score("r2", said([1.0], [1.0]), NUMBERS)[1]
    assert "same" in score("r2", said([1.0, 1.0], [1.0, 2.0]), NUMBERS)[1]
    assert "in 1 row:" in score("mape", said([0.0, 1.0], [1.0, 1.0]), NUMBERS)[1]
    assert "1 of 2" in score("mae", said([0.0, 1.0], [np.inf, 1.0]), NUMBERS)[1]
    assert "too large" in score("rmse", said([0.0, 1.0], [1e300, 1.0]), NUMBERS)[1]
    assert score("accuracy", said([0.0], [0.0]), NUMBERS)[0] is None
    for value in score_all(said([0.0, 0.0], [1e308, -1e308]), NUMBERS)[0].values():
        assert value is None or np.isfinite(value)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_no_value_is_nan_and_no_warning_leaks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes, rows = int(rng.integers(2, 5)), int(rng.integers(1, 6))
    probabilities = rng.choice([0.0, 0.5, 1.0], (rows, classes))
    actual, predicted = rng.integers(0, classes, (2, rows))
    names = tuple(range(classes))
    problem = classes_problem((rows,) * classes, 1 if classes == 2 else None, names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores, undefined = score_all(said(actual, predicted, probabilities), problem)
    for name, value in scores.items():
        assert (value is None) == bool(undefined.get(name))
        assert value is None or np.isfinite(value), name


def test_unknown_metric_names_near_misses() -> None:
    with pytest.raises(UnknownName, match="'accuracy'"):
        score("acuracy", said([0], [0]), classes_problem((1, 1)))


def test_per_class_equals_scikit_learn() -> None:
    predictions = drawn(5)
    frame = per_class(predictions, classes_problem((1,) * 5))
    parts = oracle.precision_recall_fscore_support(predictions.actual, predictions.predicted, labels=range(5))
    for column, part in zip(("precision", "recall", "f1", "support"), parts, strict=True):
        np.testing.assert_allclose(frame[column], part, rtol=1e-14)
    assert list(frame.index) == [f"class {code}" for code in range(5)] and frame.index.name == "class"


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ((50, 50), "accuracy"),
        ((60, 40), "accuracy"),
        ((74, 26), "roc_auc"),
        ((10, 9990), "roc_auc"),
        ((50, 50, 50), "accuracy"),
        ((100, 90, 20), "balanced_accuracy"),
    ],
)
def test_the_default_follows_the_balance_of_the_classes(counts: tuple[int, ...], name: str) -> None:
    proposal = default_metric(classes_problem(counts))
    assert proposal.value == name and proposal.reason


def test_the_default_says_why() -> None:
    assert "'class 0'" in default_metric(classes_problem((74, 26))).reason
    assert "74%" in default_metric(classes_problem((74, 26))).reason
    assert default_metric(NUMBERS).value == "r2" and "price" in default_metric(NUMBERS).reason


@pytest.mark.parametrize("problem", [NUMBERS, classes_problem((1, 99), "class 0"), classes_problem((1, 9, 9))])
def test_the_default_of_single_rows_is_defined_on_a_single_row(problem: Problem) -> None:
    proposal = default_metric(problem, rows_per_fold=1)
    value, reason = score(proposal.value, said([1], [1]), problem)
    assert value == METRICS[proposal.value].best and not reason


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_the_better_value_sorts_first_and_the_undefined_last(metric) -> None:
    best = min(metric.best, 1e9)
    worse = best - 0.5 if metric.greater_is_better else best + 0.5
    assert better(metric.name, best, worse) and not better(metric.name, worse, best)
    assert better(metric.name, worse, None) and not better(metric.name, None, worse)
    assert sorted([None, worse, best], key=lambda value: sort_key(metric.name, value)) == [
        best,
        worse,
        None,
    ]


def test_a_scorer_turns_losses_round_and_refuses_the_undefined() -> None:
    def predict(estimator, X, y):
        return said(y, X)

    errors = scorer("mae", NUMBERS, predict)
    assert errors(None, np.array([1.0, 3.0]), np.array([1.0, 1.0])) == -1.0
    with pytest.raises(ValueError, match="R² is not defined on these rows: Needs at least two rows"):
        scorer("r2", NUMBERS, predict)(None, np.array([1.0]), np.array([1.0]))


def test_scoring_20_000_rows_is_quick() -> None:
    predictions = drawn(2, rows=20_000)
    problem = classes_problem((1, 2), "class 1")
    score_all(predictions, problem)
    taken = []
    for _ in range(5):
        began = time.process_time()
        score_all(predictions, problem)
        taken.append(time.process_time() - began)
    assert min(taken) < 0.06


def test_importing_the_metrics_imports_no_heavy_library() -> None:
    code = (
        "import sys, core.metrics, core.importances, core.projections, core.comparison\n"
        "sys.exit(' '.join({'sklearn', 'scipy', 'torch', 'pyarrow'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
