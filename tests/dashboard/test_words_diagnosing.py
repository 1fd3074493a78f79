"""What is said of a model's pictures: numbers in, sentences out, and no claim that an interval does not support."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.words import diagnosing as words


def bins(said: list[float], happened: list[float], count: int = 100, **attrs: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"said": said, "happened": happened, "count": count})
    frame["low"], frame["high"] = frame["happened"] - 0.06, frame["happened"] + 0.06
    frame.attrs.update({"of": "yes"} | attrs)
    return frame


def curve(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({**columns, "curve": "yes"})


def test_hits_are_told_in_natural_frequencies() -> None:
    assert words.found_and_marked("random forest", "yes", 195, 250, 305) == (
        "Of 100 rows that are “yes”, random forest finds 78 (72 to 83); of 100 it marks as “yes”, 64 (58 to 69) are."
    )
    assert words.found_and_marked("A", "yes", 0, 5, 0).endswith("it marks none as “yes”.")
    assert words.found_and_marked("A", "yes", 0, 0, 4) == "There is no row that is “yes”: nothing to find."


@pytest.mark.parametrize(
    ("found", "actual", "told"),
    [
        ([90, 30], [100, 100], "A finds “b” least often: of 100 such rows 30 (22 to 40); “a” most often"),
        (
            [50, 47],
            [50, 50],
            "No class is clearly harder for A than another: of 100 rows it finds from 94 (84 to 98) (“b”)",
        ),
        ([5, 0], [5, 0], "There is only one class in these rows."),
    ],
)
def test_the_hardest_class_is_named_only_where_it_can_be_told(found: list[int], actual: list[int], told: str) -> None:
    assert words.hardest("A", ["a", "b"], found, actual).startswith(told)


def test_a_hundred_rows() -> None:
    dots = {"found": 9, "missed": 3, "false alarm": 5, "left alone": 83}
    assert words.of_a_hundred("A", "yes", dots) == (
        "Of 100 rows, 12 are “yes”: A finds 9 of them and misses 3. It also marks 5 that are not."
    )
    one = {"found": 1, "missed": 0, "false alarm": 0, "left alone": 99}
    assert (
        words.of_a_hundred("A", "yes", one)
        == "Of 100 rows, 1 is “yes”: A finds 1 of them. It also marks none that are not."
    )


def test_mistakes() -> None:
    frame = pd.DataFrame({"actual": ["a", "b"], "predicted": ["b", "a"], "count": [5, 3]})
    assert words.mistaken("A", frame) == "A names 8 rows wrong, most often “a” taken for “b”: 5 times."
    assert words.mistaken("A", frame[:1]) == "A names 5 rows wrong, each time “a” taken for “b”."
    assert words.mistaken("A", frame.assign(count=4)).endswith("“a” taken for “b” among them: 4 times each.")
    assert words.mistaken("A", frame[:1].assign(count=1)) == "A names 1 row wrong: “a” taken for “b”."
    assert words.mistaken("A", frame[:0]) == ""


def test_rows_of_a_cell() -> None:
    assert words.rows_in_cell(7, "a", "b", "Forest") == "7 rows that are “a”, named “b” by Forest"
    assert words.rows_in_cell(1, "a", "b") == "1 row that is “a”, named “b”"


def test_curves() -> None:
    assert words.pairs_in_order({"A": 0.94, "B": 0.9}, "yes") == (
        "Of a row that is “yes” and one that is not, the right one is put first by A in 94 of 100 pairs and B in 90; "
        "guessing would in 50."
    )
    assert "of a class and one of another" in words.pairs_in_order({"A": 0.94}, None)
    assert words.pairs_in_order({}, "yes") == words.without_curve({}) == ""
    assert words.without_curve({"3": "Only one class in these rows."}) == (
        "A curve is not defined for each fold (fold 3: only one class in these rows)."
    )
    found = curve(recall=[0.2, 0.6], precision=[0.9, 0.7], chance=0.1)
    assert "marks rows of which 70 of 100 are; of rows marked at random 10 of 100" in words.half_found("A", found)
    assert words.half_found("A", found[:1]) == ""
    assert "rows that are “2”, A" in words.half_found("A", found.assign(curve=2))
    gains = curve(called=[0.1, 0.3], found=[0.5, 0.82], lift_first=5.0)
    assert words.gone_through("A", gains) == (
        "Going through 30 of 100 rows, those first of which A is surest, finds 82 of 100 that are “yes”."
    )
    assert words.lifted("A", gains) == "Where A is surest, 5.0 times as many rows are “yes” as among all rows."
    assert words.lifted("A", gains[:0]) == ""


def test_being_too_sure_is_claimed_only_outside_the_interval() -> None:
    assert words.as_sure_as_right("A", bins([0.1, 0.8], [0.1, 0.74], 500)) == (
        "When A says 80 %, it is “yes” 74 of 100 times (68 to 80): it says too much there."
    )
    assert words.as_sure_as_right("A", bins([0.1, 0.8], [0.1, 0.74], 30)) == (
        "When A says 80 %, it is “yes” 74 of 100 times (68 to 80). Nowhere does it clearly say too much or too little."
    )
    assert words.as_sure_as_right("A", bins([0.1], [0.4])).endswith("it says too little there.")
    own = words.as_sure_as_right("A", bins([0.1, 0.8], [0.1, 0.74], 500, of=None))
    assert own == "When A says 80 %, it is right 74 of 100 times (68 to 80): it is too sure there."
    rare = words.as_sure_as_right("A", bins([0.001], [0.01], 1000).assign(low=0.003, high=0.016))
    assert rare == "When A says 0.1 %, it is “yes” 1.0 of 100 times (0.3 to 1.6): it says too little there."
    weighted = bins([0.1], [0.9]).assign(low=np.nan, high=np.nan)
    assert words.as_sure_as_right("A", weighted) == "When A says 10 %, it is “yes” 90 of 100 times."
    assert words.as_sure_as_right("A", weighted[:0]) == ""


def test_the_parts_of_the_brier_score_are_for_experts() -> None:
    told = words.brier_parts(
        bins([0.1], [0.1], brier=0.12, reliability=0.01, resolution=0.1, uncertainty=0.2, within=0.01)
    )
    assert told.startswith("Brier score 0.120 = 0.010 (reliability") and "0.10 (resolution" in told
    assert words.brier_parts(bins([0.1], [0.1])) == ""


def test_scores_above_a_half() -> None:
    frame = pd.DataFrame({"label": ["yes", "yes", "no", "no"], "from": [0.0, 0.5] * 2, "count": [20, 80, 90, 10]})
    frame.attrs.update(probable=True, of="yes")
    assert words.over_half("A", frame, "yes") == (
        "Of 100 rows that are “yes”, 80 (71 to 87) get half or more from A; of 100 others 10 (6 to 17)."
    )
    frame.attrs["probable"] = False
    assert words.over_half("A", frame, "yes") == ""


def test_numbers() -> None:
    rest = pd.DataFrame({"residual": [1.0, 2.0, 3.0, 2.0]})
    assert words.leaning("A", rest).startswith("On average A says 2.00 too little (1.20 to 2.80)")
    assert "neither" in words.leaning("A", rest - 2)
    assert words.leaning("A", rest[:1]) == ""
    off = pd.DataFrame({"share": [1.0]})
    off.attrs.update(half=2.5, most=9.0)
    assert (
        words.off_by("A", off, "price")
        == "Of 100 predictions of price by A, 50 are off by at most 2.50 and 90 by at most 9.00."
    )


def test_large_values_are_called_harder_only_where_the_ranges_lie_apart() -> None:
    sizes = pd.DataFrame({"from": [0.0, 9], "to": [1.0, 10], "miss": [1.0, 3], "low": [0.5, 2.5], "high": [1.5, 3.5]})
    assert words.by_size("A", sizes).startswith(
        "A misses large values by more: values from 9.00 to 10.0 are off by 3.00"
    )
    middle = sizes.iloc[[0, 0, 1]].assign(miss=[1.0, 8, 3], low=[0.5, 6, 2.5], high=[1.5, 9, 3.5])
    assert words.by_size("A", middle).startswith("A misses values from 0 to 1.00 by most: by 8.00 (6.00 to 9.00) on")
    assert words.by_size("A", sizes[::-1]).startswith("A misses small values by more")
    assert words.by_size("A", sizes.assign(high=9.0)).startswith("Large values are not clearly missed")
    assert words.by_size("A", sizes.assign(low=np.nan, high=np.nan)).startswith("Large values are not clearly missed")


@pytest.mark.parametrize(
    ("covered", "told"),
    [
        ([0.1, 0.9], "80 (77 to 82) do, as far as 1,000 rows can tell as many as were to."),
        ([0.2, 0.8], "60 (57 to 63) do: the bounds are too narrow."),
        ([0.0, 1.0], "100 (100 to 100) do: the bounds are too wide."),
    ],
)
def test_bounds_hold_or_do_not(covered: list[float], told: str) -> None:
    frame = pd.DataFrame({"level": [0.1, 0.9], "covered": covered, "count": 1000})
    assert words.bounds_hold("A", frame) == f"Of 100 rows, 80 were to lie between the bounds of A; {told}"


def test_agreement() -> None:
    line = {"model_a": "A", "model_b": "B", "agree": 0.9, "low": 0.85, "high": 0.94, "none": 0.05, "only_a": 0.06}
    frame = pd.DataFrame([line | {"only_b": 0.04}])
    assert words.alike(frame, True) == (
        "A and B say the same for 90 of 100 rows (85 to 94); neither is right for 5 of 100, only A for 6 of 100."
    )
    assert "correlation of 0.90" in words.alike(frame, False)
    assert words.alike(frame.assign(agree=np.nan), True) == words.alike(frame[:0], True) == ""


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("Fold 3: Only one class in these rows.", "not defined (fold 3: only one class in these rows)"),
        ("This model gives no probabilities.", "not defined (this model gives no probabilities)"),
        ("", "not defined"),
    ],
)
def test_what_is_not_defined_says_why(reason: str, told: str) -> None:
    assert words.undefined(reason) == told


def test_a_cell_of_all_scores() -> None:
    assert words.mean_and_range(0.9534, 0.0211, 0.921, 0.985) == "0.953 ± 0.021 (0.921 to 0.985)"
    assert words.mean_and_range(-1234.5, None, None, None) == "−1,234"
