"""What is at work, as the supervisor knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.records import STOPPED_EARLY, FitState, Outcome
from core.store import Derived, FitRow, RunRow

SLEPT = 5.0  # seconds that cannot pass between two counts unless the machine slept or the disk was full
MOST_POINTS = 1_000  # of a live learning curve; beyond that every other one is dropped


@dataclass
class Running:
    """A job that an engine has. `end` is the state that it comes to if it is ended from here."""

    row: FitRow | Derived
    quick: bool = False
    progress: float = 0.0
    message: str = ""
    points: list[Mapping[str, float]] = field(default_factory=list)
    moved: bool = False
    through: bool = False
    end: FitState | None = None


@dataclass
class OpenRun:
    """A run that is at work; `counted` is the moment up to which its seconds are in the store.

    Attributes
    ----------
    shared : mapping
        What all of its jobs are told.
    over : bool
        Whether it was ended at its limit.
    """

    row: RunRow
    counted: float
    seconds: float
    shared: Mapping[str, Any]
    over: bool = False

    def uncounted(self, now: float) -> float:
        """Seconds that it has been at work since the last count."""
        return min(now - self.counted, SLEPT)


def move(running: Running, step: Mapping[str, Any]) -> None:
    """Take in how far a job has come."""
    running.progress, running.message, running.moved = step["progress"], step["message"], True
    running.points += step["points"]
    if len(running.points) > MOST_POINTS:
        running.points = running.points[::2]


def shared(run: RunRow) -> dict[str, Any]:
    """What all jobs of a run are told."""
    texts = {"spec": run.spec.to_json(), "problem": run.problem.to_json()}
    return texts | {"fingerprint": run.spec.fingerprint, "task": str(run.problem.task)}


def with_reason(outcome: Outcome, reason: str) -> Outcome:
    """An outcome with the reason why it was stopped early; the same where it was not."""
    if not reason or STOPPED_EARLY not in outcome.marks:
        return outcome
    return replace(outcome, notes=(*outcome.notes, f"{reason[:1].upper()}{reason[1:]}."))


def fit_id(fit: FitRow) -> str:
    """The name of a fit's job."""
    return f"{fit.run}/{fit.model}/{fit.fold}"
