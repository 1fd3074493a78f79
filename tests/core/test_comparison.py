"""Intervals and corrected tests against scipy, cases worked out by hand, and the limits."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from core.comparison import compare_pair, interval, tied_with_best

A = [0.91, 0.93, 0.90, 0.94, 0.92]
B = [0.90, 0.90, 0.89, 0.91, 0.90]


def by_the_book(differences: list[float], test_fraction: float, rope: float, level: float) -> dict[str, float]:
    """Mean, corrected standard deviation, and scipy's Student distribution around it."""
    test, train = test_fraction, 1 - test_fraction
    count, mean = len(differences), np.mean(differences)
    corrected = np.sqrt(np.var(differences, ddof=1) * (1 / count + test / train))
    low, high = stats.t.interval(level, count - 1, loc=mean, scale=corrected)
    belief = stats.t(count - 1, loc=mean, scale=corrected)
    return {
        "difference": mean,
        "low": low,
        "high": high,
        "t": mean / corrected,
        "p_value": 2 * stats.t.sf(abs(mean / corrected), count - 1),
        "p_a_better": 1 - belief.cdf(rope),
        "p_equal": belief.cdf(rope) - belief.cdf(-rope),
        "p_b_better": belief.cdf(-rope),
    }


def numbers(pair) -> dict[str, float]:
    return {name: value for name, value in dataclasses.asdict(pair).items() if name != "folds"}


@pytest.mark.parametrize("greater_is_better", [True, False])
@pytest.mark.parametrize(("test_fraction", "rope", "level"), [(0.2, 0.01, 0.95), (0.1, 0.0, 0.9), (0.5, 0.05, 0.99)])
def test_a_pair_follows_the_formula(test_fraction: float, rope: float, level: float, greater_is_better: bool) -> None:
    sign = 1 if greater_is_better else -1
    wanted = by_the_book([sign * (a - b) for a, b in zip(A, B, strict=True)], test_fraction, rope, level)
    pair = compare_pair(A, B, test_fraction=test_fraction, rope=rope, greater_is_better=greater_is_better, level=level)
    assert numbers(pair) == pytest.approx(wanted, rel=1e-9) and pair.folds == 5
    assert pair.p_a_better + pair.p_equal + pair.p_b_better == pytest.approx(1)


def test_a_case_worked_out_by_hand() -> None:
    # Differences 1, 2, 3: mean 2, s² = 1. With three folds test / train = 1/2: a corrected variance of 1/3 + 1/2 = 5/6.
    pair = compare_pair([2, 4, 6], [1, 2, 3], test_fraction=1 / 3, rope=0)
    t = 2 / math.sqrt(5 / 6)
    assert pair.t == pytest.approx(t)
    # Student's distribution with 2 degrees of freedom has the closed form 1/2 + t / (2 sqrt(2 + t²)).
    above = 0.5 + t / (2 * math.sqrt(2 + t**2))
    assert pair.p_value == pytest.approx(2 * (1 - above))
    assert pair.p_a_better == pytest.approx(above) and pair.p_b_better == pytest.approx(1 - above)
    assert pair.p_equal == pytest.approx(0, abs=1e-12)


def test_the_correction_makes_the_folds_say_less_than_independent_trials() -> None:
    plain = stats.ttest_rel(A, B).pvalue
    assert compare_pair(A, B, test_fraction=0.2).p_value > plain
    assert compare_pair(A, B, test_fraction=1e-12).p_value == pytest.approx(plain)


def test_turning_the_pair_round_turns_the_answer_round() -> None:
    one, other = compare_pair(A, B, test_fraction=0.2), compare_pair(B, A, test_fraction=0.2)
    assert one.difference == -other.difference and one.low == -other.high
    assert (one.p_a_better, one.p_equal) == pytest.approx((other.p_b_better, other.p_equal))
    assert one.p_value == other.p_value


def test_a_smaller_loss_is_better() -> None:
    pair = compare_pair([1.0, 1.2, 0.9], [2.0, 2.1, 2.2], test_fraction=1 / 3, greater_is_better=False)
    assert pair.difference > 0 and pair.p_a_better > 0.9


def test_one_fold_says_only_the_difference() -> None:
    pair = compare_pair([0.9], [0.8], test_fraction=0.2)
    assert pair.difference == pytest.approx(0.1) and pair.folds == 1
    assert set(numbers(pair).values()) == {pair.difference, None}


