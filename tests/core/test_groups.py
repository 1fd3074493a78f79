"""Scores by group, treatment of groups and weak segments: right numbers, and none that says more than it knows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.diagnostics.shares import share_interval
from core.groups import by_group, fairness, grouping, rates, weakest
from core.groups.fairness import difference_of, ratio_of
from core.groups.scoring import ALL, FEW, WIDE
from core.held_out import HeldOut, Share
from core.metrics import score
from core.records import Column, ColumnKind, Table
from tests.core.folds import binary, divided, numbers, predicted


def table_of(**columns: Any) -> Table:
    frame = pd.DataFrame(columns)
    kinds = {
        name: ColumnKind.NUMBER if pd.api.types.is_numeric_dtype(values) else ColumnKind.CATEGORY
        for name, values in frame.items()
    }
    about = tuple(Column(name, kind, "", 0, frame[name].nunique()) for name, kind in kinds.items())
    return Table("t", "T", frame, about, "f")


def grouped(held: HeldOut, codes: np.ndarray, *labels: str) -> Any:
    table = table_of(sex=pd.Categorical.from_codes(codes, list(labels)))
    return grouping(table, "sex", held.predictions.rows)


# ---- groups


def test_groups_are_values_or_ranges_with_as_many_rows_each() -> None:
    ages = np.arange(20, 100.0)
    ages[3] = np.nan
    table = table_of(age=ages, few=np.arange(80) % 3, kind=pd.Categorical(["b", "a"] * 40))
    rows = np.arange(80)
    made = grouping(table, "age", rows)
    assert made.labels == ("up to 40", "over 40 to 60", "over 60 to 80", "over 80", "(empty)") and made.ranges
    assert np.bincount(made.codes).tolist() == [20, 20, 20, 19, 1]
    assert grouping(table, "few", rows).labels == ("0", "1", "2")
    assert grouping(table, "kind", rows[:1]).labels == ("b",), "only what is there"
    assert len(grouping(table, "age", rows, 2).labels) == 3
    dates = table_of(day=pd.date_range("2024-01-01", periods=40))
    assert grouping(dates, "day", np.arange(40)).labels[0] == "up to 2024-01-10"


def test_ranges_of_a_lumpy_number_are_fewer() -> None:
    table = table_of(x=np.array([0.0] * 90 + list(range(1, 11))))
    assert grouping(table, "x", np.arange(100)).labels == ("0", "over 0")
    assert np.bincount(grouping(table, "x", np.arange(100)).codes).tolist() == [90, 10]


def test_a_range_of_one_value_is_called_by_it() -> None:
    table = table_of(late=np.array([0] * 60 + [1] * 30 + [2] * 10 + [3] * 5 + [7] * 5))
    made = grouping(table, "late", np.arange(110))
    assert made.labels == ("0", "1", "over 1") and [made.spans(code) for code in range(3)] == [False, False, True]
    assert grouping(table, "late", np.arange(100)).labels == ("0", "1", "2")


def test_repeats_of_a_row_do_not_move_the_ranges() -> None:
    table = table_of(x=np.arange(8.0))
    assert grouping(table, "x", np.repeat(np.arange(8), [50, 1, 1, 1, 1, 1, 1, 1])).labels[0] == "up to 1"


# ---- scores


def test_each_group_s_score_is_the_metric_s() -> None:
    held, problem = predicted(900), binary(900)
    codes = np.arange(900) % 3
    frame = by_group(held, problem, grouped(held, codes, "x", "y", "z"), "accuracy", resamples=100)
    assert frame["group"].tolist() == [ALL, "x", "y", "z"] and frame["rows"].tolist() == [900, 300, 300, 300]
    right = held.predictions.actual == held.predictions.predicted
    assert frame["score"].tolist() == pytest.approx(
        [right.mean(), *(right[codes[held.predictions.rows] == c].mean() for c in range(3))]
    )
    low, high = share_interval(right.sum(), 900)
    assert frame["low"][0] < low and frame["high"][0] > high, "other training rows are allowed for as well"
    assert frame["enough"].all()
    assert (
        by_group(held, problem, grouped(held, codes, "x", "y", "z"), "roc_auc", resamples=50)["score"][0]
        == score("roc_auc", held.predictions, problem)[0]
    )


def test_other_training_rows_are_allowed_for_as_far_as_folds_tell() -> None:
    """Nadeau and Bengio's second term beside the rows, and none of it where there is one fold only."""
    whole, problem = predicted(900).predictions, binary(900)
    right = whole.actual == whole.predicted
    for held, folds in ((divided(whole, 5, problem), 5), (divided(whole, 1, problem), 1)):
        groups = grouped(held, np.zeros(900, int), "all")
        frame = by_group(held, problem, groups, "accuracy", resamples=400)
        low, high = share_interval(right.sum(), 900)
        wide = (frame["high"] - frame["low"])[0] / (high - low)
        given = held.predictions
        means = [np.mean((given.actual == given.predicted)[held.parts == part]) for part in range(folds)]
        extra = np.var(means, ddof=1) / 4 / (right.mean() * (1 - right.mean()) / 900) if folds > 1 else 0
        assert wide == pytest.approx((1 + extra) ** 0.5, rel=0.12) and (extra > 0.1) == (folds > 1)


