"""Plans nothing and trains nothing: takes queued jobs from the store, hands them to an engine, writes what comes back.

Outlives a closed tab and a restarted dashboard, and leaves after a while with nothing to do and no page open. After its
own death the next one requeues what was unfinished. On a full disk it pauses, and goes on when there is room.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

from core.derived import DERIVED
from core.engines import AFTER, DESK, DISK, FITS, HELD, Engine, Event, Job
from core.models import MODELS
from core.records import FitState, Hold, RunState
from core.store import Derived, DiskFull, FitRow, RunRow, Store, StoreError
from core.supervisor.turns import Turns
from core.supervisor.work import (
    OpenRun,
    Running,
    end_unwanted,
    fit_id,
    heed,
    in_turn,
    job,
    model_of,
    move,
    shared,
    take_derived,
    with_reason,
    write_steps,
)

log = logging.getLogger("bakeoff.supervisor")

TICK = 0.05  # how often the queue is looked at, seconds; a look costs some ten microseconds
STEP_WRITES = 0.5  # how often the progress of running fits is written, seconds
ATTEMPTS = 2  # a job that kills its worker twice is not tried again
ATTEMPTS_ON_A_FULL_DISK = 5  # nor one that writes more than the disk ever has room for
IDLE_SECONDS = 600.0
TIDY_SECONDS = 5.0  # with nothing to do for so long, things are put in order
SHORT = 0.02  # the share of what is left of a run up to which a fit is a short one
STOP = "stop"  # the note by which anybody asks for the end
STOPPED = "stopped by you"
OPEN = (FitState.QUEUED, FitState.RUNNING)


class Supervisor:
    """The loop between a store and an engine.

    Parameters
    ----------
    store : Store
    engine : Engine
    idle_seconds : float
        How long it stays with nothing to do and no page open.
    code : callable
        Gives a stamp of the code on disk; when it changes, the supervisor finishes what runs and leaves.
    """

    def __init__(
        self, store: Store, engine: Engine, idle_seconds: float = IDLE_SECONDS, code: Callable[[], str] = lambda: ""
    ) -> None:
        self.store, self.engine, self.idle_seconds, self._code = store, engine, idle_seconds, code
        self._running: dict[str, Running] = {}
        self._unmeasured: dict[str, str] = {}  # job to the key of its outcome, whose model's size is to come
        self._runs: dict[str, OpenRun] = {}
        self._turns = Turns()
        self._held: list[Event] = []  # what could not be written yet, because the disk is full
        self._seen, self._page_seen = -1, 0.0
        self._stamp = code()
        self._about: dict[str, Any] = {}  # what is still to be said of this supervisor
        self.outdated = self.paused = self.asked = self._tidy = False
        self._busy_at = self._worked_at = self._written_at = self._looked_at = self._compared_at = time.monotonic()
        self._pause_until = 0.0

    def take_over(self, about: Mapping[str, Any]) -> None:
        """Put back in the queue what a dead supervisor left running, and say who serves now.

        On a full disk that waits until there is room.
        """
        self._about = dict(about)
        with self._pausing():
            self._settle_in()

    def _settle_in(self) -> None:
        if self._about:
            self.store.requeue()
            self.store.remove_leftovers()
            self.store.note("supervisor", self._about)
            self.store.note(STOP, False)
            self.store.note("no_engine", "")
            self._about = {}

    def serve(self) -> None:
        """Work until there is nothing to do for a while, or somebody asks for the end."""
        with closing(self.store.connect()) as watch:
            while not self._leaving():
                if self._changed(watch) or self.outdated:
                    self.look()
                self.step(TICK)
                self._check_code()

    def stop(self) -> None:
        """Leave at the next turn of the loop; safe to call from a signal handler."""
        self.asked = True

    def drain(self) -> None:
        """Work until the queue is empty; for tests and engines that run in place."""
        self.look()
        while self._running or self._unmeasured:
            self.step(0.0)
            self.look()

    def _changed(self, watch: Any) -> bool:
        """Whether another connection has written, or a second has passed."""
        version = watch.execute("PRAGMA data_version").fetchone()[0]
        due = version != self._seen or time.monotonic() - self._looked_at > 1.0
        self._seen = version
        return bool(due)

    # -- when to leave

    def _leaving(self) -> bool:
        at_work = any(each.hold != Hold.PAUSED for each in self._running.values())  # what is paused can begin anew
        measured = bool(self._unmeasured) and not self._running  # a worker whose job stands still measures nothing
        busy = bool(at_work or measured or self._held)
        if self.outdated and not busy:
            return True
        now = time.monotonic()
        if busy:
            self._worked_at, self._tidy = now, False
        if busy or self._page_open():
            self._busy_at = now
        if not self._tidy and now - self._worked_at > TIDY_SECONDS:
            self._put_in_order()
        if self.store.noted(STOP):  # never the other way round: a signal may come while this is read
            self.asked = True
        if self.asked:
            return True
        return time.monotonic() - self._busy_at > self.idle_seconds and not self.store.waiting()  # as on a full disk

    def _page_open(self) -> bool:
        """Whether a page has shown itself since the last look; pages do every few seconds, see `core.jobs.here`."""
        with suppress(OSError):
            seen = self.store.seen_path.stat().st_mtime
            if seen != self._page_seen:
                self._page_seen = seen
                return True
        return False

    def _put_in_order(self) -> None:
        self._tidy = True
        with suppress(StoreError, OSError):
            self.store.keep_ballast()
            self.store.back_up()

    def _check_code(self) -> None:
        if self.outdated or time.monotonic() - self._compared_at < 1.0:
            return
        self._compared_at = time.monotonic()
        if self._code() != self._stamp:
            log.info("the code has changed; leaving when running jobs are done")
            self.outdated = True

    # -- looking at the queue

    def look(self) -> None:
        """Read the queue: end what should end, start what can start, close runs that are through."""
        self._looked_at = time.monotonic()
        with self._pausing():
            self._go_on()
            self._cancel()
            self._limit_runs()
            if not self.outdated and not self.paused:
                self._start_derived()
                self._start_fits()
            self._hold()
            self._close_runs()

    @contextmanager
    def _pausing(self) -> Iterator[None]:
        """Pause where the disk is full; nothing that was finished is lost by it."""
        try:
            yield
        except DiskFull as error:
            self._pause(str(error))

    def _pause(self, reason: str) -> None:
        if not self.paused:
            log.warning("paused: %s", reason)
        self.paused, self._pause_until = True, time.monotonic() + 1.0

    def _go_on(self) -> None:
        """Pause before the disk is quite full; go on when there is room, with what could not be written first."""
        was, self.paused = self.paused, time.monotonic() < self._pause_until or self.store.full()
        if self.paused:
            return
        self._settle_in()
        while self._held:
            self._take(self._held[0])
            self._held.pop(0)
        if was:
            log.info("there is room again; going on")

    def _cancel(self) -> None:
        for fit in self.store.unwanted_fits():
            self._end(fit, FitState.CANCELLED, STOPPED)
        end_unwanted(self.engine, self.store, self._running)

    def _end(self, fit: FitRow, state: FitState, reason: str) -> None:
        """Have the engine end a fit; what it has to hand in may still come."""
        running = self._running.get(fit_id(fit))
        if running is None:  # nobody is at work on it
            self.store.advance_fit(fit, OPEN, state, reason)
        elif running.end is None:
            running.end = state
            self.engine.stop(fit_id(fit), reason)

    def _hold(self) -> None:
        """Have fits stand still and go on as people want it, and with them the clocks of their runs."""
        heed(self.engine, self.store, self._running)
        for each in self._runs.values():
            each.rest(self.store)

    def _limit_runs(self) -> None:
        """End runs that have taken longer than they may."""
        for run, each in self._runs.items():
            limit = each.row.spec.run_limit
            if limit and not each.over and each.seconds + each.uncounted(time.monotonic()) > limit:
                reason = f"stopped because the whole run reached its limit of {limit:g} s"
                self.store.skip(run, "", f"not tried, because the whole run reached its limit of {limit:g} s")
                for running in list(self._running.values()):
                    if isinstance(running.row, FitRow) and running.row.run == run:
                        self._end(running.row, FitState.FAILED, reason)
                each.over = True

    def _start_derived(self) -> None:
        free = self.engine.free(DESK)
        for row in in_turn(self.store.queued_derived(), self._running.values())[: max(free, 0)]:
            if self.store.advance_derived(row.key, FitState.QUEUED, FitState.RUNNING):
                entry = DERIVED[row.kind]
                limits = entry.seconds(self.store, row.params), entry.memory(self.store, row.params)
                self._hand_over(Job(row.key, row.kind, row.params, DESK, *limits), row)

    def _start_fits(self) -> None:
        """Give every free slot a fit, as long as there is one that is not at work for another run already."""
        while self.engine.free(FITS) > 0:
            fit, quick = self._next_fit()
            run = self._opened(fit.run) if fit else None
            if fit is None or run is None:
                return
            self._start_fit(fit, run, quick)

    def _next_fit(self) -> tuple[FitRow | None, bool]:
        """The next fit, of the run whose turn it is, and whether it was taken for being quick.

        One slot of a run works from the quickest fit up, so that there is something to see at once; the others from the
        longest down, so that nothing long is left for the end. What is not short against all that is left is for the
        end: there the slots even out.
        """
        at_work = [(each.row, each.quick and not each.through) for each in self._running.values()]
        for run in self._turns.order(self.store.waiting()):
            quick = not any(row.run == run and quickly for row, quickly in at_work if isinstance(row, FitRow))
            fit = self.store.next_fit(run, quickest=quick, but=self._keys_at_work())
            if fit is not None and quick and fit.cost > SHORT * self.store.queued_cost(run):
                fit, quick = self.store.next_fit(run, quickest=False, but=self._keys_at_work()), False
            if fit is not None:
                return fit, quick
        return None, False

    def _keys_at_work(self) -> list[str]:
        """What need not be begun a second time; for what stands still nobody else is to wait."""
        return [each.row.key for each in self._running.values() if each.hold != Hold.PAUSED]

    def _opened(self, run: str) -> RunRow | None:
        if run not in self._runs:
            row = self.store.run(run)
            if row is None:
                return None
            self.store.advance_run(run, [RunState.QUEUED], RunState.RUNNING)
            self._runs[run] = OpenRun(row, time.monotonic(), row.seconds or 0.0, shared(row))
        return self._runs[run].row

    def _start_fit(self, fit: FitRow, run: RunRow, quick: bool) -> None:
        """Hand a fit to the engine, and with it the other folds of a model that learns them at once."""
        wanted = (fit, *self._at_once(fit, run))
        fits = [each for each in wanted if self.store.advance_fit(each, [FitState.QUEUED], FitState.RUNNING)]
        if fits:
            self._turns.begin(fit_id(fits[0]), run.owner, run.id)
            self._hand_over(job(self._runs[run.id], fits), fits[0], quick)
            self._running |= {fit_id(each): Running(each, quick) for each in fits[1:]}

    def _at_once(self, fit: FitRow, run: RunRow) -> list[FitRow]:
        """The folds that are done at once with a fit: its share of them, where other slots are free for the rest."""
        if not (self.engine.at_once and MODELS[model_of(run, fit).name].at_once):
            return []
        others = self.store.others(fit, self._keys_at_work())
        return others[: -(-(len(others) + 1) // max(self.engine.free(FITS), 1)) - 1]

    def _hand_over(self, job: Job, row: FitRow | Derived, quick: bool = False) -> None:
        self._running[job.id] = Running(row, quick)
        self.engine.start(job)

    def _close_runs(self) -> None:
        for run, end in self.store.settled_runs():
            self._count(run)
            self.store.advance_run(run, [RunState.QUEUED, RunState.RUNNING], end)
            self._runs.pop(run, None)

    def _count(self, run: str) -> None:
        """Keep how long a run has taken so far."""
        if run in self._runs:
            self._runs[run].count(self.store)

    # -- hearing from the engine

    def step(self, seconds: float) -> None:
        """Take the engine's events into the store; waits for the first one no longer than `seconds`."""
        events = self.engine.wait(seconds)
        for event in events:
            if event.kind not in ("step", "after") and event.job in self._running:
                self._running[event.job].through = True
                self._turns.end(event.job)
        if any(event.kind == "done" for event in events) and not (self.paused or self.outdated):
            with self._pausing():
                self._start_fits()  # before anything is written, so that no slot waits for it
        for event in events:
            self._receive(event)
        if time.monotonic() - self._written_at >= STEP_WRITES:
            with self._pausing():
                self._write_steps()
        if any(event.kind != "step" for event in events):
            self.look()

    def _receive(self, event: Event) -> None:
        """Take an event in, or hold it until there is room to write it, and with it all that follow."""
        if not self._held or event.kind == "step":
            with self._pausing():
                self._take(event)
                return
        self._held.append(event)

    def _take(self, event: Event) -> None:
        if event.kind == "after":
            if key := self._unmeasured.get(event.job, ""):
                self.store.set_size(key, event.result.get("size", 0))
                del self._unmeasured[event.job]
            if event.log:
                log.warning("the model of %s could not be written\n%s", event.job, event.log)
            return
        running = self._running.get(event.job)
        if running is None:  # it was ended meanwhile
            return
        if event.kind == "step":
            move(running, event.result)
            if HELD in event.result and isinstance(running.row, FitRow):
                self._write_steps()  # for whoever waits to see where it stands
                if running.hold == Hold.STEP and self.store.stepped(running.row):  # not one asked for only now
                    running.hold = Hold.PAUSED
            return
        if isinstance(running.row, FitRow):
            self._take_fit(running.row, event, running.end)
        else:
            take_derived(self.store, running.row, event, running.end is not None)
        del self._running[event.job]

    def _take_fit(self, fit: FitRow, event: Event, end: FitState | None) -> None:
        if event.kind == "done":
            self.store.finish_fit(
                fit, with_reason(event.result["outcome"], event.reason), key=event.result.get("key", "")
            )
            if AFTER in event.result:
                self._unmeasured[event.job] = event.result.get("key") or fit.key
        elif end is None and self._worth_another_try(fit, event):
            self.store.advance_fit(fit, [FitState.RUNNING], FitState.QUEUED)
        else:
            self._drop(fit, end or FitState.FAILED, event)

    def _worth_another_try(self, fit: FitRow, event: Event) -> bool:
        if event.result.get(DISK):
            self._pause(event.reason)
            return fit.attempts + 1 < ATTEMPTS_ON_A_FULL_DISK or self.store.full()
        return event.kind == "died" and fit.attempts + 1 < ATTEMPTS

    def _drop(self, fit: FitRow, state: FitState, event: Event) -> None:
        if event.log:
            log.warning("%s, fold %d, of run %s: %s\n%s", fit.model, fit.fold + 1, fit.run, event.reason, event.log)
        self.store.advance_fit(fit, [FitState.RUNNING], state, event.reason, event.log)
        if event.kind in ("late", "over"):  # one fold over its limit tells for the others
            self.store.skip(fit.run, fit.model, f"not tried, because fold {fit.fold + 1} was {event.reason}")

    def _write_steps(self) -> None:
        self._written_at = time.monotonic()
        write_steps(self.store, self._running.values())
        for run in self._runs:
            self._count(run)
