"""Intervals, calibration, gain, each class by itself, errors of numbers, agreement, and what cannot be said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve

from core.diagnostics import (
    CURVE_POINTS,
    DIAGNOSES,
    Held,
    agreement,
    area_interval,
    calibration,
    error_by_size,
    gains,
    mistakes,
    one_against_rest,
    outcomes,
    quantile_coverage,
    residual_distribution,
    roc_over_folds,
    rows_of,
    score_distribution,
    share_interval,
)
from core.records import Predictions, Problem, Task
from tests.core.test_diagnostics import NUMBERS, THREE, TWO, drawn


def part(predictions: Predictions, places: np.ndarray) -> Predictions:
    """Some rows."""
    arrays = (
        getattr(predictions, name) for name in ("rows", "actual", "predicted", "probabilities", "scores", "weights")
    )
    return Predictions(*(None if each is None else each[places] for each in arrays))


def folded(predictions: Predictions, folds: int = 5) -> Held:
    """The rows dealt out to folds."""
    places = np.arange(len(predictions.rows))
    return Held({fold: part(predictions, places[places % folds == fold]) for fold in range(folds)})


def amounts(rows: int = 400, seed: int = 0, spread: float = 1.0) -> Predictions:
    rng = np.random.default_rng(seed)
    actual = rng.normal(10, 3, rows)
    return Predictions(np.arange(rows), actual, actual + rng.normal(0, spread, rows))


# ---- intervals


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (7, 10), (10, 10), (78, 100), (1, 1)])
def test_a_share_has_wilsons_interval(part: int, whole: int) -> None:
    wanted = binomtest(part, whole).proportion_ci(0.95, "wilson")
    assert share_interval(part, whole) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_nothing_counted_has_no_interval() -> None:
    assert share_interval(0, 0) is None and area_interval(0.8, 0, 4) is None


def test_an_area_has_the_interval_of_hanley_and_mcneil() -> None:
    rng, truth = np.random.default_rng(0), np.repeat([1, 0], [51, 58])
    areas = [oracle.roc_auc_score(truth, rng.normal(size=109) + 1.75 * truth) for _ in range(500)]
    low, high = area_interval(float(np.mean(areas)), 51, 58) or (0, 0)
    assert (high - low) / 2 / 1.96 == pytest.approx(
        np.std(areas), rel=0.15
    )  # it is somewhat too wide for normal scores


# ---- classes


def test_each_class_against_the_rest_equals_scikit_learn() -> None:
    predictions = drawn(3, 300)
    frame = one_against_rest(predictions, THREE)
    parts = oracle.precision_recall_fscore_support(predictions.actual, predictions.predicted)
    for name, values in zip(("precision", "recall", "f1", "support"), parts, strict=True):
        np.testing.assert_allclose(frame[name], values, rtol=1e-12)
    for code in range(3):
        wanted = oracle.roc_auc_score(predictions.actual == code, predictions.probabilities[:, code])
        assert frame["auc"].iat[code] == pytest.approx(wanted)
        clear = oracle.recall_score(predictions.actual != code, predictions.predicted != code)
        assert frame["specificity"].iat[code] == pytest.approx(clear)
    assert ((frame["recall_low"] < frame["recall"]) & (frame["recall"] < frame["recall_high"])).all()


def test_a_class_that_is_never_called_has_no_precision_and_says_why() -> None:
    one = Predictions(np.arange(4), np.array([0, 0, 1, 1]), np.zeros(4, int), np.full((4, 2), 0.5))
    frame = one_against_rest(one, TWO)
    assert np.isnan(frame.loc["yes", "precision"]) and frame.loc["yes", "recall"] == 0
    assert frame.attrs["undefined"] == {"yes: precision": "never called so"}
    alone = one_against_rest(part(one, np.array([0])), TWO)
    assert alone.attrs["undefined"]["yes: recall"] == "no such row"
    assert "Only" not in alone.attrs["undefined"]["no: auc"]
    weighted = one_against_rest(replace(one, weights=np.ones(4)), TWO)
    assert weighted["recall_low"].isna().all()
    assert one_against_rest(replace(one, weights=np.zeros(4)), TWO).attrs["reason"].startswith("No row to judge")


def test_mistakes_are_listed_with_rows_the_surest_first() -> None:
    predictions = drawn(3, 200)
    frame = mistakes(predictions, THREE)
    wrong = predictions.actual != predictions.predicted
    assert frame["count"].sum() == wrong.sum() and (frame["count"].diff().dropna() <= 0).all()
    first = frame.iloc[0]
    rows = rows_of(predictions, THREE, first["actual"], first["predicted"])
    assert len(rows) == first["count"] and rows["row"].tolist()[:5] == first["examples"]
    assert (rows["sure"].diff().dropna() <= 0).all()
    place = rows["row"].iat[0]
    assert rows["sure"].iat[0] == predictions.probabilities[place].max()
    perfect = replace(predictions, predicted=predictions.actual)
    assert mistakes(perfect, THREE).attrs["reason"] == "No row was named wrong."
    mute = replace(predictions, probabilities=None)
    assert rows_of(mute, THREE, "a", "b")["sure"].isna().all()


def test_a_hundred_figures_add_up() -> None:
    predictions = drawn(2, 333)
    frame = outcomes(predictions, TWO)
    (tn, fp), (fn, tp) = oracle.confusion_matrix(predictions.actual, predictions.predicted)
    assert frame["count"].tolist() == [tp, fn, fp, tn] and frame["dots"].sum() == 100
    assert (np.abs(frame["dots"] - 100 * frame["share"]) <= 1).all()
    others = [outcomes(replace(predictions, predicted=predictions.predicted[order]), TWO)["dots"].to_numpy()
              for order in np.random.default_rng(0).permuted(np.tile(np.arange(333), (20, 1)), axis=1)]  # fmt: skip
    assert {each[:2].sum() for each in others} == {frame["dots"][:2].sum()}, "whoever says it, as many are positive"
    assert outcomes(drawn(3, 30), THREE).empty


# ---- curves


def test_gain_and_lift_are_counted() -> None:
    predictions = drawn(2, 500)
    frame = gains(predictions, TWO)
    scores = predictions.probabilities[:, 1]
    for called, found, lift, threshold in frame[["called", "found", "lift", "threshold"]].iloc[1::50].to_numpy():
        chosen = scores >= threshold
        assert called == pytest.approx(chosen.mean())
        assert found == pytest.approx(predictions.actual[chosen].sum() / predictions.actual.sum())
        assert lift == pytest.approx(predictions.actual[chosen].mean() / predictions.actual.mean())
    assert frame["lift"].isna().tolist()[:2] == [True, False] and frame["found"].iat[-1] == 1
    assert len(gains(drawn(2, 20_000), TWO)) <= CURVE_POINTS


def test_the_band_is_the_spread_of_the_folds_about_the_curve_of_all() -> None:
    held = folded(drawn(2, 600))
    frame = roc_over_folds(held, TWO)
    place = frame.iloc[len(frame) // 2]
    heights = []
    for each in held.folds.values():
        fpr, tpr, _ = oracle.roc_curve(each.actual, each.probabilities[:, 1], drop_intermediate=False)
        heights.append(np.interp(place["fpr"], fpr, tpr))
    assert place["high"] - place["low"] == pytest.approx(2 * np.std(heights, ddof=1))
    assert (place["high"] + place["low"]) / 2 == pytest.approx(np.mean(heights))
    whole = held.whole
    fpr, tpr, _ = oracle.roc_curve(whole.actual, whole.probabilities[:, 1], drop_intermediate=False)
    exact = set(zip(fpr, tpr, strict=True))
    assert set(zip(frame["fpr"], frame["tpr"], strict=True)) <= exact, "no point in between"


def test_a_fold_with_one_class_has_no_curve_and_is_named() -> None:
    predictions = drawn(2, 100)
    alone = part(predictions, np.flatnonzero(predictions.actual == 0)[:3])
    frame = roc_over_folds(Held({0: predictions, 1: predictions, 2: alone}), TWO)
    assert frame.attrs["undefined"] == {"3": "Only one class in these rows."} and frame["low"].notna().all()
    single = roc_over_folds(Held({0: predictions}), TWO)
    assert single["low"].isna().all() and len(single)


# ---- certainty


def test_calibration_holds_what_was_said_against_what_happened() -> None:
    rng = np.random.default_rng(1)
    said = rng.random(1000)
    actual = (rng.random(1000) < said**2).astype(int)
    predictions = Predictions(np.arange(1000), actual, (said > 0.5).astype(int), np.c_[1 - said, said])
    frame = calibration(predictions, TWO)
    happened, mean = calibration_curve(actual, said, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(frame["said"], mean, atol=0.002)
    np.testing.assert_allclose(frame["happened"], happened, atol=0.02)
    assert frame["count"].tolist() == [100] * 10 and frame.attrs["of"] == "yes"
    told = frame.attrs
    assert told["brier"] == pytest.approx(oracle.brier_score_loss(actual, said))
    whole = told["reliability"] - told["resolution"] + told["uncertainty"] + told["within"]
    assert whole == pytest.approx(told["brier"]) and told["reliability"] > 0.01


def test_the_parts_are_murphys_where_few_probabilities_are_given() -> None:
    said = np.repeat([0.2, 0.6, 0.9], 10)  # each said ten times: nothing lies within a bin
    actual = np.concatenate([[1] * 3 + [0] * 7, [1] * 5 + [0] * 5, [1] * 9 + [0]])
    frame = calibration(Predictions(np.arange(30), actual, actual, np.c_[1 - said, said]), TWO)
    assert frame["said"].tolist() == pytest.approx([0.2, 0.6, 0.9]) and frame["happened"].tolist() == [0.3, 0.5, 0.9]
    assert frame.attrs["reliability"] == pytest.approx((0.1**2 + 0.1**2 + 0) / 3)
    rate = 17 / 30
    assert frame.attrs["uncertainty"] == pytest.approx(rate * (1 - rate))
    assert frame.attrs["within"] == pytest.approx(0, abs=1e-12)


def test_calibration_of_several_classes_is_of_the_named_one() -> None:
    predictions = drawn(3, 300)
    frame = calibration(predictions, THREE)
    right = predictions.actual == predictions.predicted
    assert np.average(frame["happened"], weights=frame["count"]) == pytest.approx(right.mean())
    assert frame.attrs["of"] is None
    assert np.average(frame["said"], weights=frame["count"]) == pytest.approx(
        predictions.probabilities.max(axis=1).mean()
    )


def test_ties_stay_in_one_bin() -> None:
    predictions = replace(drawn(2, 50), probabilities=np.tile([0.3, 0.7], (50, 1)))
    frame = calibration(predictions, TWO)
    assert len(frame) == 1 and frame["count"].iat[0] == 50
    assert frame.attrs["resolution"] == 0


def test_scores_lie_by_actual_class() -> None:
    predictions = drawn(2, 200)
    frame = score_distribution(predictions, TWO)
    assert frame.groupby("label")["count"].sum().to_dict() == {
        "no": (predictions.actual == 0).sum(),
        "yes": (predictions.actual == 1).sum(),
    }
    assert frame.attrs == {"of": "yes", "probable": True, "repeats": 1.0}
    margins = replace(predictions, probabilities=None, scores=predictions.probabilities[:, 1] * 9 - 3)
    assert score_distribution(margins, TWO)["from"].min() == pytest.approx(margins.scores.min())


# ---- numbers


def test_errors_by_size_gather_equal_rows() -> None:
    predictions = amounts()
    frame = error_by_size(predictions, NUMBERS)
    assert frame["count"].tolist() == [40] * 10
    misses = np.abs(predictions.actual - predictions.predicted)
    assert np.average(frame["miss"], weights=frame["count"]) == pytest.approx(misses.mean())
    flat = error_by_size(replace(predictions, actual=np.ones(400)), NUMBERS)
    assert len(flat) == 1
    alone = error_by_size(part(predictions, np.array([3])), NUMBERS)
    assert np.isnan(alone["low"].iat[0]) and alone["count"].iat[0] == 1


def test_residuals_are_counted_once() -> None:
    frame = residual_distribution(amounts(), NUMBERS)
    assert frame["count"].sum() == 400 and frame["share"].sum() == pytest.approx(1)
    perfect = amounts(spread=0.0)
    assert residual_distribution(perfect, NUMBERS)["count"].max() == 400


def test_bounds_from_other_folds_hold_what_they_say() -> None:
    frame = quantile_coverage(folded(amounts(4000)), NUMBERS)
    assert np.abs(frame["covered"] - frame["level"]).max() < 0.02
    inside = (frame["low"] <= frame["level"]) & (frame["level"] <= frame["high"])
    assert inside.mean() > 0.8 and (frame["count"] == 4000).all()
    assert "two folds" in quantile_coverage(folded(amounts(), 1), NUMBERS).attrs["reason"]
    assert "20 rows" in quantile_coverage(folded(amounts(10)), NUMBERS).attrs["reason"]
    repeated = Held({0: amounts(), 1: amounts()})
    assert "same rows" in quantile_coverage(repeated, NUMBERS).attrs["reason"]


def test_rows_that_were_judged_twice_count_once_for_the_ranges() -> None:
    once, sizes = drawn(2, 200), amounts()
    again = Held({0: once, 1: once})
    assert one_against_rest(again.whole, TWO)["recall_low"].tolist() == pytest.approx(
        one_against_rest(once, TWO)["recall_low"].tolist()
    )
    assert mistakes(again.whole, TWO)["high"].tolist() == pytest.approx(mistakes(once, TWO)["high"].tolist())
    twice = calibration(again.whole, TWO)
    assert twice["low"].tolist() == pytest.approx(calibration(once, TWO)["low"].tolist(), abs=0.01)
    assert twice.attrs["repeats"] == 2
    [row] = agreement({"A": again, "B": again}, TWO).to_dict("records")
    assert row["low"] == pytest.approx((share_interval(200, 200) or (0,))[0])
    wide, plain = (error_by_size(each, NUMBERS) for each in (Held({0: sizes, 1: sizes}).whole, sizes))
    assert (wide["high"] - wide["miss"]).iat[0] == pytest.approx((plain["high"] - plain["miss"]).iat[0], rel=0.05)


# ---- several models


def test_agreement_counts_what_two_models_say() -> None:
    a, b = drawn(2, 200), replace(drawn(2, 200, seed=0), predicted=drawn(2, 200, seed=5).predicted)
    [row] = agreement({"A": folded(a), "B": folded(b)}, TWO).to_dict("records")
    assert row["agree"] == pytest.approx((a.predicted == b.predicted).mean())
    assert row["both"] + row["only_a"] + row["only_b"] + row["none"] == pytest.approx(1)
    assert row["both"] == pytest.approx(((a.predicted == a.actual) & (b.predicted == b.actual)).mean())
    [same] = agreement({"A": folded(a), "B": folded(a)}, TWO).to_dict("records")
    assert same["agree"] == 1 and same["only_a"] == same["only_b"] == 0


def test_agreement_of_numbers_is_the_correlation_of_their_errors() -> None:
    a, b = amounts(), replace(amounts(), predicted=amounts().predicted + np.random.default_rng(4).normal(size=400))
    [row] = agreement({"A": folded(a), "B": folded(b)}, NUMBERS).to_dict("records")
    wanted = np.corrcoef(a.actual - a.predicted, b.actual - b.predicted)[0, 1]
    assert row["agree"] == pytest.approx(wanted) and np.isnan(row["low"])
    constant = replace(a, predicted=a.actual + 1)
    assert np.isnan(agreement({"A": folded(a), "B": folded(constant)}, NUMBERS)["agree"].iat[0])


def test_models_that_were_asked_about_other_rows_do_not_agree() -> None:
    a = folded(drawn(2, 100), 2)
    other = Held({2: a.folds[0]})
    assert "same rows" in agreement({"A": a, "B": other}, TWO).attrs["reason"]
    assert agreement({"A": a}, TWO).attrs["reason"] == "Needs two models."


# ---- whatever comes


def nasty() -> dict[str, tuple[Held, Problem]]:
    """Predictions of which little can be said."""
    two, three, numbers = drawn(2, 40), drawn(3, 40), amounts(40)
    gaps = replace(two, probabilities=np.where(np.arange(40)[:, None] == 3, np.nan, two.probabilities))
    over = replace(two, probabilities=two.probabilities * 3)
    nothing = part(two, np.arange(0))
    return {
        "one class": (folded(part(two, np.flatnonzero(two.actual == 1))), TWO),
        "one class named": (folded(replace(two, predicted=np.ones(40, int))), TWO),
        "ties": (folded(replace(two, probabilities=np.full((40, 2), 0.5))), TWO),
        "a fold of one row": (Held({0: two, 1: part(two, np.array([3]))}), TWO),
        "a single row": (Held({0: part(three, np.array([3]))}), THREE),
        "no rows": (Held({0: nothing}), TWO),
        "nan": (folded(gaps), TWO),
        "beyond one": (folded(over), TWO),
        "no weight": (folded(replace(two, weights=np.zeros(40))), TWO),
        "some weight": (folded(replace(three, weights=np.arange(40) % 2.0)), THREE),
        "mute": (folded(replace(three, probabilities=None)), THREE),
        "infinite": (
            folded(replace(numbers, predicted=np.where(numbers.actual > 10, np.inf, numbers.actual))),
            NUMBERS,
        ),
        "all infinite": (folded(replace(numbers, predicted=np.full(40, np.nan))), NUMBERS),
        "all the same": (folded(replace(numbers, actual=np.ones(40), predicted=np.ones(40))), NUMBERS),
        "one number": (Held({0: part(numbers, np.array([0]))}), NUMBERS),
    }


@pytest.mark.parametrize("case", nasty())
def test_what_cannot_be_said_has_a_reason_and_nothing_breaks(case: str) -> None:
    held, problem = nasty()[case]
    numbers = {"residuals", "error_by_size", "residual_distribution", "quantile_coverage"}
    for diagnosis in DIAGNOSES.values():
        if (diagnosis.name in numbers) == (problem.task == Task.REGRESSION):
            frame = diagnosis.make(held, problem)
            assert len(frame) or frame.attrs["reason"].endswith("."), diagnosis.name
    agreement({"A": held, "B": held}, problem)
