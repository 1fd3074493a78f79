"""Plans nothing and trains nothing: takes queued jobs from the store, hands them to an engine, writes what comes back.

One per data folder (a lock file); the only process that writes results. Outlives a closed tab and a restarted
dashboard, and leaves after a while with nothing to do. After its own death the next one requeues what was unfinished.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.derived import DERIVED
from core.engines import AFTER, DESK, FITS, Engine, Event, Job
from core.records import FitState, RunState
from core.store import Derived, FitRow, RunRow, Store

log = logging.getLogger("bakeoff.supervisor")

TICK = 0.05  # how often the queue is looked at, seconds; a look costs some ten microseconds
STEP_WRITES = 0.5  # how often the progress of running fits is written, seconds
ATTEMPTS = 2  # a job that kills its worker twice is not tried again
IDLE_SECONDS = 600.0
STOP = "stop"  # the note by which anybody asks for the end


@dataclass
class _Running:
    """A job that an engine has."""

    row: FitRow | Derived
    quick: bool = False
    progress: float = 0.0
    message: str = ""
    points: list[Mapping[str, float]] = field(default_factory=list)
    moved: bool = False


class Supervisor:
    """The loop between a store and an engine.

    Parameters
    ----------
    store : Store
    engine : Engine
    idle_seconds : float
        How long it stays with nothing to do.
    code : callable
        Gives a stamp of the code on disk; when it changes, the supervisor finishes what runs and leaves.
    """

    def __init__(
        self, store: Store, engine: Engine, idle_seconds: float = IDLE_SECONDS, code: Callable[[], str] = lambda: ""
    ) -> None:
        self.store, self.engine, self.idle_seconds, self._code = store, engine, idle_seconds, code
        self._running: dict[str, _Running] = {}
        self._unmeasured: dict[str, str] = {}  # job to the key of its outcome, whose model's size is to come
        self._seen = -1
        self._stamp = code()
        self.outdated = self._stopped = False
        self._busy_at = self._written_at = self._looked_at = time.monotonic()
        self._began: dict[str, float] = {}
        self._runs: dict[str, RunRow] = {}

    def serve(self) -> None:
        """Work until there is nothing to do for a while, or somebody asks for the end."""
        self.store.note(STOP, False)
        with closing(self.store.connect()) as watch:
            while not self._leaving():
                if self._changed(watch) or self.outdated:
                    self.look()
                self.step(TICK)
                self._check_code()

    def stop(self) -> None:
        """Leave at the next turn of the loop; safe to call from a signal handler."""
        self._stopped = True

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

    def _leaving(self) -> bool:
        if self.outdated and not self._running and not self._unmeasured:
            return True
        if self._running or self._unmeasured:
            self._busy_at = time.monotonic()
        if self._stopped or self.store.noted(STOP):
            return True
        return time.monotonic() - self._busy_at > self.idle_seconds

    def _check_code(self) -> None:
        if not self.outdated and time.monotonic() - self._looked_at > 0.9 and self._code() != self._stamp:
            log.info("the code has changed; leaving when running jobs are done")
            self.outdated = True

    # -- looking at the queue

    def look(self) -> None:
        """Read the queue: end what should end, start what can start, close runs that are through."""
        self._looked_at = time.monotonic()
        self._cancel()
        if not self.outdated:
            self._start_derived()
            self._start_fits()
        self._close_runs()

    def _cancel(self) -> None:
        for fit in self.store.unwanted_fits():
            if _fit_id(fit) in self._running:
                self.engine.kill(_fit_id(fit))
                self._drop(fit, FitState.CANCELLED, "stopped by you")

    def _start_derived(self) -> None:
        free = self.engine.free(DESK)
        for row in self.store.queued_derived()[: max(free, 0)]:
            if self.store.advance_derived(row.key, FitState.QUEUED, FitState.RUNNING):
                self._hand_over(Job(row.key, row.kind, row.params, DESK), row)

    def _start_fits(self) -> None:
        """Give every free slot a fit, as long as there is one that is not at work for another run already."""
        while self.engine.free(FITS) > 0:
            fit, quick = self._next_fit()
            run = (self._runs.get(fit.run) or self.store.run(fit.run)) if fit else None
            if fit is None or run is None:
                return
            self._runs[fit.run] = run
            self._start_fit(fit, run, quick)

    def _next_fit(self) -> tuple[FitRow | None, bool]:
        """The next fit, of the run with the fewest at work, and whether it was taken for being quick.

        One slot of a run works from the quickest fit up, so that there is something to see at once; the others from the
        longest down, so that nothing long is left for the end. They meet in the middle.
        """
        at_work = [(each.row, each.quick) for each in self._running.values() if isinstance(each.row, FitRow)]
        turns = {run: sum(row.run == run for row, _ in at_work) for run in self.store.waiting_runs()}
        for run in sorted(turns, key=lambda each: turns[each]):  # of equals the oldest: sorting keeps the order
            quick = not any(row.run == run and quickly for row, quickly in at_work)
            fit = self.store.next_fit(run, quickest=quick, but=[row.key for row, _ in at_work])
            if fit is not None:
                return fit, quick
        return None, False

    def _start_fit(self, fit: FitRow, run: RunRow, quick: bool) -> None:
        if run.id not in self._began:
            self._began[run.id] = time.monotonic()
            self.store.advance_run(run.id, [RunState.QUEUED], RunState.RUNNING)
        if not self.store.advance_fit(fit, [FitState.QUEUED], FitState.RUNNING):
            return
        model = next(each for each in run.spec.models if each.id == fit.model)
        params = {
            "spec": run.spec.to_json(),
            "name": model.name,
            "label": model.label,
            "settings": dict(model.settings),
            "fold": fit.fold,
            "key": fit.key,
        }
        self._hand_over(Job(_fit_id(fit), "fit", params, FITS, run.spec.time_limit or None), fit, quick)

    def _hand_over(self, job: Job, row: FitRow | Derived, quick: bool = False) -> None:
        self._running[job.id] = _Running(row, quick)
        self.engine.start(job)

    def _close_runs(self) -> None:
        for run, cancelled in self.store.settled_runs():
            self.store.set_seconds(run, time.monotonic() - self._began.pop(run, time.monotonic()))
            end = RunState.CANCELLED if cancelled else RunState.DONE
            self.store.advance_run(run, [RunState.QUEUED, RunState.RUNNING], end)
            self._runs.pop(run, None)

    # -- hearing from the engine

    def step(self, seconds: float) -> None:
        """Take the engine's events into the store; waits for the first one no longer than `seconds`."""
        events = self.engine.wait(seconds)
        for event in events:
            self._take(event)
        if time.monotonic() - self._written_at >= STEP_WRITES:
            self._write_steps()
        if any(event.kind != "step" for event in events):
            self.look()

    def _take(self, event: Event) -> None:
        if event.kind == "after":
            if key := self._unmeasured.pop(event.job, ""):
                self.store.set_size(key, event.result.get("size", 0))
            return
        running = self._running.get(event.job)
        if running is None:  # it was ended meanwhile
            return
        if event.kind == "step":
            _move(running, event.result)
        elif isinstance(running.row, FitRow):
            self._take_fit(running.row, event)
        else:
            self._take_derived(running.row, event)

    def _take_fit(self, fit: FitRow, event: Event) -> None:
        if event.kind == "done":
            del self._running[event.job]
            self.store.finish_fit(fit, event.result["outcome"])
            if AFTER in event.result:
                self._unmeasured[event.job] = fit.key
        elif event.kind == "died" and fit.attempts + 1 < ATTEMPTS:
            del self._running[event.job]
            self.store.advance_fit(fit, [FitState.RUNNING], FitState.QUEUED)
        else:
            self._drop(fit, FitState.FAILED, event.reason, event.log)
            if event.kind == "late":
                self._spare(fit, event.reason)

    def _spare(self, fit: FitRow, reason: str) -> None:
        """One fold over its limit tells for the others: those not begun are not tried."""
        for other in self.store.fits(fit.run, curves=False):
            if other.model == fit.model and other.state == FitState.QUEUED:
                told = f"not tried, because fold {fit.fold + 1} was {reason}"
                self.store.advance_fit(other, [FitState.QUEUED], FitState.SKIPPED, told)

    def _drop(self, fit: FitRow, state: FitState, reason: str, traceback: str = "") -> None:
        self._running.pop(_fit_id(fit), None)
        if traceback:
            log.warning("%s, fold %d, of run %s: %s\n%s", fit.model, fit.fold + 1, fit.run, reason, traceback)
        self.store.advance_fit(fit, [FitState.RUNNING], state, reason, traceback)

    def _take_derived(self, row: Derived, event: Event) -> None:
        del self._running[event.job]
        if event.kind == "done":
            DERIVED[row.kind].keep(self.store, row.params, event.result)
            self.store.advance_derived(row.key, FitState.RUNNING, FitState.DONE, result=event.result)
        else:
            log.warning("%s: %s\n%s", row.kind, event.reason, event.log)
            self.store.advance_derived(row.key, FitState.RUNNING, FitState.FAILED, reason=event.reason, log=event.log)

    def _write_steps(self) -> None:
        moved = [each for each in self._running.values() if each.moved and isinstance(each.row, FitRow)]
        if moved:
            self.store.write_steps(
                (each.row, each.progress, each.message, json.dumps(each.points))  # type: ignore[misc]
                for each in moved
            )
        for each in moved:
            each.moved = False
        self._written_at = time.monotonic()