def test_small_groups_are_not_over_read() -> None:
    held, problem = predicted(1_000), binary(1_000)
    codes = np.select([held.predictions.rows < 1, held.predictions.rows < 20, held.predictions.rows < 60], [0, 1, 2], 3)
    frame = by_group(held, problem, grouped(held, codes, "one", "few", "some", "many"), "recall", resamples=100)
    assert frame["enough"].tolist() == [True, False, False, False, True]
    assert frame["reason"].tolist()[2:4] == [FEW, WIDE]


def test_a_perfect_score_of_few_rows_is_not_certain() -> None:
    held, problem = predicted(100, strength=6), binary(100)
    given = replace(held.predictions, predicted=held.predictions.actual)
    frame = by_group(replace(held, predictions=given), problem, grouped(held, np.zeros(100, int), "all"), "recall")
    assert frame["score"][0] == 1 and frame["low"][0] < 0.9


def test_a_group_without_a_class_has_a_reason_and_no_score() -> None:
    held, problem = predicted(400), binary(400)
    actual_of = np.empty(400, int)
    actual_of[held.predictions.rows] = held.predictions.actual
    frame = by_group(held, problem, grouped(held, actual_of, "no", "yes"), "roc_auc", resamples=20)
    assert math.isnan(frame["score"][1]) and "Only one class" in frame["reason"][1] and not frame["enough"][1]


def test_persons_are_drawn_as_a_whole() -> None:
    """Ten rows of each of 30 persons, all alike: the interval is that of 30, not of 300."""
    held, problem = predicted(300), binary(300)
    person = np.arange(300) // 10
    right = np.random.default_rng(0).random(30)[person] < 0.7
    given = replace(held.predictions, predicted=np.where(right, held.predictions.actual, 1 - held.predictions.actual))
    held = replace(held, predictions=replace(given, rows=np.arange(300)), halved=True)  # no folds to allow for
    groups = grouped(held, np.zeros(300, int), "all")
    alone, whole = (by_group(held, problem, groups, "accuracy", units=each) for each in (None, person))
    assert (whole["high"] - whole["low"])[0] > 2 * (alone["high"] - alone["low"])[0]


def test_numbers_have_scores_by_group_as_well() -> None:
    held, problem = numbers()
    frame = by_group(held, problem, grouped(held, np.arange(600) % 2, "a", "b"), "mae", resamples=50)
    assert frame["enough"].all() and (frame["low"] < frame["score"]).all() and (frame["score"] < frame["high"]).all()


# ---- treatment


def test_the_interval_of_a_difference_is_newcombe_s() -> None:
    """Newcombe (1998), table II, example a, method 10: 56 of 70 against 48 of 80."""
    a, b = (Share(k / n, *share_interval(k, n), n) for k, n in ((56, 70), (48, 80)))
    assert difference_of(a, b) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    a, b = (Share(k / n, *share_interval(k, n), n) for k, n in ((10, 10), (0, 10)))
    assert difference_of(a, b) == pytest.approx((1.0, 0.6075, 1.0), abs=5e-5)


