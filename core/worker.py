"""The other end of an engine's pipe: executes one job after the other and says how far it is.

Takes jobs as values; writes predictions and models as files, and reports everything else. It reads the store and never
writes to its database.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import multiprocessing
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

from core.catalogue import resolve
from core.derived import DERIVED
from core.engines import AFTER, DISK, HELD, Event, Job, memory_reason
from core.engines.flags import Asked, Flag
from core.engines.limits import limited
from core.engines.watching import STACK, TAIL
from core.models import MODELS
from core.progress import Step, held, listening
from core.records import STOPPED_EARLY, ModelSpec, Problem, RunSpec, Task
from core.run import Fitted, Setting, execute, execute_together, model_file, out_of_memory, reason_of, setting
from core.store import Store, StoreError, is_full

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Of a model's folds one fitted pipeline is kept, for importances; all of them would fill a disk within days.
KEPT_FOLD = 0

# Writing a small forest takes as long as growing it, so models that are only measured wait until there is no job for a
# moment, unless they become too many or take too many bytes.
UNSAVED, LARGE = 200, 2**30

# A screen shows no more than this many steps a second.
STEPS_PER_SECOND = 5

LOOK = 0.02  # seconds between two looks at whether a job that is held may go on


class Worker:
    """Executes jobs against one data folder.

    Parameters
    ----------
    folder : Path
    flags : sequence of four int
        See `core.engines.flags`.
    memory : int
        Bytes that a job may take where it does not say; 0 for no limit.
    """

    def __init__(self, folder: Path, flags: MutableSequence[int] | None = None, memory: int = 0) -> None:
        self.store = Store(folder)
        self.flags: MutableSequence[int] = [0] * len(Flag) if flags is None else flags
        self.memory = memory
        self.steps: list[_Steps] = []  # of each fit of the job at work
        self.stepped = 0  # of the steps that were asked for, those that the job has done
        self.unsaved: deque[_Unsaved] = deque()
        self._setting = lru_cache(maxsize=2)(self._prepare)

    def run(self, job: Job, say: Callable[[Event], None]) -> None:
        """Execute a job; its last event is ``done``, ``failed`` or ``over``."""
        self.steps, self.stepped = [_Steps(each, say) for each in job.names], 0
        _bring_in(job)
        keeper = _Keeper(self.store, job.params.get("key", ""))
        memory = job.memory or self.memory
        ends: Sequence[dict[str, Any] | Exception]
        try:
            with listening(self._hear, self._wanted, keeper), limited(memory and memory + self._mapped(job)):
                ends = self._fits(job) if job.kind == "fit" else [DERIVED[job.kind].work(self.store, job.params)]
        except Exception as error:
            ends = [error for _ in job.names]
        for name, end in reversed(list(zip(job.names, ends, strict=True))):
            say(_ended(replace(job, id=name), end, memory) if isinstance(end, Exception) else Event(name, "done", end))

    def events(self, job: Job) -> list[Event]:
        """Execute a job and give all its events."""
        said: list[Event] = []
        self.run(job, said.append)
        return said

    def _wanted(self) -> bool:
        """Whether the job at work should go on; who asks is known to listen, and waits here while the job is held."""
        self.flags[Flag.LISTENS] = 1
        if self._paused():
            self.flags[Flag.HOLDS] = 1
            for each in self.steps:
                each.pass_on(held=True)
            with held():
                while self._paused():
                    time.sleep(LOOK)
            self.flags[Flag.HOLDS] = 0
        return self.flags[Flag.ASKED] != Asked.STOP

    def _paused(self) -> bool:
        return self.flags[Flag.ASKED] == Asked.PAUSE and self.flags[Flag.STEPS] == self.stepped

    def _hear(self, step: Step) -> None:
        """Take in a step of the job at work; while it is paused, that is the one that was asked for."""
        self.steps[step.part].hear(step)
        if self.flags[Flag.ASKED] == Asked.PAUSE:
            self.stepped = self.flags[Flag.STEPS]

    def _mapped(self, job: Job) -> int:
        """Bytes of the file that a job maps into memory; they come on top of what it may take."""
        path = self.store.files.frame_path(job.params["fingerprint"]) if "fingerprint" in job.params else None
        return path.stat().st_size if path is not None and path.exists() else 0

    def _fits(self, job: Job) -> list[dict[str, Any] | Exception]:
        """What each fit of a job came to."""
        params = job.params
        shared = self._setting(params["spec"], params["problem"])
        model = ModelSpec(params["name"], params["label"], params["settings"])
        folds = (params["fold"], *params.get("folds", ()))
        keys = (params["key"], *params.get("keys", ()))
        fitted = execute_together(shared, model, folds) if job.others else [execute(shared, model, folds[0])]
        return [
            each if isinstance(each, Exception) else self._take(name, key, fold, each)
            for name, key, fold, each in zip(job.names, keys, folds, fitted, strict=True)
        ]

    def _take(self, name: str, key: str, fold: int, fitted: Fitted) -> dict[str, Any]:
        """Keep what a fit came to."""
        if STOPPED_EARLY in fitted.outcome.marks:
            return self._hand_in(name, stopped_key(key, name), fitted)
        self.store.files.put_predictions(key, fitted.predictions)
        self.store.files.remove_checkpoint(key)
        self.unsaved.append(_Unsaved(name, key if fold == KEPT_FOLD else "", fitted.pipeline))
        return {"outcome": fitted.outcome, AFTER: True}

    def _hand_in(self, job: str, key: str, fitted: Fitted) -> dict[str, Any]:
        """Keep what a stopped fit has: under a key of its own, for it is not what the whole fit comes to."""
        self.store.files.put_predictions(key, fitted.predictions)
        self.unsaved.append(_Unsaved(job, key, fitted.pipeline))  # the first one takes longer than there is time now
        return {"outcome": fitted.outcome, "key": key, AFTER: True}

    def save(self) -> Event:
        """Write the oldest fitted model that is to be kept, or measure its file only."""
        job, key, pipeline = self.unsaved.popleft()
        try:
            content = model_file(pipeline)
            size = self.store.files.put_model(key, content) if key else len(content)
        except Exception:  # of a model that cannot be written the scores are kept all the same
            return Event(job, "after", log=traceback.format_exc())
        return Event(job, "after", {"size": size})

    def _prepare(self, spec: str, problem: str) -> Setting:
        run = RunSpec.from_json(spec)
        table = self.store.table(run.fingerprint)
        if table is None:
            raise ValueError(f"The table {run.dataset!r} is no longer in the data folder.")
        return setting(run, table, Problem.from_json(problem))


def _bring_in(job: Job) -> None:
    """Import a model's library before its memory is counted."""
    if job.kind == "fit":
        with contextlib.suppress(Exception):  # what is wrong is told where the model is built
            resolve(MODELS[job.params["name"]].build[Task(job.params["task"])])()


