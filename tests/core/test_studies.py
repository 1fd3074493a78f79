"""Studies: scores over rows, over ways to divide them, and of shuffled answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score

from core import asking, jobs
from core.data import folds, make_problem, table_of_frame
from core.metrics import METRICS
from core.models import build
from core.progress import Step, listening
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Table
from core.run import Setting, setting
from core.store import Store
from core.studies import KINDS, luck, rows, techniques
from core.studies.study import in_order

MODEL = ModelSpec("decision_tree")
ACCURACY = METRICS["accuracy"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer fits, where not their results are of interest."""
    monkeypatch.setattr(luck, "SHUFFLES", 2)
    monkeypatch.setattr(techniques, "MOST_SINGLE", 0)
    monkeypatch.setattr(techniques, "NUMBERS", ())


def begun(source: str | pd.DataFrame = "iris", split: Split | None = None, **roles: Any) -> Setting:
    from core.data import load_table

    table: Table = load_table(source) if isinstance(source, str) else table_of_frame(source)
    target = roles.pop("target", "") or table.target
    problem = make_problem(table, Roles(target, **roles))
    division = split or Split("stratified" if problem.classes else "kfold", folds=3)
    return setting(RunSpec("t", table.fingerprint, Roles(target, **roles), division, (MODEL,)), table)