def test_the_interval_of_a_ratio_covers_it() -> None:
    rng, inside = np.random.default_rng(0), 0
    for k, n in zip(rng.binomial(80, 0.3, 400), rng.binomial(120, 0.5, 400), strict=True):
        ratio, low, high = ratio_of(
            Share(k / 80, *share_interval(k, 80), 80), Share(n / 120, *share_interval(n, 120), 120)
        )
        assert low <= ratio <= high
        inside += low <= 0.6 <= high
    assert 0.92 <= inside / 400 <= 0.98
    none = Share(0.0, *share_interval(0, 50), 50)
    some = Share(0.2, *share_interval(10, 50), 50)
    rare = Share(1e-6, 5e-7, 2e-6, 10**6)
    ratio, low, high = ratio_of(rare, rare)
    assert 0 < low < ratio == 1 < high
    assert ratio_of(some, none) == (None, None, None) and ratio_of(none, some)[:2] == (0.0, 0.0)
    assert ratio_of(Share(None, None, None, 0), some) == (None, None, None)


def test_groups_are_held_against_the_largest() -> None:
    held, problem = predicted(2_000, strength=2), binary(2_000)
    given = held.predictions
    codes = (given.rows % 3 == 0).astype(int)  # the smaller group
    by_row = np.empty(2_000, int)
    by_row[given.rows] = codes
    called = np.where((codes == 1) & (given.rows % 2 == 0), 0, given.predicted)
    groups = grouped(held, by_row, "men", "women")
    told = rates(held, problem, called, groups).set_index(["measure", "group"])
    women = (codes == 1) & (given.actual == 1)
    assert told.loc[("opportunity", "women"), "value"] == pytest.approx(called[women].mean())
    assert told.loc[("opportunity", "women"), "rows"] == women.sum()
    frame = fairness(held, problem, called, groups).set_index("measure")
    assert frame["other"].unique().tolist() == ["men"] and frame["group"].unique().tolist() == ["women"]
    found = frame.loc["opportunity"]
    assert found["difference"] == pytest.approx(found["a"] - found["b"]) and found["high"] < 0 < found["ratio"] < 1
    assert frame.loc["odds", "difference"] == found["difference"], "the larger of both"


def test_more_groups_need_wider_intervals() -> None:
    held, problem = predicted(900), binary(900)
    two, three = (
        fairness(held, problem, held.predictions.predicted, grouped(held, np.arange(900) % n, *"abc"[:n]))
        for n in (2, 3)
    )
    assert two.attrs["level"] == 0.95 and three.attrs["level"] == 0.975 and len(three) == 2 * 4


def test_a_group_of_one_and_a_group_without_the_class_are_no_crash() -> None:
    held, problem = predicted(300), binary(300)
    first_no = held.predictions.rows[np.flatnonzero(held.predictions.actual == 0)[0]]
    codes = (np.arange(300) == first_no).astype(int)
    frame = fairness(held, problem, held.predictions.predicted, grouped(held, codes, "many", "one")).set_index(
        "measure"
    )
    assert frame.loc["opportunity", "difference"] is None or np.isnan(frame.loc["opportunity", "difference"])
    assert not frame["enough"].astype(bool).any()
    assert fairness(held, problem, held.predictions.predicted, grouped(held, np.zeros(300, int), "all")).empty


def test_where_groups_are_treated_alike_no_difference_is_claimed() -> None:
    claims = 0
    for seed in range(60):
        held, problem = predicted(600, seed=seed), binary(600)
        frame = fairness(held, problem, held.predictions.predicted, grouped(held, np.arange(600) % 3, *"abc"))
        opportunity = frame[frame["measure"] == "opportunity"]
        claims += bool(((opportunity["low"] > 0) | (opportunity["high"] < 0)).any())
    assert claims <= 7  # 5 % of 60 are 3


# ---- segments


def weak_table(rows: int, rng: np.random.Generator) -> Table:
    return table_of(
        age=rng.uniform(20, 70, rows),
        town=pd.Categorical(rng.choice(["north", "south", "west"], rows)),
        noise=rng.normal(size=rows),
        kind=pd.Categorical(rng.choice(list("ab"), rows)),
    )


