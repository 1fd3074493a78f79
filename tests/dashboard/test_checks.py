"""What the checks have found, on the Data page and beside a verdict; a split against an honest one."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.checks import Severity
from core.honest import differs, guards, honest_spec, side_by_side
from core.metrics import METRICS
from core.records import ModelSpec, Roles, RunSpec, Split
from core.store import Store
from dashboard.widgets.checks import BADGES
from dashboard.words import calm, two_splits
from tests.core import pitfalls
from tests.dashboard.pages import compared, keys, page, said, sound


def put(store: Store, name: str, frame: pd.DataFrame) -> str:
    """A table among those that people put into the folder."""
    frame.to_csv(store.tables / name, index=False)
    return name


def open_data(name: str, target: str) -> AppTest:
    at = page("data", data=name, target=target)
    sound(at)
    return at.run()  # what was asked for has been worked out by now


def button(at: AppTest, label: str) -> AppTest:
    [found] = [each for each in at.button if each.label.replace("\\", "") == label]
    at = found.click().run()
    sound(at)
    return at


def test_a_leak_is_named_and_left_out_by_a_button(store: Store) -> None:
    frame, target, column = pitfalls.result_code()
    at = open_data(put(store, "cells.csv", frame), target)
    assert "“result_code” alone tells “diagnosis” almost without error: 99.1 of 100 rows right" in said(at)
    assert any("important" in each.value and "report" in each.value for each in at.markdown)
    at = button(at, f"Leave {column} out")
    assert "alone tells" not in said(at) and "Nothing stands out in" in said(at)
    assert f"{column}: left out by you" in said(at)
    at = at.run()
    assert f"{column}: left out by you" in said(at), "the editor of columns does not take it back"


@pytest.mark.parametrize(
    ("frame", "target", "label", "split"),
    [
        (pitfalls.visits(), "progression", "Divide by patient", ("group", "patient", "")),
        (pitfalls.days(), "sales", "Divide by date", ("time", "", "date")),
        (pitfalls.twice("breast_cancer", 200), "diagnosis", "Keep equal rows together", ("together", "", "")),
    ],
)
def test_a_proposed_split_is_taken_over(
    store: Store, frame: pd.DataFrame, target: str, label: str, split: tuple[str, str, str]
) -> None:
    name = put(store, "table.csv", frame)
    at = open_data(name, target)
    assert "Proposed way to divide the rows" in said(at)
    at = button(at, label).run()
    assert "as proposed" in said(at) and "Proposed way" not in said(at)
    at = at.switch_page("views/compare.py").run()
    sound(at)
    spec = RunSpec.from_json(at.session_state["draft"])
    assert (spec.split.kind, spec.roles.group, spec.roles.time) == split
    assert at.warning == [] and keys(at, "start_both") == []


def test_a_page_without_findings_is_calm(store: Store) -> None:
    at = open_data("moons", "moon")
    assert "Nothing stands out in" in said(at)
    labels = [str(each.label) for each in at.expander]
    assert any(each.startswith("What was looked at and found fine") for each in labels)
    assert "Does not apply here" in said(at) and "no column holds the time of a row" in said(at)
    assert set(BADGES) == set(Severity) and all(":material/" in each for each in BADGES.values())
    assert calm(25) == "Nothing stands out in 25 checks."


def test_hostile_names_show_as_they_are(store: Store) -> None:
    frame, _, _ = pitfalls.result_code()
    name = put(store, "odd.csv", frame.rename(columns={"result_code": ":red[x] ![i](http://a/b.png)"}))
    at = open_data(name, "diagnosis")
    told = next(each.value for each in at.markdown if "alone tells" in each.value)
    assert "\\[x\\]" in told and "![i]" not in told


def test_a_leak_is_repeated_beside_the_verdict(store: Store) -> None:
    frame, target, _ = pitfalls.result_code()
    run = compared(store, put(store, "cells.csv", frame), ModelSpec("decision_tree"), target=target)
    at = page("compare", run=run.id).run()
    sound(at)
    assert "“result_code” alone tells" in said(at)
    assert "Something makes these scores look better than they are" in said(at), "the next step is to see to that"
    clean = compared(store, "breast_cancer", ModelSpec("decision_tree"))
    at = page("compare", run=clean.id).run()
    assert "alone tells" not in said(at) and keys(at, "run_both") == []


def test_both_splits_are_run_by_one_click_and_shown(store: Store) -> None:
    name = put(store, "visits.csv", pitfalls.visits())
    run = compared(store, name, ModelSpec("k_neighbors"), target="progression")
    at = page("compare", run=run.id).run()
    assert "Your split against an honest split" in said(at) and "Group folds by patient are proposed" in said(at)
    at = button(at, "Run both and compare").run()
    told = said(at)
    assert "By your split k nearest neighbours explains" in told and "too good to be true" in told
    assert "rows of one patient stood on both sides" in told
    shown = next(each.value for each in at.dataframe if "honest" in each.value)
    assert (shown.loc[shown["title"] == "k nearest neighbours", "change"] < -0.1).all()
    assert len(store.runs()) == 2, "what was there was not run again"


def test_who_accepts_the_proposed_split_sees_what_ordinary_folds_would_have_promised(store: Store) -> None:
    name = put(store, "visits.csv", pitfalls.visits())
    run = compared(store, name, ModelSpec("k_neighbors"), kind="group", target="progression", group="patient")
    at = page("compare", run=run.id).run()
    assert "What ordinary folds would have promised" in said(at)
    assert "With folds drawn at random rows of one patient may stand on both sides" in said(at)
    at = button(at, "Run both and compare").run()
    told = said(at)
    assert "By ordinary folds k nearest neighbours explains" in told and "divided by patient, as you did, it" in told
    assert "too good to be true: rows of one patient stood on both sides" in told
    shown = next(each.value for each in at.dataframe if "honest" in each.value)
    assert (shown.loc[shown["title"] == "k nearest neighbours", "change"] < -0.1).all()
    plain = next(each.spec for each in store.runs() if each.id != run.id)
    assert (plain.split.kind, plain.roles.group) == ("kfold", ""), "as it would have been divided without the proposal"


def test_both_splits_can_be_started_before_anything_was_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.widgets.cards.default_models", lambda _: ("baseline", "ridge"))
    name = put(store, "days.csv", pitfalls.days())
    at = page("compare", data=name, target="sales").run()
    at = button(at, "Start with your split and an honest one")
    assert sorted(each.spec.split.kind for each in store.runs()) == ["kfold", "time"]
    assert "By your split" in said(at.run())


def test_the_honest_run_differs_in_its_split_alone(store: Store) -> None:
    run = compared(store, put(store, "visits.csv", pitfalls.visits()), ModelSpec("ridge"), target="progression")
    split = {"kind": "group", "folds": 4, "group": "patient", "time": ""}
    spec = honest_spec(run.spec, split)
    assert (spec.models, spec.seed, spec.fingerprint) == (run.spec.models, run.spec.seed, run.spec.fingerprint)
    assert spec.split == Split("group", folds=4) and spec.roles == Roles("progression", group="patient")
    assert differs(run.spec, split) and not differs(spec, split) and guards(split)
    assert not differs(spec, {"kind": "stratified", "folds": 5, "group": "", "time": ""})
    result = jobs.result(store, run)
    same = side_by_side(result, result, result.metric)
    assert list(same["change"]) == [0.0, 0.0] and same["yours"].iloc[0] == result.model("ridge").mean(result.metric)


def test_two_splits_in_a_sentence() -> None:
    accuracy, error = METRICS["accuracy"], METRICS["rmse"]
    worse = two_splits(accuracy, "Ridge", 0.97, 0.81, "group", column="patient", front="Lasso")
    assert worse.startswith("By your split Ridge names 97.0 of 100 rows right; divided by patient it names 81.0 of 100")
    assert "rows of one patient stood on both sides" in worse and worse.endswith("In front is then Lasso.")
    assert "did not flatter" in two_splits(accuracy, "Ridge", 0.97, 0.969, "together")
    assert "did not flatter" in two_splits(error, "Ridge", 3.0, 2.5, "time", column="date")
    assert "what comes later" in two_splits(error, "Ridge", 2.5, 3.5, "time", column="date")
    accepted = two_splits(accuracy, "Ridge", 0.97, 0.969, "together", accepted=True)
    assert accepted.startswith("By ordinary folds Ridge") and "ordinary folds would not have flattered it" in accepted