def stopped_key(key: str, job: str) -> str:
    """The key of what a stopped fit had come to; nobody else's."""
    return hashlib.blake2b(f"{key} {job}".encode(), digest_size=16).hexdigest()


def _ended(job: Job, error: Exception, memory: int) -> Event:
    """The last event of a job that an exception ended."""
    log = _shortened("".join(traceback.format_exception(error)))
    if memory and out_of_memory(error):
        return Event(job.id, "over", reason=memory_reason(memory), log=log)
    reason = reason_of(error) if job.kind == "fit" and not isinstance(error, StoreError) else _sentence(error)
    return Event(job.id, "failed", {DISK: True} if is_full(error) else {}, reason, log)


def _shortened(log: str) -> str:
    """A log without its middle, where an error brought along more than anybody reads."""
    half = TAIL // 2
    return log if len(log) <= TAIL else f"{log[:half]}\n…\n{log[-half:]}"


class _Unsaved(NamedTuple):
    """A fitted model of which nothing is written yet; without a key it is only measured."""

    job: str
    key: str
    pipeline: Any


@dataclass(frozen=True)
class _Keeper:
    """Keeps a fit's checkpoints under its key."""

    store: Store
    key: str

    def load(self) -> Mapping[str, Any] | None:
        """The last checkpoint, if there is one."""
        return self.store.files.checkpoint(self.key) if self.key else None

    def save(self, state: Mapping[str, Any]) -> None:
        """Keep a checkpoint; on a full disk the fit goes on without."""
        if self.key:
            with contextlib.suppress(StoreError, OSError):
                self.store.files.put_checkpoint(self.key, state)


