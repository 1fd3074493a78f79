"""What invented rows are worth: judged on held-out real rows, the exam untouched, with a reason where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import jobs, synthetic
from core.data import Unusable, default_split, make_problem, samples
from core.data.splits import folds, practice_and_exam
from core.derivation import derived_key
from core.derived import DERIVED, synthetic_params
from core.models import MODELS
from core.progress import Step, listening
from core.projections import placed, project
from core.records import FitState, Problem, Roles, Split, Table
from core.store import Store

QUICK = ("logistic_regression", "decision_tree")
NUMBERS = ("linear_regression", "decision_tree")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "STEPS", 5)


def asked(
    store: Store, source: str, models: Sequence[str] = QUICK, split: Split | None = None, **roles: Any
) -> tuple[Table, Problem, pd.DataFrame, dict[str, Any]]:
    table = jobs.read(store, source)
    decided = Roles(roles.pop("target", "") or table.target, **roles)
    problem = make_problem(table, decided)
    return table, problem, *synthetic.judge(table, problem, decided, split or default_split(problem.task), models)


def test_as_many_rows_as_were_practised_on_are_put_to_the_test(in_place: Store) -> None:
    table, problem, invented, told = asked(in_place, "iris")
    assert (told["rows"], told["held"], len(invented)) == (112, 38, 112)
    assert list(invented) == [*(each.name for each in problem.features), "species"]
    assert set(invented["species"]) == set(problem.classes) and invented["species"].value_counts().max() <= 38
    assert [each["name"] for each in told["models"]] == list(QUICK)
    assert all(each["real"] > 0.8 and not each["reason"] for each in told["models"])
    assert told["guessing"] < 0.5 and told["metric"] == "accuracy"
    rows = np.array(told["cloud"]["row"])
    assert (rows >= 0).sum() == (rows < 0).sum() == 112 and len(told["cloud"]["x"]) == 224
    assert rows.max() < len(table.frame)
    assert 0 < sum(told["explained"]) <= 1 and 0 <= told["nearer"] <= 1 and told["held_distance"] > 0
    json.dumps(told, allow_nan=False)


def test_how_far_it_is_only_grows(in_place: Store) -> None:
    steps: list[Step] = []
    with listening(steps.append):
        asked(in_place, "iris")
    fractions = [each.fraction for each in steps]
    assert fractions == sorted(fractions) and fractions[0] > 0 and fractions[-1] < 1
    assert steps[0].message.startswith("the network learns: epoch 1 of ")
    assert [each.message for each in steps[-2:]] == [
        "Logistic regression learns from both",
        "Decision tree learns from both",
    ]


def test_the_same_question_has_the_same_answer(in_place: Store) -> None:
    first, second = (asked(in_place, "wine") for _ in range(2))
    pd.testing.assert_frame_equal(first[2], second[2])
    assert first[3] == second[3]


def test_numbers_are_predicted_as_well_and_stay_as_they_were(in_place: Store) -> None:
    table, _, invented, told = asked(in_place, "diabetes", NUMBERS)
    assert told["metric"] == "r2" and told["models"][0]["real"] > 0.2
    assert invented[table.target].between(table.frame[table.target].min(), table.frame[table.target].max()).all()


def test_the_exam_takes_no_part_and_groups_stay_together(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[pd.DataFrame] = []
    learned = synthetic._learned
    monkeypatch.setattr(synthetic, "_learned", lambda frame, *rest: (seen.append(frame), learned(frame, *rest))[1])
    split = Split("stratified", exam=0.2)
    table, problem, _, told = asked(in_place, "iris", split=split)
    rows = samples(table, problem)
    practice, exam = practice_and_exam(rows, problem, split)
    assert told["rows"] + told["held"] == len(practice) == 150 - len(exam)
    [fold] = folds(rows, problem, synthetic.hold_out(split), 0)
    assert not set(fold.train) & set(exam) and not set(fold.test) & set(exam)
    frame = rows.take(np.sort(fold.train)).reset_index(drop=True)
    pd.testing.assert_frame_equal(seen[0].drop(columns="species"), frame)
    assert synthetic.hold_out(Split("group", folds=9)).kind == "group" and synthetic.hold_out(Split("loo")).folds == 4
    assert synthetic.hold_out(Split("repeated", repeats=3)) == Split("holdout", folds=4, repeats=1, test_share=0.25)


def test_a_model_that_cannot_be_trained_has_a_reason(in_place: Store) -> None:
    _, _, _, told = asked(in_place, "iris", ("decision_tree", "linear_regression"))
    tree, line = told["models"]
    assert tree["synthetic"] is not None and line["real"] is line["synthetic"] is None
    assert "predicts numbers only" in line["reason"]


def test_a_table_with_gaps_dates_weights_and_one_odd_class(in_place: Store) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "when": pd.date_range("2023-01-01", periods=200, freq="D").strftime("%Y-%m-%d"),
            "amount": np.where(rng.random(200) < 0.3, np.nan, rng.normal(100, 20, 200).round(2)),
            "town": rng.choice(["A", "B", None], 200),
            "counts": rng.integers(1, 4, 200),
            "kind": np.where(rng.random(200) < 0.1, "rare", "common"),
        }
    )
    frame.to_csv(in_place.tables / "odd.csv", index=False)
    _, problem, invented, told = asked(in_place, "odd.csv", target="kind", weight="counts")
    assert problem.weight == "counts" and "counts" not in invented
    assert invented["amount"].isna().mean() == pytest.approx(0.3, abs=0.15)
    assert pd.api.types.is_datetime64_any_dtype(invented["when"])
    assert (invented["kind"] == "rare").any() and told["models"][0]["synthetic"] is not None


def test_more_rows_than_are_needed_become_a_sample_that_says_so(
    in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthetic, "MOST_ROWS", 100)
    monkeypatch.setattr(synthetic, "MOST_POINTS", 30)
    _, _, invented, told = asked(in_place, "moons:rows=800", ("decision_tree",))
    assert len(invented) == told["held"] == 100 and len(told["cloud"]["x"]) == 60
    assert told["notes"][:2] == [
        "100 of 600 practice rows took part, drawn at random.",
        "100 of 200 held-out rows took part, drawn at random.",
    ]


def test_a_class_with_a_single_row_is_a_sentence(in_place: Store) -> None:
    frame = pd.DataFrame({"a": range(40), "b": [*range(20)] * 2, "kind": ["x"] * 39 + ["y"]})
    frame.to_csv(in_place.tables / "lone.csv", index=False)
    with pytest.raises(Unusable, match="at least 2 rows of each class"):
        asked(in_place, "lone.csv", target="kind")


def test_copies_are_counted() -> None:
    practice = pd.DataFrame({"a": [1.0, np.nan, 3], "b": pd.Categorical(["x", "y", "x"])})
    invented = pd.DataFrame({"a": [np.nan, 3, 3, 3], "b": pd.Categorical(["y", "x", "y", "x"], categories=["x", "y"])})
    assert synthetic._copies(practice, practice[:0], invented) == {"copies": 3, "held_copies": 0}


def test_it_is_worked_out_once_and_the_rows_are_kept(in_place: Store) -> None:
    table = jobs.read(in_place, "iris")
    params = synthetic_params(table.fingerprint, Roles("species"), Split("stratified"), QUICK, 3)
    row = jobs.request_synthetic(in_place, params)
    done = in_place.derived(row.key)
    assert done is not None and done.state == FitState.DONE, done
    assert row.key == derived_key("synthetic", params) == jobs.request_synthetic(in_place, params).key
    assert len(in_place.files.frame(row.key)) == done.result["rows"] == 112
    assert DERIVED["synthetic"].seconds(in_place, params) > 600
    lost = jobs.request_synthetic(in_place, {**params, "fingerprint": "gone"})
    failed = in_place.derived(lost.key)
    assert failed is not None and failed.reason == "The table was deleted."


def test_judges_are_the_quickest_and_what_it_takes_grows(in_place: Store) -> None:
    table = jobs.read(in_place, "breast_cancer")
    problem = make_problem(table, Roles(table.target))
    judges = synthetic.quick_models(problem)
    assert 2 <= len(judges) <= synthetic.MOST_MODELS and not any(MODELS[name].always_in for name in judges)
    assert synthetic.expected_seconds(problem, judges) > synthetic.expected_seconds(problem, judges[:1]) > 0


def test_rows_are_placed_on_the_map_of_others() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(60, 4)) * [5, 3, 1, 1]
    own, others, shares = placed(matrix, matrix[::-1])
    drawn, info = project("pca", matrix, list("abcd"))
    np.testing.assert_allclose(own, drawn[["x", "y"]], atol=1e-8)
    np.testing.assert_allclose(others, own[::-1], atol=1e-8)
    assert shares == pytest.approx(info["explained"])
    lone, _, flat = placed(np.ones((5, 1)), np.ones((3, 1)))
    assert lone.shape == (5, 2) and np.isfinite(lone).all() and flat == [0.0, 0.0]
