"""Where jobs run: one small interface, so that the supervisor need not know whether it is this machine or a cluster.

A job is a plain value; an engine runs it in a lane and reports events. It knows nothing of runs, states or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

FITS = "fits"
AFTER = "after"  # the key in a result that announces an event of this kind
DESK = "desk"  # small jobs that a person waits for; never queued behind training


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work as a value.

    Attributes
    ----------
    id : str
        Names the job in every event.
    kind : str
        What to do, a key of `core.worker.WORK`.
    params : mapping
        Plain values that say with what.
    lane : str
        Where it waits: `FITS` or `DESK`.
    seconds : float or None
        Time limit; None for none.
    """

    id: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    lane: str = FITS
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What an engine has to tell about a job.

    Attributes
    ----------
    kind : {"step", "done", "failed", "died", "late", "after"}
        ``done`` carries a result; ``failed`` an exception's reason and traceback; ``died`` the end of the process that
        ran the job, ``late`` that it was ended at its time limit. ``after`` follows a ``done`` whose result had
        `AFTER` in it, when the worker had nothing else to do; its own result is empty where that was lost.
    """

    job: str
    kind: str
    result: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    log: str = ""


class Engine(Protocol):
    """Runs jobs. Not safe for threads: one loop owns it."""

    def free(self, lane: str) -> int:
        """How many jobs of a lane could start at once."""

    def start(self, job: Job) -> None:
        """Begin a job; there must be a free place in its lane."""

    def wait(self, seconds: float) -> list[Event]:
        """Events since the last call; comes back at once when there are some, else after `seconds`."""

    def kill(self, job: str) -> None:
        """End a job for good, with everything it started; nothing more is heard of it."""

    def close(self) -> None:
        """End everything."""
