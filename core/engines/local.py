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
import threading
import time
from dataclasses import dataclass, field, replace
from multiprocessing import connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import psutil

from core.engines import AFTER, DESK, FITS, Event, Job, memory_reason, time_reason
from core.engines.ending import below, death, kill, signalled
from core.engines.flags import Asked, Flag
from core.engines.orphans import KILL
from core.engines.watching import MORE, Watch

# Seconds for a job that listens to hand in what it has, and for one that ignores SIGTERM until it gets SIGKILL: the
# processor is to be free within three seconds of a click on Stop.
HAND_IN, GRACE = 1.8, 1.0

# With nothing to do for so long, the fork server loads the rest; after as long again, workers that lack it are renewed.
QUIET = 2.0
ASLEEP = 2.0  # seconds that a wait takes too long only if this process was stopped
STARTS = 20  # attempts to start a worker, a tenth of a second apart


def warm_context() -> BaseContext:
    """The start method with the quickest workers: a fork server that has the libraries; spawn on Windows."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.engines.preload"])
    return context


@dataclass
class _Slot:
    """A place for one worker.

    Attributes
    ----------
    flags : shared array of bytes
        See `core.engines.flags`.
    ending : Event or None
        What will be told of the job when it is ended; None while it may go on.
    deadline : float
        When it is late, or, if it is `ending`, when it is ended for good.
    looked : float
        The moment up to which the deadline has been put off for what was held.
    after : set of str
        Jobs of which more is to be heard.
    """

    lane: str
    watch: Watch
    flags: Any
    process: Any = None
    pipe: Any = None
    job: Job | None = None
    deadline: float = float("inf")
    looked: float = 0.0
    ending: Event | None = None
    after: set[str] = field(default_factory=set)

    @property
    def free(self) -> bool:
        """Whether a job can start here at once."""
        return self.job is None and self.process is not None

    @property
    def holds(self) -> bool:
        """Whether its job stands still."""
        return self.job is not None and self.ending is None and bool(self.flags[Flag.HOLDS])

    def look(self, now: float) -> None:
        """Put the deadline off while the job stands still."""
        if self.holds:
            self.deadline += now - self.looked
        self.looked = now


class LocalEngine:
    """Warm worker processes.

    Parameters
    ----------
    folder : Path
        The data folder that workers read tables from and write files to.
    fits, desk : int
        Slots per lane.
    memory : int
        Bytes that a fit may take beyond what a worker has at its start, where its job does not say; 0 for no limit. A
        job of the desk may take what all fits together may.
    moment : float
        Seconds without a job after which a worker does what comes after a fit.
    """

    at_once = True

    def __init__(self, folder: Path, fits: int, desk: int = 1, memory: int = 0, moment: float = 0.2) -> None:
        self._folder, self._moment = folder, moment
        self._memory = {FITS: memory, DESK: memory * max(fits, 1)}
        self._counts = {FITS: fits, DESK: desk}
        self._context = warm_context()
        self._slots = [self._slot(lane, number) for lane, count in self._counts.items() for number in range(count)]
        self._dying: list[tuple[Any, threading.Timer]] = []
        self._told: list[Event] = []  # for the next `wait`
        self._loading: psutil.Process | None = None  # the fork server while it loads and starts nobody
        self._fill()
        self._quiet_since, self._asked_for_more, self._renewed = time.monotonic(), False, False

    def free(self, lane: str) -> int:
        """How many jobs of a lane could start at once."""
        slots, places = self._of(lane), self._places(lane)
        ready = sum(slot.free for slot in slots) + (max(0, places - len(slots)) if self._loading is None else 0)
        return max(0, min(ready, places - sum(slot.job is not None for slot in slots)))

    def _of(self, lane: str) -> list[_Slot]:
        return [slot for slot in self._slots if slot.lane == lane]

    def _places(self, lane: str) -> int:
        """How many jobs of a lane may be at work: for each that stands still another one, up to as many again."""
        count = self._counts[lane]
        return count + min(count, sum(slot.holds for slot in self._of(lane)))

    def start(self, job: Job) -> None:
        """Begin a job in the first free slot of its lane."""
        slot = next((each for each in self._of(job.lane) if each.free), None) or self._another(job.lane)
        if not slot.process.is_alive():
            self._end(slot)
            self._open(slot)
        slot.job, slot.ending = job, None
        slot.flags[:] = [0] * len(Flag)
        slot.looked = time.monotonic()
        slot.deadline = time.monotonic() + job.seconds if job.seconds else float("inf")
        slot.watch.begin(job.memory or self._memory[job.lane])
        with contextlib.suppress(OSError):  # it died between the look and the word; `wait` will find it dead
            slot.pipe.send(job)

    def wait(self, seconds: float) -> list[Event]:
        """Events since the last call; ends jobs at their limits."""
        busy = [slot for slot in self._slots if slot.job is not None or slot.after]
        patience = (
            0.0
            if self._told
            else max(0.0, min([seconds, *(slot.deadline - time.monotonic() for slot in busy if not slot.holds)]))
        )
        watched = {slot.pipe: slot for slot in busy} | {slot.process.sentinel: slot for slot in busy}
        began = time.monotonic()
        if not watched:  # Windows cannot wait for nothing
            time.sleep(patience)
        heard = {id(watched[each]) for each in connection.wait(list(watched), patience)} if watched else set()
        self._make_up(time.monotonic() - began - patience)
        for slot in busy:
            if id(slot) in heard:
                self._told += self._hear(slot)
            self._check(slot)
        self._dying = [each for each in self._dying if each[0].is_alive() or each[1].is_alive()]
        self._fill()
        self._warm_up(quiet=not busy)
        events, self._told = self._told, []
        return events

    def stop(self, job: str, reason: str = "") -> None:
        """End a job; if it listens, it has a moment to hand in what it has."""
        for slot in self._slots:
            if slot.job is not None and job in slot.job.names and slot.ending is None:
                self._ask(slot, Event(job, "ended", reason=reason))

    def pause(self, job: str) -> None:
        """Have a job that listens stand still; meanwhile its slot does not count."""
        self._tell(job, Asked.PAUSE)

    def step(self, job: str) -> None:
        """Have a job learn one step and stand still again."""
        self._tell(job, Asked.PAUSE, steps=1)

    def resume(self, job: str) -> None:
        """Have a job go on; until enough others are through, more are at work than there are slots."""
        self._tell(job, Asked.GO_ON)

    def _tell(self, job: str, asked: Asked, steps: int = 0) -> None:
        for slot in self._slots:
            if slot.job is not None and slot.job.id == job and slot.ending is None:
                slot.flags[Flag.STEPS] = (slot.flags[Flag.STEPS] + steps) % 128
                slot.flags[Flag.ASKED] = asked

    def close(self) -> None:
        """End every worker."""
        for slot in self._slots:
            if slot.process is not None:
                self._end(slot)
        for process, last in self._dying:  # nobody is there later to do what comes last
            last.cancel()
            signalled(process, KILL)
            kill(*last.args)
            process.join(2)
        self._dying.clear()

    def _make_up(self, overslept: float) -> None:
        """Leave out of all deadlines the time in which this process was stopped, as when the machine sleeps."""
        if overslept > ASLEEP:
            for slot in self._slots:
                slot.deadline += overslept
                slot.looked += overslept

    def _warm_up(self, *, quiet: bool) -> None:
        """In quiet times have the fork server load what takes long, and give every slot a worker that has it."""
        now = time.monotonic()
        if not quiet or self._renewed:
            self._quiet_since = now
        elif now - self._quiet_since < QUIET or self._loading is not None:
            return
        elif self._asked_for_more:
            for slot in self._slots:
                self._end(slot)
            self._fill()
            self._renewed = True
        elif (server := _fork_server(self._slots[0].process)) is not None:
            with contextlib.suppress(psutil.Error):
                server.send_signal(MORE)
            self._loading, self._asked_for_more, self._quiet_since = server, True, now

    def _fill(self) -> None:
        """Give every slot a worker, but not while the fork server loads: nothing could be stopped until it is done."""
        if self._loading is not None and _at_work(self._loading):
            return
        self._loading = None
        for slot in list(self._slots):
            if slot.process is None:
                self._open(slot)
            elif slot.free and not slot.after and len(self._of(slot.lane)) > self._places(slot.lane):
                self._slots.remove(slot)
                self._end(slot)

    # -- one slot

    def _slot(self, lane: str, number: int) -> _Slot:
        output = self._folder / "store" / "logs" / f"{lane}-{number}.log"
        return _Slot(lane, Watch(output), self._context.RawArray("b", len(Flag)))

    def _another(self, lane: str) -> _Slot:
        """One more slot, in the place of one whose job stands still."""
        taken = {slot.watch.output for slot in self._slots}
        slots = (self._slot(lane, number) for number in range(len(taken) + 1))
        slot = next(each for each in slots if each.watch.output not in taken)
        self._open(slot)
        self._slots.append(slot)
        return slot

    def _open(self, slot: _Slot) -> None:
        from core.worker import serve

        ours, theirs = self._context.Pipe()
        place = (str(self._folder), slot.flags, str(slot.watch.output), slot.lane == FITS)
        process = self._started(serve, (theirs, *place, self._memory[slot.lane], self._moment))
        theirs.close()
        slot.process, slot.pipe = process, ours
        slot.watch.pid = process.pid
        self._clear(slot)

    def _started(self, target: Any, arguments: tuple[Any, ...]) -> Any:
        """A new process; a fork server that was killed takes a moment to be seen as gone, and then to be replaced."""
        for _ in range(STARTS):
            process = self._context.Process(target=target, args=arguments, daemon=True)  # type: ignore[attr-defined]
            try:
                process.start()
                return process
            except (OSError, EOFError) as error:
                failure = error
                time.sleep(0.1)
        raise failure

    def _clear(self, slot: _Slot) -> None:
        slot.job, slot.ending, slot.deadline = None, None, float("inf")

    def _hear(self, slot: _Slot) -> list[Event]:
        """Everything a slot has said; its death, where that is the last."""
        events: list[Event] = []
        with contextlib.suppress(EOFError, OSError):
            while slot.pipe.poll():
                events.append(self._heed(slot, slot.pipe.recv()))
        if not slot.process.is_alive():
            if slot.job is not None:
                died = Event(slot.job.id, "died", reason=death(slot.process), log=slot.watch.said())
                events += slot.job.of_all(slot.ending or died)
            self._end(slot)
            self._fill()
        return events

    def _heed(self, slot: _Slot, event: Event) -> Event:
        """What an event means for the slot that it came from; a failure to hand in is the end that was asked for."""
        if event.kind == "after":
            slot.after.discard(event.job)
            if slot.job is not None and slot.job.seconds and slot.ending is None:  # this came before it could begin
                slot.deadline = time.monotonic() + slot.job.seconds
        elif event.kind != "step":
            told = event
            if slot.ending is not None:
                handed = event.kind == "done"
                told = replace(event, reason=slot.ending.reason) if handed else replace(slot.ending, job=event.job)
            if slot.job is not None and event.job == slot.job.id:
                self._clear(slot)
            if AFTER in event.result:
                slot.after.add(event.job)
            return told
        return event

    def _check(self, slot: _Slot) -> None:
        """End a job that is over one of its limits, or has not handed in in time."""
        if slot.job is None:
            return
        slot.look(time.monotonic())
        if slot.watch.over():
            self._finish(slot, Event(slot.job.id, "over", reason=memory_reason(slot.watch.memory)))
        elif time.monotonic() >= slot.deadline and slot.ending is not None:
            self._finish(slot, slot.ending, KILL)
        elif time.monotonic() >= slot.deadline:
            log = slot.watch.stack()
            self._ask(slot, Event(slot.job.id, "late", reason=time_reason(slot.job.seconds or 0.0), log=log))

    def _ask(self, slot: _Slot, end: Event) -> None:
        """Ask a job that listens for what it has; end any other at once."""
        if slot.flags[Flag.LISTENS]:
            slot.flags[Flag.ASKED] = Asked.STOP
            slot.ending, slot.deadline = end, time.monotonic() + HAND_IN
        else:
            self._finish(slot, end)

    def _finish(self, slot: _Slot, event: Event, number: int = signal.SIGTERM) -> None:
        """End a job for good; a fresh worker takes the slot."""
        self._told += slot.job.of_all(event) if slot.job is not None else [event]
        self._end(slot, number)
        self._fill()

    def _end(self, slot: _Slot, number: int = signal.SIGTERM) -> None:
        started = below(slot.process.pid)  # some may have made a group of their own
        signalled(slot.process, number)
        last = threading.Timer(GRACE, kill, (slot.process.pid, started))
        last.daemon = True
        last.start()
        slot.pipe.close()
        self._dying.append((slot.process, last))
        slot.process = None
        self._told += [Event(each, "after") for each in sorted(slot.after)]
        slot.after.clear()
        self._clear(slot)


def _fork_server(worker: Any) -> psutil.Process | None:
    """The fork server that a worker is from; None where there is none that could load more, or it is gone."""
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(worker.pid).parent()
        if MORE is not None and parent is not None and parent.ppid() == os.getpid():
            return parent
    return None


def _at_work(server: psutil.Process) -> bool:
    """Whether a fork server does something else than waiting to be asked."""
    try:
        return bool(server.status() not in (psutil.STATUS_SLEEPING, psutil.STATUS_ZOMBIE))
    except psutil.Error:  # it was killed; the next worker brings another one
        return False
