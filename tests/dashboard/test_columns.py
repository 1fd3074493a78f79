"""Counting a column, and drawing what was counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import CHARTS, Subject, bars, palette


def draw(frame: pd.DataFrame, target: str = "") -> Any:
    return CHARTS["histogram"].draw(frame, palette("light"), Subject(target=target))


def test_bars_of_whole_numbers_are_whole() -> None:
    frame = bars(pd.Series([1, 1, 2, 5]))
    assert frame["count"].tolist() == [2, 1, 0, 0, 1]
    assert frame["low"].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]


def test_bars_of_numbers_count_everything_but_gaps() -> None:
    values = pd.Series([0.1, 0.25, 9.9, np.inf, np.nan])
    frame = bars(values)
    assert frame["count"].sum() == 3 and frame.attrs["missing"] == 2
    assert draw(frame, target="Umsatz").layout.title.subtitle.text == "2 rows without a value"


def test_bars_of_dates_stay_dates() -> None:
    days = pd.Series(pd.date_range("2023-01-01", periods=100, freq="D"))
    frame = bars(days)
    assert frame["count"].sum() == 100 and frame["low"].iloc[0] == pd.Timestamp("2023-01-01")
    [bar] = draw(frame).data
    assert bar.customdata[0].startswith("2023-01-01 to ")


def test_bars_of_values_are_sorted_by_count_and_categories_by_their_order() -> None:
    assert bars(pd.Series(["a", "b", "b", None]))["label"].tolist() == ["b", "a"]
    ordered = pd.Series(pd.Categorical(["a", "b", "b"], categories=["a", "b"]))
    assert bars(ordered)["label"].tolist() == ["a", "b"]
    assert bars(pd.Series([True, False, True]))["count"].tolist() == [2, 1]


@pytest.mark.parametrize(
    "values",
    [[], [np.nan, np.nan], [3.5], [np.inf], [7, 7, 7], [1e299, -1e299], [1.7e308, -1.7e308], [2**53, 2**53 + 2]],
)
def test_bars_of_odd_columns_can_be_drawn(values: list[float]) -> None:
    series = pd.Series(values, dtype=float)
    frame = bars(series)
    assert frame["count"].sum() + frame.attrs["missing"] == len(series)
    assert draw(frame).layout.title.text == "Value"


def test_many_values_are_cut_and_it_is_said() -> None:
    frame = bars(pd.Series([f"value {place}" for place in range(50)]))
    assert draw(frame).layout.title.subtitle.text == "the first 20 of 50 values"
