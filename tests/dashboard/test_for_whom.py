"""Scores by group, treatment and weak segments on their page; and how sure single answers are, on theirs."""

from __future__ import annotations

import pandas as pd
import pytest

from core.records import ModelSpec, Split
from core.store import Store
from tests.core.trials import submit
from tests.dashboard.pages import charts, compared, frame, page, said, sound

MODELS = (ModelSpec("logistic_regression"), ModelSpec("decision_tree"))


def test_groups_of_a_column_are_scored_and_held_against_each_other(store: Store) -> None:
    run = compared(store, "loan_desk:rows=1000", *MODELS, positive="yes")
    at = page("for_whom", run=run.id)
    sound(at)
    at.selectbox(key=f"groups-by-{run.spec.fingerprint}").set_value("employment").run()
    sound(at)
    told = said(at)
    assert "How groups are treated" in told and "Of 100 rows with employment “" in told
    assert "what is fair, depends on what the answer is used for" in told
    assert charts(at) == 3 and "segments of one or two columns were tried on 500 rows" in told
    at.session_state["measure"] = "opportunity"
    at.run()
    assert "that are “yes”" in said(at)
    shown = frame(at, "Held against")
    assert set(shown["Held against"]) == {"permanent"} and len(shown) == 12


def test_a_column_that_no_model_sees_makes_groups_as_well(store: Store) -> None:
    rows = pd.DataFrame({"x": range(200), "team": ["a", "b"] * 100, "y": [row % 7 < 3 for row in range(200)]})
    rows["x"] = rows["x"] * 1.5 % 11
    rows.to_csv(store.tables / "teams.csv", index=False)
    run = compared(store, "teams.csv", ModelSpec("decision_tree"), target="y")
    at = page("for_whom", run=run.id)
    at.selectbox(key=f"groups-by-{run.spec.fingerprint}").set_value("team").run()
    sound(at)
    assert "team" in said(at)


def test_numbers_have_scores_by_group_and_no_treatment(store: Store) -> None:
    run = compared(store, "diabetes", ModelSpec("ridge"))
    at = page("for_whom", run=run.id)
    sound(at)
    assert "How groups are treated is told of yes-or-no decisions; here a number is predicted." in said(at)
    assert charts(at) >= 1


@pytest.mark.parametrize(
    ("data", "model", "told"),
    [
        ("loan_desk", "logistic_regression", "had their true class in the set"),
        ("iris", "decision_tree", "had their true class in the set"),
        ("diabetes", "ridge", "had their true value in the interval"),
        ("loan_desk", "svm_linear", "had their true class in the set"),
    ],
)
def test_how_sure_a_model_is_of_single_answers(store: Store, data: str, model: str, told: str) -> None:
    run = compared(store, data, ModelSpec(model))
    at = page("how_sure", run=run.id)
    sound(at)
    assert told in said(at) and "Asked for were 90 of 100" in said(at)
    assert len(frame(at, "inside")) <= 500
    at.session_state["sure-level"] = 0.99
    sound(at.run())
    assert "Asked for were 99 of 100" in said(at)
    assert ("to judge ranges apart" in said(at)) == (data == "diabetes")


def test_a_single_fold_is_halved(store: Store) -> None:
    run = submit(store, ModelSpec("decision_tree"), source="iris", split=Split("holdout"))
    at = page("how_sure", run=run)
    sound(at)
    assert "in the set" in said(at) or "too few" in said(at)


def test_rows_that_weigh_nothing_count_for_nothing_on_any_of_the_pages(store: Store) -> None:
    rows = pd.DataFrame({"x": [row * 1.5 % 11 for row in range(160)], "w": [float(row % 3) for row in range(160)]})
    rows["town"] = ["a", "b"] * 80
    rows["y"] = ["yes" if row % 7 < 3 else "no" for row in range(160)]
    rows.to_csv(store.tables / "heavy.csv", index=False)
    run = compared(store, "heavy.csv", ModelSpec("decision_tree"), target="y", weight="w", positive="yes")
    for view in ("decide", "for_whom", "how_sure"):
        at = page(view, run=run.id)
        sound(at)
        assert "rows weighted by w" in said(at) or "w" in said(at)
    assert len(frame(at, "inside")) == 106, "two of three rows weigh something"
    at = page("for_whom", run=run.id)
    at.selectbox(key=f"groups-by-{run.spec.fingerprint}").set_value("w").run()
    sound(at)
