"""A comparison that is opened, or a page that is loaded again, shows the choice that it was made with."""

from __future__ import annotations

import dataclasses

import pytest

from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split
from core.store import Store
from dashboard import widgets
from dashboard.widgets import forms
from tests.dashboard.pages import page, queue, said, sound

QUICK = ModelSpec("k_neighbors", "", {"n_neighbors": 3})
COPY = ModelSpec("k_neighbors", "near", {"n_neighbors": 1, "weights": "distance"})
NETWORK = ModelSpec("feed_forward", "", {"hidden_layer_sizes": (8, 4), "max_epochs": 2})
PLAIN = RunSpec("iris", "", Roles("species"), Split("stratified", 3), (ModelSpec("baseline"), QUICK, COPY, NETWORK))


@pytest.mark.parametrize(
    "spec",
    [
        PLAIN,
        dataclasses.replace(PLAIN, seed=7, time_limit=60.0, memory_limit=2.5, run_limit=360.0, class_weight="balanced"),
        dataclasses.replace(PLAIN, split=Split("repeated", 3, 2, exam=0.2)),
        dataclasses.replace(
            PLAIN, split=Split("group", 3), roles=Roles("species", group="sepal length", used=("petal width",))
        ),
    ],
)
def test_the_same_is_started_again_from_a_page_that_was_loaded_anew(spec: RunSpec, store: Store) -> None:
    table = jobs.read(store, "iris")
    names = [each.name for each in table.columns]
    group = next((name for name in names if name.startswith("sepal length")), "")
    used = tuple(name for name in names if name.startswith("petal width") and spec.roles.used)
    roles = dataclasses.replace(spec.roles, group=spec.roles.group and group, used=used)
    spec = dataclasses.replace(spec, fingerprint=table.fingerprint, roles=roles)
    run = jobs.submit(store, spec, table)
    at = page("compare", run=run)
    sound(at)
    queue(at)
    again = store.runs()[0]
    assert again.id != run and again.spec == spec


def test_what_a_form_cannot_show_is_left_out_and_stops_nothing(idle: Store) -> None:
    """The command line takes more than the fields do."""
    table = jobs.read(idle, "iris")
    models = (
        ModelSpec("svm_rbf", "", {"C": 2, "gamma": 0.5}),
        ModelSpec("random_forest", "", {"max_features": 0.5, "n_estimators": 5}),
    )
    split = Split("repeated", 2, 21)
    spec = dataclasses.replace(
        PLAIN, fingerprint=table.fingerprint, models=models, split=split, time_limit=1e6, run_limit=1e9
    )
    at = page("compare", run=jobs.submit(idle, spec, table))
    for slot in ("svm_rbf", "random_forest"):
        at.session_state[f"panel-{slot}-classification"] = True
    sound(at.run())
    queue(at)
    again = idle.runs()[0].spec
    assert {each.name: each.settings for each in again.models if each.settings} == {
        "svm_rbf": {"C": 2.0},
        "random_forest": {"max_features": 0.5, "n_estimators": 5},
    }
    assert (again.split.repeats, again.time_limit, again.run_limit) == (20, 86_400.0, 604_800.0)


def test_a_choice_of_one_s_own_is_not_taken_back(store: Store) -> None:
    table = jobs.read(store, "iris")
    run = jobs.submit(store, dataclasses.replace(PLAIN, fingerprint=table.fingerprint), table)
    at = page("compare", run=run)
    at.session_state["choice"] = True  # the models are drawn once somebody opens them
    at.run().checkbox(key="use-lda-classification").check().run()
    queue(at)
    assert {each.id for each in store.runs()[0].spec.models} == {each.id for each in PLAIN.models} | {"lda"}


@pytest.mark.parametrize("back", [True, False])
def test_what_the_browser_forgot_while_its_line_was_cut_is_shown_again(
    back: bool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field whose message was lost is drawn, and sent, as if nobody had touched it; the second one is the control."""
    at = page("compare", data="iris")
    at.checkbox(key="use-lda-classification").check().run()
    at.number_input(key="time_limit").set_value(33).run()
    if back:
        monkeypatch.setattr(widgets, "watch_line", lambda restore: restore())
    at.checkbox(key="use-lda-classification").uncheck()
    at.number_input(key="time_limit").set_value(forms.SECONDS).run()
    sound(at)
    assert at.checkbox(key="use-lda-classification").value is back
    assert at.number_input(key="time_limit").value == (33 if back else forms.SECONDS)
    queue(at)
    assert ("lda" in {each.id for each in store.runs()[0].spec.models}) is back


def test_folds_that_were_there_already_are_told(store: Store) -> None:
    table = jobs.read(store, "iris")
    spec = dataclasses.replace(PLAIN, models=(QUICK,), fingerprint=table.fingerprint)
    run = store.run(jobs.submit(store, spec, table))
    assert run is not None
    lost = store.fits(run.id)[1]
    store.files.predictions_path(lost.key).unlink()
    again = jobs.submit(store, spec, table)
    text = said(page("compare", run=again))
    assert "2 of 3 folds were trained in an earlier comparison and taken from there." in text
