"""What every model stands behind: what comes out is asserted, value by value, on tables small enough to check."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier

from core.models import MODELS, build
from core.preparation import Needs, describe, labels, origins, plan, preparation, width
from core.preparation.transformers import MISSING, Dates
from core.records import Column, ColumnKind, ModelSpec, Problem, Task
from tests.pace import in_time

ONE_HOT, SCALED, NATIVE = Needs(), Needs(scaled=True), Needs(native_categories=True, native_gaps=True)
EVERY_NEED = pytest.mark.parametrize("needs", [ONE_HOT, SCALED, NATIVE], ids=["one_hot", "scaled", "native"])


def problem_of(frame: pd.DataFrame, kinds: dict[str, str] | None = None, classes: int = 2) -> Problem:
    """A problem with these columns, numbers unless `kinds` says otherwise; without classes a regression."""
    columns = tuple(
        Column(name, ColumnKind((kinds or {}).get(name, "number")), "", int(values.isna().sum()), values.nunique())
        for name, values in frame.items()
    )
    task = Task.CLASSIFICATION if classes else Task.REGRESSION
    return Problem(task, "target", None, tuple(range(classes)), (), columns, {}, len(frame))


def prepared(
    frame: pd.DataFrame, y: object = None, needs: Needs = ONE_HOT, kinds: dict[str, str] | None = None
) -> np.ndarray:
    """The frame's rows as a model with these needs sees them."""
    return np.asarray(preparation(problem_of(frame, kinds), needs).fit_transform(frame, y))


