"""Where validation turns up is told where it does, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.curves import VALUES, line, turn

Columns = dict[str, np.ndarray]
TRIES = 100


def columns(valid: np.ndarray, train: np.ndarray) -> Columns:
    nothing = np.full(len(valid), np.nan)
    return {"valid_loss": valid, "train_loss": train, "valid_score": nothing, "train_score": nothing}


def falls(x: np.ndarray, to: float, share: float) -> np.ndarray:
    return to + 0.5 * np.exp(-x / (share * len(x)))


def told(make: Callable[[np.ndarray], np.ndarray], points: int, noise: float, train: float = 0.2) -> list[int | None]:
    """What is said of a validation curve with many noises."""
    x = np.arange(points, dtype=float)
    dice = np.random.default_rng(0)
    return [
        turn(columns(make(x) + dice.normal(0, noise, points), falls(x, train, 0.3) + dice.normal(0, 0.002, points)))
        for _ in range(TRIES)
    ]


def turned(x: np.ndarray) -> np.ndarray:
    """Lowest after a quarter, then 0.2 up."""
    return falls(x, 0.4, 0.05) + 0.3 * np.maximum(0.0, x / len(x) - 0.25)


@pytest.mark.parametrize("points", [40, 200, 1000])
@pytest.mark.parametrize("noise", [0.0, 0.005, 0.02])
def test_a_turn_is_found_near_where_it_is(points: int, noise: float) -> None:
    found = told(turned, points, noise)
    places = [each for each in found if each is not None]
    assert len(places) == TRIES
    assert abs(np.median(places) / points - 0.25) < 0.06


@pytest.mark.parametrize("points", [20, 60, 300])
@pytest.mark.parametrize("noise", [0.003, 0.02, 0.1])
@pytest.mark.parametrize("shape", [lambda x: 0.5 + 0 * x, lambda x: falls(x, 0.4, 0.15)], ids=["flat", "settles"])
def test_nothing_is_said_of_noise(points: int, noise: float, shape: Callable[[np.ndarray], np.ndarray]) -> None:
    assert sum(each is not None for each in told(shape, points, noise)) <= 1


def test_nothing_is_said_where_training_gets_worse_as_well() -> None:
    x = np.arange(100.0)
    assert turn(columns(turned(x), falls(x, 0.2, 0.3))) is not None  # the control
    assert turn(columns(turned(x), turned(x))) is None


def test_nothing_is_said_where_it_comes_down_again() -> None:
    x = np.arange(200.0)
    hill = 0.2 * np.exp(-(((x - 110) / 25) ** 2))
    assert turn(columns(falls(x, 0.4, 0.05) + hill, falls(x, 0.2, 0.3))) is None


def test_a_small_rise_is_not_worth_a_word() -> None:
    x = np.arange(100.0)
    assert turn(columns(falls(x, 0.4, 0.05) + 0.0003 * np.maximum(0, x - 30), falls(x, 0.2, 0.3))) is None


def test_scores_serve_where_there_is_no_loss_and_spikes_do_not_matter() -> None:
    x = np.arange(100.0)
    given = columns(turned(x), falls(x, 0.2, 0.3))
    given |= {"valid_score": 1 - given["valid_loss"], "train_score": 1 - given["train_loss"]}
    before = turn(given)
    given["valid_loss"] = given["train_loss"] = np.full(100, np.nan)
    assert before is not None and turn(given) == before
    given["valid_score"][[60, 61]] = -1.0
    spiky = turn(given)
    assert spiky is None or abs(spiky - before) < 5


@pytest.mark.parametrize("points", [1, 2, 9])
def test_nothing_is_said_of_a_few_points(points: int) -> None:
    assert turn(columns(np.arange(points) * 1.0, -np.arange(points) * 1.0)) is None


def test_a_line_is_thinned_evenly_with_both_ends() -> None:
    curve = [{"step": float(step), "train_loss": step / 2} for step in range(1, 1001)]
    found = line(curve, ("step", *VALUES), 50)
    assert len(found["step"]) == 50 and found["step"][0] == 1 and found["step"][-1] == 1000
    assert np.ptp(np.diff(found["step"])) <= 1
    assert (found["train_loss"] == found["step"] / 2).all() and np.isnan(found["valid_loss"]).all()
    assert len(line(curve[:3], ("step",), 50)["step"]) == 3
