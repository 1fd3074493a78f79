"""A run's numbers are scikit-learn's numbers, a failing model is a row with a reason, and a notebook needs no store."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skops.io import loads

from core.data import Unusable, load_table, make_problem
from core.export import run_json
from core.metrics import METRICS
from core.models import MODELS, TRUSTED
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Task
from core.run import compare, execute, fit_key, model_file, out_of_memory, plan, reason_of, setting, with_baseline
from tests.core.quick import FORESTS, QUICK

FIVE = StratifiedKFold(5, shuffle=True, random_state=0)


def scaled(model: BaseEstimator) -> Any:
    return make_pipeline(StandardScaler(), model)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("logistic_regression", scaled(LogisticRegression(max_iter=1000, random_state=0))),
        ("k_neighbors", scaled(KNeighborsClassifier())),
        ("random_forest", RandomForestClassifier(10, random_state=0)),
        ("gradient_boosting", GradientBoostingClassifier(n_estimators=10, random_state=0)),
    ],
)
def test_classification_gives_the_numbers_of_cross_validate(name: str, plain: Any) -> None:
    X, y = load_iris(return_X_y=True)
    theirs = cross_validate(
        plain, X, y, cv=FIVE, scoring=("accuracy", "f1_macro", "roc_auc_ovr", "neg_log_loss"), return_train_score=True
    )
    ours = compare("iris", models=[ModelSpec(name, "", FORESTS.get(name, {}))]).model(name)
    assert ours.values("accuracy") == pytest.approx(theirs["test_accuracy"], abs=1e-12)
    assert ours.values("accuracy", train=True) == pytest.approx(theirs["train_accuracy"], abs=1e-12)
    assert ours.values("f1_macro") == pytest.approx(theirs["test_f1_macro"], abs=1e-12)
    assert ours.values("roc_auc") == pytest.approx(theirs["test_roc_auc_ovr"], abs=1e-9)
    assert ours.values("log_loss") == pytest.approx(-theirs["test_neg_log_loss"], abs=1e-9)


def test_two_classes_give_the_numbers_of_cross_validate() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    scoring = {
        "precision": "precision",
        "recall": "recall",
        "roc_auc": "roc_auc",
        "average_precision": "average_precision",
    }
    theirs = cross_validate(scaled(LogisticRegression(max_iter=1000)), X, y, cv=FIVE, scoring=scoring)
    ours = compare("breast_cancer", models=["logistic_regression"], positive="benign").model("logistic_regression")
    for metric in scoring:
        assert ours.values(metric) == pytest.approx(theirs[f"test_{metric}"], abs=1e-9), metric


@pytest.mark.parametrize(
    ("name", "plain"),
    [("linear_regression", scaled(LinearRegression())), ("random_forest", RandomForestRegressor(10, random_state=0))],
)
def test_regression_gives_the_numbers_of_cross_validate(name: str, plain: Any) -> None:
    X, y = load_diabetes(return_X_y=True)
    folds = KFold(5, shuffle=True, random_state=0)
    theirs = cross_validate(plain, X, y, cv=folds, scoring=("r2", "neg_mean_absolute_error"))
    ours = compare("diabetes", models=[ModelSpec(name, "", FORESTS.get(name, {}))]).model(name)
    assert ours.values("r2") == pytest.approx(theirs["test_r2"], abs=1e-9)
    assert ours.values("mae") == pytest.approx(-theirs["test_neg_mean_absolute_error"], abs=1e-9)


def test_a_failing_model_is_a_row_with_the_fold_and_the_reason() -> None:
    table = load_table("moons:rows=60")
    result = compare(table, models=["k_neighbors", ModelSpec("k_neighbors", "greedy", {"n_neighbors": 100})])
    greedy = result.model("k_neighbors:greedy")
    assert greedy.state == FitState.FAILED
    assert greedy.reason.startswith("Fold 1: ValueError: ")
    assert result.model("k_neighbors").state == FitState.DONE
    board = result.leaderboard().set_index("id")
    assert pd.isna(board.loc["k_neighbors:greedy", "rank"])
    assert board.loc["k_neighbors", "rank"] == 1


def test_a_model_with_one_failed_fold_keeps_the_others_in_their_places() -> None:
    """In order, the first fold holds all rows of one class, and its training rows none."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=100), "b": draw.normal(size=100), "y": ["no"] * 20 + ["yes"] * 80})
    models = ["logistic_regression", "lda", "hist_gradient_boosting", "sklearn_mlp"]
    result = compare(frame, "y", models=models, split=Split("kfold", shuffle=False))
    told = {each["id"]: each for each in run_json(result)["models"]}
    ranks = result.leaderboard("accuracy").set_index("id")["rank"]
    for name in models[:2]:
        model = told[name]
        assert model["state"] == "failed"
        assert (
            model["reason"]
            == "Fold 1: ValueError: all training rows are of class 'yes', and this model needs two classes"
        )
        accuracy = model["scores"]["accuracy"]
        for values in (accuracy["folds"], accuracy["train"], model["fit_seconds"], model["predict_seconds"]):
            assert [each is None for each in values] == [True, False, False, False, False]
        assert accuracy["mean"] == pytest.approx(np.mean(accuracy["folds"][1:]))
        assert accuracy["low"] is None, "nothing is claimed of a model that failed"
        assert pd.isna(ranks[name])
    for name in models[2:]:  # these can do with one class, and never name the other
        assert told[name]["state"] == "done"
        accuracy = told[name]["scores"]["accuracy"]
        assert accuracy["folds"][0] == 0.0 and accuracy["low"] < accuracy["mean"] < accuracy["high"]


