"""What is said of two models, of ties, and of several tables: never more than the interval says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.comparison import Pair
from dashboard import words
from dashboard.words import comparing
from tests.dashboard.test_words import ACCURACY, LOG_LOSS, MAE, board


def pair(difference: float, low: float | None, high: float | None, *chances: float) -> Pair:
    better, equal, worse = chances or (None, None, None)
    return Pair(difference, low, high, None, None, better, equal, worse, 5)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (pair(0.02, 0.001, 0.04), "A is better than B."),
        (pair(-0.02, -0.04, -0.001), "B is better than A."),
        (pair(0.02, -0.001, 0.04), "A and B cannot be told apart."),
        (pair(0.02, None, None), "Whether A or B is better cannot be said."),
    ],
)
def test_one_is_better_only_where_the_interval_says_so(found: Pair, said: str) -> None:
    assert comparing.told_apart(found, "A", "B") == said


def test_who_shares_the_first_place_is_not_called_worse() -> None:
    told = comparing.told_apart(pair(-0.02, -0.04, -0.001), "A", "B", alone=True)
    assert told == "Taken by themselves B would be better than A; among all models they are tied."


def test_who_scores_better_than_one_of_the_first_and_is_behind_is_explained() -> None:
    rows = ("Forest", 0.74, True), ("Boosting", 0.735, True), ("Ridge", 0.73, False), ("Tree", 0.67, True)
    assert words.out_of_step(board(*rows)) == (
        "Ridge scores better than Tree, which shares the first place, and yet is behind: its distance to Forest is "
        "steadier, so it is less likely to be luck."
    )
    two = words.out_of_step(board(*rows[:2], ("Lasso", 0.731, False), *rows[2:]))
    assert two.startswith("Lasso and Ridge score better than Tree") and "their distance" in two and "are behind" in two
    assert words.out_of_step(board(*rows[:3])) == "" == words.out_of_step(board(*rows[:2]))
    assert words.out_of_step(board(*rows, ("Guess", 0.66, True))) == "", "nobody has won anything"
    assert words.out_of_step([]) == ""


AHEAD, BEHIND, TRUTH = "On these rows A is ahead of B by", "On these rows B is ahead of A by", "In truth it may be"


@pytest.mark.parametrize(
    ("found", "measure", "said"),
    [
        (
            pair(0.0123, -0.012, 0.037),
            ACCURACY,
            f"{AHEAD} 1.2 in 100 in Accuracy. {TRUTH} anything from 1.2 in 100 behind to 3.7 in 100 ahead.",
        ),
        (
            pair(-0.02, -0.04, -0.001),
            ACCURACY,
            f"{BEHIND} 2.0 in 100 in Accuracy. {TRUTH} between 0.10 in 100 and 4.0 in 100.",
        ),
        (pair(0.5, 0.2, 0.8), LOG_LOSS, f"{AHEAD} 0.500 in Log loss. {TRUTH} between 0.200 and 0.800."),
        (
            pair(2500.0, -10.0, 5010.0),
            MAE,
            f"{AHEAD} 2,500 price in {MAE.title}. {TRUTH} anything from 10.0 price behind to 5,010 price ahead.",
        ),
        (pair(0.02, None, None), ACCURACY, f"{AHEAD} 2.0 in 100 in Accuracy."),
        (pair(0.1, 0.1, 0.1), ACCURACY, f"{AHEAD} 10.0 in 100 in Accuracy. Every fold shows the same difference."),
        (pair(0.0, 0.0, 0.0), ACCURACY, "A and B score exactly the same in Accuracy."),
    ],
)
def test_how_far_ahead_and_how_far_perhaps(found: Pair, measure, said: str) -> None:
    assert comparing.reach(measure, found, "A", "B", "price") == said


def test_chances_are_told_in_a_hundred() -> None:
    told = comparing.three_ways(pair(0.02, -0.1, 0.1, 0.58, 0.4, 0.02), "A", "B", ACCURACY, 0.01)
    assert told == (
        "A is better by more than 1.0 in 100: a chance of 58 in 100.",
        "They are within 1.0 in 100 of each other, the limit set above: a chance of 40 in 100.",
        "B is better by more than 1.0 in 100: a chance of 2 in 100.",
    )
    plain = comparing.three_ways(pair(0.02, -0.1, 0.1, 0.999, 0.0, 0.001), "A", "B", ACCURACY, 0.0)
    assert plain == ("A is better: a chance of over 99 in 100.", "B is better: a chance of under 1 in 100.")
    assert comparing.three_ways(pair(0.02, None, None), "A", "B", ACCURACY, 0.01) == ()


NONE = "none of them can be told from the best."


@pytest.mark.parametrize(
    ("titles", "others", "said"),
    [
        (["A"], 2, "A is ahead of all others, by more than luck."),
        (["A"], 0, "Only A has a score."),
        (["A", "B"], 0, f"A and B both share the first place: {NONE}"),
        (["A", "B", "C"], 1, f"A, B and C share the first place: {NONE} 1 model is behind."),
        ([], 0, "No model has a score yet."),
    ],
)
def test_a_group_shares_the_first_place(titles: list[str], others: int, said: str) -> None:
    assert comparing.group(titles, others) == said


def test_how_many_rows_it_takes_or_why_that_cannot_be_said() -> None:
    assert comparing.enough(6_812, "", 569, "A", "B") == (
        "Too few rows to tell A from B: it looks as if about 6,800 would be needed (569 took part)."
    )
    assert comparing.enough(None, "So it is.", 569, "A", "B") == (
        "How many rows it would take to tell A from B cannot be said. So it is."
    )
    assert (
        comparing.enough(569, "", 569, "A", "B") == "It takes about as many rows as there are (569) to tell A from B."
    )
    assert comparing.among_many(4).startswith("Among 4 comparisons")


@pytest.mark.parametrize(("value", "said"), [(7, "about 7"), (347, "about 350"), (6812, "about 6,800")])
def test_a_number_that_is_only_estimated_has_two_digits(value: float, said: str) -> None:
    assert words.figures.roughly(value) == said


def test_several_tables() -> None:
    chance = comparing.over_tables(5, 0, 0.3, "A", [], 0.95)
    assert chance == "On 5 tables the models do not rank more differently than chance may have them."
    assert "cannot be said with so few tables. A ranks first on average. 1 table without" in comparing.over_tables(
        6, 1, 0.01, "A", [], 0.95
    )
    assert comparing.over_tables(9, 0, 0.01, "A", ["B"], 0.95) == (
        "On 9 tables A ranks first on average, ahead of B by more than luck."
    )
    assert "only this one has" in comparing.too_few_tables(1)
    assert comparing.few_tables(3) and not comparing.few_tables(5)


def test_the_method_fits_the_folds() -> None:
    assert "bootstrap" in " ".join(comparing.method(folds=1, repeats=1))
    assert "several times anew" in " ".join(comparing.method(folds=25, repeats=5))
    assert "Nadeau and Bengio" in (plain := " ".join(comparing.method(folds=5, repeats=1))) and "anew" not in plain


# The verdict


def test_too_few_rows_are_said_with_the_ties() -> None:
    tied = board(("Forest", 0.9, True), ("Ridge", 0.89, True), ("Guess", 0.5, False))
    said = words.verdict(tied, ACCURACY, needed=3_412, rows=569)
    assert "Ridge cannot be told apart from it. Too few rows to tell Forest from Ridge: it looks" in said
    assert "about 3,400 would be needed (569 took part)." in said
    assert "Too few" not in words.verdict(tied, ACCURACY, needed=None, rows=569)
    assert "Too few" not in words.verdict(tied, ACCURACY, needed=3_412, rows=569, running=True)
    sole = board(("Forest", 0.9, True), ("Ridge", 0.8, False), ("Guess", 0.5, False))
    assert "Too few" not in words.verdict(sole, ACCURACY, needed=3_412, rows=569)


def test_too_few_rows_to_tell_from_guessing() -> None:
    lucky = board(("Forest", 0.53, True), ("Ridge", 0.52, True), ("Guess", 0.5, True))
    said = words.verdict(lucky, ACCURACY, needed=1_234, rows=60)
    assert (
        said.startswith("No model beats guessing as far as can be told.")
        and "if it has learned anything at all, about" in said
    )
    behind = board(("Guess", 0.5, True), ("Forest", 0.48, True))
    assert "Too few" not in words.verdict(behind, ACCURACY, needed=1_234, rows=60)


def test_a_perfect_score_on_one_fold_is_not_alone_where_others_are_tied() -> None:
    once = board(("Forest", 1.0, True), ("Ridge", 0.97, True), ("Guess", 0.5, False), low=None)
    assert "cannot be said from one judgement" in words.verdict(once, ACCURACY)
    drawn = [once[0], *(replace(each, low=0.4) for each in once[1:])]
    assert "Forest is in front" in (said := words.verdict(drawn, ACCURACY)) and "Ridge cannot be told apart" in said
