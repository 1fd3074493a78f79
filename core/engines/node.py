"""What of the cluster's engine runs on its nodes: a task per fit, and the board by which task and engine talk.

A task hands its fit to a warm worker of its own, as the engine of one machine does, and watches over it: so limits,
faults and ends are the same on every node as they are at home, and the task can answer while its fit is deaf.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import ray
from filelock import FileLock

import core
from core.engines import AFTER, Event, Job
from core.engines.guard import guarded
from core.engines.local import LocalEngine
from core.records import Predictions
from core.store import Store

# A task speaks so many seconds after it spoke last, and hears then whether its fit is still wanted.
TURN = 0.2
BATCH = 0.1  # the board gathers what it hears for so long before it passes it on, seconds

PREFIX = "bakeoff-node-"
FORGOTTEN = 7 * 86_400.0  # what engines left that were killed is removed when nobody has used it for so many seconds


@dataclass(frozen=True, slots=True)
class Data:
    """A table on its way: what the store knows of it, and its file as bytes in the cluster's object store."""

    info: Mapping[str, Any]
    content: Any


@dataclass(frozen=True, slots=True)
class Order:
    """All that a task is told.

    Attributes
    ----------
    job : Job
    data : Data or None
        The table that the job reads.
    session : str
        Names the engine that gave the order; its folders on the nodes bear this name.
    memory : int
        Bytes that a fit may take where its job does not say; 0 for its share of what the node has left.
    versions : mapping
        What the engine's machine has installed; a node with anything else would give other results.
    """

    job: Job
    data: Data | None
    session: str
    memory: int
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Handed:
    """What a task gives back: the job's last event, and the content of the files that go with a finished fit."""

    event: Event
    predictions: Predictions | None = None
    model: bytes | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a job: its end, for a reason, or that it stands still but for so many steps in all."""

    ended: str | None = None
    paused: bool = False
    steps: int = 0


class Board:
    """An actor: tasks tell it how far they are, the engine tells it what is wanted of which job."""

    def __init__(self) -> None:
        self._told: list[tuple[str, list[Event]]] = []
        self._wishes: dict[str, Wish] = {}
        self._news = asyncio.Event()

    async def tell(self, job: str, steps: list[Event]) -> Wish:
        """Say that a job is at work, what steps it made, and whether only its files are to come; gives what is wanted
        of it.
        """
        self._told.append((job, steps))
        self._news.set()
        return self._wishes.get(job, Wish())

    async def hear(self) -> list[tuple[str, list[Event]]]:
        """Everything that was told since the last time; waits until there is something."""
        await self._news.wait()
        await asyncio.sleep(BATCH)
        self._news.clear()
        told, self._told = self._told, []
        return told

    async def stop(self, job: str, reason: str) -> None:
        """Note that a job is no longer wanted."""
        self._wishes[job] = Wish(ended=reason)

    async def hold(self, job: str, paused: bool, steps: int = 0) -> None:
        """Note whether a job is to stand still, and how many more steps it may do then."""
        before = self._wishes.get(job, Wish())
        self._wishes[job] = replace(before, paused=paused, steps=before.steps + steps)

    async def forget(self, job: str) -> None:
        """Forget a job that has ended; another of its name may follow."""
        self._wishes.pop(job, None)


class Place:
    """What a process on a node keeps from one task to the next: a data folder and a warm worker."""

    def __init__(self, session: str) -> None:
        self.root = _root(session)
        _sweep(self.root)
        self.store = Store(self.root / str(os.getpid()))
        self._engine: LocalEngine | None = None
        self._guard: Any = None  # it acts when this end of its pipe closes, which is when this process ends

    def bring(self, data: Data) -> None:
        """See that a table is in the data folder; its file is written once per node, and shared from then on."""
        fingerprint = data.info["fingerprint"]
        path, common = self.store.files.frame_path(fingerprint), self.root / f"{fingerprint}.arrow"
        if path.exists():
            return
        with FileLock(common.with_suffix(".lock")):
            if not common.exists():
                part = common.with_suffix(".part")
                part.write_bytes(ray.get(data.content).data)
                os.replace(part, common)
        os.link(common, path)
        self.store.put_table_info(data.info)

    def engine(self, memory: int) -> LocalEngine:
        """The engine of this one worker."""
        if self._engine is None:
            vars(sys.modules["__main__"]).pop("__file__", None)  # or workers would import it, and Ray with it
            self._engine = LocalEngine(self.store.folder, fits=1, desk=0, memory=memory or _share(), moment=0.0)
            self._guard = self._guard or guarded()
        return self._engine

    def clear(self) -> None:
        """End the worker and everything it started."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


_places: dict[str, Place] = {}


