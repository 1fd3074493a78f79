"""How the supervisor's process begins and ends."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from core.engines import FITS, Engine
from core.results import versions
from core.store import Store
from core.supervisor.loop import STOP, Supervisor

log = logging.getLogger("bakeoff.supervisor")

DESKS = 2  # one beside a derived job that takes long, see `core.derived.Derivation.long`


def code_stamp() -> str:
    """The newest change of the code on disk and the libraries' versions, so that no warm worker runs old code."""
    root = Path(__file__).parents[1]
    newest = max(path.stat().st_mtime_ns for path in root.rglob("*.py"))
    return f"{newest} {versions.__wrapped__()}"  # as they are now, not as they were when this process began


def slots() -> int:
    """One slot per core that this process may use, or as many as ``BAKEOFF_SLOTS`` says.

    Raises
    ------
    ValueError
        If that is no number.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    given = os.environ.get("BAKEOFF_SLOTS", "") or str(cores)
    if not given.isdecimal() or not int(given):
        raise ValueError(f"BAKEOFF_SLOTS is the number of fits at once, 1 or more, not {given!r}.")
    return int(given)


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
    ImportError
        If Ray is not installed.
    ConnectionError
        If there is no such cluster.
    """
    named = os.environ.get("BAKEOFF_ENGINE", "") or "local"
    if named == "local":
        from core.engines.local import LocalEngine

        return LocalEngine(folder, count, desk=DESKS, memory=memory)
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
        held = lock.acquire(timeout=1)  # a page that looks whether anybody serves holds it for an instant
    except Timeout:
        return 0
    with held:
        if not store.check():
            log.error("%s", store.noted("damaged"))
        try:
            engine = engine_for(store.folder, slots(), memory := memory_per_fit(slots()))
        except (ImportError, OSError, ValueError) as error:  # its sentence is all that a person needs
            log.error("%s", error)
            store.note("no_engine", str(error))
            return 1
        supervisor = _serve(store, engine, memory)
    left = store.waiting() or store.queued_derived()  # it came while this one left, or is for newer code
    if left and not store.noted(STOP) and not supervisor.asked:  # asked last: a signal may come until then
        os.execv(sys.executable, [sys.executable, "-m", "core.supervisor", str(store.folder)])
    return 0


def _serve(store: Store, engine: Engine, memory: int) -> Supervisor:
    """Serve; gives who did, that hears of signals still."""
    elsewhere = os.environ.get("BAKEOFF_ENGINE", "").startswith("ray:")
    about = {"pid": os.getpid(), "slots": engine.free(FITS), "memory": 0 if elsewhere else memory}
    supervisor = Supervisor(store, engine, code=code_stamp)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
    supervisor.take_over(about)
    log.info("serving %s with %d slots", store.folder, about["slots"])
    try:
        supervisor.serve()
    except KeyboardInterrupt:
        supervisor.stop()
    finally:
        engine.close()
    return supervisor
