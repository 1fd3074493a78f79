"""Before the start: limits as they are set, what a comparison will take, and models that will not fit."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.estimates import Estimate
from core.forecast import GIB, forecast
from core.models import MODELS
from core.records import ModelSpec, Roles, RunSpec, Split
from core.store import Store
from tests.dashboard.pages import page, queue, said, sound

ESTIMATES = jobs.estimates
IRIS = ModelSpec("logistic_regression"), ModelSpec("decision_tree")


def known(seconds: float, how: str = "from fits on 250 rows") -> Estimate:
    return Estimate(seconds, seconds, 2**20, how)


def forecast_of(store: Store, seconds: dict[str, float | None], slots: int = 2, **limits: float):  # type: ignore[no-untyped-def]
    from core.data import make_problem

    table = jobs.read(store, "iris")
    spec = RunSpec("iris", table.fingerprint, Roles("species"), Split("stratified", folds=5), IRIS, **limits)
    told = {id: None if each is None else known(each) for id, each in seconds.items()}
    return forecast(spec, make_problem(table, spec.roles), told, slots=slots, memory=4 * GIB)


def test_limits_go_into_the_run(store: Store) -> None:
    store.note("supervisor", {"pid": 1, "slots": 2, "memory": 5 * GIB})
    at = page("compare")
    assert at.number_input(key="memory_limit").placeholder == "5.0, what this machine has left"
    at.number_input(key="time_limit").set_value(30)
    at.number_input(key="memory_limit").set_value(2.5)
    at.number_input(key="run_minutes").set_value(6).run()
    queue(at)
    spec = store.runs()[0].spec
    assert (spec.time_limit, spec.memory_limit, spec.run_limit) == (30.0, 2.5, 360.0)


def test_limits_that_nobody_touched_are_the_defaults(store: Store) -> None:
    at = page("compare")
    queue(at)
    spec = store.runs()[0].spec
    assert (spec.time_limit, spec.memory_limit, spec.run_limit) == (120.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("seconds", "slots", "limit", "total"),
    [
        ((2.0, 4.0), 2, 120.0, 15.0),  # five folds of six seconds, two at a time
        ((2.0, 4.0), 20, 120.0, 4.0),  # never quicker than the longest
        ((2.0, 400.0), 2, 100.0, 255.0),  # none takes longer than its limit
        ((2.0, 400.0), 2, 0.0, 1005.0),  # unless there is none
    ],
)
def test_the_whole_takes_the_sum_of_its_parts(
    store: Store, seconds: tuple[float, float], slots: int, limit: float, total: float
) -> None:
    told = dict(zip((each.id for each in IRIS), seconds, strict=True))
    assert forecast_of(store, told, slots, time_limit=limit).seconds == pytest.approx(total)


def test_what_is_not_known_yet_is_estimated_from_the_table(store: Store) -> None:
    found = forecast_of(store, {"logistic_regression": 2.0, "decision_tree": None})
    assert found.on_trial == {"decision_tree"}
    assert found.expected["logistic_regression"].seconds == 2.0
    assert found.expected["decision_tree"].seconds > 0 and "size of the table" in found.expected["decision_tree"].how


def estimated(at: AppTest, monkeypatch: pytest.MonkeyPatch, seconds: float | None) -> AppTest:
    def answer(store: Store, fingerprint: str, problem: object, models: tuple[ModelSpec, ...], *_: object, **__: bool):  # type: ignore[no-untyped-def]
        return {each.id: None if seconds is None else known(seconds) for each in models}

    monkeypatch.setattr(jobs, "estimates", answer)
    return at.run()


def test_estimates_are_told_and_refined(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.note("supervisor", {"pid": 1, "slots": 2, "memory": 5 * GIB})
    at = estimated(page("compare"), monkeypatch, None)
    assert "per training …" in said(at)
    estimated(at, monkeypatch, 12.0)
    sound(at)
    assert "**7 models** on 5 folds, about 4 min" in said(at)
    assert said(at).count("about 12 s per training") == 7 and "per training …" not in said(at)


def test_settings_that_do_not_hold_stop_no_forecast(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page("compare")
    at.session_state["set-random_forest-classification-n_estimators"] = -3
    sound(estimated(at, monkeypatch, 12.0))
    assert said(at).count("about 12 s per training") == 6


def test_a_limit_of_the_whole_that_will_not_do_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page("compare")
    at.number_input(key="run_minutes").set_value(2).run()
    assert "more than the 2 min that it may take" in said(estimated(at, monkeypatch, 60.0))
    assert "more than" not in said(estimated(at, monkeypatch, 1.0))


def test_models_that_will_not_fit_are_marked_with_the_reason(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def against(model: object, problem: object, estimate: Estimate, *, memory: int, **_: object) -> str:
        return "Too <b>large</b> for it." if estimate.bytes > memory else ""

    monkeypatch.setattr("core.forecast.objection", against)
    store.note("supervisor", {"pid": 1, "slots": 2, "memory": 1})
    at = page("compare")
    assert said(at).count("Too <b>large</b> for it.") > 7  # those that are not ticked as well
    assert "7 will not fit into the limits" in said(at)
    at.number_input(key="memory_limit").set_value(1000.0).run()
    assert "Too" not in said(at) and "will not fit" not in said(at)


def test_trials_on_samples_are_asked_for_by_the_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the store and the queue, with the trials that a person gets."""
    monkeypatch.setattr(jobs, "estimates", ESTIMATES)
    at = page("data")
    for name in MODELS:
        at.session_state[f"use-{name}-classification"] = name == "decision_tree"
    at.switch_page("views/compare.py").run()
    sound(at)
    helps = [str(each.proto.help).replace("\\", "") for each in at.caption]
    assert sum("Estimated from fits on" in each for each in helps) == 2
