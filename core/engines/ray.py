"""Jobs on a Ray cluster: fits on its nodes, and what a person waits for on this machine.

Each fit is one task with its needs; `core.engines.node` is what the task does. Ray repeats a task whose node is lost.
The table goes into the cluster's object store once; what a fit leaves behind comes back as the task's result and is in
the data folder before its end is told.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.engines import DISK, FITS, Engine, Event, Job
from core.engines.local import LocalEngine
from core.results import versions
from core.store import Store, is_full

os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")  # who has lost a cluster must not get another without asking
if os.environ.get("BAKEOFF_ENGINE") == "ray":  # then nobody else on the network is let in, as by default on macOS
    os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")

try:
    import ray
    from ray import exceptions

    from core.engines.node import Board, Data, Handed, Order, tidy, work
except ModuleNotFoundError as error:
    if error.name != "ray":
        raise
    raise ImportError("A cluster needs Ray, which is not installed: pip install 'bakeoff[ray]'.") from error

LOST_NODES = 3  # a fit whose node is lost is repeated so many times
LOOK = 1.0  # seconds between two looks at what the cluster has; nodes come and go
GRACE = 2.5  # a task has so many seconds to end its fit, before Ray ends the task
UNMET = 60.0  # a fit whose needs no node meets waits so many seconds for one that does
KNOCK, PATIENCE = 5.0, 60.0  # seconds for the cluster's door to open, and for its first answer
SOON = 3.0  # a fit that no node has begun within so many seconds is said to wait
KEPT = 600.0  # a table that no fit has needed for so many seconds leaves the object store
TURN = 0.02  # seconds between two looks at either side, while both are at work

HEAD = {"node:__internal_head__": 0.001}  # Ray's name for the node that the cluster stands and falls with

WAITS = {"progress": 0.0, "message": "waiting for the cluster to begin", "points": ()}

ONE_THREAD = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS")


@dataclass
class _Fit:
    """A fit that the cluster has.

    Attributes
    ----------
    ref : ray.ObjectRef
        What the task will give.
    began : bool
        Whether a node has said that it is at work on it.
    waits : bool
        Whether it was told that none has said so yet.
    reason : str or None
        Why it is no longer wanted; None while it is.
    until : float
        When it is ended for good, if it is no longer wanted.
    """

    job: Job
    ref: Any
    since: float
    began: bool = False
    waits: bool = False
    reason: str | None = None
    until: float = float("inf")


class RayEngine:
    """Tasks on a Ray cluster.

    Parameters
    ----------
    folder : Path
        The data folder of this machine; nodes need no access to it.
    address : str
        What `ray.init` takes: ``"local"`` for a cluster of this machine's own, which lives as long as the engine,
        ``"ray://host:port"`` for one elsewhere, ``"host:port"`` or ``"auto"`` for one that this machine is a node of.
    memory : int
        Bytes that a fit may take where its job does not say; 0 for its share of what its node has left.
    retries : int
        How often a fit is repeated whose node is lost.

    Raises
    ------
    ConnectionError
        If there is no cluster at this address, or it does not let this machine in.
    """

    at_once = False

    def __init__(self, folder: Path, address: str = "local", memory: int = 0, retries: int = LOST_NODES) -> None:
        self._store, self._memory = Store(folder), memory
        self._session = uuid.uuid4().hex
        _connect(address)
        self._board = _open_board(address)
        self._desk = LocalEngine(folder, fits=0)
        self._work, self._retries = ray.remote(num_cpus=1)(work), retries
        self._news = self._board.hear.remote()
        self._fits: dict[str, _Fit] = {}
        self._tables: dict[str, tuple[Data, float]] = {}  # by fingerprint, with the moment of its last use
        self._told: list[Event] = []  # for the next `wait`
        self._nodes: list[dict[str, Any]] = []
        self._looked_at = float("-inf")

    def free(self, lane: str) -> int:
        """How many jobs of a lane could start at once; one where the cluster has no node yet, for it may get some."""
        if lane != FITS:
            return self._desk.free(lane)
        self._look()
        return max(1, int(sum(node.get("CPU", 0) for node in self._nodes))) - len(self._fits)

    def start(self, job: Job) -> None:
        """Give a job to the cluster, or to this machine's own worker."""
        if job.lane != FITS:
            self._desk.start(job)
            return
        order = Order(job, self._data(job), self._session, self._memory, versions())
        needs = {"num_gpus": self._cards(job) or None, "memory": job.memory or None}
        ref = self._work.options(name=job.id, max_retries=self._retries, **needs).remote(order, self._board)
        self._fits[job.id] = _Fit(job, ref, time.monotonic())

    def wait(self, seconds: float) -> list[Event]:
        """Events since the last call; ends what does not heed that it is no longer wanted."""
        if not self._fits and not self._told:  # then the cluster is not asked at all
            return self._desk.wait(seconds)
        end = time.monotonic() + seconds
        while True:
            self._told += self._desk.wait(0.0)
            self._check()
            left = 0.0 if self._told else max(0.0, end - time.monotonic())
            self._hear(left if self._desk.free("desk") else min(left, TURN))
            if self._told or time.monotonic() >= end:
                events, self._told = self._told, []
                return events

    def stop(self, job: str, reason: str = "") -> None:
        """End a job; a fit that listens has a moment to hand in what it has, wherever it runs."""
        fit = self._fits.get(job)
        if fit is None:
            self._desk.stop(job, reason)
        elif fit.reason is None:
            fit.reason = reason
            fit.until = time.monotonic() + GRACE if fit.began else 0.0
            self._board.stop.remote(job, reason)

    def pause(self, job: str) -> None:
        """Have a fit stand still; its core and its memory stay its own."""
        self._hold(job, True)

    def step(self, job: str) -> None:
        """Have a fit learn one step and stand still again."""
        self._hold(job, True, 1)

    def resume(self, job: str) -> None:
        """Have a fit go on."""
        self._hold(job, False)

    def _hold(self, job: str, paused: bool, steps: int = 0) -> None:
        if job in self._fits and self._fits[job].reason is None:
            self._board.hold.remote(job, paused, steps)

    def close(self) -> None:
        """End everything; a cluster that others use as well goes on."""
        self._desk.close()
        with suppress(Exception):  # a cluster that is gone needs no farewell
            for fit in self._fits.values():
                ray.cancel(fit.ref, force=True)
            self._tidy()
        self._fits.clear()
        self._tables.clear()
        ray.shutdown()

    # -- what the cluster says

    def _hear(self, seconds: float) -> None:
        """Take what the board and the tasks say; waits for the first of it."""
        refs = {fit.ref: fit for fit in self._fits.values()}
        watched = [self._news, *refs]
        try:
            ready, _ = ray.wait(watched, timeout=seconds)
            if ready:
                ready, _ = ray.wait(watched, num_returns=len(watched), timeout=0)
        except ConnectionError as error:
            raise ConnectionError(f"The Ray cluster was lost: {error}") from error
        for ref in ready:
            if ref == self._news:
                self._read_board()
            else:
                self._end(refs[ref], self._result(refs[ref]))

    def _read_board(self) -> None:
        told = ray.get(self._news)
        self._news = self._board.hear.remote()
        for job, steps in told:
            if job in self._fits:
                self._fits[job].began = True
                self._told += [each for each in steps if each.kind == "step"]
                if any(each.kind == "done" for each in steps):  # only its files are to come
                    self._fits[job].until = float("inf")

    def _result(self, fit: _Fit) -> Event:
        """How a task ended; the files of a finished fit are in place when it is told."""
        try:
            handed: Handed = ray.get(fit.ref)
            self._keep(handed, fit.job)
        except exceptions.RayError as error:
            return _fault(fit.job, error)
        except Exception as error:
            return Event(fit.job.id, "failed", {DISK: True} if is_full(error) else {}, str(error))
        return handed.event

    def _keep(self, handed: Handed, job: Job) -> None:
        key = handed.event.result.get("key") or job.params.get("key", "")
        if handed.predictions is not None:
            self._store.files.put_predictions(key, handed.predictions)
        if handed.model is not None:
            self._store.files.put_model(key, handed.model)

    def _end(self, fit: _Fit, event: Event) -> None:
        if fit.reason is not None and event.kind != "done":
            event = Event(fit.job.id, "ended", reason=fit.reason, log=event.log)
        self._told.append(event)
        del self._fits[fit.job.id]
        self._board.forget.remote(fit.job.id)

    def _check(self) -> None:
        """End for good what is no longer wanted, and what no node can take."""
        now = time.monotonic()
        for fit in list(self._fits.values()):
            if now >= fit.until:
                ray.cancel(fit.ref, force=True)
                self._end(fit, Event(fit.job.id, "ended", reason=fit.reason or ""))
            elif not fit.began and now - fit.since > UNMET and (lacking := self._lacking(fit.job)):
                ray.cancel(fit.ref, force=True)
                self._end(fit, Event(fit.job.id, "failed", reason=lacking))
            elif not fit.began and not fit.waits and now - fit.since > SOON:
                fit.waits = True
                self._told.append(Event(fit.job.id, "step", WAITS))

    def _cards(self, job: Job) -> float:
        """Graphics cards that a fit asks for: none where no node has one, for then it goes without."""
        self._look()
        return job.gpus if any(node.get("GPU", 0) for node in self._nodes) else 0.0

    def _lacking(self, job: Job) -> str:
        """What a fit needs that no node has; empty where one has it, busy as it may be."""
        wanted = self._cards(job)
        needs = {"CPU": 1.0, "GPU": wanted, "memory": job.memory}
        if any(all(node.get(name, 0) >= need for name, need in needs.items()) for node in self._nodes):
            return ""
        memory = [f"{job.memory / 2**30:.1f} GiB of memory"] if job.memory else []
        cards = [f"{wanted:g} graphics card{'s' * (wanted != 1)}"] if wanted else []
        return f"no node of the cluster has a core{' and '.join(['', *memory, *cards])}"

    def _look(self) -> None:
        """What each node has, as of a second ago at most; lets go of tables that nobody needs any more."""
        now = time.monotonic()
        if now - self._looked_at < LOOK:
            return
        self._looked_at = now
        self._nodes = [each["Resources"] for each in ray.nodes() if each["Alive"]]
        self._tables = {name: (data, used) for name, (data, used) in self._tables.items() if now - used < KEPT}

    # -- what the cluster gets

    def _data(self, job: Job) -> Data | None:
        """The table that a job reads, put into the object store when it is needed first."""
        name = job.params.get("fingerprint", "")
        if name not in self._tables:
            info, path = self._store.table_info(name), self._store.files.frame_path(name) if name else None
            if info is None or path is None or not path.exists():
                return None
            import numpy as np

            content = np.memmap(path, np.uint8, "r").view(np.ndarray)
            self._tables[name] = Data(info, ray.put(content)), 0.0
        data, _ = self._tables[name]
        self._tables[name] = data, time.monotonic()
        return data

    def _tidy(self) -> None:
        """Have every node remove what this engine left there."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        task = ray.remote(num_cpus=0, max_retries=0)(tidy)
        where = [NodeAffinitySchedulingStrategy(each["NodeID"], soft=False) for each in ray.nodes() if each["Alive"]]
        done = [task.options(scheduling_strategy=each).remote(self._session) for each in where]
        ray.wait(done, num_returns=len(done), timeout=5.0)


def _connect(address: str) -> None:
    """Become a driver of a cluster, or start one."""
    variables = {f"{name}_NUM_THREADS": "1" for name in ONE_THREAD}
    if models := os.environ.get("BAKEOFF_MODELS"):
        variables["BAKEOFF_MODELS"] = models
    options: dict[str, Any] = {"runtime_env": {"env_vars": variables}, "log_to_driver": False}
    if address == "local":
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
        options |= {"include_dashboard": False, "num_cpus": int(os.environ.get("BAKEOFF_SLOTS") or 0) or None}
    try:
        _knock(address)
        ray.init(address, logging_level=logging.ERROR, **options)
    except (OSError, ValueError, RuntimeError) as error:
        ray.shutdown()
        why = str(error).strip().splitlines()[-1:]
        raise ConnectionError(f"There is no way to the Ray cluster at {address}. {''.join(why)}") from error


def _knock(address: str) -> None:
    """See that somebody listens at an address; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), KNOCK).close()