def test_each_number_of_rows_is_half_of_the_next_and_the_last_is_the_run_s_own() -> None:
    shared = begun()
    told = rows._work(shared)
    frame = rows.curve(told["points"], "accuracy")
    assert [*frame[frame["fold"] == 0]["rows"]] == [12, 25, 50, 100] and frame["fold"].nunique() == 3
    X, y = shared.samples.X, shared.samples.y
    model = build(MODEL, shared.problem, 0)
    plain = cross_val_score(model, X, y, cv=[(fold.train, fold.test) for fold in shared.folds])
    np.testing.assert_allclose(frame[frame["rows"] == 100]["test"], plain)
    summary = rows.summary(frame, 1 / 3, ACCURACY)
    assert [*summary["rows"]] == [12, 25, 50, 100] and (summary["low"] <= summary["score"]).all()
    assert summary["score"].iloc[-1] == pytest.approx(plain.mean()) and (summary["high"] <= 1).all()
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize("role", ["", "group", "time"])
def test_every_beginning_is_a_fair_sample(role: str) -> None:
    rng = np.random.default_rng(0)
    columns = {"a": rng.normal(size=300), "when": np.arange(300), "who": np.arange(300) // 10}
    frame = pd.DataFrame({**columns, "y": rng.choice(["n", "n", "p"], 300)})
    column = {"group": "who", "time": "when"}.get(role, "")
    kind = {"group": "group", "time": "time"}.get(role, "stratified")
    shared = begun(frame, Split(kind, folds=3), target="y", **({role: column} if role else {}))
    train = shared.folds[2].train
    ordered = in_order(shared, train, 0)
    assert sorted(ordered) == sorted(train)
    half = ordered[: len(ordered) // 2]
    if role == "time":
        assert half.min() > ordered[len(ordered) // 2 :].max()
    elif role == "group":
        assert len(np.unique(half // 10)) <= len(half) // 10 + 1
    else:
        share = np.mean(shared.samples.y[half])
        assert share == pytest.approx(np.mean(shared.samples.y[train]), abs=0.02)


def test_what_the_last_doubling_has_brought() -> None:
    gains = [[0.5, 0.7, 0.8], [0.5, 0.72, 0.81], [0.52, 0.7, 0.79]]
    points = [
        {"rows": size, "fold": fold, "test": {"accuracy": value}, "train": {"accuracy": 1.0}}
        for fold, scores in enumerate(gains)
        for size, value in zip((25, 50, 100), scores, strict=True)
    ]
    frame = rows.curve(points, "accuracy")
    last = rows.last_doubling(frame, test_fraction=1 / 3, rope=0.01, greater_is_better=True)
    assert last is not None and (last.half, last.full) == (50, 100)
    assert last.gain.difference == pytest.approx(0.28 / 3) and last.before == pytest.approx(0.6 / 3)
    assert last.next_gain == pytest.approx((0.28 / 3) ** 2 / 0.2) and last.train == 1.0
    worse = rows.last_doubling(frame, test_fraction=1 / 3, rope=0.01, greater_is_better=False)
    assert worse is not None and worse.gain.difference < 0 and worse.next_gain is None
    one = rows.last_doubling(frame[frame["fold"] == 0], test_fraction=0.3, rope=0.01, greater_is_better=True)
    assert one is None
    assert rows.last_doubling(rows.curve([], "accuracy"), test_fraction=0.3, rope=0.01, greater_is_better=True) is None


def test_a_size_that_lacks_a_score_is_left_out() -> None:
    points = [
        {"rows": size, "fold": fold, "test": {} if (size, fold) == (25, 1) else {"accuracy": 0.5}, "train": {}}
        for fold in range(2)
        for size in (25, 50)
    ]
    assert [*rows.summary(rows.curve(points, "accuracy"), 0.5, ACCURACY)["rows"]] == [50]


def test_ways_to_divide_are_those_of_a_run_that_is_divided_so() -> None:
    shared = begun(split=Split("stratified", folds=3))
    told = techniques._work(shared)
    frame = techniques.summary(told["ways"], ACCURACY).set_index("way")
    assert frame.index[0] == "Stratified folds (3)"
    for split in (Split("stratified", folds=3), Split("kfold", folds=5)):
        divided = folds(shared.samples, shared.problem, split, 0)
        plain = cross_val_score(
            build(MODEL, shared.problem, 0), shared.samples.X, shared.samples.y, cv=[(f.train, f.test) for f in divided]
        )
        title = f"{'Stratified folds' if split.kind == 'stratified' else 'Folds'} ({split.folds})"
        assert frame.loc[title, "mean"] == pytest.approx(plain.mean())
        assert frame.loc[title, "low"] < plain.mean() < frame.loc[title, "high"]
    alone = frame.loc["Leave one out (150)"]
    assert 0.9 < alone["mean"] < 1 and np.isnan(alone["low"]) and alone["folds"] == 150
    assert "No column says the group" in frame.loc["Group folds (3)", "reason"]
    assert np.isnan(frame.loc["Hold-out", "low"]) and frame["seconds"].dropna().gt(0).any()
    json.dumps(told, allow_nan=False)


def test_a_fold_without_a_score_is_said() -> None:
    ways = [{"split": "kfold", "folds": 2, "asked": 2, "reason": "", "test_share": 0.5,
             "scores": [{"accuracy": 0.5}, {"accuracy": None}]}]  # fmt: skip
    [row] = techniques.summary(ways, ACCURACY).to_dict("records")
    assert row["reason"] == "Accuracy is not defined in 1 of 2 folds." and np.isnan(row["mean"])


def test_luck_explains_noise_and_not_iris(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(luck, "SHUFFLES", 8)
    found = luck.luck_of(luck._work(begun()), "accuracy", greater_is_better=True)
    assert found is not None and found.as_good == 0 and found.p_value == pytest.approx(1 / 9)
    assert found.true > 0.9 and max(found.shuffled) < 0.6 and len(found.shuffled) == 8
    rng = np.random.default_rng(0)
    noise = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90), "y": rng.choice(["n", "p"], 90)})
    told = luck._work(begun(noise, target="y"))
    guess = luck.luck_of(told, "accuracy", greater_is_better=True)
    assert guess is not None and guess.p_value > 0.1
    assert luck.luck_of(told, "no such metric", greater_is_better=True) is None


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("kind", KINDS)
def test_a_study_is_a_job(kind: str, in_place: Store) -> None:
    table = jobs.read(in_place, "iris")
    spec = RunSpec("iris", table.fingerprint, Roles("species"), Split("stratified", folds=3), (MODEL,))
    row = asking.request_study(in_place, kind, replace(spec, time_limit=3.0), MODEL)
    done = in_place.derived(row.key)
    assert done is not None and done.state == FitState.DONE and done.result["title"] == "Decision tree"
    assert asking.request_study(in_place, kind, spec, MODEL).key == row.key


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("work", [rows._work, techniques._work, luck._work])
def test_how_far_it_is_only_grows(work: Any) -> None:
    steps: list[Step] = []
    with listening(steps.append):
        work(begun())
    fractions = [each.fraction for each in steps]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1 and len(fractions) > 5


def test_a_model_that_cannot_learn_so_leaves_its_reason() -> None:
    broken = begun(split=Split("stratified", folds=3))
    spec = replace(broken.spec, models=(ModelSpec("k_neighbors", settings={"n_neighbors": 40}),))
    told = rows._work(replace(broken, spec=spec))
    assert "n_neighbors" in told["points"][0]["reason"] and told["points"][-1]["test"]["accuracy"] > 0.8
