"""While something is at work: its place in the queue, time left, stopping, and whose it is to stop."""

from __future__ import annotations

import dataclasses

import pytest
import streamlit as st

from core import jobs
from core.estimates import Estimate
from core.records import STOPPED_EARLY, FitState, ModelSpec, Outcome, RunState
from core.store import Store
from dashboard import session
from tests.dashboard.pages import address, begun, drain, frame, keys, page, queued, said, sound

TREE, FOREST = ModelSpec("decision_tree"), ModelSpec("random_forest")


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> str:
    """Who looks at the pages."""
    monkeypatch.setattr("dashboard.session.owner", lambda: "ann")
    return "ann"


# ---- place and time


def test_a_run_that_has_not_begun_says_its_place(idle: Store, visitor: str) -> None:
    others = [queued(idle, TREE, owner=name, seed=number) for number, name in enumerate(("bob", "cem", "dan"))]
    begun(idle, others[0], "decision_tree")
    mine = queued(idle, TREE, owner=visitor, seed=9)
    at = page("compare", run=mine.id)
    assert "Waiting: 2 comparisons begin before yours, 1 is at work." in said(at)
    assert "Waiting: 2 comparisons begin before yours, 1 is at work." in said(page("runs"))
    begun(idle, mine, "decision_tree")
    assert "Shares the machine with 1 other comparison." in said(at.run())


def test_the_time_left_is_told_while_a_run_is_at_work(
    idle: Store, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "time_left", lambda *_: 41.0)
    run = queued(idle, TREE, owner=visitor)
    assert "left" not in said(page("compare", run=run.id))
    begun(idle, run, "decision_tree")
    assert "about 40 s left" in said(page("compare", run=run.id))
    short = dataclasses.replace(run, spec=dataclasses.replace(run.spec, run_limit=60.0), seconds=40.0)
    assert jobs.seconds_left(short, [], 2, {}) == 20.0, "the whole run is ended then"


# ---- stopping


def test_a_model_that_is_being_stopped_says_so(idle: Store) -> None:
    run = begun(idle, queued(idle, TREE, FOREST), "decision_tree", "random_forest")
    at = page("compare", run=run.id)
    at.button(key="stop-decision_tree").click().run()
    sound(at)
    states = dict(zip(*(frame(at, "score")[name] for name in ("model", "state")), strict=True))
    assert (list(states["Decision tree"]), list(states["Random forest"])) == (["stopping"], ["running"])
    assert keys(at, "stop-") == ["stop-random_forest", "stop-baseline"]
    assert "stopping] Decision tree" in said(at)
    drain(idle)
    assert "stopped by you" in said(at.run())


def test_everything_of_a_person_is_stopped_at_once(idle: Store, visitor: str) -> None:
    theirs = queued(idle, TREE, owner="bob")
    mine = [queued(idle, TREE, owner=visitor, seed=seed) for seed in range(2)]
    at = page("runs")
    assert at.button(key="stop_everything").label == "Stop everything (2)"
    at.button(key="stop_everything").click().run()
    sound(at)
    assert {fit.state for run in mine for fit in idle.fits(run.id)} == {FitState.CANCELLED}
    assert {fit.state for fit in idle.fits(theirs.id)} == {FitState.QUEUED}
    drain(idle)
    assert not keys(page("runs"), "stop_everything")


def test_a_network_that_was_stopped_keeps_its_score_under_a_badge(idle: Store) -> None:
    run = begun(idle, queued(idle, ModelSpec("feed_forward"), folds=2), "feed_forward")
    fit = next(each for each in idle.fits(run.id) if each.model == "feed_forward")
    curve = ({"step": 1.0, "valid_loss": 0.9}, {"step": 2.0, "valid_loss": 0.4})
    note = "It was stopped after 2 of 100 epochs; the best weights until then were kept."
    stopped = Outcome(2.0, 0.1, 10, {"accuracy": 0.9}, {"accuracy": 0.95}, {}, curve, (note,), (STOPPED_EARLY,))
    assert idle.finish_fit(fit, stopped, key="half")
    idle.cancel(run.id)
    drain(idle)
    at = page("compare", run=run.id)
    board = frame(at, "score").set_index("model")
    row = board.loc["Feed-forward network"]
    assert list(row["state"]) == ["stopped", STOPPED_EARLY] and row["score"] == 0.9 and len(row["curve"]) == 2
    assert note in said(at)


