"""Answers that were shuffled: nobody is called best, on no page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.records import ModelSpec
from core.standing import Standing, nobody_wins
from core.store import Store
from tests.dashboard.pages import compared, frame, page, said, sound

CROWNS = ("is best", "in front", "leads", ", the best model,")


def row(title: str, rank: int, *, tied: bool = False, low: float | None = 0.4) -> Standing:
    return Standing(title, title, title, title == "Guess", "done", mean=0.5, low=low, tied=tied, ranked=True, rank=rank)


@pytest.mark.parametrize(
    ("rows", "nobody"),
    [
        ([row("Forest", 1, tied=True), row("Guess", 2, tied=True)], True),
        ([row("Forest", 1, tied=True), row("Guess", 2)], False),
        ([row("Guess", 1, tied=True), row("Forest", 2)], True),
        ([row("Forest", 1, tied=True, low=None), row("Guess", 2, tied=True, low=None)], False),
        ([], False),
    ],
)
def test_nobody_wins_where_guessing_is_among_the_best(rows: list[Standing], nobody: bool) -> None:
    assert nobody_wins(rows) == nobody


def test_shuffled_answers_crown_nobody(store: Store) -> None:
    rng = np.random.default_rng(0)
    columns = {f"c{place}": rng.normal(size=60).round(3) for place in range(3)}
    table = pd.DataFrame(columns | {"answer": rng.permutation(["yes", "no"] * 30)})
    table.to_csv(store.tables / "shuffled.csv", index=False)
    run = compared(store, "shuffled.csv", ModelSpec("decision_tree"), ModelSpec("k_neighbors"), target="answer")
    for view, told in {
        "compare": "No model beats guessing",
        "better": "No model beats guessing",
        "runs": "no model",
    }.items():
        at = page(view, run=run.id)
        sound(at)
        assert told in said(at)
        assert not [each for each in CROWNS if each in said(at)], view
        if view == "compare":
            shown = frame(at, "score")
            assert "best" not in {badge for each in shown["state"] for badge in each}
            assert set(shown["rank"]) <= {"1=", "3"}, "guessing shares the first place, or holds it"
