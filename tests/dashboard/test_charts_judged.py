"""Charts of a model's predictions: bands, dots, cells that can be clicked on, lines with ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import CHARTS, Subject, palette
from tests.dashboard.chart_frames import curves, frames


def draw(name: str, frame: Any = None, **subject: Any) -> Any:
    return CHARTS[name].draw(frames()[name] if frame is None else frame, palette("light"), Subject(**subject))


def test_the_band_of_the_folds_lies_around_its_line() -> None:
    frame = curves()
    frame = frame.assign(low=frame["tpr"] - 0.1, high=frame["tpr"] + 0.1)
    figure = draw("roc", frame)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 2 and figure.layout.title.subtitle.text == "the band is how far the folds spread"
    assert max(bands[0].y) == pytest.approx(frame["high"][:50].max())
    without = draw("roc", frame.assign(low=np.nan))
    assert not [trace for trace in without.data if trace.fill == "toself"]


def test_gain_begins_at_nothing_and_lift_after_it() -> None:
    gain, lift = draw("gain"), draw("lift")
    assert list(gain.data[0].x) == [0.0, 0.5, 1.0] and list(gain.data[0].y) == [0.0, 0.8, 1.0]
    assert list(lift.data[0].x) == [0.5, 1.0] and list(lift.data[0].y) == [1.6, 1.0]
    assert gain.data[0].name == "setosa (lift 1.600)" and lift.layout.yaxis.range is None


def test_what_happened_is_drawn_with_its_range() -> None:
    figure = draw("calibration")
    line = figure.data[1]
    assert list(line.x) == [0.25, 0.75] and list(line.y) == [0.2, 0.8]
    assert list(line.error_y.array) == pytest.approx([0.2, 0.1])
    assert figure.layout.xaxis.title.text == "How likely it says that it is setosa"
    frame = frames()["calibration"]
    frame.attrs["of"] = None
    assert draw("calibration", frame).layout.xaxis.title.text == "How likely it says that the named class is right"


def test_a_hundred_dots() -> None:
    figure = draw("outcomes")
    dots = [each for each in figure.data if each.x[0] is not None]
    assert sum(len(each.x) for each in dots) == 100
    places = {(x, y) for each in dots for x, y in zip(each.x, each.y, strict=True)}
    assert len(places) == 100
    assert "found: 45, missed: 5, false alarm: 0" in figure.layout.meta["alt"]


def test_a_bar_of_a_mistake_knows_its_row() -> None:
    [bars] = draw("mistakes").data
    assert [each[-1] for each in bars.customdata] == [0, 1] and "3, 7" in bars.customdata[0][3]


@pytest.mark.parametrize(("shown", "first"), [("count", 8.0), ("named", 8 / 9), ("share", 0.8)])
def test_cells_are_coloured_by_what_is_chosen(shown: str, first: float) -> None:
    frame = frames()["confusion"]
    frame["named"] = frame["count"] / frame.groupby("predicted")["count"].transform("sum")
    frame.attrs["shown"] = shown
    figure = draw("confusion", frame)
    assert figure.data[0].z[0][0] == pytest.approx(first)
    text = figure.layout.annotations[0].text
    assert text.startswith("8") and ("%" in text) == (shown != "count")
    assert figure.data[1].customdata[0][-1] == 0


def test_models_that_cannot_be_compared_leave_a_gap() -> None:
    frame = frames()["agreement"].assign(agree=np.nan)
    drawn = draw("agreement", frame)
    assert np.isnan(np.asarray(drawn.data[0].z, dtype=float)).all() and not drawn.layout.annotations
    assert draw("agreement", frames()["agreement"]).layout.annotations


def test_lines_of_numbers_have_ranges() -> None:
    sizes, bounds = draw("error_by_size", target="price"), draw("quantile_coverage")
    assert sizes.layout.xaxis.title.text == "Actual price" and list(sizes.data[0].y) == [0.2, 0.8]
    assert list(bounds.data[1].x) == [0.2, 0.8] and bounds.data[1].error_y.array is not None
    bars = draw("residual_distribution").data[0]
    assert list(bars.y) == [0.4, 0.6]


def test_measures_of_classes_have_thin_lines_where_there_are_ranges() -> None:
    frame = frames()["per_class"]
    assert draw("per_class", frame).data[0].error_x.array is None
    ranged = frame.assign(precision_low=frame["precision"] - 0.1, precision_high=frame["precision"] + 0.05)
    bars = draw("per_class", ranged).data
    assert list(bars[0].error_x.array) == pytest.approx([0.05] * 3) and bars[1].error_x.array is None
    assert "(80.0% to 95.0%)" in bars[0].customdata[0][2]


def test_names_in_the_picture_of_costs_lie_on_no_other() -> None:
    """Of models that are as good and as dear as each other some names have no place; the one to choose has one."""
    near = pd.DataFrame({
        "model": [f"Some linear model {place}" for place in range(6)] + ["Random forest", "Guessing"],
        "cost": [1e-3, 1.001e-3, 1.002e-3, 1.003e-3, 1.004e-3, 1.005e-3, 0.9, 1e-4], "shown": "some",
        "score": [0.951, 0.951, 0.952, 0.951, 0.951, 0.951, 0.953, 0.5], "low": 0.4, "high": 0.99,
        "front": [False, False, True, False, False, False, True, True], "chosen": [place == 2 for place in range(8)],
    })  # fmt: skip
    models, chosen = draw("costs", near).data[1:3]
    assert list(chosen.text) == ["Some linear model 2"] and {"Random forest", "Guessing"} <= {*models.text}
    named = [place for text, place in zip(models.text, models.textposition, strict=True) if "linear" in text]
    assert 1 <= len(named) < 5 and len({*named, *chosen.textposition}) == len(named) + 1, "each on another side"
    assert len(models.customdata) == 7, "the others can be pointed at"
    apart = near.assign(cost=np.logspace(-4, 1, 8), score=np.linspace(0.5, 0.95, 8))
    assert all([*draw("costs", apart).data[1].text, *draw("costs", apart).data[2].text])
    two = near.iloc[[6, 7]].assign(cost=[0.01, 0.0101], score=[0.96, 0.99], low=0.95, chosen=False)
    assert all(draw("costs", two).data[1].text) and len({*draw("costs", two).data[1].textposition}) == 1
    beside = draw("costs", two, guessing=0.5).data[1]
    assert not all(beside.text) or len({*beside.textposition}) == 2, "the level of guessing brings them near each other"
    on_a_telephone = near.iloc[[5, 6]].assign(cost=[0.11, 0.44], score=[0.455, 0.46], low=0.3, chosen=False)
    on_a_telephone["model"] = ["Histogram gradient boosting", "Random forest"]
    assert len({*draw("costs", on_a_telephone, guessing=0.0).data[1].textposition}) == 2, "side by side on it"


def test_a_segment_of_two_columns_takes_two_lines_and_leaves_room_on_a_telephone() -> None:
    weak = frames()["segments"].assign(segment=["purpose is a new car and age up to 26", "a" * 80])
    labels = draw("segments", weak).layout.yaxis.ticktext
    assert labels[0] == "purpose is a new car<br>and age up to 26"
    assert all(len(line) <= 24 for label in labels for line in label.split("<br>")) and labels[1].count("<br>") == 1


@pytest.mark.parametrize(("critical", "told"), [(1.2, "further apart than 1.20 is"), (2.3, "with so few tables no")])
def test_ranks_are_told_apart_only_where_they_can_be(critical: float, told: str) -> None:
    ranks = pd.DataFrame({"model": ["a", "b", "c"], "rank": [1.4, 1.6, 3.0]})
    ranks.attrs.update(groups=[["a", "b"]], critical=critical)
    assert told in str(draw("critical_difference", ranks).layout.title)
