"""Every entry of the model catalogue passes the same examination; a new entry inherits it."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.catalogue import resolve
from core.models import MODELS, TRUSTED, Model, build, check_settings, default_models
from core.records import Column, ColumnKind, ModelSpec, Problem, Task
from tests.core.quick import QUICK
from tests.pace import in_time

NAMES = [
    "baseline",
    "logistic_regression",
    "linear_regression",
    "ridge",
    "lasso",
    "elastic_net",
    "sgd",
    "k_neighbors",
    "gaussian_naive_bayes",
    "lda",
    "qda",
    "svm_linear",
    "svm_rbf",
    "gaussian_process",
    "decision_tree",
    "random_forest",
    "extra_trees",
    "ada_boost",
    "gradient_boosting",
    "hist_gradient_boosting",
    "tabular_network",
    "sklearn_mlp",
    "feed_forward",
    "residual_network",
    "linear_network",
    "convolutional",
    "recurrent",
    "sequence_convolution",
    "bagging",
    "voting",
    "stacking",
]
PAIRS = [(model, task) for model in MODELS.values() for task in model.build]
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
each_pair = pytest.mark.parametrize(("model", "task"), PAIRS, ids=[f"{model.name}-{task}" for model, task in PAIRS])

# A covariance per class cannot be found where some columns add up to one, as those of a category do.
MIXED_SETTINGS: dict[str, dict[str, Any]] = {"qda": {"reg_param": 0.1}}


def problem_of(frame: pd.DataFrame, task: Task, kinds: dict[str, str] | None = None, classes: int = 2) -> Problem:
    """A problem with these columns, numbers unless `kinds` says otherwise."""
    columns = tuple(
        Column(name, ColumnKind((kinds or {}).get(name, "number")), "", int(values.isna().sum()), values.nunique())
        for name, values in frame.items()
    )
    names = tuple(f"class {code}" for code in range(classes)) if task is Task.CLASSIFICATION else ()
    return Problem(task, "target", None, names, (), columns, {}, len(frame))


def sized(rows: int, task: Task = Task.CLASSIFICATION, columns: int = 10) -> Problem:
    """A problem of a given size, without its rows; its columns may be pixels or steps as well."""
    features = tuple(Column(f"c{number}", ColumnKind.NUMBER, "", 0, rows) for number in range(columns))
    classes = ("no", "yes") if task is Task.CLASSIFICATION else ()
    shapes = {"image_shape": (2, columns // 2), "series_shape": (columns, 1)}
    return Problem(task, "target", None, classes, (), features, {}, rows, **shapes)


@cache
def mixed(task: Task) -> tuple[pd.DataFrame, np.ndarray, Problem]:
    """90 rows with numbers and dates with gaps, categories with many values and few, and yes/no."""
    draw, rows = np.random.default_rng(7), 90
    colour = draw.choice(["red", "green", "blue", None], rows, p=[0.4, 0.3, 0.2, 0.1])
    frame = pd.DataFrame(
        {
            "length": draw.normal(50, 20, rows),
            "weight": draw.normal(3, 1, rows),
            "colour": pd.Categorical(colour),
            "paid": pd.Categorical(draw.choice(["no", "yes", None], rows), categories=["no", "yes"]),
            "city": pd.Categorical([f"city {number}" for number in draw.integers(0, 60, rows)]),
            "when": pd.Timestamp("2024-02-27 06:30") + pd.to_timedelta(draw.integers(0, 9_000, rows), "h"),
        }
    )
    strength = (frame["length"] - 50).to_numpy() / 20 + (colour == "red")
    frame.loc[::6, "weight"] = np.nan
    frame.loc[::9, "when"] = pd.NaT
    kinds = {"colour": "category", "paid": "yes/no", "city": "category", "when": "date"}
    target = (strength > 0.3).astype(np.int64) if task is Task.CLASSIFICATION else 100 * strength
    return frame, target, problem_of(frame, task, kinds)


def fitted(pipeline: Any, X: Any, y: np.ndarray) -> Any:
    """The pipeline, fitted. Whether it settled on a handful of rows is not what is asked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return pipeline.fit(X, y)


@cache
def on_mixed(name: str, task: Task) -> Any:
    """The model's pipeline, fitted to the mixed table; what it keeps and repeats does not depend on how long."""
    frame, target, problem = mixed(task)
    settings = MIXED_SETTINGS.get(name, {}) | QUICK.get(name, {})
    return fitted(build(ModelSpec(name, "", settings), problem, seed=0), frame, target)


