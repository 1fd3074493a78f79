"""How strongly columns go together, and how groups differ, held against scipy and against made-up tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.profile.measures import cramer, pearson, ratio
from core.profile.values import as_codes
from tests.core.tables import mixed, table
from tests.core.test_profile import FRAME, part

KNOWN = FRAME.dropna()
REGION, _ = as_codes(KNOWN["region"])
LEFT, _ = as_codes(KNOWN["left"])
SPEND = KNOWN["spend"].to_numpy()


def test_pearson_is_scipy_s() -> None:
    told = pearson(-SPEND, KNOWN["visits"].to_numpy(dtype=float))
    expected = stats.pearsonr(-SPEND, KNOWN["visits"])
    assert told.value == pytest.approx(abs(expected.statistic)) and told.sign == -1
    weak = pearson(SPEND, KNOWN["revenue"].to_numpy())
    assert weak.p == pytest.approx(stats.pearsonr(SPEND, KNOWN["revenue"]).pvalue)


def test_the_correlation_ratio_has_the_p_value_of_the_f_test() -> None:
    told = ratio(LEFT, SPEND)
    parts = [SPEND[each == LEFT] for each in (0, 1)]
    assert told.p == pytest.approx(stats.f_oneway(*parts).pvalue, rel=1e-6)
    explained = stats.pearsonr(LEFT, SPEND).statistic ** 2
    adjusted = 1 - (1 - explained) * (len(SPEND) - 1) / (len(SPEND) - 2)
    assert told.value == pytest.approx(math.sqrt(adjusted))


def test_cramer_s_v_has_the_p_value_of_the_chi_squared_test() -> None:
    counts = pd.crosstab(REGION, LEFT)
    expected = stats.chi2_contingency(counts, correction=False)
    told = cramer(REGION, LEFT)
    assert told.p == pytest.approx(expected.pvalue)
    n, (r, k) = len(REGION), counts.shape
    phi = max(0.0, expected.statistic / n - (r - 1) * (k - 1) / (n - 1))
    least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    assert told.value == pytest.approx(math.sqrt(phi / least))
    assert cramer(LEFT, LEFT).value == pytest.approx(1.0)


def test_what_has_nothing_to_do_with_each_other_is_near_zero_however_many_classes() -> None:
    draw = np.random.default_rng(1)
    many = draw.integers(0, 200, 1_000)
    assert ratio(many, draw.normal(size=1_000)).value < 0.25
    assert cramer(many, draw.integers(0, 5, 1_000)).value < 0.15
    assert math.isnan(ratio(np.zeros(50, dtype=int), draw.normal(size=50)).value)
    assert math.isnan(pearson(np.ones(50), draw.normal(size=50)).value)


def test_columns_are_ranked_by_what_they_have_to_do_with_the_target() -> None:
    frame = part("associations", target="left").set_index("column")
    assert list(frame.index[:2]) == ["visits", "spend"] or list(frame.index[:2]) == ["spend", "visits"]
    assert frame.attrs["left_out"] == 2, "the text, and the column with one value"
    assert frame["strength"].between(0, 1).all() and frame["information"].between(0, 1).all()
    assert frame["shared"].is_monotonic_decreasing
    assert frame.loc["visits", "p"] < 1e-6 < frame.loc["region", "p"]
    measures = frame["measure"].to_dict()
    assert measures["visits"] == measures["joined"] == "correlation ratio" and measures["region"] == "Cramér’s V"
    assert part("associations", target="spend").set_index("column")["measure"]["visits"] == "Pearson’s correlation"


def test_a_bent_tie_is_found_by_information() -> None:
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, 800)
    bent = table(pd.DataFrame({"noise": draw.normal(size=800), "x": x, "y": x**2 + draw.normal(0, 0.02, 800)}))
    first = part("associations", bent, target="y").iloc[0]
    assert first["column"] == "x" and first["strength"] < 0.2 and first["information"] > 0.8


def test_a_normal_pair_s_information_is_the_square_of_its_correlation() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=2_000)
    pair = table(pd.DataFrame({"x": x, "y": 0.8 * x + 0.6 * draw.normal(size=2_000)}))
    assert part("associations", pair, target="y")["information"].iloc[0] == pytest.approx(0.64, abs=0.06)


def test_all_pairs_are_measured_and_the_strongest_kept() -> None:
    frame = part("correlations", target="left")
    best = frame.iloc[0]
    assert {best["a"], best["b"]} == {"visits", "spend"}
    assert best["strength"] == pytest.approx(FRAME["visits"].corr(FRAME["spend"]))
    assert set(frame.attrs["columns"]) == {"left", "revenue", "visits", "region", "joined", "spend"}
    draw = np.random.default_rng(0)
    wide = pd.DataFrame(draw.normal(size=(60, 70)), columns=[f"c{place}" for place in range(70)])
    wide["twin"] = wide["c69"] * 2
    kept = part("correlations", table(wide))
    assert len(kept.attrs["columns"]) <= 40 and {"twin", "c69"} <= set(kept.attrs["columns"])
    assert kept.attrs["all"] == 71


def test_the_pair_that_shows_the_target_is_found() -> None:
    draw = np.random.default_rng(0)
    points = draw.uniform(-1, 1, (500, 4))
    crossed = pd.DataFrame(points, columns=list("abcd"))
    crossed["y"] = np.where(crossed["b"] * crossed["d"] > 0, "same", "other")
    frame = part("views", table(crossed), target="y")
    assert {frame["a"].iloc[0], frame["b"].iloc[0]} == {"b", "d"} and len(frame) == 6
    assert frame["score"].iloc[0] > 0.9 and frame["score"].iloc[1] < 0.65 and frame.attrs["guessing"] == 0.5
    crossed["y"] = crossed["a"] * 3 + crossed["c"]
    frame = part("views", table(crossed), target="y")
    assert {frame["a"].iloc[0], frame["b"].iloc[0]} == {"a", "c"} and frame["score"].iloc[0] > 0.9


def test_two_groups_are_compared_as_scipy_does() -> None:
    frame = part("groups", way="value", column="left", value="yes").set_index("column")
    assert "left" not in frame.index and frame["difference"].is_monotonic_decreasing
    one, other = (FRAME.loc[FRAME["left"] == each, "spend"] for each in ("yes", "no"))
    expected = stats.ks_2samp(one, other, method="asymp")
    assert frame.loc["spend", "difference"] == pytest.approx(expected.statistic)
    assert frame.loc["spend", "p"] == pytest.approx(expected.pvalue)
    smd = (one.mean() - other.mean()) / math.sqrt((one.var() + other.var()) / 2)
    assert frame.loc["spend", "smd"] == pytest.approx(smd) and frame.loc["spend", "first"] == pytest.approx(one.mean())
    label = frame.loc["region", "label"]
    shares = pd.crosstab(FRAME["left"], FRAME["region"], normalize="index")[label]
    assert (frame.loc["region", "first"], frame.loc["region", "second"]) == pytest.approx((shares["yes"], shares["no"]))
    assert frame.attrs["sizes"] == [len(one), len(other)] and frame.attrs["names"] == ["left is yes", "left is no"]


def test_rows_are_parted_by_month_by_marks_and_by_place() -> None:
    months = FRAME["joined"].dt.to_period("M")
    last = months.max()
    by_month = part("groups", way="months", column="joined")
    assert by_month.attrs["sizes"] == [int((months == last).sum()), int((months == last - 1).sum())]
    assert by_month.attrs["names"] == [str(last), str(last - 1)]
    marks = [[{"column": "visits", "low": 5.5, "high": 99.0, "closed": True}]]
    by_marks = part("groups", way="marks", marks=marks).set_index("column")
    assert by_marks.attrs["sizes"][0] == int((FRAME["visits"] > 5.5).sum())
    assert by_marks["difference"]["visits"] == 1.0
    assert part("groups", way="part", share=0.8).attrs["sizes"] == [480, 120]
    drawn = part("groups", way="part", share=0.8, picture="spend")
    assert drawn.attrs["shape"] == "by_class" and drawn["count"].sum() == 600
    assert part("groups", way="part", share=0.8, picture="region").attrs["shape"] == "shares"


def test_a_group_without_rows_is_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"“left is maybe” has 0 rows"):
        part("groups", way="value", column="left", value="maybe")


def test_every_part_is_quick_on_a_table_of_one_row_or_with_nothing_in_common() -> None:
    for rows in (1, 2, 12):
        small = table(mixed(rows))
        for name in ("overview", "gaps"):
            part(name, small)
        assert len(part("columns", small, names=["spend", "joined", "note"])) == 3
        for name in ("associations", "correlations", "views"):
            part(name, small, target="left")
        part("pair", small, a="revenue", b="left")
        part("scatter", small, x="visits", y="spend", trend="curve")
