"""Who may pause what: only what is not through, and each change from the state that it expects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.records import FitState, Hold, RunState
from core.store import FitRow, Store
from tests.core.points import PROBLEM, SPEC, fit

V3 = Path(__file__).parents[1] / "fixtures" / "store-v3"  # a run that is done, and one that waits


@pytest.fixture
def queued(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    assert store.add_run("r1", "", SPEC, PROBLEM, [fit(fold, f"k{fold}") for fold in range(3)])
    return store


def begin(store: Store, fold: int) -> FitRow:
    chosen = store.fits("r1")[fold]
    assert store.advance_fit(chosen, [FitState.QUEUED], FitState.RUNNING)
    return chosen


def holds(store: Store) -> list[str]:
    return [str(each.hold) for each in store.fits("r1")]


MODEL = fit(0, "k0").model


def test_what_is_paused_does_not_begin_until_it_may(queued: Store) -> None:
    begin(queued, 0)
    assert queued.pause("r1", MODEL) and not queued.pause("r1", MODEL)
    assert holds(queued) == ["paused"] * 3
    assert queued.next_fit("r1", quickest=True) is None and queued.waiting() == [] and queued.queued_cost("r1") == 0
    assert queued.rests("r1")
    assert queued.resume("r1", MODEL) and not queued.resume("r1", MODEL)
    assert queued.next_fit("r1", quickest=True) is not None and queued.waiting() == [("r1", "")]
    assert not queued.rests("r1")


def test_a_step_is_for_what_is_at_work_and_paused(queued: Store) -> None:
    begin(queued, 1)
    assert not queued.step("r1", MODEL), "it is not paused"
    queued.pause("r1", MODEL)
    assert queued.step("r1", MODEL) and holds(queued) == ["paused", "step", "paused"]
    assert not queued.step("r1", MODEL), "it is at its step"
    assert not queued.rests("r1")
    chosen = queued.fits("r1")[1]
    assert queued.stepped(chosen) and not queued.stepped(chosen)
    assert holds(queued) == ["paused"] * 3


def test_where_none_is_at_work_a_step_begins_the_first(queued: Store) -> None:
    queued.pause("r1", MODEL)
    assert queued.step("r1", MODEL) and holds(queued) == ["step", "paused", "paused"]
    found = queued.next_fit("r1", quickest=False)
    assert found is not None and found.fold == 0


def test_what_is_through_or_is_to_end_is_not_paused(queued: Store) -> None:
    begin(queued, 0)
    queued.cancel("r1", MODEL)
    assert not queued.pause("r1", MODEL)
    assert {each.state for each in queued.fits("r1")[1:]} == {FitState.CANCELLED}
    assert not queued.pause("r1", "another") and not queued.pause("other", MODEL)


def test_after_the_death_of_a_supervisor_what_was_paused_stays_so_where_it_was(queued: Store) -> None:
    rows = [begin(queued, fold) for fold in range(3)]
    queued.write_steps([(row, 0.5, "epoch 5 of 10", '[{"step": 5.0}]') for row in rows])
    queued.pause("r1", MODEL)
    queued.step("r1", MODEL)
    queued.stepped(rows[0])
    with queued._write() as db:
        db.execute("UPDATE fit SET hold='' WHERE fold=2")
    assert holds(queued) == ["paused", "step", ""]
    assert queued.requeue() == 3
    assert holds(queued) == ["paused", "paused", ""]
    assert [(each.state, each.progress, each.message, len(each.curve)) for each in queued.fits("r1")] == [
        *[(FitState.QUEUED, 0.5, "epoch 5 of 10", 1)] * 2,
        (FitState.QUEUED, 0.0, "", 0),
    ]
    found = queued.next_fit("r1", quickest=True)
    assert found is not None and found.fold == 2


def test_a_page_sees_that_something_was_paused(queued: Store) -> None:
    stamps = [queued.stamp("r1")]
    for change in (queued.pause, queued.step, queued.resume):
        change("r1", MODEL)
        stamps.append(queued.stamp("r1"))
    assert len(set(stamps[:3])) == 3 and stamps[3] == stamps[0]


def test_a_store_of_version_3_is_brought_up_to_date(tmp_path: Path) -> None:
    store = Store(Path(shutil.copytree(V3, tmp_path / "old")))
    waits, done = store.runs()
    assert (waits.state, done.state) == (RunState.QUEUED, RunState.DONE)
    assert {each.hold for run in (waits, done) for each in store.fits(run.id)} == {Hold.NONE}
    assert store.pause(waits.id, "lda") and not store.pause(done.id, "feed_forward")
    assert len(store.fits(done.id)[2].outcome.curve) == 3  # type: ignore[union-attr]