# ---- whose it is


def test_others_can_look_at_a_run_but_not_stop_it(idle: Store, visitor: str) -> None:
    run = begun(idle, queued(idle, TREE, owner="bob"), "decision_tree")
    at = page("compare", run=run.id)
    assert "Leaderboard" in said(at) and not keys(at, "stop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.session.owner", lambda: "bob")
        assert keys(at.run(), "stop") == ["stop", "stop-decision_tree", "stop-baseline"]  # the control


def test_the_callbacks_refuse_what_belongs_to_others(
    idle: Store, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(st, "toast", lambda text, **_: told.append(text))
    monkeypatch.setattr(session, "login", lambda: {})
    run = queued(idle, TREE, owner="bob")
    session.stop(run)
    session.stop_everything()
    assert {fit.state for fit in idle.fits(run.id)} == {FitState.QUEUED}
    jobs.stop_all(idle, "bob")
    drain(idle)
    session.delete(run)
    assert idle.run(run.id) is not None and len(told) == 2
    monkeypatch.setattr("dashboard.session.owner", lambda: "bob")
    session.delete(run)
    assert idle.run(run.id) is None


def test_a_login_goes_before_the_cookie(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("BAKEOFF_DATA", str(store.folder))
    monkeypatch.setattr(jobs, "ensure_supervisor", drain)
    monkeypatch.setattr(jobs, "estimates", lambda *_, **__: {})
    at = page("compare")
    at.user = {"is_logged_in": True, "iss": "https://id.example.org", "sub": "42", "email": "ann@example.org"}
    for box in at.checkbox:
        if box.value and not box.disabled:
            box.uncheck()
    at.run()
    at.button(key="start").click().run()
    sound(at)
    (run,) = store.runs()
    assert run.owner == "login https://id.example.org 42"
    from_command_line = queued_and_done(store)
    at.switch_page("views/runs.py").run()
    assert keys(at, "open-") == [f"open-{run.id}"]
    at.user = {}
    at.run()
    assert keys(at, "open-") == [f"open-{from_command_line}"]


def queued_and_done(store: Store) -> str:
    """The id of a run of the command line that has ended."""
    table = jobs.read(store, "iris")
    spec = store.runs()[0].spec
    return jobs.submit(store, spec, table)


def test_a_login_is_offered_where_the_server_knows_one(store: Store) -> None:
    at = page("map")
    assert not keys(at, "log_")
    at.user = {"is_logged_in": False}
    at.secrets["auth"] = {"redirect_uri": "http://localhost:8501/oauth2callback", "client_id": "x"}
    assert keys(at.run(), "log_") == ["log_in-"]
    at.secrets["auth"] = {"redirect_uri": "http://localhost:8501/oauth2callback", "google": {"client_id": "x"}}
    assert keys(at.run(), "log_") == ["log_in-google"]
    at.user = {"is_logged_in": True, "sub": "42", "name": "*Ann*"}
    assert keys(at.run(), "log_") == ["log_out"] and "*Ann*" in said(at)


def test_a_page_that_is_open_keeps_the_supervisor(idle: Store) -> None:
    assert not idle.seen_path.exists()
    page("map")
    assert idle.seen_path.exists()


def test_what_is_at_work_is_told_on_other_pages(idle: Store) -> None:
    run = queued(idle, TREE)
    at = page("data")
    assert "1 comparison at work" in said(at)
    at.button(key="watch").click().run()
    sound(at)
    assert address(at, "run") == run.id and run.state == RunState.QUEUED


def test_estimates_of_a_run_fall_back_on_the_catalogue(idle: Store) -> None:
    run = queued(idle, TREE)
    found = session.estimates_of(run)
    assert set(found) == {"baseline", "decision_tree"} and all(isinstance(each, Estimate) for each in found.values())