def said(pipeline: Any, frame: Any) -> np.ndarray:
    """What a pipeline says about rows, in as much detail as it can."""
    for method in ("predict_proba", "decision_function", "predict"):
        if hasattr(pipeline, method):
            return np.asarray(getattr(pipeline, method)(frame))
    raise AssertionError("It says nothing.")


def test_names_are_those_that_people_and_files_use() -> None:
    assert list(MODELS) == NAMES


def test_families_stand_together() -> None:
    families = [model.family for model in MODELS.values()]
    changes = sum(one != other for one, other in pairwise(families))
    assert changes + 1 == len(set(families))


def test_titles_and_sentences_are_each_model_s_own() -> None:
    for texts in zip(*((model.title, model.about, model.expert) for model in MODELS.values()), strict=True):
        assert len(set(texts)) == len(MODELS)


@each_model
def test_sentences_are_short_and_end(model: Model) -> None:
    assert 20 < len(model.about) <= 130
    assert 20 < len(model.expert) <= 140
    assert model.about[-1] == model.expert[-1] == "."


def test_showing_the_catalogue_imports_nothing_heavy() -> None:
    heavy = "{'sklearn', 'torch', 'scipy', 'pyarrow', 'streamlit', 'plotly'}"
    code = (
        "import sys; from core.models import MODELS, check_settings; from core.records import Task\n"
        "for model in MODELS.values():\n"
        "    for task, params in model.params.items():\n"
        "        check_settings(model.name, task, {each.name: each.default for each in params})\n"
        f"found = {heavy} & set(sys.modules); assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@each_pair
def test_settings_are_the_constructor_s_own(model: Model, task: Task) -> None:
    signature = inspect.signature(resolve(model.build[task])).parameters
    names = [param.name for param in model.params[task]]
    assert len(set(names)) == len(names)
    for param in model.params[task]:
        assert param.about.endswith(".")
        expected = model.defaults(task).get(param.name, signature[param.name].default)
        assert param.default == expected and type(param.default) is type(expected)
        assert param.default is not None or param.none_means
        assert not param.choices or param.default in (*param.choices, None)
    for name, (value, reason) in model.differs.get(task, {}).items():
        assert value != signature[name].default
        assert reason.endswith(".")


@each_pair
def test_every_choice_of_a_form_is_one_of_the_class(model: Model, task: Task) -> None:
    estimator = resolve(model.build[task])
    for param in model.params[task]:
        values = [*param.choices, *[bound for bound in (param.low, param.high) if bound is not None]]
        for value in values:
            given = (value,) if isinstance(param.default, tuple) else value
            check_settings(model.name, task, {param.name: given})
            if hasattr(estimator, "_parameter_constraints"):
                estimator(**{param.name: given})._validate_params()


@each_pair
def test_what_an_entry_says_of_its_class_is_true(model: Model, task: Task) -> None:
    made = resolve(model.build[task])
    if task is Task.CLASSIFICATION:
        assert model.weighs_classes == ("class_weight" in inspect.signature(made).parameters)
        estimator = made(**model.defaults(task))
        assert (model.gives == "probabilities") == hasattr(estimator, "predict_proba")
        assert (model.gives == "scores") <= hasattr(estimator, "decision_function")


@each_pair
def test_learns_a_mixed_table_in_a_second(model: Model, task: Task) -> None:
    frame, target, problem = mixed(task)
    pipeline = build(ModelSpec(model.name, "", MIXED_SETTINGS.get(model.name, {})), problem, seed=0)
    on_mixed(model.name, task)  # importing is not learning
    start = time.process_time()
    fitted(pipeline, frame, target)
    predicted = pipeline.predict(frame)
    # what is made for series takes its time over each row, and there such a table is not offered
    assert in_time(time.process_time() - start, max(8 if model.shape else 1, 3 * model.cost.base))
    assert predicted.shape == (len(frame),)
    assert np.isfinite(predicted).all()
    if task is Task.CLASSIFICATION:
        assert set(predicted) <= {0, 1}
        assert said(pipeline, frame).shape == ((90, 2) if model.gives == "probabilities" else (90,))


@each_pair
def test_clones_and_repeats_itself_under_a_seed(model: Model, task: Task) -> None:
    frame, target, _ = mixed(task)
    first = on_mixed(model.name, task)
    again = fitted(clone(first), frame, target)
    np.testing.assert_array_equal(said(first, frame), said(again, frame))


@each_pair
def test_survives_pickling(model: Model, task: Task) -> None:
    pipeline = on_mixed(model.name, task)
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(said(pipeline, mixed(task)[0]), said(again, mixed(task)[0]))


@each_pair
def test_survives_storing(model: Model, task: Task) -> None:
    pipeline = on_mixed(model.name, task)
    again = skops.io.loads(skops.io.dumps(pipeline), trusted=TRUSTED)
    np.testing.assert_array_equal(said(pipeline, mixed(task)[0]), said(again, mixed(task)[0]))


# Settings that leave other objects behind than the defaults do.
STORED_SETTINGS = (
    ("k_neighbors", {"p": 1}),
    ("k_neighbors", {"p": 3}),
    ("k_neighbors", {"metric": "chebyshev"}),
    ("k_neighbors", {"algorithm": "ball_tree"}),
    ("sklearn_mlp", {"solver": "sgd", "early_stopping": True}),
    ("hist_gradient_boosting", {"early_stopping": True}),
    ("gradient_boosting", {"n_iter_no_change": 3}),
    ("voting", {"members": "k_neighbors"}),
)


def test_trusted_types_are_those_that_models_are_made_of() -> None:
    X, y = make_classification(200, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=0)
    frame = pd.DataFrame(X).add_prefix("c")
    pipelines = [on_mixed(model.name, task) for model, task in PAIRS]
    image = replace(problem_of(frame, Task.CLASSIFICATION, classes=3), image_shape=(1, 5))
    for name, settings in STORED_SETTINGS:
        spec = ModelSpec(name, "", settings)
        pipeline = fitted(build(spec, image, seed=0), frame, y)
        stored = skops.io.loads(skops.io.dumps(pipeline), trusted=TRUSTED)
        np.testing.assert_array_equal(said(pipeline, frame), said(stored, frame))
        pipelines.append(pipeline)
    found = {each for one in pipelines for each in skops.io.get_untrusted_types(data=skops.io.dumps(one))}
    assert set(TRUSTED) == found
    assert len(set(TRUSTED)) == len(TRUSTED)


@each_pair
def test_beats_the_baseline_on_an_easy_toy(model: Model, task: Task) -> None:
    if task is Task.CLASSIFICATION:
        X, y = make_blobs(150, n_features=2, centers=[[-3, 0], [3, 0], [0, 5]], random_state=0)
    else:
        X, y = make_regression(150, 3, noise=1, random_state=0)
    frame = pd.DataFrame(X).add_prefix("c")
    problem = problem_of(frame, task, classes=3)
    scores = {
        name: fitted(build(ModelSpec(name), problem, seed=0), frame[:100], y[:100]).score(frame[100:], y[100:])
        for name in ("baseline", model.name)
    }
    assert model.always_in or scores[model.name] > scores["baseline"] + 0.1


@pytest.mark.parametrize(("model", "task"), [pair for pair in PAIRS if not pair[0].members])
def test_equals_plain_scikit_learn_on_complete_numbers(model: Model, task: Task) -> None:
    make = make_classification if task is Task.CLASSIFICATION else make_regression
    X, y = make(120, 6, n_informative=4, random_state=1, **({"n_redundant": 0} if make is make_classification else {}))
    X, frame = X * 10 + 5, pd.DataFrame(X * 10 + 5).add_prefix("c")
    made, few = resolve(model.build[task]), QUICK.get(model.name, {})  # in both of them
    seeded = {"random_state": 3} if "random_state" in inspect.signature(made).parameters else {}
    plain = make_pipeline(*[StandardScaler()] * model.needs.scaled, made(**model.defaults(task) | few, **seeded))
    ours = build(ModelSpec(model.name, "", few), problem_of(frame, task), seed=3)
    method = (
        "predict"
        if task is Task.REGRESSION
        else "predict_proba"
        if model.gives == "probabilities"
        else "decision_function"
    )
    folds = KFold(3, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # both stop at the same step, settled or not
        expected = cross_val_predict(plain, X, y, cv=folds, method=method)
        np.testing.assert_array_equal(cross_val_predict(ours, frame, y, cv=folds, method=method), expected)


def test_settings_go_before_the_entry_s_which_go_before_the_class_s() -> None:
    problem = sized(100)
    assert build(ModelSpec("logistic_regression"), problem, 0)["model"].max_iter == 1_000
    changed = build(ModelSpec("logistic_regression", "short", {"max_iter": 7, "tol": 0.1}), problem, 0)["model"]
    assert (changed.max_iter, changed.tol, changed.C) == (7, 0.1, 1.0)


@each_pair
def test_seed_and_weights_reach_who_can_hear_them(model: Model, task: Task) -> None:
    settings = build(ModelSpec(model.name), sized(100, task), seed=11, class_weight="balanced")["model"].get_params()
    assert settings.get("random_state", 11) == 11
    assert settings.get("n_jobs") in (None, 1)
    if task is Task.CLASSIFICATION:
        assert ("balanced" in weights(settings)) == model.weighs_classes
        assert (model.without_weights() is None) == model.weighs_classes
    assert not any(weights(build(ModelSpec(model.name), sized(100, task), seed=11)["model"].get_params()))


def weights(settings: dict[str, Any]) -> list[Any]:
    """The class weights of a model and of those that it is made of."""
    return [value for name, value in settings.items() if name.split("__")[-1] == "class_weight"]


def test_a_person_s_own_seed_and_weights_win() -> None:
    spec = ModelSpec("decision_tree", "", {"random_state": 5, "class_weight": None})
    made = build(spec, sized(100), seed=1, class_weight="balanced")["model"]
    assert (made.random_state, made.class_weight) == (5, None)


def test_who_cannot_weigh_classes_says_so() -> None:
    assert MODELS["k_neighbors"].without_weights() == (
        "k nearest neighbours cannot weigh classes: rare ones count here as they come."
    )
    assert MODELS["lasso"].without_weights() is None


def test_no_number_of_rows_keeps_a_model_from_being_chosen() -> None:
    """Limits of time and memory are a person's to set; what will not fit into them is told, not taken away."""
    process = MODELS["gaussian_process"]
    classifiers = [model for model in MODELS.values() if Task.CLASSIFICATION in model.build]
    assert all(model.unsuitable(sized(10_000_000)) is None for model in classifiers)
    assert "50,000 rows would need about 156 GiB of memory" in process.too_large(sized(50_000), 2**31)


def test_networks_have_use_for_a_graphics_card_unless_they_are_told_otherwise() -> None:
    network, forest = MODELS["feed_forward"], MODELS["random_forest"]
    assert (network.cards({}), network.cards({"device": "cuda"}), network.cards({"device": "cpu"})) == (1.0, 1.0, 0.0)
    assert forest.cards({}) == 0.0


def test_the_wrong_task_is_a_reason_and_an_error() -> None:
    reason = "Lasso predicts numbers only; here a class is to be predicted."
    assert MODELS["lasso"].unsuitable(sized(100)) == reason
    with pytest.raises(ValueError, match=reason):
        build(ModelSpec("lasso"), sized(100), 0)
    assert "classes only" in str(MODELS["qda"].unsuitable(sized(100, Task.REGRESSION)))


@each_pair
def test_who_is_suitable_has_no_reason(model: Model, task: Task) -> None:
    assert model.unsuitable(sized(200, task)) is None


@pytest.mark.parametrize("task", Task)
def test_a_person_starts_with_a_quick_and_varied_selection(task: Task) -> None:
    names = default_models(sized(1_000, task))
    assert names[0] == "baseline" and 6 <= len(names) <= 8
    assert len({MODELS[name].family for name in names}) >= 5
    assert sum(MODELS[name].seconds(sized(1_000, task)) for name in names) < 3


def test_only_the_baseline_is_always_in() -> None:
    assert [name for name, model in MODELS.items() if model.always_in] == ["baseline"]


def test_costs_put_the_long_ones_first_and_heed_settings() -> None:
    order = ["random_forest", "decision_tree", "logistic_regression", "baseline"]
    for problem in (sized(1_000), sized(20_000, columns=30)):
        costs = [MODELS[name].seconds(problem) for name in order]
        assert costs == sorted(costs, reverse=True)
    assert MODELS["svm_rbf"].seconds(sized(20_000)) > 3.5 * MODELS["svm_rbf"].seconds(sized(10_000))
    assert all(model.seconds(sized(1, columns=1)) > 0 for model in MODELS.values())
    forest = MODELS["random_forest"]
    assert forest.seconds(sized(1_000), {"n_estimators": 10}) == pytest.approx(forest.seconds(sized(1_000)) / 10)
    assert MODELS["lda"].seconds(sized(1_000), {"shrinkage": "auto"}) == MODELS["lda"].seconds(sized(1_000))
