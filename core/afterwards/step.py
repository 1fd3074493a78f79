"""Answers that are out of step with their rows: looked for where no model beats guessing.

Takes a `Finished` with its rows, gives findings.
"""

from __future__ import annotations

from statistics import fmean

from core.afterwards.entry import Finished, Review, first, with_guessing
from core.afterwards.rivals import BOOSTING
from core.afterwards.trials import Change, first_seconds, tried
from core.checks import Finding, Severity
from core.models import MODELS

SHIFTS = (1, -1)
TELLING = 0.1  # of the way from guessing to perfect


def _moved(finished: Finished) -> list[Finding]:
    """Whether the answers fit their rows once they are moved by one."""
    spec, floor = BOOSTING[finished.problem.task][0], finished.floor
    assert floor is not None  # `with_guessing`
    for shift in SHIFTS:
        values = [each for each in tried(finished, spec, Change(moved=shift)).values(finished.metric.name)]
        known = [each for each in values if each is not None]
        won = finished.skill(fmean(known)) if len(known) == len(values) else None
        if won is not None and won >= TELLING and finished.ahead(values, finished.values(floor)):
            return [_told(finished, shift, fmean(known), MODELS[spec.name].title)]
    return []


def _told(finished: Finished, shift: int, value: float, title: str) -> Finding:
    where = "the row above" if shift > 0 else "the row below"
    return Finding(
        "out_of_step",
        Severity.HIGH,
        f"The answers stand one row off: with the answer of {where}, {title} reaches {finished.told(value)} instead of "
        f"{finished.told(finished.mean(finished.best))} ({finished.measure}).",
        "Look at how the table was put together: one column was moved against the others.",
        (finished.problem.target,),
        {"moved": shift, "score": value},
    )


def _lost(finished: Finished) -> str | None:
    return "a model beats guessing" if any(map(finished.beats_guessing, finished.ranked)) else None


def _seconds(finished: Finished) -> float:
    return len(SHIFTS) * first_seconds(finished, BOOSTING[finished.problem.task][0])


STEP = Review(
    "out_of_step",
    "Answers that are out of step",
    "Where nothing beats guessing: whether the answers were moved by a row against the columns.",
    "Default gradient boosting with the target shifted by one row either way.",
    _moved,
    first(with_guessing, _lost),
    _seconds,
)
