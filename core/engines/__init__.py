"""Where jobs run: one small interface, so that the supervisor need not know whether it is this machine or a cluster.

A job is a plain value with its limits; an engine runs it in a lane and reports events. It knows nothing of runs, states
or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

FITS = "fits"
AFTER = "after"  # the key in a result that announces an event of this kind
DISK = "disk"  # the key in a failure's result that says that the disk was full
HELD = "held"  # the key in the result of a step after which a job stands still
DESK = "desk"  # small jobs that a person waits for; never queued behind training


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work as a value.

    Attributes
    ----------
    id : str
        Names the job in every event.
    kind : str
        ``"fit"``, or a name in `core.derived.DERIVED`.
    params : mapping
        Plain values that say with what.
    lane : str
        Where it waits: `FITS` or `DESK`.
    seconds : float or None
        Time limit; None for none.
    memory : int
        Bytes that it may take beyond what a warm worker has; 0 for the engine's own limit.
    gpus : float
        Graphics cards that it has use for; an engine that deals them out gives them, where it has any.
    others : tuple of str
        Fits that are done at once with it, by name: each has events of its own, its own last one among them, and the
        job's last event is the last of all. Only where the engine says that it can (`Engine.at_once`).
    """

    id: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    lane: str = FITS
    seconds: float | None = None
    memory: int = 0
    gpus: float = 0.0
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it has events of."""
        return (self.id, *self.others)

    def of_all(self, event: Event) -> list[Event]:
        """One event for each of them."""
        return [replace(event, job=each) for each in self.names]


@dataclass(frozen=True, slots=True)
class Event:
    """What an engine has to tell about a job.

    Attributes
    ----------
    kind : {"step", "done", "failed", "died", "late", "over", "ended", "after"}
        Each job has one last event: ``done`` carries a result; ``failed`` an exception's reason and traceback; ``died``
        the end of the process that ran the job; ``late`` and ``over`` that it was ended at its time or memory limit;
        ``ended`` that it was ended because `Engine.stop` was called. ``after`` follows a ``done`` whose result had
        `AFTER` in it, when the worker had nothing else to do; its own result is empty where that was lost.
    """

    job: str
    kind: str
    result: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    log: str = ""


class Engine(Protocol):
    """Runs jobs. Not safe for threads: one loop owns it.

    Attributes
    ----------
    at_once : bool
        Whether it takes jobs with `Job.others`.
    """

    at_once: bool

    def free(self, lane: str) -> int:
        """How many jobs of a lane could start at once."""

    def start(self, job: Job) -> None:
        """Begin a job; there must be a free place in its lane."""

    def wait(self, seconds: float) -> list[Event]:
        """Events since the last call; comes back at once when there are some, else after `seconds`."""

    def stop(self, job: str, reason: str = "") -> None:
        """End a job, with everything it started.

        A job that listens (see `core.progress.wanted`) has a moment to hand in what it has, and then is ``done`` with
        `reason`; any other is ``ended`` at once, with the same. So it is at a time limit, where that end is ``late``.
        """

    def pause(self, job: str) -> None:
        """Have a job stand still at its next question; nothing happens to one that does not listen.

        Its time limit stands still with it, and where there is room another job may take its place meanwhile. When it
        stands still it tells a last ``step``, with `HELD` in its result.
        """

    def step(self, job: str) -> None:
        """Have a job that is paused, or about to be, learn one step and stand still again."""

    def resume(self, job: str) -> None:
        """Have a job that is paused go on."""

    def close(self) -> None:
        """End everything."""


def time_reason(seconds: float) -> str:
    """Why a job was ended at its time limit."""
    return f"stopped after {seconds:g} s, its time limit"


def memory_reason(memory: int) -> str:
    """Why a job was ended at its memory limit."""
    return f"stopped at {memory / 2**30:.1f} GiB, its memory limit"
