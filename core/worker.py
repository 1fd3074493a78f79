"""The other end of an engine's pipe: executes one job after the other and says how far it is.

Takes jobs as values; writes predictions and models as files, and reports everything else. It reads the store and never
writes to its database.
"""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from core.derived import DERIVED
from core.engines import AFTER, Event, Job
from core.progress import Step, listening
from core.records import ModelSpec, RunSpec
from core.run import Setting, execute, model_file, reason_of, setting
from core.store import Store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Of a model's folds one fitted pipeline is kept, for importances; all of them would fill a disk within days.
KEPT_FOLD = 0

# Writing a small forest takes as long as growing it, so models that are only measured wait until there is no job for so
# many seconds, unless they become too many or too large.
PATIENCE, UNSAVED, LARGE = 0.2, 200, 2**30

# A screen shows no more than this many steps a second.
STEPS_PER_SECOND = 5


class Worker:
    """Executes jobs against one data folder.

    Parameters
    ----------
    folder : Path
    limit : str
        The memory limit in words, for the reason of a fit that hits it.
    """

    def __init__(self, folder: Path, limit: str = "") -> None:
        self.store = Store(folder)
        self.limit = limit
        self.unsaved: deque[tuple[str, Any]] = deque()
        self._setting = lru_cache(maxsize=2)(self._prepare)

    def run(self, job: Job, say: Callable[[Event], None]) -> None:
        """Execute a job; its last event is ``done`` or ``failed``."""
        try:
            with listening(_throttled(lambda result: say(Event(job.id, "step", result)))):
                result = self._fit(job) if job.kind == "fit" else DERIVED[job.kind].work(self.store, job.params)
        except Exception as error:
            reason = reason_of(error, self.limit) if job.kind == "fit" else _sentence(error)
            say(Event(job.id, "failed", reason=reason, log=traceback.format_exc()))
        else:
            say(Event(job.id, "done", result))

    def events(self, job: Job) -> list[Event]:
        """Execute a job and give all its events."""
        said: list[Event] = []
        self.run(job, said.append)
        return said

    def _fit(self, job: Job) -> dict[str, Any]:
        params = job.params
        shared = self._setting(params["spec"])
        model = ModelSpec(params["name"], params["label"], params["settings"])
        fitted = execute(shared, model, params["fold"])
        self.store.files.put_predictions(params["key"], fitted.predictions)
        if params["fold"] != KEPT_FOLD:
            self.unsaved.append((job.id, fitted.pipeline))
            return {"outcome": fitted.outcome, AFTER: True}
        size = self.store.files.put_model(params["key"], model_file(fitted.pipeline))
        return {"outcome": replace(fitted.outcome, size_bytes=size)}

    def save(self) -> Event:
        """Measure the file of the oldest fitted model that nobody has measured yet."""
        job, pipeline = self.unsaved.popleft()
        return Event(job, "after", {"size": len(model_file(pipeline))})

    def _prepare(self, text: str) -> Setting:
        spec = RunSpec.from_json(text)
        table = self.store.table(spec.fingerprint)
        if table is None:
            raise ValueError(f"The table {spec.dataset!r} is no longer in the data folder.")
        return setting(spec, table)


def _throttled(say: Callable[[dict[str, Any]], None]) -> Callable[[Step], None]:
    """Pass on steps a few times a second, with every point of the curve since the last time."""
    points: list[Mapping[str, float]] = []
    last = 0.0

    def hear(step: Step) -> None:
        nonlocal last
        if step.point:
            points.append(step.point)
        if (now := time.monotonic()) - last >= 1 / STEPS_PER_SECOND:
            say({"progress": step.fraction, "message": step.message, "points": tuple(points)})
            points.clear()
            last = now

    return hear


def _sentence(error: Exception) -> str:
    """Our own errors are sentences already; others are named with their kind."""
    return str(error) if isinstance(error, ValueError) else reason_of(error)


def serve(pipe: Connection, folder: str, nice: bool, memory: int) -> None:
    """The life of a worker process: jobs come through the pipe, events go back.

    Parameters
    ----------
    pipe : Connection
    folder : str
        The data folder.
    nice : bool
        Whether to step back behind everything else on the machine, so that pages stay quick.
    memory : int
        Bytes of address space that a job may take beyond what is taken at its start; 0 for no limit.
    """
    settle_in(nice)
    worker = Worker(Path(folder), f"{memory / 2**30:.1f} GiB" if memory else "")
    with contextlib.suppress(EOFError, OSError):  # the supervisor is gone, or done with this worker
        while True:
            patience = PATIENCE
            while worker.unsaved and (len(worker.unsaved) > UNSAVED or _large() or not pipe.poll(patience)):
                pipe.send(worker.save())
                patience = 0.0
            job = pipe.recv()
            limit_memory(memory)
            worker.run(job, pipe.send)
            limit_memory(0)


def _large() -> bool:
    """Whether this process has grown so large that what waits in it should not wait longer."""
    return bool(psutil.Process().memory_info().rss > LARGE)


def settle_in(nice: bool) -> None:
    """Make this process a worker: a session of its own, one thread, and no life after its parent's."""
    from core.engines.orphans import die_with_parent

    if hasattr(os, "setsid"):
        os.setsid()
        os.nice(10 if nice else 5)
    die_with_parent()
    import torch

    torch.set_num_threads(1)


def limit_memory(allowance: int) -> None:
    """Let this process take so many bytes more than it has now; 0 lifts the limit.

    By address space, which the preloaded libraries fill to about 1 GiB already; not with CUDA, whose address space is
    far larger than its memory, and not where the system knows no such limit.
    """
    try:
        import resource
    except ImportError:
        return
    import torch

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = _address_space()
    if allowance and taken and not torch.cuda.is_available():
        resource.setrlimit(resource.RLIMIT_AS, (taken + allowance, hard))
    else:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY if hard == -1 else hard, hard))


def _address_space() -> int:
    """Bytes of address space of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