class _Steps:
    """Passes on steps a few times a second, with every point of the curve since the last time."""

    def __init__(self, name: str, say: Callable[[Event], None]) -> None:
        self._name, self._say, self._step, self._last = name, say, Step(0.0), 0.0
        self._points: list[Mapping[str, float]] = []

    def hear(self, step: Step) -> None:
        """Take in a step, and pass it on if it is time."""
        self._step = step
        if step.point:
            self._points.append(step.point)
        if time.monotonic() - self._last >= 1 / STEPS_PER_SECOND:
            self.pass_on()

    def pass_on(self, *, held: bool = False) -> None:
        """Say how far the job is, and whether it stands still there."""
        about = {"progress": self._step.fraction, "message": self._step.message, "points": tuple(self._points)}
        self._say(Event(self._name, "step", about | ({HELD: True} if held else {})))
        self._points.clear()
        self._last = time.monotonic()


def _sentence(error: Exception) -> str:
    """Our own errors are sentences already; others are named with their kind."""
    return str(error) if isinstance(error, ValueError) else reason_of(error)


def serve(pipe: Connection, folder: str, flags: Any, output: str, nice: bool, memory: int, moment: float) -> None:
    """The life of a worker process: jobs come through the pipe, events go back.

    Parameters
    ----------
    pipe : Connection
    folder : str
        The data folder.
    flags : shared array of bytes
        See `core.engines.flags`.
    output : str
        The file that takes what is printed; emptied after each job.
    nice : bool
        Whether to step back behind everything else on the machine, so that pages stay quick.
    memory : int
        Bytes that a job may take beyond what is taken at its start, where it does not say; 0 for no limit.
    moment : float
        Seconds without a job after which fitted models are written that nobody waits for.
    """
    settle_in(nice, output)
    worker = Worker(Path(folder), flags, memory)
    with contextlib.suppress(EOFError, OSError):  # the supervisor is gone, or done with this worker
        while True:
            patience = moment
            while worker.unsaved and (len(worker.unsaved) > UNSAVED or _large() or not pipe.poll(patience)):
                pipe.send(worker.save())
                patience = 0.0
            job = pipe.recv()
            worker.run(job, pipe.send)
            os.truncate(output, 0)  # only what a job printed that ended otherwise is ever read


def _large() -> bool:
    """Whether this process has grown so large that what waits in it should not wait longer."""
    return bool(psutil.Process().memory_info().rss > LARGE)


def settle_in(nice: bool, output: str) -> None:
    """Make this process a worker: its own session, one thread, no life after its parent's, nothing on the screen."""
    from core.engines.orphans import die_with_parent

    if hasattr(os, "setsid"):
        os.setsid()
        os.nice(less := 10 if nice else 5)
        with contextlib.suppress(OSError):  # where Linux deals out time by session first, a worker's would be an equal
            Path("/proc/self/autogroup").write_text(str(less))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the fork server's own way to end is not a worker's
    die_with_parent()
    owner = multiprocessing.parent_process()
    if owner is not None and not owner.is_alive():  # it was killed a moment before; nobody would tell of it now
        os._exit(1)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(file, standard)
    faulthandler.enable()  # a crash in C leaves the stack there
    if STACK is not None:
        faulthandler.register(STACK)
