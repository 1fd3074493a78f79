"""The page that asks whether a model is better: ties, pairs, one fold, the same model twice, several tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import asking, jobs
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import with_baseline
from core.store import RunRow, Store
from core.studies import KINDS
from tests.dashboard.pages import begun, charts, compared, page, queued, said, sound

QUICK = (ModelSpec("logistic_regression"), ModelSpec("decision_tree"))


def held_out(store: Store, *models: ModelSpec) -> RunRow:
    """A run with one fold that has ended."""
    table = jobs.read(store, "moons:rows=200")
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), Split("holdout"), with_baseline(models))
    run = store.run(jobs.submit(store, spec, table))
    assert run is not None and jobs.ended(run)
    return run


def test_ties_pairs_and_what_it_would_take(store: Store) -> None:
    run = compared(store, "iris", *QUICK, folds=5)
    at = page("better", run=run.id)
    sound(at)
    told = said(at)
    assert "share the first place" in told and "cannot be told apart" in told and "would be needed" in told
    assert "in 100." in told and charts(at) == 2
    assert "Whether a model is better in general shows on several tables." in told
    at.selectbox(key="pair-1").set_value("baseline").run()
    sound(at)
    assert "Logistic regression is better than Baseline." in said(at)
    at.selectbox(key="pair-0").set_value("baseline").run()
    assert "Choose two different models." in said(at)


def test_curves_over_rows_are_reckoned_with(store: Store) -> None:
    run = compared(store, "iris", *QUICK, folds=5)
    for model in run.spec.models[1:]:
        asking.request_study(store, KINDS[0], run.spec, model)
    at = page("better", run=run.id)
    sound(at)
    assert "reckoned from how both got better with more rows" in said(at)


def test_what_does_not_matter_can_be_said(store: Store) -> None:
    run = compared(store, "iris", *QUICK, folds=5)
    at = page("better", run=run.id)
    assert at.number_input(key="rope-accuracy").value == 0.01
    at.number_input(key="rope-accuracy").set_value(0.3).run()
    sound(at)
    assert "within 30.0 in 100 of each other" in said(at) and "over 99 in 100" in said(at)
    at.number_input(key="rope-accuracy").set_value(0.0).run()
    sound(at)
    assert "does not matter:" not in said(at)


def test_numbers_have_what_does_not_matter_in_their_own_unit(store: Store) -> None:
    run = compared(store, "diabetes", ModelSpec("ridge"), ModelSpec("linear_regression"), folds=3)
    at = page("better", run=run.id)
    sound(at)
    at.session_state["metric"] = "mae"
    at.run()
    sound(at)
    assert 0 < at.number_input(key="rope-mae").value < 5


def test_one_fold_is_drawn_again_for_the_page_and_the_leaderboard(store: Store) -> None:
    run = held_out(store, *QUICK)
    at = page("compare", run=run.id)
    sound(at)
    assert "cannot be said from one judgement" not in said(at)
    assert jobs.result(store, run).standings()[0].low is not None
    at = page("better", run=run.id)
    sound(at)
    assert "bootstrap" in said(at) and charts(at) == 2


def test_one_fold_waits_while_its_rows_are_drawn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = held_out(store, *QUICK)
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    at = page("better", run=run.id)
    sound(at)
    assert "Drawing the rows again" in said(at) and "one fold only" in said(at) and charts(at) == 0


def test_the_same_model_twice_is_the_same(store: Store) -> None:
    run = compared(store, "iris", QUICK[1], ModelSpec("decision_tree", "twin"))
    at = page("better", run=run.id)
    sound(at)
    assert "gave the same predictions for every row" in said(at)


def test_no_winner_where_guessing_is_among_the_best(store: Store) -> None:
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(60, 3)).round(3), columns=list("abc"))
    noise.assign(y=rng.permutation(["yes", "no"] * 30)).to_csv(store.tables / "noise.csv", index=False)
    at = page("better", run=compared(store, "noise.csv", *QUICK, target="y").id)
    sound(at)
    told = said(at)
    assert "No model beats guessing" in told and "which only guesses, cannot be told from the best" in told


def test_a_single_model_and_a_run_at_work(idle: Store) -> None:
    waiting = queued(idle, *QUICK)
    at = page("better", run=waiting.id)
    sound(at)
    assert "No model is finished yet" in said(at)
    begun(idle, waiting, "baseline")
    sound(page("better", run=waiting.id))


def test_nothing_that_could_be_scored(store: Store) -> None:
    run = compared(store, "iris", ModelSpec("k_neighbors", settings={"n_neighbors": 900}))
    assert {each.state for each in store.fits(run.id) if each.model == "k_neighbors"} & {FitState.FAILED}
    at = page("better", run=run.id)
    sound(at)
    assert "0 of 1 model finished; only guessing did." in said(at) and charts(at) == 0


def test_the_same_models_over_several_tables(store: Store) -> None:
    for data in ("moons:rows=120", "circles:rows=120", "xor:rows=120"):
        compared(store, data, *QUICK, folds=2)
    run = compared(store, "iris", *QUICK)
    assert run.state == RunState.DONE
    at = page("better", run=run.id)
    sound(at)
    assert "On 4 tables" in said(at) and "4 tables are very few" in said(at) and charts(at) == 3
    at.multiselect(key="several_models").set_value(["decision_tree"]).run()
    sound(at)
    assert "Choose at least two models." in said(at)
