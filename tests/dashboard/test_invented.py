"""The page of invented data: with nothing, with rows that were invented, with a reason why there are none."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import core.synthetic
from core import jobs
from core.metrics import METRICS
from core.records import FitState, ModelSpec
from core.store import Store
from dashboard.words import invented as words
from tests.dashboard.pages import charts, compared, page, said, sound


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few steps of the network do: what they come to is looked at elsewhere."""
    monkeypatch.setattr(core.synthetic, "STEPS", 5)


def test_nothing_yet_says_what_it_takes_and_offers_to_start(store: Store) -> None:
    at = page("invented")
    sound(at)
    assert (
        "No rows were invented yet" in said(at)
        and "takes under a second" in said(at)
        and "predicting species" in said(at)
    )
    assert not at.button(key="invent").disabled and charts(at) == 0
    at.multiselect(key="judges-classification").set_value([]).run()
    assert at.button(key="invent").disabled and "Choose at least one model" in said(at)


@pytest.mark.parametrize(("data", "metric"), [("iris", "Accuracy"), ("diabetes", "R²")])
def test_invented_rows_are_put_to_the_test_and_can_be_taken_along(store: Store, data: str, metric: str) -> None:
    at = page("invented", data=data)
    at.multiselect[0].set_value(at.multiselect[0].value[:2]).run()
    at.button(key="invent").click().run()
    sound(at)
    told = said(at)
    assert (
        "models trained on invented rows get" in told
        and "The best model reaches" in told
        and f"in {metric}, where those" in told
    ), told
    assert "practised on" in told and "held out" in told and charts(at) == 2
    assert "the same as a practice row in every column" in told and "no promise of privacy" in told
    [button] = at.get("download_button")
    assert button.label == "Download the invented rows (CSV)"
    preview = next(each.value for each in at.dataframe if len(each.value) == 10)
    assert list(preview)[-1] == jobs.read(store, data).target
    assert page("invented", data=data).get("download_button") == [], "another choice of models is another question"


def test_a_run_s_own_rows_and_split_are_used(store: Store) -> None:
    run = compared(store, "iris", ModelSpec("decision_tree"))
    at = page("invented", run=run.id)
    at.button(key="invent").click().run()
    sound(at)
    assert "112 rows practised on, 38 held out" in said(at)


def test_why_there_are_none_is_said_and_it_can_be_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("The rows of `species` could not be divided.")

    monkeypatch.setattr(core.synthetic, "judge", broken)
    at = page("invented")
    at.button(key="invent").click().run()
    sound(at)
    assert "The rows of “species” could not be divided" in said(at) and charts(at) == 0
    next(each for each in at.button if each.label == "Try again").click().run()
    sound(at)
    assert "No rows were invented yet" in said(at)


def test_rows_that_were_cleaned_away_are_invented_again(store: Store) -> None:
    at = page("invented")
    at.button(key="invent").click().run()
    for path in (store.home / "data").iterdir():
        if path.stem != jobs.read(store, "iris").fingerprint:
            path.unlink()
    at.run()
    sound(at)
    assert "were cleaned away" in said(at)
    at.button(key="again").click().run()
    assert "No rows were invented yet" in said(at)


def test_every_row_of_the_file_is_called_synthetic() -> None:
    frame = pd.DataFrame({"a": [1, 2], "synthetic": ["x", "ä"]})
    csv = pd.read_csv(io.BytesIO(core.synthetic.as_csv(frame)))
    assert list(csv) == ["a", "synthetic", "synthetic_"] and (csv["synthetic_"] == "invented").all()
    assert core.synthetic.file_name("a/b c?x=1") == "a_b_c_x_1_synthetic_invented_rows.csv"
    assert core.synthetic.file_name("???") == "table_synthetic_invented_rows.csv"


@pytest.mark.parametrize(
    ("metric", "real", "invented", "guessing", "end"),
    [
        ("accuracy", 0.86, 0.81, 0.52, "of what real rows teach beyond guessing, 85 % comes through."),
        ("accuracy", 0.86, 0.855, 0.52, "teach nearly as much as real ones."),
        ("accuracy", 0.86, 0.9, 0.52, "teach as much as real ones."),
        ("accuracy", 0.86, 0.5, 0.52, "the invented rows teach nothing."),
        ("accuracy", 0.5, 0.6, 0.52, "so this tells nothing of the invented ones."),
        ("accuracy", 0.5, 0.6, None, "trained on real rows get 0.500."),
        ("accuracy", None, 0.6, 0.5, "nothing can be said of what they are worth."),
        ("rmse", 1.0, 1.5, 2.0, "of what real rows teach beyond guessing, 50 % comes through."),
    ],
)
def test_the_verdict(metric: str, real: float | None, invented: float | None, guessing: float | None, end: str) -> None:
    assert words.worth(METRICS[metric], real, invented, guessing).endswith(end)


def test_how_near_they_come_is_told_plainly() -> None:
    told = {
        "copies": 0,
        "rows": 1500,
        "held_copies": 1,
        "held": 500,
        "distance": 1.0,
        "held_distance": 1.1,
        "nearer": 0.5,
    }
    assert words.copied(told) == (
        "None of the 1,500 invented rows is the same as a practice row in every column; "
        "1 of the 500 held-out real rows is."
    )
    assert words.copied(told | {"copies": 2, "held_copies": 0}).startswith("2 of the 1,500 invented rows are the same")
    assert "no sign" in words.nearness(told) and "by heart" in words.nearness(told | {"nearer": 0.9})
    assert "may be luck" in words.luck(38) and "may be luck" not in words.luck(5_000)
    assert words.best(METRICS["rmse"], [2.0, 1.0], [3.0, 1.5]).startswith("The best model reaches 1.00 from real rows")


def test_while_it_is_worked_out_the_page_says_how_far_it_is_and_offers_to_stop(idle: Store) -> None:
    at = page("invented")
    at.button(key="invent").click().run()
    row = next(each for each in idle.queued_derived() if each.kind == "synthetic")
    assert idle.advance_derived(row.key, FitState.QUEUED, FitState.RUNNING)
    step = {"progress": 0.25, "message": "the network learns: epoch 3 of 12", "seconds": 10}
    idle.write_derived_steps([(row.key, step)])
    at.run()
    sound(at)
    bars = [str(each.proto.text).replace("\\", "").replace("\u2060", "") for each in at.get("progress")]
    assert bars == ["The network learns: epoch 3 of 12, about 30 s left"]
    at.button(key=f"stop-{row.key}").click().run()
    assert [each.key for each in idle.unwanted_derived()] == [row.key]
    assert at.button(key=f"stop-{row.key}").disabled
    idle.advance_derived(row.key, FitState.RUNNING, FitState.FAILED, reason="It was stopped.")
    at.run()
    assert "It was stopped." in said(at)
    at.button(key=f"again-{row.key}").click().run()
    assert "No rows were invented yet" in said(at)
