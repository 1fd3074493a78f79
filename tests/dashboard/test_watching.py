"""The picture of what learns, and the buttons beside it: pause, one epoch, go on, stop and keep."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.records import FitState, Hold, ModelSpec, Outcome
from core.store import FitRow, RunRow, Store
from dashboard import session, words
from tests.dashboard.pages import begun, frame, keys, page, queued, said, sound

NETWORK, TREE = ModelSpec("feed_forward"), ModelSpec("decision_tree")


def points(count: int, *, turns: bool = False) -> tuple[dict[str, float], ...]:
    x = np.arange(count)
    rise = 0.5 * np.maximum(0, x / count - 0.3) if turns else 0.0 * x
    valid, train = 0.4 + 0.5 * np.exp(-x / 5) + rise, 0.1 + 0.8 * np.exp(-x / 20)
    return tuple(
        {"step": k + 1.0, "valid_loss": valid[k], "train_loss": train[k], "valid_score": 1 - valid[k], "seconds": k / 2,
         "learning_rate": 0.001, "gradient_norm": 0.25, "samples_per_second": 153_412.0}
        for k in range(count)
    )  # fmt: skip


def network(store: Store, run: RunRow, fold: int = 0) -> FitRow:
    return next(each for each in store.fits(run.id) if each.model == NETWORK.id and each.fold == fold)


@pytest.fixture
def run(idle: Store) -> RunRow:
    made = begun(idle, queued(idle, NETWORK, TREE), "feed_forward", "decision_tree")
    idle.write_steps([(network(idle, made), 0.25, "epoch 10 of 40", json.dumps(points(10)))])
    return made


def component(at: AppTest) -> Any:
    """The picture as it is sent to the browser."""
    return next(each.proto for each in at.get("bidi_component") if "moving" in each.proto.component_name)


def picture(at: AppTest) -> dict[str, Any]:
    """The figure of the learning curves."""
    figure: dict[str, Any] = json.loads(component(at).json)["figure"]
    return figure


def hold(store: Store, run: RunRow) -> Hold:
    return network(store, run).hold


def progress(at: AppTest) -> list[str]:
    """What stands above the bars, without the signs of its escape."""
    return [str(each.proto.text).replace("\\", "").replace("\u2060", "") for each in at.get("progress")]


def button(at: AppTest, name: str):  # type: ignore[no-untyped-def]
    return at.button(key=f"{name}-{NETWORK.id}")


def test_a_network_at_work_says_how_it_goes(idle: Store, run: RunRow) -> None:
    at = page("compare", run=run.id)
    sound(at)
    assert picture(at)
    assert "fold 1 of 2, epoch 10 of 40, 153,000 rows per second, at most 14 s left" in progress(at)
    assert "Still at work" in said(at)


def test_folds_that_are_trained_at_once_are_counted(idle: Store, run: RunRow) -> None:
    other = network(idle, run, 1)
    assert idle.advance_fit(other, [FitState.QUEUED], FitState.RUNNING)
    idle.write_steps([(other, 0.5, "epoch 20 of 40", json.dumps(points(20)))])
    told = progress(page("compare", run=run.id))
    assert any(each.startswith("2 folds at once, epoch 20 of 40, ") for each in told), "and the one that goes on leads"


@pytest.mark.parametrize(
    ("running", "done", "all_folds", "told"),
    [
        (1, 0, 5, "fold 1 of 5"),
        (1, 3, 5, "fold 4 of 5"),
        (0, 5, 5, "fold 5 of 5"),
        (5, 0, 5, "5 folds at once"),
        (2, 3, 5, "2 of 5 folds at once"),
        (1, 0, 1, ""),
    ],
)
def test_which_folds_are_trained(running: int, done: int, all_folds: int, told: str) -> None:
    assert words.folds(running, done, all_folds) == told


def test_it_is_paused_led_and_let_go(idle: Store, run: RunRow) -> None:
    at = page("compare", run=run.id)
    assert button(at, "hold").label == "Pause" and button(at, "step").disabled
    button(at, "hold").click().run()
    sound(at)
    assert {each.hold for each in idle.fits(run.id) if each.model == NETWORK.id} == {Hold.PAUSED}
    assert {each.hold for each in idle.fits(run.id) if each.model != NETWORK.id} == {Hold.NONE}
    assert button(at, "hold").label == "Go on" and not button(at, "step").disabled
    states = frame(at, "score").set_index("model")["state"]
    assert list(states["Feed-forward network"]) == ["paused"]
    again = page("compare", run=run.id)  # as after a reload
    assert button(again, "hold").label == "Go on" and "paused]" in said(again)
    button(at, "step").click().run()
    assert hold(idle, run) == Hold.STEP and network(idle, run, 1).hold == Hold.PAUSED
    assert button(at.run(), "step").disabled, "it is at its step"
    idle.stepped(network(idle, run))
    assert not button(at.run(), "step").disabled
    button(at, "hold").click().run()
    assert hold(idle, run) == Hold.NONE and button(at, "hold").label == "Pause"


def test_what_is_paused_takes_no_time(idle: Store, run: RunRow) -> None:
    idle.cancel(run.id, TREE.id)
    idle.cancel(run.id, "baseline")
    idle.advance_fit(next(f for f in idle.fits(run.id) if f.model == TREE.id), [FitState.RUNNING], FitState.CANCELLED)
    idle.pause(run.id, NETWORK.id)
    assert "Paused: it goes on when you let it." in said(page("compare", run=run.id))


def test_stop_and_keep_ends_the_one_model(idle: Store, run: RunRow) -> None:
    at = page("compare", run=run.id)
    stop = button(at, "stop")
    assert stop.label == "Stop and keep" and stop.help == words.stop_and_keep(1)
    assert "One fold of it has not begun and will not be trained, so it gets no place" in stop.help
    assert "place" not in words.stop_and_keep(0) and "3 folds of it have not begun" in words.stop_and_keep(3)
    stop.click().run()
    fits = [(each.state, each.cancel) for each in idle.fits(run.id) if each.model == NETWORK.id]
    assert fits == [(FitState.RUNNING, True), (FitState.CANCELLED, False)]
    assert not any(each.cancel for each in idle.fits(run.id) if each.model == TREE.id)
    assert "stopping] Feed-forward network" in said(at.run())


def test_what_learns_in_one_go_is_not_offered_a_pause_and_says_why(idle: Store, run: RunRow) -> None:
    at = page("compare", run=run.id)
    assert keys(at, "hold-") == ["hold-feed_forward"] and keys(at, "step-") == ["step-feed_forward"]
    assert "cannot be paused" in at.button(key="stop-decision_tree").help


def test_only_the_owner_leads_it(idle: Store, run: RunRow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.owners", lambda: ("bob",))
    at = page("compare", run=run.id)
    assert picture(at) and not [*keys(at, "hold-"), *keys(at, "step-"), *keys(at, "stop-")]
    monkeypatch.setattr("dashboard.session.st.toast", lambda *_, **__: None)
    session.hold(run, NETWORK.id, Hold.PAUSED)
    assert hold(idle, run) == Hold.NONE


def test_before_the_first_point_there_is_a_place_for_the_picture(idle: Store) -> None:
    run = begun(idle, queued(idle, NETWORK), "feed_forward")
    at = page("compare", run=run.id)
    sound(at)
    spec = picture(at)
    idle.write_steps([(network(idle, run), 0.1, "epoch 4 of 40", json.dumps(points(4)))])
    later = picture(at.run())
    assert "on their way" in spec["layout"]["annotations"][0]["text"] and "annotations" not in later["layout"]
    assert "on their way" in spec["layout"]["meta"]["awaited"], "words are enough: no library is fetched for them"
    assert "awaited" not in later["layout"]["meta"]
    assert spec["layout"]["height"] == later["layout"]["height"], "nothing jumps"
    assert spec["layout"]["uirevision"] == later["layout"]["uirevision"], "what was zoomed stays so"


def test_the_picture_changes_in_place(idle: Store, run: RunRow) -> None:
    """The browser draws what has another id anew: it would flicker, and forget where somebody had zoomed."""
    at = page("compare", run=run.id)
    before, drawn = component(at), picture(at)
    idle.write_steps([(network(idle, run), 0.5, "epoch 20 of 40", json.dumps(points(20)))])
    assert component(at.run()).id == before.id and picture(at) != drawn


def finished(store: Store, run: RunRow, **found: object) -> None:
    fit = network(store, run)
    outcome = Outcome(2.0, 0.1, 10, {"accuracy": 0.9}, {"accuracy": 0.95}, {}, **found)  # type: ignore[arg-type]
    assert store.finish_fit(fit, outcome, key=f"own {run.id}")
    store.cancel(run.id)


def ended(store: Store, run: RunRow) -> None:
    from tests.dashboard.pages import drain

    finished(store, run, curve=points(40, turns=True))
    drain(store)


def test_the_moment_where_validation_turns_up_is_marked_and_said(idle: Store, run: RunRow) -> None:
    ended(idle, run)
    at = page("compare", run=run.id)
    sound(at)
    found = re.search(r"Feed-forward network: from epoch (\d+) on it learns the training rows by heart", said(at))
    assert found is not None and 10 <= int(found[1]) <= 16
    spec = picture(at)
    assert [each["text"] for each in spec["layout"]["annotations"]] == ["learns by heart"]
    assert int(spec["layout"]["annotations"][0]["x"]) == int(found[1])
    at.segmented_control(key="curves_kind").set_value("score").run()
    sound(at)
    assert [each["yaxis"]["title"]["text"] for each in [picture(at)["layout"]]] == ["Score"]


def test_curves_stay_and_the_next_run_s_are_laid_over_them(idle: Store, run: RunRow) -> None:
    ended(idle, run)
    again = begun(idle, queued(idle, ModelSpec("feed_forward", "", {"dropout": 0.5}), seed=1), "feed_forward")
    idle.write_steps([(network(idle, again), 0.25, "epoch 10 of 40", json.dumps(points(10)))])
    at = page("compare", run=again.id)
    sound(at)
    names = [each.get("name", "") for each in picture(at)["data"]]
    assert "Feed-forward network" in names and any(
        re.fullmatch(r"Feed-forward network · .*\d\d:\d\d:\d\d", n) for n in names
    )
    at.multiselect(key=f"curves_earlier-{again.id}").set_value([]).run()
    names = [each.get("name", "") for each in picture(at)["data"]]
    assert not any("·" in name for name in names)


def test_curves_of_models_that_are_not_in_the_run_are_laid_over_it_on_request_only(idle: Store, run: RunRow) -> None:
    ended(idle, run)
    other = queued(idle, ModelSpec("residual_network"), seed=1)
    begun(idle, other, "residual_network")
    fit = next(each for each in idle.fits(other.id) if each.model == "residual_network")
    idle.write_steps([(fit, 0.25, "epoch 10 of 40", json.dumps(points(10)))])
    at = page("compare", run=other.id)
    sound(at)
    earlier = at.multiselect(key=f"curves_earlier-{other.id}")
    assert earlier.options and not earlier.value
    assert not any("·" in each.get("name", "") for each in picture(at)["data"])


def test_the_numbers_and_small_figures_are_one_click_away(idle: Store, run: RunRow) -> None:
    at = page("compare", run=run.id)
    labels = [each.label for each in at.expander]
    assert "Show the numbers" in labels and "Learning rate and gradient norm" in labels
    assert not any("valid_loss" in each.value or "Validation loss" in each.value for each in at.dataframe)
