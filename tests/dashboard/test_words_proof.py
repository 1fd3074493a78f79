"""What is said of exams, studies and costs: given numbers, the sentence, and never more than an interval holds."""

from __future__ import annotations

from typing import Any

import pytest

from core.metrics import METRICS
from dashboard.words import proof

ACCURACY, LOSS, R2, MAE = (METRICS[name] for name in ("accuracy", "log_loss", "r2", "mae"))
EXAM = {"rows": 114, "practice": 0.97, "value": 0.95, "low": 0.91, "high": 0.98}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "On 114 sealed rows Forest names 95 of 100 rows right (91 to 98). In practice it was 97 of 100: no more "
         "apart than luck explains."),
        ({"practice": 0.99}, "practice promised more than the exam keeps."),
        ({"practice": 0.80}, "the exam went better than practice promised."),
        ({"practice": 0.90, "promised": (0.88, 0.92)}, "the exam went better than practice promised."),
        ({"practice": 0.90, "promised": (0.85, 0.95)}, "no more apart than luck explains."),
        ({"low": None, "high": None}, "was 97 of 100. How far other rows may differ cannot be said from these."),
        ({"practice": None}, "On 114 sealed rows Forest names 95 of 100 rows right (91 to 98)."),
        ({"guessing": 0.93}, "Guessing does about as well on these rows: that it learned anything is not shown."),
        ({"value": None}, "Accuracy is not defined on the 114 sealed rows."),
        ({"rows": 1, "value": None}, "Accuracy is not defined on the 1 sealed row."),
    ],
)  # fmt: skip
def test_an_exam(change: dict[str, Any], told: str) -> None:
    assert told in proof.exam(ACCURACY, "Forest", **(EXAM | change))  # type: ignore[arg-type]


def test_both_numbers_of_an_exam_are_told_alike() -> None:
    assert "explains 88 % of what varies in price (83 % to 92 %). In practice it was 80 %" in proof.exam(
        R2, "Forest", rows=50, practice=0.8, value=0.88, low=0.83, high=0.92, guessing=0.0, target="price"
    )


def test_of_a_loss_less_is_better() -> None:
    numbers = {"rows": 50, "value": 0.4, "low": 0.35, "high": 0.5}
    assert "practice promised more" in proof.exam(LOSS, "Forest", practice=0.3, **numbers)  # type: ignore[arg-type]
    assert "better than practice promised" in proof.exam(LOSS, "Forest", practice=0.6, **numbers)  # type: ignore[arg-type]


def test_openings() -> None:
    assert proof.sealed(114, 0).startswith("114 rows took no part in anything so far. Choose your model first")
    assert "opened once before" in proof.sealed(114, 1) and "so far" not in proof.sealed(114, 1)
    assert proof.opened(0, 0.0).startswith("The first look")
    assert "opening number 3. All of these rows were looked at" in proof.opened(2, 1.0)
    assert "40 % of these rows had been looked at before" in proof.opened(1, 0.4)


def rows(**change: float | None) -> str:
    numbers: dict[str, float | None] = {"p_better": 0.5, "p_equal": 0.4, "gain": 0.02, "next_gain": 0.01}
    return proof.more_rows(ACCURACY, "Forest", 100, 200, **(numbers | change))  # type: ignore[arg-type]


def test_more_rows() -> None:
    assert rows(p_better=0.97, p_equal=0.02) == (
        "More rows would probably help Forest: from 100 to 200 rows it gained 2.0 of 100 rows. Twice as many again may "
        "bring about 1.0 of 100 rows more."
    )
    assert "may bring" not in rows(p_better=0.97, p_equal=0.02, next_gain=None)
    assert "would hardly help" in rows(p_better=0.01, p_equal=0.98)
    assert "gained nothing that matters" in rows(p_better=0.02, p_equal=0.5)
    assert "cannot be told" in rows() and "+2.0 of 100 rows, which may be luck" in rows()
    assert "−2.0 of 100" in rows(gain=-0.02, p_better=0.1)
    assert "cannot be said from one fold" in rows(p_better=None, p_equal=None)


def test_techniques() -> None:
    ways = [("Folds (5)", 0.9), ("Hold-out", 0.95)]
    told = proof.techniques(ACCURACY, "Forest", ways, True)
    assert "between 0.900 (Folds (5)) and 0.950 (Hold-out). All lie within" in told
    assert "Some lie outside" in proof.techniques(ACCURACY, "Forest", ways, False)
    assert proof.techniques(ACCURACY, "Forest", ways, None).endswith("(Hold-out).")
    assert "Only one way" in proof.techniques(ACCURACY, "Forest", ways[:1], True)


def test_luck() -> None:
    assert proof.luck(ACCURACY, "Forest", 0.9, 0.6, 0, 20).endswith("Luck does not explain that.")
    assert proof.luck(ACCURACY, "Forest", 0.6, 0.7, 3, 20).endswith("better 3 times: luck may explain its score.")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0123, "seconds", "12 ms"),
        (0.146, "seconds", "0.15 s"),
        (1.56, "seconds", "1.6 s"),
        (1_200_000, "bytes", "1.2 MB"),
        (0.0123, "watt hours", "0.012 Wh"),
        (None, "bytes", "–"),
    ],
)
def test_costs(value: float | None, unit: str, shown: str) -> None:
    assert proof.cost(value, unit) == shown


def test_the_cheapest() -> None:
    told = proof.cheapest("Forest", "Ridge", "Training time", "10 ms", "2.0 s", 200.0)
    assert told == (
        "Ridge is the cheapest that is not worse than the best, as far as can be told: training time 10 ms, where "
        "Forest takes 2.0 s, 200 times less."
    )
    assert "times" not in proof.cheapest("Forest", "Ridge", "Training time", "10 ms", "11 ms", 1.1)
    assert proof.passed_over(["Tree"], [], "Forest") == (
        "Tree shares the first place and costs less, but another model scores no less and costs no more."
    )
    assert proof.passed_over([], ["Tree", "Bayes"], "Forest") == (
        "Tree and Bayes share the first place and cost less, but a test against Forest alone finds them behind."
    )
    assert "nothing as good" in proof.cheapest("Ridge", "Ridge", "Training time", "10 ms", "10 ms", 1.0)


@pytest.mark.parametrize(
    ("metric", "told"), [(ACCURACY, " (90 to 95)"), (R2, " (90 % to 95 %)"), (MAE, " (0.900 to 0.950)")]
)
def test_intervals(metric: object, told: str) -> None:
    assert proof.between(metric, 0.9, 0.95) == told  # type: ignore[arg-type]
    assert proof.between(metric, None, 0.95) == "" and proof.between(metric, 0.9, 0.9) == ""  # type: ignore[arg-type]