def _move(running: _Running, step: Mapping[str, Any]) -> None:
    running.progress, running.message, running.moved = step["progress"], step["message"], True
    running.points += step["points"]


def _fit_id(fit: FitRow) -> str:
    return f"{fit.run}/{fit.model}/{fit.fold}"


def code_stamp() -> str:
    """The newest change of the code on disk, so that no warm worker runs old code."""
    root = Path(__file__).parent
    return str(max(path.stat().st_mtime_ns for path in root.rglob("*.py")))


def slots() -> int:
    """One slot per core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(os.environ.get("BAKEOFF_SLOTS", cores)))


def memory_per_fit(count: int) -> int:
    """What is left beside the page, shared among the slots; at least 2 GiB."""
    import psutil

    return int(max(2 * 2**30, psutil.virtual_memory().available * 0.9 / count))


def main(arguments: list[str] | None = None) -> int:
    """Serve a data folder until there is nothing to do; ends at once where another supervisor does."""
    parser = argparse.ArgumentParser(prog="python -m core.supervisor")
    parser.add_argument("folder", type=Path)
    store = Store(parser.parse_args(arguments).folder, keep_open=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    lock = FileLock(store.lock_path)
    try:
        lock.acquire(timeout=1)  # a page that looks whether anybody serves holds it for an instant
    except Timeout:
        return 0
    with lock:
        outdated = _serve(store)
    if outdated and (store.waiting_runs() or store.queued_derived()):
        os.execv(sys.executable, [sys.executable, "-m", "core.supervisor", str(store.folder)])
    return 0


def _serve(store: Store) -> bool:
    from core.engines.local import LocalEngine

    count = slots()
    store.requeue()
    engine = LocalEngine(store.folder, count, memory=memory_per_fit(count))
    supervisor = Supervisor(store, engine, code=code_stamp)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
    store.note("supervisor", {"pid": os.getpid(), "slots": count})
    log.info("serving %s with %d slots", store.folder, count)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.serve()
    finally:
        engine.close()
    return supervisor.outdated


if __name__ == "__main__":
    sys.exit(main())
