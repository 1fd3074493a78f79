"""How the supervisor's process begins and ends."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from core.engines import Engine
from core.store import Store
from core.supervisor.loop import Supervisor

log = logging.getLogger("bakeoff.supervisor")


def code_stamp() -> str:
    """The newest change of the code on disk, so that no warm worker runs old code."""
    root = Path(__file__).parents[1]
    return str(max(path.stat().st_mtime_ns for path in root.rglob("*.py")))


def slots() -> int:
    """One slot per core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(os.environ.get("BAKEOFF_SLOTS", cores)))


def memory_per_fit(count: int) -> int:
    """What is left beside the page, shared among the slots; at least 2 GiB."""
    import psutil

    return int(max(2 * 2**30, psutil.virtual_memory().available * 0.9 / count))


def engine_for(folder: Path, count: int, memory: int) -> Engine:
    """The engine that ``BAKEOFF_ENGINE`` names: ``local``, or ``ray`` and ``ray://host:port`` for a cluster.

    Raises
    ------
    ValueError
        If it names something else.
    """
    named = os.environ.get("BAKEOFF_ENGINE", "") or "local"
    if named == "local":
        from core.engines.local import LocalEngine

        return LocalEngine(folder, count, memory=memory)
    if named.partition(":")[0] == "ray":
        from core.engines.ray import make

        return make(folder, named, memory)
    raise ValueError(f"BAKEOFF_ENGINE is 'local', 'ray' or 'ray://host:port', not {named!r}.")


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
        if not store.check():
            log.error("%s", store.noted("damaged"))
        outdated = _serve(store)
    if outdated and (store.waiting_runs() or store.queued_derived()):
        os.execv(sys.executable, [sys.executable, "-m", "core.supervisor", str(store.folder)])
    return 0


def _serve(store: Store) -> bool:
    count = slots()
    memory = memory_per_fit(count)
    engine = engine_for(store.folder, count, memory)
    supervisor = Supervisor(store, engine, code=code_stamp)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
    supervisor.take_over({"pid": os.getpid(), "slots": count, "memory": memory})
    log.info("serving %s with %d slots", store.folder, count)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.serve()
    finally:
        engine.close()
    return supervisor.outdated
