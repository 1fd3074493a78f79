"""What is said of money, of groups and of certainty: never more than the numbers bear out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.comparison import Interval
from core.conformal import certainty
from core.decisions import Costs, Counts, Judgement
from core.held_out import Share
from dashboard.words import certainty as sure
from dashboard.words import deciding, fairness
from tests.core.folds import numbers, several


def judged(chosen: list[float], default: list[float], idle: list[float], fraction: float = 0.2) -> Judgement:
    folds = pd.DataFrame({"chosen": chosen, "default": default, "nobody": idle, "everybody": [-9e5] * len(idle)})
    return Judgement(cut_off=0.027, folds=folds, counts=Counts(10, 40, 2, 48), test_fraction=fraction)


CLEAR = judged([-13_100, -14_000, -13_600, -13_900, -13_850], [-37_000, -36_000, -38_000, -37_500, -36_550], [-5e4] * 5)
LUCK = judged([-100, -300, -200, -250, -150], [-110, -290, -240, -200, -160], [-210, -190, -200, -205, -195])


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (-13_690, "€", "13,700 €"), (0.125, "", "0.12"), (4.2, "hours", "4.20 hours"), (999.6, "", "1,000"),
        (0, "€", "0 €"),
        (1_234_567, "", "1,230,000"), (None, "€", "–"), (210.41, "", "210"), (16.83, "", "16.83"),
    ],
)  # fmt: skip
def test_amounts(value: float | None, currency: str, text: str) -> None:
    assert deciding.amount(value, currency) == text


def test_gains_and_losses_are_named_as_what_they_are() -> None:
    assert (
        deciding.per_cases(Interval(-13_690, -17_246, -10_134, 5), "€")
        == "1,000 cases cost 13,700 € (10,100 to 17,200)"
    )
    assert deciding.per_cases(Interval(500, 400, 600, 5)) == "1,000 cases bring 500 (400 to 600)"
    assert "anything from a loss of 50 to a gain of 150" in deciding.per_cases(Interval(50, -50, 150, 5))
    assert deciding.per_cases(Interval(-5, None, None, 1)) == "1,000 cases cost 5"
    assert deciding.per_cases(Interval(-100, -100.3, -100.1, 5)) == "1,000 cases cost 100", "which is no range"


@pytest.mark.parametrize(
    ("value", "on", "text"),
    [
        (0.027, "probability", "from a probability of 2.7 % on"), (0.5, "probability", "from a probability of 50 % on"),
        (0.196, "probability", "from a probability of 19.6 % on"),
        (0.0042, "probability", "from a probability of 0.42 % on"), (math.inf, "probability", "no one"),
        (-math.inf, "decision score", "everyone"), (-0.98, "decision score", "from a decision score of −0.980 on"),
    ],
)  # fmt: skip
def test_cut_offs(value: float, on: str, text: str) -> None:
    assert deciding.cut_off(value, on) == text


def test_what_is_clear_is_said_with_its_size() -> None:
    head = deciding.headline("Forest", CLEAR, "probability", "€")
    assert head.startswith(
        "With Forest, flagging from a probability of 2.7 % on, which is 50 of 100 cases: 1,000 cases cost"
    )
    assert deciding.beside(CLEAR, "nobody", "€").startswith("That is 36,300 € better than with flagging no one (")
    assert deciding.beaten(CLEAR, "nobody")


def test_what_may_be_luck_is_not_claimed() -> None:
    assert deciding.beside(LUCK, "default").startswith("Whether that is better than the usual cut-off cannot be told")
    assert not deciding.beaten(LUCK, "nobody")
    told = " ".join(deciding.no_help(LUCK, "nobody", "Forest", "probability"))
    assert told.startswith(
        "Whether any model brings more than flagging no one cannot be told. Flagging no one, 1,000 cases"
    )
    ahead = judged([-200, -210, -190, -205, -195], [-900, -950, -920, -880, -910], [-210, -190, -200, -205, -195])
    told = deciding.no_help(ahead, "nobody", "Forest", "probability")
    assert told[2].startswith("With Forest") and told[3].startswith("That is 712 better than with the usual cut-off")
    same = judged([-200.0] * 5, [-900.0] * 5, [-200.0] * 5)
    assert len(deciding.no_help(same, "nobody", "Forest", "probability")) == 2, "nothing of a model nobody named"
    same = judged([-200.0] * 5, [-200.0] * 5, [-200.0] * 5)
    assert deciding.no_help(same, "nobody", "Forest", "probability")[0] == "No model brings more than flagging no one."
    assert deciding.beside(same, "default") == "It comes to the same as the usual cut-off."


def test_one_fold_claims_nothing_but_what_was_counted() -> None:
    once = judged([-100, -120], [-200, -210], [-300, -300], fraction=0.0)
    assert deciding.beside(once, "default") == "On these rows that is 95 better than with the usual cut-off."
    assert "luck cannot be said" in deciding.how_chosen(True, 2) and "5 folds" in deciding.how_chosen(False, 5)


def test_what_happens_adds_up() -> None:
    told = deciding.happened(Counts(86, 438, 14, 462), "yes")
    assert told == (
        "Of 1,000 cases 524 are flagged: 86 rightly, 438 by false alarm. 14 that are “yes” are missed, 462 are rightly "
        "left alone."
    )
    assert "1 is flagged" in deciding.happened(Counts(1, 0, 0, 999), "yes")
    assert deciding.happened(Counts(0, 0, 0, 0), "yes") == "There are no cases to speak of."


def test_rows_of_an_end_are_named() -> None:
    flags = deciding.cut_off(0.2)
    assert deciding.rows_at(124, True, False, "yes", "Forest", flags) == (
        "124 rows that are “yes” and were missed by Forest, flagging from a probability of 20 % on"
    )
    assert deciding.rows_at(1, False, True, "yes", "Forest", "everyone") == (
        "1 row that is not “yes” and was flagged by Forest, flagging everyone"
    )
    assert "and were found by" in deciding.rows_at(2, True, True, "yes", "Forest", flags)
    assert "are not “yes” and were rightly left alone by" in deciding.rows_at(2, False, False, "yes", "Forest", flags)


def test_shares_have_their_interval_or_a_dash() -> None:
    none, some = Share(None, None, None, 0), Share(0.85, 0.79, 0.9, 200)
    _, shown, ends = deciding.figures(Counts(85, 0, 15, 100), Costs(miss=2, alarm=1), some, none, "€")
    assert shown[1:] == ("85 (79 to 90)", "–") and ends == ("85", "15", "0")
    assert (deciding.hundred(0.999), deciding.hundred(0.0004), deciding.hundred(1.0)) == ("99.9", "0.1", "100")


def test_the_formula_is_told_with_its_source() -> None:
    told = deciding.formula(Costs(500, 20))
    assert "flagging from 3.8 % on" in told and "Elkan (2001)" in told
    assert "Nothing is at stake" in deciding.formula(Costs(0, 0))


def row(**changed: Any) -> dict[str, Any]:
    plain = {"measure": "opportunity", "group": "women", "other": "men", "a": 0.6, "b": 0.72, "difference": -0.12}
    return {
        **plain,
        "low": -0.21,
        "high": -0.03,
        "ratio": 0.833,
        "ratio_low": 0.71,
        "ratio_high": 0.96,
        "enough": True,
        **changed,
    }


def test_a_difference_between_groups() -> None:
    assert fairness.difference(row(), "sex", "yes") == (
        "Of 100 rows with sex “women” that are “yes”, 60 are found, of 100 with sex “men”, 72: 12 fewer (3 to 21)."
    )
    assert "no difference can be told (21 fewer to 2 more would fit)" in fairness.difference(
        row(high=0.02), "sex", "yes"
    )
    assert "too few rows to say" in fairness.difference(row(enough=False), "sex", "yes")
    assert fairness.difference(row(difference=None, group="Älteste"), "sex", "yes").startswith(
        "Not defined for sex “Älteste”"
    )
    assert "12 more" in fairness.difference(row(difference=0.12, low=0.03, high=0.21), "sex", "yes")
    assert "whichever differs more: 12 fewer (3 to 21)" in fairness.difference(row(measure="odds"), "sex", "yes")
    assert "age over 62" in fairness.difference(row(group="over 62"), "age", "yes")
    assert "widened by how far 5 folds differ" in fairness.ranges(5)
    assert "say nothing of what a model that learns from other rows would score" in fairness.ranges(1)
    assert "not of what models that learn from other rows would answer" in fairness.levels(0.95, False)
    assert fairness.ratio(row()) == "0.833 (0.710 to 0.960)" and fairness.ratio(row(ratio=None)) == "not defined"
    assert fairness.ratio(row(ratio_high=None)).endswith("to any size)")


def test_no_verdict_is_given_on_fairness() -> None:
    words = " ".join(
        [fairness.NO_VERDICT, fairness.differing(3, 0), fairness.differing(3, 2), fairness.differing(0, 0)]
    )
    assert "unfair" not in words and "discriminat" not in words
    assert fairness.differing(3, 0) == "No difference between these groups can be told from these rows."


def weak(**changed: Any) -> dict[str, Any]:
    plain = {"segment": "town = south", "rows": 60, "error": 0.38, "others": 0.08, "difference": 0.3, "low": 0.14}
    return {**plain, "high": 0.46, "confirmed": True, **changed}


def test_a_segment_that_was_not_borne_out_is_not_called_weak() -> None:
    told = fairness.segment(weak(), True, "y")
    assert told == "Where town = south, 38 of 100 rows are named wrongly, and 8 of 100 others: 30 more (14 to 46)."
    near = fairness.segment(weak(error=0.084, others=0.018, difference=0.066, low=0.002), True, "y")
    assert "8 of 100 rows are named wrongly, and 2 of 100 others: 6.6 more (0.2 to 4" in near
    assert fairness.segment(weak(confirmed=False), True, "y").endswith("that may be luck.")
    assert "off by 3.10 €" in fairness.segment(weak(error=3.1), False, "€")
    about = {"tried": 740, "searched": 1_000, "judged": 1_000}
    assert fairness.search(about, 5, 1).endswith("1 of 5 was borne out.") and "5 looks" in fairness.search(about, 5, 1)
    assert fairness.search(about, 5, 0).endswith("None of them was borne out.")
    assert fairness.search(about, 0, 0).endswith("and none stood out.")


def test_how_sure_one_can_be() -> None:
    held, problem = several()
    found = certainty(held, problem)
    assert sure.covered(found).startswith("Of 100 rows 9") and sure.covered(found).endswith(
        "had their true class in the set."
    )
    assert "of 100 sets hold one class only; a set has" in sure.sizes(found)
    assert sure.judged(found) == "Asked for were 90 of 100, which fits."
    assert "at least about 90 of 100 new rows" in sure.promise(found) and "Mondrian" in sure.method(found, True)
    assert sure.listed(80, 80) == ("All rows", "first those whose truth was missed")
    assert sure.listed(500, 1600)[0] == "500 rows of 1,600" and "then those" in sure.listed(500, 1600)[1]
    short = sure.of_class("rare", Share(0.3, 0.2, 0.4, 80), 0.9)
    assert short == "Of 100 rows that are “rare”, 30 (20 to 40): fewer than was asked for."
    held, problem = numbers()
    found = certainty(held, problem)
    assert "true value in the interval" in sure.covered(found) and "wide." in sure.sizes(found)
    assert "±" in sure.method(found, False) and "predictions up to" not in sure.method(found, False)
    apart = certainty(held, problem, apart=True)
    assert "wide on average: from 2.78 to 3.49" in sure.sizes(apart) and sure.too_few(apart) == ""
    assert "± 1.74, 1.39, 1.61, 1.47 for predictions up to 7.56, 10.1, 12.1 and beyond" in sure.method(apart, True)
    assert "too few rows" in sure.too_few(certainty(held, problem, 0.99, apart=True))
    held, problem = numbers(10, 2)
    assert sure.sizes(certainty(held, problem, 0.95)) == "Too few rows to bound anything."
    assert np.isfinite(found.mean_size)
