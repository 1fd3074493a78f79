"""Cut-offs and money: against counting by hand, against scikit-learn, and honest about what was chosen where."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.decisions import Costs, Weighing, best_of, cheapest, check_matrix, judge, judge_matrix, plain_matrix
from core.held_out import held_out
from core.records import Predictions
from tests.core.folds import binary, divided, numbers, predicted, several, taken

LOAN = Costs(miss=500, alarm=20)


def by_hand(actual: np.ndarray, score: np.ndarray, cut_off: float, costs: Costs, weights: np.ndarray) -> float:
    flagged = score >= cut_off
    paid = np.where(
        actual == 1, np.where(flagged, costs.hit, -costs.miss), np.where(flagged, -costs.alarm, costs.rejection)
    )
    return 1000 * float(np.average(paid, weights=weights))


@pytest.mark.parametrize("costs", [LOAN, Costs(1, 1), Costs(3, 5, 2, 7), Costs(0, 1, 4, 0)])
@pytest.mark.parametrize("weighted", [False, True])
def test_money_at_every_cut_off_is_that_of_counting(costs: Costs, weighted: bool) -> None:
    weights = np.random.default_rng(1).integers(0, 3, 300) if weighted else None
    held = predicted(300, weights=weights)
    weighing = Weighing(held, binary(300))
    given = held.predictions
    score = given.probabilities[:, 1]
    for at, money in zip(weighing.cut_offs, weighing.money(costs), strict=True):
        assert money == pytest.approx(by_hand(given.actual, score, at, costs, held.weights))
        counts = weighing.counts(at)
        assert counts.total == pytest.approx(held.weights.sum())
        assert counts.hits == pytest.approx(held.weights[(given.actual == 1) & (score >= at)].sum())
        assert weighing.flagged(at).tolist() == (score >= at).tolist()
    best = max(by_hand(given.actual, score, at, costs, held.weights) for at in [*score, np.inf, -np.inf])
    assert by_hand(given.actual, score, weighing.best(costs), costs, held.weights) == pytest.approx(best)


def test_each_fold_is_judged_by_the_cut_off_of_the_others() -> None:
    held, problem = predicted(400), binary(400)
    found = judge(Weighing(held, problem), LOAN, 0.2)
    given, score = held.predictions, held.predictions.probabilities[:, 1]
    for part, row in enumerate(found.folds.itertuples()):
        here, others = held.parts == part, held.parts != part
        most = max(by_hand(given.actual[others], score[others], at, LOAN, np.ones(others.sum())) for at in score)
        assert by_hand(given.actual[others], score[others], row.cut_off, LOAN, np.ones(others.sum())) == most
        assert row.chosen == pytest.approx(
            by_hand(given.actual[here], score[here], row.cut_off, LOAN, np.ones(here.sum()))
        )
        assert row.default == pytest.approx(by_hand(given.actual[here], score[here], 0.5, LOAN, np.ones(here.sum())))
    assert found.counts.total == 400 and found.money().folds == 5
    assert found.folds["nobody"].mean() == pytest.approx(-500_000 * given.actual.mean())
    assert found.folds["everybody"].mean() == pytest.approx(-20_000 * (1 - given.actual.mean()))
    gain = found.gain("default")
    assert gain is not None and gain.low is not None and gain.low > 0


def test_where_nothing_can_be_learned_the_choice_gains_nothing() -> None:
    """Chosen and judged on the same rows, noise looks like money; on other rows it does not."""
    rosy, honest = [], []
    for seed in range(40):
        held, problem = predicted(100, seed=seed, strength=0.0), binary(100)
        noise = np.random.default_rng(seed).random(100)
        given = replace(held.predictions, probabilities=np.column_stack([1 - noise, noise]))
        weighing = Weighing(replace(held, predictions=given), problem)
        costs = Costs(4, 1)
        idle = max(weighing.money(costs)[[0, -1]])
        rosy.append(weighing.money(costs).max() - idle)
        honest.append(judge(weighing, costs, 0.2).money().mean - idle)
    assert np.mean(rosy) > 30 and np.mean(honest) < 0


def test_with_true_probabilities_the_cut_off_is_near_the_formula_s() -> None:
    assert LOAN.optimum == pytest.approx(20 / 520) and Costs(3, 5, 2, 7).optimum == pytest.approx(12 / 17)
    found = judge(Weighing(predicted(20_000), binary(20_000)), Costs(4, 1), 0.2)
    assert found.cut_off == pytest.approx(0.2, abs=0.05)
    assert Costs(0, 0).optimum is None


@pytest.mark.parametrize(
    ("costs", "cut_off", "told"),
    [
        (Costs(0, 0), math.inf, "every cut-off comes to the same"),
        (Costs(0, 1), math.inf, "flag no one"),
        (Costs(1, 0), -math.inf, "flag everyone"),
    ],
)
def test_costs_of_nothing_are_said(costs: Costs, cut_off: float, told: str) -> None:
    assert told in (costs.pointless or "") and LOAN.pointless is None
    weighing = Weighing(predicted(200), binary(200))
    best = weighing.best(costs)
    assert best == cut_off or weighing.counts(best).misses == 0


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_costs_below_0_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="must be 0 or more"):
        Costs(miss=value, alarm=1)


def test_ties_in_scores_are_flagged_together() -> None:
    actual, sure = np.array([1, 0, 1, 0, 1, 0] * 20), np.array([0.9, 0.9, 0.9, 0.2, 0.2, 0.2] * 20)
    given = Predictions(np.arange(120), actual, (sure > 0.5).astype(int), np.column_stack([1 - sure, sure]))
    weighing = Weighing(divided(given, 4, binary(120)), binary(120))
    assert weighing.cut_offs.tolist() == [np.inf, pytest.approx(0.55), -np.inf]
    assert weighing.hits.tolist() == [0, 40, 60] and weighing.alarms.tolist() == [0, 20, 60]
    assert judge(weighing, Costs(1, 1), 0.25).cut_off == pytest.approx(0.55)


def test_neighbours_that_nothing_lies_between_are_kept_apart() -> None:
    low = 0.5
    high = float(np.nextafter(low, 1))
    sure = np.array([low, high] * 10)
    given = Predictions(np.arange(20), np.array([0, 1] * 10), np.array([1] * 20), np.column_stack([1 - sure, sure]))
    weighing = Weighing(divided(given, 2, binary(20)), binary(20))
    assert weighing.counts(weighing.best(Costs(1, 1))).hits == 10 and weighing.money(Costs(1, 1)).max() == 0


def test_decision_scores_do_as_well_and_the_first_class_may_be_positive() -> None:
    held = predicted(500)
    given = held.predictions
    margins = np.log(given.probabilities[:, 1] / given.probabilities[:, 0])
    scored = replace(held, predictions=replace(given, probabilities=None, scores=margins))
    plain, by_score = (Weighing(each, binary(500)) for each in (held, scored))
    assert (by_score.on, by_score.default, plain.on, plain.default) == ("decision score", 0.0, "probability", 0.5)
    same = judge(plain, LOAN, 0.2).folds["chosen"]
    np.testing.assert_allclose(judge(by_score, LOAN, 0.2).folds["chosen"], same)
    assert by_score.bounds == (margins.min(), margins.max())
    other = Weighing(scored, binary(500, "no"))
    assert other.counts(0.0).hits == ((margins <= 0) & (given.actual == 0)).sum()


def test_a_hold_out_is_chosen_on_one_half_and_judged_on_the_other() -> None:
    problem = binary(200)
    whole = predicted(200).predictions
    held = held_out({0: whole}, problem)
    assert held.halved and np.bincount(held.parts).tolist() == [100, 100]
    assert abs(np.diff([whole.actual[held.parts == half].sum() for half in (0, 1)])[0]) <= 1
    found = judge(Weighing(held, problem), LOAN, 0.2)
    assert len(found.folds) == 2 and found.money().low is None and found.gain("default") is None
    few = held_out({0: taken(whole, slice(0, 3))}, problem)
    assert "One fold of 3 rows: too few" in judge(Weighing(few, problem), LOAN, 0.2).reason


def test_a_row_that_is_repeated_never_helps_to_choose_for_itself() -> None:
    held = predicted(60, 3, repeats=2)
    assert len(held.names) == 6
    for part in range(6):
        here = set(held.predictions.rows[held.parts == part])
        others = held.predictions.rows[held.others(part)]
        assert not here & set(others) and len(others) == 2 * 40
    assert held.worth(np.ones(120, bool)) == pytest.approx(60), "a row that is there twice is one row"
    assert not judge(Weighing(held, binary(60)), LOAN, 1 / 3).reason


def test_what_cannot_be_chosen_has_a_reason() -> None:
    held, problem = several()
    assert "two classes" in judge(Weighing(held, problem), LOAN, 0.2).reason
    held, problem = numbers()
    assert "two classes" in judge(Weighing(held, problem), LOAN, 0.2).reason
    given = predicted(100)
    bare = replace(given, predictions=replace(given.predictions, probabilities=None))
    assert "neither probabilities nor decision scores" in judge(Weighing(bare, binary()), LOAN, 0.2).reason
    spoiled = given.predictions.probabilities.copy()
    spoiled[7] = np.nan
    spoiled = replace(given, predictions=replace(given.predictions, probabilities=spoiled))
    assert "1 of 100 rows are not finite" in judge(Weighing(spoiled, binary()), LOAN, 0.2).reason
    assert "no rows" in judge(Weighing(held_out({}, binary()), binary()), LOAN, 0.2).reason.lower()
    weightless = predicted(50, weights=np.zeros(50))
    assert "no rows" in judge(Weighing(weightless, binary()), LOAN, 0.2).reason.lower()


@pytest.mark.parametrize("only", [0, 1])
def test_folds_without_a_class_still_have_money(only: int) -> None:
    held = predicted(100)
    actual = held.predictions.actual.copy()
    actual[held.parts == 2] = only
    found = judge(Weighing(replace(held, predictions=replace(held.predictions, actual=actual)), binary(100)), LOAN, 0.2)
    assert np.isfinite(found.folds["chosen"]).all()
    alone = replace(held, predictions=replace(held.predictions, actual=np.full(100, only)))
    found = judge(Weighing(alone, binary(100)), LOAN, 0.2)
    assert found.money().mean == 0 and found.cut_off == (-np.inf if only else np.inf)


def test_the_better_of_two_models_is_told_from_the_worse() -> None:
    judged = {
        name: judge(Weighing(predicted(2_000, strength=strength), binary(2_000)), LOAN, 0.2)
        for name, strength in (("weak", 0.3), ("strong", 2.5), ("same", 2.5))
    }
    assert set(best_of(judged)) == {"strong", "same"}
    assert best_of({}) == ()
    half = judge(Weighing(held_out({0: predicted(200).predictions}, binary()), binary()), LOAN, 0.2)
    assert best_of({"only": half}) == ("only",)


def test_a_curve_is_thinned_and_keeps_the_best() -> None:
    weighing = Weighing(predicted(5_000), binary(5_000))
    curve, money = weighing.curve(LOAN), weighing.money(LOAN)
    assert len(curve) <= 400 and curve["money"].max() == money.max()
    assert curve["cut_off"].is_monotonic_increasing and curve["cut_off"].between(0, 1).all()
    assert curve["flagged"].iloc[[0, -1]].tolist() == [1, 0]


def test_several_classes_are_called_by_what_they_cost() -> None:
    held, problem = several()
    sure = held.predictions.probabilities
    assert cheapest(sure, plain_matrix(3)).tolist() == sure.argmax(axis=1).tolist()
    matrix = check_matrix([[0, 1, 1], [1, 0, 1], [50, 50, 0]], 3)
    called = cheapest(sure, matrix)
    for row in range(0, 900, 90):
        expected = [sum(sure[row, i] * matrix[i, j] for i in range(3)) for j in range(3)]
        assert called[row] == int(np.argmin(expected))
    found = judge_matrix(held, problem, matrix, 0.2)
    paid = matrix[held.predictions.actual, called]
    assert found.folds["chosen"].tolist() == pytest.approx(
        [-1000 * paid[held.parts == part].mean() for part in range(5)]
    )
    assert found.folds.attrs == {"changed": int((called != held.predictions.predicted).sum()), "rows": 900}
    gain, constant = found.gain("default"), found.gain("constant")
    assert gain is not None and gain.low > 0 and constant is not None and constant.difference > 0
    assert found.folds["constant"].tolist() == pytest.approx(
        [-1000 * matrix[held.predictions.actual[held.parts == part], 2].mean() for part in range(5)]
    )


def test_a_matrix_that_does_not_fit_is_refused() -> None:
    for wrong, told in (([[0, 1]], "a line and a column"), ([[0, None], [1, 0]], "Every cell")):
        with pytest.raises(ValueError, match=told):
            check_matrix(wrong, 2)
    held, problem = several()
    bare = replace(held, predictions=replace(held.predictions, probabilities=None))
    assert "no probabilities" in judge_matrix(bare, problem, plain_matrix(3), 0.2).reason
    held, problem = numbers()
    assert "a number is predicted" in judge_matrix(held, problem, np.zeros((0, 0)), 0.2).reason


def test_folds_that_are_drawn_anew_bring_no_new_rows() -> None:
    from core.comparison import compare_pair, interval

    weighing = Weighing(predicted(200, 5, repeats=4), binary(200))
    found, naive = (judge(weighing, Costs(4, 1), 0.2, repeats) for repeats in (4, 1))
    ours, theirs = (found.folds[name].tolist() for name in ("chosen", "everybody"))
    assert found.gain("everybody") == compare_pair(ours, theirs, test_fraction=0.2, rope=0.0, repeats=4)
    assert found.money() == interval(ours, 0.2, repeats=4, bounds=found.bounds)
    wide, narrow = found.gain("everybody"), naive.gain("everybody")
    assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low) and wide.difference == narrow.difference
    flat = predicted(200, 5, repeats=4, seed=1, strength=1.2)
    other = judge(Weighing(flat, binary(200)), Costs(4, 1), 0.2, 4)
    pair = compare_pair(ours, other.folds["chosen"].tolist(), test_fraction=0.2, repeats=4)
    assert set(best_of({"a": found, "b": other})) == ({"a", "b"} if pair.p_value >= 0.05 else {"a"})
    held, problem = several()
    assert judge_matrix(held, problem, plain_matrix(3), 0.2, 3).repeats == 3
