"""Importances against scikit-learn's, on the columns that a person knows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from core.catalogue import UnknownName
from core.importances import IMPORTANCES, importance
from core.progress import Step, listening
from core.records import Column, ColumnKind, Problem, Task

COLOURS = ["red", "green", "blue"]
ORIGINS = ["size", "noise", "colour", "colour", "colour"]


def table(rows: int = 120, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Classes that follow size, and colour a little; noise says nothing."""
    rng = np.random.default_rng(seed)
    colour = rng.integers(0, 3, rows)
    X = pd.DataFrame(
        {
            "size": rng.normal(0, 1, rows),
            "noise": rng.normal(0, 1, rows),
            "colour": pd.Categorical.from_codes(colour, COLOURS),
        },
        index=rng.permutation(rows) + 1000,
    )
    return X, (X["size"].to_numpy() + 0.8 * (colour == 1) > 0.2).astype(int)


def problem_of(X: pd.DataFrame) -> Problem:
    features = tuple(Column(name, ColumnKind.NUMBER, "", 0, 2) for name in X.columns)
    return Problem(Task.CLASSIFICATION, "y", 1, (0, 1), (1, 1), features, {}, len(X))


def fitted(model, X: pd.DataFrame, y: np.ndarray):
    prepare = make_column_transformer((StandardScaler(), ["size", "noise"]), (OneHotEncoder(), ["colour"]))
    return make_pipeline(prepare, model).fit(X, y)


MODELS = {
    "forest": RandomForestClassifier(15, random_state=0),
    "linear": LogisticRegression(),
    "neighbours": KNeighborsClassifier(),
}


@pytest.mark.parametrize("entry", IMPORTANCES.values(), ids=lambda entry: entry.name)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_each_importance_ranks_all_original_columns_or_says_why_not(entry, model) -> None:
    X, y = table()
    pipeline = fitted(model, X, y)
    reason = entry.unsuitable(pipeline)
    if reason:
        with pytest.raises(ValueError, match=reason):
            importance(entry.name, pipeline, X, y, problem_of(X), origins=ORIGINS)
        return
    frame = importance(entry.name, pipeline, X, y, problem_of(X), origins=ORIGINS)
    assert list(frame.columns) == ["feature", "mean", "spread"]
    assert sorted(frame["feature"]) == sorted(X.columns)
    assert frame["mean"].is_monotonic_decreasing and frame["feature"].iat[0] == "size"
    assert frame.attrs == {"unit": entry.unit, "notes": []}


@pytest.mark.parametrize("entry", IMPORTANCES.values(), ids=lambda entry: entry.name)
def test_an_entry_can_be_shown(entry) -> None:
    assert entry.title and entry.unit and entry.about.endswith(".") and entry.expert.endswith(".")
    assert len(entry.about) <= 110


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("metric", [None, "neg_log_loss"])
def test_shuffling_gives_scikit_learns_numbers(seed: int, metric: str | None) -> None:
    X, y = table()
    pipeline = fitted(MODELS["forest"], X, y)
    X, y = table(seed=1)
    before = X.copy()
    scorer = get_scorer(metric) if metric else None
    frame = importance("permutation", pipeline, X, y, problem_of(X), scorer=scorer, seed=seed)
    oracle = permutation_importance(pipeline, X, y, scoring=scorer, n_repeats=5, random_state=seed)
    got = frame.set_index("feature").loc[list(X.columns)]
    np.testing.assert_array_equal(got["mean"], oracle.importances_mean)
    np.testing.assert_array_equal(got["spread"], oracle.importances_std)
    pd.testing.assert_frame_equal(X, before)


def test_many_rows_are_sampled_by_the_seed_and_said_so() -> None:
    X, y = table(300)
    pipeline = fitted(MODELS["linear"], X, y)

    def ask(seed: int) -> pd.DataFrame:
        return importance("permutation", pipeline, X, y, problem_of(X), seed=seed, most_rows=100)

    assert ask(3).attrs["notes"] == ["Measured on 100 of 300 rows, drawn at random (seed 3)."]
    pd.testing.assert_frame_equal(ask(3), ask(3))
    assert not ask(3)["mean"].equals(ask(4)["mean"])


