"""Sets and intervals hold the truth as often as was asked for, and say how often they did."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.conformal import certainty, table
from core.held_out import held_out
from tests.core.folds import binary, numbers, predicted, several


def quantile(scores: np.ndarray, level: float) -> float:
    """The definition, in so many words."""
    place = int(np.ceil((len(scores) + 1) * level - 1e-9))
    return float(np.sort(scores)[place - 1]) if place <= len(scores) else np.inf


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_sets_are_those_that_the_other_folds_call_for(level: float) -> None:
    held, problem = several()
    found = certainty(held, problem, level)
    given = held.predictions
    strange = 1 - given.probabilities
    own = strange[np.arange(900), given.actual]
    for part in range(5):
        limit = quantile(own[held.parts != part], level)
        expected = strange[held.parts == part] <= limit + 1e-12
        expected[np.arange(len(expected)), strange[held.parts == part].argmin(axis=1)] = True
        assert (found.sets[held.parts == part] == expected).all()
    assert found.coverage.value == found.sets[np.arange(900), given.actual].mean()
    assert found.mean_size == found.sets.sum(axis=1).mean()
    assert sum(found.of_size(size).value for size in (1, 2, 3)) == pytest.approx(1)


def test_the_truth_is_inside_as_often_as_was_asked_for() -> None:
    """New rows, of which no limit was chosen: over 60 draws the mean is right to a hundredth."""
    inside, of_class = [], []
    for seed in range(60):
        held, problem = several(600, seed=seed)
        found = certainty(held, problem, 0.8)
        new, _ = several(600, seed=1_000 + seed)
        strange = 1 - new.predictions.probabilities
        inside.append((strange[np.arange(600), new.predictions.actual] <= 1 + found.limits[0]).mean())
        of_class.append(found.coverage.value)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.01)
    assert np.mean(of_class) == pytest.approx(0.8, abs=0.01)


def test_each_class_by_itself_is_held_to_the_level() -> None:
    held, problem = predicted(4_000, strength=1.0), binary(4_000)
    plain, by_class = certainty(held, problem), certainty(held, problem, apart=True)
    assert plain.of_class(1).value < 0.75, "the rarer class pays where all rows are asked together"
    low, high = by_class.of_class(1).low, by_class.of_class(1).high
    assert low <= 0.9 <= high and len(by_class.limits) == 2
    assert by_class.mean_size > plain.mean_size


def test_a_class_that_the_other_folds_do_not_know_is_never_ruled_out() -> None:
    held, problem = several(90)
    actual = np.where(held.parts == 0, 2, np.minimum(held.predictions.actual, 1))
    found = certainty(replace(held, predictions=replace(held.predictions, actual=actual)), problem, apart=True)
    assert found.sets[held.parts == 0][:, 2].all() and found.of_class(2).value == 1


def test_intervals_reach_as_far_as_the_other_folds_misses() -> None:
    held, problem = numbers()
    found = certainty(held, problem, 0.9)
    misses = np.abs(held.predictions.actual - held.predictions.predicted)
    for part in range(5):
        here = held.parts == part
        np.testing.assert_allclose((found.high - found.low)[here] / 2, quantile(misses[~here], 0.9))
    assert found.coverage.low <= 0.9 <= found.coverage.high
    assert found.limits[0] == quantile(misses, 0.9) and found.mean_size == pytest.approx(2 * 1.645, rel=0.1)


def test_each_range_of_predictions_by_itself_is_held_to_the_level() -> None:
    """Where misses grow with what is predicted, one width for all is too narrow for the largest."""
    held, problem = numbers(4_000)
    said = held.predictions.predicted
    rank = np.argsort(np.argsort(said)) / len(said)
    actual = said + (held.predictions.actual - said) * (0.2 + 3 * rank)
    held = replace(held, predictions=replace(held.predictions, actual=actual))
    plain, apart = certainty(held, problem), certainty(held, problem, apart=True)
    assert plain.edges == () and len(apart.edges) == 3 and len(apart.limits) == 4
    assert held.share(plain.inside, rank >= 0.75).high < 0.85, "the largest pay where all rows are asked together"
    misses = np.abs(actual - said)
    for place, (low, high) in enumerate(pairwise((-np.inf, *apart.edges, np.inf))):
        among = (said > low) & (said <= high)
        share = held.share(apart.inside, among)
        assert share.low <= 0.9 <= share.high and apart.limits[place] == quantile(misses[among], 0.9)
    assert list(apart.limits) == sorted(apart.limits) and apart.mean_size < plain.mean_size


def test_ranges_with_too_few_rows_are_judged_together() -> None:
    held, problem = numbers(190)
    assert certainty(held, problem, apart=True).edges == ()
    assert certainty(held, problem, apart=True).limits == certainty(held, problem).limits
    alike = replace(held, predictions=replace(held.predictions, predicted=np.zeros(190)))
    assert certainty(alike, problem, 0.5, apart=True).edges == ()
    held, problem = numbers(1_000)
    of_fold = replace(held, predictions=replace(held.predictions, predicted=held.parts.astype(float)))
    found = certainty(of_fold, problem, apart=True)
    assert found.edges == () and np.isfinite(found.mean_size), (
        "who guesses says one number per fold, with no other rows"
    )


def test_too_few_rows_bound_nothing() -> None:
    held, problem = numbers(10, 2)
    assert np.isinf(certainty(held, problem, 0.95).high).all() and certainty(held, problem, 0.95).limits == (np.inf,)


def test_weights_count() -> None:
    """A row that weighs twice is as one that is there twice, but for the one row more that is to come."""
    rng = np.random.default_rng(0)
    weights = rng.integers(0, 3, 900).astype(float)
    held, problem = several()
    heavy = held_out(
        {part: replace(held.predictions, **{
            name: getattr(held.predictions, name)[held.parts == part]
            for name in ("rows", "actual", "predicted", "probabilities")
        }, weights=weights[held.parts == part]) for part in range(5)},
        problem,
    )  # fmt: skip
    found = certainty(heavy, problem)
    assert len(found.inside) == (weights > 0).sum()
    own = 1 - heavy.predictions.probabilities[np.arange(len(found.inside)), heavy.predictions.actual]
    repeated = np.repeat(own, heavy.weights.astype(int))
    assert 1 + found.limits[0] == pytest.approx(quantile(repeated, 0.9), abs=0.01)
    assert found.coverage.value == pytest.approx(np.average(found.inside, weights=heavy.weights))


def test_decision_scores_do_as_well() -> None:
    held, problem = predicted(500), binary(500)
    given = held.predictions
    margins = np.log(given.probabilities[:, 1] / given.probabilities[:, 0])
    scored = replace(held, predictions=replace(given, probabilities=None, scores=margins))
    assert (certainty(scored, problem).sets == certainty(held, problem).sets).all()
    first, second = (certainty(held, binary(500, name)).sets for name in ("no", "yes"))
    assert (first == second).all()


def test_what_cannot_be_said_has_a_reason() -> None:
    held, problem = several()
    bare = replace(held, predictions=replace(held.predictions, probabilities=None))
    assert "neither probabilities nor decision scores" in certainty(bare, problem).reason
    one = replace(held, predictions=replace(held.predictions, probabilities=None, scores=np.zeros(900)))
    assert certainty(one, problem).reason
    held, problem = numbers()
    lost = replace(held, predictions=replace(held.predictions, predicted=np.full(600, np.nan)))
    assert "600 of 600" in certainty(lost, problem).reason
    assert "no rows" in certainty(held_out({}, problem), problem).reason.lower()
    with pytest.raises(ValueError, match="between 0 and 1"):
        certainty(held, problem, 1.0)
    whole = predicted(200).predictions
    halved = certainty(held_out({0: whole}, binary()), binary())
    assert not halved.reason and len(halved.inside) == 200


def test_the_table_has_the_least_certain_rows_first() -> None:
    held, problem = several()
    found = certainty(held, problem)
    frame = table(found, problem, 200)
    assert len(frame) == 200 and frame.columns.tolist() == ["row", "actual", "predicted", "set", "size", "inside"]
    missed = int((~found.inside).sum())
    assert not frame["inside"][:missed].any() and frame["inside"][missed:].all()
    assert frame["size"][missed:].is_monotonic_decreasing and " or " in frame["set"].iloc[missed]
    held, problem = numbers()
    assert table(certainty(held, problem), problem).columns.tolist() == [
        "row", "actual", "predicted", "low", "high", "inside"
    ]  # fmt: skip
    assert table(certainty(held_out({}, problem), problem), problem).empty
