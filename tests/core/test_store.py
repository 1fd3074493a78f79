"""The store keeps what it is given, and changes a state only from the state that is expected."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.records import FitState, Predictions, RunState, Table
from core.store import FitRow, Store, StoreError, table_info
from tests.core.points import COLUMN, OUTCOME, PROBLEM, SPEC, fit

ROWS = np.arange(3)
PREDICTIONS = Predictions(ROWS, ROWS % 2, ROWS % 2, scores=ROWS / 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def queued(store: Store) -> Store:
    assert store.add_run("r1", "", SPEC, PROBLEM, [fit(0, "k0"), fit(1, "k1")])
    return store


def test_a_run_comes_back_as_it_went_in(queued: Store) -> None:
    run = queued.run("r1")
    assert run is not None
    assert (run.spec, run.problem, run.state) == (SPEC, PROBLEM, RunState.QUEUED)
    assert [each.key for each in queued.fits("r1")] == ["k0", "k1"]


def test_the_same_run_is_queued_once(queued: Store) -> None:
    assert not queued.add_run("r1", "", SPEC, PROBLEM, [fit(0, "other")])
    assert [each.key for each in queued.fits("r1")] == ["k0", "k1"]


def test_a_state_changes_only_from_the_expected_one(queued: Store) -> None:
    first = queued.fits("r1")[0]
    assert queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    assert not queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    assert queued.fits("r1")[0].attempts == 1
    assert queued.advance_run("r1", [RunState.QUEUED], RunState.RUNNING)
    assert not queued.advance_run("r1", [RunState.QUEUED], RunState.DONE)


def test_an_outcome_serves_every_fit_that_waits_for_it(queued: Store) -> None:
    queued.add_run("r2", "", SPEC, PROBLEM, [fit(0, "k0", run="r2")])
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    queued.files.put_predictions("k0", PREDICTIONS)
    assert queued.finish_fit(first, OUTCOME)
    mine, theirs = queued.fits("r1")[0], queued.fits("r2")[0]
    assert (mine.state, mine.reused, mine.outcome) == (FitState.DONE, False, OUTCOME)
    assert (theirs.state, theirs.reused, theirs.outcome) == (FitState.DONE, True, OUTCOME)
    assert queued.known_keys(["k0", "k1"]) == {"k0"}
    queued.files.predictions_path("k0").unlink()
    assert queued.known_keys(["k0", "k1"]) == set(), "an outcome whose predictions are gone is worked out again"


def test_a_cancelled_fit_does_not_become_done(queued: Store) -> None:
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    assert queued.cancel("r1") == 2
    states = [(each.state, each.cancel) for each in queued.fits("r1")]
    assert states == [(FitState.RUNNING, True), (FitState.CANCELLED, True)]
    assert queued.advance_fit(first, [FitState.RUNNING], FitState.CANCELLED, "stopped by you")
    assert not queued.finish_fit(first, OUTCOME)


def test_what_was_stopped_early_serves_its_own_fit_alone(queued: Store) -> None:
    queued.add_run("r2", "", SPEC, PROBLEM, [fit(0, "k0", run="r2")])
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    queued.files.put_predictions("early", PREDICTIONS)
    assert queued.finish_fit(first, OUTCOME, key="early")
    assert not queued.finish_fit(first, OUTCOME, key="late"), "it is over"
    mine, theirs = queued.fits("r1")[0], queued.fits("r2")[0]
    assert (mine.key, mine.state, mine.outcome) == ("early", FitState.DONE, OUTCOME)
    assert (theirs.key, theirs.state, theirs.outcome) == ("k0", FitState.QUEUED, None)
    assert queued.known_keys(["k0", "early", "late"]) == {"early"}


def test_a_fit_keeps_the_moments_of_its_beginning_and_its_end(queued: Store) -> None:
    first, second = queued.fits("r1")
    assert (first.started, first.ended) == (None, None)
    begun = time.time()
    for again in (True, False):
        queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
        if again:
            queued.advance_fit(first, [FitState.RUNNING], FitState.QUEUED)
    queued.finish_fit(first, OUTCOME)
    queued.cancel("r1")
    first, second = queued.fits("r1")
    assert first.started is not None and first.ended is not None and second.ended is not None
    assert begun <= first.started <= first.ended <= second.ended <= time.time()
    assert second.started is None


def test_a_model_or_a_whole_run_is_skipped_with_a_reason(store: Store) -> None:
    rows = [FitRow("r1", model, fold, f"{model}{fold}", 1.0, FitState.QUEUED) for model in "ab" for fold in (0, 1)]
    store.add_run("r1", "", SPEC, PROBLEM, rows)
    store.advance_fit(rows[0], [FitState.QUEUED], FitState.RUNNING)
    assert store.skip("r1", "a", "too slow") == 1
    assert store.skip("r1", "", "no time left") == 2
    assert [(each.state, each.reason) for each in store.fits("r1")] == [
        (FitState.RUNNING, ""),
        (FitState.SKIPPED, "too slow"),
        (FitState.SKIPPED, "no time left"),
        (FitState.SKIPPED, "no time left"),
    ]


def test_who_waits_is_told_by_run_and_person(queued: Store) -> None:
    queued.add_run("r2", "you", SPEC, PROBLEM, [fit(0, "c", run="r2")])
    assert queued.waiting() == [("r1", ""), ("r2", "you")]
    queued.cancel("r1")
    assert queued.waiting() == [("r2", "you")]


def test_what_comes_back_to_the_queue_begins_anew(queued: Store) -> None:
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    queued.write_steps([(first, 0.7, "epoch 7 of 10", '[{"epoch": 7}]')])
    assert queued.fits("r1")[0].progress == 0.7
    queued.advance_fit(first, [FitState.RUNNING], FitState.QUEUED)
    again = queued.fits("r1")[0]
    assert (again.progress, again.message, again.curve, again.attempts) == (0.0, "", (), 1)


def test_an_outcome_may_hold_the_numbers_of_numpy(queued: Store) -> None:
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    curve = ({"epoch": np.int64(1), "train_loss": np.float32(0.5)},)
    queued.finish_fit(first, dataclasses.replace(OUTCOME, scores={"accuracy": np.float32(0.5)}, curve=curve))
    kept = queued.fits("r1")[0].outcome
    assert kept is not None and kept.scores == {"accuracy": 0.5} and kept.curve == ({"epoch": 1, "train_loss": 0.5},)


def test_requeue_takes_back_what_ran_but_not_what_was_cancelled(queued: Store) -> None:
    for each in queued.fits("r1"):
        queued.advance_fit(each, [FitState.QUEUED], FitState.RUNNING)
    with closing(queued.connect()) as db:
        db.execute("UPDATE fit SET cancel=1 WHERE fold=1")
    assert queued.requeue() == 1
    assert [each.state for each in queued.fits("r1")] == [FitState.QUEUED, FitState.CANCELLED]


def test_the_stamp_tells_that_an_outcome_was_completed(queued: Store) -> None:
    first = queued.fits("r1")[0]
    queued.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
    queued.finish_fit(first, OUTCOME)
    stamps = [queued.stamp("r1"), queued.stamp("r1")]
    queued.set_size("k0", 7)
    stamps.append(queued.stamp("r1"))
    queued.add_scores("k0", {"f1": 0.1, "recall": 0.9}, {})
    stamps.append(queued.stamp("r1"))
    assert stamps[0] == stamps[1] and len(set(stamps)) == 3
    outcome = queued.fits("r1")[0].outcome
    assert outcome is not None and outcome.size_bytes == 7
    assert outcome.scores == {"f1": 0.5, "log_loss": None, "recall": 0.9}, "what was there stays"


def test_deleting_a_run_keeps_outcomes_that_another_run_uses(queued: Store) -> None:
    queued.add_run("r2", "", SPEC, PROBLEM, [fit(0, "k0", run="r2")])
    for each in queued.fits("r1"):
        queued.files.put_predictions(each.key, PREDICTIONS)
        queued.files.put_model(each.key, b"model")
        queued.advance_fit(each, [FitState.QUEUED], FitState.RUNNING)
        queued.finish_fit(each, OUTCOME)
    assert not queued.delete_run("r1"), "a run that is not over cannot be deleted"
    queued.advance_run("r1", [RunState.QUEUED], RunState.DONE)
    assert queued.delete_run("r1")
    assert queued.run("r1") is None
    assert queued.known_keys(["k0", "k1"]) == {"k0"}
    assert queued.files.model_path("k0").exists()
    assert not queued.files.model_path("k1").exists()


def test_what_is_asked_for_while_a_run_is_deleted_is_not_lost(queued: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in queued.fits("r1"):
        queued.files.put_predictions(each.key, PREDICTIONS)
        queued.advance_fit(each, [FitState.QUEUED], FitState.RUNNING)
        queued.finish_fit(each, OUTCOME)
    queued.advance_run("r1", [RunState.QUEUED], RunState.DONE)
    write = queued._write

    @contextlib.contextmanager
    def interrupted() -> Iterator[Any]:
        with write() as db:
            yield db
        monkeypatch.undo()
        planned = dataclasses.replace(fit(0, "k1", run="r2"), state=FitState.DONE, reused=True, progress=1.0)
        queued.add_run("r2", "", SPEC, PROBLEM, [planned])  # its plan was made when the outcome was still there

    monkeypatch.setattr(queued, "_write", interrupted)
    assert queued.delete_run("r1")
    (left,) = queued.fits("r2")
    assert (left.state, left.reused, left.progress) == (FitState.QUEUED, False, 0.0), "it is worked out anew"
    assert queued.files.predictions("k1") is not None and queued.files.predictions("k0") is None


def test_a_table_comes_back_with_its_order_of_categories(store: Store) -> None:
    frame = pd.DataFrame(
        {
            "number": [1.5, np.nan, 3.0],
            "class": pd.Categorical(["b", "a", None], categories=["b", "a"]),
            "day": pd.to_datetime(["2024-01-02", None, "2024-03-04"]),
        }
    )
    table = Table("t", "T", frame, (COLUMN,), "feed", notes=("one",), image_shape=(1, 3))
    store.files.put_frame(table.fingerprint, table.frame)
    store.put_table_info(table_info(table), "t.csv", "stamp")
    assert store.find_table("t.csv", "other stamp") is None
    found = store.table(store.find_table("t.csv", "stamp") or "")
    assert found is not None
    pd.testing.assert_frame_equal(found.frame, frame)
    assert dataclasses.replace(found, frame=frame) == table


def test_predictions_come_back_and_missing_ones_are_none(store: Store) -> None:
    store.files.put_predictions("k", PREDICTIONS)
    found = store.files.predictions("k")
    assert found is not None and found.probabilities is None
    np.testing.assert_array_equal(found.scores, ROWS / 2)
    assert store.files.predictions("nothing") is None


def test_checkpoints_come_back_and_are_replaced_and_removed(store: Store) -> None:
    assert store.files.checkpoint("k") is None
    for epoch in (1, 2):
        store.files.put_checkpoint("k", {"weights": ROWS * epoch, "epoch": np.array(epoch)})
    found = store.files.checkpoint("k")
    assert found is not None and found["epoch"] == 2
    np.testing.assert_array_equal(found["weights"], ROWS * 2)
    store.files.remove_checkpoint("k")
    store.files.remove_checkpoint("k")
    assert store.files.checkpoint("k") is None


def test_no_object_is_written_or_read_as_a_checkpoint(store: Store) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        store.files.put_checkpoint("k", {"weights": np.array([object()])})
    np.savez(store.files.checkpoint_path("k"), weights=np.array([{"a": 1}]))
    assert store.files.checkpoint("k") is None


@pytest.mark.parametrize("key", ["../escape", "a/b", "", "a.b"])
def test_nothing_but_a_key_becomes_a_path(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.files.predictions_path(key)


def test_a_derived_result_is_asked_for_once(store: Store) -> None:
    assert store.request("d", "projection", {"seed": 1}).state == FitState.QUEUED
    assert store.advance_derived("d", FitState.QUEUED, FitState.RUNNING)
    assert not store.advance_derived("d", FitState.QUEUED, FitState.RUNNING)
    assert store.advance_derived("d", FitState.RUNNING, FitState.DONE, result={"x": [1.5]})
    again = store.request("d", "projection", {"seed": 1})
    assert (again.state, again.result) == (FitState.DONE, {"x": [1.5]})
    assert store.queued_derived() == []


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / "file")
