"""What is counted in a table, held against pandas; and that a mark in a picture leads to the rows it was drawn from."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.profile import PARTS, bars, chosen, mask, packed, sort_of, unpacked
from core.profile.histograms import top
from core.profile.values import OTHERS, Sort, as_codes, drawn
from core.records import Table
from tests.core.tables import mixed, table

FRAME = mixed()
TABLE = table(FRAME)


def part(name: str, of: Table = TABLE, **settings: Any) -> pd.DataFrame:
    """A part of a profile, as it comes out of the store."""
    found: pd.DataFrame = PARTS[name].work(of, settings)
    return unpacked(json.loads(json.dumps(packed(found))))


def test_the_overview_counts_what_pandas_counts() -> None:
    doubled = pd.concat([FRAME, FRAME.iloc[[3, 3, 8]]], ignore_index=True)
    row = part("overview", table(doubled)).iloc[0]
    assert row["rows"] == 603 and row["columns"] == 8
    assert row["missing"] == int(doubled.isna().sum().sum())
    assert row["share"] == pytest.approx(doubled.isna().to_numpy().mean())
    assert row["complete"] == len(doubled.dropna())
    assert row["duplicates"] == int(doubled.duplicated().sum()) == 3
    assert row["bytes"] > 0


def test_columns_are_described_by_their_own_figures() -> None:
    found = part("columns", names=list(FRAME.columns)).set_index("column")
    assert found["sort"].to_dict() == {
        "revenue": "number", "visits": "number", "region": "category", "joined": "date", "note": "text",
        "flat": "number", "left": "category", "spend": "number",
    }  # fmt: skip
    revenue = found.loc["revenue"]
    for name, share in (("low", 0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("high", 1)):
        assert revenue[name] == pytest.approx(FRAME["revenue"].quantile(share))
    width = revenue["q3"] - revenue["q1"]
    assert revenue["far_above"] == pytest.approx((FRAME["revenue"].dropna() > revenue["q3"] + 3 * width).mean())
    assert revenue["missing"] == FRAME["revenue"].isna().sum()
    assert revenue["distinct"] == FRAME["revenue"].nunique()
    assert sum(revenue["counts"]) + revenue["beyond"] + revenue["missing"] == len(FRAME)
    assert revenue["beyond"] > 0 and len(revenue["counts"]) > 5, "one far number does not press all others into one bar"
    region = FRAME["region"].value_counts()
    assert dict(zip(found.loc["region", "labels"], found.loc["region", "counts"], strict=True)) == region.to_dict()
    assert found.loc["joined", "low"] == FRAME["joined"].min().isoformat()
    assert found.loc["note", "length"] == FRAME["note"].str.len().median()
    assert all(len(each) <= 31 for each in found["counts"])


def test_only_the_asked_columns_are_described_so_wide_tables_stay_quick() -> None:
    wide = table(pd.DataFrame(np.arange(20_000.0).reshape(2, 10_000), columns=[f"c{i}" for i in range(10_000)]))
    assert part("columns", wide, names=["c3", "c9999"])["column"].tolist() == ["c3", "c9999"]


@pytest.mark.parametrize(
    ("a", "b", "shape"),
    [
        ("revenue", "left", "by_class"),
        ("joined", "left", "shares"),
        ("region", "left", "shares"),
        ("region", "spend", "by_class"),
        ("joined", "spend", "periods"),
        ("revenue", "spend", "points"),
        ("joined", "joined", "density"),
        ("note", "left", ""),
    ],
)
def test_the_picture_fits_the_kinds_and_every_mark_leads_to_its_rows(a: str, b: str, shape: str) -> None:
    frame = part("pair", a=a, b=b)
    assert frame.attrs["shape"] == shape
    if "count" in frame:
        assert frame["count"].sum() > 0
        for place in range(len(frame)):
            assert mask(TABLE.frame, chosen(frame, [place])).sum() == frame["count"].iloc[place]
    elif shape:
        rows = frame["row"].iloc[[1, 4]].tolist()
        assert np.flatnonzero(mask(TABLE.frame, chosen(frame, [1, 4]))).tolist() == rows


def test_many_rows_of_two_numbers_are_counted_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.profile.pairs.POINTS", 100)
    frame = part("pair", a="visits", b="spend")
    assert frame.attrs["shape"] == "density" and frame["count"].sum() == len(FRAME) - frame.attrs["beyond"]
    assert frame.attrs["trend"]["y"][0] < frame.attrs["trend"]["y"][-1]
    for place in range(len(frame)):
        assert mask(TABLE.frame, chosen(frame, [place])).sum() == frame["count"].iloc[place]


def test_shares_and_middle_values_are_those_of_pandas() -> None:
    shares = part("pair", a="region", b="left").set_index(["value", "label"])["share"]
    expected = pd.crosstab(FRAME["region"], FRAME["left"], normalize="index").stack()
    assert shares.to_dict() == pytest.approx(expected.to_dict())
    spread = part("pair", a="spend", b="left")
    medians = dict(zip(spread.attrs["labels"], spread.attrs["medians"], strict=True))
    assert medians == pytest.approx(FRAME.groupby("left")["spend"].median().to_dict())
    months = part("pair", a="joined", b="spend").set_index("period")
    monthly = FRAME.dropna(subset=["joined"]).assign(month=FRAME["joined"].dt.strftime("%Y-%m"))
    assert months["median"].to_dict() == pytest.approx(monthly.groupby("month")["spend"].median().to_dict())


@pytest.mark.parametrize(("days", "written"), [(2, "2023-01-01 00:00"), (40, "2023-01-01"), (20_000, "2023-01-01")])
def test_time_is_counted_in_lengths_that_leave_few_periods(days: int, written: str) -> None:
    dates = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.linspace(0, 24 * days, 500).astype(int), unit="h")
    frame = part("pair", table(pd.DataFrame({"day": dates, "n": range(500)})), a="day", b="n")
    assert len(frame) <= 62 and frame["count"].sum() == 500
    assert written.startswith(frame["period"].iloc[0])


def test_patterns_of_gaps_are_counted_and_lead_to_their_rows() -> None:
    frame = part("gaps")
    expected = FRAME.isna().value_counts()
    assert sorted(frame["count"]) == sorted(expected)
    assert frame.attrs["incomplete"] == len(FRAME) - len(FRAME.dropna())
    both = int((FRAME["revenue"].isna() & FRAME["region"].isna()).sum())
    assert {*frame.attrs["together"][:2]} == {"revenue", "region"} and frame.attrs["together"][2] == both
    for place, count in enumerate(frame["count"]):
        assert mask(TABLE.frame, chosen(frame, [place])).sum() == count
    assert len(part("gaps", table(FRAME[["visits", "left"]]))) == 0


def test_a_scatter_places_rows_where_they_belong() -> None:
    frame = part("scatter", x="visits", y="spend", colour="left", size="revenue", trend="line")
    rows = frame["row"].to_numpy()
    assert frame["x"].tolist() == FRAME["visits"].iloc[rows].tolist()
    assert frame["colour"].tolist() == FRAME["left"].iloc[rows].tolist()
    slope = np.polyfit(FRAME["visits"], FRAME["spend"], 1)[0]
    assert frame.attrs["trend"]["slope"] == pytest.approx(slope)
    assert frame.attrs["trend"]["r2"] == pytest.approx(FRAME["visits"].corr(FRAME["spend"]) ** 2)
    jittered = part("scatter", x="region", y="spend")
    assert (
        jittered.attrs["x_labels"] == ["east", "north", "south"]
        and jittered.attrs["lost"] == FRAME["region"].isna().sum()
    )
    names = [jittered.attrs["x_labels"][round(each)] for each in jittered["x"]]
    assert names == FRAME["region"].iloc[jittered["row"]].tolist()
    with pytest.raises(ValueError, match="free text"):
        part("scatter", x="note", y="spend")


def test_a_curve_follows_what_a_line_misses() -> None:
    x = np.linspace(-2, 2, 400)
    bent = table(pd.DataFrame({"x": x, "y": x**2}))
    trend = part("scatter", bent, x="x", y="y", trend="curve").attrs["trend"]
    assert np.abs(np.array(trend["y"]) - np.array(trend["x"]) ** 2).max() < 0.1


def test_a_sample_says_so_and_is_the_same_each_time() -> None:
    long = table(pd.DataFrame({"x": np.arange(30_000.0), "y": np.arange(30_000.0) % 7, "k": ["a", "b", "c"] * 10_000}))
    first, again = (part("scatter", long, x="x", y="y") for _ in range(2))
    assert len(first) == 5_000 and first["row"].tolist() == again["row"].tolist()
    assert first.attrs["sample"] == "Worked out from 5,000 of 30,000 rows, drawn at random."
    assert part("associations", long, target="k").attrs["sample"].startswith("Worked out from 20,000 of 30,000 rows")
    assert part("overview", long).attrs.get("sample", "") == "" and drawn(10, 10) is None


def test_rare_values_become_one_that_no_value_is_called_like() -> None:
    values = pd.Series([OTHERS] * 5 + ["b"] * 4 + [f"v{place}" for place in range(30)] + [None])
    codes, labels = as_codes(values, 4)
    assert labels[-1] == f"({OTHERS})" and OTHERS in labels and codes[-1] == -1
    assert (codes == 3).sum() == len(values) - 1 - 5 - 4 - 1
    frame = top(values, 4)
    assert frame["count"].tolist() == [5, 4, 1, 29] and frame.attrs["others"] == f"({OTHERS})"
    many = table(pd.DataFrame({"k": values.fillna("b").tolist() * 3, "y": ["p", "q"] * (len(values) * 3 // 2)}))
    found = part("pair", many, a="k", b="y")
    for place in range(len(found)):
        assert mask(many.frame, chosen(found, [place])).sum() == found["count"].iloc[place]


def test_marks_of_one_picture_add_up() -> None:
    frame = part("pair", a="region", b="left")
    marks = chosen(frame, [0, 3, 0, 99])
    assert len(marks) == 2 and mask(TABLE.frame, marks).sum() == frame["count"].iloc[[0, 3]].sum()
    assert chosen(frame, []) == [] and not mask(TABLE.frame, []).any()


def test_a_number_that_stands_for_classes_is_one() -> None:
    frame = part("pair", a="spend", b="visits", classes=["visits"])
    assert frame.attrs["shape"] == "by_class" and len(frame.attrs["labels"]) <= 8
    assert sort_of(FRAME["visits"].dtype, as_category=True) is Sort.CATEGORY


def test_frames_survive_the_store() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2023-01-01", None]), "n": [1.5, None], "t": ["a", None]})
    frame.attrs["said"] = "so"
    back = unpacked(json.loads(json.dumps(packed(frame))))
    pd.testing.assert_frame_equal(back.astype({"at": frame["at"].dtype}), frame)
    assert back.attrs == {"said": "so"}


@pytest.mark.parametrize("values", [[np.inf, 1.0, 2.0], [1e-300, 2e-300], [5.0], [-1e299, 1e299, 0.0]])
def test_odd_numbers_are_counted(values: list[float]) -> None:
    frame = bars(pd.Series(values), 30, cut=True)
    assert frame["count"].sum() + frame.attrs["missing"] == len(values)