def test_shuffling_says_how_far_it_is() -> None:
    X, y = table(40)
    heard: list[Step] = []
    with listening(heard.append):
        importance("permutation", fitted(MODELS["linear"], X, y), X, y, problem_of(X))
    assert [step.fraction for step in heard] == pytest.approx([0, 1 / 3, 2 / 3])
    assert heard[-1].message == "shuffling column 3 of 3"


def test_a_forests_own_importances_are_summed_by_column_with_the_spread_of_its_trees() -> None:
    X, y = table()
    pipeline = fitted(MODELS["forest"], X, y)
    frame = importance("built_in", pipeline, X, y, problem_of(X), origins=ORIGINS).set_index("feature")
    forest = pipeline[-1]
    assert frame["mean"].sum() == pytest.approx(1)
    assert frame.loc["colour", "mean"] == pytest.approx(forest.feature_importances_[2:].sum())
    by_tree = [tree.feature_importances_[2:].sum() for tree in forest.estimators_]
    assert frame.loc["colour", "spread"] == pytest.approx(np.std(by_tree))


def test_coefficients_are_compared_per_spread_of_their_column() -> None:
    # price = 3 · metres; the same length in millimetres has a coefficient a thousand times smaller and matters as much.
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"metres": rng.normal(size=50), "millimetres": 2000 * rng.normal(size=50), "still": 1.0})
    y = (3 * X["metres"] + 0.003 * X["millimetres"]).to_numpy()
    model = make_pipeline(StandardScaler(with_std=False), LinearRegression()).fit(X, y)
    frame = importance("built_in", model, X, y, problem_of(X)).set_index("feature")
    assert frame.loc["metres", "mean"] == pytest.approx(3 * X["metres"].std(ddof=0))
    assert frame.loc["millimetres", "mean"] == pytest.approx(0.003 * X["millimetres"].std(ddof=0))
    assert frame.loc["still", "mean"] == 0 and frame["spread"].isna().all()


def test_coefficients_of_several_classes_and_columns_are_gathered() -> None:
    X, y = table()
    y = y + (X["noise"].to_numpy() > 1)
    pipeline = fitted(LogisticRegression(), X, y)
    frame = importance("built_in", pipeline, X, y, problem_of(X), origins=ORIGINS).set_index("feature")
    prepared = np.asarray(pipeline[:-1].transform(X))
    moves = np.abs(pipeline[-1].coef_).mean(axis=0) * prepared.std(axis=0)
    assert frame.loc["size", "mean"] == pytest.approx(moves[0])
    assert frame.loc["colour", "mean"] == pytest.approx(math.hypot(*moves[2:]))


def test_boosted_trees_have_no_spread_because_they_are_no_average() -> None:
    X, y = table()
    pipeline = fitted(GradientBoostingRegressor(n_estimators=5, random_state=0), X, y.astype(float))
    frame = importance("built_in", pipeline, X, y, problem_of(X), origins=ORIGINS)
    assert frame["mean"].sum() == pytest.approx(1) and frame["spread"].isna().all()


@pytest.mark.parametrize("model", [GaussianNB(), SVC(kernel="rbf"), KNeighborsClassifier()], ids=str)
def test_a_model_without_own_importances_says_so(model) -> None:
    X, y = table(30)
    pipeline = fitted(model, X, y)
    assert IMPORTANCES["built_in"].unsuitable(pipeline) == "This model keeps no importances or coefficients of its own."
    assert IMPORTANCES["permutation"].unsuitable(pipeline) is None


def test_origins_that_do_not_fit_are_refused() -> None:
    X, y = table(30)
    pipeline = fitted(MODELS["linear"], X, y)
    with pytest.raises(ValueError, match="sees 5 prepared columns, but 3 origins"):
        importance("built_in", pipeline, X, y, problem_of(X))
    with pytest.raises(ValueError, match="'color', which is no column"):
        importance("built_in", pipeline, X, y, problem_of(X), origins=["size", "noise", *["color"] * 3])


def test_an_unknown_importance_names_near_misses() -> None:
    X, y = table(30)
    with pytest.raises(UnknownName, match="Did you mean 'permutation'"):
        importance("permutations", None, X, y, problem_of(X))
