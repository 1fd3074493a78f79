"""What is at work, as the supervisor knows it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.derived import DERIVED
from core.engines import FITS, Engine, Event, Job
from core.models import MODELS
from core.records import STOPPED_EARLY, FitState, Hold, ModelSpec, Outcome
from core.store import ENDED_BY_HAND, Derived, FitRow, RunRow, Store

log = logging.getLogger("bakeoff.supervisor")

SLEPT = 5.0  # seconds that cannot pass between two counts unless the machine slept or the disk was full
MOST_POINTS = 1_000  # of a live learning curve; beyond that every other one is dropped


@dataclass
class Running:
    """A job that an engine has.

    Attributes
    ----------
    end : FitState or None
        The state that it comes to if it is ended from here.
    hold : Hold
        What the engine was told last of whether it may go on.
    """

    row: FitRow | Derived
    quick: bool = False
    progress: float = 0.0
    message: str = ""
    points: list[Mapping[str, float]] = field(default_factory=list)
    moved: bool = False
    through: bool = False
    end: FitState | None = None
    hold: Hold = Hold.NONE
    began: float = field(default_factory=time.monotonic)

    def step(self) -> dict[str, Any]:
        """How far it is, as `core.store.Derived.step` has it."""
        return {"progress": self.progress, "message": self.message, "seconds": time.monotonic() - self.began}


@dataclass
class OpenRun:
    """A run that is at work; `counted` is the moment up to which its seconds are in the store.

    Attributes
    ----------
    shared : mapping
        What all of its jobs are told.
    over : bool
        Whether it was ended at its limit.
    rests : bool
        Whether all of it that is not through is paused.
    """

    row: RunRow
    counted: float
    seconds: float
    shared: Mapping[str, Any]
    over: bool = False
    rests: bool = False

    def uncounted(self, now: float) -> float:
        """Seconds that it has been at work since the last count."""
        return 0.0 if self.rests else min(now - self.counted, SLEPT)

    def count(self, store: Store) -> None:
        """Keep how long it has taken so far."""
        now = time.monotonic()
        more = self.uncounted(now)
        store.set_seconds(self.row.id, more)
        self.seconds, self.counted = self.seconds + more, now

    def rest(self, store: Store) -> None:
        """Stop its clock when all of it is paused, and start it again."""
        if (rests := store.rests(self.row.id)) != self.rests:
            self.count(store)
            self.rests = rests


def heed(engine: Engine, store: Store, at_work: Mapping[str, Running]) -> None:
    """Tell the engine which fits are to stand still, to do one step, or to go on."""
    for fit in store.held_fits():
        running = at_work.get(fit_id(fit))
        if running is not None and running.hold != fit.hold:
            {Hold.NONE: engine.resume, Hold.PAUSED: engine.pause, Hold.STEP: engine.step}[fit.hold](fit_id(fit))
            running.hold = fit.hold


def end_unwanted(engine: Engine, store: Store, at_work: Mapping[str, Running]) -> None:
    """Have the engine end what somebody no longer wants to be worked out."""
    for row in store.unwanted_derived():
        running = at_work.get(row.key)
        if running is not None and running.end is None:
            running.end = FitState.FAILED
            engine.stop(row.key, row.reason)


def take_derived(store: Store, row: Derived, event: Event, unwanted: bool) -> None:
    """Take in what a derived result's job came to; of one that was to end nothing is kept, as it may be cut short."""
    if event.kind == "done" and not unwanted:
        DERIVED[row.kind].keep(store, row.params, event.result)
        store.advance_derived(row.key, FitState.RUNNING, FitState.DONE, result=event.result)
        return
    log.warning("%s: %s\n%s", row.kind, event.reason, event.log)
    reason = ENDED_BY_HAND if unwanted else DERIVED[row.kind].told(event.kind, event.reason)
    store.advance_derived(row.key, FitState.RUNNING, FitState.FAILED, reason=reason, log=event.log)


def write_steps(store: Store, at_work: Iterable[Running]) -> None:
    """Keep how far jobs have come since the last time."""
    moved = [each for each in at_work if each.moved]
    fits = [
        (each.row, each.progress, each.message, json.dumps(each.points))
        for each in moved
        if isinstance(each.row, FitRow)
    ]
    derived = [(each.row.key, each.step()) for each in moved if isinstance(each.row, Derived)]
    if fits:
        store.write_steps(fits)
    if derived:
        store.write_derived_steps(derived)
    for each in moved:
        each.moved = False


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


def model_of(run: RunRow, fit: FitRow) -> ModelSpec:
    """The model of a fit."""
    return next(each for each in run.spec.models if each.id == fit.model)


def job(run: OpenRun, fits: Sequence[FitRow]) -> Job:
    """The job of fitting a model on one fold, or on several at once; then it may take as long as all of them."""
    first, *others = fits
    spec, model = run.row.spec, model_of(run.row, first)
    params = {
        **run.shared,
        "name": model.name,
        "label": model.label,
        "settings": dict(model.settings),
        "fold": first.fold,
        "key": first.key,
    }
    if others:
        params |= {"folds": [each.fold for each in others], "keys": [each.key for each in others]}
    seconds, memory = (spec.time_limit or 0.0) * len(fits) or None, int(spec.memory_limit * 2**30)
    cards = MODELS[model.name].cards(model.settings)
    return Job(fit_id(first), "fit", params, FITS, seconds, memory, cards, tuple(map(fit_id, others)))


def with_reason(outcome: Outcome, reason: str) -> Outcome:
    """An outcome with the reason why it was stopped early; the same where it was not."""
    if not reason or STOPPED_EARLY not in outcome.marks:
        return outcome
    return replace(outcome, notes=(*outcome.notes, f"{reason[:1].upper()}{reason[1:]}."))


def fit_id(fit: FitRow) -> str:
    """The name of a fit's job."""
    return f"{fit.run}/{fit.model}/{fit.fold}"


def in_turn(queued: Iterable[Derived], running: Iterable[Running]) -> list[Derived]:
    """What of the desk's queue may begin: of what takes long one at a time, so that there is a place beside it."""
    long = any(isinstance(each.row, Derived) and DERIVED[each.row.kind].long for each in running)
    chosen = []
    for row in queued:
        if not (long and DERIVED[row.kind].long):
            chosen.append(row)
        long = long or DERIVED[row.kind].long
    return chosen
