"""Jobs in warm processes of this machine, one per slot.

Each worker is forked from a server that has the libraries imported, is the leader of its own session (so that its whole
process group can be killed), and is talked to through a pipe of its own: a killed worker takes only its own job along.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from core.engines import AFTER, DESK, FITS, Event, Job

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows knows only one way

# After SIGTERM a job that ignores it gets this long before SIGKILL.
GRACE = 1.0


def warm_context() -> BaseContext:
    """The start method with the quickest workers: a fork server that has the libraries; spawn on Windows."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.engines.preload"])
    return context


@dataclass
class _Slot:
    lane: str
    process: Any = None
    pipe: Any = None
    job: Job | None = None
    deadline: float = float("inf")
    after: set[str] = field(default_factory=set)  # jobs of which more is to be heard


class LocalEngine:
    """Warm worker processes.

    Parameters
    ----------
    folder : Path
        The data folder that workers read tables from and write files to.
    fits, desk : int
        Slots per lane.
    memory : int
        Bytes that a fit may take beyond what a worker has at its start; 0 for no limit.
    """

    def __init__(self, folder: Path, fits: int, desk: int = 1, memory: int = 0) -> None:
        self._folder, self._memory = folder, memory
        self._context = warm_context()
        self._slots = [_Slot(FITS) for _ in range(fits)] + [_Slot(DESK) for _ in range(desk)]
        self._dying: list[tuple[Any, float]] = []
        self._lost: list[Event] = []
        for slot in self._slots:
            self._open(slot)

    def free(self, lane: str) -> int:
        """How many jobs of a lane could start at once."""
        return sum(slot.lane == lane and slot.job is None for slot in self._slots)

    def start(self, job: Job) -> None:
        """Begin a job in the first free slot of its lane."""
        slot = next(each for each in self._slots if each.lane == job.lane and each.job is None)
        if not slot.process.is_alive():
            self._open(slot)
        slot.job = job
        slot.deadline = time.monotonic() + job.seconds if job.seconds else float("inf")
        with contextlib.suppress(OSError):  # it died between the look and the word; `wait` will find it dead
            slot.pipe.send(job)

    def wait(self, seconds: float) -> list[Event]:
        """Events since the last call; ends late jobs at their deadline."""
        busy = [slot for slot in self._slots if slot.job is not None or slot.after]
        patience = max(0.0, min([seconds, *(slot.deadline - time.monotonic() for slot in busy)]))
        watched = {slot.pipe: slot for slot in busy} | {slot.process.sentinel: slot for slot in busy}
        if not watched:  # Windows cannot wait for nothing
            time.sleep(patience)
        heard = {id(watched[each]) for each in connection.wait(list(watched), patience)} if watched else set()
        events, self._lost = self._lost, []
        events += [event for slot in busy if id(slot) in heard for event in self._hear(slot)]
        events += [self._late(slot) for slot in busy if slot.job and time.monotonic() >= slot.deadline]
        self._bury()
        return events

    def kill(self, job: str) -> None:
        """End a job's process group; a fresh worker takes the slot."""
        for slot in self._slots:
            if slot.job is not None and slot.job.id == job:
                self._end(slot)
                self._open(slot)

    def close(self) -> None:
        """End every worker."""
        for slot in self._slots:
            self._end(slot)
        for process, _ in self._dying:
            _signal(process, KILL)
            process.join(2)
        self._dying.clear()

    def _open(self, slot: _Slot) -> None:
        from core.worker import serve

        ours, theirs = self._context.Pipe()
        memory = self._memory if slot.lane == FITS else 0
        process = self._context.Process(  # type: ignore[attr-defined]
            target=serve, args=(theirs, str(self._folder), slot.lane == FITS, memory), daemon=True
        )
        process.start()
        theirs.close()
        slot.process, slot.pipe, slot.job, slot.deadline = process, ours, None, float("inf")

    def _hear(self, slot: _Slot) -> list[Event]:
        """Everything a slot has said; its death, where that is the last."""
        events: list[Event] = []
        with contextlib.suppress(EOFError, OSError):
            while slot.pipe.poll():
                event = slot.pipe.recv()
                events.append(event)
                self._note(slot, event)
        if not slot.process.is_alive():
            if slot.job is not None:
                events.append(Event(slot.job.id, "died", reason=_death(slot.process)))
            self._end(slot)
            self._open(slot)
        return events

    def _note(self, slot: _Slot, event: Event) -> None:
        """What an event means for the slot that it came from."""
        if event.kind == "after":
            slot.after.discard(event.job)
        elif event.kind != "step":
            slot.job, slot.deadline = None, float("inf")
            if AFTER in event.result:
                slot.after.add(event.job)

    def _late(self, slot: _Slot) -> Event:
        assert slot.job is not None
        event = Event(slot.job.id, "late", reason=f"stopped after {slot.job.seconds:g} s, its time limit")
        self._end(slot)
        self._open(slot)
        return event

    def _end(self, slot: _Slot) -> None:
        _signal(slot.process, signal.SIGTERM)
        slot.pipe.close()
        self._dying.append((slot.process, time.monotonic() + GRACE))
        self._lost += [Event(each, "after") for each in sorted(slot.after)]
        slot.job = None
        slot.after.clear()

    def _bury(self) -> None:
        """Kill what did not heed SIGTERM, and what its group left behind."""
        now = time.monotonic()
        for process, until in self._dying:
            if now >= until:
                _signal(process, KILL)
        self._dying = [each for each in self._dying if now < each[1] or each[0].is_alive()]


def _signal(process: Any, number: int) -> None:
    """Signal a worker's whole process group; the worker alone while it has not made its group yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        if process.is_alive():
            os.kill(process.pid, number)


def _death(process: Any) -> str:
    process.join(1)
    code = process.exitcode
    if code is not None and code < 0:
        return f"the worker crashed ({signal.Signals(-code).name})"
    return f"the worker ended unexpectedly (exit code {code})"