def mixed(rows: int = 60) -> tuple[pd.DataFrame, dict[str, str]]:
    """Every kind of column, with gaps in all of them."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": draw.normal(size=rows),
            "colour": pd.Categorical(draw.choice(["red", "blue", "green"], rows)),
            "paid": pd.Categorical(draw.choice(["no", "yes"], rows), categories=["no", "yes"]),
            "seen": pd.Timestamp("2024-01-01 10:00") + pd.to_timedelta(np.arange(rows), "D"),
            "city": pd.Categorical([f"city {number % 45}" for number in range(rows)]),
            "price": draw.normal(size=rows),
        }
    )
    for number, name in enumerate(frame):
        frame.loc[number :: 7 + number, name] = None
    return frame, {"colour": "category", "paid": "yes/no", "seen": "date", "city": "category"}


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, core.preparation; assert not {'sklearn', 'torch', 'scipy', 'pyarrow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_complete_numbers_pass_unchanged() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [5, 6, 7]})
    out = prepared(frame)
    assert out.dtype == np.float64 and out.flags.c_contiguous
    np.testing.assert_array_equal(out, [[1, 5], [2, 6], [4, 7]])


def test_gaps_take_the_training_median_and_are_marked() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0, 8.0], "b": [1.0, 2.0, 3.0, 4.0]})
    fitted = preparation(problem_of(frame), ONE_HOT).fit(frame)
    np.testing.assert_array_equal(fitted.transform(frame)[1], [3, 2, 1])
    later = pd.DataFrame({"a": [np.nan], "b": [np.nan]})  # a gap where the training rows had none
    np.testing.assert_array_equal(fitted.transform(later), [[3, 2.5, 1]])


def test_scaling_is_learned_from_training_rows() -> None:
    frame = pd.DataFrame({"a": [0.0, 2.0]})
    fitted = preparation(problem_of(frame), SCALED).fit(frame)
    np.testing.assert_array_equal(fitted.transform(pd.DataFrame({"a": [5.0]})), [[4.0]])


def test_numbers_that_no_model_can_hold_are_gaps() -> None:
    frame = pd.DataFrame({"a": [1.0, np.inf, -np.inf, 1e308, 3.0]})
    np.testing.assert_array_equal(prepared(frame)[:, 0], [1, 2, 2, 2, 3])
    assert np.isinf(frame["a"][1]), "the person's frame must not change"


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "boolean", "bool"])
def test_other_number_types_are_read(dtype: str) -> None:
    frame = pd.DataFrame({"a": pd.array([1, 0, 1], dtype=dtype)})
    np.testing.assert_array_equal(prepared(frame), [[1], [0], [1]])


def test_categories_get_a_column_per_value_and_one_for_gaps() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["x", "y", None, "x", "y", None])})
    np.testing.assert_array_equal(prepared(frame, kinds={"c": "category"}), np.eye(3)[[1, 2, 0, 1, 2, 0]])


def test_rare_and_unseen_values_share_a_column() -> None:
    frame = pd.DataFrame({"c": pd.Categorical([*"aaabbb", "once", "only"])})
    fitted = preparation(problem_of(frame, {"c": "category"}), ONE_HOT).fit(frame)
    later = pd.DataFrame({"c": pd.Categorical(["a", "once", "never seen", None])})
    np.testing.assert_array_equal(fitted.transform(later), [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]])


@pytest.mark.parametrize("values", [[1, 2, 1, 2], [True, False, True, False], ["1", 2.5, "1", 2.5]])
def test_categories_may_be_of_any_type(values: list[object]) -> None:
    frame = pd.DataFrame({"c": pd.Series(values, dtype=object)})
    out = prepared(frame, kinds={"c": "category"})
    assert out.shape == (4, 2)
    np.testing.assert_array_equal(out[0], out[2])
    assert (out[0] != out[1]).all()


def crowded(rows: int = 400, values: int = 100) -> tuple[pd.DataFrame, np.ndarray]:
    """A column with many values, each with a level of its own."""
    code = np.random.default_rng(0).integers(0, values, rows)
    return pd.DataFrame({"c": pd.Categorical([f"v{each}" for each in code])}), code.astype(float)


def test_many_values_become_what_the_target_is_on_average() -> None:
    frame, level = crowded()
    problem = problem_of(frame, {"c": "category"}, classes=0)
    fitted = preparation(problem, ONE_HOT, seed=1)
    out = fitted.fit_transform(frame, level)
    assert out.shape == (400, 1)
    assert np.corrcoef(fitted.transform(frame)[:, 0], level)[0, 1] > 0.99
    unseen = pd.DataFrame({"c": pd.Categorical(["never seen", None])})
    np.testing.assert_allclose(fitted.transform(unseen), level.mean(), rtol=1e-12)


def test_averages_on_training_rows_are_taken_from_other_rows() -> None:
    frame = pd.DataFrame({"c": pd.Categorical([f"v{number}" for number in range(100)])})  # each value once
    noise = np.random.default_rng(0).normal(size=100)
    out = preparation(problem_of(frame, {"c": "category"}, classes=0), ONE_HOT).fit_transform(frame, noise)[:, 0]
    assert abs(np.corrcoef(out, noise)[0, 1]) < 0.5, "a value that occurs once must not give its own target away"


def test_several_classes_give_an_average_each_and_too_many_none() -> None:
    frame, level = crowded()
    few = preparation(problem_of(frame, {"c": "category"}, classes=4), ONE_HOT)
    assert few.fit_transform(frame, (level // 25).astype(int)).shape == (400, 4)
    many = problem_of(frame, {"c": "category"}, classes=50)
    assert preparation(many, ONE_HOT).fit_transform(frame, (level // 2).astype(int)).shape == (400, 31)
    assert "too many classes" in " ".join(describe(many, ONE_HOT))


def test_blind_preparation_never_looks_at_the_target() -> None:
    frame, _ = crowded()
    problem = problem_of(frame, {"c": "category"}, classes=0)
    assert preparation(problem, Needs(blind=True)).fit_transform(frame).shape == (400, 31)
    assert "the target is not looked at" in describe(problem, Needs(blind=True))[0]


def test_a_class_with_one_training_row_is_no_trouble_for_averages() -> None:
    frame, level = crowded()
    y = (level > 50).astype(int)
    y[0] = 2
    assert np.isfinite(
        preparation(problem_of(frame, {"c": "category"}, classes=3), ONE_HOT).fit_transform(frame, y)
    ).all()


def test_native_categories_come_first_as_codes() -> None:
    frame = pd.DataFrame({"n": [1.0, np.nan, 3.0], "c": pd.Categorical(["b", None, "a"])})
    fitted = preparation(problem_of(frame, {"c": "category"}), NATIVE).fit(frame)
    np.testing.assert_array_equal(fitted.transform(frame), [[2, 1], [0, np.nan], [1, 3]])
    later = pd.DataFrame({"n": [1.0], "c": pd.Categorical(["never seen"])})
    np.testing.assert_array_equal(fitted.transform(later), [[np.nan, 1]])


def test_more_values_than_a_model_takes_as_they_are() -> None:
    frame, level = crowded(3_000, 700)
    classes = problem_of(frame, {"c": "category"}, classes=50)  # too many for averages: the most frequent are kept
    codes = preparation(classes, NATIVE).fit_transform(frame, (level // 14).astype(int))
    assert codes.shape == (3_000, 1) and codes.min() == 0 and codes.max() == 254
    assert "the rarest values count as one" in describe(classes, NATIVE)[1]
    problem = problem_of(frame, {"c": "category"}, classes=0)
    pipeline = build(ModelSpec("hist_gradient_boosting"), problem, seed=0).fit(frame, level)
    assert pipeline.score(frame, level) > 0.5
    assert np.isfinite(pipeline.predict(pd.DataFrame({"c": pd.Categorical(["never seen"])}))).all()


def test_the_model_is_told_which_columns_are_categories() -> None:
    frame, kinds = mixed()
    told = build(ModelSpec("hist_gradient_boosting"), problem_of(frame, kinds), seed=0)["model"]
    assert told.categorical_features == [0, 1]


def test_yes_and_no_are_0_and_1() -> None:
    frame = pd.DataFrame({"p": pd.Categorical(["yes", "no", None, "yes"], categories=["no", "yes"])})
    fitted = preparation(problem_of(frame, {"p": "yes/no"}), ONE_HOT).fit(frame)
    np.testing.assert_array_equal(fitted.transform(frame), [[1, 0], [0, 0], [1, 1], [1, 0]])
    later = pd.DataFrame({"p": pd.Categorical(["no", "perhaps", "yes"], categories=["yes", "perhaps", "no"])})
    np.testing.assert_array_equal(fitted.transform(later)[:, 0], [0, 1, 1])
    native = preparation(problem_of(frame, {"p": "yes/no"}), NATIVE).fit_transform(frame)
    np.testing.assert_array_equal(native, [[1], [0], [np.nan], [1]])


def test_dates_with_times_also_give_the_hour_and_gaps_a_mark() -> None:
    frame = pd.DataFrame({"d": pd.to_datetime(["1969-12-31 12:00", None, "1970-01-01 06:30"])})
    transformer = Dates().fit(frame)
    assert list(transformer.get_feature_names_out())[4:] == ["d: hour", "d: missing"]
    out = transformer.transform(frame)
    np.testing.assert_allclose(out[2], [1970, 1, 3, 18.5 / 24, 6.5, 0])
    np.testing.assert_array_equal(out[1], [np.nan] * 5 + [1])
    filled = prepared(frame, kinds={"d": "date"})
    assert filled.shape == (3, 6) and np.isfinite(filled).all()


@EVERY_NEED
def test_columns_that_are_empty_in_the_training_rows(needs: Needs) -> None:
    frame, kinds = mixed()
    train, y = frame.copy(), np.arange(60) % 2
    for name in frame:
        train[name] = train[name].iloc[:0].reindex(train.index)
    fitted = preparation(problem_of(frame, kinds), needs).fit(train, y)
    out = fitted.transform(frame)
    assert out.shape[0] == 60
    assert needs.native_gaps or np.isfinite(out).all()


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.ticked])
def test_models_learn_where_a_column_is_empty_in_a_fold(name: str) -> None:
    frame, kinds = mixed()
    train = frame[:40].copy()
    for each in ("size", "paid", "seen"):
        train[each] = train[each].iloc[:0].reindex(train.index)
    task = Task.CLASSIFICATION if Task.CLASSIFICATION in MODELS[name].build else Task.REGRESSION
    problem = problem_of(frame, kinds, classes=2 if task is Task.CLASSIFICATION else 0)
    y = np.arange(40) % 2
    pipeline = build(ModelSpec(name), problem, 0).fit(train, y if problem.classes else y + 0.5)
    assert np.isfinite(pipeline.predict(frame)).all()


@EVERY_NEED
def test_origins_name_the_column_behind_each_column(needs: Needs) -> None:
    frame, kinds = mixed()
    problem = problem_of(frame, kinds)
    fitted = preparation(problem, needs).fit(frame, np.arange(60) % 2)
    found = origins(fitted, problem)
    assert len(found) == fitted.transform(frame).shape[1] == len(fitted.get_feature_names_out())
    assert set(found) == set(frame)
    for origin, name in zip(found, fitted.get_feature_names_out(), strict=True):
        assert origin in name


def test_origins_of_numbers_with_gaps_and_confusing_names() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan], "a_1": [1.0, np.nan], "1": [1.0, 2.0]})
    problem = problem_of(frame)
    assert origins(preparation(problem, ONE_HOT).fit(frame), problem) == ["a", "a_1", "1", "a", "a_1"]


def test_origins_where_values_look_like_names() -> None:
    frame = pd.DataFrame({"a": pd.Categorical(["b_c", "b"] * 3), "a_b": pd.Categorical(["c", "a"] * 3)})
    problem = problem_of(frame, {"a": "category", "a_b": "category"})
    assert origins(preparation(problem, ONE_HOT).fit(frame), problem) == ["a", "a", "a_b", "a_b"]


@EVERY_NEED
def test_rows_come_one_by_one_as_they_come_together(needs: Needs) -> None:
    frame, kinds = mixed()
    fitted = preparation(problem_of(frame, kinds), needs).fit(frame, np.arange(60) % 2)
    one_by_one = np.vstack([fitted.transform(frame.iloc[[row]]) for row in range(60)])
    np.testing.assert_array_equal(one_by_one, fitted.transform(frame))


@EVERY_NEED
def test_columns_are_found_by_name(needs: Needs) -> None:
    for frame, kinds in (mixed(), (pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), {})):
        fitted = preparation(problem_of(frame, kinds), needs).fit(frame, np.arange(len(frame)) % 2)
        shuffled = frame[frame.columns[::-1]].assign(extra=0)
        np.testing.assert_array_equal(fitted.transform(shuffled), fitted.transform(frame))


def test_what_does_not_vary_is_not_used() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "same": [1.0, 1.0], "none": [np.nan, np.nan]})
    kinds = {"same": "constant", "none": "empty"}
    np.testing.assert_array_equal(prepared(frame, kinds=kinds), [[1], [2]])
    assert describe(problem_of(frame, kinds), ONE_HOT)[-1] == (
        "2 columns are not used, as nothing varies there: “same”, “none”."
    )


def test_text_and_identifiers_that_were_kept_count_as_categories() -> None:
    frame = pd.DataFrame({"t": ["a b", "c", "a b", "c"], "i": [7, 8, 7, 8]})
    assert prepared(frame, kinds={"t": "text", "i": "identifier"}).shape == (4, 4)


@EVERY_NEED
def test_seed_decides_and_clone_keeps_it(needs: Needs) -> None:
    frame, kinds = mixed()
    y = np.random.default_rng(1).integers(0, 2, 60)
    first = preparation(problem_of(frame, kinds), needs, seed=4)
    np.testing.assert_array_equal(clone(first).fit_transform(frame, y), first.fit_transform(frame, y))


def test_in_words() -> None:
    frame, kinds = mixed()
    assert describe(problem_of(frame, kinds), SCALED) == (
        "2 number columns are brought to a common scale: mean 0 and spread 1 in the training rows.",
        "Gaps in 2 columns (“size”, “price”) are filled with the median of the training rows, "
        "and a column says where they were.",
        "1 yes/no column is written as 0 and 1.",
        "Missing answers in 1 column (“paid”) are filled with the more common one, and a column says where they were.",
        "1 date column is turned into year, month, day of the week and days since the earliest date, "
        "and the hour where there are times.",
        "Missing dates in 1 column (“seen”) are filled with the median, and a column says where they were.",
        "1 category column is turned into one column per value, a gap as a value of its own; "
        "values in fewer than 2 training rows share one.",
        "“city” has 42 values, too many for one column each: "
        "each value becomes what the target is on average in the training rows that have it.",
    )
    assert describe(problem_of(frame, kinds), NATIVE)[0] == "2 number columns are used as they are."
    assert "2 category columns are taken as they are, a gap as a value of its own." in describe(
        problem_of(frame, kinds), NATIVE
    )
    assert describe(problem_of(frame[["price"]].dropna()), ONE_HOT) == ("1 number column is used as it is.",)


def test_pixels_share_one_scale() -> None:
    frame = pd.DataFrame({"edge": [0.0, 0.0, 0.0, 8.0], "middle": [0.0, 16.0, 8.0, 8.0]})
    image = replace(problem_of(frame), image_shape=(1, 2))
    seen = preparation(image, SCALED).fit_transform(frame)
    np.testing.assert_allclose(seen, (frame - 5) / frame.to_numpy().std())
    np.testing.assert_array_equal(preparation(image, ONE_HOT).fit_transform(frame), frame)
    told = "2 pixels are brought to a common scale: mean 0 and spread 1 in the training rows, all by the same step."
    assert describe(image, SCALED) == (told,)
    assert abs(preparation(problem_of(frame), SCALED).fit_transform(frame)).max() == pytest.approx(3**0.5)


def test_rare_depends_on_the_size_of_the_table() -> None:
    def rare(rows: int) -> int:
        return plan(Problem(Task.REGRESSION, "t", None, (), (), (), {}, rows), ONE_HOT).rare

    assert [rare(rows) for rows in (10, 400, 700, 1_000, 10**6)] == [2, 2, 3, 5, 5]


def test_width_is_about_right() -> None:
    frame, kinds = mixed()
    problem = problem_of(frame, kinds)
    assert width(problem_of(frame[["size", "price"]].dropna()), ONE_HOT) == 2
    for needs in (ONE_HOT, NATIVE):
        seen = preparation(problem, needs).fit_transform(frame, np.arange(60) % 2).shape[1]
        assert abs(width(problem, needs) - seen) <= 2
    assert MISSING not in frame["colour"].cat.categories


def test_two_thousand_columns_are_quick() -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(200, 2_000))).add_prefix("c")
    frame.iloc[::5, ::2] = np.nan
    frame["day"] = pd.Timestamp("2024-01-01")
    start = time.process_time()
    out = preparation(problem_of(frame, {"day": "date"}), SCALED).fit_transform(frame)
    assert in_time(time.process_time() - start, 2)
    assert out.shape == (200, 3_004)


def test_costs_a_forest_next_to_nothing() -> None:
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(16_000, 30)), draw.integers(0, 2, 16_000)
    frame = pd.DataFrame(X).add_prefix("c")
    start = time.process_time()
    preparation(problem_of(frame), MODELS["random_forest"].needs).fit_transform(frame, y)
    preparing = time.process_time() - start
    start = time.process_time()
    RandomForestClassifier(2, random_state=0).fit(X, y)
    assert preparing < 0.01 * (time.process_time() - start) * 50, "more than 1 % of 100 trees"


def test_labels_are_names_that_a_person_can_read() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=40, freq="D"),
            "a__b": [np.nan, *np.arange(39.0)],
            "kind": pd.Categorical(["x", "kind_x"] * 20),
        }
    )
    problem = problem_of(frame, {"day": "date", "kind": "category"})
    fitted = preparation(problem, Needs(scaled=True, blind=True)).fit(frame, np.arange(40) % 2)
    read = labels(fitted, problem)
    assert {"kind: x", "kind: kind_x", "a__b", "a__b: missing", "day: year", "day: day of week"} <= set(read)
    assert [each.partition(":")[0] for each in read] == origins(fitted, problem)
