"""The transformers behind the preparation, by themselves."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder
from sklearn.utils.estimator_checks import check_estimator

from core.preparation.transformers import MISSING, Categories, CommonScale, Dates, EmptyAsZero, Filled, Numbers, YesNo

TRANSFORMERS = (
    Numbers(),
    YesNo(),
    Categories(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)),
    Dates(),
    EmptyAsZero(),
    Filled(mark=True),
    Filled(frequent=True),
    CommonScale(),
)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda each: type(each).__name__)
def test_transformers_keep_scikit_learn_s_manners(transformer: object) -> None:
    excused: dict[str, str] = {}
    if not isinstance(transformer, EmptyAsZero | Filled | CommonScale):
        excused["check_dtype_object"] = "an unusable value is refused when it is turned into a number, not in fit"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks themselves warn of what they skip
        check_estimator(transformer, expected_failed_checks=excused)


def with_gaps(seed: int, rows: int, share: float) -> np.ndarray:
    """Numbers of which some repeat; one column has no gap and one nothing else."""
    draw = np.random.default_rng(seed)
    values = np.round(draw.normal(size=(rows, 6)), 1)
    values[draw.random(values.shape) < share] = np.nan
    values[:, 1], values[:, 2] = np.arange(rows), np.nan
    return values


def test_a_common_scale_is_one_step_for_all_columns() -> None:
    values = np.random.default_rng(0).normal(100, [0.1, 1, 50], (40, 3))
    values[3, 1] = np.nan
    turned = CommonScale().fit_transform(values)
    np.testing.assert_allclose([np.nanmean(turned), np.nanstd(turned)], [0, 1], atol=1e-12)
    np.testing.assert_allclose(turned * np.nanstd(values) + np.nanmean(values), values)
    np.testing.assert_array_equal(CommonScale().fit_transform(np.full((4, 2), 7.0)), np.zeros((4, 2)))


@pytest.mark.parametrize("strategy", ["median", "most_frequent"])
@pytest.mark.parametrize(("rows", "share"), [(1, 0.0), (8, 0.5), (501, 0.2), (1_000, 0.9)])
def test_gaps_are_filled_as_scikit_learn_fills_them(strategy: str, rows: int, share: float) -> None:
    train, test = with_gaps(0, rows, share), with_gaps(1, rows, 0.5)
    ours = Filled(frequent=strategy == "most_frequent", mark=True).fit(train)
    theirs = SimpleImputer(strategy=strategy, add_indicator=True, keep_empty_features=True).fit(train)
    for values in (train, test):
        np.testing.assert_array_equal(ours.transform(values), theirs.transform(values))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(sparse_output=False, handle_unknown="infrequent_if_exist", min_frequency=5, max_categories=8),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=8),
        TargetEncoder(cv=KFold(5, shuffle=True, random_state=0)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_categories_are_encoded_as_scikit_learn_encodes_their_texts(encoder: object) -> None:
    draw = np.random.default_rng(0)
    names = np.array(["b", "A", "ä", "10", "9", *(f"rare {number}" for number in range(30)), None], dtype=object)
    texts = pd.DataFrame(names[np.minimum(draw.geometric(0.15, (600, 3)) - 1, 35)], columns=list("xyz"))
    train, test, y = texts[:400].astype("category"), texts[400:].astype("category"), draw.normal(size=400)
    ours, theirs = Categories(encoder), clone(encoder)
    known = texts.fillna(MISSING).to_numpy(dtype=object)
    np.testing.assert_array_equal(ours.fit_transform(train, y), theirs.fit_transform(known[:400], y))
    np.testing.assert_array_equal(ours.transform(test), theirs.transform(known[400:]))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out(list("xyz")))


def test_dates_become_numbers() -> None:
    days = pd.DataFrame({"d": pd.to_datetime(["2024-02-29", "2023-12-31", "2024-03-01"])})
    transformer = Dates().fit(days)
    assert list(transformer.get_feature_names_out()) == ["d: year", "d: month", "d: day of week", "d: days"]
    np.testing.assert_array_equal(transformer.transform(days), [[2024, 2, 3, 60], [2023, 12, 6, 0], [2024, 3, 4, 61]])


def test_dates_with_a_zone_count_in_utc() -> None:
    frame = pd.DataFrame({"d": pd.to_datetime(["2024-01-01 00:30"]).tz_localize("Europe/Berlin")})
    np.testing.assert_array_equal(Dates().fit_transform(frame), [[2023, 12, 6, 0, 23.5]])


def test_empty_columns_become_0_and_other_gaps_stay() -> None:
    fitted = EmptyAsZero().fit([[np.nan, 1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(fitted.transform([[5.0, np.nan], [np.nan, 2.0]]), [[0, np.nan], [0, 2]])
    assert list(fitted.get_feature_names_out(["a", "b"])) == ["a", "b"]
