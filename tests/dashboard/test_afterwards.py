"""What is worth knowing about a run that has ended, below its leaderboard."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core import afterwards, jobs
from core.afterwards import REVIEWS, job
from core.records import ModelSpec
from core.store import RunRow, Store
from dashboard.words import afterwards as told
from tests.core import pitfalls
from tests.dashboard.pages import compared, keys, page, said, sound

TREE = ModelSpec("decision_tree")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The closer look is at three things only: all of them take longer than a test should."""
    reviews = [REVIEWS[name] for name in ("golden", "overlap", "out_of_step")]
    monkeypatch.setattr(job, "with_fits", lambda finished: afterwards.with_fits(finished, reviews))


def labels(at: AppTest) -> list[str]:
    return [str(each.label) for each in at.expander]


def leaky(store: Store) -> RunRow:
    """A comparison on a table with a column that is the answer."""
    frame, target, _ = pitfalls.result_code()
    frame.to_csv(store.tables / "cells.csv", index=False)
    return compared(store, "cells.csv", ModelSpec("logistic_regression"), TREE, target=target)


def test_a_run_that_has_ended_says_what_is_worth_knowing_and_offers_a_closer_look(store: Store, few: None) -> None:
    run = compared(store, "diabetes", TREE, ModelSpec("ridge"))
    at = page("compare", run=run.id)
    sound(at)
    assert "Three things worth knowing" in said(at)
    assert "Decision tree knows its own rows far better than new ones: 100 % on rows that it learned from" in said(at)
    assert {"How each model has learned (2)"} <= set(labels(at)) and keys(at, "look_afterwards")
    at = at.button(key="look_afterwards").click().run()
    sound(at)
    assert keys(at, "look_afterwards") == [] and "a model beats guessing" in said(at)
    row = afterwards.known(store, run.id, "r2")
    assert row is not None and afterwards.told(row) is not None


def test_a_look_that_costs_little_needs_no_click_and_a_leak_is_left_out_by_one(
    store: Store, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.afterwards.AT_ONCE_SECONDS", 3_600.0)
    run = leaky(store)
    at = page("compare", run=run.id).run()
    sound(at)
    assert "“result_code” alone reaches 99.1 of 100" in said(at) and "Without it, " in said(at)
    assert "important" in next(each.value for each in at.markdown if "alone reaches" in each.value)
    at = at.button(key="do-golden-result_code").click().run()
    sound(at)
    assert "alone reaches" not in said(at) and "No comparison yet" in said(at)


def test_another_measure_is_looked_at_anew(store: Store, few: None) -> None:
    run = compared(store, "loan_desk", TREE)
    at = page("compare", run=run.id)
    at.selectbox(key="metric").set_value("accuracy").run()
    sound(at)
    assert "Always saying “no” already scores 90.0 of 100 (Accuracy)" in said(at)
    at.selectbox(key="metric").set_value("balanced_accuracy").run()
    at.run()
    assert "Always saying" not in said(at)


def test_a_look_that_fails_says_so_and_can_be_repeated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = compared(store, "iris", TREE)

    def broken(*_: object) -> None:
        raise ValueError("the rows were lost")

    monkeypatch.setattr(job, "with_fits", broken)
    afterwards.request(store, run.id, "accuracy")
    at = page("compare", run=run.id)
    sound(at)
    assert "The closer look ended" in said(at) and "the rows were lost" in said(at)
    at.button(key="look_again").click().run()
    assert keys(at, "look_afterwards")


def test_a_look_that_goes_on_says_how_far_it_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = compared(store, "iris", TREE)
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    monkeypatch.setattr(jobs, "keep_going", lambda _: None)
    afterwards.request(store, run.id, "accuracy")
    at = page("compare", run=run.id)
    sound(at)
    assert "Looking closer: " in said(at) and keys(at, "stop-")


def test_words() -> None:
    assert [told.heading(count) for count in (0, 1, 3, 9)] == [
        "What is worth knowing",
        "One thing worth knowing",
        "Three things worth knowing",
        "Three things worth knowing",
    ]
    assert told.calm(16) == "Nothing stands out in 16 looks at this result."
    assert told.calm(16, 1) == "Nothing stands out in 16 looks at this result; 1 further one takes a moment."
    assert told.offer(24) == "Look for pitfalls (about 25 s)"
    assert told.looking(8, 3) == "Looking closer: 8 questions that take new fits on the same folds, about 3 s …"
