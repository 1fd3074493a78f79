"""What is wrong on purpose in the processes of a trial: the controls, in which a trial must find a fault.

Run in the place of ``core.supervisor``, and loaded into the fork server as a module of models (``BAKEOFF_MODELS``);
``BAKEOFF_SABOTAGE`` names what is done.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODELS = ()
HOARD: list[object] = []


def _patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    setattr(owner, name, make(getattr(owner, name)))


def doubles() -> None:
    """A supervisor that begins with everything once more, also with what was finished."""
    from core.store import Store

    def requeue(self: Store) -> int:
        with self._write() as db:
            return int(db.execute("UPDATE fit SET state='queued'").rowcount)

    _patch(Store, "requeue", lambda _: requeue)


def loses() -> None:
    """Workers that say that they are done before they have written their predictions."""
    from core.store.files import Files

    def late(put: Any) -> Any:
        return lambda *given: threading.Timer(0.3, put, given).start()

    _patch(Files, "put_predictions", late)


def drops() -> None:
    """A supervisor that forgets what it cannot write at once."""
    from core.supervisor import Supervisor

    def receive(self: Supervisor, event: Any) -> None:
        with self._pausing():
            self._take(event)

    _patch(Supervisor, "_receive", lambda _: receive)


def outlives() -> None:
    """Workers that go on without a supervisor."""
    from core.engines import orphans

    if preload := sys.modules.get("core.engines.preload"):  # this is the fork server
        ctypes.CDLL(None).prctl(1, 0)
        atexit.unregister(preload.take_along)
    _patch(orphans, "die_with_parent", lambda _: lambda *_: None)


def spares() -> None:
    """An engine that asks a deaf worker to end and leaves it at that."""
    from core.engines import ending, local

    for module in (local, ending):
        _patch(module, "KILL", lambda _: 0)


def allows() -> None:
    """Workers without a limit of memory, and nobody who looks."""
    import resource

    from core.engines.watching import Watch

    _patch(resource, "setrlimit", lambda _: lambda *_: None)
    _patch(Watch, "over", lambda _: lambda _: False)


def hoards() -> None:
    """An engine that leaves a file open for every job."""
    from core.engines.local import LocalEngine

    def start(begin: Any) -> Any:
        def started(self: LocalEngine, job: Any) -> None:
            HOARD.append(os.open(os.devnull, os.O_RDONLY))
            begin(self, job)

        return started

    _patch(LocalEngine, "start", start)


def shifts() -> None:
    """A clock that is set by hand: ``BAKEOFF_CLOCK`` names the file that says by how many seconds it is wrong."""
    _patch(time, "time", _shifted)


def shifts_all() -> None:
    """The clock that deadlines go by is set as well, and nobody makes up for it."""
    from core.engines.local import LocalEngine

    _patch(LocalEngine, "_make_up", lambda _: lambda *_: None)
    _patch(time, "time", _shifted)
    _patch(time, "monotonic", _shifted)


def _shifted(clock: Callable[[], float]) -> Callable[[], float]:
    return lambda: clock() + float(Path(os.environ["BAKEOFF_CLOCK"]).read_text() or 0)


def hasty() -> None:
    """Networks leave a checkpoint several times a second. (This one is no fault.)"""
    from core import progress

    progress.CHECKPOINT_SECONDS = 0.2


def served_first() -> None:
    """Runs are served in the order in which they came."""
    from core.supervisor.turns import Turns

    _patch(Turns, "order", lambda _: lambda self, waiting: [run for run, _ in waiting])


IN_THE_SUPERVISOR = (doubles, drops, spares, hoards, served_first)
EVERYWHERE = (loses, outlives, allows, shifts, shifts_all, hasty)


def sabotage(*deeds: Callable[[], None]) -> None:
    """Do those of the deeds that were asked for."""
    asked = os.environ.get("BAKEOFF_SABOTAGE", "").split(",")
    for deed in deeds:
        if deed.__name__ in asked:
            deed()


if __name__ == "__main__":
    from core import supervisor

    sabotage(*IN_THE_SUPERVISOR)
    sys.exit(supervisor.main())
elif __name__ == __spec__.name:  # not where a worker runs its supervisor's file once more
    sabotage(*EVERYWHERE)