def test_a_model_that_does_not_suit_is_skipped_with_the_reason() -> None:
    result = compare("iris", models=["lasso", "k_neighbors"])
    lasso = result.model("lasso")
    assert lasso.state == FitState.SKIPPED
    assert "predicts numbers only" in lasso.reason
    assert lasso.values("accuracy") == []


def test_the_baseline_is_always_in_and_never_twice() -> None:
    assert [each.id for each in with_baseline([ModelSpec("ridge")])] == ["baseline", "ridge"]
    assert [each.id for each in with_baseline([ModelSpec("baseline", "mine")])] == ["baseline:mine"]


def test_one_id_cannot_take_part_twice() -> None:
    with pytest.raises(ValueError, match="takes part twice"):
        compare("iris", models=["ridge", "ridge"])


@pytest.mark.parametrize(
    "arguments",
    [{"models": ["random_forrest"]}, {"models": [ModelSpec("ridge", "", {"alhpa": 1.0})]}, {"split": "stratifeid"}],
    ids=["model", "setting", "split"],
)
def test_unknown_names_are_answered_with_near_misses(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Did you mean"):
        compare("iris", **arguments)


def test_the_key_holds_what_decides_a_result_and_nothing_else() -> None:
    model = ModelSpec("ridge", "", {"alpha": 2.0})
    spec = RunSpec("iris", "abc", Roles("species"), Split("stratified"), (model,))
    key = fit_key(spec, model, 0)
    same = [
        fit_key(dataclasses.replace(spec, time_limit=1.0, dataset="other name"), model, 0),
        fit_key(spec, dataclasses.replace(model, label="mine"), 0),
    ]
    different = [
        fit_key(spec, model, 1),
        fit_key(spec, dataclasses.replace(model, settings={"alpha": 3.0}), 0),
        fit_key(dataclasses.replace(spec, seed=1), model, 0),
        fit_key(dataclasses.replace(spec, fingerprint="abd"), model, 0),
        fit_key(dataclasses.replace(spec, class_weight="balanced"), model, 0),
        fit_key(dataclasses.replace(spec, roles=Roles("species", left_out={"a": "x"})), model, 0),
        fit_key(dataclasses.replace(spec, split=Split("stratified", 4)), model, 0),
    ]
    assert same == [key, key]
    assert len({key, *different}) == len(different) + 1


@pytest.mark.parametrize("name", [name for name, entry in MODELS.items() if Task.CLASSIFICATION in entry.build])
def test_the_predicted_class_is_the_one_the_model_names(name: str) -> None:
    """Probabilities are asked for once and the class taken from them: it must be what `predict` says."""
    table = load_table("wine")
    model = ModelSpec(name, "", QUICK.get(name, {}))
    spec = RunSpec("wine", table.fingerprint, Roles(table.target), Split("holdout"), (model,))
    shared = setting(spec, table)
    fitted = execute(shared, model, 0)
    pipeline = loads(model_file(fitted.pipeline), trusted=TRUSTED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pipeline.predict(shared.samples.X.iloc[shared.folds[0].test])
    np.testing.assert_array_equal(fitted.predictions.predicted, expected)


def test_rows_are_positions_in_the_table() -> None:
    table = load_table("loan_desk:rows=300")
    result = compare(table, models=["hist_gradient_boosting"])
    predictions = result.predictions("hist_gradient_boosting")
    assert predictions is not None
    codes = np.array([result.problem.classes.index(each) for each in table.frame[table.target].iloc[predictions.rows]])
    np.testing.assert_array_equal(predictions.actual, codes)
    assert sorted(predictions.rows) == list(range(300))


def test_what_leave_one_out_cannot_define_has_a_reason_and_is_not_ranked_by() -> None:
    result = compare("moons:rows=30", models=["k_neighbors"], split="loo")
    model = result.model("k_neighbors")
    assert model.mean("roc_auc") is None
    assert model.undefined("roc_auc")
    assert result.metric == "accuracy"
    assert result.leaderboard("roc_auc")["rank"].isna().all()


def test_a_model_without_probabilities_is_judged_by_its_scores() -> None:
    model = compare("breast_cancer", models=["svm_linear"]).model("svm_linear")
    assert model.mean("roc_auc") is not None
    assert model.mean("log_loss") is None
    assert "probabilities" in model.undefined("log_loss")


def test_a_frame_can_be_compared_and_reported() -> None:
    frame = load_iris(as_frame=True).frame
    said: list[float] = []
    result = compare(
        frame, "target", models=["decision_tree"], task="classification", report=lambda share, _: said.append(share)
    )
    assert result.problem.classes == (0, 1, 2)
    assert said == sorted(said) and said[0] == 0.0 and said[-1] < 1.0
    board = result.leaderboard()
    assert list(board["id"]) == ["decision_tree", "baseline"]
    assert board["mean"].is_monotonic_decreasing


def test_bad_input_is_a_sentence() -> None:
    with pytest.raises(Unusable, match="same value in every row"):
        compare(pd.DataFrame({"a": range(20), "y": ["yes"] * 20}), "y")
    with pytest.raises(ValueError, match="none called 'balnced'"):
        compare("iris", models=["lda"], class_weight="balnced")


def test_what_a_notebook_hands_over_may_be_numpys() -> None:
    frame = pd.DataFrame({"a": np.arange(40.0) % 7, "y": np.arange(40) % 2})
    spec = ModelSpec("k_neighbors", settings={"n_neighbors": np.int64(3)})
    result = compare(frame, "y", models=[spec], positive=np.int64(0))
    assert result.problem.positive == 0
    assert result.model("k_neighbors").state == FitState.DONE
    assert compare("iris", models="lda").model("lda").state == FitState.DONE


def test_the_json_has_every_key_that_is_promised() -> None:
    result = compare("loan_desk:rows=200", models=["ridge"], class_weight="balanced")
    data = run_json(result)
    assert set(data) >= {"schema", "run", "seed", "versions", "dataset", "problem", "split", "seconds", "models"}
    assert data["schema"] == 1
    assert set(data["versions"]) >= {"python", "scikit-learn", "torch", "bakeoff"}
    model = data["models"][1]
    assert set(model["scores"]) == {name for name, metric in METRICS.items() if Task.CLASSIFICATION in metric.tasks}
    assert model["scores"]["log_loss"]["mean"] is None and model["scores"]["log_loss"]["reason"]
    assert model["scores"]["f1"]["mean"] == pytest.approx(np.mean(model["scores"]["f1"]["folds"]))
    assert sum(each["support"] for each in model["per_class"].values()) == 200
    assert len(model["fit_seconds"]) == 5


def test_a_plan_has_a_fit_per_model_and_fold() -> None:
    table = load_table("iris")
    models = (ModelSpec("baseline"), ModelSpec("ridge"))
    spec = RunSpec("iris", table.fingerprint, Roles(table.target), Split("repeated", 3, 2), models)
    fits = plan(spec, make_problem(table, spec.roles))
    assert [(each.model.id, each.fold) for each in fits] == [(m.id, f) for m in models for f in range(6)]
    assert len({each.key for each in fits}) == 12


def test_running_out_of_memory_is_said_in_words() -> None:
    torchs = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes")
    for error in (MemoryError("Unable to allocate"), torchs):
        assert out_of_memory(error)
        assert reason_of(error) == "out of memory"
    assert not out_of_memory(ValueError("memory of an elephant"))


@pytest.mark.parametrize(
    ("name", "settings"),
    [("feed_forward", {"max_epochs": 3}), ("gradient_boosting", {"n_estimators": 9}), ("sklearn_mlp", {"max_iter": 9})],
)
def test_learning_curves_fall_and_are_positive(name: str, settings: dict[str, Any]) -> None:
    result = compare("moons:rows=200", models=[ModelSpec(name, "", settings)], split="holdout")
    (fit,) = result.model(name).done
    assert fit.outcome is not None
    curve = fit.outcome.curve
    assert all(set(point) >= {"step", "train_loss", "train_score", "valid_loss", "valid_score"} for point in curve)
    assert 0 < curve[-1]["train_loss"] < curve[0]["train_loss"]
    assert (curve[0]["step"], curve[-1]["step"]) == (1, next(iter(settings.values())))


def test_a_model_that_learns_in_one_step_has_no_curve() -> None:
    (fit,) = compare("moons:rows=200", models=["lda"], split="holdout").model("lda").done
    assert fit.outcome is not None and fit.outcome.curve == ()