def test_a_weak_segment_of_two_columns_is_found_and_confirmed() -> None:
    rng = np.random.default_rng(0)
    table, held, problem = weak_table(3_000, rng), predicted(3_000), binary(3_000)
    rows = held.predictions.rows
    weak = ((table.frame["town"] == "south") & (table.frame["kind"] == "a")).to_numpy()[rows]
    wrong = rng.random(3_000) < np.where(weak, 0.4, 0.1)
    held = replace(held, predictions=replace(held.predictions, predicted=held.predictions.actual ^ wrong))
    found = weakest(held, problem, table)
    first = found.iloc[0]
    assert first["segment"] == "town = south and kind = a" and first["confirmed"]
    assert first["low"] <= 0.3 <= first["high"] and first["error"] == pytest.approx(0.4, abs=0.07)
    assert found.attrs["tried"] > 50 and found.attrs["searched"] == found.attrs["judged"] == 1_500


def test_where_all_rows_are_alike_no_segment_is_confirmed() -> None:
    confirmed = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        table, held, problem = weak_table(1_000, rng), predicted(1_000, seed=seed), binary(1_000)
        wrong = rng.random(1_000) < 0.2
        held = replace(held, predictions=replace(held.predictions, predicted=held.predictions.actual ^ wrong))
        confirmed += bool(weakest(held, problem, table)["confirmed"].any())
    assert confirmed <= 7  # 5 % of 60 are 3


def test_numbers_have_weak_segments_too_and_few_rows_have_none() -> None:
    held, problem = numbers(2_000)
    rng = np.random.default_rng(1)
    table = weak_table(2_000, rng)
    old = (table.frame["age"] > 57.5).to_numpy()[held.predictions.rows]
    given = replace(held.predictions, predicted=held.predictions.predicted + np.where(old, 3.0, 0.0))
    first = weakest(replace(held, predictions=given), problem, table).iloc[0]
    assert first["columns"][0] == "age" and first["confirmed"] and first["difference"] > 1
    held, problem = numbers(60)
    assert "too few" in weakest(held, problem, weak_table(60, rng)).attrs["reason"]


def test_the_target_and_what_makes_no_groups_are_not_searched() -> None:
    rng = np.random.default_rng(0)
    held, problem = predicted(800), binary(800)
    frame = weak_table(800, rng).frame.assign(default="x", id=[f"n{row}" for row in range(800)])
    kinds = dict.fromkeys(frame, ColumnKind.CATEGORY) | {"id": ColumnKind.IDENTIFIER, "age": ColumnKind.NUMBER}
    table = Table("t", "T", frame, tuple(Column(n, k, "", 0, 9) for n, k in kinds.items()), "f")
    found = weakest(held, problem, table)
    assert not {"id", "default"} & {name for each in found["columns"] for name in each}


def test_repeats_count_once() -> None:
    rng = np.random.default_rng(0)
    held = predicted(600, 3, repeats=3)
    found = weakest(held, binary(600), weak_table(600, rng))
    assert found.attrs["searched"] + found.attrs["judged"] == 600
    assert divided(held.predictions, 2, binary(600)).parts.shape == (1_800,)


def test_rows_that_weigh_more_count_more_in_segments() -> None:
    """A segment whose wrong rows weigh next to nothing is none."""
    rng = np.random.default_rng(0)
    table, problem = weak_table(3_000, rng), binary(3_000)
    south = (table.frame["town"] == "south").to_numpy()
    wrong = rng.random(3_000) < np.where(south, 0.4, 0.1)
    held = predicted(3_000)
    light = predicted(3_000, weights=np.where(south & wrong, 0.01, 1.0))
    found = [
        weakest(
            replace(
                each,
                predictions=replace(each.predictions, predicted=each.predictions.actual ^ wrong[each.predictions.rows]),
            ),
            problem,
            table,
        )
        for each in (held, light)
    ]
    assert "town = south" in found[0]["segment"][0] and found[0]["confirmed"][0]
    assert not any("town = south" in each for each in found[1]["segment"][found[1]["confirmed"].astype(bool)])