def _open_board(address: str) -> Any:
    """The board, when it has answered: a cluster without Bakeoff could not make one."""
    actor: Any = ray.remote(Board).options(num_cpus=0, resources=HEAD, max_restarts=-1, max_task_retries=-1)
    board = actor.remote()
    try:
        ray.get(board.forget.remote(""), timeout=PATIENCE)
    except exceptions.RayError as error:
        ray.shutdown()
        raise ConnectionError(f"The Ray cluster at {address} cannot run this Bakeoff. {error}") from error
    return board


def _fault(job: Job, error: exceptions.RayError) -> Event:
    """An end that the task itself could not tell of, in words."""
    log = str(error)
    if isinstance(error, exceptions.RayTaskError):
        cause = error.cause if isinstance(getattr(error, "cause", None), Exception) else error
        reason = str(cause) if isinstance(cause, ValueError) else f"{type(cause).__name__}: {cause}"
        return Event(job.id, "failed", reason=reason.splitlines()[0], log=log)
    if isinstance(error, exceptions.OutOfMemoryError):
        return Event(job.id, "over", reason="stopped because its node had no memory left", log=log)
    if isinstance(error, exceptions.RuntimeEnvSetupError | exceptions.TaskUnschedulableError):
        return Event(job.id, "failed", reason="the cluster could not take it", log=log)
    return Event(job.id, "died", reason="the node or the process that ran it was lost", log=log)


def make(folder: Path, setting: str, memory: int = 0) -> Engine:
    """The engine that ``BAKEOFF_ENGINE`` asks for.

    Parameters
    ----------
    folder : Path
    setting : str
        ``ray`` for a cluster of this machine's own; ``ray://host:port`` for one elsewhere; ``ray:host:port`` or
        ``ray:auto`` for one that this machine is a node of.
    memory : int
        Bytes that a fit may take on this machine where its job does not say; nodes of other clusters have their own.

    Raises
    ------
    ValueError
        If it is none of these.
    ConnectionError
        If there is no such cluster.
    """
    kind, _, address = setting.partition(":")
    if kind != "ray" or (not address and setting != "ray"):
        raise ValueError(f"A cluster is 'ray', 'ray://host:port', 'ray:host:port' or 'ray:auto', not {setting!r}.")
    if not address:
        return RayEngine(folder, "local", memory)
    return RayEngine(folder, setting if address.startswith("//") else address)
