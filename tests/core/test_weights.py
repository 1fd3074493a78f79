"""A column that says how much a row counts: what it must hold, what a fit makes of it, and what is kept."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skops.io import loads

from core import jobs
from core.catalogue import resolve
from core.cli import main
from core.data import Unusable, make_problem, samples, table_of_frame
from core.models import MODELS, TRUSTED, build
from core.records import FitState, ModelSpec, Predictions, Problem, Roles, RunSpec, Split, Task
from core.run import compare, execute, model_file, setting
from core.run.weighing import MARK, UNWEIGHTED, counting, weight_parameter
from core.store import Store
from tests.core.quick import QUICK
from tests.source import ROOT

N = 120


def people(**more: Any) -> pd.DataFrame:
    """Numbers, classes, and weights of 0 to 3 that have nothing to do with them."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {"a": rng.normal(size=N), "b": rng.normal(size=N), "c": rng.normal(size=N)}
    columns["times"] = np.tile([0, 1, 2, 3], N // 4)
    columns["price"] = columns["a"] * 2 + rng.normal(size=N)
    columns["kind"] = np.where(columns["a"] + rng.normal(size=N) > 0, "u", "v")
    return pd.DataFrame(columns | more)


class TestProblem:
    def test_a_weight_is_no_feature_and_rows_without_one_are_left_out(self) -> None:
        data = table_of_frame(people(times=[np.nan, np.nan] + [1.5, 2.0] * (N // 2 - 1)))
        problem = make_problem(data, Roles("kind", weight="times"))
        assert problem.left_out["times"] == "it says how much a row counts"
        assert "times" not in {each.name for each in problem.features}
        assert problem.notes[0] == "2 rows without a weight left out." and problem.rows == N - 2
        rows = samples(data, problem)
        assert rows.weights is not None and rows.weights.dtype == np.float64
        assert rows.weights.tolist() == [1.5, 2.0] * (N // 2 - 1) and len(rows.y) == N - 2

    def test_infinite_weights_are_missing_ones(self) -> None:
        data = table_of_frame(people(times=[np.inf, *range(N - 1)]))
        problem = make_problem(data, Roles("kind", weight="times"))
        assert problem.notes[0] == "1 row without a weight left out."
        assert data.notes == ("Infinite values in `times` read as missing: 1 cell.",)

    def test_without_a_weight_there_is_none(self) -> None:
        data = table_of_frame(people())
        assert samples(data, make_problem(data, Roles("kind"))).weights is None

    @pytest.mark.parametrize(
        ("weights", "sentence"),
        [
            ([0] * N, "no row has a weight above 0"),
            ([-1.0] + [1.5] * (N - 1), "it is negative in 1 row,"),
            ([1e308] * N, "too large to be added up"),
            (["high", "low"] * (N // 2), "it does not hold numbers"),
            (pd.date_range("2024-01-01", periods=N), "it does not hold numbers"),
            ([np.nan] * N, "above 0|does not hold numbers"),
        ],
    )
    def test_what_cannot_be_a_weight_is_said(self, weights: Any, sentence: str) -> None:
        data = table_of_frame(people(times=weights))
        with pytest.raises(Unusable, match=f"`times` cannot say how much a row counts: .*({sentence}).*Choose another"):
            make_problem(data, Roles("kind", weight="times"))

    @pytest.mark.parametrize("roles", [{"target": "times"}, {"group": "times"}, {"time": "times"}])
    def test_no_column_plays_two_roles(self, roles: dict[str, str]) -> None:
        with pytest.raises(Unusable, match=r"cannot be .*the weight as well"):
            make_problem(table_of_frame(people()), Roles(**({"target": "kind"} | roles), weight="times"))

    def test_a_weight_that_is_not_there_is_said_with_near_misses(self) -> None:
        with pytest.raises(Unusable, match=r"time.*times"):
            make_problem(table_of_frame(people()), Roles("kind", weight="time"))

    def test_rows_that_take_part_must_count(self) -> None:
        frame = people(times=(np.arange(N) < 5).astype(int))
        frame.loc[:4, "kind"] = None
        with pytest.raises(Unusable, match="All rows that take part have the weight 0 in `times`"):
            make_problem(table_of_frame(frame), Roles("kind", weight="times"))

    def test_weights_may_be_answers_and_whole_numbers_kept_as_words(self) -> None:
        data = table_of_frame(people(times=pd.Categorical(["1", "2"] * (N // 2))))
        rows = samples(data, make_problem(data, Roles("kind", weight="times")))
        assert rows.weights is not None and rows.weights.tolist() == [1.0, 2.0] * (N // 2)


# ---- fits


def setting_of(frame: pd.DataFrame, target: str, weight: str = "", folds: int = 3) -> Any:
    data = table_of_frame(frame)
    models = (ModelSpec("baseline"),)
    roles = Roles(target, weight=weight, left_out={} if weight else {"times": "test"})
    return setting(RunSpec("made", data.fingerprint, roles, Split("kfold", folds, shuffle=False), models), data)


@pytest.mark.parametrize(
    ("target", "model", "settings"),
    [
        ("price", "linear_regression", {}),
        ("price", "decision_tree", {}),
        ("price", "ridge", {}),
        ("kind", "decision_tree", {}),
        ("kind", "logistic_regression", {"tol": 1e-10}),
        ("kind", "logistic_regression", {"tol": 1e-10, "class_weight": "balanced"}),
        ("kind", "gaussian_naive_bayes", {}),
        ("kind", "baseline", {}),
    ],
)
def test_a_weight_of_three_is_a_row_three_times(target: str, model: str, settings: dict[str, Any]) -> None:
    """Each block of four equal rows has weights 0 to 3, so that scaling sees the same spread with and without."""
    frame = people()
    blocks = frame.head(30).loc[lambda f: f.index.repeat(4)].assign(times=np.tile([0, 1, 2, 3], 30))
    noise = np.random.default_rng(1)
    blocks["price"] += noise.normal(size=N)  # within a block the rows differ in their answers
    blocks["kind"] = np.where(noise.random(N) < 0.3, "u", blocks["kind"])
    data = table_of_frame(blocks[["a", "b", "c", "times", target]].reset_index(drop=True))
    spec = ModelSpec(model, "", settings)
    weighted_problem = make_problem(data, Roles(target, weight="times"))
    rows = samples(data, weighted_problem)
    counted = np.flatnonzero(rows.weights > 0)
    weighted, repeated, plain = (build(spec, weighted_problem, 0) for _ in range(3))
    weighted.fit(rows.take(counted), rows.y[counted], model__sample_weight=rows.weights[counted])
    often = counted.repeat(rows.weights[counted].astype(int))
    repeated.fit(rows.take(often), rows.y[often])
    plain.fit(rows.take(counted), rows.y[counted])
    answers = [
        each.predict_proba(rows.X) if hasattr(each, "predict_proba") else each.predict(rows.X)
        for each in (weighted, repeated, plain)
    ]
    assert np.allclose(answers[0], answers[1], rtol=1e-5, atol=1e-7)
    assert model == "baseline" or not np.allclose(answers[0], answers[2], rtol=1e-5, atol=1e-7)


def test_a_fit_is_told_the_weights_and_its_scores_count_them() -> None:
    shared = setting_of(people(), "price", "times")
    fitted = execute(shared, ModelSpec("linear_regression"), 0)
    fold = shared.folds[0]
    weights = people()["times"].to_numpy(float)
    assert fitted.predictions.weights.tolist() == weights[fold.test].tolist()
    train = fold.train[weights[fold.train] > 0]
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    X, y = people()[["a", "b", "c"]], people()["price"].to_numpy()
    X["kind"] = people()["kind"] == "v"
    own = LinearRegression().fit(X.iloc[train], y[train], sample_weight=weights[train])
    said = own.predict(X.iloc[fold.test])
    assert fitted.predictions.predicted == pytest.approx(said, rel=1e-9)
    assert fitted.outcome.scores["r2"] == pytest.approx(
        r2_score(y[fold.test], said, sample_weight=weights[fold.test]), rel=1e-9
    )
    assert fitted.outcome.train_scores["r2"] == pytest.approx(
        r2_score(y[train], own.predict(X.iloc[train]), sample_weight=weights[train]), rel=1e-9
    )
    assert UNWEIGHTED not in fitted.outcome.notes


@pytest.mark.parametrize("task", list(Task))
def test_every_model_fits_weighted_rows_or_says_that_it_cannot(task: Task) -> None:
    shared = setting_of(people(), "kind" if task is Task.CLASSIFICATION else "price", "times")
    told = {}
    for name, model in MODELS.items():
        if model.unsuitable(shared.problem) is None:
            fitted = execute(shared, ModelSpec(name, "", QUICK.get(name, {})), 0)
            told[name] = UNWEIGHTED in fitted.outcome.notes
            takes = weight_parameter(fitted.pipeline)
            assert told[name] == (not takes) and takes in ("", "model__sample_weight")
    assert told["k_neighbors"] and not told["random_forest"] and not told["feed_forward"] and not told["baseline"]
    assert not told["voting"] and not told["stacking"]


@pytest.mark.parametrize("target", ["kind", "price"])
@pytest.mark.parametrize("name", ["voting", "stacking"])
def test_members_that_take_weights_are_told_them_and_the_others_named(name: str, target: str) -> None:
    shared = setting_of(people(), target, "times")
    linear = "logistic_regression" if target == "kind" else "ridge"
    fitted = execute(shared, ModelSpec(name, "", {"members": f"{linear}, k_neighbors"}), 0)
    assert fitted.outcome.notes == (f"{MODELS['k_neighbors'].title}: {UNWEIGHTED}",) and not fitted.outcome.marks
    fold = counting(shared.samples, shared.folds[0].train)
    X, y = shared.samples.take(fold), shared.samples.y[fold]
    told, deaf = fitted.pipeline[-1].estimators_
    seen, alone = fitted.pipeline[0].transform(X), MODELS[linear].build[shared.problem.task]
    own = resolve(alone)(**told.get_params()).fit(seen, y, sample_weight=shared.samples.weights[fold])
    np.testing.assert_allclose(told.coef_, own.coef_)
    assert not np.allclose(told.coef_, resolve(alone)(**told.get_params()).fit(seen, y).coef_)
    assert deaf.score(seen, y) == clone(deaf).fit(seen, y).score(seen, y)
    if name == "stacking":
        untold = clone(fitted.pipeline).fit(X, y)
        assert not np.allclose(untold[-1].final_estimator_.coef_, fitted.pipeline[-1].final_estimator_.coef_)
    none = execute(shared, ModelSpec("voting", "", {"members": "k_neighbors"}), 0)
    assert none.outcome.notes == (UNWEIGHTED,) and none.outcome.marks == (MARK,)
    again = loads(model_file(fitted.pipeline), trusted=TRUSTED)
    np.testing.assert_array_equal(again.predict(X), fitted.pipeline.predict(X))


def test_what_an_estimator_is_made_of_must_take_weights_as_well() -> None:
    assert weight_parameter(LogisticRegression()) == "sample_weight"
    assert weight_parameter(KNeighborsClassifier()) == ""
    assert weight_parameter(CalibratedClassifierCV(LogisticRegression())) == "sample_weight"
    assert weight_parameter(CalibratedClassifierCV(KNeighborsClassifier())) == ""
    nested = make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), LogisticRegression()))
    assert weight_parameter(nested) == "pipeline__logisticregression__sample_weight"
    assert weight_parameter(make_pipeline(StandardScaler(), KNeighborsClassifier())) == ""
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nested.fit(X, y, **{weight_parameter(nested): np.ones(40)})


def test_folds_without_weight_are_said_and_do_not_stop_the_others() -> None:
    frame = people(times=np.r_[np.zeros(N // 3), np.ones(2 * N // 3)])
    split = Split("kfold", 3, shuffle=False)
    result = compare(frame, "kind", weight="times", models=["logistic_regression"], split=split)
    model = result.model("logistic_regression")
    assert model.state == FitState.DONE and model.mean("accuracy") is None
    assert model.undefined("accuracy") == "Fold 1: No row to judge has a weight above 0."
    assert all(value is not None for value in model.values("accuracy")[1:])
    lone = people(times=np.r_[np.ones(N // 2), np.zeros(N // 2)])
    lone = compare(lone, "price", weight="times", models=["ridge"], split=Split("kfold", 2, shuffle=False))
    fits = lone.model("ridge").fits
    assert [each.state for each in fits] == [FitState.FAILED, FitState.DONE]
    assert fits[0].reason == "ValueError: all rows that it would learn from have the weight 0"


# ---- what is kept


def test_keys_without_a_weight_are_what_they_were(store: Store) -> None:
    old = {"target": "y", "task": "", "positive": None, "left_out": {}, "used": (), "kinds": {}, "group": "g"}
    old |= {"time": "", "drop_classes": ()}
    assert Roles("y", group="g").values() == old
    assert Roles("y", group="g", weight="w").values() == old | {"weight": "w"}
    spec = RunSpec("d", "f", Roles("y"), Split("kfold"), ())
    assert "weight" not in json.loads(spec.to_json())["roles"]
    assert RunSpec.from_json(spec.to_json()) == spec
    weighted = replace(spec, roles=Roles("y", weight="w"))
    assert RunSpec.from_json(weighted.to_json()) == weighted


@pytest.mark.parametrize("version", ["store-v1", "store-v2"])
def test_what_was_stored_before_there_were_weights_loads(version: str, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "tests" / "fixtures" / version, tmp_path / "old")
    store = Store(tmp_path / "old")
    runs = store.runs()
    assert runs
    for run in runs:
        assert run.spec.roles.weight == run.problem.weight == ""
        found = [store.files.predictions(fit.key) for fit in store.fits(run.id) if fit.outcome]
        assert all(each is None or each.weights is None for each in found)


def test_predictions_keep_their_weights(store: Store) -> None:
    plain = Predictions(np.arange(3), np.zeros(3), np.ones(3))
    for key, each in (("a1", plain), ("b2", replace(plain, weights=np.array([0.5, 0.0, 2.0])))):
        store.files.put_predictions(key, each)
        found = store.files.predictions(key)
        assert found is not None and (found.weights is None) == (each.weights is None)
        assert each.weights is None or found.weights.tolist() == each.weights.tolist()


def test_a_problem_travels_with_its_weight() -> None:
    problem = make_problem(table_of_frame(people()), Roles("kind", weight="times"))
    assert Problem.from_json(problem.to_json()) == problem
    raw = json.loads(problem.to_json())
    raw.pop("weight")
    assert Problem.from_json(json.dumps(raw)).weight == ""


def test_a_weighted_run_from_the_command_line(
    in_place: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    people().to_csv(file, index=False)
    folder, out = str(in_place.folder), tmp_path / "out.json"
    words = ["--target", "kind", "--models", "logistic_regression,k_neighbors", "--folds", "3", "--data-dir", folder]
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(file), *words, "--weight", "times", "--json", str(out)])
    assert ended.value.code in (0, None)
    assert "rows weighted by times" in " ".join(capsys.readouterr().out.split())
    told = json.loads(out.read_text())
    assert told["problem"]["weight"] == "times" and "times" not in told["problem"]["features"]
    notes = {each["id"]: each["notes"] for each in told["models"]}
    assert notes == {"baseline": [], "logistic_regression": [], "k_neighbors": [UNWEIGHTED]}
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(file), *words, "--weight", "a"])
    assert ended.value.code == 2 and "`a` cannot say how much a row counts: it is negative" in capsys.readouterr().err


def test_importances_count_the_weights(in_place: Store, tmp_path: Path) -> None:
    """A column that matters only in rows of weight 0 does not matter."""
    frame = people(times=(np.arange(N) % 2).astype(float))
    frame["odd"] = np.random.default_rng(3).normal(size=N)
    frame["price"] = np.where(frame["times"] > 0, 5 * frame["odd"], 5 * frame["b"])
    file = in_place.tables / "people.csv"
    frame.to_csv(file, index=False)
    table = jobs.read(in_place, "people.csv")
    roles = Roles("price", weight="times")
    spec = RunSpec(table.name, table.fingerprint, roles, Split("kfold", 3), (ModelSpec("linear_regression"),))
    run = jobs.submit(in_place, spec, table)
    job = jobs.wait_for(in_place, jobs.request_importance(in_place, run, "linear_regression", "permutation").key, 30)
    assert job.state == FitState.DONE, job.reason
    found = dict(zip(job.result["frame"]["feature"], job.result["frame"]["mean"], strict=True))
    assert found["odd"] > 1 and abs(found["b"]) < 0.01
