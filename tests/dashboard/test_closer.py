"""Looking closer: every theme with its pictures, the rows behind a click, all scores, runs of which little is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.diagnostics import Held
from core.metrics import metrics_of
from core.predictions import taken
from core.records import ModelSpec, Predictions, Task
from core.store import RunRow, Store
from dashboard import diagnosed
from dashboard.charts import CHARTS
from dashboard.frames import Shown
from dashboard.looks import LOOKS, THEMES
from tests.dashboard.pages import charts, click, compared, drain, frame, page, said, sound

QUICK = (ModelSpec("logistic_regression"), ModelSpec("decision_tree"))
KINDS = {"iris": QUICK, "breast_cancer": QUICK[1:], "curve:rows=100": (ModelSpec("ridge"), ModelSpec("decision_tree"))}


def theme(run: RunRow, name: str) -> AppTest:
    """The page with one of the themes open."""
    return opened(page("look_closer", run=run.id), name)


def opened(at: AppTest, name: str) -> AppTest:
    """The same page with another theme open."""
    at.session_state["closer"] = THEMES[name]
    at.run()
    sound(at)
    return at


def fitting(run: RunRow, name: str) -> list[str]:
    """The charts of a theme that speak of such a problem."""
    fit = [each.name for each in CHARTS.values() if each.name in LOOKS and run.problem.task in each.tasks]
    two = run.problem.positive is not None
    return [each for each in fit if LOOKS[each].theme == name and (two or not LOOKS[each].two_classes)]


@pytest.mark.parametrize("data", KINDS)
def test_every_theme_draws_what_applies(store: Store, data: str) -> None:
    run = compared(store, data, *KINDS[data])
    at = page("look_closer", run=run.id)
    chosen = at.multiselect(key="models").value
    assert "baseline" not in chosen
    for name in THEMES:
        if fit := fitting(run, name):
            at = opened(at, name)
            wanted = sum(1 if CHARTS[each].several else len(chosen) for each in fit if each != "learning_curve")
            assert charts(at) == wanted, name
            assert "nan" not in said(at).split(), name
    assert "this model learns in one step" in said(opened(at, "learned"))


def test_every_chart_of_a_run_has_a_look() -> None:
    apart = {"table", "projection", "invented", "layers", "study", "costs", "decided"}
    assert set(LOOKS) == {each.name for each in CHARTS.values() if not each.needs & apart}
    assert {each.theme for each in LOOKS.values()} == set(THEMES)


@pytest.mark.parametrize("data", KINDS)
def test_every_look_has_a_frame_and_says_something(store: Store, data: str) -> None:
    run = compared(store, data, *KINDS[data])
    result = jobs.result(store, run)
    held = {each.id: Held(result.by_fold(each.id)) for each in result.models}
    shown = Shown(result, ["decision_tree", "baseline"], result.metric, held)
    silent = {"score_spread", "importances", "learning_curve", "predicted_against_actual", "per_class"}
    for name, look in LOOKS.items():
        lacks = CHARTS[name].lacks(shown.stored("decision_tree"), run.problem.task)
        if lacks is None and (run.problem.positive is not None or not look.two_classes):
            part = shown if CHARTS[name].several else shown.of("decision_tree")
            assert len(look.frame(part, CHARTS[name].several)), name
            told = look.tells(part, run.problem)
            assert told.endswith(".") or name in silent or (name == "score_distribution" and data == "iris"), name


def test_a_click_on_a_cell_lists_its_rows(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    found = jobs.result(store, run).predictions("decision_tree")
    at = click(theme(run, "errs"), "confusion-decision_tree", 5)  # versicolor, named virginica
    sound(at)
    wrong = found.rows[(found.actual == 1) & (found.predicted == 2)]
    assert f"{len(wrong)} rows that are “versicolor”, named “virginica”" in said(at)
    rows = frame(at, "How sure")
    assert sorted(rows["Row"]) == sorted(wrong) and "petal length (cm)" in rows
    table = jobs.read(store, "iris").frame
    assert rows["petal length (cm)"].tolist() == table["petal length (cm)"].iloc[rows["Row"]].tolist()


def test_colours_can_be_of_counts_and_of_columns(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    at = theme(run, "errs")
    for wanted in ("Counts", "Share by column"):
        at.session_state["confusion-decision_tree-of"] = wanted
        sound(at.run())


def test_three_scores_first_and_the_others_one_click_away(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    at = theme(run, "scores")
    few = frame(at, "What it is")
    assert few["Metric"].tolist() == ["Accuracy", "Balanced accuracy", "ROC AUC"]
    assert "not defined (" in str(few["Baseline"].tolist()) or " ± " in few["Baseline"].iloc[0]
    at.toggle(key="all_scores").set_value(True).run()
    sound(at)
    whole = frame(at, "What it is").set_index("Metric")
    assert list(whole.index[:3]) == few["Metric"].tolist() and len(whole) == len(metrics_of(run.problem))
    assert whole.loc["Recall", "Decision tree"] == "not defined (needs two classes, one of them positive; here are 3)"


def test_what_takes_long_is_made_by_a_worker(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = compared(store, "iris", *QUICK)
    names = ["roc", "mistakes", "calibration"]
    at_once, _ = diagnosed.frames_of(run, ["decision_tree"], names)
    monkeypatch.setattr(diagnosed, "AT_ONCE", 0)
    later, pending = diagnosed.frames_of(run, ["decision_tree"], names)
    if pending:
        drain(store)
        later, _ = diagnosed.frames_of(run, ["decision_tree"], names)
    assert set(later) == set(at_once)
    for key, found in later.items():
        pd.testing.assert_frame_equal(found, at_once[key])
        assert found.attrs == at_once[key].attrs
    at = page("look_closer", run=run.id)
    for name in ("errs", "sure", "curves"):
        assert charts(opened(at, name))


def test_a_fold_without_a_class_is_named(store: Store) -> None:
    rows = "".join(f"{i % 13},{i % 5},{'yes' if i == 3 else 'no'}\n" for i in range(60))
    (store.tables / "rare.csv").write_text(f"a,b,y\n{rows}70,80,yes\n")
    run = compared(store, "rare.csv", *QUICK, target="y", folds=4)
    assert run.problem.task == Task.CLASSIFICATION
    at = theme(run, "curves")
    assert "only one class in these rows" in said(at)
    assert "not defined (fold" in str(frame(opened(at, "scores"), "What it is").to_dict("list"))
    for name in ("errs", "sure"):
        opened(at, name)


SPOILT: dict[str, Callable[[Predictions], Predictions]] = {
    "not finite": lambda each: replace(each, probabilities=np.full_like(each.probabilities, np.nan)),
    "one class named": lambda each: replace(each, predicted=np.zeros_like(each.predicted)),
    "ties": lambda each: replace(each, probabilities=np.full_like(each.probabilities, 1 / 3)),
    "mute": lambda each: replace(each, probabilities=None),
    "no weight": lambda each: replace(each, weights=np.zeros(len(each.rows))),
    "one row": lambda each: taken(each, np.array([0])),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_a_model_says_badly_is_told_and_breaks_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    run = compared(store, "iris", QUICK[1])
    folds = jobs.result(store, run).by_fold("decision_tree")
    spoilt = Held({fold: SPOILT[how](each) for fold, each in folds.items()})
    monkeypatch.setattr(diagnosed, "held", lambda run, model: spoilt)
    at = page("look_closer", run=run.id)
    for name in ("errs", "sure", "curves"):
        at = opened(at, name)
        assert "nan" not in said(at).replace("(", " ").split(), name