def test_equal_models_are_equal_for_sure() -> None:
    pair = compare_pair(A, A, test_fraction=0.2)
    assert (pair.difference, pair.low, pair.high, pair.t, pair.p_value) == (0, 0, 0, 0, 1)
    assert (pair.p_a_better, pair.p_equal, pair.p_b_better) == (0, 1, 0)


@pytest.mark.parametrize("scale", [1.0, 1e6, 1e-19])
def test_the_same_difference_in_every_fold_leaves_no_doubt_in_any_unit(scale: float) -> None:
    scores = [0.9 * scale, 0.8 * scale, 0.7 * scale]
    lower = [0.8 * scale, 0.7 * scale, 0.6 * scale]
    pair = compare_pair(scores, lower, test_fraction=1 / 3, rope=0.01 * scale)
    assert pair.difference == pytest.approx(0.1 * scale) and pair.low == pair.high == pair.difference
    assert pair.t is None and pair.p_value == 0
    assert (pair.p_a_better, pair.p_equal, pair.p_b_better) == (1, 0, 0)
    assert compare_pair(lower, scores, test_fraction=1 / 3, rope=scale).p_equal == 1


def test_folds_without_both_scores_are_left_out() -> None:
    with_gaps = compare_pair([*A, None, 0.5], [*B, 0.1, None], test_fraction=0.2)
    assert with_gaps == compare_pair(A, B, test_fraction=0.2)


@pytest.mark.parametrize(
    ("scores_a", "scores_b", "options", "text"),
    [
        (A, B[:3], {}, "One model has 5 folds, the other 3"),
        ([None, 1.0], [1.0, None], {}, "no fold in which both"),
        (A, B, {"rope": -1}, "equivalence is -1"),
        (A, B, {"test_fraction": 1.0}, "test_fraction is 1.0; it must lie between 0 and 1"),
        (A, B, {"level": 95}, "level is 95"),
    ],
)
def test_what_cannot_be_compared_is_refused(scores_a, scores_b, options, text) -> None:
    with pytest.raises(ValueError, match=text):
        compare_pair(scores_a, scores_b, **{"test_fraction": 0.2, **options})


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_an_interval_follows_the_formula(level: float) -> None:
    found = interval(A, 0.2, level)
    wanted = by_the_book(A, 0.2, 0.0, level)
    assert (found.mean, found.low, found.high) == pytest.approx((wanted["difference"], wanted["low"], wanted["high"]))
    assert found.folds == 5


def test_an_interval_is_cut_at_what_is_possible() -> None:
    found = interval([0.9, 1.0, 1.0], 1 / 3, bounds=(0.0, 1.0))
    assert found.high == 1.0 and 0 < found.low < found.mean
    assert interval([0.9, 1.0, 1.0], 1 / 3).high > 1


def test_an_interval_of_hardly_any_folds() -> None:
    assert dataclasses.astuple(interval([], 0.2)) == (None, None, None, 0)
    assert dataclasses.astuple(interval([None, 0.5], 0.2)) == (0.5, None, None, 1)
    assert dataclasses.astuple(interval([0.5, None, math.nan], 0.2)) == (0.5, None, None, 1)


def test_folds_that_all_score_the_same_tell_of_no_spread() -> None:
    """A model that errs nowhere on few rows is not known to be perfect: true is 0.98, and few rows show an error."""
    assert dataclasses.astuple(interval([1.0] * 5, 0.2, bounds=(0.0, 1.0))) == (1.0, None, None, 5)
    assert dataclasses.astuple(interval([0.9, 0.9], 0.2)) == (0.9, None, None, 2)


def test_scores_may_have_any_size() -> None:
    for size in (1e-14, 1.0, 1e160):
        likely = interval([each * size for each in A], 0.2)
        plain = interval(A, 0.2)
        assert (likely.low / size, likely.high / size) == pytest.approx((plain.low, plain.high))


def test_ties_are_what_the_test_does_not_separate() -> None:
    scores = {
        "far": [0.5, 0.52, 0.51, 0.5, 0.49],
        "close": [0.92, 0.91, 0.92, 0.93, 0.91],
        "best": A,
        "silent": [None] * 5,
    }
    assert tied_with_best(scores, test_fraction=0.2) == ("best", "close")
    assert compare_pair(A, scores["close"], test_fraction=0.2).p_value > 0.05
    assert compare_pair(A, scores["far"], test_fraction=0.2).p_value < 0.05


