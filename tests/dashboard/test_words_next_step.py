"""What to do next: one step for every state of a comparison that has ended, and a page that it leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.app import VIEWS
from dashboard.words.next_step import STEPS, Known, next_step

PLAIN = Known(
    ranked=3,
    beats_guessing=True,
    judged_once=False,
    tied=1,
    suspicious=False,
    sealed=0,
    opened=False,
    two_classes=False,
)


@pytest.mark.parametrize(
    ("change", "view", "told"),
    [
        ({}, "look_closer", "where the best model errs"),
        ({"ranked": 0, "suspicious": True}, "data", "No model came through"),
        ({"suspicious": True, "beats_guessing": False}, "data", "better than they are"),
        ({"beats_guessing": False, "judged_once": True}, "data", "too little about the target"),
        ({"judged_once": True, "sealed": 20}, "better", "One part of the rows"),
        ({"sealed": 20, "two_classes": True}, "proof", "open the sealed rows"),
        ({"sealed": 20, "opened": True, "two_classes": True, "tied": 3}, "decide", "false alarm"),
        ({"tied": 3}, "better", "equally well"),
    ],
)
def test_the_first_step_that_holds_is_the_one(change: dict[str, int], view: str, told: str) -> None:
    step = next_step(replace(PLAIN, **change))  # type: ignore[arg-type]
    assert step.view == view and told in step.told


def test_every_step_leads_to_a_page_and_can_be_reached() -> None:
    assert {each.view for each in STEPS} <= {view.file for view in VIEWS}
    assert STEPS[-1].holds(PLAIN) and all(each.told.endswith(".") and each.label for each in STEPS)
