"""Sees to it that the workers' own children end with the workers, whoever ends them in whatever way.

The fork server does so when its owner dies, see `core.engines.preload`; but when Ray ends a task by force, it kills the
fork server first. A guard is forked from that server like a worker, so Ray does not find it below the task.
"""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any

import psutil

from core.engines.local import warm_context
from core.engines.orphans import KILL
from core.engines.watching import children

EVERY = 0.1  # seconds between two looks at which workers there are


def guard(owner: Any) -> None:
    """Wait for the other end of a pipe to close; then kill every worker, with all that it has started.

    Parameters
    ----------
    owner : multiprocessing.connection.Connection
        Its other end is open as long as the workers' owner lives. All that is sent is the number of the fork server: it
        may be dead already, and the children of whoever takes orphans in are none of the guard's.
    """
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the fork server's own way to end is not a guard's
    before, now = set[int](), set[int]()
    with contextlib.suppress(EOFError, OSError):
        server = owner.recv()
        now = set(children(server)) - {os.getpid()}  # at once: the owner may be gone before the first turn is over
        while os.getppid() == server and not owner.poll(EVERY):
            before, now = now, set(children(server)) - {os.getpid()}
    for each in before | now:  # a server that has just died has no children any more
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(each, KILL)


def guarded() -> Any:
    """Have the workers of this process guarded; gives what must stay open for as long."""
    if not hasattr(os, "killpg"):
        return None
    context = warm_context()
    ours, theirs = context.Pipe()
    process = context.Process(target=guard, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    server = psutil.Process(process.pid).parent()
    if server is not None and server.ppid() == os.getpid():
        ours.send(server.pid)
    return ours