def test_the_best_loss_is_the_smallest() -> None:
    scores = {"a": [1.0, 1.1, 0.9], "b": [5.0, 5.1, 4.8], "c": [0.9, 1.2, 0.8]}
    assert tied_with_best(scores, test_fraction=1 / 3, greater_is_better=False) == ("c", "a")


def test_one_fold_separates_nothing() -> None:
    assert tied_with_best({"a": [0.1], "b": [0.9]}, test_fraction=0.2) == ("b", "a")
    assert tied_with_best({"a": [0.9, None], "b": [None, 0.1]}, test_fraction=0.5) == ("a", "b")
    assert tied_with_best({}, test_fraction=0.2) == ()


def test_a_steady_difference_separates() -> None:
    assert tied_with_best({"a": [0.9, 0.8, 0.85], "b": [0.8, 0.7, 0.75]}, test_fraction=1 / 3) == ("a",)
    within = compare_pair([0.9, 0.8, 0.7], [0.8, 0.7, 0.6], test_fraction=1 / 3, rope=0.1)
    assert within.p_equal == 1, "0.10000000000000002 is no more than 0.1"


@pytest.mark.parametrize("folds", [2, 3])
def test_few_folds_of_few_rows_do_not_make_a_winner_of_equals(folds: int) -> None:
    """The same difference twice is luck in every tenth case. Both models name each row right with 0.8."""
    rng, trials = np.random.default_rng(1), 1000
    right = rng.binomial(60 // folds, 0.8, (trials, 2, folds)) / (60 // folds)
    for step in (0.0, folds / 60):
        found = [compare_pair(a.tolist(), b.tolist(), test_fraction=1 / folds, step=step) for a, b in right]
        assert sum(each.p_value is not None and each.p_value < 0.05 for each in found) <= 0.05 * trials
        same = sum(a[0] - b[0] == pytest.approx(a[1] - b[1]) != 0 for a, b in right)
        assert folds > 2 or (same > 50 and sum(each.p_value is None for each in found) == (0 if step else same))
    assert compare_pair([1.0, 1.0], [0.5, 0.5], test_fraction=0.5, step=1 / 40).p_value < 0.05, "80 rows, all and half"


def test_with_many_models_one_that_looks_far_off_stays_tied() -> None:
    rng = np.random.default_rng(0)
    last = [each - 0.025 + 0.01 * (-1) ** place for place, each in enumerate(A)]
    alone = tied_with_best({"best": A, "last": last}, test_fraction=0.2)
    assert alone == ("best",) and 0.01 < compare_pair(A, last, test_fraction=0.2).p_value < 0.05
    crowd = {f"m{each}": [a - 0.001 - 0.01 * rng.random() for a in A] for each in range(9)}
    assert "last" in tied_with_best({"best": A, "last": last, **crowd}, test_fraction=0.2)
    assert tied_with_best({"best": A, "far": [0.5] * 5, **crowd}, test_fraction=0.2)[-1] != "far"


@pytest.mark.parametrize(("folds", "repeats", "degrees"), [(5, 5, 8), (10, 10, 18), (2, 5, 2), (3, 1, 2)])
def test_repeats_bring_no_new_rows(folds: int, repeats: int, degrees: int) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.8, 0.1, (2, folds * repeats))
    pair = compare_pair(a, b, test_fraction=1 / folds, repeats=repeats)
    scale = np.sqrt(np.var(a - b, ddof=1) * (1 / folds + 1 / (folds - 1)))
    assert pair.t == pytest.approx(np.mean(a - b) / scale)
    assert pair.p_value == pytest.approx(2 * stats.t.sf(abs(pair.t), degrees))
    found = interval(a, 1 / folds, repeats=repeats)
    reach = stats.t.ppf(0.975, degrees) * np.sqrt(np.var(a, ddof=1) * (1 / folds + 1 / (folds - 1)))
    assert found.high - found.mean == pytest.approx(reach)


def test_repeats_of_which_most_failed_still_give_an_answer() -> None:
    scores = [0.9, None, 0.8, *[None] * 22]
    assert interval(scores, 0.2, repeats=5).low < 0.8
