"""Sentences over pictures of several models: given numbers, what is said, and no more than they bear out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.words import pictured


def test_how_often_a_prediction_is_nearer_than_the_mean() -> None:
    actual = np.arange(100.0)
    frame = pd.DataFrame({"actual": actual, "predicted": actual + 5, "residual": -5.0})
    told = pictured.nearer_than_the_mean("Ridge", frame, "price")
    assert told.startswith("For 90 (83 to 94) of 100 rows Ridge comes nearer to the true price than the mean of all")
    frame.loc[7, ["predicted", "residual"]] = 70.0, -63.0
    assert "furthest off is 70.0 where 7.00 is true." in pictured.nearer_than_the_mean("Ridge", frame, "price")
    frame.attrs["repeats"] = 5.0
    assert "(69 to 97)" in pictured.nearer_than_the_mean("Ridge", frame, "price"), "rows that repeat are counted once"
    assert pictured.nearer_than_the_mean("Ridge", frame.head(1), "price") == ""


def relies(means: list[float], spread: float, model: str = "Forest") -> pd.DataFrame:
    names = [f"c{place}" for place in range(len(means))]
    return pd.DataFrame({"feature": names, "mean": means, "spread": spread, "model": model})


def test_an_order_of_columns_is_told_beyond_the_shuffles_only() -> None:
    clear = pictured.relied_on(relies([0.1, 0.5, 0.01], 0.02))
    assert clear == (
        "Forest relies most on “c1”, then on “c0”; 1 of 3 columns cannot be told from no use at all. "
        "A column that says the same as another can look so."
    )
    assert "on “c0” and “c1”, in an order that may be luck." in pictured.relied_on(relies([0.5, 0.47], 0.02))
    assert pictured.relied_on(relies([0.01, -0.2], 0.02)) == "No column can be told to matter to Forest by itself."
    own = pictured.relied_on(relies([0.5, 0.0], float("nan")))
    assert own == "Forest relies most on “c0”.", "without a spread nothing is said of the others"
    two = pd.concat([relies([1.0], 0.1), relies([2.0], 0.1, "Tree")])
    assert pictured.relied_on(two) == "Forest relies most on “c0”. Tree relies most on “c0”."


def curve(valid: list[float], turn: int | None = None, name: str = "valid_loss", fold: int = 1) -> pd.DataFrame:
    steps = np.arange(1, len(valid) + 1)
    return pd.DataFrame(
        {"step": steps, name: valid, "turn": steps == turn, "fold": fold, "earlier": "", "model": "Network"}
    )


def test_when_a_model_was_best_on_other_rows() -> None:
    falling = [1 / step for step in range(1, 21)]
    assert pictured.learned(curve(falling)) == (
        "Network is best on rows that it has not seen at step 20 of 20: it may not be through, and more steps may help."
    )
    flat = [3.0, 1.0, *[1.2] * 18]
    assert "at step 2 of 20; what comes after brings nothing more." in pictured.learned(curve(flat))
    assert "at step 3 of 4" in pictured.learned(curve([0.1, 0.5, 0.9, 0.8], name="valid_score"))
    assert "from step 2 on it learns the training rows by heart" in pictured.learned(curve(flat, turn=2))
    both = pd.concat([curve(flat), curve(falling, fold=2), curve(falling).assign(earlier="before", model="Old")])
    assert pictured.learned(both).count("Network") == 1 and "Old" not in pictured.learned(both)
    assert pictured.learned(curve(falling, name="train_loss")) == "", "rows that it learned from tell nothing of that"


def folds(*scores: list[float]) -> pd.DataFrame:
    rows = [(f"M{model}", fold, each) for model, part in enumerate(scores) for fold, each in enumerate(part, 1)]
    return pd.DataFrame(rows, columns=["model", "fold", "score"])


def test_how_scores_scatter_over_folds() -> None:
    told = pictured.over_folds(folds([0.9, 0.7, 0.8], [0.85, 0.6, 0.81]), greater_is_better=True)
    assert told == (
        "Over 3 folds M0 scores 0.700 to 0.900 and M1 scores 0.600 to 0.850. On 1 of 3 folds M1 is ahead of M0. "
        "Fold 2 is the worst for both."
    )
    losses = pictured.over_folds(folds([0.9, 0.7, 0.8], [0.85, 0.6, 0.81]), greater_is_better=False)
    assert "On 2 of 3 folds M1 is ahead of M0. Fold 1 is the worst for both." in losses
    assert "worst" not in pictured.over_folds(folds([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]), greater_is_better=True)
    assert pictured.over_folds(folds([0.9]), greater_is_better=True).startswith("There is one fold only")
    assert pictured.over_folds(folds(), greater_is_better=True) == ""
