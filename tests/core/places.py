"""Where jobs of the engines' tests run: a data folder with one table, the engines over it, a job for each deed."""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing.forkserver
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.data import load_table, make_problem
from core.engines import AFTER, FITS, Engine, Event, Job
from core.engines.inline import InlineEngine
from core.engines.local import LocalEngine
from core.records import ModelSpec
from core.store import Store, table_info
from tests.core.trials import ROOT, faulty_models, spec_of

SLOTS = 2
TOKEN = secrets.token_hex(32)  # Ray reads it once, when it is imported
SMALL = "moons:rows=300"


@dataclass
class Place:
    """An engine over a data folder.

    Attributes
    ----------
    heard : list of Event
        Everything that the engine has told so far.
    """

    store: Store
    engine: Engine
    heard: list[Event] = field(default_factory=list)

    def fit(self, id: str, name: str, *, seconds: float | None = None, memory: int = 0, **settings: Any) -> Job:
        """The job that fits a model on the first of five folds; `id` is its key as well."""
        table = load_table(SMALL)
        spec = spec_of(table, ModelSpec(name, settings=settings))
        params = {
            "spec": spec.to_json(),
            "problem": make_problem(table, spec.roles).to_json(),
            "fingerprint": spec.fingerprint,
            "task": "classification",
            "name": name,
            "label": "",
            "settings": settings,
            "fold": 0,
            "key": id,
        }
        return Job(id, "fit", params, FITS, seconds, memory)

    def start(self, *started: Job) -> None:
        """Begin jobs."""
        for job in started:
            self.engine.start(job)

    def run(self, job: Job) -> Event:
        """Begin a job and wait for its end."""
        self.start(job)
        return self.end(job.id)

    def listen(self, seconds: float) -> list[Event]:
        """What the engine tells within so many seconds, or until it tells something."""
        told = self.engine.wait(seconds)
        self.heard += told
        return told

    def end(self, job: str, seconds: float = 60.0) -> Event:
        """The last event of a job."""
        return self._first(job, seconds, lambda event: event.kind not in ("step", AFTER))

    def step(self, job: str, seconds: float = 60.0) -> Event:
        """A step that a job has told of itself."""
        return self._first(job, seconds, lambda event: event.kind == "step" and not _waits(event))

    def waits(self, job: str, seconds: float = 60.0) -> Event:
        """What a cluster tells of a job that it has not begun."""
        return self._first(job, seconds, _waits)

    def after(self, job: str, seconds: float = 60.0) -> Event:
        """The last event of a fit, when its model has been written as well."""
        event = self.end(job, seconds)
        if AFTER in event.result:
            self._first(job, seconds, lambda event: event.kind == AFTER)
        return event

    def _first(self, job: str, seconds: float, wanted: Any) -> Event:
        until = time.monotonic() + seconds
        while True:
            for event in self.heard:
                if event.job == job and wanted(event):
                    return event
            assert time.monotonic() < until, f"nothing was heard of {job}, only {self.heard[-5:]}"
            self.listen(0.1)


def _waits(event: Event) -> bool:
    return str(event.result.get("message", "")).startswith("waiting")


def installed() -> bool:
    """Whether there is a Ray to test with."""
    return importlib.util.find_spec("ray") is not None


def node_folders() -> list[Path]:
    """What cluster engines have on their nodes, which are all this machine here."""
    return list(Path(os.environ["TMPDIR"]).glob("bakeoff-node-*"))


@contextlib.contextmanager
def prepared() -> Iterator[None]:
    """Have the faulty models here and in processes started within the block, and a Ray that keeps to itself."""
    folder = tempfile.mkdtemp(prefix="ray-")  # a short path, for the sockets in it
    variables = {
        **jobs.ONE_THREAD,
        "BAKEOFF_MODELS": "tests.core.faulty,tests.core.listener",
        "BAKEOFF_SLOTS": str(SLOTS),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": TOKEN,
        "RAY_TMPDIR": folder,
        "RAY_USAGE_STATS_ENABLED": "0",
        "TMPDIR": folder,
    }
    with pytest.MonkeyPatch.context() as patch, faulty_models():
        for name, value in variables.items():
            patch.setenv(name, value)
        _new_fork_server()
        yield
    _new_fork_server()
    shutil.rmtree(folder, ignore_errors=True)


def _new_fork_server() -> None:
    """Have the next worker made by a server with the environment as it is then; it is one per process, for good."""
    multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]


def engine_of(kind: str, folder: Path) -> Engine:
    """An engine by its name, with two places for fits where it can have as many."""
    if kind == "inline":
        return InlineEngine(folder)
    if kind == "local":
        return LocalEngine(folder, SLOTS)
    from core.engines.ray import make

    return make(folder, kind)


@contextlib.contextmanager
def filled(folder: Path, kind: str) -> Iterator[Place]:
    """An engine with a table in its folder, in an environment that is prepared."""
    store, table = Store(folder), load_table(SMALL)
    store.files.put_frame(table.fingerprint, table.frame)
    store.put_table_info(table_info(table))
    engine = engine_of(kind, folder)
    try:
        yield Place(store, engine)
    finally:
        engine.close()


@contextlib.contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    """An engine with a table in its folder, which ends with everything that it started."""
    with prepared(), filled(folder, kind) as opened:
        yield opened
