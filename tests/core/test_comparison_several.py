"""Several models on several data sets against scipy, cases worked out by hand, and the limits."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.comparison import compare_many, holm, signed_rank


def drawn(sets: int = 12, models: int = 4, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(sets, 1)) + rng.normal(size=(sets, models)) + 0.5 * np.arange(models)
    return pd.DataFrame(values, columns=list("abcdefgh"[:models]), index=[f"set {each}" for each in range(sets)])


@pytest.mark.parametrize("greater_is_better", [True, False])
def test_ranks_and_friedman_are_scipy_s(greater_is_better: bool) -> None:
    frame = drawn()
    found = compare_many(frame, greater_is_better=greater_is_better)
    sign = -1 if greater_is_better else 1
    ranks = stats.rankdata(sign * frame.to_numpy(), axis=1).mean(axis=0)
    assert found.ranks == pytest.approx(dict(zip(frame.columns, ranks, strict=True)))
    assert list(found.ranks.values()) == sorted(found.ranks.values())
    square = stats.friedmanchisquare(*frame.to_numpy().T)
    assert (found.friedman, found.friedman_p) == pytest.approx(tuple(square))
    ratio = 11 * square.statistic / (12 * 3 - square.statistic)
    assert (found.iman_davenport, found.iman_davenport_p) == pytest.approx((ratio, stats.f.sf(ratio, 3, 33)))


def test_pairs_are_told_apart_where_they_lie_beyond_the_critical_difference() -> None:
    found = compare_many(drawn(models=5, seed=3))
    for pair in found.pairs:
        assert pair.apart == pytest.approx(found.ranks[pair.b] - found.ranks[pair.a])
        assert (pair.nemenyi < 0.05) == (pair.apart > found.critical_difference)
    together = {tuple(sorted(two)) for group in found.groups for two in itertools.combinations(group, 2)}
    assert together == {tuple(sorted((p.a, p.b))) for p in found.pairs if p.apart < found.critical_difference}
    assert len(found.pairs) == 10


def test_two_models_have_one_test_in_several_forms() -> None:
    found = compare_many(drawn(models=2))
    error = math.sqrt(2 * 3 / (6 * 12))
    z = found.pairs[0].apart / error
    assert found.holm == pytest.approx({found.pairs[0].b: 2 * stats.norm.sf(z)})
    assert found.pairs[0].nemenyi == pytest.approx(2 * stats.norm.sf(z), abs=1e-6)
    assert found.friedman == pytest.approx(z**2)


def test_equal_scores_share_their_ranks_and_equal_models_are_equal() -> None:
    frame = pd.DataFrame({"a": [0.9, 0.8, 0.3], "b": [0.9, 0.8, 0.3], "c": [0.1, 0.2, 0.3]})
    assert compare_many(frame).ranks == pytest.approx({"a": 5 / 3, "b": 5 / 3, "c": 8 / 3})
    same = compare_many(frame[["a", "b"]])
    assert (same.friedman, same.friedman_p, same.iman_davenport_p) == (0, 1, 1)
    assert same.groups == (("a", "b"),) and same.pairs[0].nemenyi == 1 and same.pairs[0].chances.p_equal == 1


def test_the_same_ranks_everywhere_leave_no_doubt() -> None:
    found = compare_many(pd.DataFrame({"a": [3.0, 6, 9], "b": [2.0, 5, 8], "c": [1.0, 4, 7]}))
    assert found.iman_davenport is None and found.iman_davenport_p == 0
    assert found.friedman == pytest.approx(6)


def test_a_missing_score_is_refused_or_left_out_and_counted() -> None:
    frame = drawn(5)
    frame.loc["set 3", "c"] = np.nan
    with pytest.raises(ValueError, match="no score of 'c' on 'set 3'"):
        compare_many(frame)
    found = compare_many(frame, leave_out=True)
    assert (found.data_sets, found.left_out) == (4, 1)
    assert found.ranks == compare_many(frame.drop("set 3")).ranks


@pytest.mark.parametrize(
    ("frame", "options", "text"),
    [
        (drawn(models=1), {}, "two models"),
        (drawn(1), {}, "At least 2 data sets"),
        (drawn(), {"control": "z"}, "no model 'z'"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), {}, "different names"),
    ],
)
def test_what_cannot_be_compared_is_refused(frame: pd.DataFrame, options: dict[str, str], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        compare_many(frame, **options)


def test_holm_s_steps() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0]
    assert holm([]) == []


def test_the_unit_of_the_scores_does_not_matter() -> None:
    frame = pd.DataFrame(np.random.default_rng(2).normal((0, 0.3, 0.6), 0.4, (9, 3)), columns=list("abc"))
    whole, small = (compare_many(frame * size, rope=0.01 * size) for size in (1.0, 1e-14))
    assert small.ranks == whole.ranks and small.pairs == whole.pairs


# The signed-rank test


@pytest.mark.parametrize("rope", [0.0, 0.01])
def test_who_scores_the_same_everywhere_is_equal(rope: float) -> None:
    scores = [0.9, 0.8, 0.7]
    assert dataclasses.astuple(signed_rank(scores, scores, rope=rope)) == (0, 1, 0)
    with pytest.raises(ValueError, match="lacks the score"):
        signed_rank(scores, [0.9, np.nan, 0.7])


def one_draw(differences: np.ndarray, weights: np.ndarray, rope: float) -> np.ndarray:
    """The weighted shares of all pairs above, within and below the region, as the paper writes them."""
    shares = np.zeros(3)
    for (i, a), (j, b) in itertools.product(enumerate(differences), repeat=2):
        place = 0 if a + b > 2 * rope else 2 if a + b < -2 * rope else 1
        shares[place] += weights[i] * weights[j]
    return shares


def test_the_signed_rank_test_follows_the_formula() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.5, 1, 8), np.zeros(8)
    found = signed_rank(a, b, rope=0.1, draws=400, seed=7)
    weights = np.random.default_rng(7).dirichlet([0.5, *np.ones(8)], 400)
    wins = [int(np.argmax(one_draw(np.append(0, a), each, 0.1))) for each in weights]
    expected = np.bincount(wins, minlength=3) / 400
    assert (found.p_a_better, found.p_equal, found.p_b_better) == pytest.approx(tuple(expected))


def test_the_signed_rank_test_turns_round_and_is_sure_where_all_agree() -> None:
    a, b = [0.9, 0.8, 0.95, 0.7, 0.85, 0.9], [0.7, 0.6, 0.7, 0.5, 0.6, 0.7]
    there, back = signed_rank(a, b), signed_rank(b, a)
    assert there.p_a_better > 0.98 and there.p_a_better == back.p_b_better
    assert signed_rank(a, b, greater_is_better=False).p_b_better == there.p_a_better
    assert signed_rank(a, a).p_equal == 1
    with pytest.raises(ValueError, match="1 scores of one model and 0"):
        signed_rank([1.0], [])