def work(order: Order, board: Any) -> Handed:
    """The task: execute a job on this node, watch over it, and give back what it came to."""
    _compare(order.versions)
    place, job = _place(order.session), order.job
    if order.data is not None:
        place.bring(order.data)
    try:
        event = _follow(place.engine(order.memory), job, board)
    except BaseException:
        place.clear()
        raise
    if event.kind != "done":  # of what was ended nothing may be left when that is told
        place.clear()
        return Handed(replace(event, result={}, log=f"{event.log}\n(on {_name()})".lstrip()))
    return _hand_in(place.store, job, event)


def _place(session: str) -> Place:
    """What this process keeps for an engine; made anew where somebody has cleaned up."""
    known = _places.get(session)
    if known is None or not known.store.home.exists():
        if known is not None:
            known.clear()
        known = _places[session] = Place(session)
    os.utime(known.root)
    return known


def _follow(engine: LocalEngine, job: Job, board: Any) -> Event:
    """Start a job, pass on its steps and what is wanted of it, and wait for its end."""
    line = _Line(board, job.id)
    last: Event | None = None
    wish = Wish()
    engine.start(job)
    while True:
        for event in engine.wait(TURN / 2):
            if event.kind == "step":
                line.steps.append(event)
            elif event.kind == "after":
                assert last is not None
                return _complete(last, event)
            else:
                last = event
                line.steps.append(Event(job.id, event.kind))
        if last is not None and AFTER not in last.result:
            return last
        before, wish = wish, line.speak() or wish
        _heed(engine, job.id, before, wish)


def _heed(engine: LocalEngine, job: str, before: Wish, wish: Wish) -> None:
    """Do what has come to be wanted of a job."""
    if wish.ended is not None:
        engine.stop(job, wish.ended)
    elif wish.paused and wish.steps > before.steps:
        engine.step(job)
    elif wish.paused != before.paused:
        (engine.pause if wish.paused else engine.resume)(job)


def _complete(done: Event, after: Event) -> Event:
    """A finished fit with what came after it: the size of its model."""
    outcome = replace(done.result["outcome"], size_bytes=after.result.get("size", 0))
    rest = {name: value for name, value in done.result.items() if name != AFTER}
    return replace(done, result=rest | {"outcome": outcome})


class _Line:
    """A task's line to the board, on which it never waits: the work goes on without."""

    def __init__(self, board: Any, job: str) -> None:
        self._board, self._job = board, job
        self.steps: list[Event] = []
        self._answer, self._spoke_at = board.tell.remote(job, []), time.monotonic()

    def speak(self) -> Wish | None:
        """Pass on the steps, if it is time; gives what is wanted of the job, if that was heard."""
        now = time.monotonic()
        if now - self._spoke_at < TURN or not ray.wait([self._answer], timeout=0)[0]:
            return None
        try:
            wish: Wish | None = ray.get(self._answer)
        except ray.exceptions.RayError:  # the board was lost; Ray makes another
            wish = None
        self._answer, self._spoke_at = self._board.tell.remote(self._job, self.steps), now
        self.steps = []
        return wish


def _hand_in(store: Store, job: Job, event: Event) -> Handed:
    """Take a finished fit's files along; the node keeps none of them."""
    key = event.result.get("key") or job.params.get("key", "")
    if not key:
        return Handed(event)
    files = store.files
    model = files.model_path(key).read_bytes() if files.has_model(key) else None
    handed = Handed(event, files.predictions(key), model)
    files.remove_fit(key)
    return handed


def _compare(wanted: Mapping[str, str]) -> None:
    """Refuse to work with other versions: what they give would be stored as something that it is not."""
    for name, version in wanted.items():
        found = core.__version__ if name == "bakeoff" else _installed(name)
        if found != version:
            raise ValueError(f"{_name()} has {name} {found or '(none)'}, and this machine has {version or 'none'}")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _name() -> str:
    """This node, for a person."""
    return f"node {ray.util.get_node_ip_address()}"


def _share() -> int:
    """A fit's share of the memory that is left on this node, at least 2 GiB."""
    import psutil

    here = ray.get_runtime_context().get_node_id()
    places = next((each["Resources"].get("CPU", 1) for each in ray.nodes() if each["NodeID"] == here), 1)
    return int(max(2 * 2**30, psutil.virtual_memory().available * 0.9 / max(places, 1)))


def _root(session: str) -> Path:
    """The folder on this node for one engine's work, which is nobody else's to read."""
    node = ray.get_runtime_context().get_node_id()
    root = Path(tempfile.gettempdir()) / f"{PREFIX}{session}-{node[:12]}"
    root.mkdir(mode=0o700, exist_ok=True)
    return root


def _sweep(root: Path) -> None:
    """Remove the folders of engines that could not do so themselves."""
    for other in root.parent.glob(f"{PREFIX}*"):
        if time.time() - other.stat().st_mtime > FORGOTTEN and other.stat().st_uid == root.stat().st_uid:
            shutil.rmtree(other, ignore_errors=True)


def tidy(session: str) -> None:
    """The task that removes what an engine left on this node."""
    shutil.rmtree(_root(session), ignore_errors=True)
