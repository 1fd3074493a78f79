"""The transformers behind the preparation, by themselves."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import check_estimator

from core.preparation.transformers import Dates, EmptyAsZero, Labels, Numbers, YesNo


@pytest.mark.parametrize(
    "transformer", [Numbers(), YesNo(), Labels(), Dates(), EmptyAsZero()], ids=lambda each: type(each).__name__
)
def test_transformers_keep_scikit_learn_s_manners(transformer: object) -> None:
    excused: dict[str, str] = {}
    if not isinstance(transformer, EmptyAsZero):
        excused["check_dtype_object"] = "an unusable value is refused when it is turned into a number, not in fit"
    if isinstance(transformer, Labels):
        excused |= dict.fromkeys(SUBTRACTING, "gives text, and the check subtracts one result from another")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks themselves warn of what they skip
        check_estimator(transformer, expected_failed_checks=excused)


SUBTRACTING = (
    "check_estimators_pickle",
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_pipeline_consistency",
    "check_transformer_data_not_an_array",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
)


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
